package jobs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/registration"
	"onewindow/utilities"
)

// ErrNoCompany says that no company supplies the utility here.
var ErrNoCompany = errors.New("no company for this utility")

// request asks a company whether the account may move (3d). Parties hear of
// arrears while they still sit at the window.
func (f *Flow) request(u utilities.Utility) Work {
	step := intake.Step(u + "_request")
	return func(ctx context.Context, c intake.Case) (Record, error) {
		company, r, err := f.question(ctx, c, u)
		if err != nil {
			return nil, err
		}
		r.Ref = refOf(c, step)
		answer, err := company.Ask(ctx, r)
		return f.heard(c, step, r, answer, err)
	}
}

// confirm moves the account to the new holder (7), now that there is one. A
// company that refused before is asked again: arrears may have been paid.
func (f *Flow) confirm(u utilities.Utility) Work {
	step := intake.Step(u + "_confirm")
	return func(ctx context.Context, c intake.Case) (Record, error) {
		company, r, err := f.question(ctx, c, u)
		if err != nil {
			return nil, err
		}
		entry, err := f.entryOf(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		r.Ref, r.CheckRef = refOf(c, step), refOf(c, intake.Step(u+"_request"))
		r.Certificate = string(entry.Number())
		answer, err := company.Confirm(ctx, r)
		return f.heard(c, step, r, answer, err)
	}
}

// withdraw takes a request back after the case was refused.
func (f *Flow) withdraw(u utilities.Utility, asked intake.Step) Work {
	step := intake.Step(u + "_cancel")
	return func(ctx context.Context, c intake.Case) (Record, error) {
		company, r, err := f.question(ctx, c, u)
		if err != nil {
			return nil, err
		}
		r.Ref = refOf(c, asked)
		answer, err := company.Cancel(ctx, r.Ref)
		return f.heard(c, step, r, answer, err)
	}
}

// refOf names a step of a case to a company; it acts once per ref.
func refOf(c intake.Case, step intake.Step) string { return fmt.Sprintf("%s-%s", c.Number, step) }

// question gathers what a case knows of one account.
func (f *Flow) question(ctx context.Context, c intake.Case,
	u utilities.Utility) (utilities.Company, utilities.Request, error) {
	company, ok := f.Companies[string(u)]
	if !ok {
		return company, utilities.Request{}, fmt.Errorf("%s: %w", u, ErrNoCompany)
	}
	company, err := f.toTell(ctx, company)
	if err != nil {
		return company, utilities.Request{}, err
	}
	r := utilities.Request{Account: c.AccountOf(string(u)), Unit: string(c.Unit), NewHolder: newHolder(c.Buyers[0])}
	for _, seller := range c.Sellers {
		r.OldHolders = append(r.OldHolders, seller.Name)
	}
	err = f.read(ctx, func(tx pgx.Tx) error {
		title, err := registration.TitleOf(ctx, tx, c.Unit)
		r.Address = title.Unit.Location
		return err
	})
	return company, r, err
}

func newHolder(p registration.Party) utilities.Holder {
	return utilities.Holder{Name: p.Name, IDKind: p.IDKind, ID: p.ID, Phone: p.Phone}
}

// heard records what a company said, or lets a failure that may pass be tried again.
func (f *Flow) heard(c intake.Case, step intake.Step, r utilities.Request, a utilities.Answer,
	err error) (Record, error) {
	if err != nil && utilities.TryAgain(err) {
		return nil, err
	}
	if err != nil {
		return moved(toPerson(intake.Operator, "company_unreachable"), map[string]string{"problem": launder(err).Error()})
	}
	return func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		return moveOf(a), utilities.Record(ctx, tx, c.ID, string(step), r, a)
	}, nil
}

// moveOf tells how a company's answer moves its step. A refusal ends it: the
// parties are told why and how to go on; no certificate waits.
func moveOf(a utilities.Answer) intake.Move {
	switch a.Outcome {
	case utilities.Refused:
		return intake.Move{State: intake.Refused, Reason: "company_refused"}
	case utilities.Later:
		return intake.Move{State: intake.AwaitingCompany, Holder: intake.Company, Reason: "company_will_answer"}
	}
	return intake.Move{State: intake.Done, Reason: "company_" + string(a.Outcome)}
}

// CompanyAnswered takes a company's answer, signed with one of its keys that are in
// force at this moment. The errors are those of utilities.Company.Verify and
// utilities.Answered, and ErrNoCompany.
func (f *Flow) CompanyAnswered(ctx context.Context, utility string, header http.Header, body []byte) error {
	company, ok := f.Companies[utility]
	if !ok {
		return ErrNoCompany
	}
	company, err := f.withKeys(ctx, company)
	if err != nil {
		return err
	}
	notice, err := company.Verify(header, body, time.Now())
	if err != nil {
		return err
	}
	return f.hear(ctx, company, notice)
}

// hear takes in what is proven to be a company's answer.
func (f *Flow) hear(ctx context.Context, company utilities.Company, notice utilities.Notice) error {
	c, step, err := f.questionOf(ctx, notice)
	if err != nil {
		return err
	}
	now, from := time.Now(), audit.OriginOf(ctx) // the desk ends steps of many requests together
	err = f.finish(ctx, c, step, intake.AwaitingCompany, func(ctx context.Context, tx pgx.Tx) (intake.Move, error) {
		_, _, a, err := utilities.Answered(ctx, tx, notice, now)
		if err != nil {
			return intake.Move{}, err
		}
		m := moveOf(a)
		m.Actor = company.Name
		return m, audit.Write(ctx, tx, companyAnswered(from, c.Number, step, a))
	})
	if errors.Is(err, intake.ErrAlready) {
		return f.early(ctx, c, step)
	}
	return err
}

// early tells a notice that comes before its question is written down, which the
// company must repeat, from one that comes after the answer.
func (f *Flow) early(ctx context.Context, c intake.Case, step intake.Step) error {
	state, err := f.stateOf(ctx, c.ID, step)
	switch {
	case err != nil:
		return err
	case state.Final():
		return utilities.ErrNothingNew
	}
	return utilities.ErrNoRequest
}

func (f *Flow) stateOf(ctx context.Context, id int64, step intake.Step) (state intake.State, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		state, err = intake.StateOf(ctx, tx, id, step)
		return err
	})
	return state, err
}

// questionOf finds the case and the step that a notice answers, by its ref. The
// room proves that the company was asked under it.
func (f *Flow) questionOf(ctx context.Context, n utilities.Notice) (c intake.Case, step intake.Step, err error) {
	text, name, _ := strings.Cut(n.Ref(), "-")
	number, err := intake.ParseNumber(text)
	if err != nil {
		return c, step, utilities.ErrNoRequest
	}
	err = f.read(ctx, func(tx pgx.Tx) error {
		id, err := intake.IDOf(ctx, tx, number)
		if errors.Is(err, intake.ErrNoCase) {
			return utilities.ErrNoRequest
		}
		if err == nil {
			c, err = intake.Facts(ctx, tx, id)
		}
		return err
	})
	return c, intake.Step(name), err
}
