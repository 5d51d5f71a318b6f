package jobs_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/town"
	"onewindow/jobs"
	"onewindow/tax"
	"onewindow/tax/filing"
	"onewindow/tax/officer"
	"onewindow/tax/payment"
	"onewindow/tax/source"
)

func (w *window) file(number intake.Number) *jobs.TaxFile {
	w.t.Helper()
	file, err := w.TaxFile(w.t.Context(), number)
	if err != nil {
		w.t.Fatal(err)
	}
	return file
}

// states are the states of a case's bills, the oldest first.
func (w *window) states(number intake.Number) (states []payment.BillState) {
	for _, b := range w.sight(number).Bills {
		states = append(states, b.State)
	}
	return states
}

func (w *window) sight(number intake.Number) *jobs.Sight {
	w.t.Helper()
	s, err := w.Find(w.t.Context(), number)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// A party disputes a fact: nobody pays the old bill, an officer has the case with what
// was said, and says that it stands; then new bills are written and the case goes on.
func TestADisputedAssessmentWaitsForAnOfficerAndTheOldBillIsVoid(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	number := w.accept(town.Sale(0))
	before := w.until(number, intake.Settle, intake.AwaitingPayment)
	buyer := jobs.Declarant{Number: number, Party: "buyers[0]"}
	said := filing.Dispute{About: filing.Homes, Words: "另一套住房上月已经卖出。"}
	for _, wrong := range []struct {
		by   jobs.Declarant
		d    filing.Dispute
		want error
	}{
		{buyer, filing.Dispute{About: filing.Sole, Words: "x"}, filing.ErrStatement},
		{buyer, filing.Dispute{About: filing.Homes, Words: " \n"}, filing.ErrNoWords},
		{buyer, filing.Dispute{About: filing.Homes, Words: strings.Repeat("长", filing.MostWords+1)}, filing.ErrWords},
		{buyer, filing.Dispute{About: filing.Homes, Words: "a\u202eb"}, filing.ErrWords},
		{jobs.Declarant{Number: number, Party: "buyers[0]", Revision: 1}, said, intake.ErrStale},
	} {
		if err := w.Dispute(t.Context(), wrong.by, wrong.d); !errors.Is(err, wrong.want) {
			t.Errorf("%+v: %v, want %v", wrong.d, err, wrong.want)
		}
	}
	if err := w.Dispute(t.Context(), buyer, said); err != nil {
		t.Fatal(err)
	}
	s := w.sight(number)
	if s.Steps[intake.Assess] != intake.Manual || s.Steps[intake.Settle] != intake.Waiting || w.holder(number, intake.Assess) != intake.TaxOfficer {
		t.Errorf("assess %s, settle %s", s.Steps[intake.Assess], s.Steps[intake.Settle])
	}
	for _, b := range s.Bills {
		if b.State != payment.BillVoid && b.Amount > 0 {
			t.Errorf("the bill %s is %s", b.Ref, b.State)
		}
	}
	if _, err := w.PayAt(t.Context(), number, ""); !errors.Is(err, payment.ErrUnknownBill) {
		t.Errorf("the old bill can be paid: %v", err)
	}
	if err := w.Declare(t.Context(), buyer); !errors.Is(err, filing.ErrNotDecided) {
		t.Errorf("declared meanwhile: %v", err)
	}
	file := w.file(number)
	if len(file.Disputes) != 1 || file.Disputes[0].Words != said.Words || !file.Waiting() {
		t.Fatalf("disputes %+v", file.Disputes)
	}
	act := jobs.OfficerAct{Number: number, By: "tax-01", Seen: file.Version, Reason: "查询结果无误，转移登记尚未办理。"}
	if err := w.ConfirmFigures(t.Context(), act); err != nil {
		t.Fatal(err)
	}
	after := w.until(number, intake.Settle, intake.AwaitingPayment)
	if payment.Total(after.Bills) != payment.Total(before.Bills) {
		t.Errorf("owed %d, then %d", payment.Total(before.Bills), payment.Total(after.Bills))
	}
	if d := w.file(number).Disputes[0]; d.Answer.Outcome != filing.Stands || d.Answer.Words != act.Reason {
		t.Errorf("answered %+v", d.Answer)
	}
	if err := w.Declare(t.Context(), buyer); err != nil {
		t.Errorf("declare: %v", err)
	}
	w.approve(number)
	w.pay(number)
	w.until(number, intake.Certificate, intake.Done)
	said.Words = "还是不对。"
	if err := w.Dispute(t.Context(), buyer, said); !errors.Is(err, intake.ErrEntered) {
		t.Errorf("disputed after the entry: %v", err)
	}
}

// An officer takes back what was paid already. The seller's bill, which is as it was,
// stays paid; the buyer's is given back and written anew.
func TestWhatWasPaidAndIsStillOwedStaysPaid(t *testing.T) {
	t.Parallel()
	w := newWindowIn(t, town.Config{Books: boughtLately()}, 1, threeTimes, func(*jobs.Offices) {})
	number := w.accept(town.Sale(0))
	w.until(number, intake.Settle, intake.AwaitingPayment)
	w.pay(number)
	before := w.until(number, intake.Settle, intake.Done)
	file := w.file(number)
	act := jobs.OfficerAct{Number: number, By: "tax-01", Seen: file.Version + 1, Reason: "购房人另有两套住房。"}
	if err := w.Reassess(t.Context(), act); !errors.Is(err, intake.ErrStale) {
		t.Errorf("on another file: %v", err)
	}
	act.Seen = file.Version
	if err := w.Reassess(t.Context(), act); err != nil {
		t.Fatal(err)
	}
	if err := w.Reassess(t.Context(), jobs.OfficerAct{Number: number, By: "tax-01", Reason: "x"}); !errors.Is(err, intake.ErrAlready) {
		t.Errorf("taken back twice: %v", err)
	}
	if got := w.states(number); slices.Contains(got, payment.BillVoid) {
		t.Errorf("what was paid is void before anybody knows what is owed: %v", got)
	}
	act.Seen, act.Document = 0, "不动产查询结果 2026-1"
	if err := w.Correct(t.Context(), act, []officer.Change{
		{Path: "family.homes.county", Value: "2"}, {Path: "family.homes.city", Value: "2"}, {Path: "family.homes.province", Value: "2"},
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.SecondOpinion(t.Context(), jobs.OfficerAct{Number: number, By: "tax-02"}, officer.Accepted); err != nil {
		t.Fatal(err)
	}
	s := w.until(number, intake.Settle, intake.AwaitingPayment)
	for i, b := range before.Bills {
		want := payment.BillPaid
		if b.Payer.Side == tax.BuyerSide {
			want = payment.BillVoid
		}
		if s.Bills[i].State != want {
			t.Errorf("the bill %s of the %s is %s", b.Ref, b.Payer.Side, s.Bills[i].State)
		}
	}
	if len(s.Refunds) != 1 || s.Refunds[0].Why != string(payment.Reassessed) {
		t.Errorf("refunds %+v", s.Refunds)
	}
	if n := len(s.Bills); n != 3 || s.Bills[2].Payer.Side != tax.BuyerSide || s.Bills[2].Amount <= before.Bills[0].Amount {
		t.Errorf("bills %+v", s.Bills)
	}
	w.approve(number)
	w.pay(number)
	w.until(number, intake.Certificate, intake.Done)
}

// The facts of the case are no longer those that were assessed: nothing is entered,
// the assessment is opened again, and its bill is no longer owed (I7).
func TestFactsThatChangedReopenTheAssessment(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	number := w.accept(town.Sale(0))
	w.until(number, intake.Settle, intake.AwaitingPayment)
	w.pay(number)
	s := w.until(number, intake.Settle, intake.Done)
	w.tx(func(ctx context.Context, tx pgx.Tx) error { // as if another unit had been assessed
		facts, assessed, err := tax.Of(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		facts.Unit = "430602001001GB00099F00990099"
		return officer.Put(ctx, tx, s.ID, officer.Revision{
			Kind: officer.Answers, Officer: "tax-01", At: s.ReadAt, Facts: facts, Assessment: assessed,
		})
	})
	w.approve(number)
	s = w.until(number, intake.Assess, intake.Manual)
	if s.Steps[intake.Enter] != intake.Waiting || s.Steps[intake.Settle] != intake.Waiting || s.Certificate != "" {
		t.Errorf("enter %s, settle %s, certificate %q", s.Steps[intake.Enter], s.Steps[intake.Settle], s.Certificate)
	}
	at := slices.IndexFunc(s.Journal, func(e intake.Entry) bool { return e.Reason == "facts_changed" && e.Step == intake.Assess })
	if at < 0 || w.holder(number, intake.Assess) != intake.TaxOfficer {
		t.Errorf("the journal does not say why: %+v", s.Journal)
	}
	file := w.file(number)
	act := jobs.OfficerAct{Number: number, By: "tax-01", Seen: file.Version, Reason: "按办件信息重新查询"}
	if err := w.AskAgain(t.Context(), act, "homes"); err != nil {
		t.Fatal(err)
	}
	w.until(number, intake.Certificate, intake.Done)
}

// A party cannot stall a sale for ever: saying the same again changes nothing, and after
// so many disputes they are to come to the window.
func TestAPartyDisputesSoOftenAndNoMore(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	number := w.accept(town.Sale(0))
	w.until(number, intake.Settle, intake.AwaitingPayment)
	buyer := jobs.Declarant{Number: number, Party: "buyers[0]"}
	for i := range filing.MostDisputes {
		said := filing.Dispute{About: filing.Homes, Words: strings.Repeat("不", i+1)}
		if err := errors.Join(w.Dispute(t.Context(), buyer, said), w.Dispute(t.Context(), buyer, said)); err != nil {
			t.Fatalf("dispute %d: %v", i, err)
		}
	}
	if err := w.Dispute(t.Context(), buyer, filing.Dispute{About: filing.Homes, Words: "还是不对"}); !errors.Is(err, filing.ErrTooOften) {
		t.Errorf("once more: %v", err)
	}
	seller := jobs.Declarant{Number: number, Party: "sellers[0]"}
	if err := w.Dispute(t.Context(), seller, filing.Dispute{About: filing.Sole, Words: "不对"}); err != nil {
		t.Errorf("the other side: %v", err)
	}
	if n := len(w.file(number).Disputes); n != filing.MostDisputes+1 {
		t.Errorf("%d disputes are kept", n)
	}
}

// A preview waits for no office longer than it may: one that never answers is late, the
// verdict says so, and nothing of it is kept for the next who asks.
func TestAPreviewWaitsForNoOffice(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 10)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done() // the window hangs up, nobody else does
	}))
	t.Cleanup(silent.Close)
	w := newWindowAround(t, 1, threeTimes, func(o *jobs.Offices) {
		valuation := o.Sources[source.Valuation]
		valuation.URL, valuation.HTTP = silent.URL, &http.Client{} // without a limit of its own
		o.Sources[source.Valuation] = valuation
	})
	for range 2 {
		p, err := w.Preview(t.Context(), town.Sale(0).Contract)
		if err != nil {
			t.Fatal(err)
		}
		late := slices.ContainsFunc(p.Tax.Manual, func(r tax.Reason) bool {
			return r.Code == tax.SourceSilent && r.Args["source"] == string(source.Valuation) && r.Args["why"] == string(source.Late)
		})
		if !late || len(p.Tax.Lines) == 0 || filing.VerdictOf(p.Tax.Decided(), p.Tax.Manual) != filing.Officer {
			t.Errorf("reasons %v, lines %v", p.Tax.Manual, p.Tax.Lines)
		}
		<-asked
	}
}
