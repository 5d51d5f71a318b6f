package utilities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/outbound"
	"onewindow/internal/pgtest"
	"onewindow/internal/sandbox"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// said returns an answer as the water company gives it.
func said(p Phase, o Outcome) Answer {
	a := Answer{Company: "water", Utility: Water, Phase: p, Outcome: o}
	if o == Refused {
		a.Reason = Arrears
	}
	return a
}

func record(t *testing.T, pool *pgxpool.Pool, caseID int64, step string, r Request, a Answer) {
	t.Helper()
	if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		return Record(t.Context(), tx, caseID, step, r, a)
	}); err != nil {
		t.Fatal(err)
	}
}

// told carries a notice from the company into the database.
func told(ctx context.Context, pool *pgxpool.Pool, n Notice) (Answer, error) {
	var a Answer
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, _, heard, err := Answered(ctx, tx, n, noon)
		a = heard
		return err
	})
	return a, err
}

func of(t *testing.T, pool *pgxpool.Pool, caseID int64) []Inquiry {
	t.Helper()
	var list []Inquiry
	if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		var err error
		list, err = Of(t.Context(), tx, caseID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// outcomeOf returns the outcome of the only inquiry of a case.
func outcomeOf(t *testing.T, pool *pgxpool.Pool, caseID int64) Outcome {
	t.Helper()
	list := of(t, pool, caseID)
	if len(list) != 1 {
		t.Fatalf("case %d has %d inquiries", caseID, len(list))
	}
	return list[0].Answer.Outcome
}

// posted is a signed notice as it comes to the door.
type posted struct {
	header http.Header
	body   []byte
}

func post(t *testing.T, id, ref string, o Outcome, key string) posted {
	t.Helper()
	s := statement{Ref: ref, Outcome: o}
	if o == Refused {
		s.Reason = Arrears
	}
	body, _ := json.Marshal(s)
	p := posted{http.Header{}, body}
	if err := outbound.Sign(p.header, id, noon, body, key); err != nil {
		t.Fatal(err)
	}
	return p
}

func noticed(t *testing.T, id, ref string, o Outcome) Notice {
	t.Helper()
	p := post(t, id, ref, o, waterKey)
	n, err := ours("").Verify(p.header, p.body, noon)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAFinalAnswerStands(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	for i, tt := range []struct {
		first, second Answer
		want          Outcome
	}{
		{said(Check, Later), said(Check, Found), Found},
		{said(Check, Later), said(Check, Refused), Refused},
		{said(Check, Later), said(Check, Later), Later},
		{said(Check, Refused), said(Check, Found), Refused},
		{said(Check, Found), said(Check, Refused), Found},
		{said(Check, Found), said(Check, Later), Found},
		{said(Confirmation, Moved), said(Confirmation, Refused), Moved},
		{said(Confirmation, Refused), said(Confirmation, Later), Refused},
	} {
		id := int64(i + 1)
		r := request("5001")
		r.Ref = fmt.Sprint(i)
		record(t, pool, id, "water_request", r, tt.first)
		record(t, pool, id, "water_request", r, tt.second)
		q := of(t, pool, id)[0]
		if q.Answer.Outcome != tt.want || q.Attempts != 2 || q.AnsweredAt.IsZero() != (tt.want == Later) {
			t.Errorf("%s then %s: %+v", tt.first.Outcome, tt.second.Outcome, q)
		}
		if (q.Answer.Reason != "") != (tt.want == Refused) {
			t.Errorf("%s then %s: reason %q", tt.first.Outcome, tt.second.Outcome, q.Answer.Reason)
		}
	}
}

func TestACancellationClosesTheCheck(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	r := request("5001")
	record(t, pool, 1, "water_request", r, said(Check, Later))
	record(t, pool, 1, "water_cancel", r, said(Cancellation, Cancelled))
	if _, err := told(t.Context(), pool, noticed(t, "n1", r.Ref, Found)); !errors.Is(err, ErrNothingNew) {
		t.Errorf("a notice after the cancellation: %v", err)
	}
	for _, q := range of(t, pool, 1) {
		if q.Answer.Outcome != Cancelled {
			t.Errorf("%s is %s", q.Step, q.Answer.Outcome)
		}
	}
}

func TestOnlyACompanysAnswerIsRecorded(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	for _, a := range []Answer{
		{}, {Outcome: Found}, said(Check, Moved), said(Confirmation, Found), said(Cancellation, Later),
	} {
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			return Record(t.Context(), tx, 1, "water_request", request("1"), a)
		})
		if err == nil {
			t.Errorf("%+v was recorded", a)
		}
	}
}

func TestANoticeAnswersOnce(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	r := request("5001")
	record(t, pool, 7, "water_request", r, said(Check, Later))
	first := noticed(t, "n1", r.Ref, Refused)
	if a, err := told(t.Context(), pool, first); err != nil || a.Reason != Arrears || a.Phase != Check {
		t.Fatalf("first notice: %+v, %v", a, err)
	}
	for name, n := range map[string]Notice{
		"the same notice":        first,
		"found, after refused":   noticed(t, "n2", r.Ref, Found),
		"a different id, again":  noticed(t, "n3", r.Ref, Refused),
		"the same id, new words": noticed(t, "n1", r.Ref, Found),
	} {
		if _, err := told(t.Context(), pool, n); !errors.Is(err, ErrNothingNew) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got := outcomeOf(t, pool, 7); got != Refused {
		t.Errorf("outcome %s", got)
	}
}

func TestAnIDCountsForOneRequest(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	for i := range 2 {
		r := request("5001")
		r.Ref = fmt.Sprint(i)
		record(t, pool, int64(i+1), "water_request", r, said(Check, Later))
	}
	if _, err := told(t.Context(), pool, noticed(t, "n1", "0", Found)); err != nil {
		t.Fatal(err)
	}
	if _, err := told(t.Context(), pool, noticed(t, "n1", "1", Found)); !errors.Is(err, ErrNothingNew) {
		t.Errorf("a used id on another request: got %v", err)
	}
	if got := outcomeOf(t, pool, 2); got != Later {
		t.Errorf("outcome %s", got)
	}
}

func TestANoticeForNothingOfOursChangesNothing(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	r := request("5001")
	record(t, pool, 1, "water_request", r, said(Check, Later))
	theirs := said(Check, Later)
	theirs.Company = "gas"
	gas := r
	gas.Ref = "gas-ref"
	record(t, pool, 2, "gas_request", gas, theirs)
	for ref, want := range map[string]error{
		"unknown": ErrNoRequest, "": ErrNoRequest, "a\x00b": ErrNoRequest,
		"gas-ref": ErrNoRequest, // the water company's key, the gas company's job
	} {
		if _, err := told(t.Context(), pool, noticed(t, "n1", ref, Found)); !errors.Is(err, want) {
			t.Errorf("ref %q: got %v", ref, err)
		}
	}
	if _, err := told(t.Context(), pool, noticed(t, "n1", r.Ref, Moved)); !errors.Is(err, outbound.ErrMalformed) {
		t.Errorf("moved, before entry: got %v", err)
	}
	if _, err := told(t.Context(), pool, noticed(t, "n1", r.Ref, Later)); !errors.Is(err, ErrNothingNew) {
		t.Errorf("later, again: got %v", err)
	}
	if _, err := told(t.Context(), pool, noticed(t, "n1", r.Ref, Found)); err != nil {
		t.Errorf("the refusals above used up the id: %v", err)
	}
	if got := outcomeOf(t, pool, 2); got != Later {
		t.Errorf("the gas company's request is %s", got)
	}
}

func TestAForgedNoticeIsRefused(t *testing.T) {
	t.Parallel()
	water := ours("")
	good := post(t, "n1", "1", Found, waterKey)
	nonsense := posted{http.Header{}, []byte(`{"ref":"1","outcome":"found","arrears_fen":-1}`)}
	outbound.Sign(nonsense.header, "n1", noon, nonsense.body, waterKey)
	for name, tt := range map[string]struct {
		p    posted
		at   time.Time
		want error
	}{
		"genuine":                    {good, noon, nil},
		"within the tolerance":       {good, noon.Add(5 * time.Minute), nil},
		"six minutes old":            {good, noon.Add(6 * time.Minute), ErrForged},
		"six minutes ahead":          {good, noon.Add(-6 * time.Minute), ErrForged},
		"another company's key":      {post(t, "n1", "1", Found, gasKey), noon, ErrForged},
		"a changed body":             {posted{good.header, []byte(`{"ref":"2","outcome":"found"}`)}, noon, ErrForged},
		"no signature":               {posted{http.Header{}, good.body}, noon, ErrForged},
		"genuine and senseless":      {nonsense, noon, outbound.ErrMalformed},
		"genuine, too late to check": {nonsense, noon.Add(time.Hour), ErrForged},
	} {
		if _, err := water.Verify(tt.p.header, tt.p.body, tt.at); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

// While a key is exchanged both are in force, and a message may be signed with both.
func TestEveryKeyInForceSignsANotice(t *testing.T) {
	t.Parallel()
	first, second := outbound.Key([]byte("the first key of the company")), outbound.Key([]byte("the second key of the company"))
	signed := func(keys ...string) posted {
		p := posted{http.Header{}, []byte(`{"ref":"1","outcome":"found"}`)}
		if err := outbound.Sign(p.header, "n1", noon, p.body, keys...); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, tt := range map[string]struct {
		given  string
		drawn  []string
		signed posted
		want   error
	}{
		"the configured one":           {waterKey, []string{first}, signed(waterKey), nil},
		"a drawn one":                  {waterKey, []string{first, second}, signed(second), nil},
		"old and new at once":          {"", []string{first, second}, signed(first, second), nil},
		"new and one that is gone":     {"", []string{second}, signed(first, second), nil},
		"one that is gone":             {"", []string{second}, signed(first), ErrForged},
		"none that is in force at all": {"", nil, signed(first), ErrForged},
		"another company's":            {waterKey, []string{first}, signed(gasKey), ErrForged},
	} {
		water := ours("")
		water.Key, water.Drawn = tt.given, tt.drawn
		if _, err := water.Verify(tt.signed.header, tt.signed.body, noon); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

// Reliability: captured notices, sent again in any order, change nothing.
func TestAThousandReplayedNoticesChangeNothing(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	const cases = 100
	var captured []Notice
	for i := range cases {
		r := request("5001")
		r.Ref = fmt.Sprint(i)
		record(t, pool, int64(i+1), "water_request", r, said(Check, Later))
		outcome := []Outcome{Found, Refused}[i%2]
		captured = append(captured, noticed(t, "n"+r.Ref, r.Ref, outcome))
		if _, err := told(t.Context(), pool, captured[i]); err != nil {
			t.Fatal(err)
		}
	}
	before := fingerprint(t, pool)
	for i := range 1000 {
		n := captured[(i*37)%cases]
		if _, err := told(t.Context(), pool, n); !errors.Is(err, ErrNothingNew) {
			t.Fatalf("replay %d: got %v", i, err)
		}
	}
	if after := fingerprint(t, pool); after != before {
		t.Error("a replay changed a row")
	}
}

// fingerprint digests every row of the room, with the transaction that wrote it.
func fingerprint(t *testing.T, pool *pgxpool.Pool) string {
	t.Helper()
	var sum string
	err := pool.QueryRow(t.Context(), `SELECT md5(
		(SELECT string_agg(q::text || q.xmin::text, ',' ORDER BY q.id) FROM utilities_request q) ||
		(SELECT string_agg(n::text || n.xmin::text, ',' ORDER BY n.webhook_id) FROM utilities_notice n))`).Scan(&sum)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestTheDatabaseItselfKeepsFinalAnswers(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	r := request("5001")
	record(t, pool, 1, "water_request", r, said(Check, Later))
	if _, err := told(t.Context(), pool, noticed(t, "n1", r.Ref, Refused)); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`UPDATE utilities_request SET outcome = 'found', reason = ''`,
		`DELETE FROM utilities_request`,
		`UPDATE utilities_notice SET outcome = 'found'`,
		`DELETE FROM utilities_notice`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("the database lets through: %s", sql)
		}
	}
}

// door is how the web hears notices: verify, take in, and say whether to repeat.
func door(t *testing.T, pool *pgxpool.Pool, company func() Company, heard, silent *atomic.Int32) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		n, err := company().Verify(r.Header, body, time.Now())
		if err == nil {
			_, err = told(r.Context(), pool, n)
		}
		switch {
		case err == nil:
			heard.Add(1)
		case errors.Is(err, ErrNothingNew):
			silent.Add(1)
		case errors.Is(err, ErrNoRequest):
			w.WriteHeader(http.StatusNotFound)
		default:
			t.Errorf("door: %v", err)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// Every manner of answering late ends in the same state as answering at once.
func TestALateAnswerArrivesOnceHoweverItIsSent(t *testing.T) {
	t.Parallel()
	for end, tt := range map[string]struct {
		want   Outcome
		silent int32 // notices that changed nothing
	}{
		"LATER": {Found, 0}, "LATERNO": {Refused, 0}, "DOUBLE": {Found, 1}, "DISORDER": {Refused, 1}, "EARLY": {Found, 0},
	} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.Pool(t)
			var heard, silent atomic.Int32
			at := door(t, pool, func() Company { return ours("") }, &heard, &silent)
			_, water := sandboxed(t, sandbox.CompanyOptions{Callback: at, Delay: time.Millisecond})
			r := request("5001-" + end)
			a, err := water.Ask(t.Context(), r)
			if err != nil || a.Outcome != Later {
				t.Fatalf("ask: %+v, %v", a, err)
			}
			record(t, pool, 1, "water_request", r, a)
			for heard.Load() < 1 || silent.Load() < tt.silent {
				if t.Context().Err() != nil {
					t.Fatal("nothing was heard")
				}
				time.Sleep(5 * time.Millisecond)
			}
			if got := outcomeOf(t, pool, 1); got != tt.want || heard.Load() != 1 {
				t.Errorf("outcome %s, heard %d times", got, heard.Load())
			}
		})
	}
}

func TestTheBenchmarkIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	_, water := sandboxed(t, sandbox.CompanyOptions{Immediate: true})
	if a, err := water.Ask(t.Context(), request("5001-LATER")); err != nil || a.Outcome != Found {
		t.Errorf("got %+v, %v", a, err)
	}
}
