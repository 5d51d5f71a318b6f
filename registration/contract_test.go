package registration

import (
	"slices"
	"testing"
)

func TestTheFiledContractSaysTheSame(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		edit func(*Application, *Contract)
		want string
	}{
		{"nothing differs", func(*Application, *Contract) {}, ""},
		{"another price", func(a *Application, _ *Contract) { a.Price++ }, "contract_price_differs price_fen"},
		{"another unit", func(_ *Application, c *Contract) { c.Unit = "430602001001GB00001F00010002" }, "contract_unit_differs unit"},
		{"another area", func(_ *Application, c *Contract) { c.Area++ }, "contract_area_differs contract"},
		{"another contract", func(a *Application, _ *Contract) { a.Contract += "1" }, "contract_unknown contract"},
		{"revoked", func(_ *Application, c *Contract) { c.RevokedOn = day(2026, 11, 20) }, "contract_revoked contract"},
		{"fulfilled by an earlier case", func(_ *Application, c *Contract) { c.FulfilledBy = 7 }, "contract_fulfilled contract"},
		{"another buyer", func(_ *Application, c *Contract) { c.Buyers = holders(buyerWu) }, "contract_buyers_differ buyers"},
		{"one buyer more", func(_ *Application, c *Contract) { c.Buyers = holders(buyerDing, buyerWu) }, "contract_buyers_differ buyers"},
		{"another seller", func(_ *Application, c *Contract) { c.Sellers = holders(stranger) }, "contract_sellers_differ sellers"},
		{"one seller named twice for two", func(a *Application, c *Contract) {
			a.Sellers = []Party{sellerAnna, sellerAnna}
			c.Sellers = holders(sellerAnna, sellerBo)
		}, "contract_sellers_differ sellers"},
		{"another name of the seller", func(_ *Application, c *Contract) { c.Sellers[0].Name = "测试假" }, "contract_sellers_differ sellers"},
		{"joint in the contract", func(_ *Application, c *Contract) { c.CoOwnership = Joint }, "contract_co_ownership_differs co_ownership"},
		{"other shares", func(a *Application, c *Contract) {
			a.CoOwnership, c.CoOwnership = ByShares, ByShares
			a.Buyers = []Party{withShare(buyerDing, 1, 2), withShare(buyerWu, 1, 2)}
			c.Buyers = holders(withShare(buyerWu, 1, 3), withShare(buyerDing, 2, 3))
		}, "contract_shares_differ buyers"},
		{"the same shares, written otherwise and in another order", func(a *Application, c *Contract) {
			a.CoOwnership, c.CoOwnership = ByShares, ByShares
			a.Buyers = []Party{withShare(buyerDing, 1, 2), withShare(buyerWu, 1, 2)}
			c.Buyers = holders(withShare(buyerWu, 2, 4), withShare(buyerDing, 3, 6))
		}, ""},
	} {
		a, c := application(), filed()
		tt.edit(&a, &c)
		found := CheckFiling(a, c)
		checkArgs(t, found)
		if got := places(found); tt.want != "" && !slices.Contains(got, tt.want) || tt.want == "" && (len(got) > 0 || len(found) != 1) {
			t.Errorf("%s: found %q, want %q", tt.name, got, tt.want)
		}
	}
}
