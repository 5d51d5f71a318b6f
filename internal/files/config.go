package files

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Config is the section "files" of the configuration. Its zero value takes the
// defaults: the database keeps the contents, and no scanner is asked.
type Config struct {
	MaxMegabytes  int `json:"max_megabytes"`  // of one file; 0 takes 20
	MaxPages      int `json:"max_pages"`      // of one PDF; 0 takes 200
	MaxMegapixels int `json:"max_megapixels"` // of one image; 0 takes 40
	// Scanner is where clamd listens: "tcp://127.0.0.1:3310" or
	// "unix:///run/clamav/clamd.ctl". "none", or nothing, scans nothing.
	Scanner        string        `json:"scanner"`
	ScannerSeconds int           `json:"scanner_seconds"` // to answer; 0 takes 20
	Bucket         *BucketConfig `json:"bucket"`          // nil keeps contents in the database
}

// BucketConfig names a bucket of S3 or a store that speaks as it does.
type BucketConfig struct {
	URL    string `json:"url"` // https://minio.example:9000
	Name   string `json:"name"`
	Region string `json:"region"`
	KeyID  string `json:"key_id"`
	Key    string `json:"key"`
	Prefix string `json:"prefix"` // before every object's name; may be empty
}

// Limits is how much a file may be, before and while it is unpacked.
type Limits struct {
	Bytes  int64
	Pages  int
	Pixels int64
	// What a PDF may unpack to, in bytes: one stream, those that are unpacked in
	// memory, and all together. A page scanned in colour at 300 dpi has 26 MB.
	Stream, Decoded, Unpacked int64
}

// The defaults, and the most that a configuration may ask for: what the process
// that unpacks is allowed to use is measured for these.
const (
	defaultMegabytes, mostMegabytes   = 20, 50
	defaultPages, mostPages           = 200, 2000
	defaultMegapixels, mostMegapixels = 40, 60
	defaultScan, mostScan             = 20, 60
)

// Limits returns the limits with the defaults filled in.
func (c Config) Limits() Limits {
	return Limits{
		Bytes: int64(orElse(c.MaxMegabytes, defaultMegabytes)) << 20, Pages: orElse(c.MaxPages, defaultPages),
		Pixels: int64(orElse(c.MaxMegapixels, defaultMegapixels)) * 1_000_000,
		Stream: 256 << 20, Decoded: 64 << 20, Unpacked: 1 << 30,
	}
}

func orElse(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// Valid returns what must be changed, all at once, or nil.
func (c Config) Valid() error {
	errs := []error{
		within("max_megabytes", c.MaxMegabytes, mostMegabytes), within("max_pages", c.MaxPages, mostPages),
		within("max_megapixels", c.MaxMegapixels, mostMegapixels), within("scanner_seconds", c.ScannerSeconds, mostScan),
	}
	if _, err := c.scanner(); err != nil {
		errs = append(errs, err)
	}
	if c.Bucket != nil {
		errs = append(errs, c.Bucket.valid())
	}
	return errors.Join(errs...)
}

func within(name string, n, most int) error {
	if n < 0 || n > most {
		return fmt.Errorf("files.%s is %d; take a number from 1 to %d, or leave it out", name, n, most)
	}
	return nil
}

func (b BucketConfig) valid() error {
	u, err := url.Parse(b.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" && u.Path != "/" {
		return errors.New("files.bucket.url must be like https://minio.example:9000, without a path")
	}
	if b.Name == "" || b.KeyID == "" || b.Key == "" {
		return errors.New("files.bucket needs name, key_id and key")
	}
	return nil
}

// scanner returns the scanner that is named, nil for none.
func (c Config) scanner() (*Scanner, error) {
	if c.Scanner == "" || c.Scanner == "none" {
		return nil, nil
	}
	within := time.Duration(orElse(c.ScannerSeconds, defaultScan)) * time.Second
	u, err := url.Parse(c.Scanner)
	switch {
	case err == nil && u.Scheme == "tcp" && u.Port() != "" && u.Path == "":
		return &Scanner{"tcp", u.Host, within}, nil
	case err == nil && u.Scheme == "unix" && u.Host == "" && u.Path != "":
		return &Scanner{"unix", u.Path, within}, nil
	}
	return nil, errors.New(`files.scanner must be like tcp://127.0.0.1:3310, unix:///run/clamav/clamd.ctl or "none"`)
}
