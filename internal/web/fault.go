package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"onewindow/intake"
	"onewindow/intake/appointment"
	"onewindow/internal/access"
	"onewindow/internal/files"
	"onewindow/internal/outbound"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/registration/certificate"
	"onewindow/tax"
	"onewindow/tax/filing"
	"onewindow/tax/officer"
	"onewindow/tax/payment"
	"onewindow/utilities"
)

// Errors of requests themselves.
var (
	errNotFound    = errors.New("nothing is at this address")
	errMethod      = errors.New("this address does not take this method")
	errForeign     = errors.New("sent by the page of another site")
	errMediaType   = errors.New("the body is not of the type that this address takes")
	errNotJSON     = errors.New("the body is not one JSON value")
	errTooSlow     = errors.New("the body did not arrive in time")
	errKeyShape    = errors.New("the idempotency key is not 1 to 200 printable ASCII characters")
	errQuery       = errors.New("a query parameter has no such value")
	errStreamsFull = errors.New("too many event streams are open")
)

// fault is what a refusal looks like from outside. Its code is the last part of
// the problem's type and names its sentences in the catalogues.
type fault struct {
	code     string
	status   int
	retry    time.Duration     // how long to leave us alone; 0 says nothing
	args     map[string]string // of its sentences
	findings registration.Findings
}

// Pauses that are asked of clients.
const (
	retrySoon        = time.Second
	retryUnavailable = 2 * time.Second
)

// faults says, for every error that a client can cause, what it is told. It is
// the only place that does.
var faults = []struct {
	err error
	fault
}{
	{errNotFound, fault{code: "not_found", status: http.StatusNotFound}},
	{intake.ErrNoCase, fault{code: "case_unknown", status: http.StatusNotFound}},
	{intake.ErrBadNumber, fault{code: "case_unknown", status: http.StatusNotFound}},
	{certificate.ErrNoDocument, fault{code: "certificate_unknown", status: http.StatusNotFound}},
	{errMethod, fault{code: "method_not_allowed", status: http.StatusMethodNotAllowed}},
	{errForeign, fault{code: "cross_origin", status: http.StatusForbidden}},
	{errMediaType, fault{code: "media_type", status: http.StatusUnsupportedMediaType}},
	{errTooSlow, fault{code: "too_slow", status: http.StatusRequestTimeout}},
	{errNotJSON, fault{code: "not_json", status: http.StatusBadRequest}},
	{errQuery, fault{code: "query", status: http.StatusBadRequest}},
	{errStreamsFull, fault{code: "streams_full", status: http.StatusServiceUnavailable, retry: 10 * time.Second}},

	{errForm, fault{code: "form", status: http.StatusBadRequest}},
	{files.ErrAbsent, fault{code: "material_unknown", status: http.StatusNotFound}},
	{files.ErrEmpty, fault{code: "file_empty", status: http.StatusUnprocessableEntity}},
	{files.ErrTooLarge, fault{code: "file_too_large", status: http.StatusRequestEntityTooLarge}},
	{files.ErrFormat, fault{code: "file_format", status: http.StatusUnsupportedMediaType}},
	{files.ErrPolyglot, fault{code: "file_polyglot", status: http.StatusUnprocessableEntity}},
	{files.ErrDamaged, fault{code: "file_damaged", status: http.StatusUnprocessableEntity}},
	{files.ErrPages, fault{code: "file_pages", status: http.StatusUnprocessableEntity}},
	{files.ErrPixels, fault{code: "file_pixels", status: http.StatusUnprocessableEntity}},
	{files.ErrEncrypted, fault{code: "file_encrypted", status: http.StatusUnprocessableEntity}},
	{files.ErrActive, fault{code: "file_active", status: http.StatusUnprocessableEntity}},
	{files.ErrBomb, fault{code: "file_bomb", status: http.StatusUnprocessableEntity}},
	{files.ErrInfected, fault{code: "file_infected", status: http.StatusUnprocessableEntity}},
	{files.ErrKind, fault{code: "material_kind", status: http.StatusUnprocessableEntity}},
	{files.ErrName, fault{code: "file_name", status: http.StatusUnprocessableEntity}},
	{files.ErrKeyReused, fault{code: "key_reused", status: http.StatusUnprocessableEntity}},
	{jobs.ErrOver, fault{code: "case_over", status: http.StatusConflict}},
	{files.ErrScanner, fault{code: "scanner_down", status: http.StatusServiceUnavailable, retry: 30 * time.Second}},
	{files.ErrBucket, fault{code: "unavailable", status: http.StatusServiceUnavailable, retry: retryUnavailable}},
	{files.ErrBusy, fault{code: "files_busy", status: http.StatusServiceUnavailable, retry: 5 * time.Second}},

	{errAnonymous, fault{code: "sign_in", status: http.StatusUnauthorized}},
	{access.ErrUnknown, fault{code: "credentials", status: http.StatusUnauthorized}},
	{access.ErrNoSession, fault{code: "session_ended", status: http.StatusUnauthorized}},
	{access.ErrElsewhere, fault{code: "session_elsewhere", status: http.StatusUnauthorized}},
	{access.ErrLocked, fault{code: "session_locked", status: http.StatusUnauthorized}},
	{access.ErrProvider, fault{code: "provider_answer", status: http.StatusUnauthorized}},
	{access.ErrNoIdentity, fault{code: "identity_missing", status: http.StatusForbidden}},
	{access.ErrUnverified, fault{code: "identity_unverified", status: http.StatusForbidden}},
	{errNoPart, fault{code: "identity_without_case", status: http.StatusForbidden}},
	{errProviderAway, fault{code: "unavailable", status: http.StatusServiceUnavailable, retry: retryUnavailable}},
	{access.ErrFresh, fault{code: "set_up_first", status: http.StatusForbidden}},
	{access.ErrNotProved, fault{code: "proof_needed", status: http.StatusForbidden}},
	{access.ErrNobody, fault{code: "account_unknown", status: http.StatusNotFound}},
	{access.ErrLast, fault{code: "last_administrator", status: http.StatusConflict}},
	{access.ErrPerson, fault{code: "account_malformed", status: http.StatusUnprocessableEntity}},
	{access.ErrLabel, fault{code: "account_malformed", status: http.StatusUnprocessableEntity}},
	{access.ErrChangeWaits, fault{code: "change_waits", status: http.StatusConflict}},
	{access.ErrNoChange, fault{code: "change_unknown", status: http.StatusNotFound}},
	{access.ErrSameAdministrator, fault{code: "same_administrator", status: http.StatusForbidden}},
	{access.ErrForbidden, fault{code: "forbidden", status: http.StatusForbidden}},
	{registration.ErrNoContract, fault{code: "case_unknown", status: http.StatusNotFound}},
	{access.ErrForeign, fault{code: "case_unknown", status: http.StatusNotFound}},

	{errMatchMissing, fault{code: "match_missing", status: http.StatusPreconditionRequired}},
	{intake.ErrStale, fault{code: "match_stale", status: http.StatusPreconditionFailed}},

	{intake.ErrKeyMissing, fault{code: "key_missing", status: http.StatusBadRequest}},
	{errKeyShape, fault{code: "key_malformed", status: http.StatusBadRequest}},
	{intake.ErrInFlight, fault{code: "key_in_flight", status: http.StatusConflict, retry: retrySoon}},
	{intake.ErrKeyReused, fault{code: "key_reused", status: http.StatusUnprocessableEntity}},

	{jobs.ErrNoLetter, fault{code: "letter_unknown", status: http.StatusNotFound}},
	{jobs.ErrLetterHeld, fault{code: "letter_held", status: http.StatusConflict}},
	{jobs.ErrLetterMoved, fault{code: "letter_moved", status: http.StatusConflict}},
	{jobs.ErrVerdict, fault{code: "verdict_not_taken", status: http.StatusConflict}},
	{jobs.ErrNoReason, fault{code: "reason_missing", status: http.StatusUnprocessableEntity, findings: noReason}},
	{intake.ErrSameHand, fault{code: "same_hand", status: http.StatusForbidden}},
	{intake.ErrEntered, fault{code: "entered", status: http.StatusConflict}},
	{filing.ErrTooOften, fault{code: "disputed_too_often", status: http.StatusConflict}},
	{filing.ErrNotDecided, fault{code: "not_assessed", status: http.StatusConflict}},
	{intake.ErrAlready, fault{code: "step_moved_on", status: http.StatusConflict}},
	{certificate.ErrHandedOver, fault{code: "handed_over", status: http.StatusConflict}},
	{jobs.ErrNoParty, fault{code: "party_unknown", status: http.StatusUnprocessableEntity}},
	{jobs.ErrNotAtDesk, fault{code: "not_at_desk", status: http.StatusConflict}},
	{officer.ErrPending, fault{code: "proposal_waits", status: http.StatusConflict}},
	{officer.ErrNoProposal, fault{code: "no_proposal", status: http.StatusConflict}},
	{officer.ErrSameHand, fault{code: "same_officer", status: http.StatusForbidden}},
	{tax.ErrNotAssessed, fault{code: "not_assessed", status: http.StatusConflict}},
	{tax.ErrNoFigures, fault{code: "no_figures", status: http.StatusConflict}},
	{tax.ErrDecided, fault{code: "step_moved_on", status: http.StatusConflict}},

	{appointment.ErrTaken, fault{code: "slot_taken", status: http.StatusConflict}},
	{appointment.ErrNotOffered, fault{code: "defects", status: http.StatusUnprocessableEntity, findings: notOffered}},
	{appointment.ErrKeyReused, fault{code: "key_reused", status: http.StatusUnprocessableEntity}},

	{outbound.ErrSignature, fault{code: "signature", status: http.StatusUnauthorized}},
	{outbound.ErrSkew, fault{code: "signature", status: http.StatusUnauthorized}},
	{outbound.ErrMessageID, fault{code: "signature", status: http.StatusUnauthorized}},
	{outbound.ErrTooLarge, fault{code: "too_large", status: http.StatusRequestEntityTooLarge}},
	{outbound.ErrMalformed, fault{code: "notice_malformed", status: http.StatusUnprocessableEntity}},
	{outbound.ErrNoReply, fault{code: "unavailable", status: http.StatusServiceUnavailable, retry: retryUnavailable}},
	{payment.ErrNoOrder, fault{code: "bill_unknown", status: http.StatusNotFound}},
	{payment.ErrUnknownBill, fault{code: "bill_unknown", status: http.StatusNotFound}},
	{payment.ErrOtherOrder, fault{code: "gateway_contradicts", status: http.StatusConflict}},
	{payment.ErrOtherMerchant, fault{code: "gateway_contradicts", status: http.StatusConflict}},
	{payment.ErrCurrency, fault{code: "gateway_contradicts", status: http.StatusConflict}},
	{payment.ErrStaleAmount, fault{code: "refundable_stale", status: http.StatusPreconditionFailed}},
	{payment.ErrTooMuch, fault{code: "refund_too_large", status: http.StatusUnprocessableEntity}},
	{errNoReceipt, fault{code: "receipt_none", status: http.StatusConflict}},
	{payment.ErrNotPaid, fault{code: "bill_unpaid", status: http.StatusConflict}},
	{payment.ErrVoucher, fault{code: "voucher_not_taken", status: http.StatusConflict}},
	{utilities.ErrNoRequest, fault{code: "request_unknown", status: http.StatusNotFound, retry: 10 * time.Second}},
	{jobs.ErrNoGateway, fault{code: "not_found", status: http.StatusNotFound}},
	{jobs.ErrNoCompany, fault{code: "not_found", status: http.StatusNotFound}},

	{context.DeadlineExceeded, fault{code: "unavailable", status: http.StatusServiceUnavailable, retry: retryUnavailable}},
}

var noReason = registration.Findings{{
	Check: registration.CheckForm, Outcome: registration.Block, Code: codeTextMissing, Field: "reason"}}

// internalFault says nothing: what went wrong inside is for the log alone.
var internalFault = fault{code: "internal", status: http.StatusInternalServerError}

// faultOf finds what a client is told of an error.
func faultOf(err error) fault {
	var defects *jobs.DefectsError
	var blocked *jobs.BlockedError
	var large *http.MaxBytesError
	var office *outbound.StatusError
	var often *tooManyError
	switch {
	case errors.As(err, &defects):
		return fault{code: "defects", status: http.StatusUnprocessableEntity, findings: blocking(defects.Findings)}
	case errors.As(err, &blocked):
		return fault{code: "blocked", status: http.StatusConflict, findings: blocking(blocked.Findings)}
	case errors.As(err, &large):
		return fault{code: "too_large", status: http.StatusRequestEntityTooLarge}
	case errors.As(err, &often):
		return fault{code: "too_many", status: http.StatusTooManyRequests, retry: often.wait}
	case errors.As(err, &office) && office.Temporary():
		return fault{code: "unavailable", status: http.StatusServiceUnavailable, retry: retryUnavailable}
	case unstorable(err):
		return fault{code: "not_json", status: http.StatusBadRequest}
	case unavailable(err): // first: it may wrap a deadline of the line
		return fault{code: "unavailable", status: http.StatusServiceUnavailable, retry: retryUnavailable}
	}
	for _, known := range faults {
		if errors.Is(err, known.err) {
			return known.fault
		}
	}
	return internalFault
}

// blocking returns the findings that refuse; those for a person do not.
func blocking(found registration.Findings) registration.Findings {
	var refuse registration.Findings
	for _, f := range found {
		if f.Outcome == registration.Block {
			refuse = append(refuse, f)
		}
	}
	return refuse
}
