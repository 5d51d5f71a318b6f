package registration

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// TitleOf reads everything the register knows of a unit, ErrNoUnit if nothing. It
// takes no lock: what it returns may be old when it is looked at, so Enter reads
// the title again.
func TitleOf(ctx context.Context, tx pgx.Tx, unit UnitCode) (Title, error) {
	var batch pgx.Batch
	var t Title
	queueTitle(&batch, unit, &t)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return Title{}, fmt.Errorf("title of unit %s: %w", unit, err)
	}
	return t, nil
}

// ContractOf reads a filed contract, ErrNoContract if there is none.
func ContractOf(ctx context.Context, tx pgx.Tx, number string) (Contract, error) {
	var batch pgx.Batch
	var c Contract
	queueContract(&batch, number, &c)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return Contract{}, fmt.Errorf("contract %q: %w", number, err)
	}
	return c, nil
}

// queueContract reads a contract with its parties, in their order.
func queueContract(batch *pgx.Batch, number string, c *Contract) {
	batch.Queue(`
		SELECT c.number, c.unit, c.area, coalesce(d.area, 0), c.price, c.co_ownership, c.signed_on, c.filed_on,
			coalesce(c.revoked_on, '0001-01-01'), coalesce(c.fulfilled_by_case, 0)
		FROM registration_contract c
		LEFT JOIN registration_unit u ON u.code = c.unit
		LEFT JOIN registration_description d ON d.id = u.description_id
		WHERE c.number = $1`, number).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&c.Number, &c.Unit, &c.Area, &c.UnitArea, &c.Price, &c.CoOwnership, &c.SignedOn,
			&c.FiledOn, &c.RevokedOn, &c.FulfilledBy)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNoContract
		}
		return err
	})
	batch.Queue(`
		SELECT side, phone, name, id_kind, id_number, coalesce(share_num, 0), coalesce(share_den, 0)
		FROM registration_contract_party
		WHERE contract = $1
		ORDER BY side, ordinal`, number).Query(func(rows pgx.Rows) error {
		var side string
		var h Holder
		into := append([]any{&side, vault.Open(partyPhone, &h.Phone)}, h.columns(partyID)...)
		_, err := pgx.ForEachRow(rows, into, func() error {
			if side == "seller" {
				c.Sellers = append(c.Sellers, h)
			} else {
				c.Buyers = append(c.Buyers, h)
			}
			return nil
		})
		return err
	})
}

// The sealed columns of the register (docs/VAULT.md).
const (
	holderID    vault.Column = "registration_holder.id_number"
	partyID     vault.Column = "registration_contract_party.id_number"
	partyPhone  vault.Column = "registration_contract_party.phone"
	mortgageeID vault.Column = "registration_mortgage.mortgagee_id"
	objectorID  vault.Column = "registration_objection.objector_id"
	preNoticeID vault.Column = "registration_prenotice.id_number"
)

// columns are the destinations of name, id_kind, id_number and share; the number
// is sealed in the column given.
func (h *Holder) columns(id vault.Column) []any {
	return []any{&h.Name, &h.IDKind, vault.Open(id, &h.ID), &h.Share.Num, &h.Share.Den}
}

// null is an absent date or instant for the database.
func null(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
