package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/registration"
)

// Contact is a party to a case or to a filed contract who left a telephone number.
type Contact struct {
	Party string // as a path of the application: buyers[0]
	Name  string
	Phone string
}

// Contacts returns who can be reached about an acceptance number or a contract
// number, and what the number leads to: the newest case with it, else the
// contract. What is neither has nobody, which is no error.
func (f *Flow) Contacts(ctx context.Context, number string) (of string, list []Contact, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		of, list, err = contacts(ctx, tx, number)
		return err
	})
	if err != nil {
		return "", nil, fmt.Errorf("look for whom a number concerns: %w", err)
	}
	return of, list, nil
}

func contacts(ctx context.Context, tx pgx.Tx, number string) (string, []Contact, error) {
	if n, err := intake.ParseNumber(number); err == nil {
		id, err := intake.IDOf(ctx, tx, n)
		if errors.Is(err, intake.ErrNoCase) {
			return "", nil, nil
		}
		if err != nil {
			return "", nil, err
		}
		return partiesOf(ctx, tx, id)
	}
	contract, err := registration.ContractOf(ctx, tx, number)
	if errors.Is(err, registration.ErrNoContract) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	id, err := intake.NewestOf(ctx, tx, contract.Unit)
	if err == nil {
		c, err := intake.Facts(ctx, tx, id)
		if err != nil {
			return "", nil, err
		}
		if c.Contract == contract.Number {
			return partiesOf(ctx, tx, id)
		}
	} else if !errors.Is(err, intake.ErrNoCase) {
		return "", nil, err
	}
	filed := append(reached("sellers", holders(contract.Sellers)), reached("buyers", holders(contract.Buyers))...)
	return contract.Number, filed, nil
}

func partiesOf(ctx context.Context, tx pgx.Tx, id int64) (string, []Contact, error) {
	c, err := intake.Facts(ctx, tx, id)
	if err != nil {
		return "", nil, err
	}
	filed, err := registration.ContractOf(ctx, tx, c.Contract)
	if err != nil && !errors.Is(err, registration.ErrNoContract) {
		return "", nil, err
	}
	sellers, buyers := withPhones(c.Sellers, filed.Sellers), withPhones(c.Buyers, filed.Buyers)
	return string(c.Number), append(reached("sellers", sellers), reached("buyers", buyers)...), nil
}

// withPhones gives parties who left no telephone in the application the one in the
// filed contract.
func withPhones(parties []registration.Party, filed []registration.Holder) []registration.Party {
	parties = slices.Clone(parties)
	for i, p := range parties {
		for _, h := range filed {
			if p.Phone == "" && h.ID == p.ID && h.IDKind == p.IDKind {
				parties[i].Phone = h.Phone
			}
		}
	}
	return parties
}

func reached(side string, parties []registration.Party) (list []Contact) {
	for i, p := range parties {
		if p.Phone != "" {
			list = append(list, Contact{fmt.Sprintf("%s[%d]", side, i), p.Name, p.Phone})
		}
	}
	return list
}

// holders are the parties to a contract, as those to a case.
func holders(list []registration.Holder) []registration.Party {
	parties := make([]registration.Party, len(list))
	for i, h := range list {
		parties[i] = registration.Party{Name: h.Name, Phone: h.Phone}
	}
	return parties
}
