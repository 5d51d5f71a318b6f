package schema_test // pgtest, which starts the servers, imports schema

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"onewindow/internal/pgtest"
	"onewindow/internal/schema"
)

func TestMigrateMayRunManyTimesAtOnceAndAgain(t *testing.T) {
	t.Parallel()
	pool := empty(t)
	var g errgroup.Group
	for range 4 {
		g.Go(func() error { return schema.Migrate(t.Context(), pool) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := schema.Migrate(t.Context(), pool); err != nil {
		t.Errorf("a second start: %v", err)
	}
	if got := value[int](t, pool, "SELECT count(*)::int FROM public.schema_version WHERE version > 0"); got != 1 {
		t.Errorf("%d rows of the version, want 1", got)
	}
}

func TestTheQueueHasNoIndexThatNobodySearches(t *testing.T) {
	t.Parallel()
	pool := empty(t)
	if err := schema.Migrate(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	if got := value[int](t, pool, "SELECT count(*)::int FROM river_job"); got != 0 {
		t.Errorf("%d jobs in a new queue", got)
	}
	gin := `SELECT count(*)::int FROM pg_indexes WHERE tablename = 'river_job' AND indexdef LIKE '%USING gin%'`
	if got := value[int](t, pool, gin); got != 0 {
		t.Errorf("%d GIN indexes on river_job", got)
	}
}

func TestADatabaseOfANewerProgramIsRefused(t *testing.T) {
	t.Parallel()
	pool := empty(t)
	if err := schema.Migrate(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), "UPDATE public.schema_version SET version = version + 1"); err != nil {
		t.Fatal(err)
	}
	if err := schema.Migrate(t.Context(), pool); !errors.Is(err, schema.ErrNewer) {
		t.Errorf("error %v, want %v", err, schema.ErrNewer)
	}
}

// empty returns a pool on an empty database, unlike those of pgtest.
func empty(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), pgtest.Server(t).URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// value returns the only value of a query.
func value[T any](t *testing.T, pool *pgxpool.Pool, sql string) (v T) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
