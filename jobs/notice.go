package jobs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/notice"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/payment"
)

// noticeKind is the kind of the jobs that carry messages, and their queue.
const noticeKind = "notice"

// noticeArgs are the arguments of such a job: which message, never to whom.
type noticeArgs struct {
	Notice int64 `json:"notice"`
}

// Kind is "notice", which is also its queue.
func (noticeArgs) Kind() string { return noticeKind }

// InsertOpts gives messages a queue of their own: a slow carrier holds up no case.
func (noticeArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: noticeKind} }

// Notify sends messages if, and only if, the transaction commits: they and their
// jobs are written in it. It returns notice.ErrMessage for one that cannot be sent.
func (f *Flow) Notify(ctx context.Context, tx pgx.Tx, messages ...notice.Message) error {
	if len(messages) == 0 {
		return nil
	}
	ids, err := notice.Put(ctx, tx, messages...)
	if err != nil {
		return err
	}
	return f.ringNotices(ctx, tx, ids)
}

// ringNotices inserts the jobs of messages.
func (f *Flow) ringNotices(ctx context.Context, tx pgx.Tx, ids []int64) error {
	params := make([]river.InsertManyParams, len(ids))
	for i, id := range ids {
		params[i] = river.InsertManyParams{
			Args: noticeArgs{id}, InsertOpts: &river.InsertOpts{MaxAttempts: f.patience.attempts(noticeKind)},
		}
	}
	if _, err := f.river.InsertManyTx(ctx, tx, params); err != nil {
		return fmt.Errorf("insert the jobs of %d messages: %w", len(ids), err)
	}
	return nil
}

// carrier works the jobs of messages: read, send, write down.
type carrier struct {
	river.WorkerDefaults[noticeArgs]
	flow *Flow
}

// Work sends one message. One that an earlier attempt has ended is left alone; one
// whose time is over is not sent; one that nobody can take becomes a letter.
func (w *carrier) Work(ctx context.Context, job *river.Job[noticeArgs]) error {
	f, id := w.flow, job.Args.Notice
	m, state, err := f.message(ctx, id)
	if err != nil {
		return err
	}
	switch state {
	case notice.Waiting:
		err = f.Messages.Send(ctx, id, m)
	case notice.Expired:
		return f.endNotice(ctx, id, notice.Expired)
	default:
		return nil
	}
	switch {
	case err == nil:
		return f.endNotice(ctx, id, notice.Sent)
	case notice.TryAgain(err) && job.Attempt < job.MaxAttempts:
		return err
	}
	return f.buryNotice(ctx, id, m, job.Attempt, err)
}

func (f *Flow) message(ctx context.Context, id int64) (m notice.Message, state notice.State, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		m, state, err = notice.Of(ctx, tx, id)
		return err
	})
	return m, state, err
}

func (f *Flow) endNotice(ctx context.Context, id int64, s notice.State) error {
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		_, err := notice.End(ctx, tx, id, s)
		return err
	})
}

// buryNotice ends a message that nobody took with a letter to an operator.
func (f *Flow) buryNotice(ctx context.Context, id int64, m notice.Message, attempts int, cause error) error {
	f.log.ErrorContext(ctx, "message was not taken", "message", id, "template", m.Template, "err", launder(cause))
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		first, err := notice.End(ctx, tx, id, notice.Dead)
		if err != nil || !first {
			return err
		}
		return putNoticeLetter(ctx, tx, id, m.Case, attempts, launder(cause).Error())
	})
}

// SendAgain lets a message that nobody took be sent once more, and settles its
// letter; events are what else of it is audited. It returns ErrVerdict if the message
// is not dead.
func (f *Flow) SendAgain(ctx context.Context, id int64, by string, events ...audit.Event) error {
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		dead, err := notice.Revive(ctx, tx, id)
		if err == nil && !dead {
			err = ErrVerdict
		}
		if err != nil {
			return err
		}
		if err := settleNoticeLetter(ctx, tx, id, by); err != nil {
			return err
		}
		again := audit.Event{Kind: audit.Letter, Object: notice.Ref(id), Action: audit.Resent, Actor: by}
		return errors.Join(audit.Write(ctx, tx, append(events, again)...), f.ringNotices(ctx, tx, []int64{id}))
	})
}

// sweepNotices rings again for messages that nobody carries.
func (f *Flow) sweepNotices(ctx context.Context) error {
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		lost, err := silentNotices(ctx, tx)
		if err != nil || len(lost) == 0 {
			return err
		}
		f.log.WarnContext(ctx, "messages put back to work", "count", len(lost))
		return f.ringNotices(ctx, tx, lost)
	})
}

// tell sends the parties of a case, each at the phone that the application gives,
// what has become of it. Those without a phone are told at the window.
func (f *Flow) tell(ctx context.Context, tx pgx.Tx, c intake.Case, t notice.Template, more map[string]string) error {
	return f.Notify(ctx, tx, messagesOf(c, t, more)...)
}

func messagesOf(c intake.Case, t notice.Template, more map[string]string) []notice.Message {
	return messagesTo(c, append(c.Sellers[:len(c.Sellers):len(c.Sellers)], c.Buyers...), t, more)
}

// messagesTo tells some parties of a case, each telephone once.
func messagesTo(c intake.Case, parties []registration.Party, t notice.Template,
	more map[string]string) (messages []notice.Message) {
	told := map[string]bool{}
	for _, p := range parties {
		if p.Phone == "" || told[p.Phone] || c.Kind == registration.Drill {
			continue
		}
		told[p.Phone] = true
		args := map[string]string{"case": string(c.Number)}
		maps.Copy(args, more)
		messages = append(messages, notice.Message{To: p.Phone, Template: t, Args: args, Case: c.ID})
	}
	return messages
}

// tellTurned tells the parties of cases that turn to refused.
func (f *Flow) tellTurned(ctx context.Context, tx pgx.Tx, turnings []intake.Turning) error {
	for _, t := range turnings {
		if t.To != intake.Turned {
			continue
		}
		c, err := intake.Facts(ctx, tx, t.Case.ID)
		if err != nil {
			return err
		}
		if err := f.tell(ctx, tx, c, notice.Refused, nil); err != nil {
			return err
		}
	}
	return nil
}

// tellDue tells each payer what they have to pay, and nobody what another has to.
func (f *Flow) tellDue(ctx context.Context, tx pgx.Tx, c intake.Case, bills []payment.Bill) error {
	var messages []notice.Message
	for _, b := range bills {
		if b.State == payment.BillOpen && b.Amount > 0 {
			of := map[string]string{"amount_fen": strconv.FormatInt(int64(b.Amount), 10)}
			messages = append(messages, messagesTo(c, payers(c, b.Payer), notice.PaymentDue, of)...)
		}
	}
	return f.Notify(ctx, tx, messages...)
}

// payers are the parties who owe a bill.
func payers(c intake.Case, p payment.Payer) []registration.Party {
	side := c.Buyers
	switch p.Side {
	case payment.BothSides:
		return append(c.Sellers[:len(c.Sellers):len(c.Sellers)], c.Buyers...)
	case tax.SellerSide:
		side = c.Sellers
	}
	if p.Person > 0 && p.Person <= len(side) {
		return side[p.Person-1 : p.Person]
	}
	return side
}

// noticeRest is how long a waiting message may be without a job before the sweeper rings.
const noticeRest = 10 * time.Second
