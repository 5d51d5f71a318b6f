package web

import (
	"time"

	"onewindow/jobs"
)

// clockFace is one of the clocks; Promise 0 means that none was given.
type clockFace struct {
	Name, Note     string
	Spent, Promise time.Duration
}

// Late says that the promise is broken.
func (c clockFace) Late() bool { return c.Promise > 0 && c.Spent > c.Promise }

// Minutes is the promise as people say it.
func (c clockFace) Minutes() int { return int(c.Promise.Minutes()) }

// Max and Value fill the bar, in seconds.
func (c clockFace) Max() int { return int(c.Promise.Seconds()) }

// Value is how much of the promise is spent.
func (c clockFace) Value() int { return min(int(c.Spent.Seconds()), c.Max()) }

// The promises of the reform that the clocks are read against.
const (
	promisedCertificate = 60 * time.Minute
	promisedReview      = 15 * time.Minute
)

func (p casePage) clocksFaced(c *jobs.Sight) []clockFace {
	return []clockFace{
		{Name: p.say("page.clock.office", nil), Spent: c.Ledger.Office, Promise: promisedCertificate},
		{Name: p.say("page.clock.review", nil), Spent: reviewTime(c.Journal, c.ReadAt), Promise: promisedReview},
		{Name: p.say("page.clock.wall", nil), Note: p.say("page.clock.wall_note", nil), Spent: c.Ledger.Wall},
	}
}
