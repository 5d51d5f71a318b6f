// Package vault keeps numbers of identity documents, telephone numbers and
// whatever else names a person to the last digit out of the database's files,
// dumps and backups: it seals columns with keys that lie outside the database,
// and finds their rows by blind indexes.
//
// It knows keys, columns and how pgx carries both, and nothing of what a sealed
// text means. Who may see an opened text is not decided here.
package vault

import (
	"database/sql/driver"
	"errors"
)

// Errors of values and connections. None of them repeats a text.
var (
	// ErrNoRing says that a sealed or indexed value met a connection that was not
	// prepared with a ring. Nothing was stored or read.
	ErrNoRing = errors.New("vault: the connection was opened without a ring of keys: prepare its pool with Ring.Prepare")
	// ErrUnknownKey says that a value was sealed with a key that the ring lacks.
	ErrUnknownKey = errors.New("vault: sealed with a key that is not in the ring")
	// ErrForged says that a value was changed, or belongs to another column.
	ErrForged = errors.New("vault: a sealed value does not open: it was changed, or moved from another column")
	errMisuse = errors.New("vault: Seal makes arguments and Open destinations, not the other way round")
)

// Column names a sealed column as "table.column". Values are bound to it: moved
// to another column they do not open.
type Column string

// Sealed is one text on its way into or out of a sealed column (加密列): an
// argument if Seal made it, a destination if Open did. It never prints its text.
type Sealed struct {
	column Column
	plain  []byte
	put    func(plain []byte)
}

// Seal makes an argument that is stored sealed in c. The empty text is nothing to
// hide: it is stored as NULL.
func Seal[T ~string | ~[]byte](c Column, text T) Sealed {
	return Sealed{column: c, plain: []byte(text)}
}

// Open makes a destination for what is stored in c; NULL leaves into empty.
func Open[T ~string | ~[]byte](c Column, into *T) Sealed {
	return Sealed{column: c, put: func(plain []byte) { *into = T(plain) }}
}

// stored is what the database gets for s, nil for NULL.
func (s Sealed) stored(r *Ring) ([]byte, error) {
	if s.put != nil {
		return nil, errMisuse
	}
	if len(s.plain) == 0 {
		return nil, nil
	}
	return r.seal(s.column, s.plain), nil
}

// take opens what the database holds into the destination.
func (s Sealed) take(r *Ring, stored []byte) error {
	if s.put == nil {
		return errMisuse
	}
	if stored == nil {
		s.put(nil)
		return nil
	}
	plain, err := r.open(s.column, stored)
	if err != nil {
		return err
	}
	s.put(plain)
	return nil
}

// Value refuses to store s: pgx asks for it only where there is no ring.
func (Sealed) Value() (driver.Value, error) { return nil, ErrNoRing }

// Scan refuses to read into s: pgx asks for it only where there is no ring.
func (Sealed) Scan(any) error { return ErrNoRing }

// String hides the text.
func (s Sealed) String() string { return "[sealed]" }

// GoString hides the text.
func (s Sealed) GoString() string { return "vault.Sealed{…}" }

// Purpose keeps the blind indexes of different things apart. Columns of the same
// purpose can be joined, also across rooms.
type Purpose string

// The purposes of the blind indexes.
const (
	// IDNumber is for numbers of identity documents, written as the standards write them.
	IDNumber Purpose = "id_number"
	// Phone is for telephone numbers.
	Phone Purpose = "phone"
	// Body is for what clients sent, to see whether they send it again.
	Body Purpose = "body"
	// Facts is for facts that a decision rests on, to see years later that they are the same.
	Facts Purpose = "facts"
)

// Blind is the blind index (盲索引) of a text, for a column that is searched or
// joined: equal texts of one purpose have equal indexes, and an index does not
// tell its text to whoever lacks the key.
type Blind struct {
	purpose Purpose
	text    string
}

// Index makes the argument for an index column; the empty text is NULL.
func Index(p Purpose, text string) Blind { return Blind{p, text} }

// Indexes makes the argument for `= ANY ($1)` on an index column.
func Indexes(p Purpose, texts []string) []Blind {
	all := make([]Blind, len(texts))
	for i, text := range texts {
		all[i] = Blind{p, text}
	}
	return all
}

// stored is what the database gets for b, nil for NULL.
func (b Blind) stored(r *Ring) ([]byte, error) {
	if b.text == "" {
		return nil, nil
	}
	return r.Index(b.purpose, b.text), nil
}

// Value refuses to store b: pgx asks for it only where there is no ring.
func (Blind) Value() (driver.Value, error) { return nil, ErrNoRing }

// String hides the text.
func (b Blind) String() string { return "[blind]" }

// GoString hides the text.
func (b Blind) GoString() string { return "vault.Blind{…}" }
