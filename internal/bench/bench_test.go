package bench

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"onewindow/internal/pgtest"
	"onewindow/internal/vault"
)

// The test binary is also the worker that is killed.
func TestMain(m *testing.M) {
	if name := os.Getenv("BENCH_WORKER"); name != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		ring, err := vault.Read(os.Getenv("BENCH_RING"))
		if err == nil {
			o := Options{Ring: ring, Log: slog.Default()}
			err = Worker(ctx, os.Getenv("BENCH_URL"), name, os.Getenv("BENCH_LOAD") != "", o, os.Stdout)
		}
		stop()
		if err != nil {
			slog.Error("worker", "err", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(t *testing.T, url, ring string) Child {
	return func(name string, load bool) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "BENCH_WORKER="+name, "BENCH_URL="+url, "BENCH_RING="+ring)
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
	path := filepath.Join(t.TempDir(), "ring.json")
	ring, err := vault.ReadOrDraw(path)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Time: 4 * time.Second, Ring: ring, Log: slog.Default()}
	r, err := Kill(t.Context(), url, o, child(t, url, path))
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
		o.Time, o.Log, o.Ring = 2*time.Second, slog.Default(), vault.Draw()
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
