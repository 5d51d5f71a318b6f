package source_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
	"onewindow/internal/pgtest"
	"onewindow/internal/sandbox"
	"onewindow/tax"
	"onewindow/tax/source"
)

var (
	key    = outbound.Key(make([]byte, 32))
	moment = time.Now().UTC().Truncate(time.Microsecond)
)

const (
	unit   = "430602001001GB00001F00010001"
	buyer  = "430602189001010011"
	wife   = "430602189001010012"
	child  = "430602189001010013"
	seller = "430602189001010021"
	mate   = "430602189001010022"
	ward   = "430602189001010023"
)

// offices opens the sandbox offices with a family of three that buys and one that
// sells; the sellers' child owns a home, which counts for nobody here.
func offices(t *testing.T, within time.Duration) (*sandbox.Facts, source.Sources) {
	t.Helper()
	family := func(changed string, ids ...string) sandbox.Household {
		h := sandbox.Household{ChangedOn: changed}
		for i, role := range []string{"self", "spouse", "minor_child"}[:len(ids)] {
			h.Members = append(h.Members, sandbox.Kinsman{ID: ids[i], Role: role})
		}
		return h
	}
	buyers, sellers := family("1925-05-01", buyer, wife, child), family("", seller, mate, ward)
	facts := sandbox.NewFacts(key, sandbox.Books{
		Family: func(p string) (sandbox.Household, bool) {
			switch p {
			case buyer, wife, child:
				return buyers, true
			case seller, mate, ward:
				return sellers, true
			}
			return family("", p), strings.HasPrefix(p, "430602189")
		},
		Homes: func(p string) []sandbox.Dwelling {
			return map[string][]sandbox.Dwelling{
				wife: {{Unit: "elsewhere-1", County: "430603", Holders: []string{wife}},
					{Unit: unit[:24] + "0007", County: "430602", Holders: []string{wife}}},
				child: {{Unit: "elsewhere-2", County: "430121", Holders: []string{child}},
					{Unit: "elsewhere-3", County: "440100", Holders: []string{child}}},
				buyer: {{Unit: "elsewhere-4", County: "430603", NetSigned: true, Holders: []string{buyer}}},
				ward:  {{Unit: "elsewhere-5", County: "430602", Holders: []string{ward}}},
			}[p]
		},
		Purchase: func(u string) (sandbox.Purchase, bool) {
			return sandbox.Purchase{By: "purchase", VoucherOn: "2016-03-20", Voucher: "V-1",
				Cost: sandbox.Cost{Proven: "yes", Price: 500_000_00, DeedTax: 5_000_00}}, u == unit
		},
		Value: func(u string) (sandbox.Appraisal, bool) {
			return sandbox.Appraisal{Value: 780_000_00, On: "2026-01-01", Document: "D-1"}, u == unit
		},
	})
	server := httptest.NewServer(facts)
	t.Cleanup(server.Close)
	sources := source.Sources{}
	for _, n := range source.Outside() {
		sources[n] = source.Source{Name: n, URL: server.URL + "/" + string(n), Key: key, Fresh: 24 * time.Hour,
			HTTP: outbound.New(within, outbound.Loopback()...)}
	}
	return facts, sources
}

// inquiry asks about the sale of a home by some persons to others.
func inquiry(home string, buyers, sellers []string) source.Inquiry {
	on := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
	b := source.Basis{Buyers: buyers, Sellers: sellers, Facts: tax.Facts{
		Unit: home, County: "430602", Parties: tax.Fingerprint(append(buyers, sellers...)...), Deal: tax.Sale, Use: tax.Housing,
		ContractOn: on, FilingOn: on, TransferOn: on, Price: money.Yuan(800_000), Area: 95_00, Ordinary: tax.Yes,
		Acquired: tax.Acquired{By: tax.ByPurchase, CertificateOn: time.Date(2016, 4, 1, 0, 0, 0, 0, time.UTC)},
	}}
	for range buyers {
		b.Facts.Buyers = append(b.Facts.Buyers, tax.Buyer{Kind: tax.Resident})
	}
	for range sellers {
		b.Facts.Sellers = append(b.Facts.Sellers, tax.Seller{Kind: tax.Resident, Num: 1, Den: int64(len(sellers)), OnlyHome: tax.Unknown})
	}
	b.Own = []source.Home{{Unit: unit[:24] + "0007", County: "430602", Holders: []string{wife}},
		{Unit: unit, County: "430602", Holders: []string{seller}}}
	return source.Inquiry{Case: "202603150000011", At: moment, Basis: b}
}

// Buyer, spouse and minor children count together; a home that two registers know
// counts once; the sellers' children do not count, and nobody asks about them.
func TestFactsArePutTogetherFromWhatTheOfficesHold(t *testing.T) {
	t.Parallel()
	asked, sources := offices(t, 3*time.Second)
	i := inquiry(unit, []string{buyer}, []string{seller})
	file := sources.Ask(t.Context(), i)
	facts := source.Compose(i.Basis, file)
	want := tax.Family{Known: tax.Yes, Count: 1, ChangedOn: time.Date(1925, 5, 1, 0, 0, 0, 0, time.UTC),
		Homes: tax.Homes{County: 1, City: 2, Province: 3, NetSigned: 1}}
	if !reflect.DeepEqual(facts.Family, want) || len(facts.Silent) != 0 {
		t.Errorf("family %+v, silent %v", facts.Family, facts.Silent)
	}
	if facts.Sellers[0].OnlyHome != tax.Yes || facts.Assessed != 780_000_00 {
		t.Errorf("sellers %+v, assessed %v", facts.Sellers, facts.Assessed)
	}
	voucher := time.Date(2016, 3, 20, 0, 0, 0, 0, time.UTC)
	if !facts.Acquired.VoucherOn.Equal(voucher) || facts.Acquired.CertificateOn.IsZero() || facts.Cost.Price != 500_000_00 {
		t.Errorf("acquired %+v, cost %+v", facts.Acquired, facts.Cost)
	}
	if asked.Asked("homes", ward) != 0 || asked.Asked("homes", child) != 1 || asked.Asked("homes", mate) != 1 {
		t.Error("the homes of the wrong people were asked for")
	}
}

func TestTheFamilyOfTheBuyers(t *testing.T) {
	t.Parallel()
	const friend, stranger = "430602189002020011", "430602199002020011"
	_, sources := offices(t, 3*time.Second)
	for name, tt := range map[string]struct {
		buyers []string
		want   tax.Family
	}{
		"a wife brings husband and child": {[]string{wife}, tax.Family{Known: tax.Yes, Count: 1}},
		"a couple is one family":          {[]string{wife, buyer}, tax.Family{Known: tax.Yes, Count: 1}},
		"friends are two":                 {[]string{buyer, friend}, tax.Family{Known: tax.Yes, Count: 2}},
		"a minor brings the parents":      {[]string{child}, tax.Family{Known: tax.Yes, Count: 1, Minor: true}},
		"one of two is unknown":           {[]string{friend, stranger}, tax.Family{Known: tax.No, Count: 1}},
		"nobody is known":                 {[]string{stranger}, tax.Family{Known: tax.No}},
		"a company has none":              {[]string{""}, tax.Family{Known: tax.No}},
	} {
		i := inquiry(unit, tt.buyers, []string{seller})
		got := source.Compose(i.Basis, sources.Ask(t.Context(), i)).Family
		if (len(got.Each) == len(tt.buyers)) != (tt.want.Count > 1) {
			t.Errorf("%s: the homes of %d families apart", name, len(got.Each))
		}
		got.ChangedOn, got.Homes, got.Each = time.Time{}, tax.Homes{}, nil
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

// Whatever an office does instead of answering, its facts are unknown, the reason
// names it, the rest of the facts stand, and there are figures to look at.
func TestAnOfficeThatDoesNotAnswerIsNamedAndNothingIsGuessed(t *testing.T) {
	t.Parallel()
	_, patient := offices(t, 5*time.Second)
	_, hasty := offices(t, 200*time.Millisecond)
	for n, why := range map[int]source.Outcome{
		1: source.Late, 2: source.Late, 3: source.Stale, 4: source.Malformed, 6: source.Refused, 7: source.Malformed,
		8: source.Malformed, 9: source.Late, 10: source.Refused, 11: source.Malformed, 12: source.Malformed, 13: source.Late,
	} {
		for office, begins := range map[source.Name]int{
			source.Family: 900, source.Homes: 950, source.Prior: 9800, source.Valuation: 9900,
		} {
			home, buys := unit, buyer
			if begins > 999 {
				home = fmt.Sprintf("%s%04d", unit[:24], begins+n)
			} else {
				buys = fmt.Sprintf("43060218900101%03d0", begins+n)
			}
			i := inquiry(home, []string{buys}, []string{seller})
			sources := patient
			if n == 1 || n == 9 { // those never end
				sources = maps.Clone(patient)
				sources[office] = hasty[office]
			}
			file := sources.Ask(t.Context(), i)
			facts := source.Compose(i.Basis, file)
			if want := []tax.Silence{{Source: string(office), Why: string(why)}}; !reflect.DeepEqual(facts.Silent, want) {
				t.Errorf("%s, trick %d: %v, want %v", office, n, facts.Silent, want)
				continue
			}
			if file.MayPass() != (why == source.Late) {
				t.Errorf("%s, trick %d: asked again: %v", office, n, file.MayPass())
			}
			a := tax.Assess(facts, tax.SampleAdoptions())
			named := slices.ContainsFunc(a.Manual, func(r tax.Reason) bool {
				return r.Code == tax.SourceSilent && r.Args["source"] == string(office) && r.Args["why"] == string(why)
			})
			if a.Decided() || !named || len(a.Lines) == 0 {
				t.Errorf("%s, trick %d: manual %v, %d lines", office, n, a.Manual, len(a.Lines))
			}
		}
	}
}

// An office that tells more than it was asked has answered something else.
func TestGossipIsNoAnswer(t *testing.T) {
	t.Parallel()
	_, sources := offices(t, 3*time.Second)
	for office, begins := range map[source.Name]int{source.Family: 900, source.Homes: 950} {
		i := inquiry(unit, []string{fmt.Sprintf("43060218900101%03d0", begins+14)}, []string{seller})
		if got := sources.Ask(t.Context(), i)[office].Outcome; got != source.Malformed {
			t.Errorf("%s tells of others: %s", office, got)
		}
	}
}

// What an office does not hold is an answer: a person nobody knows, a home never
// taxed or valued. It is unknown all the same.
func TestWhatNobodyHoldsIsUnknown(t *testing.T) {
	t.Parallel()
	_, sources := offices(t, 3*time.Second)
	i := inquiry(unit[:24]+"9905", []string{"430602189001019050"}, []string{"430602189001029050"})
	facts := source.Compose(i.Basis, sources.Ask(t.Context(), i))
	if facts.Family.Known != tax.No || facts.Sellers[0].OnlyHome != tax.Unknown || facts.Assessed != 0 ||
		facts.Cost.Proven != tax.No || facts.Acquired != i.Basis.Facts.Acquired || len(facts.Silent) != 0 {
		t.Errorf("facts %+v", facts)
	}
	if a := tax.Assess(facts, tax.SampleAdoptions()); a.Decided() {
		t.Error("decided without family and value")
	}
}

// A seller who owns another home owns it whoever says so; that a seller owns none
// is certain only when everyone has spoken.
func TestASilentRegistryNeverMakesAHomeTheOnlyOne(t *testing.T) {
	t.Parallel()
	_, sources := offices(t, 3*time.Second)
	delete(sources, source.Homes)
	i := inquiry(unit, []string{buyer}, []string{seller, wife})
	facts := source.Compose(i.Basis, sources.Ask(t.Context(), i))
	if facts.Sellers[0].OnlyHome != tax.Unknown || facts.Sellers[1].OnlyHome != tax.No {
		t.Errorf("sellers %+v, want unknown and no", facts.Sellers)
	}
	if facts.Silent[0].Why != string(source.NotConnected) {
		t.Errorf("silent %v", facts.Silent)
	}
}

// No office is told more than it needs, and addresses and ids carry no number.
func TestAnOfficeIsToldOnlyWhatItNeeds(t *testing.T) {
	t.Parallel()
	told := map[string][]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		if json.NewDecoder(r.Body).Decode(&body) != nil {
			t.Error("no JSON")
		}
		for member := range body {
			told[r.URL.Path] = append(told[r.URL.Path], member)
		}
		slices.Sort(told[r.URL.Path])
		for _, said := range []string{r.URL.String(), r.Header.Get("Idempotency-Key"), r.Header.Get("Webhook-Id")} {
			if strings.Contains(said, buyer) || strings.Contains(said, seller) {
				t.Errorf("%q names a person", said)
			}
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	_, sources := offices(t, 3*time.Second)
	for _, n := range source.Outside() { // one after the other
		s := sources[n]
		s.URL = server.URL + "/" + string(n)
		i := inquiry(unit, []string{buyer}, []string{seller})
		source.Sources{n: s}.Ask(t.Context(), i)
	}
	want := map[string][]string{
		"/family": {"persons", "purpose", "ref"}, "/homes": {"persons", "province", "purpose", "ref"},
		"/prior": {"purpose", "ref", "unit"}, "/valuation": {"purpose", "ref", "unit"},
	}
	if !reflect.DeepEqual(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

// From what is stored comes the same assessment, and what is stored is never edited.
func TestAnAssessmentIsReplayedFromTheStoredAnswers(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	_, sources := offices(t, 3*time.Second)
	for id, i := range []source.Inquiry{
		inquiry(unit, []string{buyer, wife}, []string{seller}),
		inquiry(unit[:24]+"9903", []string{"430602189001019040"}, []string{seller}),
		inquiry(unit, []string{""}, []string{""}),
	} {
		i.Case += fmt.Sprint(id)
		file := sources.Ask(t.Context(), i)
		facts := source.Compose(i.Basis, file)
		want := tax.Assess(facts, tax.SampleAdoptions())
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			if err := source.Keep(t.Context(), tx, int64(id), i, file); err != nil {
				return err
			}
			return tax.Record(t.Context(), tx, int64(id), facts, want)
		})
		if err != nil {
			t.Fatal(err)
		}
		replay(t, pool.BeginTx, int64(id), file, want)
	}
	for _, sql := range []string{"UPDATE tax_answer SET outcome = 'late'", "DELETE FROM tax_answer"} {
		if _, err := pool.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// replay assesses case id again from what is stored.
func replay(t *testing.T, begin func(context.Context, pgx.TxOptions) (pgx.Tx, error), id int64, file source.File,
	want tax.Assessment) {
	t.Helper()
	tx, err := begin(t.Context(), pgx.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	basis, stored, err := source.Of(t.Context(), tx, id)
	delete(stored, source.Register) // the basis itself
	if err != nil || !reflect.DeepEqual(stored, file) {
		t.Errorf("case %d: what is stored is not what was said (%v)", id, err)
	}
	_, recorded, err := tax.Of(t.Context(), tx, id)
	if again := tax.Assess(source.Compose(basis, stored), tax.SampleAdoptions()); err != nil ||
		!reflect.DeepEqual(again, want) || !reflect.DeepEqual(again, recorded) {
		t.Errorf("case %d: replayed %+v\nwant %+v, %v", id, again, want, err)
	}
	var same bool
	err = tx.QueryRow(t.Context(), `SELECT count(*) = count(facts_index) AND count(*) = 1 FROM tax_assessment WHERE case_id = $1`,
		id).Scan(&same)
	if err != nil || !same {
		t.Errorf("case %d: the assessment keeps no hash of its facts (%v)", id, err)
	}
}

func TestASourceThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	_, sources := offices(t, time.Second)
	for name, spoil := range map[string]func(*source.Source){
		"another office":    func(s *source.Source) { s.Name = "court" },
		"no key":            func(s *source.Source) { s.Key = "" },
		"patient":           func(s *source.Source) { s.HTTP = outbound.New(time.Minute) },
		"content with old":  func(s *source.Source) { s.Fresh = 1000 * 24 * time.Hour },
		"content with none": func(s *source.Source) { s.Fresh = 0 },
	} {
		s := sources[source.Family]
		if s.Valid() != nil {
			t.Fatal("the sandbox itself is refused")
		}
		if spoil(&s); s.Valid() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
