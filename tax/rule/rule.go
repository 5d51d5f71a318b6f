// Package rule holds the numbers and choices of tax law as dated data: what each
// is worth, from when to when, in which region, on which document, and whether
// anybody has read that document.
//
// It knows how the files under data are written and refuses those that are not
// whole. It knows nothing of facts, of taxes due or of what an office adopts.
package rule

import (
	"strings"
	"time"
)

// Param names one number or choice of law that has a date and a source.
type Param string

// Unit is what a parameter counts.
type Unit string

// The units of the values.
const (
	BasisPoints Unit = "bp"     // 1 % is 100
	Fen         Unit = "fen"    //
	Years       Unit = "years"  //
	Months      Unit = "months" //
	Area        Unit = "m2_100" // hundredths of m²
	YesNo       Unit = "yes"    // 1: the law says so
	Scope       Unit = "scope"  // ScopeCounty, ScopeCity or ScopeProvince
)

var units = map[Unit]bool{
	BasisPoints: true, Fen: true, Years: true, Months: true, Area: true, YesNo: true, Scope: true,
}

// Clock names the day of a transfer that chooses the value of a parameter.
type Clock string

// The clocks of a transfer.
const (
	Contract     Clock = "contract"     // 合同签订日: the liability arises (契税法 art. 9, 印花税法 art. 15)
	Filing       Clock = "filing"       // 申报日: both transitions key on it
	Acquisition  Clock = "acquisition"  // 取得日: the start of the holding
	Transfer     Clock = "transfer"     // 转让日: the end of the holding
	Registration Clock = "registration" // 登记日
)

var clocks = map[Clock]bool{Contract: true, Filing: true, Acquisition: true, Transfer: true, Registration: true}

// Evidence is how a value of law was learnt.
type Evidence string

// Only the official text, or a verbatim copy of it, verifies a value.
const (
	Official   Evidence = "official"    // read in the official text or a verbatim copy
	Press      Evidence = "press"       // a named news outlet repeats the announcement
	Secondhand Evidence = "second_hand" // a commentary, a program or a portal says so
	Reading    Evidence = "reading"     // our own reading of a text that does not say it outright
	Recalled   Evidence = "recalled"    // from memory
)

var evidences = map[Evidence]bool{Official: true, Press: true, Secondhand: true, Reading: true, Recalled: true}

// A Value is what one parameter is worth in a region for a span of days. The
// alternatives are the other values that the law may turn out to have; a value
// that is not verified has at least one, unless its bounds admit no other.
type Value struct {
	Param        Param
	Region       string    // prefix of the county code; empty for the whole country
	From         time.Time //
	Through      time.Time // the last day; zero: the law names no end
	Value        int64
	Alternatives []int64
	Document     string
	Article      string
	URL          string
	Evidence     Evidence
	CheckedOn    time.Time
	RuleSet      string // the rule set that it came with
	Withdrawn    string // the rule set that no longer holds it
}

// Verified reports whether somebody has read v in the official text.
func (v Value) Verified() bool { return v.Evidence == Official }

// Covers reports whether v is in force for county on a day.
func (v Value) Covers(county string, on time.Time) bool {
	return strings.HasPrefix(county, v.Region) && Within(on, v.From, v.Through)
}

// Within reports whether on lies in from…through, both included; a zero through
// is open.
func Within(on, from, through time.Time) bool {
	return !on.Before(from) && (through.IsZero() || !on.After(through))
}

// A Definition is what a parameter is, whatever its values: the unit, the clock,
// and the least and the greatest value that the law or sense admits.
type Definition struct {
	Param  Param
	Unit   Unit
	Clock  Clock
	Bounds [2]int64
}

// Admits reports whether v lies within the bounds.
func (d Definition) Admits(v int64) bool { return v >= d.Bounds[0] && v <= d.Bounds[1] }

// County reports whether s is an administrative code of two to six digits.
func County(s string) bool {
	return len(s) >= 2 && len(s) <= 6 && strings.Trim(s, "0123456789") == ""
}
