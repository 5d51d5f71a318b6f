package intake

import (
	"time"

	"onewindow/registration"
)

// Step is one department's part of a case (环节). It is also the name of the
// queue and of the job that work it.
type Step string

// The steps of the one-window procedure.
const (
	Filing       Step = "filing"        // 合同备案核验
	Review       Step = "review"        // 登记审核
	Assess       Step = "assess"        // 税费核定
	Settle       Step = "settle"        // 缴税
	WaterRequest Step = "water_request" // 用水过户申请
	PowerRequest Step = "power_request" // 用电过户申请
	GasRequest   Step = "gas_request"   // 用气过户申请
	Enter        Step = "enter"         // 登簿
	Certificate  Step = "certificate"   // 制证
	WaterConfirm Step = "water_confirm" // 用水过户确认
	PowerConfirm Step = "power_confirm" // 用电过户确认
	GasConfirm   Step = "gas_confirm"   // 用气过户确认
	WaterCancel  Step = "water_cancel"  // 撤回用水过户
	PowerCancel  Step = "power_cancel"  // 撤回用电过户
	GasCancel    Step = "gas_cancel"    // 撤回用气过户
)

// Planned is one step of a plan, what it waits for, and the time it promises.
type Planned struct {
	Step   Step
	After  []Step
	Within time.Duration
}

// Plan lists the steps of one kind of case in the order in which people read them.
type Plan []Planned

// The promises of the reform (review 15 minutes, certificate 60) and, inside
// them, what a step asks of a machine.
const (
	promiseReview      = 15 * time.Minute
	promiseCertificate = 60 * time.Minute
	promiseMachine     = 5 * time.Minute
	promiseCompany     = 24 * time.Hour
)

// plans is the one-window procedure. Read it first.
var plans = map[registration.Kind]Plan{
	registration.SaleTransfer: {
		{Step: Filing, Within: promiseMachine},
		{Step: Review, Within: promiseReview},
		{Step: Assess, Within: promiseMachine},
		{Step: Settle, Within: promiseMachine, After: []Step{Assess}},
		{Step: WaterRequest, Within: promiseCompany},
		{Step: PowerRequest, Within: promiseCompany},
		{Step: GasRequest, Within: promiseCompany},
		{Step: Enter, Within: promiseMachine, After: []Step{Filing, Review, Settle}},
		{Step: Certificate, Within: promiseMachine, After: []Step{Enter}},
		{Step: WaterConfirm, Within: promiseCompany, After: []Step{Enter, WaterRequest}},
		{Step: PowerConfirm, Within: promiseCompany, After: []Step{Enter, PowerRequest}},
		{Step: GasConfirm, Within: promiseCompany, After: []Step{Enter, GasRequest}},
	},
	registration.Drill: {
		{Step: Filing, Within: promiseMachine},
		{Step: Review, Within: promiseMachine},
		{Step: Assess, Within: promiseMachine},
		{Step: WaterRequest, Within: promiseMachine},
		{Step: PowerRequest, Within: promiseMachine},
		{Step: Enter, Within: promiseMachine, After: []Step{Filing, Review, Assess, WaterRequest, PowerRequest}},
	},
}

// utilitySteps names the steps that move one account. A case has them only if
// its application names that account.
type utilitySteps struct{ request, confirm, cancel Step }

var stepsOfUtility = map[string]utilitySteps{
	"water": {WaterRequest, WaterConfirm, WaterCancel},
	"power": {PowerRequest, PowerConfirm, PowerCancel},
	"gas":   {GasRequest, GasConfirm, GasCancel},
}

// blocking are the steps that the certificate waits for. Utilities never do.
var blocking = map[Step]bool{
	Filing: true, Review: true, Assess: true, Settle: true, Enter: true, Certificate: true,
}

// Utility returns the utility whose account s moves, or "".
func (s Step) Utility() string {
	for name, of := range stepsOfUtility {
		if s == of.request || s == of.confirm || s == of.cancel {
			return name
		}
	}
	return ""
}

// The departments whose steps are no utility's.
const (
	RegistrationLane = "registration"
	TaxLane          = "tax"
)

// Lane returns whose part of the case s is: one of the departments, or a utility.
func (s Step) Lane() string {
	if u := s.Utility(); u != "" {
		return u
	}
	if s == Assess || s == Settle {
		return TaxLane
	}
	return RegistrationLane
}

// concerns lists what may change a person's mind about s when it moves: the steps
// of the same lane, and "", the case as a whole.
func (s Step) concerns() []string {
	names := []string{""}
	for _, other := range Steps() {
		if other.Lane() == s.Lane() {
			names = append(names, string(other))
		}
	}
	return names
}

// Steps returns every step there is, in the order of the plan of a sale.
func Steps() []Step {
	all := []Step{}
	for _, p := range plans[registration.SaleTransfer] {
		all = append(all, p.Step)
	}
	return append(all, WaterCancel, PowerCancel, GasCancel)
}

// PlanOf returns the steps a takes: the plan of its kind without the utilities
// that the parties did not choose. It is nil for a kind that has no plan.
func PlanOf(a Application) Plan {
	if a.Kind == registration.Drill {
		return plans[a.Kind]
	}
	chosen := map[string]bool{"": true}
	for _, account := range a.Utilities {
		chosen[account.Utility] = true
	}
	var plan Plan
	for _, p := range plans[a.Kind] {
		if chosen[p.Step.Utility()] {
			plan = append(plan, p)
		}
	}
	return plan
}

// within returns the time that step promises, from the moment it becomes due.
func (c *Case) within(step Step) time.Duration {
	for _, p := range plans[c.Kind] {
		if p.Step == step {
			return p.Within
		}
	}
	return promiseCompany
}

// Due returns the steps that wait for nothing any more, in the order of the
// plan. It is the fan-out and the fan-in of the whole window.
func (c *Case) Due() []Step {
	if c.State != Open && c.State != Entered {
		return nil
	}
	var due []Step
	for _, p := range plans[c.Kind] {
		if c.Steps[p.Step] == Waiting && c.answered(p.After) {
			due = append(due, p.Step)
		}
	}
	return due
}

// answered says whether every step in after is done or, for a utility, refused:
// a refusal of review or tax closes the case, a utility's never delays it.
func (c *Case) answered(after []Step) bool {
	for _, s := range after {
		if state, chosen := c.Steps[s]; chosen && state != Done && state != Refused {
			return false
		}
	}
	return true
}

// Undo returns the steps that take back what the utilities were asked, once the
// case is refused.
func (c *Case) Undo() []Step {
	var undo []Step
	for _, p := range plans[c.Kind] {
		of := stepsOfUtility[p.Step.Utility()]
		asked := c.Steps[p.Step] != Waiting && c.Steps[p.Step] != ""
		if p.Step == of.request && asked && c.Steps[of.cancel] == "" {
			undo = append(undo, of.cancel)
		}
	}
	return undo
}
