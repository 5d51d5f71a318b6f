package vault

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Prepare lets every connection of a pool seal and open with the ring. It must be
// called before the pool is made; an AfterConnect that config has is kept. No ring
// prepares nothing: what is sealed is then refused with ErrNoRing.
func (r *Ring) Prepare(config *pgxpool.Config) {
	if r == nil {
		return
	}
	before := config.AfterConnect
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		r.register(conn.TypeMap())
		if before == nil {
			return nil
		}
		return before(ctx, conn)
	}
}

// register teaches the connection's bytea what a Sealed and a Blind are. The
// domains vault_sealed and vault_index are bytea underneath; pgx, which does not
// know them, goes by the type of the value.
func (r *Ring) register(m *pgtype.Map) {
	one := &pgtype.Type{Name: "bytea", OID: pgtype.ByteaOID, Codec: codec{ring: r}}
	m.RegisterType(one)
	m.RegisterType(&pgtype.Type{Name: "_bytea", OID: pgtype.ByteaArrayOID, Codec: &pgtype.ArrayCodec{ElementType: one}})
	m.RegisterDefaultPgType(Sealed{}, "bytea")
	m.RegisterDefaultPgType(Blind{}, "bytea")
	m.RegisterDefaultPgType([]Sealed{}, "_bytea")
	m.RegisterDefaultPgType([]Blind{}, "_bytea")
}

// codec is bytea that also takes secrets.
type codec struct {
	pgtype.ByteaCodec
	ring *Ring
}

// secret is a Sealed or a Blind.
type secret interface {
	stored(r *Ring) ([]byte, error)
}

// PlanEncode is pgtype.Codec's.
func (c codec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(secret); !ok {
		return c.ByteaCodec.PlanEncode(m, oid, format, value)
	}
	return storing{c.ring, c.ByteaCodec.PlanEncode(m, oid, format, []byte(nil))}
}

// PlanScan is pgtype.Codec's.
func (c codec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(Sealed); !ok {
		return c.ByteaCodec.PlanScan(m, oid, format, target)
	}
	return opening{c.ring, c.ByteaCodec.PlanScan(m, oid, format, new([]byte))}
}

// storing writes what the database gets for a secret.
type storing struct {
	ring *Ring
	next pgtype.EncodePlan
}

// Encode is pgtype.EncodePlan's.
func (s storing) Encode(value any, buf []byte) ([]byte, error) {
	stored, err := value.(secret).stored(s.ring)
	if err != nil || stored == nil {
		return nil, err
	}
	return s.next.Encode(stored, buf)
}

// opening reads a sealed column.
type opening struct {
	ring *Ring
	next pgtype.ScanPlan
}

// Scan is pgtype.ScanPlan's.
func (o opening) Scan(src []byte, target any) error {
	var stored []byte
	if src != nil {
		if err := o.next.Scan(src, &stored); err != nil {
			return err
		}
	}
	return target.(Sealed).take(o.ring, stored)
}
