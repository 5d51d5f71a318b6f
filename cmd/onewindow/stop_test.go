package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"onewindow/internal/pgtest"
	"onewindow/internal/town"
)

// SIGTERM while cases are under way: the program ends by itself with status 0, and
// the next start brings every case to its certificate. Nothing is lost, nothing is
// doubled, no job fails for the stop. What both starts wrote to log, metrics and
// traces names nobody.
func TestAStopInMidSaleLosesNothing(t *testing.T) {
	t.Parallel()
	const homes = 6
	r := newRehearsal(t, homes+1)
	first, took := r.start()
	t.Logf("ready after %v", took)
	var numbers []string
	for i := range homes {
		numbers = append(numbers, r.accept(i))
	}
	if status, took := r.stop(first); status != 0 || took > stopTime {
		t.Errorf("it ended with status %d after %v", status, took)
	} else {
		t.Logf("stopped after %v", took)
	}
	if n := r.count(t.Context(), `SELECT count(*) FROM river_job WHERE state = 'running'`); n != 0 {
		t.Errorf("%d jobs are left running", n)
	}
	second, took := r.start()
	r.signIn()
	t.Logf("ready again after %v", took)
	for _, number := range numbers {
		r.finish(number)
	}
	r.look(r.accept(homes))
	if status, _ := r.stop(second); status != 0 {
		t.Errorf("it ended with status %d", status)
	}
	for what, sql := range map[string]string{
		"jobs that were given up":    `SELECT count(*) FROM river_job WHERE state IN ('discarded', 'cancelled')`,
		"letters":                    `SELECT count(*) FROM jobs_dead_letter WHERE step <> 'notice'`,
		"certificates too many":      fmt.Sprintf(`SELECT count(*) - %d FROM certificate_document`, homes),
		"jobs that failed by a stop": `SELECT count(*) FROM river_job WHERE kind <> 'notice' AND cardinality(errors) > 0`,
	} {
		if n := r.count(t.Context(), sql); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	r.nobodyIsNamed(numbers)
	r.tracesAreWhole(numbers)
}

// look reads what operators read while a case is under way.
func (r *rehearsal) look(open string) {
	r.t.Helper()
	time.Sleep(countedAgain) // what was counted a moment ago is said again
	status, figures := r.get("http://"+r.told.Metrics.Listen+"/metrics", "")
	for _, want := range []string{
		`onewindow_cases{state="`, `onewindow_step_seconds{quantile="0.95",step="review"}`, `onewindow_steps_open{`,
		`onewindow_jobs{kind="`, `onewindow_http_requests_total{method="POST",route="/api/v1/cases",status="201"} `,
		`onewindow_pool_connections{pool="queue",use="idle"}`, `onewindow_leader_lease_seconds `, `onewindow_build_info{`,
		`onewindow_certificate_lint_failures_total 0`, `onewindow_database_oldest_transaction_seconds `,
		`onewindow_step_moves_total{state="done",step="certificate"} `, `onewindow_database_counted 1`, `go_goroutines `,
	} {
		if !strings.Contains(figures, want) {
			r.t.Errorf("the metrics (%d) do not say %s", status, want)
		}
	}
	if n := strings.Count(figures, "\n"); n > 3000 {
		r.t.Errorf("the metrics have %d lines", n)
	}
	for staff, want := range map[string]int{"": 401, "clerk-01": 403, "registrar-01": 403, "system-01": 200} {
		if status, _ := r.get(r.url+"/admin/metrics", staff); status != want {
			r.t.Errorf("metrics at the doors for %q: %d, want %d", staff, status, want)
		}
		if status, _ := r.get(r.url+"/admin/jobs/api/states", staff); status != want {
			r.t.Errorf("the queue's console for %q: %d, want %d", staff, status, want)
		}
	}
	_, r.jobs = r.get(r.url+"/admin/jobs/api/jobs?state=completed&limit=100", "system-01")
	if !strings.Contains(r.jobs, `"kind":"certificate"`) || strings.Contains(r.jobs, open) {
		r.t.Errorf("the console shows %s", r.jobs)
	}
	r.figures = figures
}

// countedAgain is longer than figures are kept.
const countedAgain = 12 * time.Second

// canaries are what must not leave the program: people, papers, homes.
func canaries(i int) (all []string) {
	sale := town.Sale(i)
	for _, p := range slices.Concat(sale.Sellers, sale.Buyers) {
		all = append(all, p.Name, p.ID, town.Phone(p.ID))
	}
	return append(all, sale.Contract, string(sale.Unit))
}

// nobodyIsNamed looks for people, homes and numbers of cases in everything that
// operators read.
func (r *rehearsal) nobodyIsNamed(numbers []string) {
	r.t.Helper()
	read := map[string]string{"metrics": r.figures, "traces": r.traces.sent.String(), "console": r.jobs}
	for _, name := range r.log {
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), `"route":"/api/v1/cases"`) && name == r.log[0] {
			r.t.Errorf("the log has no requests (%v)", err)
		}
		read["log "+name] = string(text)
	}
	for where, text := range read {
		var planted []string
		for i := range numbers {
			planted = append(planted, canaries(i)...)
		}
		found := pgtest.Leaks(text, planted...)
		r.t.Logf("%s: %d bytes, %d canaries looked for, %d found", where, len(text), len(planted), len(found))
		if len(found) > 0 {
			r.t.Errorf("%s: %q are in it", where, found)
		}
	}
	for _, number := range numbers { // a case is not a person, but says when and where one was
		if strings.Contains(read["metrics"], number) || strings.Contains(read["traces"], number) {
			r.t.Errorf("metrics or traces name case %s", number)
		}
	}
}

// tracesAreWhole finds one trace for each case, over both starts, with its steps,
// their statements without arguments, and nothing that is not on the list.
func (r *rehearsal) tracesAreWhole(numbers []string) {
	r.t.Helper()
	r.traces.mu.Lock()
	defer r.traces.mu.Unlock()
	works, statements := map[string]map[string]bool{}, 0
	allowed := regexp.MustCompile(`^(http\.(request\.method|response\.status_code|route)|error\.type|db\.system\.name|` +
		`db\.operation\.name|db\.query\.text|pgx\.\w+(\.\w+)?|kind|queue|attempt|priority|status|id|cancel|snooze)$`)
	for _, s := range r.traces.all {
		id := string(s.TraceId)
		if kind, isWork := strings.CutPrefix(s.Name, "river.work/"); isWork {
			if works[id] == nil {
				works[id] = map[string]bool{}
			}
			works[id][kind] = true
		}
		for _, a := range s.Attributes {
			if !allowed.MatchString(a.Key) {
				r.t.Errorf("span %s tells %s", s.Name, a.Key)
			}
			if a.Key == "db.query.text" {
				statements++
			}
		}
		if len(s.Events) > 0 || s.Status.GetMessage() != "" {
			r.t.Errorf("span %s quotes an error", s.Name)
		}
	}
	whole := 0
	for _, kinds := range works {
		if kinds["filing"] && kinds["review"] && kinds["assess"] && kinds["settle"] && kinds["enter"] && kinds["certificate"] {
			whole++
		}
	}
	if whole != len(numbers) || statements == 0 {
		r.t.Errorf("%d whole traces of %d cases, %d statements", whole, len(numbers), statements)
	}
}
