package bench

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"onewindow/internal/pgtest"
)

// The test binary is also the worker that is killed.
func TestMain(m *testing.M) {
	if name := os.Getenv("BENCH_WORKER"); name != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		err := Worker(ctx, os.Getenv("BENCH_URL"), name, os.Getenv("BENCH_LOAD") != "", Options{Log: slog.Default()}, os.Stdout)
		stop()
		if err != nil {
			slog.Error("worker", "err", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(t *testing.T, url string) Child {
	return func(name string, load bool) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "BENCH_WORKER="+name, "BENCH_URL="+url)
		if load {
			cmd.Env = append(cmd.Env, "BENCH_LOAD=1")
		}
		cmd.Stderr = os.Stderr
		return cmd
	}
}

func TestAKilledProcessLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	r, err := Kill(t.Context(), url, Options{Time: 4 * time.Second, Log: slog.Default()}, child(t, url))
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]Aftermath{"comeback": r.Comeback, "takeover": r.Takeover} {
		t.Logf("%s: %+v", name, a)
		if a.Acknowledged == 0 {
			t.Errorf("%s: the worker accepted nothing before it was killed", name)
		}
		if a.Lost != 0 || a.Orphaned != 0 || a.Doubled != 0 {
			t.Errorf("%s: lost %d, orphaned %d, doubled %d; want none", name, a.Lost, a.Orphaned, a.Doubled)
		}
	}
}

func TestThePipelineReportsBothSides(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{
		{Plan: "core", Saturate: true, StepCPU: true}, {Plan: "core", Rate: 20, PDF: true}, {Plan: "sale", Rate: 5},
	} {
		o.Time, o.Log = 2*time.Second, slog.Default()
		r, err := Pipeline(t.Context(), pgtest.URL(t), o)
		if err != nil {
			t.Fatalf("%+v: %v", o, err)
		}
		for name, figure := range map[string]float64{
			"cases_per_s": r.CasesPerS, "bare_cases_per_s": r.BareCasesPerS, "p50_ms": r.P50, "bare_p99_ms": r.BareP99,
			"transactions_per_case": r.TransactionsPerCase, "wal": r.WALPerCase, "ratio": r.Ratio, "rss_mb": r.RSS,
		} {
			if figure <= 0 {
				t.Errorf("%s: %s = %v", loadName(o), name, figure)
			}
		}
	}
}
