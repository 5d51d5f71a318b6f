package meter

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// queries are the figures of the database. Each reads an index or a part of a
// table that stays small: open steps, unsettled letters, jobs of the last minutes,
// the last two thousand cases.
var queries = []figure{
	{gauge("cases", "Cases, by state.", "state"),
		`SELECT state, count(*)::float8 FROM intake_case GROUP BY state`},
	{gauge("steps_open", "Steps that have begun and not ended, by who holds them.", "step", "state", "holder"),
		`SELECT step, state, holder, count(*)::float8 FROM intake_step
		WHERE state NOT IN ('waiting', 'done', 'refused', 'cancelled') GROUP BY step, state, holder`},
	{gauge("step_oldest_seconds", "Age of the oldest open step, by who holds it.", "step", "holder"),
		`SELECT step, holder, extract(epoch FROM max(now() - started_at))::float8 FROM intake_step
		WHERE state NOT IN ('waiting', 'done', 'refused', 'cancelled') AND started_at IS NOT NULL GROUP BY step, holder`},
	{gauge("step_overdue", "Open steps past the time they were promised in, by who holds them.", "step", "holder"),
		`SELECT step, holder, count(*)::float8 FROM intake_step
		WHERE state NOT IN ('waiting', 'done', 'refused', 'cancelled') AND due_at < now() GROUP BY step, holder`},
	{gauge("step_seconds", "Time from start to end of a step, over the last 2000 cases.", "step", "quantile"),
		`SELECT step, q, v FROM (
			SELECT step, percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
				ORDER BY extract(epoch FROM finished_at - started_at)::float8) AS p
			FROM intake_step
			WHERE case_id > (SELECT coalesce(max(id), 0) - 2000 FROM intake_case)
				AND finished_at IS NOT NULL AND started_at IS NOT NULL
			GROUP BY step) AS s, unnest(ARRAY['0.5', '0.95'], s.p) AS u (q, v)`},
	{gauge("dead_letters", "Jobs that failed for the last time and that nobody has settled.", "step"),
		`SELECT step, count(*)::float8 FROM jobs_dead_letter WHERE settled_at IS NULL GROUP BY step`},
	{gauge("jobs", "Jobs in the queue's tables, by kind and state.", "kind", "state"),
		`SELECT kind, state::text, count(*)::float8 FROM river_job GROUP BY kind, state`},
	{gauge("job_running_oldest_seconds", "Age of the job that has been running longest, by kind.", "kind"),
		`SELECT kind, extract(epoch FROM max(now() - attempted_at))::float8 FROM river_job
		WHERE state = 'running' GROUP BY kind`},
	{gauge("job_waiting_oldest_seconds", "How long the job that is due longest has been waiting, by kind.", "kind"),
		`SELECT kind, extract(epoch FROM max(now() - scheduled_at))::float8 FROM river_job
		WHERE state = 'available' GROUP BY kind`},
	{gauge("leader_lease_seconds", "How long the lease of the queue's leader still runs; negative once it has run out."),
		`SELECT extract(epoch FROM max(expires_at) - now())::float8 FROM river_leader HAVING count(*) > 0`},
	{gauge("database_oldest_transaction_seconds", "Age of the oldest transaction; it keeps dead rows alive."),
		`SELECT oldest_seconds FROM meter_transactions()`},
	{gauge("database_oldest_xmin_age", "Age in transactions of the oldest snapshot that is still held, of replicas too."),
		`SELECT oldest_xmin_age FROM meter_transactions()`},
}

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("onewindow_"+name, help, labels, nil)
}

// count asks everything in one transaction that only reads, so that the figures
// fit each other.
func count(ctx context.Context, db *pgxpool.Pool) (samples []sample, err error) {
	err = pgx.BeginTxFunc(ctx, db, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		for _, q := range queries {
			more, err := ask(ctx, tx, q)
			if err != nil {
				return err
			}
			samples = append(samples, more...)
		}
		return nil
	})
	return samples, err
}

// ask runs one query: the labels of a row are texts, its value comes last.
func ask(ctx context.Context, tx pgx.Tx, q figure) (samples []sample, err error) {
	rows, err := tx.Query(ctx, q.sql)
	if err != nil {
		return nil, fmt.Errorf("count %s: %w", q.desc, err)
	}
	defer rows.Close()
	for rows.Next() {
		s := sample{desc: q.desc, labels: make([]string, len(rows.FieldDescriptions())-1)}
		into := make([]any, 0, len(s.labels)+1)
		for i := range s.labels {
			into = append(into, &s.labels[i])
		}
		if err := rows.Scan(append(into, &s.value)...); err != nil {
			return nil, fmt.Errorf("read %s: %w", q.desc, err)
		}
		samples = append(samples, s)
	}
	return samples, rows.Err()
}
