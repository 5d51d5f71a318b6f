package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// reading is what the meters show at one moment.
type reading struct {
	cpu          time.Duration // of this process and, where it can be seen, of the server
	transactions int64
	wal          int64 // bytes, full-page images included
	images       int64 // bytes of full-page images
	rssMB        float64
}

// read reads the meters, after the server's own statistics have settled.
func read(ctx context.Context, pool *pgxpool.Pool) (r reading, err error) {
	time.Sleep(1500 * time.Millisecond)
	err = pool.QueryRow(ctx, `
		SELECT d.xact_commit + d.xact_rollback, pg_current_wal_insert_lsn() - '0/0'::pg_lsn
		FROM pg_stat_database d WHERE d.datname = current_database()`).Scan(&r.transactions, &r.wal)
	if err != nil {
		return r, fmt.Errorf("read the server's statistics: %w", err)
	}
	if r.images, err = imageBytes(ctx, pool); err != nil {
		return r, err
	}
	r.cpu = ownCPU() + serverCPU(ctx, pool)
	r.rssMB = residentMB()
	return r, nil
}

// imageBytes counts the full-page images written so far, by page size: the
// server counts images, not bytes, and stores a page less its hole.
func imageBytes(ctx context.Context, pool *pgxpool.Pool) (n int64, err error) {
	const fromWAL = `SELECT coalesce(sum(fpi_size), 0)::bigint FROM pg_get_wal_stats(
		(SELECT greatest('0/1000000'::pg_lsn, redo_lsn) FROM pg_control_checkpoint()), pg_current_wal_flush_lsn())`
	if _, err = pool.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS pg_walinspect`); err != nil {
		return 0, fmt.Errorf("pg_walinspect: %w", err)
	}
	err = pool.QueryRow(ctx, fromWAL).Scan(&n)
	return n, err
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serverCPU adds up the postmaster, its children and those that have ended. It
// is 0 where there is no /proc or the server is elsewhere.
func serverCPU(ctx context.Context, pool *pgxpool.Pool) time.Duration {
	var dir string
	if pool.QueryRow(ctx, `SHOW data_directory`).Scan(&dir) != nil {
		return 0
	}
	text, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return 0
	}
	pid, _, _ := strings.Cut(string(text), "\n")
	total := ticks("/proc/"+pid+"/stat", "")
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, stat := range stats {
		total += ticks(stat, pid)
	}
	return time.Duration(total) * (time.Second / 100)
}

// ticks reads the CPU of one process, and of its dead children, if its parent
// is the one named ("" accepts any).
func ticks(stat, parent string) (total int64) {
	text, err := os.ReadFile(stat)
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 15 || parent != "" && fields[1] != parent {
		return 0
	}
	for _, field := range fields[11:15] { // utime stime cutime cstime
		n, _ := strconv.ParseInt(field, 10, 64)
		total += n
	}
	return total
}

func residentMB() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	pages, _ := strconv.ParseFloat(fields[1], 64)
	return pages * float64(os.Getpagesize()) / (1 << 20)
}
