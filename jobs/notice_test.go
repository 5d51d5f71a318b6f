package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/notice"
	"onewindow/internal/outbound"
	"onewindow/internal/sandbox"
	"onewindow/internal/town"
	"onewindow/jobs"
)

const (
	sellerPhone = "19900000001"
	buyerPhone  = "19900000002"
)

// withPhones is a sale whose parties can be told.
func withPhones(i int) intake.Application {
	a := town.Sale(i)
	a.Sellers[0].Phone, a.Buyers[0].Phone = sellerPhone, buyerPhone
	return a
}

// carrier is a carrier of messages that a test can break.
type carrier struct {
	*httptest.Server
	down  atomic.Bool
	onAny func()

	mu  sync.Mutex
	ids []string // of every message that came in, also those refused
}

var carrierKey = outbound.Key(make([]byte, 32))

func newCarrier(t *testing.T) *carrier {
	c := &carrier{onAny: func() {}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		id, err := outbound.Verify(r.Header, body, carrierKey, time.Now())
		if err != nil {
			t.Errorf("an unsigned message: %v", err)
		}
		c.mu.Lock()
		c.ids = append(c.ids, id)
		c.mu.Unlock()
		c.onAny()
		if c.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *carrier) heard() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.ids)
}

// carry lets the carrier take the messages of an office.
func (c *carrier) carry(o *jobs.Offices) {
	o.Messages = notice.Channel{URL: c.URL, Key: carrierKey, Client: outbound.New(5*time.Second, outbound.Loopback()...)}
}

// notify puts a message and its job, and returns the message's id.
func (w *window) notify(m notice.Message) (id int64) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		if err := w.Notify(ctx, tx, m); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT max(id) FROM notice_message`).Scan(&id)
	})
	return id
}

func (w *window) untilNotice(id int64, want notice.State) {
	w.t.Helper()
	var got notice.State
	for range 400 {
		w.tx(func(ctx context.Context, tx pgx.Tx) (err error) {
			return tx.QueryRow(ctx, `SELECT state FROM notice_message WHERE id = $1`, id).Scan(&got)
		})
		if got == want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatalf("message %d is %s, want %s", id, got, want)
}

var news = notice.Message{To: buyerPhone, Template: notice.Issued, Args: map[string]string{"case": "202611220001"}}

var patient = jobs.Patience{Office: []time.Duration{0}, Company: slices.Repeat([]time.Duration{100 * time.Millisecond}, 100)}

func TestThePartiesAreToldWhatBecomesOfTheirCase(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 2)
	number := w.accept(withPhones(0))
	w.approve(number)
	w.pay(number)
	w.until(number, intake.Certificate, intake.Done)
	refused := w.accept(withPhones(1))
	w.until(refused, intake.Review, intake.NeedsInput)
	if err := w.decide(refused, intake.Review, jobs.Return, "registrar-01", "请补充"); err != nil {
		t.Fatal(err)
	}
	if err := w.decide(refused, intake.Review, jobs.Refuse, "registrar-01", "材料不实"); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"已受理": 4, "您应缴税费合计 ¥8,080.00": 2, "已登簿": 2, "需要补正": 2, "不予登记": 2}
	var letters []sandbox.Letter
	for range 200 {
		if letters = w.offices.Inbox.Letters(); len(letters) == 12 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	for text, n := range want {
		got := 0
		for _, l := range letters {
			if strings.Contains(l.Text, text) {
				got++
			}
		}
		if got != n {
			t.Errorf("%d messages say %s, want %d, among %+v", got, text, n, letters)
		}
	}
	a := withPhones(0)
	for _, l := range letters {
		if l.Phone == sellerPhone && strings.Contains(l.Text, "应缴") {
			t.Errorf("the seller is told to pay what the buyer owes: %s", l.Text)
		}
		if l.Phone != sellerPhone && l.Phone != buyerPhone || l.Times != 1 {
			t.Errorf("a message to %s, %d times", l.Phone, l.Times)
		}
		for _, secret := range []string{a.Sellers[0].ID, a.Buyers[0].ID, a.Sellers[0].Name, a.Buyers[0].Name, "1990000"} {
			if strings.Contains(l.Text, secret) {
				t.Errorf("the words %q hold %q", l.Text, secret)
			}
		}
	}
}

func TestNothingIsSaidOfWhatWasRolledBack(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	undone := errors.New("undone")
	err := pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error {
		return errors.Join(w.Notify(t.Context(), tx, news), undone)
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	a := withPhones(0)
	a.Price = 0 // a defect: the case is not opened
	if _, err := w.Accept(t.Context(), "clerk-01", intake.Key{Client: "clerk-01", Value: "x", Body: []byte("x")}, a); err == nil {
		t.Fatal("accepted")
	}
	w.untilNotice(w.notify(news), notice.Sent) // what comes later has been carried
	var rows, jobRows int
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM notice_message),
			(SELECT count(*) FROM river_job WHERE kind = 'notice')`).Scan(&rows, &jobRows)
	})
	if n := len(w.offices.Inbox.Letters()); n != 1 || rows != 1 || jobRows != 1 {
		t.Errorf("%d letters, %d messages, %d jobs, want one each", n, rows, jobRows)
	}
}

func TestADoubledJobSendsOneMessage(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	id := w.notify(news)
	w.tx(func(ctx context.Context, tx pgx.Tx) error { return w.RingNotices(ctx, tx, []int64{id, id, id}) })
	w.untilNotice(id, notice.Sent)
	w.tx(func(ctx context.Context, tx pgx.Tx) error { return w.RingNotices(ctx, tx, []int64{id}) })
	w.untilNoJob(t)
	letters := w.offices.Inbox.Letters()
	if len(letters) != 1 || letters[0].ID != notice.Ref(id) {
		t.Errorf("the phone shows %+v, want one message", letters)
	}
}

// untilNoJob waits until every job of a message has ended.
func (w *window) untilNoJob(t *testing.T) {
	t.Helper()
	n := 1
	for range 400 {
		w.tx(func(ctx context.Context, tx pgx.Tx) error {
			return tx.QueryRow(ctx, `SELECT count(*) FROM river_job WHERE kind = 'notice' AND state <> 'completed'`).Scan(&n)
		})
		if n == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%d jobs are left", n)
}

func TestMessagesOutliveACarrierThatIsDown(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	c.down.Store(true)
	w := newWindowAround(t, 1, patient, c.carry)
	number := w.accept(withPhones(0))
	w.approve(number)
	w.pay(number)
	w.until(number, intake.Certificate, intake.Done) // no case waits for it
	c.down.Store(false)
	w.untilNoJob(t)
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		about, err := notice.About(ctx, tx, w.until(number, intake.Certificate, intake.Done).ID)
		for _, m := range about {
			if m.State != notice.Sent {
				t.Errorf("%s is %s", m.Template, m.State)
			}
		}
		if len(about) != 5 { // two of the acceptance and of the issue, one to who pays
			t.Errorf("%d messages, want 5", len(about))
		}
		return err
	})
	ids := c.heard()
	slices.Sort(ids)
	if n := len(slices.Compact(ids)); n != 5 {
		t.Errorf("%d ids for 5 messages", n)
	}
}

// What was sent and not written down is sent again under the same id.
func TestAMessageBetweenSendingAndCommitKeepsItsID(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	w := newWindowAround(t, 1, patient, c.carry)
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			CREATE TABLE lost_commit (n int);
			INSERT INTO lost_commit VALUES (1);
			CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN
				IF EXISTS (SELECT FROM lost_commit) THEN RAISE EXCEPTION 'the server is gone'; END IF;
				RETURN NULL;
			END $$;
			CREATE CONSTRAINT TRIGGER lose AFTER UPDATE ON notice_message
				DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lose();`)
		return err
	})
	id := w.notify(news)
	for len(c.heard()) < 2 {
		time.Sleep(10 * time.Millisecond)
	}
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM lost_commit`)
		return err
	})
	w.untilNotice(id, notice.Sent)
	for _, heard := range c.heard() {
		if heard != notice.Ref(id) {
			t.Errorf("sent as %s, want %s", heard, notice.Ref(id))
		}
	}
}

func TestAnExpiredCodeIsNeverDelivered(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	c.down.Store(true)
	w := newWindowAround(t, 1, patient, c.carry)
	id := w.notify(notice.Message{
		To: buyerPhone, Template: notice.SignInCode, Args: map[string]string{"code": "123456", "minutes": "10"},
		NotAfter: time.Now().Add(2 * time.Second),
	})
	for len(c.heard()) == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	w.untilNotice(id, notice.Expired)
	c.down.Store(false)
	before := len(c.heard())
	w.tx(func(ctx context.Context, tx pgx.Tx) error { return w.RingNotices(ctx, tx, []int64{id}) })
	w.untilNoJob(t)
	if n := len(c.heard()); n != before {
		t.Errorf("the code went out %d times after its time", n-before)
	}
}

func TestAMessageThatNobodyTakesEndsAsALetter(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	lost := news
	lost.To = "19900000410" // the number does not exist
	id := w.notify(lost)
	w.untilNotice(id, notice.Dead)
	letters, err := w.Letters(t.Context())
	if err != nil || len(letters) != 1 || letters[0].Notice != id || letters[0].Number != "" {
		t.Fatalf("letters %+v, error %v", letters, err)
	}
	if text, _ := json.Marshal(letters); strings.Contains(string(text), lost.To) {
		t.Errorf("the letter %s holds the number", text)
	}
	if err := w.SendAgain(t.Context(), id, "admin-01"); err != nil {
		t.Fatal(err)
	}
	w.untilNoJob(t)
	w.untilNotice(id, notice.Dead) // there is still nobody
	if letters, err = w.Letters(t.Context()); err != nil || len(letters) != 1 {
		t.Errorf("after sending again: %+v, %v", letters, err)
	}
	if err := w.SendAgain(t.Context(), w.sent(), "admin-01"); !errors.Is(err, jobs.ErrVerdict) {
		t.Errorf("sending again what was taken: %v, want ErrVerdict", err)
	}
}

// sent is a message that the carrier has taken.
func (w *window) sent() int64 {
	w.t.Helper()
	id := w.notify(news)
	w.untilNotice(id, notice.Sent)
	return id
}

func TestACarrierThatStaysDownLeavesALetter(t *testing.T) {
	t.Parallel()
	c := newCarrier(t)
	c.down.Store(true)
	w := newWindowAround(t, 1, jobs.Patience{Office: []time.Duration{0}, Company: []time.Duration{0, 0}}, c.carry)
	id := w.notify(news)
	w.untilNotice(id, notice.Dead)
	if n := len(c.heard()); n != 3 {
		t.Errorf("tried %d times, want 3", n)
	}
	c.down.Store(false)
	letters, err := w.Letters(t.Context())
	if err != nil || len(letters) != 1 {
		t.Fatalf("letters %+v, error %v", letters, err)
	}
	if err := w.end(letters[0].ID, jobs.RunAgain, "", "短信平台已恢复"); err != nil {
		t.Fatal(err)
	}
	w.untilNotice(id, notice.Sent)
	w.audited(letters[0].ID, "retry")
	if letters, err := w.Letters(t.Context()); err != nil || len(letters) != 0 {
		t.Errorf("letters %+v, error %v", letters, err)
	}
}

func TestAMessageWithoutAJobIsFound(t *testing.T) {
	t.Parallel()
	w := newWindow(t, 1)
	var id int64
	w.tx(func(ctx context.Context, tx pgx.Tx) error {
		ids, err := notice.Put(ctx, tx, news)
		if err == nil {
			id = ids[0]
			_, err = tx.Exec(ctx, `ALTER TABLE notice_message DISABLE TRIGGER USER;
				UPDATE notice_message SET put_at = now() - interval '1 minute';
				ALTER TABLE notice_message ENABLE TRIGGER USER`)
		}
		return err
	})
	w.untilNotice(id, notice.Sent)
}
