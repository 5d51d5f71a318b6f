package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pulse shows that a process lives: a session lock on its name, which
// PostgreSQL lets go the moment the process is gone.
type pulse struct {
	pool   *pgxpool.Pool
	log    *slog.Logger
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// takeTime is how long the server may need to see that the last holder of a name
// has gone.
const takeTime = 15 * time.Second

func newPulse(pool *pgxpool.Pool, log *slog.Logger) *pulse { return &pulse{pool: pool, log: log} }

const lockName = `SELECT pg_try_advisory_lock(hashtextextended('onewindow process ' || $1, 0))`

// start takes the lock. It is an error if another process of this name lives.
func (p *pulse) start(ctx context.Context, name string) error {
	conn, err := p.take(ctx, name)
	if err != nil {
		return err
	}
	beat, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p.cancel = cancel
	p.done.Go(func() { p.beat(beat, conn, name) })
	return nil
}

// take opens a connection that holds the lock of the name. The server may need
// a moment to see that the last holder has gone.
func (p *pulse) take(ctx context.Context, name string) (*pgx.Conn, error) {
	config := p.pool.Config().ConnConfig.Copy()
	if !strings.HasPrefix(config.Host, "/") { // a host that loses power says no goodbye: the server must miss it soon
		config.RuntimeParams["tcp_keepalives_idle"] = "5"
		config.RuntimeParams["tcp_keepalives_interval"] = "2"
		config.RuntimeParams["tcp_keepalives_count"] = "3"
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	free := false
	for until := time.Now().Add(takeTime); ; {
		err = conn.QueryRow(ctx, lockName, name).Scan(&free)
		if err != nil || free || time.Now().After(until) {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	if err == nil && !free {
		err = fmt.Errorf("another process is called %s", name)
	}
	if err != nil {
		conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

// beat keeps the lock, also over restarts of the server.
func (p *pulse) beat(ctx context.Context, conn *pgx.Conn, name string) {
	defer func() {
		if conn != nil {
			conn.Close(context.WithoutCancel(ctx))
		}
	}()
	for ctx.Err() == nil {
		if conn != nil {
			if _, err := conn.WaitForNotification(ctx); err != nil { // nothing is listened to: only a loss returns
				conn.Close(context.WithoutCancel(ctx))
				conn = nil
			}
			continue
		}
		var err error
		if conn, err = p.take(ctx, name); err != nil && ctx.Err() == nil {
			p.log.WarnContext(ctx, "cannot show that this process lives", "err", err)
			time.Sleep(time.Second)
		}
	}
}

// alive says whether the named process holds its lock. In doubt it does.
func (p *pulse) alive(ctx context.Context, name string) bool {
	free := false
	err := p.pool.QueryRow(ctx, `
		SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
			AND (classid::bigint << 32 | objid::bigint) = hashtextextended('onewindow process ' || $1, 0)
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`, name).Scan(&free)
	return err != nil || !free
}

func (p *pulse) stop() {
	if p.cancel != nil {
		p.cancel()
		p.done.Wait()
	}
}
