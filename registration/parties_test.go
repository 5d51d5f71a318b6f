package registration

import "testing"

func TestOnlyTheHoldersSellAndTheirCertificateProvesIt(t *testing.T) {
	t.Parallel()
	coOwned := func(c CoOwnership, held []Party, selling ...Party) func(*Application, *Title) {
		return func(a *Application, t *Title) {
			t.Rights[0].CoOwnership, t.Rights[0].Holders = c, holders(held...)
			a.Sellers = selling
		}
	}
	joint := []Party{sellerAnna, sellerBo}
	shares := []Party{withShare(sellerAnna, 4, 10), withShare(sellerBo, 3, 10), withShare(sellerChu, 3, 10)}
	thirds := []Party{withShare(sellerAnna, 1, 3), withShare(sellerBo, 1, 3), withShare(sellerChu, 1, 3)}
	for _, s := range []situation{
		{"T13: of joint owners only one signs", coOwned(Joint, joint, sellerAnna), "holder_not_selling sellers", Block},
		{"both joint owners sign, in any order", coOwned(Joint, joint, sellerBo, sellerAnna), "", Pass},
		{"T14: 70 % of the shares sign", coOwned(ByShares, shares, sellerAnna, sellerBo), "sellers_hold_two_thirds sellers", Human},
		{"exactly two thirds sign", coOwned(ByShares, thirds, sellerAnna, sellerBo), "sellers_hold_two_thirds sellers", Human},
		{"60 % of the shares are not two thirds", coOwned(ByShares, shares, sellerBo, sellerChu), "holder_not_selling sellers", Block},
		{"a seller states another share than the register", coOwned(ByShares, shares, withShare(sellerAnna, 1, 2), sellerBo, sellerChu),
			"seller_share_differs sellers[0].share", Block},
		{"a body with the number of the holder is not the holder", func(a *Application, _ *Title) {
			a.Sellers[0].IDKind = Organisation
		}, "seller_not_holder sellers[0].id_number", Block},
		{"somebody else sells", coOwned(Sole, []Party{sellerAnna}, stranger), "seller_not_holder sellers[0].id_number", Block},
		{"a stranger joins the holder", coOwned(Sole, []Party{sellerAnna}, sellerAnna, stranger), "seller_not_holder sellers[1].id_number", Block},
		{"the number is right, the name is not", func(a *Application, _ *Title) { a.Sellers[0].Name = "测试假" }, "seller_name_differs sellers[0].name", Block},
		{"a middle dot of another code point is the same name", func(a *Application, t *Title) {
			a.Sellers[0].Name, t.Rights[0].Holders[0].Name = "阿依古丽•测试", "阿依古丽·测试"
		}, "", Pass},
		{"the register knows the seller by an old number", func(a *Application, t *Title) {
			a.Sellers[0].ID, t.Rights[0].Holders[0].ID = "43060219900307001X", "430602900307001"
		}, "", Pass},
		{"a certificate of another unit", func(a *Application, _ *Title) { a.Certificate = "湘（2019）岳阳市不动产权第0000009号" }, "certificate_not_of_unit certificate", Block},
		{"the certificate of a past holder", func(a *Application, t *Title) {
			past := stockRight()
			past.ID, past.Status, past.Number = 9, Historical, "湘（2015）岳阳市不动产权第0000009号"
			t.Rights = append([]Right{past}, t.Rights...)
			a.Certificate = past.Number
		}, "certificate_superseded certificate", Block},
		{"a certificate declared lost", func(_ *Application, t *Title) { t.Rights[0].Certificate = CertificateLost },
			"certificate_lost certificate", Block},
		{"a certificate declared void", func(_ *Application, t *Title) { t.Rights[0].Certificate = CertificateVoid },
			"certificate_void certificate", Block},
		{"nobody holds the unit", func(_ *Application, t *Title) { t.Rights[0].Status = Terminated }, "right_none unit", Block},
		{"two current rights are no title", func(_ *Application, t *Title) { t.Rights = append(t.Rights, stockRight()) }, "right_several unit", Block},
	} {
		s.check(t)
	}
}

func TestWhatOnlyAPersonMayDecide(t *testing.T) {
	t.Parallel()
	for _, s := range []situation{
		{"T15: a buyer aged 17", func(a *Application, _ *Title) { a.Buyers[0].ID = synthetic("430602", "20090101", "001") },
			"buyer_minor buyers[0].id_number", Human},
		{"a guardian sells for a child", func(a *Application, t *Title) {
			a.Sellers[0].ID = synthetic("430602", "20090101", "001")
			t.Rights[0].Holders = holders(a.Sellers...)
		}, "seller_minor sellers[0].id_number", Human},
		{"a company buys", func(a *Application, _ *Title) { a.Buyers[0] = company }, "party_organisation buyers[0].id_number", Human},
		{"T34: allocated land", func(_ *Application, t *Title) { t.Rights[0].LandNature = Allocated }, "land_allocated", Human},
		{"the land term ended yesterday", func(_ *Application, t *Title) { t.Rights[0].TermUntil = today.AddDate(0, 0, -1) }, "land_term_over", Human},
		{"the last day of the land term", func(_ *Application, t *Title) { t.Rights[0].TermUntil = today }, "", Pass},
		{"an affordable home", func(_ *Application, t *Title) { t.Rights[0].HouseNature = Affordable }, "house_not_market", Human},
		{"the survey measured another area", func(_ *Application, t *Title) { t.Survey.Area++ }, "survey_differs", Human},
		{"no survey is held", func(_ *Application, t *Title) { t.Survey = Survey{} }, "survey_missing", Human},
	} {
		s.check(t)
	}
}
