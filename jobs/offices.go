package jobs

import (
	"onewindow/intake"
	"onewindow/intake/appointment"
	"onewindow/internal/notice"
	"onewindow/internal/typeset"
	"onewindow/registration/certificate"
	"onewindow/tax/payment"
	"onewindow/tax/source"
	"onewindow/utilities"
)

// Offices are the doors to everyone outside, and what an office adds to its
// documents. The rooms ask through them; what is said there is the rooms' own.
type Offices struct {
	Companies map[string]utilities.Company // by utility
	Gateway   payment.Gateway              // nil: this window takes no payments
	Gate      payment.Gate                 // what may be paid after the entry
	Sources   source.Sources               // of the facts of tax
	Messages  notice.Channel
	Visits    appointment.Timetable // when people are received by appointment

	Fonts     *typeset.Fonts // of every document
	Press     *certificate.Press
	VerifyKey []byte // of the names under which certificates are verified; at least 32 bytes
	VerifyURL string // the address of the verification page, to which such a name is appended
	Sample    bool   // a demonstration: documents say so
}

// sale is what happens in each step (docs/CASE.md gives the numbers).
func (f *Flow) sale() map[intake.Step]Work {
	return map[intake.Step]Work{
		intake.Filing:       f.checkFiling,
		intake.Review:       f.review,
		intake.Assess:       f.assess,
		intake.Settle:       f.settle,
		intake.WaterRequest: f.request(utilities.Water),
		intake.PowerRequest: f.request(utilities.Power),
		intake.GasRequest:   f.request(utilities.Gas),
		intake.Enter:        f.enter,
		intake.Certificate:  f.certify,
		intake.WaterConfirm: f.confirm(utilities.Water),
		intake.PowerConfirm: f.confirm(utilities.Power),
		intake.GasConfirm:   f.confirm(utilities.Gas),
		intake.WaterCancel:  f.withdraw(utilities.Water, intake.WaterRequest),
		intake.PowerCancel:  f.withdraw(utilities.Power, intake.PowerRequest),
		intake.GasCancel:    f.withdraw(utilities.Gas, intake.GasRequest),
	}
}
