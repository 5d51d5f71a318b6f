// Package money counts yuan and fen exactly.
//
// It knows amounts, rates in basis points, fair division and how Chinese
// documents write a sum. It knows nothing of taxes, bills or currencies other
// than the renminbi, and no floating-point number ever enters it.
package money

import (
	"math/bits"
	"slices"
)

// Fen is an amount of renminbi in fen (分), one hundredth of a yuan. Negative
// amounts are allowed: they are differences.
type Fen int64

// Yuan returns n whole yuan (元).
func Yuan(n int64) Fen { return Fen(n) * 100 }

// MulBP returns f times a rate of bp basis points (1 % is 100), rounded half up
// to the fen.
func MulBP(f Fen, bp int64) Fen { return MulDiv(f, bp, 10_000) }

// MulDiv returns f × num ÷ den, multiplied at 128 bits before the one division
// and rounded to the nearest fen, halves away from zero. It panics when den is
// not positive or the result does not fit an int64: rates of law never do that.
func MulDiv(f Fen, num, den int64) Fen {
	if den <= 0 {
		panic("money: divisor is not positive")
	}
	negative := (f < 0) != (num < 0)
	hi, lo := bits.Mul64(magnitude(int64(f)), magnitude(num))
	if hi >= uint64(den) {
		panic("money: amount overflows")
	}
	quo, rem := bits.Div64(hi, lo, uint64(den))
	if rem >= uint64(den)-rem {
		quo++
	}
	return signed(quo, negative)
}

// Split divides total by weights so that the parts sum to total exactly: each
// part is rounded down and the fen left over go to the largest remainders, the
// earlier part first where remainders tie (每个共有人按份额). It panics when a
// weight is negative or no weight is positive.
func Split(total Fen, weights []int64) []Fen {
	sum := weigh(weights)
	parts := make([]Fen, len(weights))
	remainders := make([]uint64, len(weights))
	left := magnitude(int64(total))
	for i, w := range weights {
		hi, lo := bits.Mul64(magnitude(int64(total)), uint64(w))
		quo, rem := bits.Div64(hi, lo, sum)
		remainders[i], left = rem, left-quo
		parts[i] = signed(quo, total < 0)
	}
	for _, i := range byRemainder(remainders)[:left] {
		parts[i] += signed(1, total < 0)
	}
	return parts
}

// byRemainder lists the indexes of remainders, largest first, ties in order.
func byRemainder(remainders []uint64) []int {
	order := make([]int, len(remainders))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case remainders[a] > remainders[b]:
			return -1
		case remainders[a] < remainders[b]:
			return 1
		}
		return 0
	})
	return order
}

// weigh returns the sum of weights.
func weigh(weights []int64) uint64 {
	var sum, carry uint64
	for _, w := range weights {
		if w < 0 {
			panic("money: negative weight")
		}
		sum, carry = bits.Add64(sum, uint64(w), 0)
		if carry != 0 {
			panic("money: weights overflow")
		}
	}
	if sum == 0 {
		panic("money: no weight is positive")
	}
	return sum
}

// magnitude returns the absolute value of n; it is exact for the least int64.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// signed gives n its sign back.
func signed(n uint64, negative bool) Fen {
	if n > 1<<63 || (n == 1<<63 && !negative) {
		panic("money: amount overflows")
	}
	if negative {
		return Fen(-n)
	}
	return Fen(n)
}
