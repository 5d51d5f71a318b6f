package certificate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"onewindow/registration"
)

// VerifyID names a document to the public: 128 bits in 26 letters and digits,
// which nobody can guess and which say nothing of number, unit or holder.
type VerifyID string

// minKey is the least length of the key of verify ids in bytes.
const minKey = 32

// ErrKey says that the key of verify ids is too short to keep them secret.
var ErrKey = errors.New("the key of verify ids must have at least 32 bytes")

// VerifyIDOf derives the verify id of a document from its entry, kind and keeper
// with HMAC-SHA-256 under the office's key. It is derived, not drawn, so that a
// second attempt after a crash, on whatever machine, prints the same bytes; the
// key never leaves the office and an id does not betray it.
func VerifyIDOf(key []byte, entryID int64, kind registration.NumberKind, keeper string) (VerifyID, error) {
	if len(key) < minKey {
		return "", ErrKey
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "certificate verify id\x00%d\x00%s\x00%s", entryID, kind, keeper)
	return VerifyID(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:16])), nil
}

// ParseVerifyID reads a verify id in either case. A text that is none is
// refused before anything is looked up.
func ParseVerifyID(s string) (VerifyID, error) {
	s = strings.ToUpper(s)
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
	if err != nil || len(raw) != 16 {
		return "", ErrNoDocument
	}
	return VerifyID(s), nil
}

// Document is an issued certificate as it is kept. It is never changed and never
// issued again.
type Document struct {
	ID       int64
	EntryID  int64
	CaseID   int64
	Kind     registration.NumberKind
	Keeper   string // empty for the one certificate of all holders
	Number   registration.Number
	VerifyID VerifyID
	SHA256   [sha256.Size]byte
	PDF      []byte
	// Sheet is what the PDF says: rendered again, it gives the same bytes.
	Sheet    Sheet
	IssuedAt time.Time
}

var (
	// ErrNoDocument says that no document bears the number or verify id.
	ErrNoDocument = errors.New("no such certificate")
	// ErrEmptyEntry refuses to issue a certificate of nothing.
	ErrEmptyEntry = errors.New("issue: empty register entry")
	// ErrForeignSheet refuses a sheet that is not of the entry.
	ErrForeignSheet = errors.New("issue: the sheet is not of this entry")
)
