package officer_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/money"
	"onewindow/internal/pgtest"
	"onewindow/tax"
	"onewindow/tax/officer"
	"onewindow/tax/source"
)

var noon = time.Date(2026, 3, 16, 4, 0, 0, 0, time.UTC)

// below is a sale for less than the assessed value, whose family office was silent.
func below() tax.Facts {
	on := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
	return tax.Facts{
		Unit: "430602001001GB00001F00010001", County: "430602", Parties: tax.Fingerprint("a", "b"), Deal: tax.Sale,
		Use: tax.Housing, ContractOn: on, FilingOn: on, TransferOn: on, Price: money.Yuan(700_000), Assessed: money.Yuan(800_000),
		Area: 95_00, Ordinary: tax.Yes, Buyers: []tax.Buyer{{Kind: tax.Resident}}, Family: tax.Family{Known: tax.No},
		Sellers:  []tax.Seller{{Kind: tax.Resident, Num: 1, Den: 1, OnlyHome: tax.Yes}},
		Acquired: tax.Acquired{By: tax.ByPurchase, CertificateOn: on.AddDate(-10, 0, 0), VoucherOn: on.AddDate(-10, 0, 0)},
		Cost:     tax.Cost{Proven: tax.No}, Silent: []tax.Silence{{Source: "family", Why: "late"}},
	}
}

func file() officer.File {
	f := below()
	return officer.File{Facts: f, Assessment: tax.Assess(f, tax.SampleAdoptions())}
}

// with adds a revision that a second officer has accepted.
func with(f officer.File, r officer.Revision) officer.File {
	r.Ordinal, r.Officer, r.At, r.Document = len(f.Revisions)+1, "tax-01", noon, "D-1"
	r.Second = officer.Second{Officer: "tax-02", Verdict: officer.Accepted, At: noon}
	f.Revisions = append(slices.Clone(f.Revisions), r)
	return f
}

var known = []officer.Change{{Path: "family.known", Value: "yes"}, {Path: "family.count", Value: "1"}}

// A correction is assessed by the same rules; what it answers is no reason any more,
// the silence of the source it stands for included.
func TestACorrectionIsAssessedByTheSameRules(t *testing.T) {
	t.Parallel()
	f := file()
	r, err := f.Correction(known, tax.SampleAdoptions())
	if err != nil {
		t.Fatal(err)
	}
	if want := tax.Assess(r.Facts, tax.SampleAdoptions()); !reflect.DeepEqual(r.Assessment, want) {
		t.Errorf("assessed otherwise than Assess does")
	}
	if got := r.Assessment.Manual; len(got) != 1 || got[0].Code != tax.BelowAssessed {
		t.Errorf("still manual for %v", got)
	}
	accepted, err := with(f, r).Correction([]officer.Change{{Path: "assessed_accepted", Value: "yes"}}, tax.SampleAdoptions())
	if err != nil || !accepted.Assessment.Decided() {
		t.Errorf("the assessed value, which the parties accept: %v, %v", accepted.Assessment.Manual, err)
	}
	r, err = with(f, r).Correction([]officer.Change{{Path: "low_price_justified", Value: "yes"}}, tax.SampleAdoptions())
	if err != nil || !r.Assessment.Decided() || r.Assessment.Total() >= accepted.Assessment.Total() {
		t.Errorf("a justified price: %v, %v", r.Assessment.Manual, err)
	}
}

func TestWhatCannotBeCorrectedIsRefused(t *testing.T) {
	t.Parallel()
	f := file()
	for name, tt := range map[string]struct {
		changes []officer.Change
		want    error
	}{
		"the price is the contract's":  {[]officer.Change{{Path: "price_fen", Value: "1"}}, officer.ErrNoFact},
		"the parties are the case's":   {[]officer.Change{{Path: "parties", Value: "x"}}, officer.ErrNoFact},
		"no such fact":                 {[]officer.Change{{Path: "family.homes.moon", Value: "1"}}, officer.ErrNoFact},
		"a seller that there is not":   {[]officer.Change{{Path: "sellers.1.only_home", Value: "no"}}, officer.ErrNoFact},
		"an answer that is none":       {[]officer.Change{{Path: "family.known", Value: "maybe"}}, officer.ErrBadValue},
		"money below nothing":          {[]officer.Change{{Path: "assessed_fen", Value: "-1"}}, officer.ErrBadValue},
		"money beyond any home's":      {[]officer.Change{{Path: "assessed_fen", Value: "99999999999999999"}}, officer.ErrBadValue},
		"money that is no number":      {[]officer.Change{{Path: "assessed_fen", Value: "1e9"}}, officer.ErrBadValue},
		"a day that there is not":      {[]officer.Change{{Path: "acquired.voucher_on", Value: "2026-02-30"}}, officer.ErrBadValue},
		"nothing at all":               {nil, officer.ErrNoChange},
		"what is so already":           {[]officer.Change{{Path: "ordinary", Value: "yes"}}, officer.ErrNoChange},
		"a day that stands like that":  {[]officer.Change{{Path: "acquired.predecessor_on", Value: ""}, {Path: "cost.proven", Value: "no"}}, officer.ErrNoChange},
		"an acquisition of a new kind": {[]officer.Change{{Path: "acquired.by", Value: "lottery"}}, officer.ErrBadValue},
	} {
		if _, err := f.Correction(tt.changes, nil); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func TestAnOverrideTakesTheOfficersWordForOneLine(t *testing.T) {
	t.Parallel()
	f := file()
	deed := officer.Line{Tax: tax.Deed, Payer: tax.BuyerSide, Base: money.Yuan(800_000), RateBP: 150, Due: money.Yuan(12_000), Relief: money.Yuan(2_000)}
	r, err := f.Override(deed, "tax-01", "核定文书第7号", noon)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Assessment.Lines, func(l tax.Line) bool { return l.Tax == tax.Deed })
	line := r.Assessment.Lines[i]
	last := line.Settled[len(line.Settled)-1]
	if line.Payable != money.Yuan(10_000) || line.Reason != tax.SetByOfficer || last.Standing != tax.Officer ||
		last.Document != "核定文书第7号" || last.By != "tax-01" {
		t.Errorf("line %+v", line)
	}
	if len(r.Assessment.Lines) != len(f.Assessment.Lines) || len(f.Assessment.Lines[i].Settled) == len(line.Settled) {
		t.Error("the assessment it was made on has changed")
	}
	if _, err := with(f, r).Override(deed, "tax-01", "x", noon); !errors.Is(err, officer.ErrNoChange) {
		t.Errorf("the same again: %v", err)
	}
	for name, spoil := range map[string]func(*officer.Line){
		"of no tax": func(l *officer.Line) { l.Tax = "window" }, "of nobody": func(l *officer.Line) { l.Payer = "agent" },
		"more relief than due": func(l *officer.Line) { l.Relief = l.Due + 1 }, "below nothing": func(l *officer.Line) { l.Due = -1 },
		"more than all": func(l *officer.Line) { l.RateBP = 10_001 }, "of the hundredth": func(l *officer.Line) { l.Person = 100 },
		"beyond any home": func(l *officer.Line) { l.Base = 1 << 60 },
	} {
		l := deed
		spoil(&l)
		if _, err := f.Override(l, "tax-01", "x", noon); !errors.Is(err, officer.ErrBadLine) {
			t.Errorf("a line %s: %v", name, err)
		}
	}
}

// Where nothing could be computed, an officer may write every line.
func TestAnOfficerWritesTheLinesThatNobodyCouldCompute(t *testing.T) {
	t.Parallel()
	mill := below()
	mill.Use = "windmill"
	f := officer.File{Facts: mill, Assessment: tax.Assess(mill, nil)}
	r, err := f.Override(officer.Line{Tax: tax.LandVAT, Payer: tax.SellerSide, Base: 100, RateBP: 500, Due: 5}, "tax-01", "D", noon)
	if err != nil || len(r.Assessment.Lines) != 1 || r.Assessment.Lines[0].Payable != 5 || r.Assessment.Decided() {
		t.Errorf("%+v, %v", r.Assessment, err)
	}
}

// New answers keep what officers corrected of other sources, and drop overrides.
func TestNewAnswersKeepOtherCorrections(t *testing.T) {
	t.Parallel()
	f := file()
	r, _ := f.Correction(append(slices.Clone(known), officer.Change{Path: "assessed_fen", Value: "69000000"}), tax.SampleAdoptions())
	f = with(f, r)
	r, err := f.Override(officer.Line{Tax: tax.Stamp, Payer: tax.BuyerSide, Person: 1, Base: 1, Due: 1}, "tax-01", "D-1", noon)
	if err != nil {
		t.Fatal(err)
	}
	f = with(f, r)
	facts := below()
	facts.Assessed = money.Yuan(650_000)
	r, err = f.Again(facts, []source.Name{source.Valuation}, tax.SampleAdoptions())
	if err != nil || r.Facts.Assessed != money.Yuan(650_000) || r.Facts.Family.Known != tax.Yes || len(r.Facts.Silent) != 0 {
		t.Errorf("facts %+v, %v", r.Facts, err)
	}
	if !reflect.DeepEqual(r.Assessment, tax.Assess(r.Facts, tax.SampleAdoptions())) {
		t.Error("an override outlived the figures it was made on")
	}
	r.Officer, r.At = "tax-01", noon.Add(time.Hour)
	f.Revisions = append(f.Revisions, r)
	if at := f.Corrected(); !at["assessed_fen"].IsZero() || at["family.known"].IsZero() {
		t.Errorf("the officers' facts are %v", at)
	}
	if err := f.Replay(); err != nil {
		t.Error(err)
	}
}

// commit runs do in a transaction of its own and returns its error.
func commit(t *testing.T, pool *pgxpool.Pool, do func(context.Context, pgx.Tx) error) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return do(t.Context(), tx) })
}

// recorded is a pool in which case 1 is assessed.
func recorded(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, f := pgtest.Pool(t), file()
	if err := commit(t, pool, func(ctx context.Context, tx pgx.Tx) error { return tax.Record(ctx, tx, 1, f.Facts, f.Assessment) }); err != nil {
		t.Fatal(err)
	}
	return pool
}

// act opens the file of case 1 and lets do write.
func act(t *testing.T, pool *pgxpool.Pool, do func(context.Context, pgx.Tx, officer.File) error) error {
	t.Helper()
	return commit(t, pool, func(ctx context.Context, tx pgx.Tx) error {
		f, err := officer.Open(ctx, tx, 1)
		if err != nil {
			return err
		}
		return do(ctx, tx, f)
	})
}

func propose(by string, changes ...officer.Change) func(context.Context, pgx.Tx, officer.File) error {
	return func(ctx context.Context, tx pgx.Tx, f officer.File) error {
		r, err := f.Correction(changes, tax.SampleAdoptions())
		if err != nil {
			return err
		}
		r.Officer, r.At, r.Reason, r.Document = by, noon, "查得户口簿", "D-1"
		return officer.Put(ctx, tx, 1, r)
	}
}

func decide(by string, v officer.Verdict) func(context.Context, pgx.Tx, officer.File) error {
	return func(ctx context.Context, tx pgx.Tx, f officer.File) error {
		return officer.Decide(ctx, tx, 1, f, officer.Second{Officer: by, Verdict: v, Reason: "核对无误", At: noon.Add(time.Hour)})
	}
}

// Four eyes: what one officer proposes stands when another accepts it, and what is
// stored gives the same again.
func TestAProposalStandsWhenAnotherOfficerAcceptsIt(t *testing.T) {
	t.Parallel()
	pool := recorded(t)
	of := func() (a tax.Assessment) {
		if err := commit(t, pool, func(ctx context.Context, tx pgx.Tx) (err error) {
			_, a, err = tax.Of(ctx, tx, 1)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return a
	}
	first := of()
	for step, tt := range []struct {
		do   func(context.Context, pgx.Tx, officer.File) error
		want error
	}{
		{decide("tax-02", officer.Accepted), officer.ErrNoProposal},
		{propose("tax-01", known...), nil},
		{propose("tax-02", officer.Change{Path: "ordinary", Value: "no"}), officer.ErrPending},
		{decide("tax-01", officer.Accepted), officer.ErrSameHand},
		{decide("tax-01", officer.Declined), nil}, // taken back
		{propose("tax-01", known...), nil},
	} {
		if err := act(t, pool, tt.do); !errors.Is(err, tt.want) {
			t.Fatalf("step %d: %v, want %v", step, err, tt.want)
		}
		if !reflect.DeepEqual(of(), first) {
			t.Fatalf("step %d: a proposal stands before anybody accepted it", step)
		}
	}
	if err := act(t, pool, decide("tax-02", officer.Accepted)); err != nil {
		t.Fatal(err)
	}
	if got := of().Manual; len(got) != 1 || got[0].Code != tax.BelowAssessed {
		t.Errorf("in force: manual for %v", got)
	}
	err := act(t, pool, func(_ context.Context, _ pgx.Tx, f officer.File) error {
		if len(f.Revisions) != 2 || f.Revisions[1].Reason != "查得户口簿" || f.Revisions[1].Second.Officer != "tax-02" {
			t.Errorf("revisions %+v", f.Revisions)
		}
		f.Revisions[1].Facts.Price++ // whoever changes what is stored is found
		if err := f.Replay(); !errors.Is(err, officer.ErrReplay) {
			t.Errorf("changed facts: %v", err)
		}
		f.Revisions[1].Facts.Price--
		return f.Replay()
	})
	if err != nil {
		t.Error(err)
	}
}

// The database itself refuses the same person, a second proposal, a confirmation
// over a proposal that waits, and every change of what is recorded.
func TestTheDatabaseKeepsFourEyes(t *testing.T) {
	t.Parallel()
	pool := recorded(t)
	if err := act(t, pool, propose("tax-01", known...)); err != nil {
		t.Fatal(err)
	}
	for sql, code := range map[string]string{
		`INSERT INTO tax_second (case_id, ordinal, proposed_by, officer, verdict, at) VALUES (1, 1, 'tax-01', 'tax-01', 'accepted', now())`: "23514",
		`INSERT INTO tax_second (case_id, ordinal, proposed_by, officer, verdict, at) VALUES (1, 1, 'tax-09', 'tax-01', 'accepted', now())`: "23503",
		`INSERT INTO tax_confirmation (case_id, revision, officer, reason, confirmed_at) VALUES (1, 0, 'tax-01', 'x', now())`:               "23001",
		`INSERT INTO tax_revision (case_id, ordinal, kind, officer, at, content, facts, facts_index, assessment)
			SELECT 1, 2, 'answers', 'tax-01', now(), content, facts, facts_index, assessment FROM tax_revision`: "23001",
		`INSERT INTO tax_question (case_id, source, officer, reason, at) SELECT 1, 'homes', 'tax-01', reason, now() FROM tax_revision`: "23001",
		`UPDATE tax_revision SET officer = 'tax-09'`: "23001",
		`DELETE FROM tax_revision`:                   "23001",
	} {
		_, err := pool.Exec(t.Context(), sql)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("%.60s…: %v, want %s", strings.ReplaceAll(sql, "\n", " "), err, code)
		}
	}
	if err := act(t, pool, decide("tax-02", officer.Accepted)); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`UPDATE tax_second SET officer = 'tax-03'`, `DELETE FROM tax_second`} {
		if _, err := pool.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// Who supplied a fact, and as of when, is told of each.
func TestEveryFactNamesItsSource(t *testing.T) {
	t.Parallel()
	said := source.File{
		source.Register: {Source: source.Register, Outcome: source.Answered, KnownAt: noon},
		source.Family:   {Source: source.Family, Outcome: source.Late},
		source.Homes:    {Source: source.Homes, Outcome: source.Answered, KnownAt: noon.Add(-time.Hour)},
	}
	got := map[string]officer.Fact{}
	for _, fact := range officer.FactsOf(below(), said, map[string]time.Time{"assessed_fen": noon}) {
		got[fact.Path] = fact
	}
	for path, want := range map[string]officer.Fact{
		"price_fen":           {Value: "70000000", Outcome: source.Answered, KnownAt: noon, Field: officer.Field{Source: source.Register}},
		"family.known":        {Value: "no", Outcome: source.Late, Field: officer.Field{Source: source.Family}},
		"sellers.0.only_home": {Value: "yes", Outcome: source.Answered, KnownAt: noon.Add(-time.Hour), Field: officer.Field{Source: source.Homes}},
		"assessed_fen":        {Value: "80000000", Outcome: source.Answered, KnownAt: noon, Field: officer.Field{Source: source.Officer}},
		"cost.proven":         {Value: "no", Outcome: source.Answered, KnownAt: noon, Field: officer.Field{Source: source.Register}},
	} {
		g := got[path]
		if g.Value != want.Value || g.Outcome != want.Outcome || g.Source != want.Source || !g.KnownAt.Equal(want.KnownAt) {
			t.Errorf("%s: %+v, want %+v", path, g, want)
		}
	}
}
