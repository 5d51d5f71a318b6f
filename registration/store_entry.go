package registration

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onewindow/internal/vault"
)

// ErrNoEntry says that a case has made no entry.
var ErrNoEntry = errors.New("no entry of this case")

// errOvertaken says that a row which the locked title showed was not there to be
// closed: a mistake of this program, which must not half-enter a right.
var errOvertaken = errors.New("the register changed under its lock")

// EntryOf finds the entry that a case has made, ErrNoEntry if none.
func EntryOf(ctx context.Context, tx pgx.Tx, caseID int64) (Entry, error) {
	var batch pgx.Batch
	var e Entry
	queueEntry(&batch, caseID, &e)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return Entry{}, fmt.Errorf("entry of case %d: %w", caseID, err)
	}
	if e.IsZero() {
		return Entry{}, fmt.Errorf("case %d: %w", caseID, ErrNoEntry)
	}
	return e, nil
}

// queueEntry reads the entry of a case into e, which stays empty if there is none.
func queueEntry(batch *pgx.Batch, caseID int64, e *Entry) {
	var rights []Right
	queueRights(batch, `r.opened_by_case = $1`, caseID, &rights)
	batch.Queue(`
		SELECT coalesce(i.number, ''), coalesce(s.surveyed_on, '0001-01-01'), coalesce(s.file_name, ''),
			coalesce(s.file_sha256, ''), coalesce(s.sample, false)
		FROM registration_right r
		LEFT JOIN LATERAL (
			SELECT number
			FROM registration_issued
			WHERE right_id = r.predecessor
			ORDER BY voided_at DESC LIMIT 1) i ON true
		LEFT JOIN LATERAL (
			SELECT surveyed_on, file_name, file_sha256, sample
			FROM registration_survey
			WHERE unit = r.unit
			ORDER BY id DESC LIMIT 1) s ON true
		WHERE r.opened_by_case = $1`, caseID).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&e.previous, &e.survey.SurveyedOn, &e.survey.FileName, &e.survey.FileSHA256, &e.survey.Sample)
		if errors.Is(err, pgx.ErrNoRows) || len(rights) != 1 {
			return nil
		}
		e.right = rights[0]
		e.survey.Description = e.right.Description
		return err
	})
}

// Enter writes the right into the register (登簿): the moment in which it passes
// (Civil Code art. 209, 214). In the caller's transaction it
//
//  1. locks the unit, so that no restriction and no other entry can come between,
//  2. reads the title and the filed contract and reviews both once more, as of the
//     day of at in China, and refuses with a [RefusedError] if anything blocks,
//  3. closes the right that stood and its certificate, opens the buyers' right with
//     the link to its predecessor, marks the contract as fulfilled, and
//  4. takes the next number of the authority's year, last, because every other
//     entry waits for that row until the caller commits.
//
// What asks for a person was decided by the approval; an objection that came after
// it was not, and blocks. A case enters once: a second call returns the same Entry.
func Enter(ctx context.Context, tx pgx.Tx, caseID int64, a Application, by Approval, at time.Time) (Entry, error) {
	if err := by.authorises(a, at); err != nil {
		return Entry{}, fmt.Errorf("enter case %d: %w", caseID, err)
	}
	if err := lockUnit(ctx, tx, a.Unit); err != nil {
		return refusedIfUnknown(caseID, a, err)
	}
	e, t, c, err := lookUnderLock(ctx, tx, caseID, a)
	if err != nil {
		return refusedIfUnknown(caseID, a, err)
	}
	if !e.IsZero() {
		return e, nil
	}
	found := append(Review(a, t, DayOf(at)), CheckFiling(a, c)...)
	found = append(found, laterObjections(t, by.At)...)
	if found.Blocked() {
		return Entry{}, fmt.Errorf("enter case %d: %w", caseID, &RefusedError{found})
	}
	return write(ctx, tx, caseID, a, t, by, at)
}

// authorises checks what no application and no title can change.
func (by Approval) authorises(a Application, at time.Time) error {
	switch {
	case a.Kind != SaleTransfer:
		return fmt.Errorf("kind %q is not entered", a.Kind)
	case by.By == "" || by.At.IsZero():
		return errors.New("no registrar has approved")
	case by.At.After(at):
		return errors.New("the approval lies in the future")
	}
	return nil
}

// lockUnit locks the unit for entries and restrictions, and holds off a seizure
// or lock of the whole parcel. A statement of its own: what follows sees all that
// was committed before the lock was granted.
func lockUnit(ctx context.Context, tx pgx.Tx, unit UnitCode) error {
	var code string
	err := tx.QueryRow(ctx, `
		SELECT u.code
		FROM registration_unit u
		JOIN registration_parcel p ON p.code = u.parcel
		WHERE u.code = $1
		FOR UPDATE OF u FOR KEY SHARE OF p`, string(unit)).Scan(&code)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoUnit
	}
	return err
}

// lookUnderLock reads in one round trip the entry that the case may have made, the
// title and the contract.
func lookUnderLock(
	ctx context.Context, tx pgx.Tx, caseID int64, a Application,
) (e Entry, t Title, c Contract, err error) {
	var batch pgx.Batch
	queueEntry(&batch, caseID, &e)
	queueTitle(&batch, a.Unit, &t)
	queueContract(&batch, a.Contract, &c)
	err = tx.SendBatch(ctx, &batch).Close()
	return e, t, c, err
}

// refusedIfUnknown makes a refusal of what the law, not the machine, lacks.
func refusedIfUnknown(caseID int64, a Application, err error) (Entry, error) {
	switch {
	case errors.Is(err, ErrNoUnit):
		err = &RefusedError{UnknownUnit(a)}
	case errors.Is(err, ErrNoContract):
		err = &RefusedError{UnknownContract()}
	}
	return Entry{}, fmt.Errorf("enter case %d: %w", caseID, err)
}

// laterObjections finds objections that the registrar had not seen.
func laterObjections(t Title, approved time.Time) Findings {
	var found Findings
	for _, o := range t.Objections {
		if !o.RegisteredAt.Before(approved) && o.ClosedOn.IsZero() {
			found = append(found, Finding{
				Check: CheckObjection, Outcome: Block, Code: codeObjectionAfterApproval, Field: "unit"})
		}
	}
	return found
}

// write moves the right, under the lock and after the review. One round trip.
func write(
	ctx context.Context, tx pgx.Tx, caseID int64, a Application, t Title, by Approval, at time.Time,
) (Entry, error) {
	old, ok := t.CurrentRight()
	office, known := OfficeOf(a.Unit.County())
	if !ok || !known {
		return Entry{}, fmt.Errorf("enter case %d: %w", caseID, errOvertaken)
	}
	var batch pgx.Batch
	var e Entry
	queueClosing(&batch, caseID, old.ID, at)
	queueOpening(&batch, caseID, a, old, by, at)
	queueFulfilment(&batch, caseID, a, t, at)
	queueNumber(&batch, caseID, office, DayOf(at))
	queueEntry(&batch, caseID, &e)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return Entry{}, fmt.Errorf("enter case %d: %w", caseID, err)
	}
	return e, nil
}

// queueClosing ends the right that stood and voids its certificate.
func queueClosing(batch *pgx.Batch, caseID, right int64, at time.Time) {
	one(batch.Queue(`
		UPDATE registration_right SET closed_as = 'historical', closed_at = $2, closed_by_case = $3
		WHERE id = $1 AND closed_at IS NULL`, right, at, caseID))
	one(batch.Queue(`
		UPDATE registration_issued SET voided_at = $2, void_reason = 'transferred'
		WHERE right_id = $1 AND voided_at IS NULL`, right, at))
}

// queueOpening opens the buyers' right. What belongs to land and house (nature,
// term, description) passes unchanged from the predecessor and the unit.
func queueOpening(batch *pgx.Batch, caseID int64, a Application, old Right, by Approval, at time.Time) {
	one(batch.Queue(`
		INSERT INTO registration_right (unit, description_id, co_ownership, holders, land_nature, house_nature,
			term_from, term_until, acquired, acquired_on, price, contract, predecessor, opened_by_case,
			approved_by, approved_at, entered_at)
		SELECT u.code, u.description_id, $3, $4, r.land_nature, r.house_nature, r.term_from, r.term_until,
			'purchase', $5, $6, $7, r.id, $8, $9, $10, $11
		FROM registration_unit u
		JOIN registration_right r ON r.unit = u.code
		WHERE u.code = $1 AND r.id = $2`,
		string(a.Unit), old.ID, string(a.CoOwnership), len(a.Buyers), DayOf(at), int64(a.Price), a.Contract,
		caseID, by.By, by.At, at))
	queueHolders(batch, `(SELECT id FROM registration_right WHERE opened_by_case = $1)`, caseID, holdersFrom(a.Buyers))
}

func holdersFrom(parties []Party) []Holder {
	holders := make([]Holder, len(parties))
	for i, p := range parties {
		holders[i] = Holder{Name: p.Name, IDKind: p.IDKind, ID: p.ID, Share: p.Share}
		if p.IDKind == "" {
			holders[i].IDKind = Resident
		}
	}
	return holders
}

// queueHolders writes the holders of the right that an expression of $1 names.
func queueHolders(batch *pgx.Batch, right string, arg any, holders []Holder) {
	for i, h := range holders {
		one(batch.Queue(`
			INSERT INTO registration_holder (right_id, ordinal, name, id_kind, id_number, id_index, share_num, share_den)
			VALUES (`+right+`, $2, $3, $4, $5, $6, nullif($7::bigint, 0), nullif($8::bigint, 0))`,
			arg, i+1, h.Name, h.IDKind, vault.Seal(holderID, h.ID), vault.Index(vault.IDNumber, h.ID),
			h.Share.Num, h.Share.Den))
	}
}

// queueFulfilment marks the contract, and the buyers' pre-notices, as fulfilled.
func queueFulfilment(batch *pgx.Batch, caseID int64, a Application, t Title, at time.Time) {
	one(batch.Queue(`
		UPDATE registration_contract SET fulfilled_at = $2, fulfilled_by_case = $3
		WHERE number = $1 AND fulfilled_at IS NULL AND revoked_on IS NULL`, a.Contract, at, caseID))
	for _, p := range t.PreNotices {
		if p.inForce(DayOf(at)) && p.ownedBy(a.Buyers) {
			one(batch.Queue(`
				UPDATE registration_prenotice SET closed_on = $2, closed_by_case = $3
				WHERE id = $1 AND closed_on IS NULL`, p.ID, DayOf(at), caseID))
		}
	}
}

// queueNumber gives the right of the case the next number of the authority's year.
func queueNumber(batch *pgx.Batch, caseID int64, office Office, on time.Time) {
	one(batch.Queue(`
		WITH next AS (
			INSERT INTO registration_number AS n (authority, year, kind, last)
			VALUES ($2, $3, 'certificate', 1)
			ON CONFLICT (authority, year, kind) DO UPDATE SET last = n.last + 1
			RETURNING authority, year, kind, last)
		INSERT INTO registration_issued (number, authority, year, kind, serial, right_id, issued_on)
		SELECT registration_number_text(authority, year, kind, last), authority, year, kind, last, r.id, $4
		FROM next, registration_right r
		WHERE r.opened_by_case = $1`, caseID, office.Authority, on.Year(), on))
}

// one expects a queued statement to touch exactly one row.
func one(q *pgx.QueuedQuery) {
	q.Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() != 1 {
			return fmt.Errorf("%d rows: %w", tag.RowsAffected(), errOvertaken)
		}
		return nil
	})
}
