package registration

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// questions are what the review of a second-hand sale asks, in order.
var questions = [...]func(Application, Title, time.Time) Findings{
	checkUnit, checkSurvey, checkLocks, checkRight, checkSeizures, checkMortgages,
	checkObjections, checkPreNotices, checkParties, checkPersons, checkCoOwnership, checkLand,
}

// Review asks every question of a second-hand sale of the title (审核), as of a
// day. It is pure: the same application, title and day give the same findings,
// passes included. The same function runs at preflight, at review and, under
// lock, at entry (Regulation art. 18, 22).
func Review(a Application, t Title, on time.Time) Findings {
	var found Findings
	for _, ask := range questions {
		found = append(found, ask(a, t, on)...)
	}
	return found
}

// UnknownUnit is what Review says when the register holds no such unit.
func UnknownUnit(a Application) Findings {
	return Findings{{Check: CheckUnit, Outcome: Block, Code: codeUnitUnknown, Field: "unit",
		Args: map[string]string{"unit": string(a.Unit)}}}
}

// checkUnit is U1: the unit is the one applied for and has not ceased.
func checkUnit(a Application, t Title, on time.Time) Findings {
	if t.Unit.Code != a.Unit {
		return UnknownUnit(a)
	}
	if void := t.Unit.VoidOn; !void.IsZero() && !void.After(on) {
		return Findings{{Check: CheckUnit, Outcome: Block, Code: codeUnitVoid, Field: "unit",
			Args: map[string]string{"since": dateText(void)}}}
	}
	return Findings(nil).or(CheckUnit, codeUnitValid)
}

// checkSurvey is U2: the register says of the walls what the survey says.
func checkSurvey(_ Application, t Title, _ time.Time) Findings {
	if t.Survey.IsZero() {
		return Findings{{Check: CheckSurvey, Outcome: Human, Code: codeSurveyMissing}}
	}
	if fields := t.Unit.differs(t.Survey.Description); len(fields) > 0 {
		return Findings{{Check: CheckSurvey, Outcome: Human, Code: codeSurveyDiffers,
			Args: map[string]string{"fields": strings.Join(fields, ", ")}}}
	}
	return Findings(nil).or(CheckSurvey, codeSurveyAgrees)
}

// differs names what two descriptions say differently of location, area, use and
// structure.
func (d Description) differs(o Description) []string {
	var fields []string
	note := func(field string, same bool) {
		if !same {
			fields = append(fields, field)
		}
	}
	note("location", d.Location == o.Location)
	note("area", d.Area == o.Area && d.Exclusive == o.Exclusive && d.Shared == o.Shared)
	note("use", d.LandUse == o.LandUse && d.HouseUse == o.HouseUse)
	note("structure", d.Structure == o.Structure)
	return fields
}

// checkRight is R1: one current right, proven by the certificate handed in.
func checkRight(a Application, t Title, _ time.Time) Findings {
	block := func(code, field string, args map[string]string) Findings {
		return Findings{{Check: CheckRight, Outcome: Block, Code: code, Field: field, Args: args}}
	}
	current := t.currentRights()
	switch len(current) {
	case 0:
		return block(codeRightNone, "unit", nil)
	case 1:
	default:
		return block(codeRightSeveral, "unit", map[string]string{"count": strconv.Itoa(len(current))})
	}
	switch right := current[0]; {
	case right.Number != a.Certificate && t.formerNumber(a.Certificate):
		return block(codeCertificateSuperseded, "certificate", nil)
	case right.Number != a.Certificate:
		return block(codeCertificateNotOfUnit, "certificate", nil)
	case right.Certificate == CertificateLost:
		return block(codeCertificateLost, "certificate", nil)
	case right.Certificate != CertificateValid:
		return block(codeCertificateVoid, "certificate", nil)
	}
	return Findings(nil).or(CheckRight, codeRightCurrent)
}

// formerNumber reports whether a number is of a past right of the unit.
func (t Title) formerNumber(n Number) bool {
	return slices.ContainsFunc(t.Rights, func(r Right) bool { return r.Status != Current && r.Number == n })
}

// checkCoOwnership is P3.
func checkCoOwnership(a Application, _ Title, _ time.Time) Findings {
	return checkShares(CheckShares, a.CoOwnership, a.Buyers).or(CheckShares, codeSharesConsistent)
}

// checkLand is L1: allocated land needs an approval and a premium first (Urban
// Real Estate Law art. 40), a term that is over is no right, and homes with a
// public past are not sold freely. It asks nothing when no right stands.
func checkLand(_ Application, t Title, on time.Time) Findings {
	right, ok := t.CurrentRight()
	if !ok {
		return nil
	}
	var found Findings
	human := func(code string, args map[string]string) {
		found = append(found, Finding{Check: CheckLand, Outcome: Human, Code: code, Args: args})
	}
	if right.LandNature != Granted {
		human(codeLandAllocated, nil)
	}
	if until := right.TermUntil; !until.IsZero() && until.Before(on) {
		human(codeLandTermOver, map[string]string{"until": dateText(until)})
	}
	if right.HouseNature != Market {
		human(codeHouseNotMarket, map[string]string{"nature": right.HouseNature.Word()})
	}
	return found.or(CheckLand, codeLandFree)
}

func dateText(day time.Time) string { return day.Format(time.DateOnly) }
