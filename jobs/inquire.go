package jobs

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
	"onewindow/tax"
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
}

// inquire gathers the facts of a case. The sources are asked outside any
// transaction; what they said is recorded with the assessment.
func (f *Flow) inquire(ctx context.Context, c intake.Case) (i inquiry, err error) {
	i.Case = string(c.Number)
	err = f.read(ctx, func(tx pgx.Tx) error {
		if i.At, err = intake.Now(ctx, tx); err != nil {
			return err
		}
		if i.Basis, err = basisOf(ctx, tx, c); err != nil {
			return err
		}
		i.adopted, err = tax.AdoptionsOf(ctx, tx)
		return err
	})
	if err != nil {
		return i, err
	}
	i.file = f.Sources.Ask(ctx, i.Inquiry)
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
