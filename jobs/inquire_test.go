package jobs_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/town"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/source"
)

// lame puts a door before the valuation system that is shut for so many questions,
// and counts them.
func lame(t *testing.T, shut int64) (around func(*jobs.Offices), asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	return func(o *jobs.Offices) {
		valuation := o.Sources[source.Valuation]
		to, err := url.Parse(valuation.URL)
		if err != nil {
			t.Fatal(err)
		}
		open := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL, r.Out.Host = to, to.Host
		}}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) <= shut {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			open.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		valuation.URL = server.URL
		o.Sources[source.Valuation] = valuation
	}, asked
}

var threeTimes = jobs.Patience{Office: []time.Duration{0, 0}, Company: []time.Duration{0, 0}}

// A source that stays silent makes nobody wait for ever and nobody guess: after the
// retries the officer has the case, told which source it was, with all the rest.
func TestASilentSourceGoesToAnOfficerWithTheRest(t *testing.T) {
	t.Parallel()
	around, asked := lame(t, 1000)
	w := newWindowAround(t, 1, threeTimes, around)
	number := w.accept(town.Sale(0))
	s := w.until(number, intake.Assess, intake.Manual)
	if w.holder(number, intake.Assess) != intake.TaxOfficer || asked.Load() != 3 {
		t.Errorf("with %s after %d questions", w.holder(number, intake.Assess), asked.Load())
	}
	why := slices.IndexFunc(s.Tax.Manual, func(r tax.Reason) bool { return r.Code == tax.SourceSilent })
	if why < 0 || s.Tax.Manual[why].Args["source"] != "valuation" || s.Tax.Manual[why].Args["why"] != "late" {
		t.Errorf("reasons %v", s.Tax.Manual)
	}
	if len(s.Tax.Lines) == 0 || len(s.Tax.Without) > 0 {
		t.Errorf("proposed %+v, without %v", s.Tax.Lines, s.Tax.Without)
	}
	for _, f := range s.Facts {
		if silent := f.Source == source.Valuation; silent != (f.Outcome != source.Answered) || !silent && f.Source != source.Officer && f.KnownAt.IsZero() {
			t.Errorf("%s is %q by %s: %s, known at %v", f.Path, f.Value, f.Source, f.Outcome, f.KnownAt)
		}
	}
	if letters, err := w.Letters(t.Context()); err != nil || len(letters) > 0 {
		t.Errorf("an operator is told: %v, %v", letters, err)
	}
}

// A source that is down for a moment is asked again, and nobody notices.
func TestASourceThatRecoversDelaysNobody(t *testing.T) {
	t.Parallel()
	around, asked := lame(t, 2)
	w := newWindowAround(t, 1, threeTimes, around)
	number := w.accept(town.Sale(0))
	w.until(number, intake.Settle, intake.AwaitingPayment)
	if asked.Load() != 3 {
		t.Errorf("asked %d times, want 3", asked.Load())
	}
}

// An officer lets the silent source be asked again: it alone is asked, what it says
// is assessed with the rest, and the case goes on. What is stored can be replayed.
func TestAnOfficerLetsASourceBeAskedAgain(t *testing.T) {
	t.Parallel()
	around, asked := lame(t, 3)
	w := newWindowAround(t, 1, threeTimes, around)
	a := town.Sale(0)
	number := w.accept(a)
	w.until(number, intake.Assess, intake.Manual)
	file, err := w.TaxFile(t.Context(), number)
	if err != nil || !file.Waiting() {
		t.Fatalf("the file waits for nobody: %v", err)
	}
	act := jobs.OfficerAct{Number: number, By: "tax-01", Seen: file.Version + 1, Reason: "评估系统已恢复"}
	if err := w.AskAgain(t.Context(), act, source.Valuation); !errors.Is(err, intake.ErrStale) {
		t.Errorf("on another file: %v", err)
	}
	act.Seen = file.Version
	if err := w.AskAgain(t.Context(), act, "court"); !errors.Is(err, source.ErrUnknown) {
		t.Errorf("a source that there is not: %v", err)
	}
	if err := w.AskAgain(t.Context(), act, source.Valuation); err != nil {
		t.Fatal(err)
	}
	w.until(number, intake.Settle, intake.AwaitingPayment)
	if n := w.offices.Facts.Asked("family", a.Buyers[0].ID); n != 3 || asked.Load() != 4 {
		t.Errorf("the family was asked for %d times, the value %d times", n, asked.Load())
	}
	if file, err = w.TaxFile(t.Context(), number); err != nil || len(file.Revisions) != 1 || file.Revisions[0].Officer != "tax-01" {
		t.Fatalf("revisions %+v, %v", file.Revisions, err)
	}
	if err := file.Replay(); err != nil {
		t.Error(err)
	}
	w.tx(func(ctx context.Context, tx pgx.Tx) error { // and from the answers themselves
		basis, said, err := source.Of(ctx, tx, file.ID)
		facts, assessed, err2 := tax.Of(ctx, tx, file.ID)
		again := source.Compose(basis, said)
		if !reflect.DeepEqual(tax.Assess(again, assessed.Adopted), assessed) || again.Assessed != facts.Assessed || again.Assessed == 0 {
			t.Errorf("replayed %+v", again)
		}
		return errors.Join(err, err2)
	})
	w.approve(number)
	w.pay(number)
	w.until(number, intake.Certificate, intake.Done)
}

// Homes contracted for and not yet registered count, and of two registers that
// know the same home one counts.
func TestTheHomesOfABuyerAreCountedWhereverTheyAreKnown(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 3)
	a := town.Sale(0)
	second := town.Sale(2)
	second.Contract, second.Buyers = "TOWN-SECOND", a.Buyers
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		return registration.PutContract(ctx, tx, contractOf(second))
	})
	s := w.until(w.accept(a), intake.Assess, intake.Done)
	for _, f := range s.Facts {
		if want := map[string]string{"family.homes.net_signed": "1", "family.homes.province": "0", "family.count": "1"}[f.Path]; want != "" && f.Value != want {
			t.Errorf("%s is %s, want %s", f.Path, f.Value, want)
		}
	}
	if deed := s.Tax.Payable(tax.BuyerSide); deed != 800_000 { // second home, ≤ 140 m²: 1 % too
		t.Errorf("the buyer pays %v", deed)
	}
}
