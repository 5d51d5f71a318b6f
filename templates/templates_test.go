package templates_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/files"
	"onewindow/internal/notice"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/tax"
	"onewindow/tax/officer"
	"onewindow/templates"
	"onewindow/utilities"
)

// constant reads the constants of one type from a room's source, so that a code
// that somebody adds without words fails here.
func constants(t *testing.T, dir, kind string) (values []string) {
	t.Helper()
	line := regexp.MustCompile(`(?m)^\s+\w+\s+` + kind + `\s+= "([^"]+)"`)
	for _, m := range line.FindAllStringSubmatch(sources(t, dir), -1) {
		values = append(values, m[1])
	}
	if len(values) == 0 {
		t.Fatalf("no constant of type %s in %s", kind, dir)
	}
	return values
}

func sources(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// journalReasons are the reasons that jobs and intake write into journals.
func journalReasons(t *testing.T) []string {
	reasons := []string{"accepted"}
	for _, pattern := range []string{
		`Reason: +"(\w+)"`, `intake\.Note\(.*"(\w+)", `, `toPerson\([\w.]+, "(\w+)"`, `rerun\(.*"(\w+)"\)`, `turn\([\w.]+, "(\w+)"\)`,
	} {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(sources(t, "jobs"), -1) {
			if !strings.HasSuffix(m[1], "_") { // the beginning of a made reason, below
				reasons = append(reasons, m[1])
			}
		}
	}
	for _, verdict := range []string{"return", "refuse", "give_up"} {
		reasons = append(reasons, "verdict_"+verdict)
	}
	for _, outcome := range []utilities.Outcome{utilities.Found, utilities.Moved, utilities.Cancelled} {
		reasons = append(reasons, "company_"+string(outcome))
	}
	return reasons
}

// ids is every id that the rooms can ask for, with the args of its sentence.
func ids(t *testing.T) map[string][]string {
	all := map[string][]string{}
	add := func(vocabulary string, values ...string) {
		for _, v := range values {
			all[vocabulary+"."+v] = nil
		}
	}
	maps.Copy(all, registration.Codes())
	for _, code := range intake.Codes {
		all[code] = nil
	}
	all[intake.CodeUnitReserved] = []string{"case"}
	for _, k := range files.Kinds() {
		add("material", string(k))
	}
	add("kind", string(registration.SaleTransfer), string(registration.Drill))
	add("case", constants(t, "intake", "CaseState")...)
	add("state", constants(t, "intake", "State")...)
	add("holder", intake.Machine, intake.Reviewer, intake.Applicant, intake.TaxOfficer, intake.Company, intake.Operator)
	for _, step := range intake.Steps() {
		add("step", string(step))
	}
	add("reason", journalReasons(t)...)
	add("reason", "letter_settled", "nothing_due", "paid")
	add("verdict", constants(t, "jobs", "Verdict")...)
	add("ending", string(jobs.RunAgain), string(jobs.PutAway))
	add("ending", jobs.Takers()...)
	add("outcome", string(registration.Pass), string(registration.Block), string(registration.Human))
	add("tax", constants(t, "tax", "Tax")...)
	add("side", constants(t, "tax", "Side")...)
	add("bill", constants(t, "tax/payment", "BillState")...)
	add("refund", constants(t, "tax/payment", "RefundState")...)
	add("excess", constants(t, "tax/payment", "Excess")...)
	for _, fee := range constants(t, "tax/payment", "Fee") {
		all[fee] = nil
	}
	maps.Copy(all, jobs.FeeCodes())
	add("step", "money")
	add("standing", constants(t, "tax", "Standing")...)
	add("param", constants(t, "tax/rule", "Param")...)
	add("param", "any") // stands for all of them where a date is outside every rule
	add("special", constants(t, "tax", "Special")...)
	add("source", constants(t, "tax/source", "Name")...)
	add("why", constants(t, "tax/source", "Outcome")...)
	add("acquisition", constants(t, "tax", "Acquisition")...)
	add("revision", constants(t, "tax/officer", "RevisionKind")...)
	add("second", constants(t, "tax/officer", "Verdict")...)
	add("reason", string(audit.TaxCorrected), string(audit.TaxOverridden), "revision_accepted", "revision_declined")
	add("about", constants(t, "tax/filing", "Statement")...)
	add("statement", constants(t, "tax/filing", "Statement")...)
	add("filing", constants(t, "tax/filing", "Verdict")...)
	add("preview", constants(t, "tax/filing", "Verdict")...)
	add("dispute", constants(t, "tax/filing", "Outcome")...)
	add("change", constants(t, "internal/access", "ChangeKind")...)
	add("truth", "yes", "no", "unknown", "none")
	addFacts(all)
	add("utility", constants(t, "utilities", "Utility")...)
	add("phase", constants(t, "utilities", "Phase")...)
	add("answer", constants(t, "utilities", "Outcome")...)
	for _, reason := range utilities.Reasons {
		add("refusal", string(reason))
	}
	add("role", constants(t, "internal/access", "Role")...)
	add("co_ownership", constants(t, "registration", "CoOwnership")...)
	addPages(t, all)
	for _, template := range constants(t, "internal/notice", "Template") {
		all["message."+template] = notice.Args(notice.Template(template))
	}
	add("audit", constants(t, "internal/audit", "Action")...)
	add("audit_kind", audit.Kinds()...)
	add("sample", constants(t, "internal/demo", "Lesson")...)
	add("purpose", constants(t, "intake/appointment", "Purpose")...)
	addTaxCodes(t, all)
	addProblems(t, all)
	return all
}

// said is a text of a page where it is asked for, with the rest of its line.
var said = regexp.MustCompile(`"(page\.[a-z_]+(?:\.[a-z_]+)*)"(.*)`)

// addPages adds the texts of the pages. What a template or a page's Go code does
// not name as a whole is no text of the pages: codes are never put together.
func addPages(t *testing.T, all map[string][]string) {
	t.Helper()
	source := sources(t, "internal/web") + sources(t, "templates") + sources(t, "cmd/onewindow")
	files, err := filepath.Glob("pages/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal("no pages", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source += string(text)
	}
	for line := range strings.SplitSeq(source, "\n") {
		for m := said.FindStringSubmatch(line); m != nil; m = said.FindStringSubmatch(m[2]) {
			all[m[1]] = append(all[m[1]], names(m[2])...)
		}
	}
	for _, unit := range []string{"seconds", "minutes", "hours", "days"} { // how long something lasts
		all["page.lasting."+unit] = []string{"n"}
	}
}

// names are the args that are given to a text, read off the rest of its line.
func names(rest string) (given []string) {
	for _, m := range regexp.MustCompile(`"(\w+)"[ :]`).FindAllStringSubmatch(rest, -1) {
		given = append(given, m[1])
	}
	return given
}

var han = regexp.MustCompile(`\p{Han}+`)

// foreign are the words in a page that stay in their own language: the name of
// the other language.
var foreign = []string{"中文"}

func TestNoPageHasWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("pages/*.html")
	if err != nil {
		t.Fatal(err)
	}
	comment := regexp.MustCompile(`(?s)\{\{/\*.*?\*/\}\}`)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range han.FindAllString(comment.ReplaceAllString(string(text), ""), -1) {
			if !slices.Contains(foreign, words) {
				t.Errorf("%s says %q itself instead of asking the catalogues", name, words)
			}
		}
	}
}

// addTaxCodes adds the two lists of tax codes: those before NoRule explain a
// line, the others a person's turn.
func addTaxCodes(t *testing.T, all map[string][]string) {
	vocabulary := "relief."
	for _, code := range constants(t, "tax", "Code") {
		if code == string(tax.NoRule) {
			vocabulary = "manual."
		}
		all[vocabulary+code] = nil
	}
	all["manual."+string(tax.NoRule)] = []string{"param", "on"}
	all["manual."+string(tax.ParameterUnsettled)] = []string{"param", "proposed", "alternatives"}
	all["manual."+string(tax.SpecialCase)] = []string{"special"}
	all["taxline.rate"] = []string{"tax", "base_fen", "rate", "due_fen", "payable_fen", "why"}
	all["taxline.none"] = []string{"tax", "why", "payable_fen"}
	all["taxline.lacks"] = []string{"fields"}
	all["taxline.why"] = []string{"why"}
	all["manual."+string(tax.FactMissing)], all["manual."+string(tax.FactUnclear)] = []string{"field"}, []string{"field"}
	all["manual."+string(tax.SourceSilent)] = []string{"source", "why"}
}

// addFacts adds what the facts of an assessment are called.
func addFacts(all map[string][]string) {
	for _, f := range officer.FieldsOf(tax.Facts{Sellers: []tax.Seller{{}}}) {
		all["fact."+strings.NewReplacer(".0", "", ".", "_").Replace(f.Path)] = nil
	}
}

// addProblems adds what the doors refuse with, and the defects of a body's shape.
func addProblems(t *testing.T, all map[string][]string) {
	source := sources(t, "internal/web")
	for _, m := range regexp.MustCompile(`code: "(\w+)"`).FindAllStringSubmatch(source, -1) {
		all["problem_"+m[1]], all["problem_"+m[1]+"_detail"] = nil, nil
	}
	for _, m := range regexp.MustCompile(`\bcode\w+ += "(\w+)"`).FindAllStringSubmatch(source, -1) {
		if _, ofAnother := all[m[1]]; !ofAnother {
			all[m[1]] = nil
		}
	}
	all["field_type"] = []string{"want", "got"}
	all["dispute_malformed"] = []string{"most"}
}

// checks are the questions of registration, intake and jobs; fields the parts of
// an application. Their values are read from the source.
var free = []string{"check.", "field."}

func TestEveryCodeHasWordsInBothLanguagesAndNoWordsAreUnused(t *testing.T) {
	t.Parallel()
	want := ids(t)
	for _, lang := range []string{templates.Chinese, templates.English} {
		texts := templates.Catalogue(lang)
		for id := range want {
			if texts[id] == "" {
				t.Errorf("%s: %s has no words", lang, id)
			}
		}
		for id := range texts {
			_, wanted := want[id]
			if !wanted && !slices.ContainsFunc(free, func(f string) bool { return strings.HasPrefix(id, f) }) {
				t.Errorf("%s: nobody asks for %s", lang, id)
			}
		}
	}
}

func TestBothLanguagesSayTheSameThings(t *testing.T) {
	t.Parallel()
	chinese, english := templates.Catalogue(templates.Chinese), templates.Catalogue(templates.English)
	if a, b := slices.Sorted(maps.Keys(chinese)), slices.Sorted(maps.Keys(english)); !slices.Equal(a, b) {
		t.Error("the catalogues have different ids")
	}
	for id := range chinese {
		if a, b := places(chinese[id]), places(english[id]); !slices.Equal(a, b) {
			t.Errorf("%s has places %v in Chinese and %v in English", id, a, b)
		}
	}
}

func places(text string) (names []string) {
	for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestASentenceHasOnlyPlacesThatItsCodeFills(t *testing.T) {
	t.Parallel()
	want := ids(t)
	for id, text := range templates.Catalogue(templates.Chinese) {
		for _, name := range places(text) {
			if !slices.Contains(want[id], name) {
				t.Errorf("%s has a place {%s} that nothing fills", id, name)
			}
		}
	}
}

func TestEveryCheckAndEveryFieldHasAName(t *testing.T) {
	t.Parallel()
	for _, room := range []string{"registration", "intake", "jobs"} {
		for _, m := range regexp.MustCompile(`\b(?:Check\w*|check\w+) *[:=]+ "([A-Z]\d?)"`).FindAllStringSubmatch(sources(t, room), -1) {
			if id := "check." + m[1]; templates.Say(templates.Chinese, id, nil) == id {
				t.Errorf("%s has no words", id)
			}
		}
	}
	for path, want := range map[string]string{
		"sellers[0].id_number": "卖方第1名的证件号码", "price_fen": "成交价格", "utilities[2].account": "水电气第3项的户号",
		"<script>": "<script>", "": "", "buyers[99999999999999].name": "buyers[99999999999999].name",
	} {
		if got := templates.Field(templates.Chinese, path); got != want {
			t.Errorf("Field(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestArgsAreWrittenAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		lang, code string
		args       map[string]string
		want       string
	}{
		{"zh-CN", "unit_void", map[string]string{"since": "2026-11-02"}, "该不动产单元已于 2026年11月2日 失效（分割、合并或灭失）。"},
		{"en", "unit_void", map[string]string{"since": "2026-11-02"}, "The unit ceased to exist on 2 November 2026 (split, merged or destroyed)."},
		{"zh-CN", "party_twice", map[string]string{"first": "buyers[1].id_number"}, "该证件号码与 买方第2名的证件号码 重复。"},
		{"en", "survey_differs", map[string]string{"fields": "area, use"},
			"The register and the cadastral survey differ (area, use); a registrar must check."},
		{"zh-CN", "price_too_high", map[string]string{"most_fen": "10000000000000"}, "成交价格超出合理范围，最多 ¥100,000,000,000.00，请核对。"},
		{"zh-CN", "manual.special_circumstance", map[string]string{"special": "part_share"}, "存在特殊情形：只转让部分份额。"},
		{"zh-CN", "no_such_code", nil, "no_such_code"},
		{"xx", "unit_void", nil, "unit_void"},
		{"en", "text_too_long", nil, "This field takes at most {most} characters."},
	} {
		if got := templates.Say(tt.lang, tt.code, tt.args); got != tt.want {
			t.Errorf("Say(%s, %s) = %q, want %q", tt.lang, tt.code, got, tt.want)
		}
	}
}

func TestTheLanguageIsTheOneTheReaderPrefers(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": "zh-CN", "zh": "zh-CN", "en": "en", "en-GB,en;q=0.9": "en", "zh-CN,zh;q=0.9,en;q=0.8": "zh-CN",
		"fr": "zh-CN", "fr, en;q=0.1": "en", "zh;q=0, en": "en", "en;q=0": "zh-CN", "en;q=x": "zh-CN", ";;,,=": "zh-CN",
		"EN-us;q=1.0, ZH;q=0.5": "en",
	} {
		if got := templates.Lang(header); got != want {
			t.Errorf("Lang(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestNoTextIsGivenTwice(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"zh-CN.json", "en.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		members := regexp.MustCompile(`(?m)^\t"([^"]+)":`).FindAllSubmatch(text, -1)
		seen := map[string]bool{}
		for _, m := range members {
			if id := string(m[1]); seen[id] {
				t.Errorf("%s gives %s twice: the last one would stand", file, id)
			}
			seen[string(m[1])] = true
		}
		if len(seen) < 500 {
			t.Errorf("%s has %d texts, which cannot be all", file, len(seen))
		}
	}
}

// What the audit can say, its page can be asked for.
func TestTheAuditIsSearchedForEveryAction(t *testing.T) {
	t.Parallel()
	var known []string
	for _, a := range audit.Actions() {
		known = append(known, string(a))
	}
	written := constants(t, "internal/audit", "Action")
	slices.Sort(known)
	slices.Sort(written)
	if !slices.Equal(known, written) {
		t.Errorf("the search knows %q, the audit writes %q", known, written)
	}
}
