package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/outbound"
)

// signer is a company's program: it signs with the keys that it has now.
type signer struct {
	mu   sync.RWMutex
	keys []string
}

// use lets the program sign with these from now on; nothing signed otherwise is then
// under way.
func (s *signer) use(keys ...access.Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = nil
	for _, key := range keys {
		s.keys = append(s.keys, key.Signing())
	}
}

// post sends a notice about a request and returns the status.
func (s *signer) post(t *testing.T, o *office, door, id, ref string) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	body := `{"ref":"` + ref + `","outcome":"found"}`
	r, err := http.NewRequest(http.MethodPost, o.url+door, strings.NewReader(body))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
		err = outbound.Sign(r.Header, id, time.Now(), []byte(body), s.keys...)
	}
	if err != nil {
		t.Error(err)
		return 0
	}
	return deliver(t, r)
}

func deliver(t *testing.T, r *http.Request) int {
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// draw gives an account one more key and returns it with its number.
func (o *office) draw(id string, length time.Duration) (key access.Secret, number int64) {
	o.t.Helper()
	key = access.NewSecret()
	now := time.Now()
	err := access.AddKey(context.Background(), o.pool, id, key, "", now.Add(-time.Hour), now.Add(length))
	if err != nil {
		o.t.Fatal(err)
	}
	keys, err := access.KeysOf(context.Background(), o.pool, id)
	if err != nil {
		o.t.Fatal(err)
	}
	return key, keys[0].ID
}

// unheard opens cases of which nothing moves but the answer that their water company
// owes, and returns its refs.
func (o *office) unheard(n int) (refs []string) {
	o.t.Helper()
	var numbers []intake.Number
	for i := range n {
		numbers = append(numbers, o.acceptSilent(i))
	}
	for _, number := range numbers {
		o.unanswered(number)
		o.quiet(number, intake.WaterRequest)
		refs = append(refs, string(number)+"-water_request")
	}
	return refs
}

// heardRows digests what an answer writes, with the transactions that wrote it.
func (o *office) heardRows() (sum string) {
	o.t.Helper()
	err := o.pool.QueryRow(context.Background(), `SELECT md5(concat(
		(SELECT string_agg(q::text || q.xmin::text, ',' ORDER BY q.id) FROM utilities_request q),
		(SELECT string_agg(n::text || n.xmin::text, ',' ORDER BY n.request_id) FROM utilities_notice n),
		(SELECT string_agg(s::text || s.xmin::text, ',' ORDER BY s.case_id, s.step) FROM intake_step s),
		(SELECT count(*) FROM intake_journal), (SELECT count(*) FROM audit_event WHERE action = 'answered')))`).Scan(&sum)
	if err != nil {
		o.t.Fatal(err)
	}
	return sum
}

// Reliability row 12: a company exchanges its keys while it answers, and not one
// answer is refused; whatever was withdrawn is refused at once; a key of another
// company does nothing; and answers that are sent again change nothing.
func TestKeysRotateInMidStreamWithoutARejection(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 40)
	refs := o.unheard(40)
	first, firstID := o.draw("water-co", access.KeyLength)
	company := &signer{}
	company.use(first)

	work, rejected, heard := make(chan int), atomic.Int32{}, atomic.Int32{}
	var senders sync.WaitGroup
	for range 4 {
		senders.Go(func() {
			for i := range work {
				if status := company.post(t, o, waterDoor, fmt.Sprint("n", i), refs[i]); status != http.StatusNoContent {
					rejected.Add(1)
				}
				heard.Add(1)
			}
		})
	}
	var second, third access.Secret
	var secondID int64
	for i := range refs {
		switch i {
		case 8:
			second, secondID = o.draw("water-co", access.KeyLength)
		case 12:
			company.use(first, second) // two v1 values
		case 20:
			company.use(second)
			o.revoke("water-co", firstID)
		case 28:
			third, _ = o.draw("water-co", access.KeyLength)
			company.use(third)
			o.revoke("water-co", secondID)
		}
		work <- i
	}
	close(work)
	senders.Wait()
	if rejected.Load() != 0 || heard.Load() != 40 {
		t.Errorf("%d of %d answers were rejected", rejected.Load(), heard.Load())
	}
	var done int
	if err := o.pool.QueryRow(t.Context(), `
		SELECT count(*) FROM utilities_notice n JOIN utilities_request q ON q.id = n.request_id
		WHERE q.outcome = 'found' AND n.webhook_id LIKE 'n%'`).Scan(&done); err != nil || done != 40 {
		t.Errorf("%d requests answered, %v", done, err)
	}
	for name, key := range map[string]access.Secret{"first": first, "second": second} {
		gone := &signer{}
		gone.use(key)
		if status := gone.post(t, o, waterDoor, "late", refs[0]); status != http.StatusUnauthorized {
			t.Errorf("the %s key, withdrawn: %d", name, status)
		}
	}
	o.replay(refs, third, 2_000)
}

func (o *office) revoke(id string, key int64) {
	o.t.Helper()
	if err := access.RevokeKey(context.Background(), o.pool, id, key, time.Now()); err != nil {
		o.t.Fatal(err)
	}
}

// replay sends captured answers again, n times in all and out of order.
func (o *office) replay(refs []string, key access.Secret, n int) {
	o.t.Helper()
	before, began := o.heardRows(), time.Now()
	company := &signer{}
	company.use(key)
	next, odd := atomic.Int64{}, atomic.Int32{}
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				j := i * 37 % len(refs)
				if company.post(o.t.(*testing.T), o, waterDoor, fmt.Sprint("n", j), refs[j]) != http.StatusNoContent {
					odd.Add(1)
				}
			}
		})
	}
	senders.Wait()
	if after := o.heardRows(); after != before || odd.Load() != 0 {
		o.t.Errorf("of %d replays %d were not thanked for; rows changed: %v", n, odd.Load(), after != before)
	}
	o.t.Logf("%d replays in %v: 0 changes", n, time.Since(began).Round(time.Millisecond))
}

func TestAKeyOfOneCompanyIsNoneOfAnothers(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	o.engage(access.Person{ID: "power-co", Name: "电力公司", Role: access.Company, Company: "power"})
	ref := o.unheard(1)[0]
	before := o.heardRows()
	water, power, expired := &signer{}, &signer{}, &signer{}
	water.use(o.secrets["water-co"])
	power.use(o.secrets["power-co"])
	old, _ := o.draw("water-co", -time.Minute)
	expired.use(old)
	powerDoor := strings.Replace(waterDoor, "water", "power", 1)
	for _, tt := range []struct {
		name, door string
		by         *signer
		want       int
	}{
		{"power's key at water's door", waterDoor, power, 401},
		{"power's key on water's request at its own door", powerDoor, power, 404},
		{"water's key at power's door", powerDoor, water, 401},
		{"an expired key of water's", waterDoor, expired, 401},
	} {
		if got := tt.by.post(t, o, tt.door, "x", ref); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
	path := requestsPath + "/" + ref
	for _, r := range []request{
		{method: "GET", path: path, staff: "power-co"},
		{method: "POST", path: path + "/answer", staff: "power-co", body: `{"outcome":"found"}`},
	} {
		if got := o.send(r); got.StatusCode != http.StatusNotFound {
			t.Errorf("power asks for water's request: %s %d", r.method, got.StatusCode)
		}
	}
	o.send(request{method: "GET", path: requestsPath, staff: "power-co"}) // its own list, which is checked below
	if after := o.heardRows(); after != before {
		t.Error("a key of another company changed something")
	}
	if err := access.Disable(t.Context(), o.pool, "water-co"); err != nil {
		t.Fatal(err)
	}
	if got := water.post(t, o, waterDoor, "x", ref); got != http.StatusUnauthorized {
		t.Errorf("a closed account: %d", got)
	}
	if _, err := o.porter().AtMachine(t.Context(), o.pool, access.Change{Account: "water-co", Kind: access.Reopen}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := water.post(t, o, waterDoor, "x", ref); got != http.StatusNoContent {
		t.Errorf("the refusals used something up: %d", got)
	}
}

// A company sees of its requests what it needs (PIPL art. 6), answers once, and
// cannot take it back.
func TestACompanyAnswersItsOpenRequestsByKey(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 3)
	given := o.unheard(3)
	var first, rest requestList
	r := o.send(request{method: "GET", path: requestsPath + "?limit=2", staff: "water-co"})
	r.into(t, &first)
	o.send(request{method: "GET", path: first.Next, staff: "water-co"}).into(t, &rest)
	var refs []string // as they were asked: three cases go their ways side by side
	for _, q := range slices.Concat(first.Requests, rest.Requests) {
		refs = append(refs, q.Ref)
	}
	if len(first.Requests) != 2 || rest.Next != "" || !slices.Equal(slices.Sorted(slices.Values(refs)), given) {
		t.Fatalf("listed %+v and %+v", first, rest)
	}
	home := slices.Index(given, refs[0])
	sale := saleOf(home)
	for _, secret := range []string{sale.Sellers[0].Name, sale.Sellers[0].ID, sale.Buyers[0].Name, sale.Buyers[0].Phone,
		"price", fmt.Sprint(int64(sale.Price))} {
		if strings.Contains(string(r.body), secret) {
			t.Errorf("the list tells %q", secret)
		}
	}
	q := first.Requests[0]
	if q.Account != fmt.Sprintf("water-%06d-SILENT", home) || q.Address == "" || q.Holders[0] != maskName(sale.Sellers[0].Name) {
		t.Errorf("the request says too little: %+v", q)
	}
	say := func(ref, body string) int {
		return o.send(request{method: "POST", path: requestsPath + "/" + ref + "/answer", staff: "water-co", body: body}).StatusCode
	}
	for _, tt := range []struct {
		ref, body string
		want      int
	}{
		{refs[0], `{"outcome":"refused"}`, 422}, {refs[0], `{"outcome":"refused","reason":"MOOD"}`, 422},
		{refs[0], `{"outcome":"found","reason":"ARREARS"}`, 422}, {refs[0], `{"outcome":"moved"}`, 422},
		{refs[0], `{"outcome":"refused","reason":"ARREARS","arrears_fen":-1}`, 422}, {refs[0], `{"outcome":"found","price":1}`, 422},
		{refs[0] + "x", `{"outcome":"found"}`, 404},
		{refs[0], `{"outcome":"refused","reason":"ARREARS","arrears_fen":4200,"words":"欠费"}`, 200},
		{refs[0], `{"outcome":"refused","reason":"ARREARS","arrears_fen":4200,"words":"欠费"}`, 200},
		{refs[0], `{"outcome":"found"}`, 409},
		{refs[1], `{"outcome":"found"}`, 200},
	} {
		if got := say(tt.ref, tt.body); got != tt.want {
			t.Errorf("%s says %s: %d, want %d", tt.ref, tt.body, got, tt.want)
		}
	}
	o.send(request{method: "GET", path: requestsPath, staff: "water-co"}).into(t, &rest)
	if len(rest.Requests) != 1 || rest.Requests[0].Ref != refs[2] {
		t.Errorf("still open: %+v", rest)
	}
	number := intake.Number(strings.TrimSuffix(refs[0], "-water_request"))
	if v := o.show(number); v.stepAt(intake.WaterRequest).State != intake.Refused {
		t.Errorf("the refused step is %s", v.stepAt(intake.WaterRequest).State)
	}
	var by, result string
	err := o.pool.QueryRow(t.Context(), `
		SELECT actor, result FROM audit_event WHERE object = $1 AND action = 'answered'`, number).Scan(&by, &result)
	if errors.Is(err, pgx.ErrNoRows) || by != "water-co" || result != "water_request refused" {
		t.Errorf("the audit says %q %q, %v", by, result, err)
	}
}
