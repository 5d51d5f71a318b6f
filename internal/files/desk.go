package files

import (
	"context"
	"crypto/sha256"
	"fmt"
)

// Desk is where files are taken in and handed out (收件台).
type Desk struct {
	limits    Limits
	scanner   *Scanner // nil scans nothing
	bucket    *bucket  // nil keeps contents in the database
	places    chan struct{}
	unpacking chan struct{}
}

// At most this many files are held in memory at once, and this many are unpacked.
const (
	mostHeld   = 6
	mostAtOnce = 2
)

// New makes the desk that a configuration asks for.
func New(c Config) (*Desk, error) {
	if err := c.Valid(); err != nil {
		return nil, err
	}
	d := &Desk{limits: c.Limits(), places: make(chan struct{}, mostHeld), unpacking: make(chan struct{}, mostAtOnce)}
	var err error
	if d.scanner, err = c.scanner(); err != nil {
		return nil, err
	}
	if c.Bucket != nil {
		d.bucket, err = openBucket(*c.Bucket)
	}
	return d, err
}

// Plain makes the desk of an empty configuration: the default limits, the database,
// no scanner.
func Plain() *Desk {
	d, err := New(Config{})
	if err != nil {
		panic(err) // an empty configuration is valid
	}
	return d
}

// Limits returns what a file may be.
func (d *Desk) Limits() Limits { return d.limits }

// Scans says whether a virus scanner looks at every file.
func (d *Desk) Scans() bool { return d.scanner != nil }

// Ready asks the scanner and the bucket, where there are any, whether they are there.
func (d *Desk) Ready(ctx context.Context) error {
	if d.scanner != nil {
		if err := d.scanner.Ping(ctx); err != nil {
			return err
		}
	}
	if d.bucket != nil {
		return d.bucket.ready(ctx)
	}
	return nil
}

// Sit takes a place for one file, until leave is called, or returns ErrBusy. It is
// taken before the file is read, so that many large files do not fill the memory.
func (d *Desk) Sit() (leave func(), err error) {
	select {
	case d.places <- struct{}{}:
		return func() { <-d.places }, nil
	default:
		return nil, ErrBusy
	}
}

// Check measures a file, has it scanned, unpacks it in a process of its own, and
// returns what is to be kept of it, or why it is not taken.
func (d *Desk) Check(ctx context.Context, content []byte) (Content, error) {
	m, err := measure(content, d.limits)
	if err != nil {
		return Content{}, err
	}
	if d.scanner != nil {
		if err := d.scanner.Scan(ctx, content); err != nil {
			return Content{}, err
		}
	}
	select {
	case d.unpacking <- struct{}{}:
		defer func() { <-d.unpacking }()
	case <-ctx.Done():
		return Content{}, fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
	}
	found, kept, err := unpackApart(ctx, content, m, d.limits)
	if err != nil {
		return Content{}, err
	}
	if m == PDF {
		kept = content
	}
	if len(kept) == 0 {
		return Content{}, ErrDamaged
	}
	return Content{Media: m, Hash: sha256.Sum256(kept), Pages: found.Pages, Width: found.Width,
		Height: found.Height, bytes: kept}, nil
}
