package registration

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestAContractKeepsTheTelephonesOfItsParties(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	c := filed()
	c.Number, c.Buyers[0].Phone = "WITH-TELEPHONE", "12000000001"
	r.must(func(ctx context.Context, tx pgx.Tx) error { return PutContract(ctx, tx, c) })
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		got, err := ContractOf(ctx, tx, c.Number)
		if err == nil && (got.Buyers[0].Phone != "12000000001" || got.Sellers[0].Phone != "") {
			t.Errorf("buyer's %q, seller's %q", got.Buyers[0].Phone, got.Sellers[0].Phone)
		}
		return err
	})
}

// errUndo takes a change back, so that the next one meets what this one met.
var errUndo = errors.New("undo")

// A rotation of keys seals again what may not be changed; nothing else passes
// under its name.
func TestTheRegisterLetsItsKeysRotateAndNothingElse(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		_, err := PutMortgage(ctx, tx, Mortgage{Unit: unitCode, Mortgagee: "测试银行", MortgageeID: company.ID, Secured: 1,
			DebtFrom: today, DebtUntil: today, Proof: "湘（2020）岳阳市不动产证明第0000001号", RegisteredOn: today})
		return err
	})
	const newer = `overlay(id_number PLACING '\x00000002'::bytea FROM 2 FOR 4)`
	for _, tt := range []struct{ name, sql, state string }{
		{"a newer key", `UPDATE registration_contract_party SET id_number = ` + newer, ""},
		{"the same key", `UPDATE registration_contract_party SET id_number = id_number || '\x00'`, "23001"},
		{"an older key", `UPDATE registration_contract_party
			SET id_number = overlay(id_number PLACING '\x00000000'::bytea FROM 2 FOR 4)`, "23001"},
		{"a newer key, and a name", `UPDATE registration_holder SET name = 'x', id_number = ` + newer, "23001"},
		{"a newer key, and an index", `UPDATE registration_holder SET id_index = sha256(''), id_number = ` + newer, "23001"},
		{"a number of another row", `UPDATE registration_holder
			SET id_number = (SELECT id_number FROM registration_contract_party LIMIT 1)`, "23001"},
		{"a number taken away", `UPDATE registration_mortgage SET mortgagee_id = NULL`, "23001"},
		{"a number put in place of another", `UPDATE registration_mortgage SET mortgagee_id = mortgagee_id || '\x00'`, "23001"},
		{"a newer key, and a closing", `UPDATE registration_mortgage SET ended_on = '2099-01-01',
			mortgagee_id = overlay(mortgagee_id PLACING '\x00000002'::bytea FROM 2 FOR 4)`, ""},
		{"a newer key, and an amount", `UPDATE registration_mortgage SET secured = secured + 1,
			mortgagee_id = overlay(mortgagee_id PLACING '\x00000002'::bytea FROM 2 FOR 4)`, "23001"},
	} {
		err := r.try(func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, tt.sql)
			if err == nil {
				err = errUndo
			}
			return err
		})
		if sqlState(err) != tt.state || tt.state == "" && !errors.Is(err, errUndo) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
