package sandbox

import (
	"strconv"
	"strings"
)

// A magic is the end of an account number that decides what happens to it:
// 5001-ARREARS is refused for arrears. Such an account needs no customer.
type magic string

// then marks a magic that works on the confirmation only: 5001-THEN-ARREARS is
// found by the check.
const then = "-THEN-"

// refusals are the magics that end in a refusal, with the reason they give.
var refusals = map[magic]string{
	"ARREARS":    "ARREARS",
	"DEBIT":      "DIRECT_DEBIT",
	"NOTFOUND":   "ACCOUNT_NOT_FOUND",
	"NAME":       "NAME_MISMATCH",
	"ADDRESS":    "ADDRESS_MISMATCH",
	"METER":      "METER_FAULT",
	"SHARED":     "SHARED_METER",
	"COMMERCIAL": "COMMERCIAL_CATEGORY",
	"DUPLICATE":  "DUPLICATE",
	"NEWREASON":  "FROZEN_BY_HEAD_OFFICE",
	"SYSTEM":     "SYSTEM_ERROR",
	"LATERNO":    "ARREARS",
	"DISORDER":   "ARREARS",
}

// hostileWords is a remark with everything in it that a remark must not have.
const hostileWords = "已受理\x00\u202e\x1b[31m<script>alert(1)</script>=cmd()"

// magicOf returns the magic of an account in a phase. Cancellations have none:
// the form does not name the account.
func magicOf(account, phase string) (magic, bool) {
	i := strings.LastIndexByte(account, '-')
	if i <= 0 {
		return "", false
	}
	if base, _, later := strings.Cut(account, then); later && base != "" && phase != "confirm" {
		return "OK", true
	}
	return known(account[i+1:])
}

func known(end string) (magic, bool) {
	m := magic(end)
	_, refuses := refusals[m]
	_, bends := manners[m]
	return m, m == "OK" || m == "WORDS" || refuses || bends || m.failures() > 0
}

// judgement returns the reason and the remark of the refusal that m stands for.
func (m magic) judgement() (string, string) {
	if m == "WORDS" {
		return "OTHER", hostileWords
	}
	return refusals[m], ""
}

// failures returns n for FAILn, n from 1 to 9, else 0.
func (m magic) failures() int {
	n, err := strconv.Atoi(strings.TrimPrefix(string(m), "FAIL"))
	if err != nil || len(m) != len("FAIL1") {
		return 0
	}
	return n
}
