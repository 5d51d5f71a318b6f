package registration

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// ErrNoRestriction says that no mortgage, seizure, lock, objection or pre-notice
// has the identifier.
var ErrNoRestriction = errors.New("no such restriction")

// Every function of this file that adds a restriction locks what it weighs on, as
// Enter does: it is in the register either before an entry, which then sees it, or
// after.

// PutMortgage records a mortgage and returns its identifier.
func PutMortgage(ctx context.Context, tx pgx.Tx, m Mortgage) (int64, error) {
	return restrict(ctx, tx, OnUnit, string(m.Unit), `
		INSERT INTO registration_mortgage (unit, mortgagee, mortgagee_id, maximum, secured, debt_from, debt_until,
			proof, transfer_ban, registered_on, ended_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
		string(m.Unit), m.Mortgagee, vault.Seal(mortgageeID, m.MortgageeID), m.Maximum, int64(m.Secured),
		m.DebtFrom, m.DebtUntil, string(m.Proof), m.TransferBan, m.RegisteredOn, null(m.EndedOn))
}

// EndMortgage records that a mortgage ended on a day.
func EndMortgage(ctx context.Context, tx pgx.Tx, id int64, on time.Time) error {
	return closeRow(ctx, tx, fmt.Sprintf("end mortgage %d", id), ErrNoRestriction,
		`UPDATE registration_mortgage SET ended_on = $2 WHERE id = $1`, id, on)
}

// RegisterSeizure records a seizure of a unit or a parcel, waiting or not, and
// returns its identifier. It waits for an entry that is being made on the unit.
func RegisterSeizure(ctx context.Context, tx pgx.Tx, s Seizure) (int64, error) {
	return restrict(ctx, tx, s.Scope, s.Target, `
		INSERT INTO registration_seizure (unit, parcel, pre, court, document, served_at, from_on, expires_on, renews)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9::bigint, 0)) RETURNING id`,
		only(s.Scope == OnUnit, s.Target), only(s.Scope == OnParcel, s.Target), s.Pre, s.Court, s.Document,
		s.ServedAt, s.FromOn, null(s.ExpiresOn), s.Renews)
}

// LiftSeizure records that the court has lifted a seizure on a day. The earliest
// waiting seizure is in force from that day, without any further row.
func LiftSeizure(ctx context.Context, tx pgx.Tx, id int64, on time.Time, document string) error {
	return closeRow(ctx, tx, fmt.Sprintf("lift seizure %d", id), ErrNoRestriction,
		`UPDATE registration_seizure SET lifted_on = $2, lifted_document = $3 WHERE id = $1`, id, on, document)
}

// PutLock records an administrative lock and returns its identifier.
func PutLock(ctx context.Context, tx pgx.Tx, l Lock) (int64, error) {
	return restrict(ctx, tx, l.Scope, l.Target, `
		INSERT INTO registration_lock (unit, parcel, certificate, authority, document, locked_on, released_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		only(l.Scope == OnUnit, l.Target), only(l.Scope == OnParcel, l.Target), only(l.Scope == OnCertificate, l.Target),
		l.Authority, l.Document, l.LockedOn, null(l.ReleasedOn))
}

// ReleaseLock records that a lock was released on a day.
func ReleaseLock(ctx context.Context, tx pgx.Tx, id int64, on time.Time) error {
	return closeRow(ctx, tx, fmt.Sprintf("release lock %d", id), ErrNoRestriction,
		`UPDATE registration_lock SET released_on = $2 WHERE id = $1`, id, on)
}

// PutObjection records an objection and returns its identifier.
func PutObjection(ctx context.Context, tx pgx.Tx, o Objection) (int64, error) {
	return restrict(ctx, tx, OnUnit, string(o.Unit), `
		INSERT INTO registration_objection (unit, objector, objector_id, registered_at, sued_on, closed_on)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		string(o.Unit), o.Objector, vault.Seal(objectorID, o.ObjectorID), o.RegisteredAt, null(o.SuedOn), null(o.ClosedOn))
}

// PutPreNotice records a pre-notice and returns its identifier.
func PutPreNotice(ctx context.Context, tx pgx.Tx, p PreNotice) (int64, error) {
	return restrict(ctx, tx, OnUnit, string(p.Unit), `
		INSERT INTO registration_prenotice (unit, mortgage, holder, id_kind, id_number, registered_on,
			registrable_on, closed_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		string(p.Unit), p.Mortgage, p.Holder.Name, p.Holder.IDKind, vault.Seal(preNoticeID, p.Holder.ID),
		p.RegisteredOn, null(p.RegistrableOn), null(p.ClosedOn))
}

// restrict locks the target and inserts one restriction.
func restrict(ctx context.Context, tx pgx.Tx, scope Scope, target, insert string, args ...any) (id int64, err error) {
	if err = lockTarget(ctx, tx, scope, target); err == nil {
		err = tx.QueryRow(ctx, insert, args...).Scan(&id)
	}
	return id, wrap(err, "restrict %s %s", string(scope), target)
}

// lockTarget locks the row that Enter locks too: the unit, the parcel, or the
// unit whose certificate it is.
func lockTarget(ctx context.Context, tx pgx.Tx, scope Scope, target string) error {
	lock := map[Scope]string{
		OnUnit:   `SELECT code FROM registration_unit WHERE code = $1 FOR UPDATE`,
		OnParcel: `SELECT code FROM registration_parcel WHERE code = $1 FOR UPDATE`,
		OnCertificate: `
			SELECT u.code
			FROM registration_issued i
			JOIN registration_right r ON r.id = i.right_id
			JOIN registration_unit u ON u.code = r.unit
			WHERE i.number = $1
			FOR UPDATE OF u`,
	}[scope]
	if lock == "" {
		return fmt.Errorf("scope %q is not restricted", scope)
	}
	var locked string
	err := tx.QueryRow(ctx, lock, target).Scan(&locked)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoUnit
	}
	return err
}

// only is text for the one column it belongs in, and NULL for the others.
func only(here bool, text string) *string {
	if !here {
		return nil
	}
	return &text
}
