package registration

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"onewindow/internal/money"
)

// places returns "code field" of the findings that are not passes.
func places(found Findings) []string {
	var out []string
	for _, f := range found.Failing() {
		out = append(out, strings.TrimSpace(f.Code+" "+f.Field))
	}
	return out
}

func TestAGoodApplicationHasNoDefect(t *testing.T) {
	t.Parallel()
	if found := application().Normalise().Validate(); len(found) > 0 {
		t.Errorf("defects: %v", places(found))
	}
}

func TestDefectsOfForm(t *testing.T) {
	t.Parallel()
	share := func(s string) Share { return parseShare(s) }
	for _, tt := range []struct {
		name string
		edit func(*Application)
		want string // "code field"
	}{
		{"a drill never comes from outside", func(a *Application) { a.Kind = Drill }, "kind_unknown kind"},
		{"the zero kind is no kind", func(a *Application) { a.Kind = "" }, "kind_unknown kind"},
		{"a missing unit", func(a *Application) { a.Unit = "" }, "text_missing unit"},
		{"27 characters are no unit code", func(a *Application) { a.Unit = unitCode[:27] }, "unit_malformed unit"},
		{"NUL in the unit", func(a *Application) { a.Unit = "\x00" + unitCode[1:] }, "text_forbidden unit"},
		{"a unit of 汨罗 belongs to its own office", func(a *Application) { a.Unit = "430681" + unitCode[6:] }, "unit_other_office unit"},
		{"a unit of 北京 is not of this city", func(a *Application) { a.Unit = "110101" + unitCode[6:] }, "unit_other_region unit"},
		{"bare land is no second-hand home", func(a *Application) { a.Unit = "430602001001GB00001W00000000" }, "unit_not_house unit"},
		{"a certificate number of another form", func(a *Application) { a.Certificate = "岳房权证第1号" }, "certificate_malformed certificate"},
		{"a proof of registration is no title", func(a *Application) { a.Certificate = "湘（2024）岳阳市不动产证明第0000001号" }, "certificate_is_proof certificate"},
		{"a missing contract number", func(a *Application) { a.Contract = "" }, "text_missing contract"},
		{"a contract number of 51 characters", func(a *Application) { a.Contract = strings.Repeat("9", 51) }, "text_too_long contract"},
		{"a price of nothing", func(a *Application) { a.Price = 0 }, "price_not_positive price_fen"},
		{"a negative price", func(a *Application) { a.Price = -1 }, "price_not_positive price_fen"},
		{"an absurd price", func(a *Application) { a.Price = maxPrice + 1 }, "price_too_high price_fen"},
		{"no seller", func(a *Application) { a.Sellers = nil }, "parties_missing sellers"},
		{"no buyer", func(a *Application) { a.Buyers = nil }, "parties_missing buyers"},
		{"21 sellers", func(a *Application) { a.Sellers = make([]Party, 21) }, "parties_too_many sellers"},
		{"the seller buys", func(a *Application) { a.Buyers[0] = sellerAnna }, "buyer_is_seller buyers[0].id_number"},
		{"the same seller twice", func(a *Application) { a.Sellers = append(a.Sellers, sellerAnna) }, "party_twice sellers[1].id_number"},
		{"an unknown kind of document", func(a *Application) { a.Buyers[0].IDKind = "passport" }, "id_kind_unknown buyers[0].id_kind"},
		{"a wrong check digit", func(a *Application) { a.Buyers[0].ID = "430602199003070018" }, "id_check buyers[0].id_number"},
		{"29 February of a common year", func(a *Application) { a.Buyers[0].ID = synthetic("430602", "19900229", "001") }, "id_birth_date buyers[0].id_number"},
		{"too short a number", func(a *Application) { a.Buyers[0].ID = "4306021990" }, "id_malformed buyers[0].id_number"},
		{"a company with a citizen's number", func(a *Application) { a.Buyers[0].IDKind = Organisation }, "credit_code_check buyers[0].id_number"},
		{"a company with a broken code", func(a *Application) { a.Buyers[0] = company; a.Buyers[0].ID = "9143" }, "credit_code_malformed buyers[0].id_number"},
		{"no name", func(a *Application) { a.Buyers[0].Name = "" }, "text_missing buyers[0].name"},
		{"a name of 51 characters", func(a *Application) { a.Buyers[0].Name = strings.Repeat("测", 51) }, "text_too_long buyers[0].name"},
		{"a control character in a name", func(a *Application) { a.Buyers[0].Name = "测\x07试" }, "text_forbidden buyers[0].name"},
		{"a name that turns the text around", func(a *Application) { a.Buyers[0].Name = "测\u202e试" }, "text_forbidden buyers[0].name"},
		{"a name with an invisible character", func(a *Application) { a.Buyers[0].Name = "测\u200b试" }, "text_forbidden buyers[0].name"},
		{"bytes that are no text", func(a *Application) { a.Buyers[0].Name = "测\xff" }, "text_forbidden buyers[0].name"},
		{"a telephone number of letters", func(a *Application) { a.Buyers[0].Phone = "call me" }, "phone_malformed buyers[0].phone"},
		{"unknown co-ownership", func(a *Application) { a.CoOwnership = "shared" }, "co_ownership_unknown co_ownership"},
		{"one buyer never owns jointly", func(a *Application) { a.CoOwnership = Joint }, "co_ownership_one_buyer co_ownership"},
		{"two buyers are not a sole owner", func(a *Application) { a.Buyers = append(a.Buyers, buyerWu) }, "co_ownership_several_buyers co_ownership"},
		{"a sole owner has no share", func(a *Application) { a.Buyers[0].Share = share("1/1") }, "share_unwanted buyers[0].share"},
		{"nobody divides by zero", func(a *Application) { a.Buyers[0].Share = share("1/0") }, "share_malformed buyers[0].share"},
		{"a share that is no fraction", func(a *Application) { a.Sellers[0].Share = share("half") }, "share_malformed sellers[0].share"},
		{"shares of 1/2 and 1/3", func(a *Application) {
			a.CoOwnership, a.Buyers = ByShares, []Party{withShare(buyerDing, 1, 2), withShare(buyerWu, 1, 3)}
		}, "shares_sum buyers"},
		{"one of two shares is missing", func(a *Application) {
			a.CoOwnership, a.Buyers = ByShares, []Party{withShare(buyerDing, 1, 2), buyerWu}
		}, "share_missing buyers[1].share"},
	} {
		a := application()
		tt.edit(&a)
		found := a.Validate()
		checkArgs(t, found)
		if got := places(found); !slices.Contains(got, tt.want) || !found.Blocked() {
			t.Errorf("%s: found %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAllDefectsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	var a Application
	text := `{"kind":"gift","unit":"x","certificate":"y","contract":"","price_fen":-1,"co_ownership":"none",
		"sellers":[{"name":"","id_number":"1"}],"buyers":[{"name":"\u0000","id_number":"2","share":"2/1"}]}`
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"kind_unknown kind", "unit_malformed unit", "certificate_malformed certificate", "text_missing contract",
		"price_not_positive price_fen", "text_missing sellers[0].name", "id_malformed sellers[0].id_number",
		"text_forbidden buyers[0].name", "id_malformed buyers[0].id_number", "co_ownership_unknown co_ownership",
	}
	if got := places(a.Normalise().Validate()); !slices.Equal(got, want) {
		t.Errorf("found %q,\nwant  %q", got, want)
	}
}

func TestTheRightOfficeIsNamed(t *testing.T) {
	t.Parallel()
	a := application()
	a.Unit = "430621" + a.Unit[6:]
	found := a.Validate()
	if len(found) != 1 || found[0].Args["office"] != "岳阳县不动产登记中心" {
		t.Errorf("found %+v", found)
	}
}

func TestFindingsHoldNoPersonalData(t *testing.T) {
	t.Parallel()
	a := application()
	a.Sellers[0].Name += "\u202e"
	a.Sellers[0].ID = "430602199003070018"
	a.Buyers = []Party{sellerAnna, sellerAnna}
	text, err := json.Marshal(append(a.Validate(), Review(a, title(), day(2026, 11, 23))...))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"测试", "4306021990", sellerAnna.ID} {
		if strings.Contains(string(text), secret) {
			t.Errorf("findings hold %q: %s", secret, text)
		}
	}
}

func TestNormalisingWritesCodesAsTheStandardsDo(t *testing.T) {
	t.Parallel()
	a := Application{
		Kind: " sale_transfer ", Unit: "４３０６０２ 001001　gb00001 f00010001", Certificate: "湘(2018)岳阳市不动产权第０000001号",
		Contract: "　岳网签２０２６110001 ", CoOwnership: "sole",
		Sellers: []Party{{Name: " 测试甲　", ID: "430602 19900307 001x"}},
		Buyers:  []Party{{Name: "阿依古丽·𠮷𰻞", ID: "91430600ma4l00011d", IDKind: Organisation, Phone: "138-0000 ００００"}},
	}.Normalise()
	if a.Kind != SaleTransfer || a.Unit != unitCode || a.Certificate != oldNumber || a.Contract != contractNo {
		t.Errorf("codes: %q %q %q %q", a.Kind, a.Unit, a.Certificate, a.Contract)
	}
	if s := a.Sellers[0]; s.Name != "测试甲" || s.ID != "43060219900307001X" || s.IDKind != Resident {
		t.Errorf("seller: %+v", s)
	}
	if b := a.Buyers[0]; b.Name != "阿依古丽·𠮷𰻞" || b.ID != company.ID || b.Phone != "13800000000" {
		t.Errorf("buyer: %+v", b)
	}
}

func TestRareNamesAreKeptAsTyped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		han := rapid.OneOf(rapid.RuneFrom(nil, unicode.Han), rapid.SampledFrom([]rune("·𠀀𪚥𰀀㐀")))
		name := rapid.StringOfN(han, 1, maxName, -1).Draw(t, "name")
		a := application()
		a.Buyers[0].Name = name
		a = a.Normalise()
		if found := a.Validate(); a.Buyers[0].Name != name || len(found) > 0 {
			t.Errorf("%q became %q: %v", name, a.Buyers[0].Name, places(found))
		}
	})
}

// Row 21 of the threats: no character that looks like another, or that Unicode would
// fold into one, is changed in a name, though each is another character for a search.
func TestNoLookalikeIsFoldedInAName(t *testing.T) {
	t.Parallel()
	ranges := [][2]rune{{0x2e80, 0x2fd5}, {0x3400, 0x3400}, {0xf900, 0xfad9}, {0xff66, 0xff9d}, {0x2f800, 0x2fa1d}}
	folded, looked := 0, 0
	for _, r := range ranges {
		for c := r[0]; c <= r[1]; c++ {
			if !unicode.IsLetter(c) && !unicode.IsSymbol(c) {
				continue
			}
			looked++
			a := application()
			a.Buyers[0].Name = "王" + string(c) + "·" + string(c)
			name := a.Buyers[0].Name
			if a = a.Normalise(); a.Buyers[0].Name != name {
				t.Errorf("%U: %q became %q", c, name, a.Buyers[0].Name)
				folded++
			}
		}
	}
	t.Logf("%d radicals, compatibility forms and narrow letters: %d changed", looked, folded)
	if looked < 1200 {
		t.Errorf("only %d characters", looked)
	}
}

func TestSharesAreExactFractions(t *testing.T) {
	t.Parallel()
	var p Party
	for text, want := range map[string]Share{`"1/3"`: {1, 3}, `"１／３"`: {1, 3}, `""`: {}, `"0/1"`: {-1, -1},
		`"2/1"`: {-1, -1}, `"-1/2"`: {-1, -1}, `"1/9999999999"`: {-1, -1}, `"1"`: {-1, -1}} {
		if err := json.Unmarshal([]byte(`{"share":`+text+`}`), &p); err != nil || p.Share != want {
			t.Errorf("share %s is %v, want %v (%v)", text, p.Share, want, err)
		}
	}
	if !(Share{1, 2}).equal(Share{2, 4}) || (Share{1, 2}).equal(Share{1, 3}) || (Share{1, 2}).equal(Share{}) {
		t.Error("1/2 equals 2/4 and nothing else here")
	}
	if got, _ := json.Marshal(withShare(Party{}, 1, 3)); !strings.Contains(string(got), `"1/3"`) {
		t.Errorf("marshalled %s", got)
	}
	if got, _ := json.Marshal(Party{}); strings.Contains(string(got), "share") {
		t.Errorf("no share marshalled as %s", got)
	}
}

// Any split of 1 into fractions with 20 different denominators sums to exactly 1.
func TestSharesSumExactlyHoweverOddTheyAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Int64Range(1, 1000), 2, maxParties).Draw(t, "weights")
		var total int64
		for _, w := range weights {
			total += w
		}
		buyers := make([]Party, len(weights))
		for i, w := range weights {
			k := rapid.Int64Range(1, 1000).Draw(t, "k")
			buyers[i].Share = Share{w * k, total * k}
		}
		if found := checkShares(CheckShares, ByShares, buyers); len(found) > 0 {
			t.Errorf("whole shares refused: %v", places(found))
		}
		buyers[0].Share.Den++
		if found := checkShares(CheckShares, ByShares, buyers); len(found) == 0 {
			t.Error("shares that are not whole passed")
		}
	})
}

func TestThePriceOfAHundredBillionIsTheLimit(t *testing.T) {
	t.Parallel()
	a := application()
	if a.Price = money.Yuan(100_000_000_000); len(a.Validate()) > 0 {
		t.Error("the limit itself is refused")
	}
}
