// Package registration decides whether a right in immovable property may be
// entered in the register, and keeps the register itself.
//
// It knows the law of registration: identifiers, titles, restrictions, filed
// contracts, the entry that makes a right pass. It knows nothing of queues,
// pages, taxes or companies, does not read the clock and does not log. "The law
// says no" is a [Finding]; an error is something to retry or to show an operator.
package registration

// Kind is a statutory kind of registration. The zero Kind is not a kind.
type Kind string

const (
	// SaleTransfer is the transfer of an existing home by sale (转移登记·存量房买卖).
	SaleTransfer Kind = "sale_transfer"
	// Drill is an exercise of the procedure (演练). The benchmark runs it; no
	// application from outside may name it, and Enter never enters it.
	Drill Kind = "drill"
)

// CoOwnership is how several persons hold one right (共有情况, Civil Code art. 297).
type CoOwnership string

const (
	// Sole is ownership by one person (单独所有).
	Sole CoOwnership = "sole"
	// Joint is joint co-ownership without shares (共同共有).
	Joint CoOwnership = "joint"
	// ByShares is co-ownership by shares (按份共有).
	ByShares CoOwnership = "by_shares"
)

// Known reports whether c is one of the three kinds of the law.
func (c CoOwnership) Known() bool { return c == Sole || c == Joint || c == ByShares }
