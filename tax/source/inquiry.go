package source

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"onewindow/tax"
)

// A Basis is what the window itself knows of a case: its facts, in which what the
// sources tell is missing, and whom to ask about. It holds identity numbers.
type Basis struct {
	Facts   tax.Facts `json:"facts"`
	Buyers  []string  `json:"buyers"`   // identity numbers of residents; "" for anyone else
	Sellers []string  `json:"sellers"`  // the same, in the order of Facts.Sellers
	Own     []Home    `json:"own"`      // homes of their families in the own register and filed contracts
	OwnSale bool      `json:"own_sale"` // the sellers bought here: the facts hold the purchase, nobody is asked
}

// persons returns the residents among the parties, each once.
func (b Basis) persons() []string {
	all := slices.Concat(b.Buyers, b.Sellers)
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(id string) bool { return id == "" })
}

// province returns the two-digit code of the province in which homes count.
func (b Basis) province() string { return b.Facts.County[:min(2, len(b.Facts.County))] }

// An Inquiry is one round of questions about a case.
type Inquiry struct {
	Case  string // acceptance number, which begins the references of the questions
	At    time.Time
	Basis Basis
	Held  File // answers of earlier rounds that are kept: those are not asked for again
}

// ref names a question to an office; each round has its own.
func (i Inquiry) ref(n Name) string {
	return fmt.Sprintf("%s-%s-%s", i.Case, n, i.At.UTC().Format("20060102T150405.000000"))
}

// Ask asks every source whose answer is not held, side by side, and returns what
// they said, held answers included. It takes at most the time-outs of two sources,
// for the homes of a family are asked for when the family is known.
func (s Sources) Ask(ctx context.Context, i Inquiry) File {
	file := File{}
	var lock sync.Mutex
	var group sync.WaitGroup
	put := func(n Name, q func() question) {
		a, held := i.Held[n]
		if !held {
			a = s.ask(ctx, n, i, q())
		}
		lock.Lock()
		defer lock.Unlock()
		file[n] = a
	}
	home := func() question { return question{Unit: i.Basis.Facts.Unit} }
	if persons := i.Basis.persons(); len(persons) > 0 {
		group.Go(func() {
			put(Family, func() question { return question{Persons: persons} })
			put(Homes, func() question {
				lock.Lock()
				defer lock.Unlock()
				return question{Persons: file.Persons(i.Basis), Province: i.Basis.province()}
			})
		})
	}
	if !i.Basis.OwnSale {
		group.Go(func() { put(Prior, home) })
	}
	group.Go(func() { put(Valuation, home) })
	group.Wait()
	return file
}
