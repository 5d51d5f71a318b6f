package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"onewindow/internal/access"
	"onewindow/internal/outbound"
	"onewindow/internal/vault"
)

// good is a configuration that a live window may start with, but for what a test
// changes in it.
func good(t *testing.T) config {
	t.Helper()
	ring := filepath.Join(t.TempDir(), "ring.json")
	if _, err := vault.ReadOrDraw(ring); err != nil {
		t.Fatal(err)
	}
	c := defaults()
	c.Database = "postgres://onewindow@/onewindow?host=/run/postgresql"
	c.PublicURL = "https://window.example"
	key := outbound.Key(make([]byte, 32))
	c.Offices = officesConfig{
		VerifyURL: "https://window.example/v/", VerifyKeyFile: filepath.Join(t.TempDir(), "verify.key"),
		Gateway:   doorConfig{URL: "https://pay.example", Key: key},
		Messages:  doorConfig{URL: "https://sms.example/messages", Key: key},
		Companies: map[string]doorConfig{"water": {Name: "water-works", URL: "https://water.example", Key: key}},
		Sources:   map[string]sourceConfig{"family": {URL: "https://family.example", Key: key}},
		Visits:    map[string][]visitsConfig{"430602": {{Since: "2026-01-01", Opens: []string{"09:00-12:00"}, Places: 2}}},
	}
	c.Vault.KeyFile = ring
	return c
}

// file writes a configuration down as operators do.
func file(t *testing.T, c config) string {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// providers is one provider of identities, which tells the number in a claim.
func providers(t *testing.T, claim string) []*access.Provider {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("a secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &access.Provider{Issuer: "https://id.example", Name: "认证", Client: "onewindow", SecretFile: secret, IdentityClaim: claim}
	if claim != "" {
		p.VerifiedClaim = claim + "_verified"
	}
	return []*access.Provider{p}
}

// water spoils the water company's door.
func water(spoil func(*doorConfig)) func(*config) {
	return func(c *config) {
		door := c.Offices.Companies["water"]
		spoil(&door)
		c.Offices.Companies["water"] = door
	}
}

// family spoils the source of families.
func family(spoil func(*sourceConfig)) func(*config) {
	return func(c *config) {
		door := c.Offices.Sources["family"]
		spoil(&door)
		c.Offices.Sources["family"] = door
	}
}

func nothingSet(string) string { return "" }

// Each row is one thing that is unsafe, contradictory or missing, and what the
// sentence about it must say.
func TestAnUnsafeConfigurationStopsTheStart(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil func(c *config)
		says  string
	}{
		"payments of a sandbox in a live window": {
			func(c *config) { c.Offices.Gateway.URL = "https://127.0.0.1:9000/pay" }, "offices.gateway.url: 127.0.0.1 is a sandbox"},
		"an office of a sandbox in a live window": {water(func(d *doorConfig) { d.URL = "http://water.test" }),
			"offices.companies.water.url: water.test is a sandbox"},
		"an office without TLS":                       {water(func(d *doorConfig) { d.URL = "http://water.example" }), "begins with http://"},
		"a private office outside the inner networks": {water(func(d *doorConfig) { d.URL = "http://10.1.2.3" }), "outside inner_networks"},
		"a verification page without TLS": {
			func(c *config) { c.Offices.VerifyURL = "http://window.example/v/" }, "printed on every certificate"},
		"cookies in the clear": {
			func(c *config) { c.Listen, c.PublicURL = "0.0.0.0:8080", "" }, "public_url must begin with https://"},
		"cookies in the clear, said so": {
			func(c *config) { c.Listen, c.PublicURL = ":8080", "http://window.example" }, "public_url must begin with https://"},
		"every proxy trusted": {
			func(c *config) { c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix("0.0.0.0/0")) }, "trusted_proxies: 0.0.0.0/0"},
		"every proxy of the newer protocol trusted": {
			func(c *config) { c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix("::/0")) }, "trusted_proxies: ::/0"},
		"every network an inner one": {func(c *config) {
			c.Offices.InnerNetworks = append(c.Offices.InnerNetworks, netip.MustParsePrefix("0.0.0.0/0"))
		}, "is no inner network"},
		"no keys for what is sealed": {
			func(c *config) { c.Vault.KeyFile = "/not/there" }, "vault.key_file: the ring of keys cannot be used: /not/there"},
		"staff and citizens at one client": {func(c *config) {
			c.SignIn.Providers, c.SignIn.CitizenProviders = providers(t, ""), providers(t, "id_number")
		}, "let the provider give citizens a client of their own"},
		"citizens without their number": {
			func(c *config) { c.SignIn.CitizenProviders = providers(t, "") }, "identity_claim is missing"},
		"staff by their number": {
			func(c *config) { c.SignIn.Providers = providers(t, "id_number") }, "identity_claim is for citizen_providers"},
		"a number that nobody verified": {func(c *config) {
			c.SignIn.CitizenProviders = providers(t, "id_number")
			c.SignIn.CitizenProviders[0].VerifiedClaim = ""
		}, "go together"},
		"keys not named":                   {func(c *config) { c.Vault.KeyFile = "" }, "vault.key_file is missing"},
		"no database":                      {func(c *config) { c.Database = "" }, "database is missing"},
		"a database that may be anybody's": {func(c *config) { c.Database = "postgres://db.example/x?sslmode=require" }, "add sslmode=verify-full"},
		"what is no database":              {func(c *config) { c.Database = "http://x" }, "write postgres://"},
		"a weak key":                       {func(c *config) { c.Offices.Gateway.Key = "whsec_c2hvcnQ=" }, "offices.gateway.key is no key"},
		"no key":                           {func(c *config) { c.Offices.Gateway.Key = "" }, "offices.gateway.key is missing"},
		"a utility that nobody knows":      {func(c *config) { c.Offices.Companies["steam"] = c.Offices.Companies["water"] }, "offices.companies.steam"},
		"a source that nobody knows":       {func(c *config) { c.Offices.Sources["court"] = c.Offices.Sources["family"] }, "there is no such office: family, homes"},
		"a source that may be anybody's":   {family(func(d *sourceConfig) { d.Key = "" }), "offices.sources.family.key is missing"},
		"a source without TLS":             {family(func(d *sourceConfig) { d.URL = "http://family.example" }), "offices.sources.family.url begins with http://"},
		"a source that takes its time":     {family(func(d *sourceConfig) { d.Within = span(time.Minute) }), "must answer within 100ms to 5s"},
		"facts of another year":            {family(func(d *sourceConfig) { d.Fresh = span(9999 * time.Hour) }), "not between 1m and a year"},
		"hours of another city":            {func(c *config) { c.Offices.Visits["110101"] = nil }, "offices.visits.110101: there is no such office"},
		"hours that nobody can keep":       {func(c *config) { c.Offices.Visits["430602"][0].Opens = []string{"12:00-9:00"} }, "offices.visits.430602[0]"},
		"metrics at the doors":             {func(c *config) { c.Metrics.Listen = c.Listen }, "metrics.listen is the address of the doors"},
		"traces to nowhere":                {func(c *config) { c.Traces.Endpoint = "collector" }, "traces.endpoint"},
		"more traces than there are":       {func(c *config) { c.Traces.Share = 2 }, "traces.share"},
		"a log of its own kind":            {func(c *config) { c.Log = logConfig{"xml", "loud"} }, "log.level"},
		"no time to stop":                  {func(c *config) { c.StopWithin = 0 }, "stop_within"},
		"a disk that is not there":         {func(c *config) { c.Disk.Path = "/not/there" }, "disk.path"},
		"a listener that is none":          {func(c *config) { c.Listen = "8080" }, "listen: \"8080\" is no address"},
	} {
		c := good(t)
		tt.spoil(&c)
		_, err := readConfig(file(t, c), overrides{Getenv: nothingSet})
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAGoodConfigurationStarts(t *testing.T) {
	t.Parallel()
	c := good(t)
	if _, err := readConfig(file(t, c), overrides{Getenv: nothingSet}); err != nil {
		t.Error(err)
	}
	c.Rehearsal = true
	c.Offices.Gateway.URL = "http://127.0.0.1:9000/pay"
	c.Offices.InnerNetworks = append(c.Offices.InnerNetworks, netip.MustParsePrefix("127.0.0.0/8"))
	if _, err := readConfig(file(t, c), overrides{Getenv: nothingSet}); err != nil {
		t.Errorf("a rehearsal with sandboxes: %v", err)
	}
}

func TestEveryMistakeIsToldAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(`{"databse": "x", "log": {"format": "xml"}, "listen": "nowhere"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := readConfig(path, overrides{Getenv: nothingSet})
	for _, want := range []string{"databse is not known: did you mean database?", "log.format", "listen:",
		"database is missing", "offices.gateway.url is missing", "vault.key_file is missing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nobody says %q in %v", want, err)
		}
	}
}

func TestSecretsOfTheEnvironmentStandBeforeTheFile(t *testing.T) {
	t.Parallel()
	c, inner := good(t), outbound.Key([]byte("0123456789012345678901234567"))
	c.Offices.Gateway.Key = ""
	env := map[string]string{"ONEWINDOW_GATEWAY_KEY": inner, "ONEWINDOW_COMPANY_WATER_KEY": inner}
	read, err := readConfig(file(t, c), overrides{
		Database: "postgres:///other?host=/tmp", Listen: "127.0.0.1:1", Getenv: func(name string) string { return env[name] }})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{read.Offices.Gateway.Key, read.Offices.Companies["water"].Key, read.Database, read.Listen}
	if want := []string{inner, inner, "postgres:///other?host=/tmp", "127.0.0.1:1"}; !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
}

func TestAFileWithSecretsIsNotForEverybody(t *testing.T) {
	t.Parallel()
	path := file(t, good(t))
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readConfig(path, overrides{Getenv: nothingSet}); err == nil || !strings.Contains(err.Error(), "chmod 640") {
		t.Errorf("%v", err)
	}
}

// payingByWeChat is good with WeChat Pay in the place of the city's platform.
func payingByWeChat(t *testing.T) config {
	t.Helper()
	c, dir := good(t), t.TempDir()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	own, err := x509.MarshalPKCS8PrivateKey(key)
	theirs, err2 := x509.MarshalPKIXPublicKey(&key.PublicKey)
	put := func(name, kind string, content []byte) string {
		if kind != "" {
			content = pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
		}
		path := filepath.Join(dir, name)
		err = errors.Join(err, err2, os.WriteFile(path, content, 0o600))
		return path
	}
	c.Offices.Gateway = doorConfig{}
	c.Offices.WeChat = weChatConfig{Merchant: "1900000001", App: "wx1", Serial: "5157F0", PlatformKeyID: "PUB_KEY_ID_1",
		KeyFile: put("own.pem", "PRIVATE KEY", own), PlatformKeyFile: put("theirs.pem", "PUBLIC KEY", theirs),
		CallbackKeyFile: put("apiv3.key", "", []byte(strings.Repeat("k", 32)+"\n"))}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A live window is paid one way, by a real gateway, with keys that only it can read.
func TestWeChatPayIsCheckedBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	c := payingByWeChat(t)
	if _, err := readConfig(file(t, c), overrides{Getenv: nothingSet}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Offices.WeChat.open(c.PublicURL, http.DefaultClient); err != nil {
		t.Error(err)
	}
	for says, spoil := range map[string]func(*config){
		"is a sandbox":        func(c *config) { c.Offices.WeChat.URL = "https://127.0.0.1:9000" },
		"paid one way":        func(c *config) { c.Offices.Gateway = good(t).Offices.Gateway },
		"wechat.app is":       func(c *config) { c.Offices.WeChat.App = "" },
		"merchant is":         func(c *config) { c.Offices.WeChat.Merchant = "" },
		"no private key":      func(c *config) { c.Offices.WeChat.KeyFile = c.Offices.WeChat.PlatformKeyFile },
		"no public key":       func(c *config) { c.Offices.WeChat.PlatformKeyFile = "/nowhere" },
		"32 characters":       func(c *config) { c.Offices.WeChat.CallbackKeyFile = c.Offices.WeChat.KeyFile },
		"public_url, which":   func(c *config) { c.PublicURL = "" },
		"everyone may read":   func(c *config) { _ = os.Chmod(c.Offices.WeChat.KeyFile, 0o644) },
		"before the entry by": func(c *config) { c.Offices.PaidLater = []string{"deed"} },
	} {
		c := payingByWeChat(t)
		spoil(&c)
		_, err := readConfig(file(t, c), overrides{Getenv: nothingSet})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("nobody says %q in %v", says, err)
		}
	}
}
