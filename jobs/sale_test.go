package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/pgtest"
	"onewindow/internal/sandbox"
	"onewindow/internal/town"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/payment"
	"onewindow/utilities"
)

// window is a whole office: a town, its companies and gateway, a flow at work.
type window struct {
	*jobs.Flow
	t       *testing.T
	pool    *pgxpool.Pool
	offices *town.Offices
}

func newWindow(t *testing.T, homes int) *window {
	t.Helper()
	soon := jobs.Patience{Office: []time.Duration{0, 0}, Company: []time.Duration{0, 0}}
	return newWindowAround(t, homes, soon, func(*jobs.Offices) {})
}

// newWindowAround is newWindow with other offices around it.
func newWindowAround(t *testing.T, homes int, p jobs.Patience, change func(*jobs.Offices)) *window {
	t.Helper()
	return newWindowIn(t, town.Config{}, homes, p, change)
}

// newWindowIn is newWindowAround in a town of its own.
func newWindowIn(t *testing.T, cfg town.Config, homes int, p jobs.Patience, change func(*jobs.Offices)) *window {
	t.Helper()
	w := &window{t: t}
	url := pgtest.URL(t)
	w.pool = pgtest.Open(t, url, 16)
	w.tx(func(ctx context.Context, tx pgx.Tx) error { return town.Build(ctx, tx, 0, homes) })
	engine, err := jobs.EnginePool(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	if w.offices, err = town.NewOffices(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.offices.Close)
	change(&w.offices.Offices)
	w.Flow, err = jobs.New(jobs.Config{
		Name: "test", Pool: w.pool, Engine: engine, Log: slog.New(slog.DiscardHandler), Offices: w.offices.Offices,
		Patience: p,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.offices.Serve(w.Flow)
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Stop(context.Background()) })
	return w
}

func (w *window) tx(do func(ctx context.Context, tx pgx.Tx) error) {
	w.t.Helper()
	if err := pgx.BeginFunc(w.t.Context(), w.pool, func(tx pgx.Tx) error { return do(w.t.Context(), tx) }); err != nil {
		w.t.Fatal(err)
	}
}

// accept hands the application in at the window.
func (w *window) accept(a intake.Application) intake.Number {
	w.t.Helper()
	key := intake.Key{Client: "clerk-01", Value: string(a.Unit) + a.Contract, Body: []byte(a.Contract)}
	accepted, err := w.Accept(w.t.Context(), "clerk-01", key, a)
	var defects *jobs.DefectsError
	if errors.As(err, &defects) {
		w.t.Fatalf("refused: %+v", defects.Findings)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return accepted.Number
}

// until waits for a step to stand in a state and returns the case.
func (w *window) until(number intake.Number, step intake.Step, state intake.State) *jobs.Sight {
	w.t.Helper()
	var s *jobs.Sight
	for range 600 {
		var err error
		if s, err = w.Find(w.t.Context(), number); err != nil {
			w.t.Fatal(err)
		}
		if s.Steps[step] == state {
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	for _, p := range s.Progress {
		w.t.Logf("%s %s %s %s", p.Step, p.State, p.Holder, p.Finding)
	}
	w.t.Fatalf("%s is %s after half a minute, want %s", step, s.Steps[step], state)
	return nil
}

func (w *window) decide(number intake.Number, step intake.Step, v jobs.Verdict, by, reason string) error {
	return w.Decide(w.t.Context(), jobs.Decision{Number: number, Step: step, Verdict: v, By: by, Reason: reason})
}

func (w *window) approve(number intake.Number) {
	w.t.Helper()
	w.until(number, intake.Review, intake.NeedsInput)
	if err := w.decide(number, intake.Review, jobs.Approve, "registrar-01", ""); err != nil {
		w.t.Fatal(err)
	}
}

func (w *window) pay(number intake.Number) {
	w.t.Helper()
	for _, b := range w.owed(number) {
		if err := w.offices.Pay(w.t.Context(), b.Ref); err != nil {
			w.t.Fatal(err)
		}
	}
}

// owed waits for the bills of a case that are to be paid.
func (w *window) owed(number intake.Number) []payment.Bill {
	w.t.Helper()
	s := w.until(number, intake.Settle, intake.AwaitingPayment)
	return slices.DeleteFunc(s.Bills, func(b payment.Bill) bool { return b.State != payment.BillOpen })
}

func TestASaleGoesFromTheWindowToACertificate(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	number := w.accept(a)
	w.approve(number)
	w.pay(number)
	s := w.until(number, intake.GasConfirm, intake.Done)
	for s.State != intake.Closed {
		time.Sleep(20 * time.Millisecond)
		s = w.until(number, intake.WaterConfirm, intake.Done)
	}
	if s.Document == nil || s.Document.Number != s.Certificate || s.Certificate == a.Certificate {
		t.Fatalf("certificate %q, document %v", s.Certificate, s.Document)
	}
	for _, p := range s.Progress {
		if p.State != intake.Done || p.StartedAt == nil || p.FinishedAt == nil || p.Worked <= 0 && p.Step != intake.Settle {
			t.Errorf("%s ended %s (%v, %v, worked %v)", p.Step, p.State, p.StartedAt, p.FinishedAt, p.Worked)
		}
	}
	if deed := s.Tax.Payable(tax.BuyerSide); deed != 800_000 { // 1 % of 800 000 yuan, first home ≤ 140 m²
		t.Errorf("the buyer pays %v, want 8000.00", deed)
	}
	if s.ApprovedBy != "registrar-01" || s.AcceptedBy != "clerk-01" {
		t.Errorf("accepted by %s, approved by %s", s.AcceptedBy, s.ApprovedBy)
	}
	text := pdfText(t, s.Document.PDF)
	for _, want := range []string{"不动产权证书", a.Buyers[0].Name, string(s.Certificate), a.Unit.Groups(), "120.50"} {
		if !strings.Contains(text, want) {
			t.Errorf("the certificate does not say %q", want)
		}
	}
	if strings.Contains(text, a.Sellers[0].Name) {
		t.Error("the certificate names the seller")
	}
	w.tx(func(ctx context.Context, tx pgx.Tx) error { // I4: the old right is closed, one is current
		title, err := registration.TitleOf(ctx, tx, a.Unit)
		right, ok := title.CurrentRight()
		if !ok || len(title.Rights) != 2 || right.Holders[0].ID != a.Buyers[0].ID || right.Predecessor != title.Rights[0].ID {
			t.Errorf("title after the sale: %+v", title.Rights)
		}
		return err
	})
}

// pdfText reads a PDF as a reader would.
func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "certificate.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	return string(out)
}

// T04: a court's order that arrives between approval and entry keeps the right
// from being entered, and a person gets the case.
func TestASeizureAfterTheApprovalStopsTheEntry(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	number := w.accept(a)
	w.approve(number)
	w.until(number, intake.Settle, intake.AwaitingPayment)
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		on, err := intake.Today(ctx, tx)
		if err != nil {
			return err
		}
		_, err = registration.RegisterSeizure(ctx, tx, registration.Seizure{
			Scope: registration.OnUnit, Target: string(a.Unit), Court: "样本法院", Document: "(2026)样执1号",
			ServedAt: time.Now(), FromOn: on, ExpiresOn: on.AddDate(3, 0, -1),
		})
		return err
	})
	w.pay(number)
	s := w.until(number, intake.Enter, intake.Manual)
	if s.State != intake.Open || s.Certificate != "" || !s.Findings(intake.Enter).Blocked() {
		t.Errorf("case %s, certificate %q, findings %v", s.State, s.Certificate, s.Findings(intake.Enter))
	}
	if s.Steps[intake.Certificate] != intake.Waiting {
		t.Errorf("certificate is %s", s.Steps[intake.Certificate])
	}
}

func TestNobodyApprovesWhatTheyAccepted(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	number := w.accept(town.Sale(0))
	w.until(number, intake.Review, intake.NeedsInput)
	if err := w.decide(number, intake.Review, jobs.Approve, "clerk-01", ""); !errors.Is(err, intake.ErrSameHand) {
		t.Errorf("approval by the clerk: %v, want ErrSameHand", err)
	}
	if err := w.decide(number, intake.Review, jobs.Refuse, "registrar-01", ""); !errors.Is(err, jobs.ErrNoReason) {
		t.Errorf("refusal without a reason: %v, want ErrNoReason", err)
	}
	if err := w.decide(number, intake.Review, jobs.Confirm, "registrar-01", "x"); !errors.Is(err, jobs.ErrVerdict) {
		t.Errorf("figures confirmed in a review: %v, want ErrVerdict", err)
	}
}

func TestARefusalFreesTheUnitAndTakesBackWhatCompaniesWereAsked(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	number := w.accept(a)
	for _, step := range []intake.Step{intake.WaterRequest, intake.PowerRequest, intake.GasRequest} {
		w.until(number, step, intake.Done)
	}
	w.until(number, intake.Review, intake.NeedsInput)
	if err := w.decide(number, intake.Review, jobs.Refuse, "registrar-01", "材料不实"); err != nil {
		t.Fatal(err)
	}
	s := w.until(number, intake.WaterCancel, intake.Done)
	if s.State != intake.Turned || s.Steps[intake.Enter] != intake.Cancelled || s.Steps[intake.Settle] == intake.Running {
		t.Errorf("after the refusal: case %s, steps %v", s.State, s.Steps)
	}
	again := a
	again.Utilities = nil
	ctx := audit.With(t.Context(), audit.Origin{Actor: "clerk-02", Role: "clerk"})
	if found, err := w.Preflight(ctx, again); err != nil || found.Blocked() {
		t.Errorf("a new application for the unit: %v, %v", found, err)
	}
}

// Money that was paid for nothing is never forgotten, whichever comes first.
func TestAPaymentForARefusedCaseIsOwedBack(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 2)
	before, after := w.accept(town.Sale(0)), w.accept(town.Sale(1))
	w.pay(before)
	w.until(before, intake.Settle, intake.Done)
	bill := w.owed(after)[0]
	for _, number := range []intake.Number{before, after} {
		w.until(number, intake.Review, intake.NeedsInput)
		if err := w.decide(number, intake.Review, jobs.Refuse, "registrar-01", "材料不实"); err != nil {
			t.Fatal(err)
		}
	}
	w.until(before, intake.Settle, intake.Done)
	w.eventually("the paid bill was given back", func() bool { return w.offices.Payments.Balance(w.bill(before).Ref) == 0 })
	w.eventually("the order of the other is closed", func() bool {
		order, err := w.offices.Gateway.Query(t.Context(), bill.Ref)
		return err == nil && order.State == payment.OrderClosed
	})
	if err := w.offices.Pay(t.Context(), bill.Ref); err != nil || w.offices.Payments.Balance(bill.Ref) != 0 {
		t.Errorf("a closed order was paid: %v", err)
	}
	s, err := w.Find(t.Context(), before)
	if err != nil || len(s.Refunds) != 1 || s.Refunds[0].Why != string(payment.CaseEnded) || s.Bills[0].State != payment.BillVoid {
		t.Errorf("refunds %+v, bills %+v, %v", s.Refunds, s.Bills, err)
	}
	if letters, err := w.Letters(t.Context()); err != nil || len(letters) != 0 {
		t.Errorf("letters %+v, %v: nobody need do anything", letters, err)
	}
}

// bill returns the buyer's newest bill.
func (w *window) bill(number intake.Number) payment.Bill {
	w.t.Helper()
	s, err := w.Find(w.t.Context(), number)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, b := range slices.Backward(s.Bills) {
		if b.Payer.Side == tax.BuyerSide {
			return b
		}
	}
	w.t.Fatal("no bill")
	return payment.Bill{}
}

// eventually waits for what work in the background brings about.
func (w *window) eventually(what string, holds func() bool) {
	w.t.Helper()
	for range 400 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Errorf("not within twenty seconds: %s", what)
}

func TestAReturnedCaseComesBackSupplemented(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	number := w.accept(town.Sale(0))
	w.until(number, intake.Review, intake.NeedsInput)
	if err := w.decide(number, intake.Review, jobs.Return, "registrar-01", "请补充婚姻证明"); err != nil {
		t.Fatal(err)
	}
	s := w.until(number, intake.Review, intake.NeedsInput)
	for _, p := range s.Progress {
		if p.Step == intake.Review && p.Holder != intake.Applicant {
			t.Errorf("the review is with %s, want the applicant", p.Holder)
		}
	}
	if err := w.decide(number, intake.Review, jobs.Approve, "registrar-01", ""); !errors.Is(err, jobs.ErrVerdict) {
		t.Errorf("approved while with the applicant: %v", err)
	}
	if err := w.decide(number, intake.Review, jobs.Supplement, "clerk-01", ""); err != nil {
		t.Fatal(err)
	}
	for w.holder(number, intake.Review) != intake.Reviewer {
		time.Sleep(20 * time.Millisecond)
	}
	w.approve(number)
}

func (w *window) holder(number intake.Number, step intake.Step) string {
	w.t.Helper()
	s, err := w.Find(w.t.Context(), number)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range s.Progress {
		if p.Step == step {
			return p.Holder
		}
	}
	return ""
}

// A tax question that no settled rule answers goes to an officer with every
// reason and the proposed figures, and is never guessed.
func TestUnsettledTaxWaitsForAnOfficer(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 2)
	w.offices.Facts.Appraise(string(town.Unit(1)), // above its price
		sandbox.Appraisal{Value: 900_000_00, On: "2026-11-20", Document: "样本评估"})
	number := w.accept(town.Sale(1))
	s := w.until(number, intake.Assess, intake.Manual)
	if s.Tax == nil || len(s.Tax.Manual) == 0 || len(s.Tax.Lines) == 0 || len(s.Bills) > 0 {
		t.Fatalf("manual assessment: %+v, bill %v", s.Tax, s.Bills)
	}
	if err := w.decide(number, intake.Assess, jobs.Confirm, "tax-01", "成交价合理, 按评估价核定"); err != nil {
		t.Fatal(err)
	}
	w.approve(number)
	w.pay(number)
	w.until(number, intake.Certificate, intake.Done)
}

// T24: a company's refusal reaches the parties and delays no certificate.
func TestArrearsDelayNoCertificate(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	a.Utilities = []intake.Account{
		{Utility: "water", Number: "1-ARREARS"}, {Utility: "power", Number: "2-500"}, {Utility: "gas", Number: "3-LATER"},
	}
	number := w.accept(a)
	w.approve(number)
	w.pay(number)
	s := w.until(number, intake.Certificate, intake.Done)
	if s.Steps[intake.WaterRequest] != intake.Refused {
		t.Errorf("water is %s", s.Steps[intake.WaterRequest])
	}
	w.until(number, intake.PowerRequest, intake.Manual) // down for good: an operator has it
	w.until(number, intake.GasConfirm, intake.Done)     // answered later, twice
	s = w.until(number, intake.WaterConfirm, intake.Refused)
	reasons := map[string]utilities.Reason{}
	for _, u := range s.Utilities {
		reasons[u.Step] = u.Answer.Reason
	}
	if reasons[string(intake.WaterRequest)] != utilities.Arrears {
		t.Errorf("reasons %v, want arrears for water", reasons)
	}
	if err := w.decide(number, intake.PowerRequest, jobs.GiveUp, "clerk-01", "当事人自行办理"); err != nil {
		t.Fatal(err)
	}
	w.until(number, intake.PowerConfirm, intake.Manual)
}

// A lost callback: the gateway says nothing, and is asked.
func TestALostPaymentCallbackIsMadeGood(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	w.offices.Payments.Faults.Silent = true
	number := w.accept(town.Sale(0))
	w.approve(number)
	w.pay(number)
	w.tx(func(ctx context.Context, tx pgx.Tx) error { // the minute passes
		_, err := tx.Exec(ctx, `UPDATE intake_step SET started_at = now() - interval '2 minutes' WHERE step = 'settle' AND state = 'awaiting_payment'`)
		return err
	})
	w.until(number, intake.Certificate, intake.Done)
}

func TestForgedAndDoubledCallbacks(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	w.offices.Payments.Faults.Twice = true
	number := w.accept(town.Sale(0))
	s := w.until(number, intake.Settle, intake.AwaitingPayment)
	forged := http.Header{"Webhook-Id": {"x"}, "Webhook-Timestamp": {"1"}, "Webhook-Signature": {"v1,AAAA"}}
	if err := w.Paid(t.Context(), forged, []byte(`{"ref":"`+s.Bills[0].Ref+`","state":"paid"}`)); err == nil {
		t.Error("a forged callback was taken")
	}
	w.approve(number)
	w.pay(number)
	w.until(number, intake.Certificate, intake.Done)
	n := 0
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM tax_payment`).Scan(&n)
	})
	if n != 1 {
		t.Errorf("%d payments, want 1", n)
	}
}

// The buyer sells on: facts of the second sale come from the first one's entry.
func TestAHomeCanBeSoldOn(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	first := town.Sale(0)
	first.Utilities = nil
	number := w.accept(first)
	w.approve(number)
	w.pay(number)
	s := w.until(number, intake.Certificate, intake.Done)
	second := first
	second.Certificate, second.Contract = s.Certificate, "TOWN-AGAIN"
	second.Sellers, second.Buyers = first.Buyers, []registration.Party{town.Person("镇再受让", 9000)}
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		return registration.PutContract(ctx, tx, contractOf(second))
	})
	number = w.accept(second)
	s = w.until(number, intake.Settle, intake.AwaitingPayment)
	if vat := s.Tax.Payable(tax.SellerSide); vat == 0 {
		t.Errorf("a home held for a day pays no VAT: %+v", s.Tax.Lines)
	}
	w.approve(number)
	w.pay(number)
	w.until(number, intake.Certificate, intake.Done)
}

func contractOf(a intake.Application) registration.Contract {
	holder := func(p registration.Party) []registration.Holder {
		return []registration.Holder{{Name: p.Name, IDKind: registration.Resident, ID: p.ID}}
	}
	on := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	return registration.Contract{
		Number: a.Contract, Unit: a.Unit, Area: 120_50, Price: a.Price, CoOwnership: a.CoOwnership,
		Sellers: holder(a.Sellers[0]), Buyers: holder(a.Buyers[0]), SignedOn: on, FiledOn: on,
	}
}
