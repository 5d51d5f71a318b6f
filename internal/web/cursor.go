package web

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"onewindow/intake"
	"onewindow/registration"
)

const (
	defaultLimit = 50
	maxLimit     = 200
)

// listParams are the parameters of a list. Others are refused, so that a filter
// that was spelt otherwise does not pass for none.
var listParams = []string{"holder", "state", "step", "unit", "accepted_since", "accepted_until", "limit", "cursor"}

// holders are those whose lists there are; "" lists all cases.
var holders = map[string]bool{"": true, intake.Machine: true, intake.Reviewer: true, intake.Applicant: true,
	intake.TaxOfficer: true, intake.Company: true, intake.Operator: true}

// caseStates are the states by which a list can be cut.
var caseStates = []intake.CaseState{intake.Open, intake.Entered, intake.Closed, intake.Turned}

// filterOf reads which part of which list is asked for. It returns errQuery for
// what cannot be a value of its parameter.
func filterOf(query url.Values) (intake.Filter, error) {
	f := intake.Filter{
		Holder: query.Get("holder"), State: intake.CaseState(query.Get("state")),
		Step: intake.Step(query.Get("step")), Unit: query.Get("unit"), Limit: defaultLimit,
	}
	for name, values := range query {
		if len(values) != 1 || !slices.Contains(listParams, name) {
			return f, errQuery
		}
	}
	var errs [4]error
	if text := query.Get("limit"); text != "" {
		f.Limit, errs[0] = strconv.Atoi(text)
	}
	f.Since, errs[1] = moment(query.Get("accepted_since"))
	f.Until, errs[2] = moment(query.Get("accepted_until"))
	f.Before, errs[3] = readCursor(query.Get("cursor"))
	if slices.ContainsFunc(errs[:], func(err error) bool { return err != nil }) || !sensible(f) {
		return f, errQuery
	}
	return f, nil
}

// sensible says whether the window knows the values of a filter.
func sensible(f intake.Filter) bool {
	_, err := registration.ParseUnit(f.Unit)
	return f.Limit >= 1 && f.Limit <= maxLimit && holders[f.Holder] &&
		(f.State == "" || slices.Contains(caseStates, f.State)) &&
		(f.Step == "" || slices.Contains(intake.Steps(), f.Step)) && (f.Unit == "" || err == nil)
}

// moment reads a time of RFC 3339, "" as none. Years that PostgreSQL does not
// know are none either.
func moment(text string) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err == nil && (at.Year() < 1 || at.Year() > 9999) {
		err = errQuery
	}
	return &at, err
}

// cursorOf writes where a list goes on: opaque to clients, so that the order may
// change behind it.
func cursorOf(last string) string { return base64.RawURLEncoding.EncodeToString([]byte("1." + last)) }

// lastOf reads a cursor; "" is that of the beginning.
func lastOf(cursor string) (last string, err error) {
	if cursor == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	last, ours := strings.CutPrefix(string(raw), "1.")
	if err != nil || !ours || last == "" {
		return "", errQuery
	}
	return last, nil
}

func readCursor(text string) (intake.Number, error) {
	last, err := lastOf(text)
	if err != nil || last == "" {
		return "", err
	}
	return intake.ParseNumber(last)
}

// linkNext says where a list goes on, in the answer's Link (RFC 8288), and returns
// the address.
func linkNext(w http.ResponseWriter, r *http.Request, path, last string) string {
	query := r.URL.Query()
	query.Set("cursor", cursorOf(last))
	next := path + "?" + query.Encode()
	w.Header().Add("Link", "<"+next+`>; rel="next"`)
	return next
}
