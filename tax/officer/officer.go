// Package officer is where a tax officer settles what no settled rule decides: it
// shows the facts of a case with who supplied them, lets an officer correct a fact
// or override a line on a document, and lets a second officer decide whether that
// stands.
//
// It knows facts and lines and nothing of rates: after a correction package tax
// assesses again. Nothing in it is ever edited, and all of it can be replayed.
package officer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"onewindow/tax"
	"onewindow/tax/source"
)

// Kind is how a fact is written.
type Kind string

// The kinds. A value is text: Money integer fen, Area hundredths of m², Day
// 2018-09-09 or "" for none, Answer yes, no or unknown, Truth yes or no.
const (
	Money       Kind = "money"
	Area        Kind = "area"
	Day         Kind = "day"
	Count       Kind = "count"
	Answer      Kind = "answer"
	Truth       Kind = "truth"
	Acquisition Kind = "acquisition"
)

// A Field is a fact of tax.Facts by its path there. A number in a path, as in
// sellers.0.only_home, counts from 0.
type Field struct {
	Path   string
	Kind   Kind
	Source source.Name // who supplies it
	Fixed  bool        // not to be corrected here: it must be that of the case
}

// fields are the facts that people see, in the order in which they read them. The
// star stands for each seller.
var fields = []Field{
	{"price_fen", Money, source.Register, true},
	{"contract_on", Day, source.Register, true},
	{"area", Area, source.Register, true},
	{"assessed_fen", Money, source.Valuation, false},
	{"low_price_justified", Truth, source.Officer, false},
	{"assessed_accepted", Truth, source.Officer, false},
	{"vat_exempt", Answer, source.Officer, false},
	{"seller_relief", Answer, source.Officer, false},
	{"buyer_relief", Answer, source.Officer, false},
	{"family.known", Answer, source.Family, false},
	{"family.count", Count, source.Family, false},
	{"family.minor", Truth, source.Family, false},
	{"family.changed_on", Day, source.Family, false},
	{"family.homes.county", Count, source.Homes, false},
	{"family.homes.city", Count, source.Homes, false},
	{"family.homes.province", Count, source.Homes, false},
	{"family.homes.net_signed", Count, source.Homes, false},
	{"sellers.*.only_home", Answer, source.Homes, false},
	{"acquired.by", Acquisition, source.Prior, false},
	{"acquired.certificate_on", Day, source.Prior, false},
	{"acquired.voucher_on", Day, source.Prior, false},
	{"acquired.predecessor_on", Day, source.Prior, false},
	{"cost.proven", Answer, source.Prior, false},
	{"cost.price_fen", Money, source.Prior, false},
	{"cost.deed_tax_fen", Money, source.Prior, false},
	{"cost.decoration_fen", Money, source.Prior, false},
	{"cost.interest_fen", Money, source.Prior, false},
	{"cost.fees_fen", Money, source.Prior, false},
	{"ordinary", Answer, source.Officer, false},
}

// FieldsOf returns the fields that f has.
func FieldsOf(f tax.Facts) (list []Field) {
	for _, field := range fields {
		if !strings.Contains(field.Path, "*") {
			list = append(list, field)
			continue
		}
		for i := range f.Sellers {
			field := field
			field.Path = strings.ReplaceAll(field.Path, "*", strconv.Itoa(i))
			list = append(list, field)
		}
	}
	return list
}

// A Fact is a field with its value and who supplied it.
type Fact struct {
	Field
	Value   string
	Outcome source.Outcome // of the source; Answered if it could be used
	KnownAt time.Time      // as of when the source knows it; zero if it did not say
}

// FactsOf lists the facts of a case with their sources. Those that an officer has
// corrected are the officer's, as of the correction.
func FactsOf(f tax.Facts, file source.File, corrected map[string]time.Time) []Fact {
	document, readAt := open(f), file[source.Register].KnownAt
	var list []Fact
	for _, field := range FieldsOf(f) {
		value := text(field.Kind, at(document, field.Path))
		fact := Fact{Field: field, Value: value, Outcome: source.Answered, KnownAt: readAt}
		said, asked := file[field.Source]
		switch {
		case !corrected[field.Path].IsZero():
			fact.Source, fact.KnownAt = source.Officer, corrected[field.Path]
		case asked:
			fact.Outcome, fact.KnownAt = said.Outcome, said.KnownAt
		case field.Source == source.Officer:
			fact.KnownAt = time.Time{}
		default:
			fact.Source = source.Register // nobody outside was asked: the window itself knows it
		}
		list = append(list, fact)
	}
	return list
}

// The refusals of corrections. A FieldError says of which fact.
var (
	ErrNoFact   = errors.New("there is no such fact to correct")
	ErrBadValue = errors.New("a fact cannot have this value")
)

// A FieldError is what is wrong with one change.
type FieldError struct {
	Path string
	Err  error
}

// Error names the fact, not the value.
func (e *FieldError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap is ErrNoFact or ErrBadValue.
func (e *FieldError) Unwrap() error { return e.Err }

// A Change gives a fact another value.
type Change struct {
	Path  string `json:"fact"`
	Value string `json:"value"`
}

// fieldAt returns the field at a path of f that may be corrected.
func fieldAt(f tax.Facts, path string) (Field, bool) {
	known := FieldsOf(f)
	i := slices.IndexFunc(known, func(field Field) bool { return field.Path == path && !field.Fixed })
	if i < 0 {
		return Field{}, false
	}
	return known[i], true
}

// Correct returns f with some facts changed, or a *FieldError. Where a source was
// silent, the officer answers in its place.
func Correct(f tax.Facts, changes []Change) (tax.Facts, error) {
	document := open(f)
	silent := slices.Clone(f.Silent)
	for _, c := range changes {
		field, known := fieldAt(f, c.Path)
		if !known {
			return f, &FieldError{c.Path, ErrNoFact}
		}
		value, ok := parse(field.Kind, c.Value)
		if !ok {
			return f, &FieldError{c.Path, ErrBadValue}
		}
		set(document, c.Path, value)
		silent = slices.DeleteFunc(silent, func(s tax.Silence) bool { return s.Source == string(field.Source) })
	}
	again, err := json.Marshal(document)
	var corrected tax.Facts
	if err == nil {
		err = json.Unmarshal(again, &corrected)
	}
	if err != nil {
		return f, fmt.Errorf("correct facts: %w", err)
	}
	if corrected.Silent = silent; len(silent) == 0 {
		corrected.Silent = nil
	}
	return corrected, nil
}

// open returns facts as a document, in which facts have paths.
func open(f tax.Facts) any {
	text, err := json.Marshal(f)
	var document any
	if err == nil {
		decoder := json.NewDecoder(strings.NewReader(string(text)))
		decoder.UseNumber()
		err = decoder.Decode(&document)
	}
	if err != nil {
		return nil // facts are plain values
	}
	return document
}

// at returns what stands at a path, nil if nothing does.
func at(document any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch d := document.(type) {
		case map[string]any:
			document = d[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(d) {
				return nil
			}
			document = d[i]
		}
	}
	return document
}

// set puts a value where something stands already.
func set(document any, path string, value any) {
	above, last := "", path
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		above, last = path[:i], path[i+1:]
		document = at(document, above)
	}
	if d, ok := document.(map[string]any); ok {
		d[last] = value
	}
}
