package outbound

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func signed(t *testing.T, id string, body string, keys ...string) http.Header {
	t.Helper()
	h := http.Header{}
	if err := Sign(h, id, noon, []byte(body), keys...); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestVerifyKnowsItsOwn(t *testing.T) {
	t.Parallel()
	other := Key(bytes.Repeat([]byte{9}, 32))
	empty := signed(t, "m1", "body", testKey)
	forge, _ := webhooks.NewWebhookRaw(nil)
	s, _ := forge.Sign("m1", noon, []byte("body"))
	empty.Set("webhook-signature", s)

	ours := func() http.Header { return signed(t, "m1", "body", testKey) }
	for name, tt := range map[string]struct {
		header http.Header
		body   string
		key    string
		at     time.Time
		want   error
	}{
		"a signed message is accepted":              {ours(), "body", testKey, noon, nil},
		"while keys change, the old key is known":   {signed(t, "m1", "body", other, testKey), "body", testKey, noon, nil},
		"while keys change, the new key is known":   {signed(t, "m1", "body", other, testKey), "body", other, noon, nil},
		"five minutes old is young enough":          {ours(), "body", testKey, noon.Add(Skew), nil},
		"five minutes and a second is too old":      {ours(), "body", testKey, noon.Add(Skew + time.Second), ErrSkew},
		"five minutes ahead is near enough":         {ours(), "body", testKey, noon.Add(-Skew), nil},
		"further ahead is from the future":          {ours(), "body", testKey, noon.Add(-Skew - time.Second), ErrSkew},
		"another body":                              {ours(), "bodY", testKey, noon, ErrSignature},
		"another company's key":                     {signed(t, "m1", "body", other), "body", testKey, noon, ErrSignature},
		"no headers":                                {http.Header{}, "body", testKey, noon, ErrMessageID},
		"another id":                                {with(ours(), "id", "m2"), "body", testKey, noon, ErrSignature},
		"an id with a line break":                   {with(ours(), "id", "m\n1"), "body", testKey, noon, ErrMessageID},
		"an id of a kilobyte":                       {with(ours(), "id", strings.Repeat("m", 1024)), "body", testKey, noon, ErrMessageID},
		"another time":                              {with(ours(), "timestamp", "1"), "body", testKey, noon, ErrSignature},
		"a time that is no number":                  {with(ours(), "timestamp", "NaN"), "body", testKey, noon, ErrSignature},
		"a signature of garbage":                    {with(ours(), "signature", "v1,,, v1 \x00"), "body", testKey, noon, ErrSignature},
		"an empty key is no key":                    {empty, "body", "", noon, ErrKey},
		"a short key is no key":                     {ours(), "body", Key([]byte("short")), noon, ErrKey},
		"a key that is not base64":                  {ours(), "body", "whsec_%%%", noon, ErrKey},
		"a forgery made with the library's nil key": {empty, "body", testKey, noon, ErrSignature},
	} {
		id, err := Verify(tt.header, []byte(tt.body), tt.key, tt.at)
		if !errors.Is(err, tt.want) || (err == nil) != (id == "m1") {
			t.Errorf("%s: got %q, %v; want %v", name, id, err, tt.want)
		}
	}
}

func with(h http.Header, name, value string) http.Header {
	h.Set("webhook-"+name, value)
	return h
}

func TestSignRefusesWhatVerifyWould(t *testing.T) {
	t.Parallel()
	if err := Sign(http.Header{}, "", noon, nil, testKey); !errors.Is(err, ErrMessageID) {
		t.Errorf("no id: got %v", err)
	}
	if err := Sign(http.Header{}, "m1", noon, nil, "whsec_"); !errors.Is(err, ErrKey) {
		t.Errorf("empty key: got %v", err)
	}
}

// The other side may use any Standard Webhooks library; theirs must accept ours.
func TestTheLibraryAcceptsOurSignature(t *testing.T) {
	t.Parallel()
	hook, err := webhooks.NewWebhook(testKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := hook.VerifyIgnoringTimestamp([]byte("body"), signed(t, "m1", "body", testKey)); err != nil {
		t.Error(err)
	}
}
