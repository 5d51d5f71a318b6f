package registration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/pgtest"
)

// register is a register on a database of its own.
type register struct {
	t    testing.TB
	pool *pgxpool.Pool
}

// newRegister holds a parcel with one building and n units, each owned by
// sellerAnna under its own certificate and sold by its own filed contract.
func newRegister(t testing.TB, n int) register {
	r := register{t, pgtest.Pool(t)}
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		parcel := unitCode.Parcel()
		if err := PutParcel(ctx, tx, Parcel{parcel, "测试路1号", 12345_67, UrbanResidential}); err != nil {
			return err
		}
		if err := PutBuilding(ctx, tx, Building{parcel, "0001", "1栋", ReinforcedConcrete, 32, 2018}); err != nil {
			return err
		}
		for i := range n {
			if err := putHome(ctx, tx, i); err != nil {
				return err
			}
		}
		return nil
	})
	return r
}

// unitAt is the code of the i-th unit, its application that of its sale.
func unitAt(i int) UnitCode {
	return UnitCode(fmt.Sprintf("%s%04d", unitCode[:24], i+1))
}

func saleOf(i int) Application {
	a := application()
	a.Unit = unitAt(i)
	a.Certificate = Number(fmt.Sprintf("湘（2018）岳阳市不动产权第%07d号", i+1))
	a.Contract = fmt.Sprintf("合同%d", i)
	return a
}

func putHome(ctx context.Context, tx pgx.Tx, i int) error {
	a, right, contract := saleOf(i), stockRight(), filed()
	right.Unit, right.Number = a.Unit, a.Certificate
	contract.Number, contract.Unit = a.Contract, a.Unit
	if err := PutUnit(ctx, tx, Unit{Code: a.Unit, Description: home()}); err != nil {
		return err
	}
	if err := PutSurvey(ctx, tx, a.Unit, title().Survey, []byte("SAMPLE")); err != nil {
		return err
	}
	if _, err := PutStockRight(ctx, tx, right); err != nil {
		return err
	}
	return PutContract(ctx, tx, contract)
}

func (r register) try(do func(context.Context, pgx.Tx) error) error {
	r.t.Helper()
	ctx := context.Background()
	return pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error { return do(ctx, tx) })
}

func (r register) must(do func(context.Context, pgx.Tx) error) {
	r.t.Helper()
	if err := r.try(do); err != nil {
		r.t.Fatal(err)
	}
}

// enter enters a case in a transaction of its own.
func (r register) enter(caseID int64, a Application, at time.Time) (e Entry, err error) {
	err = r.try(func(ctx context.Context, tx pgx.Tx) error {
		e, err = Enter(ctx, tx, caseID, a, Approval{By: "registrar", At: at.Add(-time.Minute)}, at)
		return err
	})
	return e, err
}

func (r register) title(unit UnitCode) (title Title) {
	r.t.Helper()
	r.must(func(ctx context.Context, tx pgx.Tx) (err error) {
		title, err = TitleOf(ctx, tx, unit)
		return err
	})
	return title
}

// refusal returns the code of the first finding that blocks, "" if err is no refusal.
func refusal(err error) string {
	var refused *RefusedError
	if !errors.As(err, &refused) || !errors.Is(err, ErrRefused) {
		return ""
	}
	for _, f := range refused.Findings {
		if f.Outcome == Block {
			return f.Code
		}
	}
	return ""
}

func TestTheRegisterGivesBackWhatItWasGiven(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	got := r.title(unitCode)
	if got.Unit.Description != home() || got.Survey.Description != home() || !got.Survey.Sample || got.Unit.Building != "0001" {
		t.Errorf("unit %+v, survey %+v", got.Unit, got.Survey)
	}
	right, ok := got.CurrentRight()
	want := stockRight()
	want.ID = right.ID
	if !ok || fmt.Sprint(right) != fmt.Sprint(want) {
		t.Errorf("right %+v,\nwant  %+v", right, want)
	}
	if found := Review(saleOf(0), got, today); !found.Passed() {
		t.Errorf("review found %q", places(found))
	}
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		c, err := ContractOf(ctx, tx, saleOf(0).Contract)
		if found := CheckFiling(saleOf(0), c); !found.Passed() {
			t.Errorf("filing found %q", places(found))
		}
		return err
	})
}

func TestWhatTheRegisterDoesNotHold(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 0)
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := TitleOf(ctx, tx, unitCode); !errors.Is(err, ErrNoUnit) {
			t.Errorf("title: %v", err)
		}
		return nil
	})
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := ContractOf(ctx, tx, "none"); !errors.Is(err, ErrNoContract) {
			t.Errorf("contract: %v", err)
		}
		return nil
	})
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := EntryOf(ctx, tx, 1); !errors.Is(err, ErrNoEntry) {
			t.Errorf("entry: %v", err)
		}
		return nil
	})
	if _, err := r.enter(1, saleOf(0), noon(2026, 11, 23)); refusal(err) != codeUnitUnknown {
		t.Errorf("entering an unknown unit: %v", err)
	}
}

func TestAnEntryMovesTheRight(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	at := noon(2026, 11, 23)
	e, err := r.enter(7, saleOf(0), at)
	if err != nil {
		t.Fatal(err)
	}
	if e.Number() != "湘（2026）岳阳市不动产权第0000001号" || e.Previous() != saleOf(0).Certificate || e.CaseID() != 7 ||
		e.Holders()[0] != holders(buyerDing)[0] || !e.At().Equal(at) || !e.On().Equal(today) || e.ApprovedBy() != "registrar" ||
		e.Description() != home() || e.LandNature() != Granted || e.HouseNature() != Market || e.CoOwnership() != Sole ||
		!e.TermFrom().Equal(day(2010, 1, 1)) || !e.TermUntil().Equal(day(2079, 12, 31)) || e.Price() != 80_000_000 ||
		e.Contract() != saleOf(0).Contract || e.Unit() != unitCode || e.Office().Name != "岳阳市不动产登记中心" ||
		e.Survey().FileName != "survey.txt" || e.ID() == 0 || e.IsZero() {
		t.Errorf("entry %+v", e)
	}
	rights := r.title(unitCode).Rights
	if len(rights) != 2 {
		t.Fatalf("%d rights", len(rights))
	}
	old, current := rights[0], rights[1]
	if old.Status != Historical || old.ClosedByCase != 7 || old.Certificate != CertificateVoid || !old.ClosedAt.Equal(at) {
		t.Errorf("old right %+v", old)
	}
	if current.Status != Current || current.Predecessor != old.ID || e.Predecessor() != old.ID || current.Certificate != CertificateValid ||
		current.Acquired != Purchase || !current.AcquiredOn.Equal(today) || !current.CertifiedOn.Equal(today) {
		t.Errorf("current right %+v", current)
	}
	if _, err := r.enter(8, saleOf(0), at); refusal(err) != codeCertificateSuperseded {
		t.Errorf("the same sale in another case: %v", err)
	}
}

func TestACaseEntersOnce(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	first, err := r.enter(7, saleOf(0), noon(2026, 11, 23))
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.enter(7, saleOf(0), noon(2026, 11, 24))
	if err != nil || fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("again %+v, %v; first %+v", again, err, first)
	}
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		found, err := EntryOf(ctx, tx, 7)
		if fmt.Sprint(found) != fmt.Sprint(first) {
			t.Errorf("found %+v", found)
		}
		return err
	})
}

func TestTheSameCaseEnteredByTwoWorkersAtOnceIsOneEntry(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	var numbers [8]Number
	var wg sync.WaitGroup
	for i := range numbers {
		wg.Go(func() {
			e, err := r.enter(7, saleOf(0), noon(2026, 11, 23))
			if err != nil {
				t.Errorf("worker %d: %v", i, err)
			}
			numbers[i] = e.Number()
		})
	}
	wg.Wait()
	if len(slices.Compact(numbers[:])) != 1 || len(r.title(unitCode).Rights) != 2 {
		t.Errorf("numbers %v", numbers)
	}
}

func TestOfTwoCasesOnOneUnitOneWins(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	second := saleOf(0)
	second.Contract, second.Buyers = "second sale", []Party{buyerWu}
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		c := filed()
		c.Number, c.Buyers = second.Contract, holders(buyerWu)
		return PutContract(ctx, tx, c)
	})
	var won, refused atomic.Int32
	var wg sync.WaitGroup
	for i, a := range []Application{saleOf(0), second} {
		wg.Go(func() {
			switch _, err := r.enter(int64(i+1), a, noon(2026, 11, 23)); {
			case err == nil:
				won.Add(1)
			case refusal(err) != "":
				refused.Add(1)
			default:
				t.Errorf("case %d: %v", i+1, err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || refused.Load() != 1 {
		t.Errorf("%d won, %d refused", won.Load(), refused.Load())
	}
}

// Two hundred units are entered at once around midnight of New Year in China: the
// serials of both years are dense and every number is of the year of its entry.
func TestNumbersAreDenseAndRestartAtNewYearInChina(t *testing.T) {
	t.Parallel()
	const n = 200
	r := newRegister(t, n)
	midnight := time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	serials := make(map[int][]int)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			at := midnight.Add(time.Duration(i-n/2) * time.Millisecond)
			e, err := r.enter(int64(i+1), saleOf(i), at)
			number, errParts := e.Number().parts()
			if err != nil || errParts != nil {
				t.Errorf("case %d: %v, %v", i+1, err, errParts)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			serials[number.year] = append(serials[number.year], number.serial)
		})
	}
	wg.Wait()
	for year, given := range serials {
		slices.Sort(given)
		for i, serial := range given {
			if serial != i+1 {
				t.Fatalf("%d: serial %d stands where %d should", year, serial, i+1)
			}
		}
	}
	if len(serials[2026]) != n/2 || len(serials[2027]) != n/2 {
		t.Errorf("%d of 2026, %d of 2027", len(serials[2026]), len(serials[2027]))
	}
}

func TestARefusedEntryLeavesNothingAndTakesNoNumber(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 2)
	wrong := saleOf(0)
	wrong.Price++
	if _, err := r.enter(1, wrong, noon(2026, 11, 23)); refusal(err) != codeContractPriceDiffers {
		t.Fatalf("error %v", err)
	}
	if rights := r.title(unitAt(0)).Rights; len(rights) != 1 || rights[0].Status != Current {
		t.Errorf("rights %+v", rights)
	}
	e, err := r.enter(2, saleOf(1), noon(2026, 11, 23))
	if err != nil || e.Number() != "湘（2026）岳阳市不动产权第0000001号" {
		t.Errorf("the first number went to nobody: %s, %v", e.Number(), err)
	}
}

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

func TestHomesAreCountedPerFamilyAndOnlyWhileTheyAreOwned(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 3)
	office := unitAt(9)
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		d := home()
		d.HouseUse = OfficeSpace
		if err := PutUnit(ctx, tx, Unit{Code: office, Description: d}); err != nil {
			return err
		}
		right := stockRight()
		right.Unit, right.Number, right.CoOwnership = office, "湘（2017）岳阳市不动产权第0000001号", Joint
		right.Holders = holders(sellerAnna, buyerDing)
		_, err := PutStockRight(ctx, tx, right)
		return err
	})
	if _, err := r.enter(1, saleOf(0), noon(2026, 11, 23)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		people []Party
		except UnitCode
		want   int
	}{
		{"one home of three was sold, the office is no home", []Party{sellerAnna}, "", 2},
		{"the home that is being sold does not count", []Party{sellerAnna}, unitAt(1), 1},
		{"the buyer owns since the entry", []Party{buyerDing}, "", 1},
		{"a family counts together", []Party{sellerAnna, buyerDing}, "", 3},
		{"a stranger owns nothing", []Party{stranger}, "", 0},
		{"nobody owns nothing", nil, "", 0},
	} {
		var ids []string
		for _, p := range tt.people {
			ids = append(ids, p.ID)
		}
		r.must(func(ctx context.Context, tx pgx.Tx) error {
			got, err := HomesOf(ctx, tx, ids, tt.except)
			if got != tt.want {
				t.Errorf("%s: %d homes, want %d", tt.name, got, tt.want)
			}
			return err
		})
	}
	if got := withOldNumbers([]string{"43060219900307001X"}); got[1] != "430602900307001" {
		t.Errorf("old number %v", got)
	}
}

func TestTheRegisterRefusesToBeEdited(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	if _, err := r.enter(1, saleOf(0), noon(2026, 11, 23)); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`UPDATE registration_right SET price = 1`,
		`UPDATE registration_right SET closed_at = NULL, closed_as = NULL, closed_by_case = NULL WHERE closed_at IS NOT NULL`,
		`UPDATE registration_right SET closed_at = now() WHERE closed_at IS NOT NULL`,
		`UPDATE registration_right SET predecessor = NULL WHERE predecessor IS NOT NULL`,
		`DELETE FROM registration_right`,
		`UPDATE registration_holder SET name = 'x'`,
		`DELETE FROM registration_holder`,
		`TRUNCATE registration_holder`,
		`UPDATE registration_description SET area = area + 1`,
		`UPDATE registration_unit SET description_id = description_id + 1`,
		`UPDATE registration_issued SET voided_at = NULL, void_reason = NULL WHERE voided_at IS NOT NULL`,
		`UPDATE registration_issued SET issued_on = issued_on + 1`,
		`UPDATE registration_number SET last = last - 1`,
		`UPDATE registration_number SET year = year + 1`,
		`DELETE FROM registration_number`,
		`UPDATE registration_contract SET price = price + 1`,
		`UPDATE registration_contract SET fulfilled_by_case = 9 WHERE fulfilled_by_case IS NOT NULL`,
		`UPDATE registration_contract_party SET name = 'x'`,
		`UPDATE registration_survey SET sample = false`,
		`DELETE FROM registration_seizure`,
	} {
		err := r.try(func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if code := sqlState(err); code != "23001" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

func TestTheSchemaKnowsTheLawToo(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	add := func(edit func(*Right)) func(context.Context, pgx.Tx) error {
		return func(ctx context.Context, tx pgx.Tx) error {
			d := home()
			other := unitAt(7)
			if err := PutUnit(ctx, tx, Unit{Code: other, Description: d}); err != nil {
				return err
			}
			right := stockRight()
			right.Unit, right.Number, right.CoOwnership = other, "湘（2017）岳阳市不动产权第0000009号", ByShares
			right.Holders = holders(withShare(sellerAnna, 1, 3), withShare(sellerBo, 2, 3))
			edit(&right)
			_, err := PutStockRight(ctx, tx, right)
			return err
		}
	}
	for _, tt := range []struct {
		name, state string
		do          func(context.Context, pgx.Tx) error
	}{
		{"shares of 1/3 and 1/3 are not whole", "23514", add(func(r *Right) { r.Holders[1].Share = Share{1, 3} })},
		{"joint owners have no shares", "23514", add(func(r *Right) { r.CoOwnership = Joint })},
		{"one owner is the sole owner", "23514", add(func(r *Right) { r.Holders = r.Holders[:1] })},
		{"a second current right", "23505", add(func(r *Right) { r.Unit = unitCode })},
		{"the same number twice", "23505", add(func(r *Right) { r.Number = saleOf(0).Certificate })},
		{"a holder who comes later", "23514", func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO registration_holder (right_id, ordinal, name, id_kind, id_number)
				SELECT id, 2, 'x', 'resident', 'y' FROM registration_right`)
			return err
		}},
		{"a seizure of more than three years", "23514", func(ctx context.Context, tx pgx.Tx) error {
			_, err := RegisterSeizure(ctx, tx, seized(today, 4))
			return err
		}},
		{"a survey file that is not the one of its hash", "23514", func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO registration_survey (unit, description_id, surveyed_on, file_name, file_sha256, file, sample)
				SELECT unit, description_id, surveyed_on, file_name, file_sha256, 'other', sample FROM registration_survey`)
			return err
		}},
		{"a number that is not the one of its serial", "23514", func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `
				INSERT INTO registration_issued (number, authority, year, kind, serial, right_id, issued_on)
				SELECT '湘（2018）岳阳市不动产权第0000009号', authority, year, kind, 8, right_id, issued_on FROM registration_issued`)
			return err
		}},
	} {
		if err := r.try(tt.do); sqlState(err) != tt.state {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	r.must(add(func(*Right) {}))
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
