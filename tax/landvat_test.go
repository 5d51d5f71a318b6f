package tax

import (
	"math/big"
	"testing"
	"time"
)

func TestAGainOfExactlyTheLimitIsInTheLowerTier(t *testing.T) {
	t.Parallel()
	for _, limit := range []int64{5_000, 10_000, 20_000} {
		deductions := big.NewInt(1_000_000)
		at := big.NewInt(1_000_000 * limit / 10_000)
		if over(at, deductions, limit) || !over(new(big.Int).Add(at, big.NewInt(1)), deductions, limit) {
			t.Errorf("the limit of %d basis points lies elsewhere", limit)
		}
	}
}

func TestTheYearsOfAnInvoice(t *testing.T) {
	t.Parallel()
	start := day(2016, time.June, 15)
	for end, want := range map[time.Time]int64{
		day(2016, time.June, 15): 0, day(2016, time.December, 15): 0, day(2016, time.December, 16): 1,
		day(2017, time.June, 14): 1, day(2017, time.June, 15): 1, day(2026, time.July, 1): 10,
		day(2026, time.December, 15): 10, day(2026, time.December, 16): 11, day(2016, time.June, 14): 0,
	} {
		if got := yearsOver(start, end); got != want {
			t.Errorf("to %s: %d years, want %d", end.Format(time.DateOnly), got, want)
		}
	}
	if got := yearsOver(time.Time{}, start); got != 0 {
		t.Errorf("since a day that nobody knows: %d years", got)
	}
}

func TestSeveralFamiliesHaveTheRankOfTheOneWithMostHomes(t *testing.T) {
	t.Parallel()
	f := home(func(f *Facts) {
		f.Area, f.Family.Count = 150_00, 2
		f.Family.Homes, f.Family.Each = HomesEverywhere(2), []Homes{HomesEverywhere(1), HomesEverywhere(1)}
	})
	a := Assess(f, SampleAdoptions())
	if got := due(a, Deed); got != 16_000_00 || len(a.Manual) != 1 || a.Manual[0].Code != SeveralFamilies {
		t.Errorf("deed tax %v, reasons %v: each family buys its second home", got, a.Manual)
	}
}
