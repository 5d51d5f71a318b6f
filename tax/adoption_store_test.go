package tax

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/pgtest"
	"onewindow/tax/rule"
)

func TestAdoptionsAreKeptInTheirOrder(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	must(t, pool, func(ctx context.Context, tx pgx.Tx) error {
		for range 2 { // a second start of the demonstration adopts nothing twice
			for _, a := range SampleAdoptions() {
				if err := Adopt(ctx, tx, a); err != nil {
					return err
				}
			}
		}
		got, err := AdoptionsOf(ctx, tx)
		if !reflect.DeepEqual(got, SampleAdoptions()) {
			t.Errorf("read back %+v", got)
		}
		if err := Adopt(ctx, tx, Adoption{Param: rule.DeedStatutory, Value: 600}); !errors.Is(err, ErrBadAdoption) {
			t.Errorf("an unlawful adoption: %v, want ErrBadAdoption", err)
		}
		return err
	})
}
