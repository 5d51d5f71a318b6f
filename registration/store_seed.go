package registration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// PutParcel records a parcel.
func PutParcel(ctx context.Context, tx pgx.Tx, p Parcel) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO registration_parcel (code, location, area, land_use) VALUES ($1, $2, $3, $4)`,
		p.Code, p.Location, int64(p.Area), string(p.Use))
	return wrap(err, "put parcel %s", p.Code)
}

// PutBuilding records a building on a parcel.
func PutBuilding(ctx context.Context, tx pgx.Tx, b Building) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO registration_building (parcel, number, name, structure, floors, completed_year)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		b.Parcel, b.Number, b.Name, string(b.Structure), b.Floors, b.CompletedYear)
	return wrap(err, "put building %s of parcel %s", b.Number, b.Parcel)
}

// PutUnit records a unit with the description the register gives of it. Parcel
// and building follow from the code and must be there.
func PutUnit(ctx context.Context, tx pgx.Tx, u Unit) error {
	_, err := tx.Exec(ctx, `
		WITH d AS (`+insertDescription+`)
		INSERT INTO registration_unit (code, parcel, building, description_id, void_on)
		SELECT $12, $13, nullif($14, ''), d.id, $15 FROM d`,
		append(u.Description.values(), string(u.Code), u.Code.Parcel(), u.Code.Building(), null(u.VoidOn))...)
	return wrap(err, "put unit %s", u.Code)
}

// PutSurvey records what a survey says of a unit, with its file. The newest
// survey of a unit counts.
func PutSurvey(ctx context.Context, tx pgx.Tx, unit UnitCode, s Survey, file []byte) error {
	sum := sha256.Sum256(file)
	_, err := tx.Exec(ctx, `
		WITH d AS (`+insertDescription+`)
		INSERT INTO registration_survey (unit, description_id, surveyed_on, file_name, file_sha256, file, sample)
		SELECT $12, d.id, $13, $14, $15, $16, $17 FROM d`,
		append(s.Description.values(), string(unit), s.SurveyedOn, s.FileName, hex.EncodeToString(sum[:]), file, s.Sample)...)
	return wrap(err, "put survey of unit %s", unit)
}

const insertDescription = `
	INSERT INTO registration_description (location, land_use, house_use, structure, land_area, area,
		exclusive_area, shared_area, floors, floor, completed_year)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
	RETURNING id`

// values are the arguments of insertDescription.
func (d Description) values() []any {
	return []any{d.Location, string(d.LandUse), string(d.HouseUse), string(d.Structure), int64(d.LandArea),
		int64(d.Area), int64(d.Exclusive), int64(d.Shared), d.Floors, d.Floor, d.CompletedYear}
}

// PutStockRight records a right as it was taken over from an earlier register
// (存量数据), with its holders and its certificate, and returns its identifier. Of
// r it reads Unit, Number, CoOwnership, Holders, natures, term, acquisition,
// CertifiedOn and Price; the right is current and without predecessor.
func PutStockRight(ctx context.Context, tx pgx.Tx, r Right) (int64, error) {
	number, err := r.Number.parts()
	if err != nil {
		return 0, wrap(err, "put stock right of unit %s", r.Unit)
	}
	id, err := putRight(ctx, tx, r)
	if err != nil {
		return 0, wrap(err, "put stock right of unit %s", r.Unit)
	}
	var batch pgx.Batch
	queueHolders(&batch, `$1`, id, r.Holders)
	one(batch.Queue(`
		INSERT INTO registration_issued (number, authority, year, kind, serial, right_id, issued_on)
		VALUES ($1, $2, $3, 'certificate', $4, $5, $6)`,
		string(r.Number), number.authority, number.year, number.serial, id, r.CertifiedOn))
	one(batch.Queue(`
		INSERT INTO registration_number AS n (authority, year, kind, last) VALUES ($1, $2, 'certificate', $3)
		ON CONFLICT (authority, year, kind) DO UPDATE SET last = greatest(n.last, excluded.last)`,
		number.authority, number.year, number.serial))
	return id, wrap(tx.SendBatch(ctx, &batch).Close(), "put stock right of unit %s", r.Unit)
}

func putRight(ctx context.Context, tx pgx.Tx, r Right) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO registration_right (unit, description_id, co_ownership, holders, land_nature, house_nature,
			term_from, term_until, acquired, acquired_on, price, entered_at)
		SELECT code, description_id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
		FROM registration_unit
		WHERE code = $1
		RETURNING id`,
		string(r.Unit), string(r.CoOwnership), len(r.Holders), string(r.LandNature), string(r.HouseNature),
		null(r.TermFrom), null(r.TermUntil), string(r.Acquired), r.AcquiredOn, int64(r.Price),
		r.CertifiedOn).Scan(&id)
	return id, err
}

// PutContract files a contract as the housing bureau would.
func PutContract(ctx context.Context, tx pgx.Tx, c Contract) error {
	c.Number = ContractNumber(c.Number)
	var batch pgx.Batch
	batch.Queue(`
		INSERT INTO registration_contract (number, unit, area, price, co_ownership, signed_on, filed_on, revoked_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.Number, string(c.Unit), int64(c.Area), int64(c.Price), string(c.CoOwnership), c.SignedOn, c.FiledOn,
		null(c.RevokedOn))
	queueContractParties(&batch, c.Number, "seller", c.Sellers)
	queueContractParties(&batch, c.Number, "buyer", c.Buyers)
	return wrap(tx.SendBatch(ctx, &batch).Close(), "put contract %q", c.Number)
}

func queueContractParties(batch *pgx.Batch, contract, side string, parties []Holder) {
	for i, p := range parties {
		batch.Queue(`
			INSERT INTO registration_contract_party (contract, side, ordinal, name, id_kind, id_number, id_index, phone,
				share_num, share_den)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9::bigint, 0), nullif($10::bigint, 0))`,
			contract, side, i+1, p.Name, p.IDKind, vault.Seal(partyID, p.ID), vault.Index(vault.IDNumber, p.ID),
			vault.Seal(partyPhone, p.Phone), p.Share.Num, p.Share.Den)
	}
}

// RevokeContract records that a filed contract no longer stands from a day on.
func RevokeContract(ctx context.Context, tx pgx.Tx, number string, on time.Time) error {
	return closeRow(ctx, tx, fmt.Sprintf("revoke contract %q", number), ErrNoContract,
		`UPDATE registration_contract SET revoked_on = $2 WHERE number = $1`, number, on)
}

// ReportLost records that a certificate is declared lost on a day.
func ReportLost(ctx context.Context, tx pgx.Tx, number Number, on time.Time) error {
	return closeRow(ctx, tx, "report certificate lost", errOvertaken,
		`UPDATE registration_issued SET lost_on = $2 WHERE number = $1`, string(number), on)
}

// PutHoliday records a day that is not as its weekday says, and the notice that
// says so.
func PutHoliday(ctx context.Context, tx pgx.Tx, day time.Time, working bool, source string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO registration_holiday (day, working, source) VALUES ($1, $2, $3)`, day, working, source)
	return wrap(err, "put holiday %s", dateText(day))
}

// closeRow runs an update that must touch one row, or returns absent.
func closeRow(ctx context.Context, tx pgx.Tx, what string, absent error, sql string, args ...any) error {
	tag, err := tx.Exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() != 1 {
		err = absent
	}
	return wrap(err, "%s", what)
}

// wrap says what was being done when err happened, nil if nothing did.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
