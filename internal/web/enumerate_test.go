package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/pgtest"
	"onewindow/internal/town"
)

// How often the tests of enumeration guess: more with make campaign.
var guesses = flag.Int("guesses", 3_000, "numbers of cases and contracts that are guessed")

const (
	addresses   = 50     // from which is guessed
	oddNumber   = 800000 // from here on the town has no home
	contractFor = "TOWN-%06d"
)

// guesser asks doors of its own, behind a proxy that is trusted to say from where.
type guesser struct {
	*office
	doors  string
	client http.Client
}

func (o *office) guesser(l Limits) *guesser {
	o.t.Helper()
	server := httptest.NewServer(New(Config{Flow: o.flow, Pool: o.pool, Log: slog.New(slog.DiscardHandler), Limits: l,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}))
	o.t.Cleanup(server.Close)
	return &guesser{office: o, doors: server.URL, client: http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 100},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// guess is one way to ask about a number.
type guess func(number string) (method, path, body string, cookie *http.Cookie)

// guesses of every kind that a stranger can make.
var ways = map[string]guess{
	"POST /api/v1/citizen-codes": func(n string) (string, string, string, *http.Cookie) {
		return "POST", "/api/v1/citizen-codes", inJSON(codeBody{Number: n}), nil
	},
	"POST /my/sign-in": func(n string) (string, string, string, *http.Cookie) {
		return "POST", "/my/sign-in", url.Values{"number": {n}}.Encode(), nil
	},
	"POST /api/v1/citizen-sessions": func(n string) (string, string, string, *http.Cookie) {
		return "POST", "/api/v1/citizen-sessions", inJSON(citizenCredentials{Number: n, Code: "000000"}), nil
	},
	"POST /my/code": func(n string) (string, string, string, *http.Cookie) {
		return "POST", "/my/code", url.Values{"code": {"000000"}}.Encode(), &http.Cookie{Name: numberCookie, Value: url.QueryEscape(n)}
	},
	"GET /v/{id}": func(n string) (string, string, string, *http.Cookie) {
		return "GET", "/v/" + url.PathEscape(n), "", nil
	},
}

func inJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// told is an answer to a guess.
type told struct {
	status int
	shape  string // status, header and body without what is another in every answer
	raw    string
	took   time.Duration
}

var each = regexp.MustCompile(`(?m)^(Date|X-Request-Id|Ratelimit|Ratelimit-Policy|Retry-After): .*\r\n|查询时间 [^。]+|` +
	`urn:onewindow:request:\w+|onewindow_asker=[a-z2-7]{26}`)

// ask makes a guess from an address.
func (g *guesser) ask(way guess, number, from string) (a told) {
	method, path, body, cookie := way(number)
	req, err := http.NewRequest(method, g.doors+path, strings.NewReader(body))
	if err != nil {
		g.t.Error(err)
		return a
	}
	req.Header.Set("X-Forwarded-For", from)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/json")
	}
	if cookie != nil {
		req.AddCookie(cookie)
	}
	began := time.Now()
	res, err := g.client.Do(req)
	if err != nil {
		g.t.Error(err)
		return a
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		g.t.Error(err)
	}
	a.status, a.took = res.StatusCode, time.Since(began)
	var header bytes.Buffer
	if err := res.Header.Write(&header); err != nil {
		g.t.Error(err)
	}
	a.raw = header.String() + string(text)
	a.shape = fmt.Sprint(res.StatusCode, strings.ReplaceAll(each.ReplaceAllString(a.raw, ""), number, "N"))
	return a
}

// auc is the chance that a hit took longer than a miss: 0.5 where time tells nothing.
func auc(hits, misses []time.Duration) float64 {
	slices.Sort(misses)
	sum := 0.0
	for _, h := range hits {
		below, _ := slices.BinarySearch(misses, h)
		upto, _ := slices.BinarySearch(misses, h+1)
		sum += float64(below) + float64(upto-below)/2
	}
	return sum / float64(len(hits)*len(misses))
}

func TestTimeThatTellsIsFound(t *testing.T) {
	t.Parallel()
	r, same, later := rand.New(rand.NewPCG(1, 1)), [2][]time.Duration{}, [2][]time.Duration{}
	for range 1000 {
		for i := range 2 {
			took := time.Duration(r.NormFloat64() * float64(time.Millisecond))
			same[i] = append(same[i], took)
			later[i] = append(later[i], took+time.Duration(i)*500*time.Microsecond) // half of the noise
		}
	}
	if a := auc(same[0], same[1]); math.Abs(a-0.5) > chance(1000, 1000) {
		t.Errorf("where nothing differs: %.3f", a)
	}
	if a := auc(later[1], later[0]); a-0.5 < chance(1000, 1000) {
		t.Errorf("where hits are later: %.3f", a)
	}
	if a := auc([]time.Duration{1, 1}, []time.Duration{1, 1}); a != 0.5 {
		t.Errorf("where all are equal: %.3f", a)
	}
}

// chance is how far from 0.5 an AUC may be by chance alone: four standard deviations.
func chance(hits, misses int) float64 {
	return 4 * math.Sqrt(float64(hits+misses+1)/12/float64(hits)/float64(misses))
}

// TestNobodyLearnsWhichNumbersThereAre is row 17 of the threats: contract and
// acceptance numbers that exist are answered as those that do not, to the byte and
// to the millisecond, though a message goes out for each that does.
func TestNobodyLearnsWhichNumbersThereAre(t *testing.T) {
	t.Parallel()
	const cases = 10
	n := max(300, *guesses/50) // numbers of each kind: more only sharpen the figure
	o := workingOffice(t, n)
	var hits, misses []string
	for i := range n {
		hits, misses = append(hits, fmt.Sprintf(contractFor, i)), append(misses, fmt.Sprintf(contractFor, oddNumber+i))
	}
	for i := range cases {
		hits[i] = string(o.accept(i).Number)
		misses[i] = string(intake.NewNumber(time.Now(), int64(oddNumber+i)))
	}
	const plenty = 1 << 30
	g := o.guesser(Limits{Address: plenty, Code: plenty})
	half := func(list []string, second bool) []string { // a number has one code a minute
		if second {
			return list[n/2:]
		}
		return list[:n/2]
	}
	for _, pair := range [][2]string{
		{"POST /api/v1/citizen-codes", "POST /api/v1/citizen-sessions"}, {"POST /my/sign-in", "POST /my/code"},
	} {
		page := strings.Contains(pair[0], "/my/")
		for _, name := range pair {
			g.compare(name, half(hits, page), half(misses, page))
		}
	}
	if want, sent := 2*n-cases, o.messages(); sent < want { // to the seller and the buyer of each contract
		t.Errorf("%d codes were sent for %d numbers: the hits were none", sent, n)
	}
}

// compare asks about hits and misses in turns and holds the answers against each other.
func (g *guesser) compare(name string, hits, misses []string) {
	g.t.Helper()
	type asked struct {
		number string
		hit    bool
	}
	var all []asked
	for i := range hits {
		all = append(all, asked{hits[i], true}, asked{misses[i], false})
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	took, shapes, mu := map[bool][]time.Duration{}, map[string]int{}, sync.Mutex{}
	var group sync.WaitGroup
	next := make(chan asked)
	for w := range 25 {
		group.Go(func() {
			for a := range next {
				answer := g.ask(ways[name], a.number, fmt.Sprintf("198.51.100.%d", w))
				mu.Lock()
				took[a.hit] = append(took[a.hit], answer.took)
				shapes[answer.shape]++
				mu.Unlock()
			}
		})
	}
	for _, a := range all {
		next <- a
	}
	close(next)
	group.Wait()
	figure := auc(took[true], took[false])
	g.t.Logf("%s: %d hits and %d misses, %d shapes of answer, AUC %.3f, by chance up to ±%.3f", name, len(hits), len(misses),
		len(shapes), figure, chance(len(hits), len(misses)))
	if len(shapes) != 1 {
		g.t.Errorf("%s: answers differ: %.3000s", name, fmt.Sprintf("%q", slices.Collect(maps.Keys(shapes))))
	}
	if math.Abs(figure-0.5) > max(0.05, chance(len(hits), len(misses))) {
		g.t.Errorf("%s: time tells hits from misses: AUC %.3f", name, figure)
	}
}

// TestGuessingFromFiftyAddressesGetsNowhere guesses at every door that takes a
// number, with the limits that a window has: no answer names anybody, few are heard.
func TestGuessingFromFiftyAddressesGetsNowhere(t *testing.T) {
	t.Parallel()
	const homes = 40
	o := workingOffice(t, homes)
	var secret []string
	for i := range homes {
		sale := saleOf(i)
		for _, p := range append(sale.Sellers, sale.Buyers...) {
			secret = append(secret, p.Name, p.ID, town.Phone(p.ID))
		}
	}
	known := []string{o.sold(0), string(o.accept(1).Number)}
	certificate := o.show(intake.Number(known[0])).Certificate
	g := o.guesser(Limits{})
	heard, mu, began := map[string]int{}, sync.Mutex{}, time.Now()
	asks, statuses := 0, map[int]int{}
	var group sync.WaitGroup
	for a := range addresses {
		from := fmt.Sprintf("203.0.113.%d", a)
		r := rand.New(rand.NewPCG(7, uint64(a)))
		group.Go(func() {
			for range *guesses / addresses {
				name := []string{"POST /api/v1/citizen-codes", "POST /my/sign-in", "POST /api/v1/citizen-sessions", "POST /my/code",
					"GET /v/{id}"}[r.IntN(5)]
				answer := g.ask(ways[name], g.anyNumber(r, known, string(certificate.Number)), from)
				if found := pgtest.Leaks(answer.raw, secret...); len(found) > 0 {
					t.Errorf("%s names %v: %.500s", name, found, answer.raw)
				}
				mu.Lock()
				asks++
				statuses[answer.status]++
				if answer.status != http.StatusTooManyRequests && name != "GET /v/{id}" {
					heard[from]++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	minutes, most := int(time.Since(began)/time.Minute)+2, 0
	for from, n := range heard {
		most = max(most, n)
		if n > limitCode*minutes {
			t.Errorf("%s was heard %d times in %s", from, n, time.Since(began))
		}
	}
	t.Logf("%d guesses from %d addresses in %s: %v; the most that an address was heard is %d; 0 persons named",
		asks, addresses, time.Since(began).Round(time.Second), statuses, most)
	if statuses[http.StatusTooManyRequests] == 0 || statuses[http.StatusOK] > 0 {
		t.Errorf("answered %v", statuses)
	}
	g.oneNumberFromEverywhere()
}

// anyNumber is sometimes right.
func (g *guesser) anyNumber(r *rand.Rand, known []string, certificate string) string {
	switch r.IntN(6) {
	case 0:
		return known[r.IntN(len(known))]
	case 1:
		return fmt.Sprintf(contractFor, r.IntN(39))
	case 2:
		return fmt.Sprintf(contractFor, oddNumber+r.IntN(100_000))
	case 3:
		return string(intake.NewNumber(time.Now(), 1+r.Int64N(100_000)))
	case 4:
		return access.NewSecret().Text()[:26]
	}
	return certificate
}

// oneNumberFromEverywhere asks for codes of one contract, and tries them, from every
// address: seller and buyer are each sent as many as strangers may draw.
func (g *guesser) oneNumberFromEverywhere() {
	g.t.Helper()
	const contract = "TOWN-000039" // that nobody has asked about
	if _, err := g.pool.Exec(g.t.Context(), `TRUNCATE access_asked, access_draw`); err != nil {
		g.t.Fatal(err)
	}
	before := g.messages()
	fresh := g.office.guesser(Limits{})
	var group sync.WaitGroup
	for a := range addresses {
		group.Go(func() {
			for _, way := range []string{"POST /api/v1/citizen-codes", "POST /api/v1/citizen-sessions"} {
				fresh.ask(ways[way], contract, fmt.Sprintf("192.0.2.%d", a))
			}
		})
	}
	group.Wait()
	var tries int
	if err := g.pool.QueryRow(g.t.Context(), `SELECT coalesce(max(tries), 0) FROM access_asked`).Scan(&tries); err != nil {
		g.t.Fatal(err)
	}
	if sent := g.messages() - before; sent != 2*15 || tries > 5 {
		g.t.Errorf("%d addresses made %d messages and %d tries for one contract", addresses, sent, tries)
	}
}

// messages counts the codes that were sent.
func (o *office) messages() (n int) {
	o.t.Helper()
	err := o.pool.QueryRow(o.t.Context(), `SELECT count(*) FROM notice_message WHERE template = 'sign_in_code'`).Scan(&n)
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}
