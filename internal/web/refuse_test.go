package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/registration"
)

// TestWhatMustBeRefused is the list of refusals of the window: one entry per
// defect, never a 500, and nothing written.
func TestWhatMustBeRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 4)
	first := o.accept(1) // its unit has a live case
	seize(o, 2)
	before := o.rows()
	for _, tt := range []struct {
		name   string
		change func(a *application)
		want   []string
	}{
		{"a unit that the register does not hold", func(a *application) { a.Unit = unitOf(99) },
			[]string{"unit_unknown unit"}},
		{"a unit code that is none", func(a *application) { a.Unit = "430602-x" }, []string{"unit_malformed unit"}},
		{"a unit of a county that has its own office", func(a *application) { a.Unit = "430621001001GB00001F00010001" },
			[]string{"unit_other_office unit"}},
		{"an identity number with a wrong check digit", func(a *application) { a.Buyers[0].ID = wrong(a.Buyers[0].ID) },
			[]string{"id_check buyers[0].id_number", "contract_buyers_differ buyers"}},
		{"a seller who is not the owner", func(a *application) { a.Sellers = []registration.Party{person("旁人", 900)} },
			[]string{"seller_not_holder sellers[0].id_number", "holder_not_selling sellers", "contract_sellers_differ sellers"}},
		{"a unit with a live case", func(a *application) { *a = saleOf(1) }, []string{"unit_reserved unit"}},
		{"a seized unit", func(a *application) { *a = saleOf(2) }, []string{"unit_seized unit"}},
		{"a contract that nobody filed", func(a *application) { a.Contract = "YY-NONE" }, []string{"contract_unknown contract"}},
		{"another price than the filed one", func(a *application) { a.Price++ }, []string{"contract_price_differs price_fen"}},
		{"other buyers than the filed ones", func(a *application) { a.Buyers = []registration.Party{person("旁人", 901)} },
			[]string{"contract_buyers_differ buyers"}},
		{"a negative price", func(a *application) { a.Price = -1 },
			[]string{"price_not_positive price_fen", "contract_price_differs price_fen"}},
		{"a price beyond any home", func(a *application) { a.Price = 1 << 62 },
			[]string{"price_too_high price_fen", "contract_price_differs price_fen"}},
		{"a NUL in a contract number", func(a *application) { a.Contract = "YY\x002026" },
			[]string{"text_forbidden contract"}},
		{"a control character in a name", func(a *application) { a.Sellers[0].Name = "试\x1b[31m" },
			[]string{"text_forbidden sellers[0].name", "seller_name_differs sellers[0].name", "contract_sellers_differ sellers"}},
		{"a NUL in everything", func(a *application) { *a = poisoned(*a) },
			[]string{"text_forbidden kind", "text_forbidden unit", "text_forbidden utilities[0].account"}},
		{"a kind that only the benchmark runs", func(a *application) { a.Kind = registration.Drill },
			[]string{"kind_unknown kind"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := saleOf(0)
			tt.change(&a)
			r := o.apply("refused "+strings.ReplaceAll(tt.name, " ", "-"), a.text(t))
			p := r.problem(t)
			if r.StatusCode != http.StatusUnprocessableEntity || p.Type != "/problems/defects" {
				t.Fatalf("answered %d %s", r.StatusCode, p.Type)
			}
			for _, want := range tt.want {
				if !slices.Contains(p.codes(), want) {
					t.Errorf("found %q, without %q", p.codes(), want)
				}
			}
			for _, e := range p.Errors {
				if e.Detail == "" || e.Detail == e.Code || strings.ContainsAny(e.Detail, "{}") {
					t.Errorf("%s has no sentence: %q", e.Code, e.Detail)
				}
			}
			if len(slices.Compact(p.codes())) != len(p.codes()) {
				t.Errorf("a defect is told twice: %q", p.codes())
			}
		})
	}
	if after := o.rows(); after != before {
		t.Errorf("refusals wrote %d rows", after-before)
	}
	reserved := o.apply("again", saleOf(1).text(t)).problem(t)
	if len(reserved.Errors) != 1 || !strings.Contains(reserved.Errors[0].Detail, string(first.Number)) {
		t.Errorf("the live case %s is not named: %+v", first.Number, reserved.Errors)
	}
	a := saleOf(0)
	a.Unit = "430621001001GB00001F00010001"
	if p := o.apply("elsewhere", a.text(t)).problem(t); !strings.Contains(p.Errors[0].Detail, "岳阳县不动产登记中心") {
		t.Errorf("the right office is not named: %+v", p.Errors)
	}
}

// seize seizes home i until long after every test.
func seize(o *office, i int) {
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		_, err := registration.RegisterSeizure(ctx, tx, registration.Seizure{
			Scope: registration.OnUnit, Target: string(unitOf(i)), Court: "岳阳市岳阳楼区人民法院",
			Document: "（2026）湘0602执1号", ServedAt: day(2026, 1, 5), FromOn: day(2026, 1, 5),
			ExpiresOn: time.Now().UTC().Truncate(24*time.Hour).AddDate(1, 0, 0),
		})
		return err
	})
}

// wrong changes the check digit of an identity number.
func wrong(id string) string {
	if last := id[len(id)-1]; last != '7' {
		return id[:len(id)-1] + "7"
	}
	return id[:len(id)-1] + "8"
}

// poisoned puts a NUL into every text.
func poisoned(a application) application {
	a.Kind += "\x00"
	a.Unit += "\x00"
	a.Certificate += "\x00"
	a.Contract += "\x00"
	a.CoOwnership += "\x00"
	a.Sellers[0].ID += "\x00"
	a.Sellers[0].Phone += "\x00"
	a.Buyers[0].Name += "\x00"
	a.Buyers[0].IDKind = "\x00"
	a.Utilities[0].Number += "\x00"
	a.Utilities[0].Utility += "\x00"
	return a
}

func TestBodiesThatAreNoApplication(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	good := saleOf(0).text(t)
	with := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("%s is not in %s", from, good)
		}
		return strings.Replace(good, from, to, 1)
	}
	const price = `"price_fen":80000000`
	before := o.rows()
	for _, tt := range []struct {
		name, body string
		status     int
		want       string // the problem, or "code field" of one of the defects
	}{
		{"an empty body", " ", 400, "not_json"},
		{"no JSON", "unit=1", 400, "not_json"},
		{"half an application", good[:len(good)/2], 400, "not_json"},
		{"something behind the application", good + "{}", 400, "not_json"},
		{"bytes that are no UTF-8", with("镇出让", "\xff\xfe"), 400, "not_json"},
		{"a hundred thousand brackets", strings.Repeat("[", 100_000), 400, "not_json"},
		{"brackets that are closed, but too deep", strings.Repeat("[", 30) + strings.Repeat("]", 30), 400, "not_json"},
		{"a hundred thousand values", "[" + strings.Repeat("1,", 100_000) + "1]", 400, "not_json"},
		{"a list", "[]", 422, "field_type"},
		{"null", "null", 422, "field_type"},
		{"a price of 1e400", with(price, `"price_fen":1e400`), 422, "number_not_integer price_fen"},
		{"a price of 2^63", with(price, `"price_fen":9223372036854775808`), 422, "number_out_of_range price_fen"},
		{"a price of -2^63-1", with(price, `"price_fen":-9223372036854775809`), 422, "number_out_of_range price_fen"},
		{"a price with half a fen", with(price, `"price_fen":80000000.5`), 422, "number_not_integer price_fen"},
		{"a price in quotes", with(price, `"price_fen":"80000000"`), 422, "field_type price_fen"},
		{"no price", with(price+",", ""), 422, "price_not_positive price_fen"},
		{"a price of null", with(price, `"price_fen":null`), 422, "price_not_positive price_fen"},
		{"two prices", with(price, price+","+price), 422, "field_twice price_fen"},
		{"a price spelt otherwise", with(`"price_fen"`, `"Price_Fen"`), 422, "field_unknown Price_Fen"},
		{"a field that nobody knows", with(price, price+`,"discount":1`), 422, "field_unknown discount"},
		{"a field of a party that nobody knows", with(`"id_number"`, `"x":1,"id_number"`), 422, "field_unknown sellers[0].x"},
		{"sellers that are one text", with(`"sellers":[`, `"sellers":"x","s":[`), 422, "field_type sellers"},
		{"a share that is a number", with(`"id_number"`, `"share":0.5,"id_number"`), 422, "field_type sellers[0].share"},
		{"half a surrogate pair", with("镇出让", `\ud800`), 422, "text_forbidden sellers[0].name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := o.apply("odd", tt.body)
			p := r.problem(t)
			if r.StatusCode != tt.status {
				t.Fatalf("answered %d, want %d: %s", r.StatusCode, tt.status, r.body)
			}
			if !slices.Contains(append(p.codes(), strings.TrimPrefix(p.Type, problemPath)), tt.want) {
				t.Errorf("found %q of %s, want %q", p.codes(), p.Type, tt.want)
			}
		})
	}
	if after := o.rows(); after != before {
		t.Errorf("refusals wrote %d rows", after-before)
	}
}

func TestABodyOfTheWrongShapeIsToldEverythingElseToo(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	a := saleOf(0)
	a.Buyers[0].ID = wrong(a.Buyers[0].ID)
	body := strings.Replace(a.text(t), `"price_fen":80000000`, `"price_fen":1e400,"colour":"red"`, 1)
	got := o.apply("k", body).problem(t).codes()
	want := []string{"number_not_integer price_fen", "field_unknown colour", "id_check buyers[0].id_number",
		"contract_buyers_differ buyers"}
	if !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestBodiesOfTheWrongSizeOrType(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	good := saleOf(0).text(t)
	for _, tt := range []struct {
		name, body string
		header     map[string]string
		status     int
		want       string
	}{
		{"more than 1 MB", good + strings.Repeat(" ", maxBody), nil, 413, "too_large"},
		{"no content type", good, map[string]string{"Content-Type": ""}, 415, "media_type"},
		{"a form", good, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 415, "media_type"},
		{"text", good, map[string]string{"Content-Type": "text/plain"}, 415, "media_type"},
		{"another alphabet", good, map[string]string{"Content-Type": "application/json; charset=gbk"}, 415, "media_type"},
		{"a type that is none", good, map[string]string{"Content-Type": ";;"}, 415, "media_type"},
		{"compressed", good, map[string]string{"Content-Encoding": "gzip"}, 415, "media_type"},
		{"sent by the page of another site", good, map[string]string{"Sec-Fetch-Site": "cross-site"}, 403, "cross_origin"},
		{"sent from another origin", good, map[string]string{"Origin": "https://elsewhere.example"}, 403, "cross_origin"},
	} {
		header := map[string]string{"Idempotency-Key": "k"}
		for name, value := range tt.header {
			header[name] = value
		}
		r := o.send(request{method: "POST", path: "/api/v1/cases", staff: "clerk-01", body: tt.body, header: header})
		if p := r.problem(t); r.StatusCode != tt.status || p.Type != problemPath+tt.want {
			t.Errorf("%s: answered %d %s, want %d %s", tt.name, r.StatusCode, p.Type, tt.status, tt.want)
		}
	}
	if n := o.rows(); n != 0 {
		t.Errorf("refusals wrote %d rows", n)
	}
}
