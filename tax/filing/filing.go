// Package filing is self-filing (自助申报): which facts of their taxes a party sees,
// what they declare of them, what they dispute, and whether an assessment needs them
// to come to the window.
//
// It knows sides and facts and nothing of rates, bills or pages. What a party said is
// never edited.
package filing

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"onewindow/internal/text"
	"onewindow/tax"
	"onewindow/tax/officer"
)

// Statement is something that a party declares of what the offices hold (承诺事项),
// in place of a proof on paper (税务证明事项告知承诺制).
type Statement string

// The statements: three of each side.
const (
	Family  Statement = "family"  // 家庭成员: of a buyer
	Homes   Statement = "homes"   // 家庭住房套数: of a buyer
	Sole    Statement = "sole"    // 家庭唯一生活用房: of a seller
	Holding Statement = "holding" // 取得时间和成本: of a seller
	Deal    Statement = "deal"    // 成交价格和合同: of both
)

// about are the facts that each statement is about, by the beginning of their paths.
var about = map[Statement][]string{
	Family:  {"family.known", "family.count", "family.minor", "family.changed_on"},
	Homes:   {"family.homes."},
	Sole:    {"sellers."},
	Holding: {"acquired.", "cost."},
	Deal:    {"price_fen", "assessed_fen", "contract_on", "area"},
}

// StatementsOf lists what a side declares.
func StatementsOf(side tax.Side) []Statement {
	if side == tax.SellerSide {
		return []Statement{Sole, Holding, Deal}
	}
	return []Statement{Family, Homes, Deal}
}

// SideOf is the side of a party, which is named as a path of the application:
// buyers[0].
func SideOf(party string) tax.Side {
	if strings.HasPrefix(party, "sellers[") {
		return tax.SellerSide
	}
	return tax.BuyerSide
}

// PersonOf is which person of their side a party is, from 1 on; 0 if the path names none.
func PersonOf(party string) int {
	_, index, _ := strings.Cut(strings.TrimSuffix(party, "]"), "[")
	n, err := strconv.Atoi(index)
	if err != nil {
		return 0
	}
	return n + 1
}

// FactsOf returns the facts that a statement of a party is about, out of all of a
// case. Of the sellers each sees their own. What only matters where it is otherwise is
// left out: that the family is known, and that it is one.
func FactsOf(s Statement, party string, facts []officer.Fact) (own []officer.Fact) {
	for _, f := range facts {
		prefix := func(p string) bool { return strings.HasPrefix(f.Path, p) }
		if slices.ContainsFunc(about[s], prefix) && (s != Sole || prefix(pathOf(party))) && !plain(f) {
			own = append(own, f)
		}
	}
	return own
}

func plain(f officer.Fact) bool {
	return f.Path == "family.known" && f.Value == string(tax.Yes) || f.Path == "family.count" && f.Value == "1"
}

// pathOf is where the facts of a seller stand: sellers[1] is sellers.1.
func pathOf(party string) string { return "sellers." + strconv.Itoa(PersonOf(party)-1) + "." }

// A Declaration is what a party said is right, of one assessment.
type Declaration struct {
	Party      string
	Revision   int // of the assessment, as tax.InForce counts
	Statements []Statement
	At         time.Time
}

// A Dispute is what a party says is wrong (异议).
type Dispute struct {
	ID       int64
	Party    string
	About    Statement
	Words    string
	Revision int
	At       time.Time
	Answer   Answer // the zero one while nobody has answered
}

// Repeats reports whether d says what the party has said of the same assessment before,
// whatever was answered.
func (d Dispute) Repeats(before Dispute) bool {
	return d.Party == before.Party && d.About == before.About && d.Words == before.Words && d.Revision == before.Revision
}

// MostDisputes is how often one party may dispute in one case: a sale cannot be stalled
// for ever.
const MostDisputes = 10

// Outcome is what an officer made of a dispute.
type Outcome string

// The outcomes; "" while a dispute is open.
const (
	Stands  Outcome = "stands"  // 维持
	Changed Outcome = "changed" // 已更正
)

// An Answer is what an officer made of a dispute, and why.
type Answer struct {
	Officer string
	Outcome Outcome
	Words   string
	At      time.Time
}

// The refusals of self-filing.
var (
	ErrNotDecided = errors.New("there is no assessment to say anything of now")
	ErrNoWords    = errors.New("say what is wrong")
	ErrWords      = errors.New("this cannot be written down")
	ErrStatement  = errors.New("this party declares no such thing")
	ErrTooOften   = errors.New("this party has disputed too often")
)

// MostWords is the longest dispute, in characters.
const MostWords = 500

// Check says whether a party can dispute this: ErrStatement, ErrNoWords, ErrWords.
func Check(party string, d Dispute) error {
	_, bad := text.Forbidden(strings.NewReplacer("\n", " ", "\t", " ").Replace(d.Words))
	switch {
	case !slices.Contains(StatementsOf(SideOf(party)), d.About):
		return ErrStatement
	case strings.TrimSpace(d.Words) == "":
		return ErrNoWords
	case bad || utf8.RuneCountInString(d.Words) > MostWords:
		return ErrWords
	}
	return nil
}

// Verdict says where a party can file (办理方式).
type Verdict string

// The verdicts.
const (
	Online  Verdict = "online"  // everything can be done from anywhere
	Officer Verdict = "officer" // an officer decides first; nobody needs to come
	Window  Verdict = "window"  // something must be brought to the window
)

// officerAlone are the reasons that an officer can settle without the parties: what
// the law, the office or another office has left open.
var officerAlone = []tax.Code{
	tax.NoRule, tax.ParameterUnsettled, tax.OutsideRuleSet, tax.AssessedUnknown, tax.OrdinaryUnknown, tax.SourceSilent,
	tax.PriceTooSmall, tax.FactMissing, tax.FactUnclear, tax.FactsIncomplete,
}

// VerdictOf says where an assessment lets a party file; the reasons are those that tell
// of their side or of both. It is honest rather than kind: one reason that needs a paper
// sends them to the window.
func VerdictOf(decided bool, reasons []tax.Reason) Verdict {
	if decided {
		return Online
	}
	for _, r := range reasons {
		if !slices.Contains(officerAlone, r.Code) {
			return Window
		}
	}
	return Officer
}
