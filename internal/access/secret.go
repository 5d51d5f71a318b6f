package access

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"strings"
)

// Secret is what a program or a session proves itself with: 128 random bits as 26
// letters and digits. Nobody can try enough of them, whatever the speed, so a
// fast hash keeps it as safely as a slow one would, and every request can be
// authenticated for the price of one look-up. Passwords, which people choose,
// are another matter: see Hasher.
type Secret string

const secretBytes = 16

// seedAlphabet is the base32 that authenticators read.
var seedAlphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewSecret draws a secret.
func NewSecret() Secret {
	raw := make([]byte, secretBytes)
	rand.Read(raw) // never fails: the program ends instead
	return Secret(alphabet.EncodeToString(raw))
}

// ParseSecret reads a secret as it was typed: in any case, with blanks or hyphens
// between its letters. It returns false for what NewSecret cannot have drawn.
func ParseSecret(typed string) (Secret, bool) {
	if len(typed) > 4*secretBytes {
		return "", false
	}
	s := strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(typed))
	raw, err := alphabet.DecodeString(s)
	return Secret(s), err == nil && len(raw) == secretBytes
}

// hash is what is kept of a secret.
func (s Secret) hash() []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// Signing returns the key with which a company that has the secret signs what it
// says (Standard Webhooks): derived from it, so that both are drawn, exchanged and
// withdrawn as one, and neither is sent where the other is used.
func (s Secret) Signing() string {
	key, err := hkdf.Key(sha256.New, []byte(s), nil, "onewindow signing key", sha256.Size)
	if err != nil {
		panic(err) // only for lengths that SHA-256 cannot give
	}
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}

// String hides the secret from whoever prints it by accident.
func (s Secret) String() string { return "(secret)" }

// Text returns the secret itself, to be handed to its owner once.
func (s Secret) Text() string { return string(s) }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }
