package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/registration"
	"onewindow/utilities"
)

// CompanyRequest is what a company may know of one of its requests: the account, the
// address and whose it is or will be. What the home costs is not in it.
type CompanyRequest struct {
	utilities.Question
	Number      intake.Number
	Address     string
	Holders     []string            // names of those in one of whose names the account is
	NewHolder   string              // of a confirmation
	Certificate registration.Number // of a confirmation
}

// CompanyRequests lists what waits for an answer of the company that supplies a
// utility and was asked after request number after, the oldest first, at most limit.
// It returns ErrNoCompany.
func (f *Flow) CompanyRequests(ctx context.Context, utility string, after int64,
	limit int) (list []CompanyRequest, err error) {
	company, ok := f.Companies[utility]
	if !ok {
		return nil, ErrNoCompany
	}
	err = f.read(ctx, func(tx pgx.Tx) error {
		open, err := openRequests(ctx, tx, company.Name, after, limit)
		list = make([]CompanyRequest, len(open))
		for i, ref := range open {
			if err == nil {
				list[i], err = companyRequest(ctx, tx, company.Name, ref)
			}
		}
		return err
	})
	return list, err
}

// CompanyRequest returns what the company that supplies a utility was asked under a
// ref. It returns ErrNoCompany or utilities.ErrNoRequest.
func (f *Flow) CompanyRequest(ctx context.Context, utility, ref string) (r CompanyRequest, err error) {
	company, ok := f.Companies[utility]
	if !ok {
		return r, ErrNoCompany
	}
	err = f.read(ctx, func(tx pgx.Tx) error {
		r, err = companyRequest(ctx, tx, company.Name, ref)
		return err
	})
	return r, err
}

// companyRequest is a question with what the company needs to know of its case.
func companyRequest(ctx context.Context, tx pgx.Tx, company, ref string) (r CompanyRequest, err error) {
	q, err := utilities.QuestionOf(ctx, tx, company, ref)
	if err != nil {
		return r, err
	}
	c, err := intake.Facts(ctx, tx, q.CaseID)
	if err != nil {
		return r, err
	}
	title, err := registration.TitleOf(ctx, tx, c.Unit)
	if err != nil {
		return r, err
	}
	r = CompanyRequest{Question: q, Number: c.Number, Address: title.Unit.Location}
	for _, seller := range c.Sellers {
		r.Holders = append(r.Holders, seller.Name)
	}
	if q.Answer.Phase != utilities.Confirmation {
		return r, nil
	}
	r.NewHolder = c.Buyers[0].Name
	entry, err := registration.EntryOf(ctx, tx, c.ID)
	r.Certificate = entry.Number()
	return r, err
}

// CompanySays takes what a company's own program says of a request, as a signed
// notice would. The same answer again changes nothing and is no error; another one
// after it is intake.ErrAlready. It returns what CompanyRequest and
// utilities.Company.Say do, and outbound.ErrMalformed for what does not answer the
// question.
func (f *Flow) CompanySays(ctx context.Context, utility, ref string, s utilities.Statement) error {
	company, ok := f.Companies[utility]
	if !ok {
		return ErrNoCompany
	}
	notice, err := company.Say(ref, s)
	if err != nil {
		return err
	}
	err = f.hear(ctx, company, notice)
	if !errors.Is(err, utilities.ErrNothingNew) {
		return err
	}
	r, err := f.CompanyRequest(ctx, utility, ref)
	if err == nil && (r.Answer.Outcome != s.Outcome || r.Answer.Reason != s.Reason) {
		err = fmt.Errorf("answer of %s: %w", company.Name, intake.ErrAlready)
	}
	return err
}

// companyAnswered is the event of a company's answer: of its program, or of whoever
// signed for it.
func companyAnswered(from audit.Origin, number intake.Number, step intake.Step, a utilities.Answer) audit.Event {
	e := onCase(number, audit.Answered, from.Actor, string(step)+" "+string(a.Outcome)).By(from)
	if from.Role == "" { // nobody signed in: whoever signed the notice is the company
		e.Actor = a.Company
	}
	return e
}

// keysFor is how long the keys with which a company is spoken to are remembered. Those
// with which it speaks are looked up each time.
const keysFor = 5 * time.Second

// withKeys returns a company with the keys of its account that are in force now.
func (f *Flow) withKeys(ctx context.Context, company utilities.Company) (utilities.Company, error) {
	keys, err := access.SigningKeys(ctx, f.pool, string(company.Utility), time.Now())
	if err == nil {
		f.keys.Add(company.Utility, keys)
		company.Drawn = keys
	}
	return company, err
}

// toTell is withKeys for what is said to the company: twice a case, so that it is not
// looked up again each time. A key that was withdrawn a moment ago tells it nothing.
func (f *Flow) toTell(ctx context.Context, company utilities.Company) (utilities.Company, error) {
	if keys, known := f.keys.Get(company.Utility); known {
		company.Drawn = keys
		return company, nil
	}
	return f.withKeys(ctx, company)
}
