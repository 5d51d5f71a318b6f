package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/intake/appointment"
	"onewindow/internal/audit"
	"onewindow/internal/notice"
	"onewindow/registration"
)

// Visits are the appointment that a party has at the office of their unit, and those
// that they may choose from.
type Visits struct {
	Office  registration.Office // of the zero Name where nobody knows one
	Address string              // where people go; "" if it is not known
	Booked  *appointment.Appointment
	Days    []appointment.Day // with a place left; none where no appointments are taken
}

// Visits returns what a party to a case or contract may choose from, and what they
// have. It returns intake.ErrNoCase.
func (f *Flow) Visits(ctx context.Context, number, party string) (v Visits, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		c, err := concernOf(ctx, tx, number)
		if err != nil {
			return err
		}
		v, err = f.visits(ctx, tx, c.unit.County())
		if err != nil {
			return err
		}
		a, err := c.booked(ctx, tx, party)
		if errors.Is(err, appointment.ErrNone) {
			return nil
		}
		v.Booked = &a
		v.Address = f.VisitAddress(a)
		return err
	})
	if err != nil {
		return v, fmt.Errorf("look for appointments of %s: %w", number, err)
	}
	return v, nil
}

func (f *Flow) visits(ctx context.Context, tx pgx.Tx, county string) (v Visits, err error) {
	v.Office, _ = registration.OfficeOf(county)
	now, calendar, err := calendarOf(ctx, tx)
	if err != nil {
		return v, err
	}
	v.Address = f.addressOf(county, now)
	taken, err := appointment.Taken(ctx, tx, county, now)
	v.Days = appointment.Free(f.Offices.Visits.Slots(county, now, calendar), taken)
	return v, err
}

// VisitAddress is where somebody goes who has an appointment; "" if it is not known.
func (f *Flow) VisitAddress(a appointment.Appointment) string { return f.addressOf(a.Office, a.At) }

func (f *Flow) addressOf(office string, at time.Time) string {
	h, _ := f.Offices.Visits.On(office, registration.DayOf(at))
	return h.Address
}

// calendarOf returns the instant by the database's clock, which every process shares,
// and the days ahead.
func calendarOf(ctx context.Context, tx pgx.Tx) (now time.Time, c registration.Calendar, err error) {
	if now, err = intake.Now(ctx, tx); err != nil {
		return now, nil, err
	}
	from, to := appointment.Window(now)
	c, err = registration.CalendarOf(ctx, tx, from, to)
	return now, c, err
}

// Book books an appointment for a party at the office of their unit, in place of the
// one that they have, and tells them in the language. It says whether it did that now
// or the request was a resend. It returns appointment.ErrNotOffered,
// appointment.ErrTaken, appointment.ErrKeyReused, intake.ErrNoCase or ErrNoParty, and
// then nothing has changed.
func (f *Flow) Book(ctx context.Context, r appointment.Request,
	lang string) (a appointment.Appointment, fresh bool, err error) {
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		c, err := concernOf(ctx, tx, r.Number)
		if err != nil {
			return err
		}
		r.Office = c.unit.County()
		if a, err = appointment.Held(ctx, tx, r); !errors.Is(err, appointment.ErrNone) {
			return err
		}
		fresh = true
		a, err = f.book(ctx, tx, c, r)
		if err != nil {
			return err
		}
		return f.appointed(ctx, tx, c, a, audit.Booked, notice.Booked, lang)
	})
	if err != nil {
		return a, false, fmt.Errorf("book an appointment about %s: %w", r.Number, err)
	}
	return a, fresh, nil
}

// book gives a place, if the slot is offered.
func (f *Flow) book(ctx context.Context, tx pgx.Tx, c concern,
	r appointment.Request) (a appointment.Appointment, err error) {
	now, calendar, err := calendarOf(ctx, tx)
	if err != nil {
		return a, err
	}
	places, err := f.Offices.Visits.Places(r.Office, r.At, now, calendar)
	if err != nil {
		return a, err
	}
	if _, err := c.cancel(ctx, tx, r.Party); err != nil && !errors.Is(err, appointment.ErrNone) {
		return a, err
	}
	return appointment.Book(ctx, tx, r, places)
}

// CancelVisit cancels the appointment that a party has ahead, and tells them. It
// returns appointment.ErrNone or intake.ErrNoCase.
func (f *Flow) CancelVisit(ctx context.Context, number, party, lang string) error {
	err := pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		c, err := concernOf(ctx, tx, number)
		if err != nil {
			return err
		}
		a, err := c.cancel(ctx, tx, party)
		if err != nil {
			return err
		}
		a.Party = party
		return f.appointed(ctx, tx, c, a, audit.Cancelled, notice.Cancelled, lang)
	})
	if err != nil {
		return fmt.Errorf("cancel an appointment about %s: %w", number, err)
	}
	return nil
}

// appointed writes down what became of an appointment and tells its party, if they
// left a telephone.
func (f *Flow) appointed(ctx context.Context, tx pgx.Tx, c concern, a appointment.Appointment,
	did audit.Action, say notice.Template, lang string) error {
	local := registration.InChina(a.At)
	err := audit.Write(ctx, tx, audit.Event{Kind: audit.Case, Object: c.number, Action: did,
		Result: fmt.Sprintf("%s %s %s", a.Office, local.Format(time.RFC3339), a.For)})
	if err != nil {
		return err
	}
	party, err := c.phoned(ctx, tx, a.Party)
	if err != nil || party.Phone == "" {
		return err
	}
	office, _ := registration.OfficeOf(a.Office)
	return f.Notify(ctx, tx, notice.Message{To: party.Phone, Template: say, Lang: lang, Case: c.caseID, NotAfter: a.At,
		Args: map[string]string{"on": local.Format(time.DateOnly), "at": local.Format("15:04"), "office": office.Name}})
}

// Visitor is who comes to the window by appointment.
type Visitor struct {
	appointment.Appointment
	Name string // of the party, whole
	Case bool   // the number is that of a case
}

// Visitors returns who comes to an office from the beginning of today on, the earliest
// first.
func (f *Flow) Visitors(ctx context.Context, office string) (list []Visitor, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		today, err := intake.Today(ctx, tx)
		if err != nil {
			return err
		}
		coming, err := appointment.Coming(ctx, tx, office, registration.Midnight(today))
		if err != nil {
			return err
		}
		concerns := map[string]concern{}
		for _, a := range coming {
			c, read := concerns[a.Number]
			if !read {
				c, err = concernOf(ctx, tx, a.Number)
				if err != nil && !errors.Is(err, intake.ErrNoCase) { // one that nobody knows is listed without a name
					return err
				}
				concerns[a.Number] = c
			}
			p, _ := c.party(a.Party)
			list = append(list, Visitor{a, p.Name, c.caseID != 0})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the appointments of office %s: %w", office, err)
	}
	return list, nil
}
