package jobs_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/town"
	"onewindow/jobs"
	"onewindow/tax/payment"
)

// flaky is a gateway that is down until somebody repairs it.
type flaky struct{ up atomic.Bool }

// brokenWindow is a window whose gateway is down, with one case whose payment was
// asked for in vain, and the letter about it.
func brokenWindow(t *testing.T) (*window, *flaky, intake.Number, int64) {
	t.Helper()
	gateway := &flaky{}
	soon := jobs.Patience{Office: []time.Duration{0}, Company: []time.Duration{0}}
	w := newWindowAround(t, 1, soon, func(o *jobs.Offices) {
		platform := o.Gateway.(payment.Platform)
		at, err := url.Parse(platform.URL)
		if err != nil {
			t.Fatal(err)
		}
		behind := httputil.NewSingleHostReverseProxy(at)
		door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !gateway.up.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			behind.ServeHTTP(w, r)
		}))
		t.Cleanup(door.Close)
		platform.URL = door.URL
		o.Gateway = platform
	})
	a := town.Sale(0)
	a.Utilities = nil
	number := w.accept(a)
	w.until(number, intake.Settle, intake.Manual)
	letters, err := w.Letters(t.Context())
	if err != nil || len(letters) != 1 || letters[0].Number != number || letters[0].Step != intake.Settle {
		t.Fatalf("letters %+v, %v", letters, err)
	}
	return w, gateway, number, letters[0].ID
}

func (w *window) end(letter int64, e jobs.Ending, to, reason string) error {
	return w.EndLetter(w.t.Context(), jobs.LetterEnding{Letter: letter, Ending: e, To: to, By: "system-01", Reason: reason})
}

// told says what the journal keeps under a reason, as "actor: words".
func (w *window) told(number intake.Number, reason string) (lines []string) {
	w.t.Helper()
	s, err := w.Find(w.t.Context(), number)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range s.Journal {
		if e.Reason == reason {
			lines = append(lines, e.Actor+": "+e.Words)
		}
	}
	return lines
}

func (w *window) lettersLeft(want int) {
	w.t.Helper()
	if letters, err := w.Letters(w.t.Context()); err != nil || len(letters) != want {
		w.t.Errorf("%d letters are left, want %d (%v)", len(letters), want, err)
	}
}

func TestADeadLetterIsTriedAgain(t *testing.T) {
	t.Parallel()
	w, gateway, number, letter := brokenWindow(t)
	gateway.up.Store(true)
	if err := w.end(letter, jobs.RunAgain, "", "线路已修复"); err != nil {
		t.Fatal(err)
	}
	w.until(number, intake.Settle, intake.AwaitingPayment)
	w.lettersLeft(0)
	if got := w.told(number, "retried"); len(got) != 1 || got[0] != "system-01: 线路已修复" {
		t.Errorf("the journal says %q", got)
	}
	if err := w.end(letter, jobs.RunAgain, "", ""); !errors.Is(err, jobs.ErrNoLetter) {
		t.Errorf("a letter that is settled: %v", err)
	}
	w.audited(letter, "retry")
}

func TestADeadLetterIsHandedToAPersonWhoEndsIt(t *testing.T) {
	t.Parallel()
	w, gateway, number, letter := brokenWindow(t)
	for _, tt := range []struct {
		ending     jobs.Ending
		to, reason string
		want       error
	}{
		{jobs.HandOver, intake.TaxOfficer, "", jobs.ErrNoReason},
		{jobs.HandOver, intake.Applicant, "x", jobs.ErrVerdict},
		{jobs.HandOver, "", "x", jobs.ErrVerdict},
		{jobs.PutAway, "", "", jobs.ErrNoReason},
		{jobs.PutAway, "", "不再处理", jobs.ErrLetterHeld}, // the case would stand for ever
		{"burn", "", "x", jobs.ErrVerdict},
	} {
		if err := w.end(letter, tt.ending, tt.to, tt.reason); !errors.Is(err, tt.want) {
			t.Errorf("%s to %q because of %q: %v, want %v", tt.ending, tt.to, tt.reason, err, tt.want)
		}
	}
	if err := w.end(letter, jobs.HandOver, intake.TaxOfficer, "请税务人员核对缴款平台"); err != nil {
		t.Fatal(err)
	}
	w.lettersLeft(0)
	s := w.until(number, intake.Settle, intake.Manual)
	for _, p := range s.Progress {
		if p.Step == intake.Settle && p.Holder != intake.TaxOfficer {
			t.Errorf("the step is with the %s", p.Holder)
		}
	}
	if got := w.told(number, "handed_on"); len(got) != 1 || got[0] != "system-01: 请税务人员核对缴款平台" {
		t.Errorf("the journal says %q", got)
	}
	w.audited(letter, "hand_over tax_officer")
	gateway.up.Store(true)
	if err := w.decide(number, intake.Settle, jobs.Retry, "tax-01", ""); err != nil {
		t.Fatal(err)
	}
	w.until(number, intake.Settle, intake.AwaitingPayment)
}

func TestARefundThatWasPaidIsPutAwayForGood(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	a.Utilities = nil
	number := w.accept(a)
	w.offices.Payments.Faults.NoRefund = true // only then has an operator anything to do
	w.pay(number)
	w.until(number, intake.Settle, intake.Done)
	w.until(number, intake.Review, intake.NeedsInput)
	if err := w.decide(number, intake.Review, jobs.Refuse, "registrar-01", "材料不实"); err != nil {
		t.Fatal(err)
	}
	var letters []jobs.DeadLetter
	for range 200 {
		if letters, _ = w.Letters(t.Context()); len(letters) > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if len(letters) != 1 {
		t.Fatal("nobody was told of the refund")
	}
	if err := w.end(letters[0].ID, jobs.RunAgain, "", ""); !errors.Is(err, jobs.ErrLetterMoved) {
		t.Errorf("there is nothing to run: %v", err)
	}
	before, err := w.Find(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.end(letters[0].ID, jobs.PutAway, "", "已退款，凭证 0001"); err != nil {
		t.Fatal(err)
	}
	if err := w.end(letters[0].ID, jobs.PutAway, "", "again"); !errors.Is(err, jobs.ErrNoLetter) {
		t.Errorf("put away twice: %v", err)
	}
	if got := w.told(number, "letter_settled"); len(got) != 1 || got[0] != "system-01: 已退款，凭证 0001" {
		t.Errorf("the journal says %q", got)
	}
	if after, err := w.Find(t.Context(), number); err != nil || after.Ledger.Wall != before.Ledger.Wall {
		t.Errorf("the clock of an ended case went on: %v, then %v (%v)", before.Ledger.Wall, after.Ledger.Wall, err)
	}
	w.audited(letters[0].ID, "settle")
	if err := w.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.lettersLeft(0)
}

// audited fails unless the audit knows once what became of a letter.
func (w *window) audited(letter int64, result string) {
	w.t.Helper()
	var n int
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			SELECT count(*) FROM audit_event WHERE kind = 'letter' AND object = $1::bigint::text AND action = 'letter_ended'
				AND actor = 'system-01' AND result = $2`, letter, result).Scan(&n)
	})
	if n != 1 {
		w.t.Errorf("the audit has %d lines about the letter's %s", n, result)
	}
}
