package notice

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/outbound"
	"onewindow/internal/pgtest"
)

const phone = "19900000001"

var accepted = Message{To: phone, Template: Accepted, Args: map[string]string{"case": "202611220000014"}, Case: 7}

func TestAMessageIsReadAsItWasPut(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	code := Message{
		To: StaffPrefix + "clerk-01", Template: SignInCode, Args: map[string]string{"code": "123456", "minutes": "10"},
		Lang: "en", NotAfter: time.Now().Add(time.Minute).Truncate(time.Microsecond),
	}
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		ids, err := Put(t.Context(), tx, accepted, code)
		if err != nil || len(ids) != 2 {
			t.Fatalf("ids %v, error %v", ids, err)
		}
		m, state, err := Of(t.Context(), tx, ids[0])
		if err != nil || state != Waiting || m.To != phone || m.Case != 7 || m.Lang != "zh-CN" ||
			m.Words() != "【一窗】您的不动产登记申请已受理，受理编号 202611220000014。如不是您本人办理，请尽快与登记机构联系。" {
			t.Errorf("read %+v, %s, %v", m, state, err)
		}
		m, _, err = Of(t.Context(), tx, ids[1])
		if err != nil || m.Staff() != "clerk-01" || !m.NotAfter.Equal(code.NotAfter) || !strings.Contains(m.Words(), "Code 123456") {
			t.Errorf("read %+v, %v", m, err)
		}
		_, _, err = Of(t.Context(), tx, 1<<40)
		if !errors.Is(err, ErrNoMessage) {
			t.Errorf("a message that is not there: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPeopleAreReachedWhereProvedCasesSay(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	const anna, bert = "430602189001011234", "430602189001015678"
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		for range 2 { // an entry that runs twice
			if err := Know(t.Context(), tx, 1, Contact{anna, phone}, Contact{anna, "19900000003"}, Contact{bert, phone}, Contact{bert, ""}); err != nil {
				return err
			}
		}
		for want, people := range map[int][]string{2: {anna}, 1: {bert}, 0: {"nobody"}} {
			got, err := PhonesOf(t.Context(), tx, people...)
			if err != nil || len(got) != want {
				t.Errorf("%d people: %d telephones, want %d, %v", len(people), len(got), want, err)
			}
		}
		both, err := PhonesOf(t.Context(), tx, anna, bert)
		if len(both) != 2 {
			t.Errorf("two people: %v, want each telephone once", both)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatCannotBeAMessageIsRefusedWithoutItsRecipient(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	code := map[string]string{"code": "1", "minutes": "1"}
	for name, m := range map[string]Message{
		"no template":       {To: phone, Template: "greeting"},
		"an arg is missing": {To: phone, Template: Accepted},
		"an arg too many":   {To: phone, Template: Accepted, Args: map[string]string{"case": "1", "id": "2"}},
		"a language":        {To: phone, Template: Accepted, Args: accepted.Args, Lang: "fr"},
		"a lasting code":    {To: phone, Template: SignInCode, Args: code},
		"nobody":            {To: "", Template: Accepted, Args: accepted.Args},
		"an address":        {To: "https://" + phone, Template: Accepted, Args: accepted.Args},
		"a header":          {To: phone + "\r\nX: y", Template: Accepted, Args: accepted.Args},
		"nobody's staff":    {To: "staff:", Template: Accepted, Args: accepted.Args},
	} {
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { _, err := Put(t.Context(), tx, m); return err })
		if !errors.Is(err, ErrMessage) || strings.Contains(err.Error(), phone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatWasSaidStands(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { _, err := Put(t.Context(), tx, accepted); return err })
	if err != nil {
		t.Fatal(err)
	}
	end := func(s State) (first bool) {
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) (err error) { first, err = End(t.Context(), tx, 1, s); return err })
		if err != nil {
			t.Fatal(err)
		}
		return first
	}
	if !end(Sent) || end(Dead) {
		t.Error("a message ended twice")
	}
	for _, sql := range []string{
		`UPDATE notice_message SET recipient = args`, `UPDATE notice_message SET lang = 'en'`, `UPDATE notice_message SET state = 'waiting', ended_at = NULL`,
		`DELETE FROM notice_message`, `TRUNCATE notice_message`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was done", sql)
		}
	}
}

func TestTheCarrierIsToldWhatDocsSay(t *testing.T) {
	t.Parallel()
	key, got := outbound.Key(make([]byte, 32)), map[string]any{}
	carrier := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		id, err := outbound.Verify(r.Header, body, key, time.Now())
		if err != nil || id != "notice-12" || r.Header.Get("Idempotency-Key") != id {
			t.Errorf("id %q, %v", id, err)
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
	}))
	defer carrier.Close()
	c := Channel{URL: carrier.URL, Key: key, Client: outbound.New(time.Second*5, outbound.Loopback()...)}
	m := accepted
	m.Lang = "en"
	if err := c.Send(t.Context(), 12, m); err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(got)
	const want = `{"args":{"case":"202611220000014"},"id":"notice-12","lang":"en","template":"accepted",` +
		`"text":"[One Window] Your application for registration has been accepted under number 202611220000014. ` +
		`If this was not you, please contact the registration office soon.","to":{"phone":"19900000001"}}`
	if string(text) != want {
		t.Errorf("the carrier reads\n%s, want\n%s", text, want)
	}
}

func TestAnAnswerSaysWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	for status, again := range map[int]bool{
		200: false, 202: false, 204: false, 301: false, 400: false, 401: false, 410: false, 422: false,
		408: true, 429: true, 500: true, 503: true,
	} {
		carrier := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		c := Channel{URL: carrier.URL, Key: outbound.Key(make([]byte, 32)), Client: outbound.New(time.Second*5, outbound.Loopback()...)}
		err := c.Send(t.Context(), 1, accepted)
		carrier.Close()
		if (err == nil) != (status < 300) || TryAgain(err) != again {
			t.Errorf("%d: error %v, try again %v", status, err, TryAgain(err))
		}
		if err != nil && strings.Contains(err.Error(), phone) {
			t.Errorf("%d: the error %q holds the number", status, err)
		}
	}
	if err := (Channel{}).Send(t.Context(), 1, accepted); !errors.Is(err, ErrNoCarrier) || TryAgain(err) {
		t.Errorf("without a carrier: %v", err)
	}
}

func TestAChannelThatCannotSignIsRefusedBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	good := Channel{URL: "https://sms.example/messages", Key: outbound.Key(make([]byte, 32))}
	if err := good.Valid(); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]Channel{"no address": {Key: good.Key}, "no key": {URL: good.URL}, "short": {URL: good.URL, Key: "whsec_AA=="}} {
		if c.Valid() == nil {
			t.Errorf("%s is valid", name)
		}
	}
}
