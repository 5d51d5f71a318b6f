package tax

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// Adopt stores an adoption. Storing the same one again changes nothing; it
// returns ErrBadAdoption when the adoption is not lawful.
func Adopt(ctx context.Context, tx pgx.Tx, a Adoption) error {
	if err := a.Check(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO tax_adoption (param, region, value, from_on, to_on, office, by, on_day, document, sample)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		a.Param, a.Region, a.Value, a.FromOn, nullable(a.ToOn), a.Office, a.By, a.On, a.Document, a.Sample)
	if err != nil {
		return fmt.Errorf("adopt %s: %w", a.Param, err)
	}
	return nil
}

// AdoptionsOf returns every adoption, in the order they were made.
func AdoptionsOf(ctx context.Context, tx pgx.Tx) ([]Adoption, error) {
	rows, err := tx.Query(ctx, `
		SELECT param, region, value, from_on, to_on, office, by, on_day, document, sample
		FROM tax_adoption ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read adoptions: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Adoption, error) {
		var a Adoption
		var to *time.Time
		err := row.Scan(&a.Param, &a.Region, &a.Value, &a.FromOn, &to, &a.Office, &a.By, &a.On, &a.Document, &a.Sample)
		a.ToOn = known(to)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read adoptions: %w", err)
	}
	return all, nil
}

// memberID is the sealed number of a member of a family.
const memberID vault.Column = "tax_household_member.id_number"

// PutHousehold stores one family. Each person belongs to one family only.
func PutHousehold(ctx context.Context, tx pgx.Tx, changedOn time.Time, members ...Member) error {
	ids, roles, sealed := make([]string, len(members)), make([]string, len(members)), make([]vault.Sealed, len(members))
	for i, m := range members {
		ids[i], roles[i], sealed[i] = m.ID, string(m.Role), vault.Seal(memberID, m.ID)
	}
	_, err := tx.Exec(ctx, `
		WITH family AS (INSERT INTO tax_household (changed_on) VALUES ($1) RETURNING id)
		INSERT INTO tax_household_member (id_index, id_number, household_id, role)
		SELECT m.id_index, m.id_number, family.id, m.role
		FROM family, unnest($2::bytea[], $3::bytea[], $4::text[]) AS m (id_index, id_number, role)`,
		nullable(changedOn), vault.Indexes(vault.IDNumber, ids), sealed, roles)
	if err != nil {
		return fmt.Errorf("put household: %w", err)
	}
	return nil
}

// HouseholdOf returns the family or families of some persons. Someone whom civil
// affairs does not know leaves it not Known; that is no error.
func HouseholdOf(ctx context.Context, tx pgx.Tx, idNumbers []string) (Household, error) {
	rows, err := tx.Query(ctx, `
		SELECT m.id_number, m.role, m.household_id, h.changed_on, m.id_index = ANY ($1)
		FROM tax_household_member m JOIN tax_household h ON h.id = m.household_id
		WHERE m.household_id IN (SELECT household_id FROM tax_household_member WHERE id_index = ANY ($1))`,
		vault.Indexes(vault.IDNumber, idNumbers))
	if err != nil {
		return Household{}, fmt.Errorf("read household: %w", err)
	}
	var h Household
	asked, families := map[string]bool{}, map[int64]bool{}
	for _, id := range idNumbers {
		asked[id] = true
	}
	var m Member
	var family int64
	var changed *time.Time
	var meant bool
	_, err = pgx.ForEachRow(rows, []any{vault.Open(memberID, &m.ID), &m.Role, &family, &changed, &meant}, func() error {
		h.Members = append(h.Members, m)
		h.Minor = h.Minor || meant && m.Role == MinorChild
		h.ChangedOn = later(h.ChangedOn, known(changed))
		families[family] = true
		delete(asked, m.ID)
		return nil
	})
	if err != nil {
		return Household{}, fmt.Errorf("read household: %w", err)
	}
	slices.SortFunc(h.Members, func(a, b Member) int { return strings.Compare(a.ID, b.ID) })
	h.Known, h.Count = len(asked) == 0 && len(idNumbers) > 0, len(families)
	return h, nil
}

// PutValuation stores a valuation; the one of the latest day stands.
func PutValuation(ctx context.Context, tx pgx.Tx, v Valuation) error {
	_, err := tx.Exec(ctx, `INSERT INTO tax_valuation (unit, value_fen, valued_on, document) VALUES ($1, $2, $3, $4)`,
		v.Unit, v.Value, v.On, v.Document)
	if err != nil {
		return fmt.Errorf("put valuation of %s: %w", v.Unit, err)
	}
	return nil
}

// ValuationOf returns the latest valuation of a unit, or ErrNoValuation.
func ValuationOf(ctx context.Context, tx pgx.Tx, unit string) (Valuation, error) {
	v := Valuation{Unit: unit}
	err := tx.QueryRow(ctx, `
		SELECT value_fen, valued_on, document FROM tax_valuation WHERE unit = $1
		ORDER BY valued_on DESC, id DESC LIMIT 1`, unit).Scan(&v.Value, &v.On, &v.Document)
	if errors.Is(err, pgx.ErrNoRows) {
		return Valuation{}, fmt.Errorf("%w: %s", ErrNoValuation, unit)
	}
	if err != nil {
		return Valuation{}, fmt.Errorf("read valuation of %s: %w", unit, err)
	}
	return v, nil
}

// PutPrior stores how the present owner came to a unit.
func PutPrior(ctx context.Context, tx pgx.Tx, p Prior) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO tax_prior (unit, acquired_by, certificate_on, voucher_on, predecessor_on, voucher, cost_proven,
			price_fen, deed_tax_fen, decoration_fen, interest_fen, fees_fen)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		p.Unit, p.Acquired.By, nullable(p.Acquired.CertificateOn), nullable(p.Acquired.VoucherOn),
		nullable(p.Acquired.PredecessorOn), p.Voucher, p.Cost.Proven, p.Cost.Price, p.Cost.DeedTax,
		p.Cost.Decoration, p.Cost.Interest, p.Cost.Fees)
	if err != nil {
		return fmt.Errorf("put earlier voucher of %s: %w", p.Unit, err)
	}
	return nil
}

// PriorOf returns how the present owner came to a unit, or ErrNoPrior.
func PriorOf(ctx context.Context, tx pgx.Tx, unit string) (Prior, error) {
	p := Prior{Unit: unit}
	var certificate, voucher, predecessor *time.Time
	err := tx.QueryRow(ctx, `
		SELECT acquired_by, certificate_on, voucher_on, predecessor_on, voucher, cost_proven, price_fen, deed_tax_fen,
			decoration_fen, interest_fen, fees_fen
		FROM tax_prior WHERE unit = $1`, unit).
		Scan(&p.Acquired.By, &certificate, &voucher, &predecessor, &p.Voucher, &p.Cost.Proven, &p.Cost.Price,
			&p.Cost.DeedTax, &p.Cost.Decoration, &p.Cost.Interest, &p.Cost.Fees)
	if errors.Is(err, pgx.ErrNoRows) {
		return Prior{}, fmt.Errorf("%w: %s", ErrNoPrior, unit)
	}
	if err != nil {
		return Prior{}, fmt.Errorf("read earlier voucher of %s: %w", unit, err)
	}
	p.Acquired.CertificateOn, p.Acquired.VoucherOn = known(certificate), known(voucher)
	p.Acquired.PredecessorOn = known(predecessor)
	return p, nil
}

// nullable returns nil for a day that is not known.
func nullable(on time.Time) *time.Time {
	if on.IsZero() {
		return nil
	}
	return &on
}

// known returns the zero day for one that is not known.
func known(on *time.Time) time.Time {
	if on == nil {
		return time.Time{}
	}
	return *on
}

// later returns the later of two days.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
