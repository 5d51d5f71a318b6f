package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Name names a chain.
type Name struct{ Kind, Object string }

// Head is the last link of a chain.
type Head struct {
	Ordinal  int64
	Previous []byte
	Hash     []byte
}

// Fault is something that nobody could have written through the program. Ordinal
// is 0 where the chain as a whole is wrong.
type Fault struct {
	Name
	Ordinal int64
	What    string
}

// String says where the fault is.
func (f Fault) String() string {
	if f.Ordinal == 0 {
		return fmt.Sprintf("%s %s: %s", f.Kind, f.Object, f.What)
	}
	return fmt.Sprintf("%s %s, line %d: %s", f.Kind, f.Object, f.Ordinal, f.What)
}

// Report is what a verification found.
type Report struct {
	Lines  int64
	Heads  map[Name]Head // of the chains as they are
	Faults []Fault
}

// hashOf is the hash of a line after the previous one: SHA-256 over the previous
// hash, ordinal, id and instant (microseconds since 1970), each integer in eight
// bytes, and then each text, its length in four bytes before it.
func hashOf(previous []byte, ordinal int64, l *Line) []byte {
	b := bytes.Clone(previous)
	for _, n := range []int64{ordinal, l.ID, l.At.UnixMicro()} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, s := range []string{
		l.Kind, l.Object, l.Actor, l.Role, string(l.Action), l.Reason, l.From, l.Result, l.Request,
	} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

// verifier walks all chains, one after the other.
type verifier struct {
	report Report
	known  map[Name]Head // from an earlier verification, kept elsewhere
	at     Name
	last   Head
}

// Verify walks every chain and compares it with its head, and with the heads of
// an earlier verification, which may be nil. It reads in one snapshot.
func Verify(ctx context.Context, tx pgx.Tx, known map[Name]Head) (Report, error) {
	return walk(ctx, tx, known, "")
}

// VerifyChain is Verify of the chain of one object.
func VerifyChain(ctx context.Context, tx pgx.Tx, of Name) (Report, error) {
	return walk(ctx, tx, nil, ` WHERE kind = $1 AND object = $2`, of.Kind, of.Object)
}

// walk verifies the chains that where chooses.
func walk(ctx context.Context, tx pgx.Tx, known map[Name]Head, where string, args ...any) (Report, error) {
	v := &verifier{report: Report{Heads: map[Name]Head{}}, known: known}
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM audit_event`+where+` ORDER BY kind, object, ordinal, id`, args...)
	if err != nil {
		return v.report, fmt.Errorf("read the audit: %w", err)
	}
	var l Line
	if _, err = pgx.ForEachRow(rows, l.targets(), func() error { v.line(&l); return nil }); err != nil {
		return v.report, fmt.Errorf("read the audit: %w", err)
	}
	v.endChain()
	return v.report, errors.Join(v.heads(ctx, tx, where, args...), v.compareKnown())
}

func (v *verifier) fault(n Name, ordinal int64, format string, args ...any) {
	v.report.Faults = append(v.report.Faults, Fault{n, ordinal, fmt.Sprintf(format, args...)})
}

// line checks one line against the one before it.
func (v *verifier) line(l *Line) {
	v.report.Lines++
	if n := (Name{l.Kind, l.Object}); n != v.at {
		v.endChain()
		v.at, v.last = n, Head{Hash: make([]byte, sha256.Size)}
	}
	if l.Ordinal != v.last.Ordinal+1 {
		v.fault(v.at, l.Ordinal, "follows line %d", v.last.Ordinal)
	}
	if !bytes.Equal(l.Previous, v.last.Hash) {
		v.fault(v.at, l.Ordinal, "does not continue the line before it")
	}
	if !bytes.Equal(l.Hash, hashOf(l.Previous, l.Ordinal, l)) {
		v.fault(v.at, l.Ordinal, "was changed")
	}
	v.last = Head{l.Ordinal, bytes.Clone(l.Previous), bytes.Clone(l.Hash)}
	if k, ok := v.known[v.at]; ok && k.Ordinal == l.Ordinal && !bytes.Equal(k.Hash, l.Hash) {
		v.fault(v.at, l.Ordinal, "is another line than was verified before")
	}
}

func (v *verifier) endChain() {
	if v.last.Ordinal != 0 {
		v.report.Heads[v.at] = v.last
	}
}

// heads compares the ends of the chains with the heads that were written with them.
func (v *verifier) heads(ctx context.Context, tx pgx.Tx, where string, args ...any) error {
	rows, err := tx.Query(ctx, `SELECT kind, object, ordinal, previous, hash FROM audit_head`+where, args...)
	if err != nil {
		return fmt.Errorf("read the heads: %w", err)
	}
	seen := map[Name]bool{}
	var n Name
	var h Head
	_, err = pgx.ForEachRow(rows, []any{&n.Kind, &n.Object, &h.Ordinal, &h.Previous, &h.Hash}, func() error {
		seen[n] = true
		end := v.report.Heads[n]
		if end.Ordinal != h.Ordinal || !bytes.Equal(end.Hash, h.Hash) || !bytes.Equal(end.Previous, h.Previous) {
			v.fault(n, 0, "ends at line %d and should end at line %d, %s", end.Ordinal, h.Ordinal, hex.EncodeToString(h.Hash))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the heads: %w", err)
	}
	for n := range v.report.Heads {
		if !seen[n] {
			v.fault(n, 0, "has lost its head")
		}
	}
	return nil
}

// compareKnown finds chains that were there and are not, or are shorter.
func (v *verifier) compareKnown() error {
	for n, k := range v.known {
		if end := v.report.Heads[n]; end.Ordinal < k.Ordinal {
			v.fault(n, 0, "ends at line %d and had line %d", end.Ordinal, k.Ordinal)
		}
	}
	return nil
}
