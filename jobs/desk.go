package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
)

// ending is a step that a worker or a person ends (or moves).
type ending struct {
	intake.Motion
	record Record
	result chan error
}

// desk ends steps. While one transaction commits, the endings that arrive wait
// and go into the next one together, as River's own completer does with jobs:
// at rest a step commits at once and alone, under load a hundred share a commit,
// and the steps of one case do not queue for its row. An ending that fails is
// tried again alone, so that it harms nobody else.
type desk struct {
	flow    *Flow
	manned  atomic.Bool              // clerks are at it; while none is, endings are committed where they arise
	counter chan struct{}            // a place for each entry under way
	shut    chan struct{}            // closed when the clerks have gone
	in      [deskClerks]chan *ending // a case always goes to the same clerk: no two wait for its row
}

// The desk's measure: so many clerks commit at once, each up to batchMost endings.
const (
	deskClerks = 2
	batchMost  = 128
	// A batch that takes longer has met a row that somebody holds.
	batchTimeout = time.Second
	aloneTimeout = 15 * time.Second

	entriesAtOnce = 2
)

// ownCommit are the steps with a transaction of their own: what they promise is
// owed to somebody (payment, entry, certificate), and they hold more than the case.
var ownCommit = map[intake.Step]bool{intake.Settle: true, intake.Enter: true, intake.Certificate: true}

func newDesk(f *Flow) *desk {
	d := &desk{flow: f, shut: make(chan struct{}), counter: make(chan struct{}, entriesAtOnce)}
	for i := range d.in {
		d.in[i] = make(chan *ending, 4*batchMost)
	}
	return d
}

// finish moves a step from one state: the record, the step and the jobs of its
// successors commit together. It returns intake.ErrAlready, and has recorded
// nothing, if the step stands elsewhere.
func (f *Flow) finish(ctx context.Context, c intake.Case, step intake.Step, from intake.State, record Record) error {
	e := &ending{
		Motion: intake.Motion{Case: c, Step: step, From: from}, record: record, result: make(chan error, 1),
	}
	if ownCommit[step] && c.Kind != registration.Drill || !f.desk.manned.Load() {
		return f.desk.alone(ctx, e)
	}
	select {
	case f.desk.in[c.ID%deskClerks] <- e:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := f.desk.answer(ctx, e); !errors.Is(err, errAlone) {
		return err
	}
	return f.desk.alone(ctx, e)
}

// errAlone hands an ending back to whoever waits for it: nobody has ended it.
var errAlone = errors.New("end it alone")

// answer waits for a clerk's answer. After the clerks have gone, what they did
// not take comes back.
func (d *desk) answer(ctx context.Context, e *ending) error {
	select {
	case err := <-e.result:
		return err
	case <-ctx.Done(): // it may still commit; whoever tries again finds the step ended
		return ctx.Err()
	case <-d.shut:
	}
	select {
	case err := <-e.result:
		return err
	default:
		return errAlone
	}
}

// alone commits one ending where it arose. Entries take turns: each holds the
// counter of certificate numbers until it commits, and a crowd that waits for one
// row wakes up together each time it is let go.
func (d *desk) alone(ctx context.Context, e *ending) error {
	if e.Step == intake.Enter && e.Case.Kind != registration.Drill {
		select {
		case d.counter <- struct{}{}:
			defer func() { <-d.counter }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	bounded, cancel := context.WithTimeout(ctx, aloneTimeout)
	defer cancel()
	err := d.flow.end(bounded, []*ending{e})
	if err == nil {
		d.flow.moved(e.Case.ID, e.Step, e.State)
	}
	return err
}

// open lets the clerks work until ctx ends.
func (d *desk) open(ctx context.Context, group interface{ Go(func()) }) {
	d.manned.Store(true)
	for _, in := range d.in {
		group.Go(func() {
			for {
				select {
				case first := <-in:
					d.commit(gather(first, in))
				case <-ctx.Done():
					return
				}
			}
		})
	}
}

// gather takes what waits behind the first, in the order in which cases are locked.
func gather(first *ending, in <-chan *ending) []*ending {
	batch := []*ending{first}
	for more := true; more && len(batch) < batchMost; {
		select {
		case e := <-in:
			batch = append(batch, e)
		default:
			more = false
		}
	}
	slices.SortStableFunc(batch, func(a, b *ending) int { return cmp.Compare(a.Case.ID, b.Case.ID) })
	return batch
}

// commit ends the batch in one transaction. Those that come too late are told
// so and left out; if anything else fails, each goes back to whoever waits for
// it, so that no clerk is held up by one of them.
func (d *desk) commit(batch []*ending) {
	bounded, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()
	err := d.flow.end(bounded, batch)
	var late *intake.AlreadyError
	switch {
	case err == nil:
		d.tell(batch)
	case errors.As(err, &late):
		if rest := leaveOut(batch, late.Motions); len(rest) > 0 {
			d.commit(rest)
		}
	default:
		for _, e := range batch {
			e.result <- errAlone
		}
	}
}

// leaveOut tells some of a batch that they came too late and returns the others.
func leaveOut(batch []*ending, late []int) (rest []*ending) {
	for i, e := range batch {
		if slices.Contains(late, i) {
			e.result <- intake.ErrAlready
		} else {
			rest = append(rest, e)
		}
	}
	return rest
}

// tell answers those who wait.
func (d *desk) tell(batch []*ending) {
	for _, e := range batch {
		d.flow.moved(e.Case.ID, e.Step, e.State)
		e.result <- nil
	}
}

// end is the transaction: record, move, carry on.
func (f *Flow) end(ctx context.Context, batch []*ending) error {
	return pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		ids := make([]int64, len(batch))
		for i, e := range batch {
			ids[i] = e.Case.ID
		}
		lock := intake.LockLightly
		if slices.ContainsFunc(batch, (*ending).owed) {
			lock = intake.Lock
		}
		if err := lock(ctx, tx, ids...); err != nil { // before any record takes another row
			return fmt.Errorf("lock %d cases: %w", len(ids), err)
		}
		motions := make([]intake.Motion, len(batch))
		for i, e := range batch {
			if err := e.write(ctx, tx); err != nil {
				return fmt.Errorf("record %s of case %s: %w", e.Step, e.Case.Number, err)
			}
			e.Actor = cmp.Or(e.Actor, intake.Machine)
			motions[i] = e.Motion
		}
		cases, err := intake.Advance(ctx, tx, motions)
		if err != nil {
			return err
		}
		return f.carry(ctx, tx, motions, cases)
	})
}

// owed says whether somebody was promised what this ending commits: a person who
// decided, a payer or a company that is told "taken", the entry and what follows
// it. The machine's own steps run again after a crash and find the same.
func (e *ending) owed() bool { return e.From != intake.Running || ownCommit[e.Step] }

// write lets the room write; its panic is an error of this ending alone.
func (e *ending) write(ctx context.Context, tx pgx.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panicked: %v", p)
		}
	}()
	e.Move, err = e.record(ctx, tx)
	return err
}
