// Package draft keeps what somebody had typed when their session turned out to be
// locked or over (草稿), until they are back: sealed, for them alone, for a while.
//
// It knows people, pages and forms, and nothing of what a form asks.
package draft

import (
	"errors"
	"net/url"
	"time"
)

// ErrNone says that nothing is kept for a person on a page.
var ErrNone = errors.New("no draft is kept")

// Length is how long a draft is kept: somebody is away for a meal, not for a day.
const Length = 2 * time.Hour

// secrets are never kept, whatever form they are typed into.
var secrets = []string{"password", "code", "proof"}

// Draft is what was typed, as browsers send it, on which page, a path.
type Draft struct {
	Page string
	Form url.Values
}
