package bench

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

var bareSteps = []string{"filing", "review", "assess", "water_request", "power_request"}

// bareCase writes one case by hand: one commit inserts the case, five at once
// an effect each, one the certificate and the end of the case.
func bareCase(pool *pgxpool.Pool, o Options) runCase {
	return func(ctx context.Context, unit string) error {
		var id int64
		err := pool.QueryRow(ctx, `INSERT INTO bench_case (unit, state) VALUES ($1, 'open') RETURNING id`, unit).Scan(&id)
		if err != nil {
			return err
		}
		steps, stepCtx := errgroup.WithContext(ctx)
		for _, step := range bareSteps {
			steps.Go(func() error {
				_, err := pool.Exec(stepCtx, `INSERT INTO bench_bare_effect (case_id, step, sum) VALUES ($1, $2, $3)`,
					id, step, toil(o))
				return err
			})
		}
		if err := steps.Wait(); err != nil {
			return err
		}
		pdf, err := paper(o)
		if err != nil {
			return err
		}
		toil(o)
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO bench_bare_certificate (case_id, pdf) VALUES ($1, $2)`, id, pdf); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE bench_case SET state = 'closed' WHERE id = $1`, id)
			return err
		})
	}
}
