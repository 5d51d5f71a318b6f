package access

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
)

// ErrWeak says that a password is too short, too long, too plain, or made of what
// everybody knows of its owner.
var ErrWeak = errors.New("not a password that this person may choose")

// Bounds of a password, in characters.
const (
	ShortestPassword = 12
	longestPassword  = 128
	fewestDifferent  = 5
)

// CheckPassword returns ErrWeak for what the person must not choose.
func CheckPassword(p Person, password string) error {
	folded := strings.ToLower(password)
	different := map[rune]bool{}
	for _, r := range folded {
		different[r] = true
	}
	n := utf8.RuneCountInString(password)
	if n < ShortestPassword || n > longestPassword || len(different) < fewestDifferent || !utf8.ValidString(password) ||
		strings.Contains(folded, strings.ToLower(p.ID)) || p.Name != "" && strings.Contains(folded, strings.ToLower(p.Name)) {
		return ErrWeak
	}
	return nil
}

// owasp are the parameters of argon2id that OWASP's cheat sheet for storing
// passwords names first: 19 MiB, two passes, one lane.
var owasp = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Hasher hashes passwords slowly, a few at a time: whoever wants to sign in waits,
// so that a rush of them leaves processors for everybody else.
type Hasher struct {
	places chan struct{}
	decoy  func() (string, error)
}

// NewHasher returns a hasher of so many at a time; 0 leaves one processor free,
// but takes two at most.
func NewHasher(places int) *Hasher {
	if places <= 0 {
		places = min(2, max(1, runtime.NumCPU()-1))
	}
	return &Hasher{
		places: make(chan struct{}, places),
		decoy: sync.OnceValues(func() (string, error) {
			return argon2id.CreateHash(NewSecret().Text(), &owasp)
		}),
	}
}

// Hash returns what is kept of a password.
func (h *Hasher) Hash(ctx context.Context, password string) (hash string, err error) {
	err = h.taking(ctx, func() error {
		hash, err = argon2id.CreateHash(password, &owasp)
		return err
	})
	return hash, err
}

// Matches reports whether the password is the one that was hashed. Where there is
// no hash it compares with that of a password nobody knows, for the same time.
func (h *Hasher) Matches(ctx context.Context, password, hash string) (right bool, err error) {
	known := hash != "" && utf8.RuneCountInString(password) <= longestPassword
	err = h.taking(ctx, func() error {
		if !known {
			password = "" // a longer one would take longer
			if hash, err = h.decoy(); err != nil {
				return err
			}
		}
		right, err = argon2id.ComparePasswordAndHash(password, hash)
		return err
	})
	return right && known, err
}

// taking runs do in a place of its own.
func (h *Hasher) taking(ctx context.Context, do func() error) error {
	select {
	case h.places <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait for a place to hash: %w", ctx.Err())
	}
	defer func() { <-h.places }()
	return do()
}
