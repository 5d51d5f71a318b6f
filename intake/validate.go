package intake

import (
	"fmt"
	"regexp"
	"strings"

	"onewindow/registration"
)

// Codes of what the window itself finds in an application.
const (
	CodeUnitReserved    = "unit_reserved"     // another case on the unit is live
	CodeUtilityUnknown  = "utility_unknown"   // no such utility
	CodeUtilityTwice    = "utility_twice"     // one utility named twice
	CodeAccountBad      = "account_malformed" // not an account number
	accountMaxLength    = 40
	checkUtilityAccount = "A1"
)

// Codes lists every code that the window itself gives, for the catalogues.
var Codes = []string{CodeUnitReserved, CodeUtilityUnknown, CodeUtilityTwice, CodeAccountBad}

var accountShape = regexp.MustCompile(fmt.Sprintf(`^[0-9A-Za-z-]{1,%d}$`, accountMaxLength))

// Normalise returns a as the standards write its codes; names keep every character.
func (a Application) Normalise() Application {
	a.Application = a.Application.Normalise()
	accounts := make([]Account, len(a.Utilities))
	for i, account := range a.Utilities {
		accounts[i] = Account{strings.TrimSpace(account.Utility), strings.TrimSpace(account.Number)}
	}
	a.Utilities = accounts
	return a
}

// Validate finds every defect of form at once.
func (a Application) Validate() registration.Findings {
	found := a.Application.Validate()
	seen := map[string]bool{}
	for i, account := range a.Utilities {
		block := func(code, field string) {
			found = append(found, registration.Finding{Check: checkUtilityAccount, Outcome: registration.Block,
				Code: code, Field: fmt.Sprintf("utilities[%d].%s", i, field)})
		}
		if _, known := stepsOfUtility[account.Utility]; !known {
			block(CodeUtilityUnknown, "utility")
		}
		if seen[account.Utility] {
			block(CodeUtilityTwice, "utility")
		}
		seen[account.Utility] = true
		if !accountShape.MatchString(account.Number) {
			block(CodeAccountBad, "account")
		}
	}
	return found
}
