package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"onewindow/internal/outbound"
)

// hand gives the inbox a message and returns the status of the answer.
func hand(t *testing.T, b *Inbox, key, id, phone string, notAfter *time.Time) int {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"id": id, "to": map[string]string{"phone": phone}, "text": "您的办件已受理", "not_after": notAfter,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	if err := outbound.Sign(r.Header, id, time.Now(), body, key); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w.Code
}

func TestAnInboxShowsAMessageOnce(t *testing.T) {
	t.Parallel()
	b := NewInbox(payKey)
	for range 3 {
		if got := hand(t, b, payKey, "notice-1", "19900000001", nil); got != http.StatusOK {
			t.Errorf("status %d", got)
		}
	}
	hand(t, b, payKey, "notice-2", "19900000001", nil)
	got := b.Letters()
	if len(got) != 2 || got[0].ID != "notice-2" || got[1].Times != 3 {
		t.Errorf("the inbox shows %+v", got)
	}
}

func TestAnInboxRefusesWhatACarrierWould(t *testing.T) {
	t.Parallel()
	b, past := NewInbox(payKey), time.Now().Add(-time.Second)
	other := outbound.Key(bytes.Repeat([]byte{1}, 32))
	for name, tt := range map[string]struct {
		key, phone string
		notAfter   *time.Time
		want       []int // of the tries, one after the other
	}{
		"another's key":  {other, "19900000001", nil, []int{401}},
		"no such number": {payKey, "19900000410", nil, []int{410, 410}},
		"overloaded":     {payKey, "19900000503", nil, []int{503, 503, 200, 200}},
		"too late":       {payKey, "19900000001", &past, []int{410}},
		"nobody":         {payKey, "", nil, []int{400}},
	} {
		for i, want := range tt.want {
			if got := hand(t, b, tt.key, name[:2], tt.phone, tt.notAfter); got != want {
				t.Errorf("%s, try %d: status %d, want %d", name, i+1, got, want)
			}
		}
	}
	if n := len(b.Letters()); n != 1 {
		t.Errorf("%d messages were taken, want 1", n)
	}
}

func TestAnInboxForgetsTheOldest(t *testing.T) {
	t.Parallel()
	b := NewInbox(payKey)
	for i := range inboxKept + 10 {
		hand(t, b, payKey, fmt.Sprintf("notice-%d", i), "19900000001", nil)
	}
	got := b.Letters()
	if len(got) != inboxKept || got[0].ID != fmt.Sprintf("notice-%d", inboxKept+9) || len(b.tries) != inboxKept {
		t.Errorf("%d messages, the newest %s, %d tries", len(got), got[0].ID, len(b.tries))
	}
}
