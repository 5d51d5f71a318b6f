package registration

import (
	"time"

	"onewindow/internal/money"
)

// The people of the tests are synthetic: their numbers have right check digits
// and birth dates of the nineteenth century.
var (
	sellerAnna = Party{Name: "测试甲", IDKind: Resident, ID: synthetic("430602", "18900307", "001")}
	sellerBo   = Party{Name: "测试乙", IDKind: Resident, ID: synthetic("430602", "18910307", "002")}
	sellerChu  = Party{Name: "测试丙", IDKind: Resident, ID: synthetic("430602", "18920307", "003")}
	buyerDing  = Party{Name: "测试丁", IDKind: Resident, ID: synthetic("430602", "18930307", "004")}
	buyerWu    = Party{Name: "测试戊", IDKind: Resident, ID: synthetic("430602", "18940307", "005")}
	stranger   = Party{Name: "测试己", IDKind: Resident, ID: synthetic("430602", "18950307", "006")}
	company    = Party{Name: "岳阳测试有限公司", IDKind: Organisation, ID: "91430600MA4L00011D"}
)

const (
	unitCode   = UnitCode("430602001001GB00001F00010001")
	oldNumber  = Number("湘（2018）岳阳市不动产权第0000001号")
	contractNo = "岳网签2026110001"
)

func synthetic(county, born, serial string) string {
	s := county + born + serial
	return s + string(identityCheck(s))
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// noon is an instant of a day in China.
func noon(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, shanghai) }

func home() Description {
	return Description{
		Location: "岳阳市岳阳楼区测试路1号1栋101室", LandUse: UrbanResidential, HouseUse: CompleteDwelling,
		Structure: ReinforcedConcrete, LandArea: 12345_67, Area: 120_50, Exclusive: 98_50, Shared: 22_00,
		Floors: 32, Floor: 15, CompletedYear: 2018,
	}
}

func holders(parties ...Party) []Holder { return holdersFrom(parties) }

func withShare(p Party, num, den int64) Party {
	p.Share = Share{num, den}
	return p
}

// application is a sale from one seller to one buyer with nothing against it.
func application() Application {
	return Application{
		Kind: SaleTransfer, Unit: unitCode, Certificate: oldNumber, Contract: contractNo,
		Price: money.Fen(80_000_000), CoOwnership: Sole,
		Sellers: []Party{sellerAnna}, Buyers: []Party{buyerDing},
	}
}

func stockRight() Right {
	return Right{
		ID: 1, Unit: unitCode, Status: Current, Number: oldNumber, Certificate: CertificateValid,
		CoOwnership: Sole, Holders: holders(sellerAnna), LandNature: Granted, HouseNature: Market,
		TermFrom: day(2010, 1, 1), TermUntil: day(2079, 12, 31), Acquired: Purchase,
		AcquiredOn: day(2018, 3, 1), CertifiedOn: day(2018, 3, 1), Price: 50_000_000,
		EnteredAt: day(2018, 3, 1), Description: home(),
	}
}

// title is the title of that sale: one holder, no restriction, a survey that agrees.
func title() Title {
	return Title{
		Unit:   Unit{Code: unitCode, Building: "0001", Description: home()},
		Survey: Survey{Description: home(), SurveyedOn: day(2018, 1, 1), FileName: "survey.txt", Sample: true},
		Rights: []Right{stockRight()},
	}
}

func filed() Contract {
	return Contract{
		Number: contractNo, Unit: unitCode, Area: home().Area, UnitArea: home().Area, Price: 80_000_000,
		CoOwnership: Sole, Sellers: holders(sellerAnna), Buyers: holders(buyerDing),
		SignedOn: day(2026, 11, 1), FiledOn: day(2026, 11, 2),
	}
}
