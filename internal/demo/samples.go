package demo

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/registration"
)

// Lesson is what a sale of building 1 shows; its words are in the catalogues under
// "sample." and its name.
type Lesson string

// The lessons.
const (
	PlainSale   Lesson = "plain"
	ByShares    Lesson = "by_shares"
	RareName    Lesson = "rare_name"
	Seized      Lesson = "seized"
	NotTheOwner Lesson = "not_the_owner"
	Locked      Lesson = "locked"
	Mortgaged   Lesson = "mortgaged"
	Objected    Lesson = "objected"
	TwoYears    Lesson = "two_years"
	JointOwners Lesson = "joint_owners"
	SecondHome  Lesson = "second_home"
	FiveYears   Lesson = "five_years"
)

// Sample is a contract that nobody has handed in yet, and what its sale shows.
type Sample struct {
	Contract string
	Lesson   Lesson
}

// Samples lists the contracts of building 1 that are free: of no case on its way,
// and not fulfilled.
func Samples(ctx context.Context, pool *pgxpool.Pool) (free []Sample, err error) {
	err = pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		for _, l := range listings() {
			if l.price == 0 {
				continue
			}
			contract, err := registration.ContractOf(ctx, tx, l.contract())
			if errors.Is(err, registration.ErrNoContract) {
				continue
			}
			if err != nil {
				return err
			}
			reserved, err := intake.Reserved(ctx, tx, contract.Unit)
			if err != nil {
				return err
			}
			if reserved == "" && contract.FulfilledBy == 0 {
				free = append(free, Sample{contract.Number, l.lesson})
			}
		}
		return nil
	})
	return free, err
}
