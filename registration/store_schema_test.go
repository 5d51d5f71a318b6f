package registration

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onewindow/internal/vault"
)

func TestTheRegisterRefusesToBeEdited(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	if _, err := r.enter(1, saleOf(0), noon(2026, 11, 23)); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`UPDATE registration_right SET price = 1`,
		`UPDATE registration_right SET closed_at = NULL, closed_as = NULL, closed_by_case = NULL WHERE closed_at IS NOT NULL`,
		`UPDATE registration_right SET closed_at = now() WHERE closed_at IS NOT NULL`,
		`UPDATE registration_right SET predecessor = NULL WHERE predecessor IS NOT NULL`,
		`DELETE FROM registration_right`,
		`UPDATE registration_holder SET name = 'x'`,
		`DELETE FROM registration_holder`,
		`TRUNCATE registration_holder`,
		`UPDATE registration_description SET area = area + 1`,
		`UPDATE registration_unit SET description_id = description_id + 1`,
		`UPDATE registration_issued SET voided_at = NULL, void_reason = NULL WHERE voided_at IS NOT NULL`,
		`UPDATE registration_issued SET issued_on = issued_on + 1`,
		`UPDATE registration_number SET last = last - 1`,
		`UPDATE registration_number SET year = year + 1`,
		`DELETE FROM registration_number`,
		`UPDATE registration_contract SET price = price + 1`,
		`UPDATE registration_contract SET fulfilled_by_case = 9 WHERE fulfilled_by_case IS NOT NULL`,
		`UPDATE registration_contract_party SET name = 'x'`,
		`UPDATE registration_survey SET sample = false`,
		`DELETE FROM registration_seizure`,
	} {
		err := r.try(func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if code := sqlState(err); code != "23001" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

func TestTheSchemaKnowsTheLawToo(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	add := func(edit func(*Right)) func(context.Context, pgx.Tx) error {
		return func(ctx context.Context, tx pgx.Tx) error {
			d := home()
			other := unitAt(7)
			if err := PutUnit(ctx, tx, Unit{Code: other, Description: d}); err != nil {
				return err
			}
			right := stockRight()
			right.Unit, right.Number, right.CoOwnership = other, "湘（2017）岳阳市不动产权第0000009号", ByShares
			right.Holders = holders(withShare(sellerAnna, 1, 3), withShare(sellerBo, 2, 3))
			edit(&right)
			_, err := PutStockRight(ctx, tx, right)
			return err
		}
	}
	for _, tt := range []struct {
		name, state string
		do          func(context.Context, pgx.Tx) error
	}{
		{"shares of 1/3 and 1/3 are not whole", "23514", add(func(r *Right) { r.Holders[1].Share = Share{1, 3} })},
		{"joint owners have no shares", "23514", add(func(r *Right) { r.CoOwnership = Joint })},
		{"one owner is the sole owner", "23514", add(func(r *Right) { r.Holders = r.Holders[:1] })},
		{"a second current right", "23505", add(func(r *Right) { r.Unit = unitCode })},
		{"the same number twice", "23505", add(func(r *Right) { r.Number = saleOf(0).Certificate })},
		{"a holder who comes later", "23514", func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO registration_holder (right_id, ordinal, name, id_kind, id_number, id_index)
				SELECT id, 2, 'x', 'resident', $1, $2 FROM registration_right`,
				vault.Seal(holderID, "y"), vault.Index(vault.IDNumber, "y"))
			return err
		}},
		{"a seizure of more than three years", "23514", func(ctx context.Context, tx pgx.Tx) error {
			_, err := RegisterSeizure(ctx, tx, seized(today, 4))
			return err
		}},
		{"a survey file that is not the one of its hash", "23514", func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO registration_survey (unit, description_id, surveyed_on, file_name, file_sha256, file, sample)
				SELECT unit, description_id, surveyed_on, file_name, file_sha256, 'other', sample FROM registration_survey`)
			return err
		}},
		{"a number that is not the one of its serial", "23514", func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO registration_issued (number, authority, year, kind, serial, right_id, issued_on)
				SELECT '湘（2018）岳阳市不动产权第0000009号', authority, year, kind, 8, right_id, issued_on FROM registration_issued`)
			return err
		}},
	} {
		if err := r.try(tt.do); sqlState(err) != tt.state {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	r.must(add(func(*Right) {}))
}
