package registration

import (
	"slices"
	"testing"
	"time"
)

// today is a Monday.
var today = day(2026, 11, 23)

// A situation is one line of the checklist of rules: what stands in the register
// or the application, and what the review must say of it.
type situation struct {
	name string
	edit func(*Application, *Title)
	want string // "code field" of a finding, "" if everything passes
	out  Outcome
}

func (s situation) check(t *testing.T) {
	t.Helper()
	a, title := application(), title()
	s.edit(&a, &title)
	found := Review(a, title, today)
	if s.want == "" {
		if !found.Passed() {
			t.Errorf("%s: found %q", s.name, places(found))
		}
		return
	}
	if !slices.Contains(places(found), s.want) || found.Blocked() != (s.out == Block) || found.Human() != (s.out == Human) {
		t.Errorf("%s: found %q, blocked %v, human %v; want %q %s",
			s.name, places(found), found.Blocked(), found.Human(), s.want, s.out)
	}
}

func TestEveryQuestionIsAnsweredEvenWhenNothingStandsAgainstTheSale(t *testing.T) {
	t.Parallel()
	found := Review(application(), title(), today)
	var checks []string
	for _, f := range found {
		checks = append(checks, f.Check)
	}
	want := []string{"U1", "U2", "U4", "R1", "R2", "R3", "R4", "R5", "P1", "P2", "P3", "L1"}
	if !slices.Equal(checks, want) || !found.Passed() || found.Blocked() || found.Human() {
		t.Errorf("checks %v, found %q", checks, places(found))
	}
}

func seized(from time.Time, years int) Seizure {
	return Seizure{
		ID: 1, Scope: OnUnit, Target: string(unitCode), Court: "测试法院", Document: "（2026）测执1号",
		ServedAt: from.Add(4 * time.Hour), FromOn: from, ExpiresOn: from.AddDate(years, 0, -1),
	}
}

func TestNothingSeizedIsSold(t *testing.T) {
	t.Parallel()
	yesterday := today.AddDate(0, 0, -1)
	expired := seized(today.AddDate(-3, 0, 0), 3)
	lifted := seized(day(2026, 1, 1), 3)
	lifted.LiftedOn = today
	waiting := seized(day(2026, 2, 1), 3)
	waiting.ID, waiting.ExpiresOn = 2, time.Time{}
	onParcel := func(s Seizure) Seizure { s.Scope, s.Target = OnParcel, unitCode.Parcel(); return s }
	pre := func(s Seizure) Seizure { s.Pre = true; return s }
	for _, s := range []situation{
		{"T01: a seizure whose term runs", put(seized(day(2026, 1, 1), 3)), "unit_seized unit", Block},
		{"T02: a seizure whose term ended yesterday and was not renewed", put(expired), "", Pass},
		{"the last day of a seizure still binds", put(func() Seizure { s := expired; s.ExpiresOn = today; return s }()), "unit_seized unit", Block},
		{"T03: the first seizure is lifted, the waiting one is in force from that day", put(lifted, waiting), "unit_seized unit", Block},
		{"a lifted seizure alone", put(lifted), "", Pass},
		{"a waiting seizure that was lifted while it waited", put(lifted, func() Seizure {
			s := waiting
			s.LiftedOn = yesterday
			return s
		}()), "", Pass},
		{"a seizure lifted tomorrow stands today", put(func() Seizure { s := lifted; s.LiftedOn = today.AddDate(0, 0, 1); return s }()), "unit_seized unit", Block},
		{"the first one expired long ago, the waiting one's three years are running", put(seized(day(2022, 1, 1), 3), func() Seizure {
			s := waiting
			s.ServedAt, s.FromOn = noon(2022, 6, 1), day(2022, 6, 1)
			return s
		}()), "unit_seized unit", Block},
		{"a waiting seizure keeps its whole term, counted from when it takes effect", put(seized(day(2022, 1, 1), 3), func() Seizure {
			s := waiting
			s.ServedAt, s.FromOn, s.ExpiresOn = noon(2022, 6, 1), day(2022, 6, 1), day(2025, 5, 31)
			return s
		}()), "unit_seized unit", Block},
		{"a renewal served in time lengthens the term", put(expired, func() Seizure {
			s := seized(today.AddDate(0, -1, 0), 3)
			s.ID, s.Renews = 2, 1
			return s
		}()), "unit_seized unit", Block},
		{"the seizure of the parcel binds every unit on it", put(onParcel(seized(day(2026, 1, 1), 3))), "parcel_seized unit", Block},
		{"a pre-seizure binds", put(pre(seized(day(2026, 1, 1), 3))), "unit_pre_seized unit", Block},
		{"a pre-seizure of the parcel binds", put(onParcel(pre(seized(day(2026, 1, 1), 3)))), "parcel_pre_seized unit", Block},
	} {
		s.check(t)
	}
}

func put(seizures ...Seizure) func(*Application, *Title) {
	return func(_ *Application, t *Title) { t.Seizures = seizures }
}

func TestTheTermOfAWaitingSeizureBeginsWhenItTakesEffect(t *testing.T) {
	t.Parallel()
	first := seized(day(2024, 1, 10), 3)
	first.LiftedOn = day(2026, 5, 4)
	second := seized(day(2024, 2, 1), 2) // would have ended on 31 January 2026 had it not waited
	second.ID = 2
	s, ok := effectiveSeizure([]Seizure{second, first}, string(unitCode), today)
	if !ok || s.ID != 2 || !s.FromOn.Equal(day(2026, 5, 4)) || !s.ExpiresOn.Equal(day(2028, 5, 3)) {
		t.Errorf("in force: %v from %s until %s", ok, dateText(s.FromOn), dateText(s.ExpiresOn))
	}
}

func TestAnObjectionInForceGoesToARegistrar(t *testing.T) {
	t.Parallel()
	objected := func(at time.Time, edit ...func(*Objection)) func(*Application, *Title) {
		o := Objection{ID: 1, Unit: unitCode, RegisteredAt: at}
		for _, e := range edit {
			e(&o)
		}
		return func(_ *Application, t *Title) { t.Objections = []Objection{o} }
	}
	for _, s := range []situation{
		{"T05: registered ten days ago, no suit", objected(noon(2026, 11, 13)), "objection_in_force unit", Human},
		{"T06: registered 18 days ago, no suit: lapsed", objected(noon(2026, 11, 5)), "", Pass},
		{"T07: the fifteenth day, the first not counted", objected(noon(2026, 11, 8)), "objection_in_force unit", Human},
		{"T07: the fifteenth day was a Saturday, so Monday is the last", objected(noon(2026, 11, 6)), "objection_in_force unit", Human},
		{"registered an instant before midnight in China", objected(noon(2026, 11, 5).Add(12*time.Hour - time.Second)), "", Pass},
		{"registered at midnight in China, still the day before in London", objected(noon(2026, 11, 6).Add(-12 * time.Hour)), "objection_in_force unit", Human},
		{"the fifteenth day falls on a holiday of the calendar", func(a *Application, t *Title) {
			objected(noon(2026, 11, 5))(a, t)
			t.Calendar = Calendar{day(2026, 11, 20): false}
		}, "objection_in_force unit", Human},
		{"the Saturday was worked", func(a *Application, t *Title) {
			objected(noon(2026, 11, 6))(a, t)
			t.Calendar = Calendar{day(2026, 11, 21): true}
		}, "", Pass},
		{"sued in time: in force until decided", objected(noon(2026, 1, 5), func(o *Objection) { o.SuedOn = day(2026, 1, 15) }), "objection_in_suit unit", Human},
		{"sued too late", objected(noon(2026, 1, 5), func(o *Objection) { o.SuedOn = day(2026, 3, 1) }), "", Pass},
		{"withdrawn", objected(noon(2026, 11, 13), func(o *Objection) { o.ClosedOn = today }), "", Pass},
	} {
		s.check(t)
	}
}

func TestPreNoticesProtectTheirHolders(t *testing.T) {
	t.Parallel()
	noticed := func(holder Party, registrable time.Time, mortgage bool) func(*Application, *Title) {
		return func(_ *Application, t *Title) {
			t.PreNotices = []PreNotice{{ID: 1, Holder: holders(holder)[0], Mortgage: mortgage,
				RegisteredOn: day(2026, 1, 1), RegistrableOn: registrable}}
		}
	}
	for _, s := range []situation{
		{"T08: held by a third party", noticed(stranger, time.Time{}, false), "prenotice_third_party unit", Block},
		{"T09: held by the buyer", noticed(buyerDing, time.Time{}, false), "", Pass},
		{"a mortgage pre-notice for the buyer's own claim is not a purchase", noticed(buyerDing, time.Time{}, true), "prenotice_third_party unit", Block},
		{"on the ninetieth day it still protects", noticed(stranger, today.AddDate(0, 0, -90), false), "prenotice_third_party unit", Block},
		{"T10: on the ninety-first day it has lapsed", noticed(stranger, today.AddDate(0, 0, -91), false), "", Pass},
	} {
		s.check(t)
	}
}

func TestMortgagesAndLocksStandInTheWayOfAPlainSale(t *testing.T) {
	t.Parallel()
	mortgaged := func(ban bool, ended time.Time) func(*Application, *Title) {
		return func(_ *Application, t *Title) {
			t.Mortgages = []Mortgage{{ID: 1, TransferBan: ban, RegisteredOn: day(2020, 1, 1), EndedOn: ended}}
		}
	}
	locked := func(scope Scope, released time.Time) func(*Application, *Title) {
		return func(_ *Application, t *Title) {
			t.Locks = []Lock{{ID: 1, Scope: scope, Authority: "测试局", Document: "1号", ReleasedOn: released}}
		}
	}
	for _, s := range []situation{
		{"T11: a mortgage without a ban: only 带押过户 may transfer", mortgaged(false, time.Time{}), "mortgage_current unit", Block},
		{"T12: a mortgage whose contract forbids the transfer", mortgaged(true, time.Time{}), "mortgage_transfer_ban unit", Block},
		{"a mortgage discharged today", mortgaged(true, today), "", Pass},
		{"a locked unit", locked(OnUnit, time.Time{}), "unit_locked unit", Block},
		{"a locked parcel", locked(OnParcel, time.Time{}), "parcel_locked unit", Block},
		{"a locked certificate", locked(OnCertificate, time.Time{}), "certificate_locked unit", Block},
		{"a lock released today", locked(OnUnit, today), "", Pass},
	} {
		s.check(t)
	}
}

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
	for _, s := range []situation{
		{"T13: of joint owners only one signs", coOwned(Joint, joint, sellerAnna), "holder_not_selling sellers", Block},
		{"both joint owners sign, in any order", coOwned(Joint, joint, sellerBo, sellerAnna), "", Pass},
		{"T14: 70 % of the shares sign", coOwned(ByShares, shares, sellerAnna, sellerBo), "sellers_hold_two_thirds sellers", Human},
		{"60 % of the shares are not two thirds", coOwned(ByShares, shares, sellerBo, sellerChu), "holder_not_selling sellers", Block},
		{"a seller states another share than the register", coOwned(ByShares, shares, withShare(sellerAnna, 1, 2), sellerBo, sellerChu), "seller_share_differs sellers[0].share", Block},
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
		{"a certificate declared lost", func(_ *Application, t *Title) { t.Rights[0].Certificate = CertificateLost }, "certificate_lost certificate", Block},
		{"a certificate declared void", func(_ *Application, t *Title) { t.Rights[0].Certificate = CertificateVoid }, "certificate_void certificate", Block},
		{"nobody holds the unit", func(_ *Application, t *Title) { t.Rights[0].Status = Terminated }, "right_none unit", Block},
		{"two current rights are no title", func(_ *Application, t *Title) { t.Rights = append(t.Rights, stockRight()) }, "right_several unit", Block},
	} {
		s.check(t)
	}
}

func TestWhatOnlyAPersonMayDecide(t *testing.T) {
	t.Parallel()
	for _, s := range []situation{
		{"T15: a buyer aged 17", func(a *Application, _ *Title) { a.Buyers[0].ID = synthetic("430602", "20090101", "001") }, "buyer_minor buyers[0].id_number", Human},
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

func TestTheUnitMustBeTheOneAppliedForAndAlive(t *testing.T) {
	t.Parallel()
	for _, s := range []situation{
		{"another unit", func(a *Application, _ *Title) { a.Unit = "430602001001GB00001F00010002" }, "unit_unknown unit", Block},
		{"a unit that was merged into another", func(_ *Application, t *Title) { t.Unit.VoidOn = today }, "unit_void unit", Block},
		{"a unit that will cease tomorrow", func(_ *Application, t *Title) { t.Unit.VoidOn = today.AddDate(0, 0, 1) }, "", Pass},
		{"shares are checked at review too", func(a *Application, _ *Title) { a.CoOwnership = Joint }, "co_ownership_one_buyer co_ownership", Block},
	} {
		s.check(t)
	}
}

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
		if got := places(found); tt.want != "" && !slices.Contains(got, tt.want) || tt.want == "" && (len(got) > 0 || len(found) != 1) {
			t.Errorf("%s: found %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTaxIsToldWhatTheRegisterKnows(t *testing.T) {
	t.Parallel()
	h, ok := title().Holding()
	if !ok || !h.Housing || h.Area != 120_50 || h.Acquired != Purchase || !h.AcquiredOn.Equal(day(2018, 3, 1)) ||
		!h.CertifiedOn.Equal(day(2018, 3, 1)) || len(h.Holders) != 1 || h.Price != 50_000_000 {
		t.Errorf("holding %+v, %v", h, ok)
	}
	if _, ok := (Title{}).Holding(); ok {
		t.Error("a title without a right has a holding")
	}
	if OfficeSpace.Housing() || Shop.Housing() || !Villa.Housing() || HouseUse("").Housing() {
		t.Error("group 1 of the uses, and only it, is housing")
	}
}
