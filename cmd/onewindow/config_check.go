package main

import (
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/outbound"
	"onewindow/internal/vault"
	"onewindow/utilities"
)

// findings collects sentences that say what to change.
type findings []string

func (f *findings) add(wrong bool, format string, args ...any) {
	if wrong {
		*f = append(*f, fmt.Sprintf(format, args...))
	}
}

// mistakes lists everything in the configuration that is missing, contradictory
// or unsafe. It asks nobody outside and opens no database.
func (c *config) mistakes() []string {
	var f findings
	c.checkDoors(&f)
	c.checkDatabase(&f)
	c.Offices.check(&f, c.PublicURL, c.Rehearsal)
	c.Vault.check(&f)
	c.SignIn.check(&f, c.PublicURL)
	c.checkWatch(&f)
	return f
}

// checkDoors checks how the doors are reached.
func (c *config) checkDoors(f *findings) {
	host, _, err := net.SplitHostPort(c.Listen)
	f.add(err != nil, "listen: %q is no address: write host:port, 127.0.0.1:8080", c.Listen)
	site, badURL := url.Parse(c.PublicURL)
	if c.PublicURL != "" {
		f.add(badURL != nil || site.Host == "" || strings.Trim(site.Path, "/") != "" || site.RawQuery != "",
			"public_url: %q is no address of a site: write https://window.example", c.PublicURL)
	}
	secure := badURL == nil && site.Scheme == "https"
	f.add(err == nil && !loopback(host) && !secure,
		"public_url must begin with https:// because listen (%s) is reached from other machines, and session cookies "+
			"would cross the network in the clear: put a proxy that ends TLS before it and name its address, "+
			"or listen on 127.0.0.1", c.Listen)
	for _, p := range c.TrustedProxies {
		f.add(wide(p), "trusted_proxies: %s would let everybody choose the address they are known by: "+
			"name the proxies' own addresses", p)
	}
	err = c.Limits.Valid()
	f.add(err != nil, "%v", err)
	err = c.Files.Valid()
	f.add(err != nil, "%v", err)
	f.add(c.StopWithin.time() < time.Second || c.StopWithin.time() > 10*time.Minute,
		"stop_within: %v is not between 1s and 10m", c.StopWithin.time())
}

func (c *config) checkDatabase(f *findings) {
	f.add(c.Database == "", "database is missing: name it here or in DATABASE_URL")
	if c.Database == "" {
		return
	}
	parsed, err := pgxpool.ParseConfig(c.Database)
	f.add(err != nil, "database is no address of a PostgreSQL database: write postgres://user@host/name")
	if err == nil { // across a network, who answers must prove who it is
		far := !strings.HasPrefix(parsed.ConnConfig.Host, "/") && !loopback(parsed.ConnConfig.Host)
		verified := parsed.ConnConfig.TLSConfig != nil && !parsed.ConnConfig.TLSConfig.InsecureSkipVerify
		f.add(far && !verified && !c.Rehearsal,
			"database: %s is another machine: add sslmode=verify-full, so that nobody else can answer in its place",
			parsed.ConnConfig.Host)
	}
}

// check checks the offices. Sandboxes are for rehearsals.
func (o *officesConfig) check(f *findings, publicURL string, rehearsal bool) {
	verify, err := url.Parse(o.VerifyURL)
	f.add(o.VerifyURL == "",
		"offices.verify_url is missing: the address of the verification page, https://window.example/v/")
	f.add(o.VerifyURL != "" && (err != nil || verify.Scheme != "https" || verify.Host == ""),
		"offices.verify_url: %q must begin with https://, because it is printed on every certificate", o.VerifyURL)
	f.add(o.VerifyKeyFile == "", "offices.verify_key_file is missing: name a file; its key is drawn at the first start")
	f.add(o.VerifyKeyFile != "" && public(o.VerifyKeyFile), "offices.verify_key_file: everyone may read it: chmod 600 %s",
		o.VerifyKeyFile)
	if o.Font != "" {
		_, err := os.Stat(o.Font)
		f.add(err != nil, "offices.font: %v: name a TrueType file, or leave it out", err)
	}
	for _, p := range o.InnerNetworks {
		f.add(wide(p), "offices.inner_networks: %s is no inner network: name the networks whose lines are protected", p)
	}
	o.checkPayment(f, publicURL, rehearsal)
	f.add(o.Messages.Key == "", "offices.messages.key is missing: whsec_ and 24 to 64 bytes in base64")
	o.Messages.check(f, "offices.messages", o.InnerNetworks, rehearsal)
	for _, utility := range slices.Sorted(maps.Keys(o.Companies)) {
		door, path := o.Companies[utility], "offices.companies."+utility
		company := utilities.Company{
			Utility: utilities.Utility(utility), Name: door.Name, Key: outbound.Key(make([]byte, 32)), HTTP: http.DefaultClient}
		err := company.Valid()
		f.add(err != nil, "%s: %v: utilities are %v, and a name is short and without / and blanks",
			path, err, utilities.Utilities)
		door.check(f, path, o.InnerNetworks, rehearsal)
	}
	o.checkSources(f, rehearsal)
	_, err = o.timetable()
	f.add(err != nil, "%v", err)
}

// check checks one door. A company's may be without a key: it may have drawn ones.
func (d doorConfig) check(f *findings, path string, inner []netip.Prefix, rehearsal bool) {
	err := outbound.Sign(http.Header{}, "check", time.Unix(0, 0), nil, d.Key)
	f.add(d.Key != "" && err != nil, "%s.key is no key: whsec_ and 24 to 64 bytes in base64", path)
	if d.URL == "" {
		f.add(true, "%s.url is missing: the address under which this office is reached", path)
		return
	}
	checkAddress(f, path, d.URL, inner, rehearsal)
}

func (v vaultConfig) check(f *findings) {
	if v.KeyFile == "" {
		f.add(true, "vault.key_file is missing: name the file with the keys of sealed columns; "+
			"onewindow keys new makes one for a new database")
		return
	}
	_, err := vault.Read(v.KeyFile)
	f.add(err != nil, "vault.key_file: %v", err)
}

// checkWatch checks what operators watch the program by.
func (c *config) checkWatch(f *findings) {
	var level slog.Level
	f.add(c.Log.Format != "text" && c.Log.Format != "json", "log.format: %q is neither text nor json", c.Log.Format)
	f.add(level.UnmarshalText([]byte(c.Log.Level)) != nil,
		"log.level: %q is none of debug, info, warn, error", c.Log.Level)
	if c.Metrics.Listen != "" {
		_, _, err := net.SplitHostPort(c.Metrics.Listen)
		f.add(err != nil, "metrics.listen: %q is no address: write host:port", c.Metrics.Listen)
		f.add(c.Metrics.Listen == c.Listen, "metrics.listen is the address of the doors: "+
			"take another port, or leave it out and read /admin/metrics")
	}
	if c.Traces.Endpoint != "" {
		at, err := url.Parse(c.Traces.Endpoint)
		f.add(err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https",
			"traces.endpoint: %q is no address of a collector: write http://127.0.0.1:4318/v1/traces", c.Traces.Endpoint)
	}
	f.add(!(c.Traces.Share > 0 && c.Traces.Share <= 1), "traces.share: %v is not over 0 and at most 1", c.Traces.Share)
	_, err := os.Stat(c.Disk.Path)
	f.add(err != nil, "disk.path: %v: name a directory on the file system to watch", err)
}

// loopback says whether a host is this machine, as far as one can tell without asking.
func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && address.Unmap().IsLoopback()
}

// reserved says whether a name can only be a test's (RFC 6761).
func reserved(host string) bool {
	return strings.HasSuffix(host, ".test") || strings.HasSuffix(host, ".invalid")
}
