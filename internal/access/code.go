package access

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// Seed is what codes are made from (RFC 6238): base32, as authenticators read it.
// It never prints itself.
type Seed string

// String hides the seed.
func (Seed) String() string { return "(seed)" }

// GoString hides the seed.
func (Seed) GoString() string { return "(seed)" }

// Text returns the seed itself, to be shown to its owner once.
func (s Seed) Text() string { return string(s) }

const (
	codePeriod = 30 // seconds
	codeSkew   = 1  // periods that a clock may be off, either way
	seedBytes  = 20
)

// NewSeed draws a seed.
func NewSeed() Seed {
	raw := make([]byte, seedBytes)
	rand.Read(raw) // never fails: the program ends instead
	return Seed(seedAlphabet.EncodeToString(raw))
}

// Address is what authenticators read from the QR code, for the account of a
// person at an office with a name.
func (s Seed) Address(p Person, at string) string {
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: at, AccountName: p.ID, Period: codePeriod, Secret: s.raw(), Digits: otp.DigitsSix,
	})
	if err != nil {
		return ""
	}
	return key.URL()
}

// Code returns the code that the seed gives at an instant: for the demonstration
// and for tests, who have no authenticator in their pocket.
func (s Seed) Code(at time.Time) (string, error) {
	code, err := totp.GenerateCodeCustom(string(s), at, totp.ValidateOpts{Period: codePeriod, Digits: otp.DigitsSix})
	if err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	return code, nil
}

// stepOf returns the time step at which the seed gives the code, around an
// instant and after the last one that was used. A code is good once.
func (s Seed) stepOf(code string, at time.Time, last int64) (int64, bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	var found int64
	for skew := int64(-codeSkew); skew <= codeSkew; skew++ {
		step := at.Unix()/codePeriod + skew
		want, err := s.Code(time.Unix(step*codePeriod, 0))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > last {
			found = step
		}
	}
	return found, found != 0
}

func (s Seed) raw() []byte {
	raw, err := seedAlphabet.DecodeString(string(s))
	if err != nil {
		return nil
	}
	return raw
}

// newCode draws six digits, for a telephone.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("draw a code: %w", err)
	}
	return fmt.Sprintf("%06d", n), nil
}

// CodeLeft returns how long the code of an instant is still shown.
func CodeLeft(at time.Time) time.Duration {
	return time.Duration(codePeriod-at.Unix()%codePeriod) * time.Second
}
