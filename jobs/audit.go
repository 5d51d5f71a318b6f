package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/notice"
	"onewindow/registration"
)

// onCase is an event about a case.
func onCase(number intake.Number, a audit.Action, actor, result string) audit.Event {
	return audit.Event{Kind: audit.Case, Object: string(number), Action: a, Actor: actor, Result: result}
}

// auditAccepted writes down who opened a case and how many owners of the unit are
// told of it, and tells them, so that nobody files on somebody else's home unseen.
func (f *Flow) auditAccepted(ctx context.Context, tx pgx.Tx, c intake.Case) error {
	accepted := onCase(c.Number, audit.Accepted, c.AcceptedBy, "").By(audit.OriginOf(ctx))
	phones, err := putAccepted(ctx, tx, accepted, c.Unit)
	if err != nil || len(phones) == 0 {
		return err
	}
	return f.tellOwners(ctx, tx, phones, notice.UnitFiled, c)
}

// tellOwners sends the registered holders of a unit a message, wherever earlier
// cases have proved that they can be reached; c is the case it is about, if any.
func (f *Flow) tellOwners(ctx context.Context, tx pgx.Tx, phones []string, t notice.Template, c intake.Case) error {
	on, err := intake.Today(ctx, tx)
	if err != nil {
		return err
	}
	args := map[string]string{"on": on.Format(time.DateOnly)}
	if c.ID != 0 {
		args["case"] = string(c.Number)
	}
	messages := make([]notice.Message, len(phones))
	for i, phone := range phones {
		messages[i] = notice.Message{To: phone, Template: t, Args: args, Case: c.ID}
	}
	return f.Notify(ctx, tx, messages...)
}

// queryPause is how long owners are left alone after they were told of a query.
const queryPause = 24 * time.Hour

// queried writes down that somebody looked homes up without opening a case on them.
func (f *Flow) queried(ctx context.Context, units []registration.UnitCode) error {
	for _, unit := range units {
		err := pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error { return f.queriedOne(ctx, tx, unit) })
		if err != nil {
			return fmt.Errorf("write down a query of %s: %w", unit, err)
		}
	}
	return nil
}

// queriedOne tells the owners of the unit, too, at most once a day. The event is
// written first: it holds the chain, so that of two who ask at once one tells.
func (f *Flow) queriedOne(ctx context.Context, tx pgx.Tx, unit registration.UnitCode) error {
	of := audit.Event{Kind: audit.Unit, Object: string(unit), Action: audit.Queried}
	if err := audit.Write(ctx, tx, of); err != nil {
		return err
	}
	lately, err := audit.Lately(ctx, tx, of.Kind, of.Object, audit.Told, queryPause.Seconds())
	if err != nil || lately {
		return err
	}
	phones, err := ownersPhones(ctx, tx, unit)
	if err != nil {
		return err
	}
	of.Action, of.Result = audit.Told, audit.ToldTo(len(phones))
	if err := audit.Write(ctx, tx, of); err != nil || len(phones) == 0 {
		return err
	}
	return f.tellOwners(ctx, tx, phones, notice.UnitQueried, intake.Case{})
}

// auditEntered writes down which cases have become rights.
func auditEntered(ctx context.Context, tx pgx.Tx, turnings []intake.Turning) error {
	var events []audit.Event
	for _, t := range turnings {
		if t.To == intake.Entered {
			events = append(events, onCase(t.Case.Number, audit.Entered, t.Actor, ""))
		}
	}
	return audit.Write(ctx, tx, events...)
}

// audited writes an event with what record writes.
func audited(e audit.Event, record Record) Record {
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		m, err := record(ctx, tx)
		if err == nil {
			err = audit.Write(ctx, tx, e)
		}
		return m, err
	}
}

// decided is the event of a decision, on behalf of the request that brought it:
// the desk ends steps of many requests together.
func decided(ctx context.Context, d Decision) audit.Event {
	e := onCase(d.Number, audit.Decided, d.By, string(d.Step)+" "+string(d.Verdict))
	e.Reason = d.Reason
	return e.By(audit.OriginOf(ctx))
}

// AuditOf returns lines of the audit of an object, the oldest first.
func (f *Flow) AuditOf(ctx context.Context, kind, object string, after int64,
	limit int) (lines []audit.Line, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		lines, err = audit.Of(ctx, tx, kind, object, after, limit)
		return err
	})
	return lines, err
}

// SearchAudit returns lines of the audit of all objects, the newest first.
func (f *Flow) SearchAudit(ctx context.Context, q audit.Query, limit int) (lines []audit.Line, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		lines, err = audit.Search(ctx, tx, q, limit)
		return err
	})
	return lines, err
}

// VerifyAuditOf computes every hash of an object's chain anew.
func (f *Flow) VerifyAuditOf(ctx context.Context, of audit.Name) (r audit.Report, err error) {
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, f.pool, snapshot, func(tx pgx.Tx) error {
		r, err = audit.VerifyChain(ctx, tx, of)
		return err
	})
	return r, err
}

// Saw writes down that something was seen, on behalf of the context's Origin. What
// cannot be written down must not be shown.
func (f *Flow) Saw(ctx context.Context, e audit.Event) error { return audit.Write(ctx, f.pool, e) }

// contactsOf are the parties who gave a telephone.
func contactsOf(c intake.Case) (contacts []notice.Contact) {
	for _, p := range append(c.Sellers[:len(c.Sellers):len(c.Sellers)], c.Buyers...) {
		if p.Phone != "" {
			contacts = append(contacts, notice.Contact{Person: p.ID, Phone: p.Phone})
		}
	}
	return contacts
}
