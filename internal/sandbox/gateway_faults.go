package sandbox

import (
	"context"
	"strings"
	"time"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
)

// PaymentFaults are what the sandbox gateway is made to do wrong with every
// order. An amount that ends in the yuan and fen beside a fault does it with one,
// and so does a reference that ends in the word.
type PaymentFaults struct {
	Decline    bool // 90.01, -DECLINE: paying fails
	Slow       bool // 90.02, -SLOW: the callback comes after SlowCallback
	Silent     bool // 90.03, -SILENT: no callback comes
	Twice      bool // 90.04, -TWICE: the callback comes twice, with one message id
	Short      bool // 90.05, -SHORT: the order is one fen short of what was asked
	Forged     bool // 90.06, -FORGED: the callback is signed with another key
	Down       bool // 90.07, -DOWN: asking and querying answer 503
	Again      bool // 90.08, -AGAIN: a paid order takes money once more, as another payment
	NoRefund   bool // 90.09, -NOREFUND: no money is given back
	SlowRefund bool // 90.10, -SLOWREFUND: money is given back when it is asked for again
	Unbooked   bool // 90.11, -UNBOOKED: the payment is missing in the bill file
	Foreign    bool // 90.12, -FOREIGN: the order is in dollars
}

// faultsByAmount are the faults by what an amount ends in, in fen; faultsByWord by
// the end of a reference.
var (
	faultsByAmount = map[money.Fen]string{
		90_01: "DECLINE", 90_02: "SLOW", 90_03: "SILENT", 90_04: "TWICE", 90_05: "SHORT", 90_06: "FORGED", 90_07: "DOWN",
		90_08: "AGAIN", 90_09: "NOREFUND", 90_10: "SLOWREFUND", 90_11: "UNBOOKED", 90_12: "FOREIGN",
	}
	faultsByWord = map[string]func(*PaymentFaults) *bool{
		"DECLINE":    func(f *PaymentFaults) *bool { return &f.Decline },
		"SLOW":       func(f *PaymentFaults) *bool { return &f.Slow },
		"SILENT":     func(f *PaymentFaults) *bool { return &f.Silent },
		"TWICE":      func(f *PaymentFaults) *bool { return &f.Twice },
		"SHORT":      func(f *PaymentFaults) *bool { return &f.Short },
		"FORGED":     func(f *PaymentFaults) *bool { return &f.Forged },
		"DOWN":       func(f *PaymentFaults) *bool { return &f.Down },
		"AGAIN":      func(f *PaymentFaults) *bool { return &f.Again },
		"NOREFUND":   func(f *PaymentFaults) *bool { return &f.NoRefund },
		"SLOWREFUND": func(f *PaymentFaults) *bool { return &f.SlowRefund },
		"UNBOOKED":   func(f *PaymentFaults) *bool { return &f.Unbooked },
		"FOREIGN":    func(f *PaymentFaults) *bool { return &f.Foreign },
	}
)

// faulty returns the faults of one order.
func (p *Payments) faulty(ref string, amount money.Fen) PaymentFaults {
	f := p.Faults
	word := faultsByAmount[amount%100_00]
	if fault := faultsByWord[word]; fault != nil {
		*fault(&f) = true
	}
	if at := strings.LastIndexByte(ref, '-'); at >= 0 {
		if fault := faultsByWord[ref[at+1:]]; fault != nil {
			*fault(&f) = true
		}
	}
	return f
}

// SlowCallback is how long a slow callback takes.
const SlowCallback = 3 * time.Second

// callbackPauses are the pauses before each attempt to deliver a callback.
var callbackPauses = []time.Duration{
	0, 100 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second, 10 * time.Second,
}

// forgedKey is nobody's.
var forgedKey = outbound.Key([]byte("the key of nobody at all"))

// tell sends the callback about o in the background.
func (p *Payments) tell(o order) {
	f := p.faulty(o.Ref, o.asked)
	if f.Silent {
		return
	}
	times := 1
	if f.Twice {
		times = 2
	}
	p.sent.Go(func() {
		if f.Slow {
			time.Sleep(SlowCallback)
		}
		for range times {
			p.deliver(o, f)
		}
	})
}

// deliver posts one callback until it is taken.
func (p *Payments) deliver(o order, f PaymentFaults) {
	key := p.Key
	if f.Forged {
		key = forgedKey
	}
	for _, pause := range callbackPauses {
		time.Sleep(pause)
		_, err := outbound.Send(context.Background(), p.Client, outbound.Message{
			URL: p.Callback, ID: "msg-" + o.ID + "-" + o.State, Keys: []string{key},
			Body: map[string]string{"ref": o.Ref, "state": o.State},
		})
		if err == nil || f.Forged {
			return
		}
	}
}
