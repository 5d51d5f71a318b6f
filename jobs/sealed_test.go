package jobs_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/pgtest"
	"onewindow/internal/town"
	"onewindow/jobs"
	"onewindow/registration"
)

// A dump of the database after a whole sale, which is what a stolen backup is,
// holds no identity number and no telephone.
func TestADumpAfterASaleHoldsNoIdentityNumberAndNoTelephone(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	a := town.Sale(0)
	a.Sellers[0].Phone, a.Buyers[0].Phone = "12000000001", "12000000002"
	const bank, objector, waiting = "914306001234567881", "430602189301090016", "430602189301090024"
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		return restrictWith(ctx, tx, a.Unit, bank, objector, waiting)
	})
	number := w.accept(a)
	w.approve(number)
	w.pay(number)
	w.until(number, intake.GasConfirm, intake.Done)

	dump := pgtest.Dump(t, w.pool.Config().ConnString())
	if !strings.Contains(dump, string(number)) || !strings.Contains(dump, a.Buyers[0].Name) {
		t.Fatal("the dump does not hold the sale")
	}
	planted := []string{bank, objector, waiting, "12000000001", "12000000002"}
	for _, p := range append(a.Sellers, a.Buyers...) {
		planted = append(planted, p.ID, town.Phone(p.ID), registrationOld(p.ID))
	}
	if found := pgtest.Leaks(dump, planted...); len(found) > 0 {
		for line := range strings.Lines(dump) {
			if len(pgtest.Leaks(line, found...)) > 0 {
				t.Errorf("%.300s", line)
			}
		}
	}
	s := w.until(number, intake.GasConfirm, intake.Done)
	if s.Buyers[0].Phone != "12000000002" || s.Buyers[0].ID != a.Buyers[0].ID {
		t.Errorf("the case gives back %+v", s.Buyers[0])
	}
}

// People write into their words what they like: a journal keeps them sealed.
func TestAJournalSealsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	number := w.accept(town.Sale(0))
	w.until(number, intake.Review, intake.NeedsInput)
	const said = "已致电 12000000003"
	if err := w.decide(number, intake.Review, jobs.Refuse, "registrar-01", said); err != nil {
		t.Fatal(err)
	}
	var kept [][]byte
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT words FROM intake_journal WHERE words IS NOT NULL`)
		if err != nil {
			return err
		}
		kept, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
		return err
	})
	if len(kept) == 0 || bytes.Contains(kept[0], []byte("12000000003")) {
		t.Errorf("the journal keeps %q", kept)
	}
	s := w.until(number, intake.Review, intake.Refused)
	if !slices.ContainsFunc(s.Journal, func(e intake.Entry) bool { return e.Words == said }) {
		t.Errorf("the journal says %+v", s.Journal)
	}
}

// registrationOld is a number as registers kept it before 1999.
func registrationOld(id string) string { return id[:6] + id[8:17] }

// restrictWith registers, and ends, what names people by number.
func restrictWith(ctx context.Context, tx pgx.Tx, unit registration.UnitCode, bank, objector, waiting string) error {
	m, err := registration.PutMortgage(ctx, tx, registration.Mortgage{Unit: unit, Mortgagee: "样本银行", MortgageeID: bank,
		Secured: 1, DebtFrom: day(2020, 1, 1), DebtUntil: day(2021, 1, 1), Proof: "湘（2020）岳阳市不动产证明第0000112号",
		RegisteredOn: day(2020, 1, 1)})
	if err == nil {
		err = registration.EndMortgage(ctx, tx, m, day(2021, 1, 2))
	}
	if err == nil {
		_, err = registration.PutObjection(ctx, tx, registration.Objection{Unit: unit, Objector: "样本异议人",
			ObjectorID: objector, RegisteredAt: day(2020, 1, 3), ClosedOn: day(2020, 1, 20)})
	}
	if err == nil {
		_, err = registration.PutPreNotice(ctx, tx, registration.PreNotice{Unit: unit, RegisteredOn: day(2020, 1, 3),
			ClosedOn: day(2020, 1, 20),
			Holder:   registration.Holder{Name: "样本预告", IDKind: registration.Resident, ID: waiting}})
	}
	return err
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
