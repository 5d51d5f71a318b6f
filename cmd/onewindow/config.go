package main

import (
	"net/netip"
	"time"

	"onewindow/internal/access"
	"onewindow/internal/files"
	"onewindow/internal/web"
)

// config is everything that serve and work are told, in one file (--config). It
// is read strictly and checked whole before anything starts; onewindow config
// check says the same without starting. What the file leaves out keeps the value
// of defaults.
type config struct {
	// Database is the address of the database; DATABASE_URL stands before it. No default.
	Database string `json:"database"`
	// Listen is the address of the doors; --listen stands before it. Default: 127.0.0.1:8080.
	Listen string `json:"listen"`
	// PublicURL is how browsers reach the doors, through a proxy that ends TLS:
	// https://window.example. Session cookies are then sent over TLS only. Default:
	// http at the address of the doors, which must then be a loopback one.
	PublicURL string `json:"public_url"`
	// TrustedProxies are the addresses whose X-Forwarded-For is believed. Default: nobody's.
	TrustedProxies []netip.Prefix `json:"trusted_proxies"`
	// Rehearsal says that this is no live window: its offices may be sandboxes and
	// its documents say that they are samples. A database is either live or for
	// rehearsal, from its first start on. Default: false.
	Rehearsal bool `json:"rehearsal"`
	// StopWithin is how long requests and jobs have to end when the program is told
	// to stop. Default: 25s.
	StopWithin span `json:"stop_within"`

	Offices officesConfig `json:"offices"`
	Vault   vaultConfig   `json:"vault"`
	SignIn  signInConfig  `json:"sign_in"`
	Limits  web.Limits    `json:"limits"` // of requests; the zero of each takes its default
	Log     logConfig     `json:"log"`
	Metrics metricsConfig `json:"metrics"`
	Traces  tracesConfig  `json:"traces"`
	Disk    diskConfig    `json:"disk"`
	Files   files.Config  `json:"files"` // of materials (docs/FILES.md); the zero of each takes its default
}

// officesConfig names the offices outside (docs/OFFICES.md). Keys are those of
// outbound.Key ("whsec_…"); ONEWINDOW_GATEWAY_KEY, ONEWINDOW_COMPANY_<utility>_KEY
// and ONEWINDOW_SOURCE_<source>_KEY stand before those in the file.
type officesConfig struct {
	// VerifyURL is the address of the verification page, to which a certificate's
	// verify id is appended. No default.
	VerifyURL string `json:"verify_url"`
	// VerifyKeyFile holds the key of verify ids; it is drawn if it is not there, and
	// all processes of an office share it. No default.
	VerifyKeyFile string `json:"verify_key_file"`
	// Font is a TrueType file for characters that the embedded fonts lack. Default: none.
	Font string `json:"font"`
	// Gateway is the city's own payment platform. No default.
	Gateway doorConfig `json:"gateway"`
	// WeChat is WeChat Pay, in its place. Default: none.
	WeChat weChatConfig `json:"wechat"`
	// PaidLater are taxes and fees for which an entry does not wait: stamp. Never those
	// that the law has settled before it. Default: none.
	PaidLater []string `json:"paid_later"`
	// Messages is the carrier of messages to people. No default.
	Messages doorConfig `json:"messages"`
	// Companies are those of water, power and gas, by utility. A key may be left out
	// where the company's account has one (docs/ACCOUNTS.md). Default: none.
	Companies map[string]doorConfig `json:"companies"`
	// Sources are those of the facts of tax: family, homes, prior, valuation. The facts
	// of one that is left out are unknown, and every case goes to a tax officer. Default: none.
	Sources map[string]sourceConfig `json:"sources"`
	// Visits are when the registration offices receive people by appointment, by county
	// code. An office that is left out takes no appointments. Default: none.
	Visits map[string][]visitsConfig `json:"visits"`
	// InnerNetworks are those in which offices may be reached without TLS, or at
	// private addresses; 10.1.0.0/16. Default: none.
	InnerNetworks []netip.Prefix `json:"inner_networks"`
}

// doorConfig is where one office outside is reached and what signs the messages
// of both sides.
type doorConfig struct {
	Name string `json:"name"` // of a company; it stands in addresses
	URL  string `json:"url"`
	Key  string `json:"key"`
}

// sourceConfig is the door of a source of facts, and when its answer is one.
type sourceConfig struct {
	URL string `json:"url"`
	Key string `json:"key"`
	// Within is how long it has to answer, at most 5s. Default: 3s.
	Within span `json:"within"`
	// Fresh is how old what it knows may be, from 1m to a year. Default: 24h.
	Fresh span `json:"fresh"`
}

// vaultConfig says where the keys of sealed columns are (docs/VAULT.md).
type vaultConfig struct {
	// KeyFile is the ring of keys: outside the database and its backups, readable by
	// this program's account only. No default.
	KeyFile string `json:"key_file"`
}

// logConfig says how the log is written, always on standard error.
type logConfig struct {
	// Format is text or json. Default: text.
	Format string `json:"format"`
	// Level is the least that is written: debug, info, warn or error. Default: info.
	Level string `json:"level"`
}

// metricsConfig says where Prometheus asks.
type metricsConfig struct {
	// Listen is an address of its own, on an inner network. Default: none, so that
	// only a system administrator sees the metrics, at /admin/metrics.
	Listen string `json:"listen"`
}

// tracesConfig says where traces go.
type tracesConfig struct {
	// Endpoint is the address of an OTLP/HTTP collector, http://127.0.0.1:4318/v1/traces.
	// Default: none, and nothing is traced.
	Endpoint string `json:"endpoint"`
	// Share is the part of requests and jobs that are traced, over 0 and at most 1.
	// Default: 0.1.
	Share float64 `json:"share"`
}

// diskConfig says which file system must not fill up.
type diskConfig struct {
	// Path is a directory on it: that of the database's files if they are on this
	// machine, or of uploads. Default: the working directory.
	Path string `json:"path"`
	// LeastFree is how many bytes must be free for this process to be ready.
	// Default: 1 GiB.
	LeastFree uint64 `json:"least_free_bytes"`
}

// span is a length of time, written as Go writes it: 25s, 5m.
type span time.Duration

// UnmarshalText reads a span.
func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*s = span(d)
	return err
}

func (s span) time() time.Duration { return time.Duration(s) }

// MarshalText writes a span.
func (s span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// defaults is the configuration of an empty file.
func defaults() config {
	return config{
		Listen: "127.0.0.1:8080", StopWithin: span(stopTime),
		SignIn: signInConfig{IdleLock: span(access.UsualIdle)},
		Log:    logConfig{Format: "text", Level: "info"},
		Traces: tracesConfig{Share: 0.1},
		Disk:   diskConfig{Path: ".", LeastFree: 1 << 30},
	}
}
