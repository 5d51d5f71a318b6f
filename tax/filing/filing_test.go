package filing

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"onewindow/tax"
	"onewindow/tax/officer"
	"onewindow/tax/source"
)

// What a party declares is about their own side: no fact is declared by both, but for
// those of the deal, and of the sellers each declares their own home.
func TestEachSideDeclaresItsOwnFacts(t *testing.T) {
	t.Parallel()
	facts := officer.FactsOf(tax.Facts{Sellers: []tax.Seller{{}, {}}}, source.File{}, nil)
	seen := map[string][]string{}
	for _, party := range []string{"buyers[0]", "sellers[0]", "sellers[1]"} {
		for _, s := range StatementsOf(SideOf(party)) {
			for _, f := range FactsOf(s, party, facts) {
				seen[f.Path] = append(seen[f.Path], party)
			}
		}
	}
	for path, want := range map[string]string{
		"family.homes.province": "buyers[0]", "sellers.0.only_home": "sellers[0]", "sellers.1.only_home": "sellers[1]",
		"cost.price_fen": "sellers[0] sellers[1]", "price_fen": "buyers[0] sellers[0] sellers[1]",
	} {
		if got := strings.Join(seen[path], " "); got != want {
			t.Errorf("%s is declared by %q, want %q", path, got, want)
		}
	}
	for _, f := range facts {
		if len(seen[f.Path]) == 0 && f.Source != source.Officer {
			t.Errorf("nobody declares %s", f.Path)
		}
	}
}

// One reason that needs a paper sends the parties to the window; what an officer can
// settle alone does not.
func TestTheVerdictIsHonestAboutTheWindow(t *testing.T) {
	t.Parallel()
	for want, codes := range map[Verdict][]tax.Code{
		Online: nil, Officer: {tax.ParameterUnsettled, tax.SourceSilent}, Window: {tax.SourceSilent, tax.BelowAssessed},
	} {
		var reasons []tax.Reason
		for _, c := range codes {
			reasons = append(reasons, tax.Reason{Code: c})
		}
		if got := VerdictOf(want == Online, reasons); got != want {
			t.Errorf("%v: %s, want %s", codes, got, want)
		}
	}
}

func TestADisputeHasWordsAndIsOfTheOwnSide(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		party string
		d     Dispute
		want  error
	}{
		{"buyers[0]", Dispute{About: Homes, Words: "已售。\n见合同。"}, nil},
		{"buyers[0]", Dispute{About: Holding, Words: "x"}, ErrStatement},
		{"sellers[1]", Dispute{About: Holding, Words: "x"}, nil},
		{"sellers[1]", Dispute{About: "court", Words: "x"}, ErrStatement},
		{"buyers[0]", Dispute{About: Homes, Words: " \t\n"}, ErrNoWords},
		{"buyers[0]", Dispute{About: Homes, Words: "a\x00"}, ErrWords},
		{"buyers[0]", Dispute{About: Homes, Words: "\u202e"}, ErrWords},
		{"buyers[0]", Dispute{About: Homes, Words: strings.Repeat("字", MostWords)}, nil},
		{"buyers[0]", Dispute{About: Homes, Words: strings.Repeat("字", MostWords+1)}, ErrWords},
	} {
		if err := Check(tt.party, tt.d); !errors.Is(err, tt.want) {
			t.Errorf("%s, %.20q: %v, want %v", tt.party, tt.d.Words, err, tt.want)
		}
	}
	if !slices.Equal(StatementsOf(tax.SellerSide), []Statement{Sole, Holding, Deal}) {
		t.Error("a seller declares three things")
	}
}
