package money

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMulDivRoundsHalfUpOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		f        Fen
		num, den int64
		want     Fen
	}{
		{"exactly half a fen goes up", 1, 1, 2, 1},
		{"less than half a fen goes down", 49, 1, 100, 0},
		{"a loss is rounded away from zero alike", -1, 1, 2, -1},
		{"net price of 800 000 yuan at 3 % included", Yuan(800_000), 10_000, 10_300, 776_699_03},
		{"fen times fen beyond 64 bits stays exact", Yuan(1e12), 1e14, 1e14, Yuan(1e12)},
		{"nothing taxed is nothing", 0, 9999, 10_000, 0},
		{"the largest amount at full rate", math.MaxInt64, 10_000, 10_000, math.MaxInt64},
		{"the least amount at full rate", math.MinInt64, 10_000, 10_000, math.MinInt64},
	} {
		if got := MulDiv(tt.f, tt.num, tt.den); got != tt.want {
			t.Errorf("%s: MulDiv(%d, %d, %d) = %d, want %d", tt.name, tt.f, tt.num, tt.den, got, tt.want)
		}
	}
	if got := MulBP(Yuan(800_000), 100); got != Yuan(8_000) {
		t.Errorf("one per cent of 800 000 yuan = %v, want 8000.00", got)
	}
}

func TestMulDivAgreesWithBigArithmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Int64Range(-1e16, 1e16).Draw(t, "f")
		num := rapid.Int64Range(0, 1e16).Draw(t, "num")
		den := rapid.Int64Range(max(num, 1), math.MaxInt64).Draw(t, "den")
		// floor(|f|·num·2 + den) / (2·den), then the sign: half away from zero.
		n := new(big.Int).Mul(big.NewInt(f), big.NewInt(num))
		want := new(big.Int).Abs(n)
		want.Mul(want, big.NewInt(2)).Add(want, big.NewInt(den))
		want.Quo(want, new(big.Int).Mul(big.NewInt(den), big.NewInt(2)))
		if n.Sign() < 0 {
			want.Neg(want)
		}
		if got := MulDiv(Fen(f), num, den); int64(got) != want.Int64() {
			t.Fatalf("MulDiv(%d, %d, %d) = %d, want %v", f, num, den, got, want)
		}
	})
}

func TestImpossibleSumsPanic(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(){
		"division by zero":       func() { MulDiv(1, 1, 0) },
		"result beyond int64":    func() { MulDiv(math.MaxInt64, 2, 1) },
		"product beyond 2^127":   func() { MulDiv(math.MaxInt64, math.MaxInt64, 1) },
		"negative weight":        func() { Split(1, []int64{2, -1}) },
		"no weight":              func() { Split(1, []int64{0}) },
		"weights beyond 64 bits": func() { Split(1, []int64{math.MaxInt64, math.MaxInt64, math.MaxInt64}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s did not panic", name)
				}
			}()
			f()
		}()
	}
}

func TestSplitByLargestRemainder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		total   Fen
		weights []int64
		want    []Fen
	}{
		{"three equal owners and one fen left: the first bears it", 100_01, []int64{1, 1, 1}, []Fen{33_34, 33_34, 33_33}},
		{"the larger remainder comes first", 100, []int64{1, 2}, []Fen{33, 67}},
		{"an owner of nothing gets nothing", 7, []int64{0, 1}, []Fen{0, 7}},
		{"a loss is divided alike", -100, []int64{1, 1, 1}, []Fen{-34, -33, -33}},
	} {
		got := Split(tt.total, tt.weights)
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%s: Split(%d, %v) = %v, want %v", tt.name, tt.total, tt.weights, got, tt.want)
				break
			}
		}
	}
}

func TestSplitLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := Fen(rapid.Int64Range(-1e14, 1e14).Draw(t, "total"))
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 12).Draw(t, "weights")
		weights[0]++
		var sum, weight int64
		for _, w := range weights {
			weight += w
		}
		for i, part := range Split(total, weights) {
			sum += int64(part)
			exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(int64(total)), big.NewInt(weights[i])), big.NewInt(weight))
			off := exact.Sub(exact, new(big.Rat).SetInt64(int64(part)))
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("part %d of Split(%d, %v) is a fen or more off", i, total, weights)
			}
		}
		if Fen(sum) != total {
			t.Fatalf("Split(%d, %v) sums to %d", total, weights, sum)
		}
	})
}

func TestAmountsAreWrittenForMachinesAndPeople(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		f            Fen
		text, format string
	}{
		{0, "0.00", "¥0.00"},
		{5, "0.05", "¥0.05"},
		{-5, "-0.05", "-¥0.05"},
		{1_234_56, "1234.56", "¥1,234.56"},
		{Yuan(1_000_000), "1000000.00", "¥1,000,000.00"},
		{math.MinInt64, "-92233720368547758.08", "-¥92,233,720,368,547,758.08"},
	} {
		if got := tt.f.String(); got != tt.text {
			t.Errorf("Fen(%d).String() = %s, want %s", int64(tt.f), got, tt.text)
		}
		if got := tt.f.Format(); got != tt.format {
			t.Errorf("Fen(%d).Format() = %s, want %s", int64(tt.f), got, tt.format)
		}
	}
}

func TestParseReadsOnlyAmounts(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "-", "¥", ".5", "1.", "1.234", "1e3", "１２", "1,00", ",100", "1,,000",
		"0x10", " 1", "1 ", "+1", "1_000", "--1", "92233720368547758.08", "1\x00"} {
		if f, err := Parse(bad); !errors.Is(err, ErrSyntax) {
			t.Errorf("Parse(%q) = %v, %v, want ErrSyntax", bad, f, err)
		}
	}
	for text, want := range map[string]Fen{"1": 100, "1.5": 150, "¥1,234.56": 1_234_56, "-0.05": -5, "007": 700} {
		if f, err := Parse(text); err != nil || f != want {
			t.Errorf("Parse(%q) = %v, %v, want %v", text, f, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1234.56", "¥1,234.56", "-0.05", "1,,000", "９.00", "1.234"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Parse(s)
		if err != nil {
			return
		}
		for _, again := range []string{got.String(), got.Format()} {
			if back, err := Parse(again); err != nil || back != got {
				t.Errorf("Parse(%q) = %d, but Parse(%q) = %d, %v", s, got, again, back, err)
			}
		}
	})
}

func TestCapitalFiguresOfBills(t *testing.T) {
	t.Parallel()
	for f, want := range map[Fen]string{
		0:                  "人民币零元整",
		5:                  "人民币伍分",
		30:                 "人民币叁角整",
		35:                 "人民币叁角伍分",
		10_00:              "人民币壹拾元整",
		120_05:             "人民币壹佰贰拾元零伍分",
		1_409_50:           "人民币壹仟肆佰零玖元伍角整",
		6_007_14:           "人民币陆仟零柒元壹角肆分",
		100_010_00:         "人民币壹拾万零壹拾元整",
		10_001_000_00:      "人民币壹仟万壹仟元整",
		8_000_000_00:       "人民币捌佰万元整",
		100_000_001_00:     "人民币壹亿零壹元整",
		1_000_000_000_0:    "人民币壹亿元整",
		10_000_000_000_00:  "人民币壹佰亿元整",
		-1_00:              "人民币负壹元整",
		120_000_000_000_00: "人民币壹仟贰佰亿元整",
	} {
		if got := f.Capital(); got != want {
			t.Errorf("Fen(%d).Capital() = %s, want %s", int64(f), got, want)
		}
	}
}

func TestCapitalFiguresSayTheAmount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := Fen(rapid.Int64Range(0, 1e12).Draw(t, "fen"))
		text := want.Capital()
		if got := readCapital(text); got != want {
			t.Fatalf("Fen(%d).Capital() = %s, which reads as %d", int64(want), text, int64(got))
		}
		if strings.Contains(text, "零零") {
			t.Fatalf("%s says 零 twice", text)
		}
	})
}

// readCapital is an independent reader of capital figures: it walks the text
// once, collecting the yuan below 万, below 亿 and below 元.
func readCapital(s string) Fen {
	var total, section, digit int64
	var decimals Fen
	flush := func(scale int64) { section += digit * scale; digit = 0 }
	for _, r := range strings.TrimPrefix(s, "人民币") {
		switch r {
		case '拾':
			flush(10)
		case '佰':
			flush(100)
		case '仟':
			flush(1000)
		case '万':
			flush(1)
			total, section = total+section*1_0000, 0
		case '亿':
			flush(1)
			total, section = (total+section)*1_0000_0000, 0
		case '元':
			flush(1)
			total, section = total+section, 0
		case '角':
			decimals, digit = decimals+Fen(digit)*10, 0
		case '分':
			decimals, digit = decimals+Fen(digit), 0
		case '整':
		default:
			digit = int64(strings.Index("零壹贰叁肆伍陆柒捌玖", string(r)) / len("零"))
		}
	}
	return Yuan(total) + decimals
}
