// Package appointment knows when a registration office can be visited by arrangement
// (预约), and keeps who has arranged a visit.
//
// It knows hours, half-hour slots and their places, and nothing of what a case is: a
// number and a party are names to it. It is told the time, and whom an appointment
// concerns is decided elsewhere.
package appointment

import (
	"errors"
	"time"
)

// Purpose is what somebody comes to the window for. The zero Purpose is none.
type Purpose string

// The purposes.
const (
	Apply      Purpose = "apply"      // 申请登记
	TaxMatters Purpose = "tax"        // 办理涉税事项
	Supplement Purpose = "supplement" // 补正材料
	Collect    Purpose = "collect"    // 领取证书
	Advice     Purpose = "advice"     // 咨询
)

// Purposes returns every purpose.
func Purposes() []Purpose { return []Purpose{Apply, TaxMatters, Supplement, Collect, Advice} }

// Why an appointment cannot be had.
var (
	// ErrNotOffered says that the office offers no appointment at that instant: it is
	// past, too far ahead, outside the hours, on a holiday, or begins no slot.
	ErrNotOffered = errors.New("no appointment is offered at this time")
	// ErrTaken says that every place of the slot has been given.
	ErrTaken = errors.New("every place at this time is taken")
	// ErrNone says that the party has no appointment ahead.
	ErrNone = errors.New("no such appointment")
	// ErrKeyReused says that an idempotency key brought another appointment before.
	ErrKeyReused = errors.New("idempotency key was used for another appointment")
)

// Appointment is a visit that a party to a case or contract has arranged.
type Appointment struct {
	ID       int64
	Office   string    // county code
	At       time.Time // when its slot begins, in UTC
	Number   string    // acceptance number or contract number
	Party    string    // as a path of the application: buyers[0]
	For      Purpose
	BookedAt time.Time
}

// Request is what somebody asks for.
type Request struct {
	Office string    // county code
	At     time.Time // when the slot begins
	Number string    // acceptance number or contract number
	Party  string    // as a path of the application
	For    Purpose
	Key    string // Idempotency-Key, per number and party; "" for none
}

// brings says whether an appointment is what is asked for.
func (r Request) brings(a Appointment) bool {
	return a.Office == r.Office && a.At.Equal(r.At) && a.For == r.For
}
