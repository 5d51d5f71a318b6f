package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/town"
	"onewindow/jobs"
	"onewindow/registration"
)

// chain is the audit of an object, a line each: actor action result.
func (w *window) chain(kind, object string) (lines []string) {
	w.t.Helper()
	all, err := w.AuditOf(w.t.Context(), kind, object, 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range all {
		lines = append(lines, fmt.Sprint(l.Actor, " ", l.Action, " ", l.Result))
	}
	return lines
}

// whole fails the test unless the audit is as it was written.
func (w *window) whole() {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		r, err := audit.Verify(ctx, tx, nil)
		for _, f := range r.Faults {
			w.t.Errorf("the audit: %s", f)
		}
		return err
	})
}

func TestASaleLeavesItsAudit(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	number := w.accept(a)
	w.until(number, intake.Review, intake.NeedsInput)
	ctx := audit.With(t.Context(), audit.Origin{Actor: "registrar-01", Role: "registrar", From: "192.0.2.7", Request: "f00d"})
	d := jobs.Decision{Number: number, Step: intake.Review, Verdict: jobs.Approve, By: "registrar-01", Reason: "核对无误"}
	if err := w.Decide(ctx, d); err != nil {
		t.Fatal(err)
	}
	w.pay(number)
	w.until(number, intake.Certificate, intake.Done)
	want := []string{
		"clerk-01 accepted nobody_known", "registrar-01 decided review approve", "applicant paid paid", "machine entered done",
		"machine issued done",
	}
	if got := w.chain(audit.Case, string(number)); !slices.Equal(got, want) {
		t.Errorf("the case's audit is %q, want %q", got, want)
	}
	lines, err := w.AuditOf(t.Context(), audit.Case, string(number), 1, 1)
	if err != nil || lines[0].Role != "registrar" || lines[0].From != "192.0.2.7" || lines[0].Request != "f00d" ||
		lines[0].Reason != "核对无误" {
		t.Errorf("the decision: %+v, %v", lines, err)
	}
	w.whole()
}

// What is rolled back was not done, and is not in the audit.
func TestWhatWasNotDoneIsNotInTheAudit(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	number := w.accept(a)
	w.until(number, intake.Review, intake.NeedsInput)
	if err := w.decide(number, intake.Review, jobs.Approve, "clerk-01", ""); !errors.Is(err, intake.ErrSameHand) {
		t.Fatalf("approval by the clerk: %v", err)
	}
	again := a
	again.Contract = "another"
	if _, err := w.Accept(t.Context(), "clerk-02", intake.Key{Client: "c", Value: "k", Body: []byte("b")}, again); err == nil {
		t.Fatal("a second case on the unit")
	}
	if got := w.chain(audit.Case, string(number)); !slices.Equal(got, []string{"clerk-01 accepted nobody_known"}) {
		t.Errorf("the case's audit is %q", got)
	}
	w.whole()
}

// resold is an application by which home 0 would be sold again, by whoever has the
// owner's number and another telephone.
func (w *window) resold(certificate registration.Number) intake.Application {
	w.t.Helper()
	a := town.Sale(0)
	a.Sellers, a.Buyers = a.Buyers, []registration.Party{town.Person("镇再受让", 77)}
	a.Sellers[0].Phone = "19900000666"
	a.Contract, a.Utilities, a.Certificate = "TOWN-RESALE", nil, certificate
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		on, err := intake.Today(ctx, tx)
		return errors.Join(err, town.File(ctx, tx, a, 120_50, on))
	})
	return a
}

func TestAnOwnerIsToldWhenAnybodyFilesOnTheirUnit(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	number := w.accept(withPhones(0))
	w.approve(number)
	w.pay(number)
	s := w.until(number, intake.Certificate, intake.Done)
	for s.State != intake.Closed {
		time.Sleep(20 * time.Millisecond)
		s = w.until(number, intake.Certificate, intake.Done)
	}
	before := len(w.offices.Inbox.Letters())
	unit := town.Sale(0).Unit
	for range 2 { // told once a day, written down each time
		ctx := audit.With(t.Context(), audit.Origin{Actor: "clerk-03", Role: "clerk"})
		a := withPhones(0)
		a.Price++ // a defect hides nobody who asks
		if found, err := w.Preflight(ctx, a); err != nil || !found.Blocked() {
			t.Fatal(found, err)
		}
	}
	// Somebody who is not the owner files, with the owner's number and another telephone.
	fraud := w.resold(s.Certificate)
	second := w.accept(fraud)
	var told []string
	for range 200 {
		letters := w.offices.Inbox.Letters()
		told = nil
		for _, l := range letters[:len(letters)-before] {
			told = append(told, l.Phone+" "+l.Text)
		}
		if len(told) == 3 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	for want, n := range map[string]int{
		buyerPhone + " 【一窗】2026年": 2, "提交了登记申请": 1, "查询了您名下不动产": 1, "19900000666 【一窗】您的不动产登记申请已受理": 1,
	} {
		if got := len(slices.DeleteFunc(slices.Clone(told), func(s string) bool { return !strings.Contains(s, want) })); got != n {
			t.Errorf("%d messages say %q, want %d: %q", got, want, n, told)
		}
	}
	want := []string{"clerk-03 queried done", "clerk-03 told told 1", "clerk-03 queried done"}
	if got := w.chain(audit.Unit, string(unit)); !slices.Equal(got, want) {
		t.Errorf("the unit's audit is %q, want %q", got, want)
	}
	if got := w.chain(audit.Case, string(second)); !slices.Equal(got, []string{"clerk-01 accepted told 1"}) {
		t.Errorf("the second case's audit is %q", got)
	}
	w.whole()
}
