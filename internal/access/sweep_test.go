package access

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// Strangers, too, write into these tables. What has expired is gone with the next
// who writes, however many were before.
func TestWhatHasExpiredIsSweptByTheNext(t *testing.T) {
	t.Parallel()
	g, _ := gate(t, clerk, guard)
	in := func(do func(context.Context, pgx.Tx) error) error {
		return pgx.BeginFunc(t.Context(), g.Pool, func(tx pgx.Tx) error { return do(t.Context(), tx) })
	}
	for table, write := range map[string]func(name string, at time.Time) error{
		"access_attempt": func(name string, at time.Time) error {
			_, _, err := g.Begin(t.Context(), name, "a guess", at)
			return err
		},
		"access_asked": func(name string, at time.Time) error {
			return in(func(ctx context.Context, tx pgx.Tx) error {
				_, err := DrawCodes(ctx, tx, name, "", home, nil, at)
				return err
			})
		},
		"access_draw": func(name string, at time.Time) error {
			return in(func(ctx context.Context, tx pgx.Tx) error {
				_, err := takeDraw(ctx, tx, vault.Index(vault.Phone, name), byStrangers, mostStrangers, at)
				return err
			})
		},
		"access_known": func(_ string, at time.Time) error {
			return in(func(ctx context.Context, tx pgx.Tx) error { // in a new browser each time
				return remember(ctx, tx, Asker{Browser: NewSecret().Text()}, []byte("the index of a telephone 32 bytes"[:32]), at)
			})
		},
		"access_device": func(_ string, at time.Time) error {
			_, err := g.Know(t.Context(), clerk.ID, at) // on a new device each time
			return err
		},
		"access_session": func(name string, at time.Time) error {
			return in(func(ctx context.Context, tx pgx.Tx) error {
				_, err := openCitizen(ctx, tx, Session{Person: Person{Name: name, Case: name, Party: "buyers[0]"}, OpenedAt: at})
				if err == nil && at.After(noon) {
					_, err = OpenSession(ctx, tx, guard, at) // which sweeps
				}
				return err
			})
		},
	} {
		for i := range 5 {
			if err := write(fmt.Sprint("number-", i), noon); err != nil {
				t.Fatalf("%s: %v", table, err)
			}
		}
		count := func() (n int) {
			if err := g.Pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		if err := write("number-5", noon.Add(DeviceLength+time.Hour)); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		if after := count(); before < 5 || after > 2 {
			t.Errorf("%s: %d rows before, %d after", table, before, after)
		}
	}
}
