package web

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"onewindow/intake"
	"onewindow/jobs"
	"onewindow/tax"
	"onewindow/tax/payment"
	"onewindow/tax/statement"
	"onewindow/templates"
)

// statedView is what a reader may know of the assessment of a case: staff all of
// it, a party what is their own side's.
type statedView struct {
	Number    intake.Number     `json:"acceptance_number"`
	Side      tax.Side          `json:"side,omitempty"` // whose part it is
	Outcome   statement.Outcome `json:"outcome"`
	AsOf      time.Time         `json:"as_of"`
	Sample    bool              `json:"sample"`
	Unit      string            `json:"unit"`
	Location  string            `json:"location,omitempty"`
	Payers    []payersView      `json:"payers"`
	Tax       *taxView          `json:"tax"`
	Totals    []statement.Total `json:"totals"`
	Revisions []revisionView    `json:"revisions"`
	Check     string            `json:"check"` // of all it says in Chinese
	PDF       string            `json:"pdf"`
}

// payersView names the people of a side, masked, in the order of the lines' persons.
type payersView struct {
	Side  tax.Side `json:"side"`
	Names []string `json:"names"`
}

// stated is an assessment with the case it is of, for one reader.
type stated struct {
	statement.Extract
	file     *jobs.TaxFile
	location string
	sample   bool
}

// view is s for programs.
func (s stated) view(lang string) statedView {
	v := statedView{Number: s.file.Number, Side: s.Side, Outcome: s.Outcome, AsOf: when(s.AsOf), Sample: s.sample,
		Unit: s.file.Unit.Groups(), Location: s.location, Totals: s.Totals, Revisions: []revisionView{}}
	v.Tax = taxOf(lang, &tax.Assessment{RuleSet: s.RuleSet, Lines: s.Lines, Manual: s.Manual, Without: s.Without,
		Confirmed: s.Confirmed})
	v.Tax.Facts = factsOf(lang, s.Facts)
	for _, side := range s.sides() {
		v.Payers = append(v.Payers, payersView{side, s.names(side)})
	}
	for _, r := range s.Revisions {
		v.Revisions = append(v.Revisions, revisionOf(lang, r))
	}
	v.Check = s.sheet(templates.Chinese).Check()
	return v
}

// sides are the sides whose lines may be seen.
func (s stated) sides() []tax.Side {
	if s.Side != "" {
		return []tax.Side{s.Side}
	}
	return []tax.Side{tax.SellerSide, tax.BuyerSide}
}

// names are the masked names of a side.
func (s stated) names(side tax.Side) []string {
	return namesOf(s.file.Sight, side)
}

// namesOf are the masked names of a side of a case.
func namesOf(c *jobs.Sight, side tax.Side) (names []string) {
	parties := c.Buyers
	if side == tax.SellerSide {
		parties = c.Sellers
	}
	for _, p := range maskAll(parties) {
		names = append(names, p.Name)
	}
	return names
}

// payerWords name a payer as the pages do: a side, and which of its persons.
func payerWords(lang string, side tax.Side, person int) string {
	words := templates.Say(lang, "side."+string(side), nil)
	if person > 0 {
		words += " " + templates.Say(lang, "page.tax.nth", map[string]string{"n": strconv.Itoa(person)})
	}
	return words
}

// payerNamed is payerWords with the masked names of who they are.
func payerNamed(lang string, c *jobs.Sight, side tax.Side, person int) string {
	if side == payment.BothSides {
		return payerNamed(lang, c, tax.SellerSide, 0) + "、" + payerNamed(lang, c, tax.BuyerSide, 0)
	}
	return payerWords(lang, side, person) + " " + nameOf(c, side, person)
}

// nameOf is the masked name of a person of a side, or those of all for 0.
func nameOf(c *jobs.Sight, side tax.Side, person int) string {
	names := namesOf(c, side)
	if person > 0 && person <= len(names) {
		names = names[person-1 : person]
	}
	return strings.Join(names, "、")
}

// sheet is s in words.
func (s stated) sheet(lang string) statement.Sheet {
	say := func(code string, args map[string]string) string { return templates.Say(lang, code, args) }
	sheet := statement.Sheet{Number: string(s.file.Number), Outcome: s.Outcome, Heading: s.heading(lang),
		RuleSet: s.RuleSet, AsOf: s.AsOf, Sample: s.sample}
	if s.Side != "" {
		sheet.Part = say("page.statement.part", map[string]string{"name": s.ownWords(lang)})
	}
	sheet.About = s.about(lang)
	for _, l := range s.Lines {
		sheet.Lines = append(sheet.Lines, lineWords(lang, l))
	}
	for _, t := range s.Without {
		sheet.Without = append(sheet.Without, say("tax."+string(t), nil)+say("page.colon", nil)+say("page.tax.without", nil))
	}
	for _, t := range s.Totals {
		words := []string{t.Amount.Format(), templates.Capital(lang, t.Amount), nameOf(s.file.Sight, t.Payer, t.Person)}
		sheet.Totals = append(sheet.Totals, statement.Pair{Label: payerWords(lang, t.Payer, t.Person),
			Text: strings.Join(strings.Fields(strings.Join(words, " ")), "　")})
	}
	for _, r := range reasonsOf(lang, s.Manual) {
		sheet.Reasons = append(sheet.Reasons, r.Detail)
	}
	for _, f := range s.Facts {
		sheet.Facts = append(sheet.Facts, factSaid(lang, f))
	}
	sheet.Acts = s.acts(lang)
	return sheet
}

// ownWords name the reader: a side, and which of its persons where there are several.
func (s stated) ownWords(lang string) string {
	if len(s.names(s.Side)) < 2 {
		return payerWords(lang, s.Side, 0)
	}
	return payerWords(lang, s.Side, s.Person)
}

// heading says how the assessment ends.
func (s stated) heading(lang string) string {
	sum := s.Owed().Format()
	switch s.Outcome {
	case statement.Assessed:
		return templates.Say(lang, "page.statement.assessed", map[string]string{"sum": sum})
	case statement.Exempt:
		return templates.Say(lang, "page.statement.exempt", nil)
	}
	return templates.Say(lang, "page.statement.proposed", map[string]string{"sum": sum})
}

// about is what the assessment is about.
func (s stated) about(lang string) []statement.Pair {
	say := func(code string) string { return templates.Say(lang, code, nil) }
	pairs := []statement.Pair{{Label: say("page.kind"), Text: say("kind." + string(s.file.Kind))},
		{Label: say("page.unit"), Text: s.file.Unit.Groups()},
		{Label: say("field.location"), Text: cmp.Or(s.location, say("truth.unknown"))}}
	for _, side := range s.sides() {
		pairs = append(pairs, statement.Pair{Label: say("side." + string(side)), Text: strings.Join(s.names(side), "、")})
	}
	if s.file.State == intake.Turned {
		pairs = append(pairs, statement.Pair{Label: say("page.my.state"), Text: say("case." + string(s.file.State))})
	}
	return append(pairs, statement.Pair{Label: say("page.facts.as_of"), Text: templates.Moment(lang, s.AsOf)})
}

// readerOf is who a party to a case is as a reader: the party whose path it is.
func readerOf(party string, c *jobs.Sight) (statement.Reader, bool) {
	for side, parties := range map[tax.Side]int{tax.BuyerSide: len(c.Buyers), tax.SellerSide: len(c.Sellers)} {
		for i := range parties {
			if party == string(side)+"s["+strconv.Itoa(i)+"]" {
				return statement.Reader{Side: side, Person: i + 1}, true
			}
		}
	}
	return statement.Reader{}, false
}
