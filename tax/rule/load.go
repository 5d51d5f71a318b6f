package rule

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"
)

// ErrBadRules says that the data are not whole, and where.
var ErrBadRules = errors.New("not a valid set of rules")

//go:embed data/*.json
var embedded embed.FS

// loadEmbedded reads the files that this program was built with.
func loadEmbedded() (*library, error) {
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, bad("%v", err)
	}
	return load(data)
}

// bad returns ErrBadRules with what is wrong.
func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBadRules, fmt.Sprintf(format, args...))
}

// date is a day written 2006-01-02.
type date struct{ time.Time }

// UnmarshalJSON reads a day, and nothing else that JSON may hold.
func (d *date) UnmarshalJSON(raw []byte) (err error) {
	d.Time, err = time.Parse(`"`+time.DateOnly+`"`, string(raw))
	return err
}

// The shapes of the files.
type (
	subjectFile struct {
		Subject    string      `json:"subject"` // the tax, for whoever reads the file
		Parameters []paramFile `json:"parameters"`
	}
	paramFile struct {
		Param      Param       `json:"param"`
		Unit       Unit        `json:"unit"`
		Clock      Clock       `json:"clock"`
		Bounds     []int64     `json:"bounds"`
		Continuous bool        `json:"continuous"` // each region's values leave no day out
		Values     []valueFile `json:"values"`
	}
	valueFile struct {
		From         date     `json:"from"`
		Through      date     `json:"through"`
		Region       string   `json:"region"`
		Value        *int64   `json:"value"`
		Alternatives []int64  `json:"alternatives"`
		Document     string   `json:"document"`
		Article      string   `json:"article"`
		URL          string   `json:"url"`
		Evidence     Evidence `json:"evidence"`
		Verified     *bool    `json:"verified"`
		CheckedOn    date     `json:"checked_on"`
		RuleSet      date     `json:"rule_set"`
		Withdrawn    date     `json:"withdrawn"`
	}
	editionFile struct {
		Edition int  `json:"edition"`
		Since   date `json:"since"`
		From    date `json:"from"`
		Through date `json:"through"`
	}
)

// library is all that was ever in the files, from which each rule set is cut.
type library struct {
	editions    []editionFile
	definitions map[Param]Definition
	values      map[Param][]Value
	continuous  map[Param]bool
	order       []Param
}

// load reads every file of a directory and refuses what is not whole:
// ErrBadRules names the file or the parameter.
func load(files fs.FS) (*library, error) {
	l := &library{
		definitions: map[Param]Definition{}, values: map[Param][]Value{}, continuous: map[Param]bool{},
	}
	if err := decode(files, "editions.json", &l.editions); err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, bad("%v", err)
	}
	for _, name := range names {
		if name == "editions.json" {
			continue
		}
		var f subjectFile
		if err := decode(files, name, &f); err != nil {
			return nil, err
		}
		for _, p := range f.Parameters {
			if err := l.add(p); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return l, l.check()
}

// decode reads one file; a key that the shape does not have is refused.
func decode(files fs.FS, name string, into any) error {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return bad("%v", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return bad("%s: %v", name, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad("%s goes on after its end", name)
	}
	return nil
}

// add takes one parameter into the library.
func (l *library) add(p paramFile) error {
	_, known := l.definitions[p.Param]
	switch {
	case p.Param == "" || known:
		return bad("%q is no name, or is defined twice", p.Param)
	case !units[p.Unit]:
		return bad("%s: no unit %q", p.Param, p.Unit)
	case !clocks[p.Clock]:
		return bad("%s: no clock %q", p.Param, p.Clock)
	case len(p.Bounds) != 2 || p.Bounds[0] > p.Bounds[1]:
		return bad("%s: no bounds", p.Param)
	}
	l.definitions[p.Param] = Definition{p.Param, p.Unit, p.Clock, [2]int64(p.Bounds)}
	l.continuous[p.Param] = p.Continuous
	l.order = append(l.order, p.Param)
	for _, f := range p.Values {
		v, err := f.value(l.definitions[p.Param])
		if err != nil {
			return err
		}
		l.values[p.Param] = append(l.values[p.Param], v)
	}
	return nil
}

// value checks one row by itself.
func (f valueFile) value(d Definition) (Value, error) {
	is := func(format string, args ...any) (Value, error) {
		return Value{}, bad("%s of %s: %s", d.Param, f.From.Format(time.DateOnly), fmt.Sprintf(format, args...))
	}
	switch {
	case f.From.IsZero() || !f.Through.IsZero() && f.Through.Before(f.From.Time):
		return is("the span of days is not one")
	case f.Region != "" && !County(f.Region):
		return is("region %q is no county code or the beginning of one", f.Region)
	case f.Value == nil || !d.Admits(*f.Value):
		return is("no value within %v", d.Bounds)
	case f.Document == "" || f.Verified == nil || *f.Verified && f.Article == "":
		return is("no document, article or word whether it was verified")
	case !evidences[f.Evidence] || *f.Verified != (f.Evidence == Official):
		return is("verified does not go with evidence %q", f.Evidence)
	case f.CheckedOn.IsZero() || f.RuleSet.IsZero():
		return is("no day on which it was checked, or no rule set")
	}
	if open := d.Bounds[0] < d.Bounds[1]; *f.Verified && len(f.Alternatives) > 0 ||
		!*f.Verified && open && len(f.Alternatives) == 0 {
		return is("alternatives are for what is not verified")
	}
	for _, a := range f.Alternatives {
		if a == *f.Value || !d.Admits(a) {
			return is("%d is no alternative", a)
		}
	}
	return f.row(d.Param), nil
}

func (f valueFile) row(p Param) Value {
	return Value{
		Param: p, Region: f.Region, From: f.From.Time, Through: f.Through.Time, Value: *f.Value,
		Alternatives: f.Alternatives, Document: f.Document, Article: f.Article, URL: f.URL, Evidence: f.Evidence,
		CheckedOn: f.CheckedOn.Time, RuleSet: version(f.RuleSet.Time), Withdrawn: version(f.Withdrawn.Time),
	}
}

// version is the name of the rule set of a day.
func version(on time.Time) string {
	if on.IsZero() {
		return ""
	}
	return on.Format(time.DateOnly)
}

// versions lists every rule set there has been, oldest first: one for each day
// on which a row or an edition came or a row was withdrawn.
func (l *library) versions() []string {
	var all []string
	for _, e := range l.editions {
		all = append(all, version(e.Since.Time))
	}
	for _, values := range l.values {
		for _, v := range values {
			all = append(all, v.RuleSet)
			if v.Withdrawn != "" {
				all = append(all, v.Withdrawn)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// check cuts every rule set, so that none of them overlaps or has a gap.
func (l *library) check() error {
	if len(l.editions) == 0 {
		return bad("no edition")
	}
	for i, e := range l.editions {
		if e.Edition != i+1 || e.From.IsZero() || e.Through.Before(e.From.Time) ||
			i > 0 && !e.Since.After(l.editions[i-1].Since.Time) {
			return bad("edition %d is out of order or has no span of days", e.Edition)
		}
	}
	for _, name := range l.versions() {
		if _, err := l.cut(name); err != nil {
			return fmt.Errorf("rule set %s: %w", name, err)
		}
	}
	return nil
}
