package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/filing"
	"onewindow/tax/officer"
	"onewindow/tax/source"
)

// ErrSourceLate says that a source of facts has not answered yet.
var ErrSourceLate = errors.New("a source of facts is late")

// inquiry is what the window and the sources know of a case, and the law's open
// parameters as the office has settled them.
type inquiry struct {
	source.Inquiry
	file    source.File
	adopted []tax.Adoption

	before *officer.File // what was assessed before; nil the first time
	asked  []source.Name // the sources that are asked again
	by     string        // the officer who wants it
}

// inquire gathers the facts of a case. The sources are asked outside any
// transaction; what they said is recorded with the assessment. They are waited for no
// longer than within, if that is not 0.
func (f *Flow) inquire(ctx context.Context, c intake.Case, within time.Duration) (i inquiry, err error) {
	i.Case = string(c.Number)
	err = f.read(ctx, func(tx pgx.Tx) error {
		if i.At, err = intake.Now(ctx, tx); err != nil {
			return err
		}
		if i.Basis, err = basisOf(ctx, tx, c); err != nil {
			return err
		}
		if i.adopted, err = tax.AdoptionsOf(ctx, tx); err != nil {
			return err
		}
		return i.goOn(ctx, tx, c.ID)
	})
	if err != nil {
		return i, err
	}
	asking, done := ctx, context.CancelFunc(func() {})
	if within > 0 {
		asking, done = context.WithTimeout(ctx, within)
	}
	i.file = f.Sources.Ask(asking, i.Inquiry)
	done()
	err = f.read(ctx, func(tx pgx.Tx) error {
		i.Basis.Own, err = ownHomes(ctx, tx, i.file.Persons(i.Basis))
		return err
	})
	return i, err
}

// ownHomes are the homes of some persons in the own register and filed contracts.
func ownHomes(ctx context.Context, tx pgx.Tx, persons []string) (homes []source.Home, err error) {
	held, err := registration.HomesOf(ctx, tx, persons)
	for _, h := range held {
		same := func(o source.Home) bool { return o.Unit == string(h.Unit) && o.NetSigned == h.Contracted }
		if at := slices.IndexFunc(homes, same); at >= 0 {
			homes[at].Holders = append(homes[at].Holders, h.Holder)
			continue
		}
		homes = append(homes, source.Home{
			Unit: string(h.Unit), County: h.Unit.County(), NetSigned: h.Contracted, Holders: []string{h.Holder},
		})
	}
	return homes, err
}

// goOn takes up what was assessed before: the filing date stays, and so do the
// answers of sources that no officer wants asked again.
func (i *inquiry) goOn(ctx context.Context, tx pgx.Tx, id int64) error {
	before, err := officer.Open(ctx, tx, id)
	if errors.Is(err, tax.ErrNotAssessed) {
		return nil
	}
	if err != nil {
		return err
	}
	_, held, err := source.Of(ctx, tx, id)
	if err != nil {
		return err
	}
	questions, by, err := officer.Questions(ctx, tx, id)
	if err != nil {
		return err
	}
	i.before, i.by, i.Held = &before, by, source.File{}
	i.Basis.Facts.FilingOn, i.Basis.Facts.TransferOn = before.Facts.FilingOn, before.Facts.TransferOn
	_, family := held.Again(questions)[source.Family]
	for n, a := range held.Again(questions) {
		if family || n != source.Homes { // whose homes count depends on the family
			i.Held[n] = a
		}
	}
	for _, n := range source.Outside() {
		if _, kept := i.Held[n]; !kept {
			i.asked = append(i.asked, n)
		}
	}
	return nil
}

// assessedAgain records what tax makes of new answers, as a revision of what was
// assessed before.
func (f *Flow) assessedAgain(c intake.Case, asked inquiry) Record {
	return func(ctx context.Context, tx pgx.Tx) (m intake.Move, err error) {
		r, err := asked.before.Again(source.Compose(asked.Basis, asked.file), asked.asked, asked.adopted)
		if err != nil {
			return m, err
		}
		r.Officer, r.At = cmp.Or(asked.by, intake.Machine), asked.At
		m = intake.Move{State: intake.Done, Reason: "assessed"}
		if !r.Assessment.Decided() {
			m = toPerson(intake.TaxOfficer, "assessed_by_person")
		}
		if m.Finding, err = json.Marshal(map[string]any{"manual": r.Assessment.Manual}); err != nil {
			return m, err
		}
		if err := source.Keep(ctx, tx, c.ID, asked.Inquiry, asked.file); err != nil {
			return m, err
		}
		if err := officer.Put(ctx, tx, c.ID, r); err != nil || m.State != intake.Done {
			return m, err
		}
		return m, filing.Answering(ctx, tx, c.ID, filing.Answer{Officer: r.Officer, At: r.At})
	}
}
