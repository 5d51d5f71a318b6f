package tax

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/money"
	"onewindow/internal/pgtest"
	"onewindow/tax/rule"
)

var noon = time.Date(2026, time.March, 15, 4, 0, 0, 0, time.UTC)

// commit runs do in a transaction of its own and returns its error.
func commit(t *testing.T, pool *pgxpool.Pool, do func(context.Context, pgx.Tx) error) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return do(t.Context(), tx) })
}

// must fails the test on an error of do.
func must(t *testing.T, pool *pgxpool.Pool, do func(context.Context, pgx.Tx) error) {
	t.Helper()
	if err := commit(t, pool, do); err != nil {
		t.Fatal(err)
	}
}

// assessed records the assessment of a case.
func assessed(t *testing.T, pool *pgxpool.Pool, caseID int64, f Facts, adopted []Adoption) Assessment {
	t.Helper()
	a := Assess(f, adopted)
	must(t, pool, func(ctx context.Context, tx pgx.Tx) error { return Record(ctx, tx, caseID, f, a) })
	return a
}

func TestAnAssessmentIsStoredOnceAndReadBackWhole(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	for id, f := range []Facts{
		home(nil),
		home(func(f *Facts) { acquiredOn(f, day(2025, 1, 1)) }),
		home(func(f *Facts) { f.Price--; f.Family.Known = Unknown }),
		home(func(f *Facts) { f.Use = "shop" }),
	} {
		want := assessed(t, pool, int64(id), f, SampleAdoptions())
		must(t, pool, func(ctx context.Context, tx pgx.Tx) error {
			if err := Record(ctx, tx, int64(id), f, want); err != nil {
				t.Errorf("recorded again: %v", err)
			}
			facts, got, err := Of(ctx, tx, int64(id))
			if !reflect.DeepEqual(facts, f) || !reflect.DeepEqual(got, want) {
				t.Errorf("read back %+v\nwant %+v", got, want)
			}
			if again := Assess(facts, got.Adopted); !reflect.DeepEqual(again, want) {
				t.Errorf("replayed from the table: %+v\nwant %+v", again, want)
			}
			return err
		})
	}
}

func TestAnAssessmentIsNotReplacedNorInvented(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	f := home(nil)
	a := assessed(t, pool, 1, f, SampleAdoptions())
	other := home(func(f *Facts) { f.Price++ })
	record := func(f Facts, a Assessment) error {
		return commit(t, pool, func(ctx context.Context, tx pgx.Tx) error { return Record(ctx, tx, 1, f, a) })
	}
	if err := record(other, Assess(other, SampleAdoptions())); !errors.Is(err, ErrOtherFacts) {
		t.Errorf("other facts for the same case: %v, want ErrOtherFacts", err)
	}
	a.Lines[0].Payable = 1
	if err := record(f, a); !errors.Is(err, ErrNotRepeatable) {
		t.Errorf("an altered line: %v, want ErrNotRepeatable", err)
	}
	if err := record(other, Assessment{RuleSet: rule.Latest().Version}); !errors.Is(err, ErrNotRepeatable) {
		t.Errorf("an empty assessment: %v, want ErrNotRepeatable", err)
	}
}

func TestWhatIsRecordedIsNeverEdited(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	assessed(t, pool, 1, home(nil), SampleAdoptions())
	assessed(t, pool, 2, home(func(f *Facts) { f.Price-- }), SampleAdoptions())
	must(t, pool, func(ctx context.Context, tx pgx.Tx) error {
		return errors.Join(Confirm(ctx, tx, 2, "officer", "reason", noon), Adopt(ctx, tx, SampleAdoptions()[0]))
	})
	for _, sql := range []string{
		"UPDATE tax_assessment SET rule_set = ''", "DELETE FROM tax_assessment",
		"UPDATE tax_line SET payable_fen = 0, relief_fen = due_fen", "DELETE FROM tax_line",
		"UPDATE tax_confirmation SET officer = 'x'", "DELETE FROM tax_adoption",
	} {
		_, err := pool.Exec(t.Context(), sql)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "23001" {
			t.Errorf("%s: %v, want it refused as append-only", sql, err)
		}
	}
}

func TestAnOfficerSettlesAManualAssessment(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	f := home(func(f *Facts) { f.Price -= 100 })
	assessed(t, pool, 1, f, SampleAdoptions())
	confirm := func(caseID int64) error {
		return commit(t, pool, func(ctx context.Context, tx pgx.Tx) error {
			return Confirm(ctx, tx, caseID, "officer 7", "assessed value agreed, minutes 12", noon)
		})
	}
	if err := confirm(1); err != nil {
		t.Fatal(err)
	}
	if err := confirm(1); !errors.Is(err, ErrDecided) {
		t.Errorf("confirmed twice: %v, want ErrDecided", err)
	}
	must(t, pool, func(ctx context.Context, tx pgx.Tx) error {
		_, a, err := Of(ctx, tx, 1)
		if !a.Decided() || len(a.Manual) != 1 || a.Confirmed.Officer != "officer 7" || !a.Confirmed.At.Equal(noon) {
			t.Errorf("after the officer: %+v", a)
		}
		for _, l := range a.Lines {
			if last := l.Settled[len(l.Settled)-1]; last.Standing != Officer || last.By != "officer 7" {
				t.Errorf("%s does not say who settled it: %+v", l.Tax, last)
			}
		}
		return err
	})
	must(t, pool, func(ctx context.Context, tx pgx.Tx) error {
		_, a, err := Of(ctx, tx, 1)
		if a.Total() != money.Yuan(8_000) {
			t.Errorf("it comes to %v, want the figures on the assessed value", a.Total())
		}
		return err
	})
	assessed(t, pool, 2, home(func(f *Facts) { f.Use = "shop" }), SampleAdoptions())
	if err := confirm(2); !errors.Is(err, ErrNoFigures) {
		t.Errorf("confirmed without figures: %v, want ErrNoFigures", err)
	}
	assessed(t, pool, 3, home(nil), SampleAdoptions())
	if err := confirm(3); !errors.Is(err, ErrDecided) {
		t.Errorf("confirmed what a machine had decided: %v, want ErrDecided", err)
	}
	if err := confirm(4); !errors.Is(err, ErrNotAssessed) {
		t.Errorf("confirmed what is not assessed: %v, want ErrNotAssessed", err)
	}
}
