package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/intake/appointment"
	"onewindow/registration"
)

// concern is what an acceptance number or the number of a contract is about, and whom
// it concerns.
type concern struct {
	number          string
	unit            registration.UnitCode
	caseID          int64  // 0 of a contract
	contract        string // number, of a case
	sellers, buyers []registration.Party
}

// concernOf reads what a number is about. It returns intake.ErrNoCase for one that is
// neither a case's nor a contract's.
func concernOf(ctx context.Context, tx pgx.Tx, number string) (concern, error) {
	n, err := intake.ParseNumber(number)
	if err != nil {
		filed, err := registration.ContractOf(ctx, tx, number)
		if errors.Is(err, registration.ErrNoContract) {
			err = intake.ErrNoCase
		}
		return concern{number: number, unit: filed.Unit,
			sellers: holders(filed.Sellers), buyers: holders(filed.Buyers)}, err
	}
	id, err := intake.IDOf(ctx, tx, n)
	if err != nil {
		return concern{}, err
	}
	c, err := intake.Facts(ctx, tx, id)
	return concern{number: number, unit: c.Unit, caseID: id, contract: c.Contract,
		sellers: c.Sellers, buyers: c.Buyers}, err
}

// party returns a party by their path, and false if there is none there.
func (c concern) party(path string) (registration.Party, bool) {
	for side, list := range map[string][]registration.Party{"sellers": c.sellers, "buyers": c.buyers} {
		for i, p := range list {
			if path == fmt.Sprintf("%s[%d]", side, i) {
				return p, true
			}
		}
	}
	return registration.Party{}, false
}

// filed is the contract of a case; the zero Contract where none is known.
func (c concern) filed(ctx context.Context, tx pgx.Tx) (registration.Contract, error) {
	if c.contract == "" {
		return registration.Contract{}, nil
	}
	filed, err := registration.ContractOf(ctx, tx, c.contract)
	if errors.Is(err, registration.ErrNoContract) {
		return registration.Contract{}, nil
	}
	return filed, err
}

// phoned returns a party with the telephone of the application, or of the contract
// where that gives none. It returns ErrNoParty.
func (c concern) phoned(ctx context.Context, tx pgx.Tx, path string) (registration.Party, error) {
	p, known := c.party(path)
	if !known {
		return p, ErrNoParty
	}
	filed, err := c.filed(ctx, tx)
	return withPhones([]registration.Party{p}, append(filed.Sellers, filed.Buyers...))[0], err
}

// booker is under which number and as which party somebody booked.
type booker struct{ number, party string }

// bookers are those under which a party to a case may have booked: the case, and, before
// there was one, its contract, whose parties may stand in another order.
func (c concern) bookers(ctx context.Context, tx pgx.Tx, path string) (list []booker, err error) {
	list = []booker{{c.number, path}}
	p, known := c.party(path)
	filed, err := c.filed(ctx, tx)
	if err != nil || !known || c.caseID == 0 {
		return list, err
	}
	for side, holders := range map[string][]registration.Holder{"sellers": filed.Sellers, "buyers": filed.Buyers} {
		for i, h := range holders {
			if h.ID == p.ID && h.IDKind == p.IDKind {
				list = append(list, booker{filed.Number, fmt.Sprintf("%s[%d]", side, i)})
			}
		}
	}
	return list, nil
}

// booked returns the appointment that a party has, or appointment.ErrNone.
func (c concern) booked(ctx context.Context, tx pgx.Tx, path string) (appointment.Appointment, error) {
	return c.first(ctx, tx, path, appointment.Of)
}

// cancel cancels the appointment that a party has ahead, or returns appointment.ErrNone.
func (c concern) cancel(ctx context.Context, tx pgx.Tx, path string) (appointment.Appointment, error) {
	return c.first(ctx, tx, path, appointment.Cancel)
}

// first does something with the first appointment that a party has under any name.
func (c concern) first(ctx context.Context, tx pgx.Tx, path string,
	do func(context.Context, pgx.Tx, string, string) (appointment.Appointment, error),
) (a appointment.Appointment, err error) {
	all, err := c.bookers(ctx, tx, path)
	if err != nil {
		return a, err
	}
	for _, b := range all {
		if a, err = do(ctx, tx, b.number, b.party); !errors.Is(err, appointment.ErrNone) {
			return a, err
		}
	}
	return a, appointment.ErrNone
}
