package worked

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"onewindow/tax"
)

// shop is a case that says everything a shop's taxes need.
const shop = `{"id":"s","date":"2026-07-01","region":"湖南岳阳","transfer_kind":"sale","note":"ignored","inputs":{
	"location_tier":"city","property_type":"shop","price_fen":200000000,"has_original_proof":true,"lvat_years":10,
	"original_price_fen":120000000,"original_deed_tax_fen":4800000,"lvat_method":"invoice","pit_method":"actual"}}`

// home is one of a home held for a year.
const home = `{"id":"h","date":"2026-05-20","region":"湖南岳阳","transfer_kind":"sale","inputs":{"location_tier":"city",
	"property_type":"housing","price_fen":80000000,"area_m2":95,"buyer_home_rank":1,"holding_lt_2y":true,
	"pit_method":"deemed","pit_deemed_rate_bp":100,"seller_sole_home_in_province":false}}`

func one(t *testing.T, text string) Result {
	t.Helper()
	list, err := Read(strings.NewReader(text))
	if err != nil || len(list) != 1 {
		t.Fatalf("%d cases of %s: %v", len(list), text, err)
	}
	return list[0].Assess(tax.SampleAdoptions())
}

func without(text string, keys ...string) string {
	for _, k := range keys {
		text = strings.Replace(text, `"`+k+`"`, `"_`+k+`"`, 1)
	}
	return text
}

// TestWhatIsMissingTakesOnlyItsLines proves that every line whose facts suffice
// is given though others lack facts.
func TestWhatIsMissingTakesOnlyItsLines(t *testing.T) {
	t.Parallel()
	all := []string{Deed, VAT, UCT, Education, LocalEducation, PIT, LVAT, Stamp}
	for _, tt := range []struct {
		name, text string
		missing    []string
		open       []string // totals without a figure
	}{
		{"nothing", home, nil, nil},
		{"the area", without(home, "area_m2"), []string{"area_m2"}, []string{Deed}},
		{"the area of a third home does not matter",
			strings.Replace(without(home, "area_m2"), `"buyer_home_rank":1`, `"buyer_home_rank":3`, 1), nil, nil},
		{"the rank", without(home, "buyer_home_rank"), []string{"buyer_home_rank"}, []string{Deed}},
		{"the tier", without(home, "location_tier"), []string{"location_tier"}, []string{UCT}},
		{"whether it is the sole home does not matter after one year",
			without(home, "seller_sole_home_in_province"), nil, nil},
		{"since when it is held", without(home, "holding_lt_2y"), []string{"seller_acquired_date"},
			[]string{Deed, VAT, UCT, Education, LocalEducation, PIT}},
		{"the method of income tax", without(home, "pit_method", "pit_deemed_rate_bp"), []string{"pit_method"}, []string{PIT}},
		{"the price", without(home, "price_fen"), []string{"price_fen"}, all},
		{"the date", without(home, "date"), []string{"filing_date"}, all},
		{"the kind of property", without(home, "property_type"), []string{"property_type"}, all},
		{"what the shop cost", without(shop, "original_price_fen"), []string{"original_price_fen"},
			[]string{Deed, VAT, UCT, Education, LocalEducation, PIT, LVAT, Stamp}},
		{"how the land VAT is found, where no proof is known", without(shop, "lvat_method", "has_original_proof",
			"original_price_fen"), []string{"lvat_method", "original_price_fen"}, all},
		{"a shop that says everything", shop, nil, nil},
	} {
		r := one(t, tt.text)
		for _, field := range tt.missing {
			if !slices.Contains(r.Missing, field) || r.Outcome != Manual {
				t.Errorf("without %s: missing %v, want %s; outcome %s", tt.name, r.Missing, field, r.Outcome)
			}
		}
		if len(tt.missing) == 0 && len(r.Missing) > 0 {
			t.Errorf("%s: missing %v", tt.name, r.Missing)
		}
		for _, key := range all {
			if open := r.Totals[key] == nil; open != slices.Contains(tt.open, key) {
				t.Errorf("without %s: %s open %v, want %v (missing %v)", tt.name, key, open, tt.open, r.Missing)
			}
		}
	}
}

// TestCasesThatNobodyPublished are the kinds and boundaries of the reference
// that no published case covers, worked by hand.
func TestCasesThatNobodyPublished(t *testing.T) {
	t.Parallel()
	base := `{"id":"x","date":"2026-08-01","region":"湖南岳阳","transfer_kind":"KIND","inputs":{"location_tier":"city",` +
		`"property_type":"housing","area_m2":100,"buyer_home_rank":1,"seller_sole_home_in_province":false,` +
		`"seller_acquired_date":"2010-01-01","pit_method":"deemed","pit_deemed_rate_bp":100,MORE}}`
	for _, tt := range []struct {
		name, kind, more string
		want             map[string]int64
		outcome          Outcome
	}{
		{"a gift to another: the recipient pays a fifth of what the taxes leave", "gift_other", `"assessed_price_fen":90000000`,
			map[string]int64{Deed: 3600000, VAT: 0, PIT: 17275500, LVAT: 0, StampBuyer: 22500, TotalBuyer: 20898000}, Manual},
		{"a division at divorce owes nothing", "divorce", `"assessed_price_fen":90000000`,
			map[string]int64{Deed: 0, VAT: 0, PIT: 0, LVAT: 0, Stamp: 0, TotalBuyer: 0, TotalSeller: 0}, Exempt},
		{"a swap of equal values", "swap", `"price_fen":80000000,"swap_difference_fen":0`,
			map[string]int64{Deed: 0, Stamp: 0, PIT: 800000}, Manual},
		{"the side that receives the difference pays no deed tax", "swap", `"price_fen":80000000,"swap_difference_fen":-5`,
			map[string]int64{Deed: 0}, Manual},
		{"compensation above the price", "expropriation_resettlement", `"price_fen":90000000,"compensation_fen":95000000`,
			map[string]int64{Deed: 0, VAT: 0, LVAT: 0}, Manual},
		{"a price below the assessed value: the assessed value is taxed", "sale",
			`"price_fen":60000000,"assessed_price_fen":72000000`, map[string]int64{Deed: 720000, PIT: 720000}, Manual},
		{"one fen below it", "sale", `"price_fen":71999999,"assessed_price_fen":72000000`,
			map[string]int64{Deed: 720000}, Manual},
		{"equal to it", "sale", `"price_fen":72000000,"assessed_price_fen":72000000`, map[string]int64{Deed: 720000}, Assessed},
		{"the parties accept the assessed value", "sale",
			`"price_fen":60000000,"assessed_price_fen":72000000,"assessed_price_accepted":true`,
			map[string]int64{Deed: 720000}, Assessed},
		{"a new home of an old project at 5 %", "new_home_sale",
			`"price_fen":105000000,"developer_vat_rate_bp":500,"seller_kind":"company","buyer_only":true`,
			map[string]int64{Deed: 1000000, Stamp: 0, StampBuyer: 0, TotalBuyer: 1000000}, Assessed},
		{"a company sells a home on its invoice", "sale",
			`"price_fen":109000000,"developer_vat_rate_bp":900,"seller_kind":"company"`,
			map[string]int64{Deed: 1000000, StampSeller: 50000, StampBuyer: 0}, Manual},
		{"a mortgage is discharged: nothing passes on", "mortgage_cancellation", `"price_fen":1`,
			map[string]int64{Deed: 0, TotalBuyer: 0}, Exempt},
		{"three owners and one fen left", "sale",
			`"price_fen":100000001,"seller_shares":["1/3","1/3","1/3"]`, map[string]int64{PIT: 999999}, Assessed},
	} {
		text := strings.NewReplacer("KIND", tt.kind, "MORE", tt.more).Replace(base)
		r := one(t, text)
		for key, want := range tt.want {
			if got := r.Totals[key]; got == nil || *got != want {
				t.Errorf("%s: %s = %v, want %d (missing %v, %v)", tt.name, key, deref(got), want, r.Missing, r.Reasons)
			}
		}
		if r.Outcome != tt.outcome {
			t.Errorf("%s: %s, want %s: %v, missing %v", tt.name, r.Outcome, tt.outcome, r.Reasons, r.Missing)
		}
	}
}

func deref(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}

// TestTheTiersOfTheLandVAT stand at their limits: a gain of exactly 50, 100 and
// 200 % of the deductions is still in the lower tier.
func TestTheTiersOfTheLandVAT(t *testing.T) {
	t.Parallel()
	for price, want := range map[string]int64{
		"150000000": 1500_0000,                                     // 50 %: 30 % of 50
		"200000000": 1500_0000 + 2000_0000,                         // 100 %
		"300000000": 1500_0000 + 2000_0000 + 5000_0000,             // 200 %
		"400000000": 1500_0000 + 2000_0000 + 5000_0000 + 6000_0000, // 300 %
		"100000000": 0, "99999999": 0,
	} {
		r := one(t, `{"id":"l","date":"2026-07-01","region":"湖南岳阳","transfer_kind":"sale","inputs":{"property_type":"shop",
			"price_fen":`+price+`,"vat_exempt":true,"lvat_method":"appraisal","lvat_appraised_fen":100000000,
			"seller_six_tax_halved":true,"pit_method":"deemed","pit_deemed_rate_bp":150,"location_tier":"city"}}`)
		// the seller's stamp duty is deducted too: the limits move by a thousandth
		if got := r.Totals[LVAT]; got == nil || *got > want || want-*got > want/500+100_000 {
			t.Errorf("land VAT at %s = %v, want about %d", price, deref(got), want)
		}
	}
}

func TestMalformedInputIsRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "blanks": " \n", "no JSON": "x", "a number": "5", "a list of numbers": "[1]", "null": "null",
		"nulls": "[null]", "two values": "{} {}", "a list and more": "[{}] x", "an open list": "[{}", "a pair": "{},{}",
		"a raw NUL": "{\"id\":\"a\x00\"}", "an id that is a number": `{"id":5}`, "half a fen": `{"inputs":{"price_fen":1.5}}`,
		"an amount in quotes": `{"inputs":{"price_fen":"5"}}`, "an exponent": `{"inputs":{"price_fen":1e3}}`,
		"a day that is none": `{"inputs":{"filing_date":"2026-02-30"}}`, "a day in words": `{"date":"today"}`,
		"an area in words": `{"inputs":{"area_m2":"95"}}`, "an area with an exponent": `{"inputs":{"area_m2":1e999999999}}`,
		"a truth in quotes": `{"inputs":{"buyer_only":"yes"}}`, "inputs that are a list": `{"inputs":[]}`,
	} {
		if list, err := Read(strings.NewReader(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v, want ErrMalformed", name, list, err)
		}
	}
}

func TestOddCasesGoToAPerson(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"an empty object":           `{}`,
		"a kind nobody knows":       strings.Replace(home, `"sale"`, `"barter"`, 1),
		"a property nobody knows":   strings.Replace(home, `"housing"`, `"castle"`, 1),
		"a price below nothing":     strings.Replace(home, "80000000", "-80000000", 1),
		"a price beyond 64 bits":    strings.Replace(home, "80000000", strings.Repeat("9", 40), 1),
		"an area beyond 64 bits":    strings.Replace(home, `:95`, ":"+strings.Repeat("9", 40), 1),
		"a rank below nothing":      strings.Replace(home, `"buyer_home_rank":1`, `"buyer_home_rank":-3`, 1),
		"a rate that no law allows": strings.Replace(home, `"pit_deemed_rate_bp":100`, `"pit_deemed_rate_bp":9000`, 1),
		"NUL in an id":              strings.Replace(home, `"h"`, `"h\u0000"`, 1),
		"before every rule":         strings.Replace(home, "2026-05-20", "2015-05-20", 1),
		"after every rule":          strings.Replace(home, "2026-05-20", "2028-01-01", 1),
		"shares of five sixths": strings.Replace(home, `"area_m2"`,
			`"seller_shares":["1/2","1/3"],"area_m2"`, 1),
		"acquired after it was sold": strings.Replace(home, `"holding_lt_2y":true`, `"seller_acquired_date":"2027-01-01"`, 1),
	} {
		r := one(t, text)
		for key, total := range r.Totals {
			if total != nil && *total < 0 {
				t.Errorf("%s: %s = %d", name, key, *total)
			}
		}
		if name == "NUL in an id" {
			if r.ID != "h\x00" || r.Outcome != Assessed {
				t.Errorf("%s: %q %s", name, r.ID, r.Outcome)
			}
			continue
		}
		if r.Outcome != Manual || len(r.Reasons) == 0 {
			t.Errorf("%s: %s, %v", name, r.Outcome, r.Reasons)
		}
		if strings.Contains(name, "every rule") && (r.Reasons[0].Code != tax.NoRule || r.Totals[VAT] != nil) {
			t.Errorf("%s: %v, VAT %v", name, r.Reasons, deref(r.Totals[VAT]))
		}
	}
}

func TestListsAndSingleCases(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"[]": 0, home: 1, "[" + home + "]": 1, " [" + home + "," + shop + "]\n": 2} {
		if list, err := Read(strings.NewReader(text)); err != nil || len(list) != want {
			t.Errorf("%d cases, want %d: %v", len(list), want, err)
		}
	}
}

func TestTheRefundOfAHomeSwap(t *testing.T) {
	t.Parallel()
	const base = `{"id":"r","region":"湖南岳阳","transfer_kind":"pit_refund_home_swap","inputs":{"old_home_sale_price_fen":100000000,` +
		`"pit_paid_fen":1000000,"new_home_price_fen":80000000,"old_home_sale_date":"2026-03-01",` +
		`"new_home_purchase_date":"2027-03-01","same_city":true,"seller_is_new_owner":true}}`
	for _, tt := range []struct {
		name, old, with string
		refund, ratio   int64
	}{
		{"cheaper: in proportion, on the last day of the year", "", "", 800000, 8000},
		{"a day later", `"2027-03-01"`, `"2027-03-02"`, 0, 0},
		{"bought before the sale", `"2027-03-01"`, `"2026-02-28"`, 0, 0},
		{"as dear: all", `80000000`, `100000000`, 1000000, 10000},
		{"somebody else owns it", `"seller_is_new_owner":true`, `"seller_is_new_owner":false`, 0, 0},
		{"nothing was paid", `"pit_paid_fen":1000000`, `"pit_paid_fen":0`, 0, 8000},
		{"sold before the first act", `"2026-03-01"`, `"2022-09-30"`, 0, 0},
	} {
		r := one(t, strings.Replace(base, tt.old, tt.with, 1))
		refund, ratio := r.Totals[PITRefund], r.Totals[RefundRatio]
		if refund == nil || ratio == nil || *refund != tt.refund || *ratio != tt.ratio {
			t.Errorf("%s: refund %v at %v, want %d at %d", tt.name, deref(refund), deref(ratio), tt.refund, tt.ratio)
		}
	}
	for _, day := range []string{"2028-01-01"} {
		r := one(t, strings.ReplaceAll(strings.ReplaceAll(base, "2026-03-01", "2028-01-01"), "2027-03-01", day))
		if r.Outcome != Manual || !slices.ContainsFunc(r.Reasons, func(x tax.Reason) bool { return x.Code == tax.NoRule }) {
			t.Errorf("sold after the last act: %s, %v", r.Outcome, r.Reasons)
		}
	}
}
