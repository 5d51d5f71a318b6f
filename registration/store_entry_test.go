package registration

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

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

// The caller records a refusal in the transaction that was refused.
func TestARefusalLeavesTheTransactionUsable(t *testing.T) {
	t.Parallel()
	r := newRegister(t, 1)
	at := noon(2026, 11, 23)
	by := Approval{"registrar", at}
	wrong := saleOf(0)
	wrong.Contract = "none"
	r.must(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := Enter(ctx, tx, 1, wrong, by, at); refusal(err) != codeContractUnknown {
			t.Errorf("unknown contract: %v", err)
		}
		wrong.Unit = unitAt(9)
		if _, err := Enter(ctx, tx, 1, wrong, by, at); refusal(err) != codeUnitUnknown {
			t.Errorf("unknown unit: %v", err)
		}
		_, err := Enter(ctx, tx, 1, saleOf(0), by, at)
		return err
	})
}
