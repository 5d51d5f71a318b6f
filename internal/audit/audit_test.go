package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"onewindow/internal/pgtest"
)

func seen(object string, n int) Event {
	return Event{
		Actor: "clerk-01", Role: "clerk", Action: Seen, Kind: Case, Object: object, Reason: fmt.Sprintf("核对%d", n),
		From: "192.0.2.1", Request: "0123456789abcdef",
	}
}

// filled is a database with three chains of four lines each.
func filled(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool := pgtest.Pool(t)
	for n := range 4 {
		if err := Write(t.Context(), pool, seen("c", n), seen("a", n), seen("b", n)); err != nil {
			t.Fatal(err)
		}
	}
	return pool
}

func verify(t *testing.T, pool *pgxpool.Pool, known map[Name]Head) (r Report) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) (err error) { r, err = Verify(t.Context(), tx, known); return err })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAChainThatNobodyTouchedIsWhole(t *testing.T) {
	t.Parallel()
	pool := filled(t)
	if r := verify(t, pool, nil); r.Lines != 12 || len(r.Heads) != 3 || len(r.Faults) != 0 {
		t.Errorf("%d lines, %d chains, faults %v", r.Lines, len(r.Heads), r.Faults)
	}
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		lines, err := Of(t.Context(), tx, Case, "b", 1, 2)
		if len(lines) != 2 || lines[0].Ordinal != 2 || lines[1].Reason != "核对2" || lines[1].From != "192.0.2.1" ||
			string(lines[1].Previous) != string(lines[0].Hash) {
			t.Errorf("lines %+v", lines)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hashOfX is what the hash of a line would be if its reason were x.
const hashOfX = `sha256(previous || int8send(ordinal) || int8send(id) || int8send((extract(epoch FROM at) * 1000000)::bigint)
	|| int4send(octet_length(kind)) || convert_to(kind, 'UTF8') || int4send(octet_length(object)) || convert_to(object, 'UTF8')
	|| int4send(octet_length(actor)) || convert_to(actor, 'UTF8') || int4send(octet_length(role)) || convert_to(role, 'UTF8')
	|| int4send(octet_length(action)) || convert_to(action, 'UTF8') || int4send(1) || convert_to('x', 'UTF8')
	|| int4send(octet_length(origin)) || convert_to(origin, 'UTF8') || int4send(octet_length(result)) || convert_to(result, 'UTF8')
	|| int4send(octet_length(request)) || convert_to(request, 'UTF8'))`

// tampers are what somebody with every right over the database could do to a line.
var tampers = map[string]string{
	"id":              `ALTER TABLE audit_event ALTER id DROP IDENTITY; UPDATE audit_event SET id = id + 1000 WHERE object = 'b' AND ordinal = 2`,
	"kind":            `UPDATE audit_event SET kind = 'unit' WHERE object = 'b' AND ordinal = 2`,
	"object":          `UPDATE audit_event SET object = 'd' WHERE object = 'b' AND ordinal = 2`,
	"ordinal":         `UPDATE audit_event SET ordinal = 20 WHERE object = 'b' AND ordinal = 2`,
	"at":              `UPDATE audit_event SET at = at + interval '1 microsecond' WHERE object = 'b' AND ordinal = 2`,
	"actor":           `UPDATE audit_event SET actor = 'clerk-02' WHERE object = 'b' AND ordinal = 2`,
	"role":            `UPDATE audit_event SET role = '' WHERE object = 'b' AND ordinal = 2`,
	"action":          `UPDATE audit_event SET action = 'listed' WHERE object = 'b' AND ordinal = 2`,
	"reason":          `UPDATE audit_event SET reason = reason || ' ' WHERE object = 'b' AND ordinal = 2`,
	"origin":          `UPDATE audit_event SET origin = '' WHERE object = 'b' AND ordinal = 2`,
	"result":          `UPDATE audit_event SET result = 'forbidden' WHERE object = 'b' AND ordinal = 2`,
	"request":         `UPDATE audit_event SET request = '' WHERE object = 'b' AND ordinal = 2`,
	"previous":        `UPDATE audit_event SET previous = sha256(previous) WHERE object = 'b' AND ordinal = 2`,
	"hash":            `UPDATE audit_event SET hash = sha256(hash) WHERE object = 'b' AND ordinal = 2`,
	"words moved on":  `UPDATE audit_event SET action = 'see', reason = 'n' || reason WHERE object = 'b' AND ordinal = 2`,
	"first line":      `DELETE FROM audit_event WHERE object = 'b' AND ordinal = 1`,
	"middle line":     `DELETE FROM audit_event WHERE object = 'b' AND ordinal = 2`,
	"last line":       `DELETE FROM audit_event WHERE object = 'b' AND ordinal = 4`,
	"all lines":       `DELETE FROM audit_event WHERE object = 'b'`,
	"the head":        `DELETE FROM audit_head WHERE object = 'b'`,
	"head's ordinal":  `UPDATE audit_head SET ordinal = 3 WHERE object = 'b'`,
	"head's previous": `UPDATE audit_head SET previous = sha256(previous) WHERE object = 'b'`,
	"head's hash":     `UPDATE audit_head SET hash = sha256(hash) WHERE object = 'b'`,
	"head's kind":     `UPDATE audit_head SET kind = 'unit' WHERE object = 'b'`,
	"head's object":   `UPDATE audit_head SET object = 'd' WHERE object = 'b'`,
	"a line put in": `INSERT INTO audit_event OVERRIDING SYSTEM VALUE 
		SELECT (jsonb_populate_record(e, '{"id": 99, "ordinal": 5}')).* FROM audit_event e WHERE object = 'b' AND ordinal = 4`,
	"rehashed":          `UPDATE audit_event SET reason = 'x', hash = ` + hashOfX + ` WHERE object = 'b' AND ordinal = 2`,
	"last line changed": `UPDATE audit_event SET reason = 'x', hash = ` + hashOfX + ` WHERE object = 'b' AND ordinal = 4`,
	"swapped": `UPDATE audit_event SET ordinal = -ordinal WHERE object = 'b' AND ordinal IN (2, 3);
		UPDATE audit_event SET ordinal = 5 + ordinal WHERE object = 'b' AND ordinal < 0`,
	"swapped between chains": `UPDATE audit_event SET object = 'x' WHERE object = 'a' AND ordinal = 2;
		UPDATE audit_event SET object = 'a' WHERE object = 'b' AND ordinal = 2;
		UPDATE audit_event SET object = 'b' WHERE object = 'x'`,
}

// asOwner runs SQL as somebody whom no trigger stops.
func asOwner(t *testing.T, pool *pgxpool.Pool, sql string) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `BEGIN; ALTER TABLE audit_event DISABLE TRIGGER USER; ALTER TABLE audit_head DISABLE TRIGGER USER;`+
		sql+`; ALTER TABLE audit_event ENABLE TRIGGER USER; ALTER TABLE audit_head ENABLE TRIGGER USER; COMMIT`)
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryTamperingIsFound(t *testing.T) {
	t.Parallel()
	for name, sql := range tampers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := filled(t)
			asOwner(t, pool, sql)
			r := verify(t, pool, nil)
			if len(r.Faults) == 0 {
				t.Error("nothing was found")
			}
			for _, f := range r.Faults {
				if f.Object == "c" {
					t.Errorf("a chain that nobody touched: %s", f)
				}
			}
		})
	}
}

// Whoever may do everything could write a chain anew from its first line, or take
// it away with its head: the heads of an earlier verification tell.
func TestAChainWrittenAnewDiffersFromTheHeadsKeptElsewhere(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"taken away": `DELETE FROM audit_event WHERE object = 'b'; DELETE FROM audit_head WHERE object = 'b'`,
		"cut": `DELETE FROM audit_event WHERE object = 'b' AND ordinal = 4;
			UPDATE audit_head h SET ordinal = e.ordinal, previous = e.previous, hash = e.hash FROM audit_event e
			WHERE h.object = 'b' AND e.object = 'b' AND e.ordinal = 3`,
		"written anew": `UPDATE audit_event SET reason = 'x', hash = ` + hashOfX + `
				WHERE object = 'b' AND ordinal = 4;
			UPDATE audit_head h SET hash = e.hash FROM audit_event e WHERE h.object = 'b' AND e.object = 'b' AND e.ordinal = 4`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := filled(t)
			known := verify(t, pool, nil).Heads
			if err := Write(t.Context(), pool, seen("a", 9)); err != nil { // a chain may grow
				t.Fatal(err)
			}
			if r := verify(t, pool, known); len(r.Faults) != 0 {
				t.Errorf("before: %v", r.Faults)
			}
			asOwner(t, pool, sql)
			r := verify(t, pool, known)
			if len(r.Faults) != 1 || r.Faults[0].Object != "b" {
				t.Errorf("faults %v", r.Faults)
			}
		})
	}
}

func TestNobodyChangesTheAuditThroughTheProgram(t *testing.T) {
	t.Parallel()
	pool := filled(t)
	for _, as := range []string{"", "SET LOCAL ROLE onewindow_program"} {
		for _, sql := range []string{
			`UPDATE audit_event SET reason = ''`, `DELETE FROM audit_event`, `TRUNCATE audit_event`, `DELETE FROM audit_head`,
			`TRUNCATE audit_head, audit_event`,
		} {
			refused(t, pool, as, sql, "23001", "42501")
		}
	}
	for _, sql := range []string{
		`UPDATE audit_head SET ordinal = 0`, `INSERT INTO audit_head VALUES ('x', 'x', 1, '', '')`, `DROP TABLE audit_event`,
		`ALTER TABLE audit_event DISABLE TRIGGER USER`, `DROP FUNCTION audit_link CASCADE`, `CREATE TABLE mine (n int)`,
		`SET session_replication_role = 'replica'`, `UPDATE schema_version SET version = 0`,
	} {
		refused(t, pool, "SET LOCAL ROLE onewindow_program", sql, "42501")
	}
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { // what it must do, it may
		_, err := tx.Exec(t.Context(), `SET LOCAL ROLE onewindow_program`)
		return errors.Join(err, Write(t.Context(), tx, seen("a", 5)))
	})
	if err != nil {
		t.Error(err)
	}
}

// refused runs SQL that must end in one of the codes.
func refused(t *testing.T, pool *pgxpool.Pool, as, sql string, codes ...string) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), as); err != nil {
			t.Fatal(err)
		}
		_, err := tx.Exec(t.Context(), sql)
		return err
	})
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || !strings.Contains(strings.Join(codes, " "), pg.Code) {
		t.Errorf("%s %s: %v, want %v", as, sql, err, codes)
	}
}

// A made-up place, hash or time is not what the program's insert leaves behind.
func TestAnInsertCannotForgeItsPlace(t *testing.T) {
	t.Parallel()
	pool := filled(t)
	_, err := pool.Exec(t.Context(), `
		INSERT INTO audit_event (kind, object, ordinal, at, actor, role, action, reason, origin, result, request, previous, hash)
		VALUES ('case', 'b', 2, '2000-01-01', 'x', '', 'seen', '', '', 'done', '', '\x00', '\x00')`)
	if err != nil {
		t.Fatal(err)
	}
	if r := verify(t, pool, nil); len(r.Faults) != 0 || r.Heads[Name{Case, "b"}].Ordinal != 5 {
		t.Errorf("faults %v, head %v", r.Faults, r.Heads[Name{Case, "b"}])
	}
}

func TestAThousandWritersMakeOneChain(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	var g errgroup.Group
	g.SetLimit(16)
	for n := range 1000 {
		g.Go(func() error {
			return pgx.BeginFunc(context.Background(), pool, func(tx pgx.Tx) error {
				err := Write(context.Background(), tx, seen("b", n), seen("a", n))
				if n%10 == 0 && err == nil {
					err = errUndone // what is rolled back leaves no gap
				}
				return err
			})
		})
	}
	if err := g.Wait(); !errors.Is(err, errUndone) {
		t.Fatal(err)
	}
	r := verify(t, pool, nil)
	if r.Lines != 1800 || len(r.Faults) != 0 || r.Heads[Name{Case, "a"}].Ordinal != 900 {
		t.Errorf("%d lines, faults %v", r.Lines, r.Faults)
	}
}

var errUndone = errors.New("undone")

// The database and the verifier compute the same hash of whatever was said.
func TestTheDatabaseAndTheVerifierAgree(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	text := rapid.StringMatching(`[ -~一-龥𠮷\n]{1,12}`)
	var all int64
	rapid.Check(t, func(t *rapid.T) {
		e := Event{
			Actor: text.Draw(t, "actor"), Role: text.Draw(t, "role"), Action: Action(text.Draw(t, "action")),
			Kind: text.Draw(t, "kind"), Object: text.Draw(t, "object"), Reason: text.Draw(t, "reason"),
			From: text.Draw(t, "from"), Result: text.Draw(t, "result"), Request: text.Draw(t, "request"),
		}
		if err := Write(context.Background(), pool, e); err != nil {
			t.Fatal(err)
		}
		all++
	})
	if r := verify(t, pool, nil); r.Lines != all || len(r.Faults) != 0 {
		t.Errorf("%d lines of %d, faults %v", r.Lines, all, r.Faults)
	}
}

func TestAnEventTakesFromItsRequestWhatItDoesNotSay(t *testing.T) {
	t.Parallel()
	o := Origin{Actor: "clerk-01", Role: "clerk", From: "192.0.2.1", Request: "r"}
	ctx := With(t.Context(), o)
	if got, want := (Event{Action: Seen}).By(OriginOf(ctx)),
		(Event{Actor: "clerk-01", Role: "clerk", Action: Seen, From: "192.0.2.1", Request: "r", Result: Done}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := (Event{Actor: "machine", Action: Entered}).By(o); got.Role != "" || got.Actor != "machine" {
		t.Errorf("the machine acts as %q in role %q", got.Actor, got.Role)
	}
}

func TestNumbersInWordsAreMasked(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"核对 430602189301060013 无误": "核对 ▇ 无误", "电话12000000001。": "电话▇。", "４３０６０２１８９３０４１６００１X": "▇",
		"430602 1893 0106 0013": "▇", "120-0000-0001": "▇", "第3号，2026年11月22日": "第3号，2026年11月22日", "": "",
	} {
		if got := (Event{Reason: words}).By(Origin{}).Reason; got != want {
			t.Errorf("%q is kept as %q, want %q", words, got, want)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	pool := pgtest.Pool(b)
	var n int
	for b.Loop() {
		n++
		if err := Write(b.Context(), pool, seen(fmt.Sprint(n), 0)); err != nil {
			b.Fatal(err)
		}
	}
}
