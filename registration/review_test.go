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
	checkArgs(t, found)
	if s.want == "" {
		if !found.Passed() {
			t.Errorf("%s: found %q", s.name, places(found))
		}
		return
	}
	if !slices.Contains(places(found), s.want) || found.Blocked() != (s.out == Block) || s.out == Human && !found.Human() {
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

func TestARenewalExtendsOnlyWhatStillStands(t *testing.T) {
	t.Parallel()
	first := seized(day(2023, 1, 1), 3) // until 31 December 2025
	renewal := func(served time.Time, lifted time.Time) Seizure {
		s := seized(served, 3)
		s.ID, s.Renews, s.LiftedOn = 2, 1, lifted
		return s
	}
	for _, tt := range []struct {
		name    string
		renewal Seizure
		want    int64 // the seizure in force, 0 for none
	}{
		{"served on the last day it extends the first", renewal(day(2025, 12, 31), time.Time{}), 1},
		{"served a day later it is a seizure of its own", renewal(day(2026, 1, 1), time.Time{}), 2},
		{"lifting the renewal lifts the seizure", renewal(day(2025, 12, 31), today), 0},
	} {
		s, ok := effectiveSeizure([]Seizure{first, tt.renewal}, string(unitCode), today)
		if s.ID != tt.want || ok != (tt.want != 0) {
			t.Errorf("%s: %d is in force, want %d", tt.name, s.ID, tt.want)
		}
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
