package payment

import (
	"context"
	"errors"
	"net/http"
	"time"

	"onewindow/internal/money"
)

// What a gateway says that is no answer to the question.
var (
	ErrNoOrder       = errors.New("the gateway knows no such order")
	ErrOtherOrder    = errors.New("the gateway answered about another order")
	ErrOtherMerchant = errors.New("the order is another merchant's")
	ErrCurrency      = errors.New("the order is in another currency")
	ErrOrderPaid     = errors.New("the order is paid, and cannot be closed")
	ErrNoDay         = errors.New("the gateway has no bill file of this day yet")
	ErrRefused       = errors.New("the gateway does not give the money back")
	ErrWrongAmount   = errors.New("the order is of another amount than the bill")
)

// Yuan is the currency of every bill.
const Yuan = "CNY"

// OrderState is how far the gateway is with an order.
type OrderState string

// The states of an order; only a paid one settles a bill. A returned one was paid
// and given back, whole or in part.
const (
	OrderOpen     OrderState = "open"
	OrderPaid     OrderState = "paid"
	OrderDeclined OrderState = "declined"
	OrderClosed   OrderState = "closed"
	OrderReturned OrderState = "returned"
)

// An Order is a bill as the gateway has it.
type Order struct {
	Ref    string // of the bill
	ID     string // of the payment, the gateway's own; of an unpaid order it may be ""
	Amount money.Fen
	State  OrderState
	Page   string    // where a person pays: an address, or what a code says that a telephone reads
	PaidAt time.Time // as the gateway has it; zero if it does not say
}

// RefundState is how far a refund has come.
type RefundState string

// The states of a refund: due, taken by the gateway, given back, or refused.
const (
	RefundDue    RefundState = "due"
	RefundAsked  RefundState = "asked"
	RefundDone   RefundState = "done"
	RefundFailed RefundState = "failed"
)

// A Refund is money that goes back to who paid it (退款).
type Refund struct {
	Ref     string // its own, to the gateway
	CaseID  int64
	Bill    string // whose payment it is of
	OrderID string
	Paid    money.Fen // of the payment
	Amount  money.Fen
	Why     string
	By      string
	State   RefundState
	DueAt   time.Time
	EndedAt time.Time // zero before
}

// A Trade is a line of the gateway's bill file of a day (对账单). Refund is the
// reference of a refund, "" for a payment.
type Trade struct {
	Ref     string
	OrderID string
	Amount  money.Fen
	Refund  string
}

// A Gateway is a payment channel. Each of its acts may be repeated: the reference
// is the key under which it is done once. An answer that is none is an error of
// outbound; an answer about something else is one of the above.
type Gateway interface {
	// Ask makes the order of a bill, or finds the one it has made.
	Ask(ctx context.Context, b Bill) (Order, error)
	// Query returns the order as it is now, or ErrNoOrder. Payments are recorded on this only.
	Query(ctx context.Context, ref string) (Order, error)
	// Close makes an order that nobody can pay any more. It returns ErrOrderPaid, and
	// nil for an order that there is not.
	Close(ctx context.Context, ref string) error
	// Refund gives money back, or finds what it has given, and returns how far that is;
	// ErrRefused if it will not.
	Refund(ctx context.Context, r Refund) (RefundState, error)
	// Heard verifies a callback, received at an instant, and returns the reference that
	// it is about: a reason to ask, never a proof. It returns outbound.ErrSignature,
	// ErrSkew, ErrMessageID or ErrMalformed.
	Heard(h http.Header, body []byte, at time.Time) (ref string, err error)
	// Day returns everything that the gateway booked on a day in China, or ErrNoDay.
	Day(ctx context.Context, day time.Time) ([]Trade, error)
}

// reference reports whether s may be a bill's reference: what can stand in a path
// and in a table, and nothing that could lead elsewhere.
func reference(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 128
}
