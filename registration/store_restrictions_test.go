package registration

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// T04 and its kin: what arrives between approval and entry is seen under the lock.
func TestWhatArrivesAfterTheApprovalStopsTheEntry(t *testing.T) {
	t.Parallel()
	at := noon(2026, 11, 23)
	seizure := seized(day(2026, 11, 23), 3)
	parcel := seizure
	parcel.Scope, parcel.Target = OnParcel, unitCode.Parcel()
	for _, tt := range []struct {
		name, want string
		arrive     func(context.Context, pgx.Tx) error
	}{
		{"a seizure of the unit", codeUnitSeized, func(ctx context.Context, tx pgx.Tx) error {
			_, err := RegisterSeizure(ctx, tx, seizure)
			return err
		}},
		{"a seizure of the parcel", codeParcelSeized, func(ctx context.Context, tx pgx.Tx) error {
			_, err := RegisterSeizure(ctx, tx, parcel)
			return err
		}},
		{"a lock of the certificate", codeCertificateLocked, func(ctx context.Context, tx pgx.Tx) error {
			_, err := PutLock(ctx, tx, Lock{Scope: OnCertificate, Target: string(saleOf(0).Certificate), LockedOn: today})
			return err
		}},
		{"a mortgage", codeMortgageCurrent, func(ctx context.Context, tx pgx.Tx) error {
			_, err := PutMortgage(ctx, tx, Mortgage{Unit: unitCode, Secured: 1, DebtFrom: today, DebtUntil: today,
				Proof: "湘（2026）岳阳市不动产证明第0000001号", RegisteredOn: today})
			return err
		}},
		{"an objection", codeObjectionAfterApproval, func(ctx context.Context, tx pgx.Tx) error {
			_, err := PutObjection(ctx, tx, Objection{Unit: unitCode, RegisteredAt: at})
			return err
		}},
		{"a pre-notice of a third party", codePrenoticeThirdParty, func(ctx context.Context, tx pgx.Tx) error {
			_, err := PutPreNotice(ctx, tx, PreNotice{Unit: unitCode, Holder: holders(stranger)[0], RegisteredOn: today})
			return err
		}},
		{"the loss of the certificate", codeCertificateLost, func(ctx context.Context, tx pgx.Tx) error {
			return ReportLost(ctx, tx, saleOf(0).Certificate, today)
		}},
		{"the revocation of the contract", codeContractRevoked, func(ctx context.Context, tx pgx.Tx) error {
			return RevokeContract(ctx, tx, saleOf(0).Contract, today)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRegister(t, 1)
			r.must(tt.arrive)
			if _, err := r.enter(1, saleOf(0), at); refusal(err) != tt.want {
				t.Errorf("error %v, want refusal for %s", err, tt.want)
			}
		})
	}
}

func TestAnObjectionThatTheRegistrarKnewDoesNotStopTheEntry(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	at := noon(2026, 11, 23)
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		_, err := PutObjection(ctx, tx, Objection{Unit: unitCode, RegisteredAt: at.Add(-time.Hour)})
		return err
	})
	if found := Review(saleOf(0), r.title(unitCode), today); !found.Human() {
		t.Errorf("review found %q", places(found))
	}
	if _, err := r.enter(1, saleOf(0), at); err != nil {
		t.Error(err)
	}
}

// A seizure that is served while an entry is being made waits for it; one that was
// served first is seen by the entry, although it had begun to wait before.
func TestASeizureAndAnEntryNeverPassEachOther(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, scope := range []Scope{OnUnit, OnParcel} {
		r := newRegister(t, 1)
		s := seized(day(2026, 11, 23), 3)
		if s.Scope = scope; scope == OnParcel {
			s.Target = unitCode.Parcel()
		}
		tx, err := r.pool.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := RegisterSeizure(ctx, tx, s); err != nil {
			t.Fatal(err)
		}
		entered := make(chan error, 1)
		go func() { _, err := r.enter(1, saleOf(0), noon(2026, 11, 23)); entered <- err }()
		waitForLock(t, r.pool)
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		if err := <-entered; refusal(err) == "" {
			t.Errorf("%s: the entry passed a seizure: %v", scope, err)
		}
	}
}

// waitForLock returns once some session waits for a lock.
func waitForLock(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	for range 1000 {
		var waiting bool
		err := pool.QueryRow(context.Background(), `
			SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		if waiting {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("nobody waits for a lock")
}

func TestLiftingASeizureFreesTheUnitUnlessAnotherWaits(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	var first int64
	waiting := seized(day(2026, 11, 2), 3)
	waiting.ExpiresOn = time.Time{}
	r.must(func(ctx context.Context, tx pgx.Tx) (err error) {
		if first, err = RegisterSeizure(ctx, tx, seized(day(2026, 11, 1), 3)); err == nil {
			waiting.ID, err = RegisterSeizure(ctx, tx, waiting)
		}
		return err
	})
	lift := func(id int64) {
		r.must(func(ctx context.Context, tx pgx.Tx) error { return LiftSeizure(ctx, tx, id, today, "解封1号") })
	}
	lift(first)
	if _, err := r.enter(1, saleOf(0), noon(2026, 11, 23)); refusal(err) != codeUnitSeized {
		t.Errorf("T03: %v", err)
	}
	lift(waiting.ID)
	if _, err := r.enter(1, saleOf(0), noon(2026, 11, 23)); err != nil {
		t.Error(err)
	}
}

func TestTheBuyersPreNoticeIsFulfilledByTheEntry(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		_, err := PutPreNotice(ctx, tx, PreNotice{Unit: unitCode, Holder: holders(buyerDing)[0], RegisteredOn: day(2026, 1, 1)})
		return err
	})
	if _, err := r.enter(1, saleOf(0), noon(2026, 11, 23)); err != nil {
		t.Fatal(err)
	}
	if p := r.title(unitCode).PreNotices; len(p) != 1 || !p[0].ClosedOn.Equal(today) {
		t.Errorf("pre-notices %+v", p)
	}
}

func TestOnlyAnApprovedSaleIsEntered(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	at := noon(2026, 11, 23)
	drill := saleOf(0)
	drill.Kind = Drill
	for name, enter := range map[string]func(context.Context, pgx.Tx) error{
		"no approval": func(ctx context.Context, tx pgx.Tx) error {
			_, err := Enter(ctx, tx, 1, saleOf(0), Approval{}, at)
			return err
		},
		"an approval of tomorrow": func(ctx context.Context, tx pgx.Tx) error {
			_, err := Enter(ctx, tx, 1, saleOf(0), Approval{"registrar", at.Add(time.Hour)}, at)
			return err
		},
		"a drill": func(ctx context.Context, tx pgx.Tx) error {
			_, err := Enter(ctx, tx, 1, drill, Approval{"registrar", at}, at)
			return err
		},
	} {
		if err := r.try(enter); err == nil || errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRestrictionsEndOnceAndOnlyIfTheyExist(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	var mortgage, lock int64
	r.must(func(ctx context.Context, tx pgx.Tx) (err error) {
		mortgage, err = PutMortgage(ctx, tx, Mortgage{Unit: unitCode, Mortgagee: "测试银行", MortgageeID: company.ID,
			Secured: 100, DebtFrom: today, DebtUntil: today, Proof: "湘（2020）岳阳市不动产证明第0000001号", RegisteredOn: today})
		if err == nil {
			lock, err = PutLock(ctx, tx, Lock{Scope: OnParcel, Target: unitCode.Parcel(), Authority: "测试局", LockedOn: today})
		}
		return err
	})
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		return errors.Join(EndMortgage(ctx, tx, mortgage, today), ReleaseLock(ctx, tx, lock, today))
	})
	if found := Review(saleOf(0), r.title(unitCode), today); !found.Passed() {
		t.Errorf("found %q", places(found))
	}
	for name, do := range map[string]func(context.Context, pgx.Tx) error{
		"end no mortgage":  func(ctx context.Context, tx pgx.Tx) error { return EndMortgage(ctx, tx, 99, today) },
		"release no lock":  func(ctx context.Context, tx pgx.Tx) error { return ReleaseLock(ctx, tx, 99, today) },
		"lift no seizure":  func(ctx context.Context, tx pgx.Tx) error { return LiftSeizure(ctx, tx, 99, today, "1号") },
		"end it once more": func(ctx context.Context, tx pgx.Tx) error { return EndMortgage(ctx, tx, mortgage, day(2027, 1, 1)) },
		"seize no unit": func(ctx context.Context, tx pgx.Tx) error {
			s := seized(today, 1)
			s.Target = string(unitAt(5))
			_, err := RegisterSeizure(ctx, tx, s)
			return err
		},
	} {
		if err := r.try(do); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestTheCalendarOfTheOfficeMovesTheEndOfAnObjection(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		if err := PutHoliday(ctx, tx, day(2026, 11, 20), false, "sample"); err != nil {
			return err
		}
		_, err := PutObjection(ctx, tx, Objection{Unit: unitCode, RegisteredAt: noon(2026, 11, 5)})
		return err
	})
	if found := Review(saleOf(0), r.title(unitCode), today); !found.Human() {
		t.Errorf("found %q", places(found))
	}
}
