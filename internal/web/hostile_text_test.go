package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"onewindow/intake"
	"onewindow/internal/money"
)

// names are legal as texts, however they look: whoever has such a name keeps it,
// and nobody runs it.
var names = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</title><svg onload=alert(1)>`, `javascript:alert(1)`,
	`{{7*7}}${7*7}`, `=cmd|' /C calc'!A0`, `+1+1`, `@SUM(A1)`, `-2+3`, `'; DROP TABLE intake_case; --`, `%0d%0aSet-Cookie: a=b`,
	`王𬎆𠅤`, `阿依古丽·买买提`, `⼯程`, `﨩海`, `玊珏`, `Ａｎｎ`, `ﾃﾞ`, "\u00e9 and e\u0301",
}

// TestAHostileNameStaysAName follows names that mean something to a machine from
// the door to the table, the API and the pages: none is changed, none is executed.
func TestAHostileNameStaysAName(t *testing.T) {
	t.Parallel()
	o := newOffice(t, len(names))
	var numbers []string
	for i, name := range names {
		contract := fmt.Sprintf("HOSTILE-%d", i)
		o.fileContract(contract, i, name, money.Yuan(800_000))
		a := saleOf(i)
		a.Contract, a.Buyers[0].Name = contract, name
		r := o.apply(contract, a.text(t))
		var accepted accepted
		r.into(t, &accepted)
		if r.StatusCode != 201 {
			t.Fatalf("%q: %d %s", name, r.StatusCode, r.body)
		}
		numbers = append(numbers, string(accepted.Number))
		c, err := o.flow.Facts(t.Context(), accepted.Number)
		if err != nil || c.Buyers[0].Name != name {
			t.Errorf("%q is kept as %q (%v)", name, c.Buyers[0].Name, err)
		}
		if got := o.show(accepted.Number).Buyers[0].Name; got != maskName(name) {
			t.Errorf("%q is shown as %q", name, got)
		}
	}
	clerk := o.open(t)
	clerk.signIn("clerk-01")
	for i, number := range numbers {
		clerk.at("/cases/" + number)
		clerk.do(chromedp.Evaluate[chromedp.Void](`void (document.getElementById("reveal").open = true)`),
			chromedp.SendKeys("#reveal-reason", "核对"+names[i]), chromedp.Click("#reveal [data-submit]"))
		clerk.wait(`document.getElementById("revealed")`)
		if text := clerk.ask(`document.querySelector("main").textContent`); !strings.Contains(text, names[i]) {
			t.Errorf("the page of %q does not name them", names[i])
		}
	}
	clerk.quiet() // no dialog, no violation of the policy, no error
	if log := o.log.String(); strings.Contains(log, "alert(1)") || strings.Contains(log, "DROP TABLE") {
		t.Errorf("the log names people: %.500s", log)
	}
}

// invisible are characters that no text of an application may hold.
var invisible = []string{"\x00", "\x07", "\x1b", "\x7f", "\u0085", "\u00ad", "\u061c", "\u200b", "\u200d", "\u200f", "\u2028", "\u202e", "\u2066",
	"\ufeff", "\ufffd", "\ufffe", "\ufdd0", "\U000e0041", "\U0001fffe"}

// TestInvisibleCharactersAreRefusedInEveryField puts each of them into every text
// of an application, and into the reason of a decision.
func TestInvisibleCharactersAreRefusedInEveryField(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1)
	number := o.accept(0).Number
	good := saleOf(0).text(t)
	for _, field := range textsOf(t, good) {
		for _, c := range invisible {
			body := bent(t, good, field, func(text string) string { return text[:len(text)/2] + c + text[len(text)/2:] })
			var r readiness
			o.send(request{method: "POST", path: "/api/v1/cases/preflight", staff: "clerk-01", body: body}).into(t, &r)
			told := slices.ContainsFunc(r.Findings, func(d defect) bool {
				return d.Outcome == "block" && (d.Field == field || strings.HasPrefix(field, d.Field+"["))
			})
			if r.Ready || !told {
				t.Errorf("%s with %+q: ready %t, %+v", field, c, r.Ready, r.Findings)
			}
		}
	}
	for _, c := range invisible {
		if r := o.say("registrar-01", number, intake.Review, "refuse", "材料"+c+"不实"); r.StatusCode != 422 {
			t.Errorf("a reason with %+q: %d %s", c, r.StatusCode, r.body)
		}
	}
}

// textsOf lists the paths of every text in an application.
func textsOf(t *testing.T, application string) (paths []string) {
	t.Helper()
	var tree any
	if err := json.Unmarshal([]byte(application), &tree); err != nil {
		t.Fatal(err)
	}
	walkTexts(tree, "", func(path, text string) string {
		paths = append(paths, path)
		return text
	})
	slices.Sort(paths)
	return paths
}

// bent changes one text of an application.
func bent(t *testing.T, application, field string, change func(string) string) string {
	t.Helper()
	var tree any
	if err := json.Unmarshal([]byte(application), &tree); err != nil {
		t.Fatal(err)
	}
	tree = walkTexts(tree, "", func(path, text string) string {
		if path == field {
			return change(text)
		}
		return text
	})
	raw, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func walkTexts(v any, path string, change func(path, text string) string) any {
	switch v := v.(type) {
	case string:
		return change(path, v)
	case []any:
		for i := range v {
			v[i] = walkTexts(v[i], fmt.Sprintf("%s[%d]", path, i), change)
		}
	case map[string]any:
		for name := range v {
			v[name] = walkTexts(v[name], join(path, name), change)
		}
	}
	return v
}

// TestPeopleAreToldApartByNumberNotByLooks is row 21 of the threats: names that
// look alike are not the same, one name is not one person, and no name is folded.
func TestPeopleAreToldApartByNumberNotByLooks(t *testing.T) {
	t.Parallel()
	pairs := [][2]string{{"王曰", "王日"}, {"玊珏", "王珏"}, {"⼯程", "工程"}, {"﨩海", "𬀩海"}, {"戶田", "户田"}, {"Ａｎｎ", "Ann"},
		{"\u00e9", "e\u0301"}, {"金", "⾦"}, {"ﾃﾞ", "デ"}, {"Ⅳ", "IV"}, {"㎡", "m2"}}
	o := newOffice(t, 2)
	for i, pair := range pairs {
		for _, filed := range []string{pair[0], pair[1]} {
			other := pair[0]
			if filed == other {
				other = pair[1]
			}
			contract := fmt.Sprintf("ALIKE-%d-%x", i, filed)
			o.fileContract(contract, 0, filed, money.Yuan(800_000))
			a := saleOf(0)
			a.Contract, a.Buyers[0].Name = contract, filed
			if r := preflighted(t, o, a); !r.Ready {
				t.Errorf("%q as filed: %+v", filed, r.Findings)
			}
			a.Buyers[0].Name = other
			if r := preflighted(t, o, a); r.Ready && !slices.ContainsFunc(r.Findings, func(d defect) bool { return d.Outcome == "human" }) {
				t.Errorf("%q passes for %q and nobody is told", other, filed)
			}
			a.Buyers[0].Name, a.Buyers[0].ID = filed, saleOf(1).Buyers[0].ID
			if r := preflighted(t, o, a); r.Ready {
				t.Errorf("another person of the name %q passes for the buyer", filed)
			}
		}
	}
}

func preflighted(t *testing.T, o *office, a application) (r readiness) {
	t.Helper()
	o.send(request{method: "POST", path: "/api/v1/cases/preflight", staff: "clerk-01", body: a.text(t)}).into(t, &r)
	return r
}
