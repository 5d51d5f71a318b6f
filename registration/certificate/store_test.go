package certificate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/pgtest"
	"onewindow/registration"
)

// The sale of the tests. Its people are synthetic: they were born in the
// nineteenth century, and only the check digits of their numbers are right.
const (
	unit     = registration.UnitCode("430602001001GB00001F00010001")
	previous = registration.Number("湘（2018）岳阳市不动产权第0000041号")
	contract = "岳网签2026110001"
	caseID   = 7
)

var (
	entered = time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	key     = bytes.Repeat([]byte("k"), 32)
)

// resident returns an identity number with a right check digit (GB 11643-1999).
func resident(born, serial string) string {
	digits := "430602" + born + serial
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(digits[i]-'0')
	}
	return digits + string("10X98765432"[sum%11])
}

// home is what the register, the survey and the certificate say of the flat.
func home() registration.Description {
	return registration.Description{
		Location: "岳阳市岳阳楼区测试路1号1栋1502室", LandUse: registration.UrbanResidential,
		HouseUse: registration.CompleteDwelling, Structure: registration.ReinforcedConcrete,
		LandArea: 12345_67, Area: 120_50, Exclusive: 98_50, Shared: 22_00, Floors: 32, Floor: 15, CompletedYear: 2018,
	}
}

// sale is the application: one seller, two buyers by shares.
func sale() registration.Application {
	return registration.Application{
		Kind: registration.SaleTransfer, Unit: unit, Certificate: previous, Contract: contract, Price: 80_000_000,
		CoOwnership: registration.ByShares,
		Sellers:     []registration.Party{{Name: "测试甲", ID: resident("18900307", "001")}},
		Buyers: []registration.Party{
			{Name: "王𬎆", ID: resident("18930307", "004"), Share: registration.Share{Num: 1, Den: 3}},
			{Name: "阿不都热依木·买买提", ID: resident("18940307", "005"), Share: registration.Share{Num: 2, Den: 3}},
		},
	}
}

func holdersOf(parties []registration.Party) []registration.Holder {
	var all []registration.Holder
	for _, p := range parties {
		all = append(all, registration.Holder{Name: p.Name, IDKind: registration.Resident, ID: p.ID, Share: p.Share})
	}
	return all
}

// seed puts the flat, its owner and the filed contract into the register.
func seed(ctx context.Context, tx pgx.Tx) error {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	d, a := home(), sale()
	for _, put := range []func() error{
		func() error {
			return registration.PutParcel(ctx, tx, registration.Parcel{Code: unit.Parcel(), Location: "测试路1号",
				Area: d.LandArea, Use: d.LandUse})
		},
		func() error {
			return registration.PutBuilding(ctx, tx, registration.Building{Parcel: unit.Parcel(), Number: "0001",
				Name: "1栋", Structure: d.Structure, Floors: d.Floors, CompletedYear: d.CompletedYear})
		},
		func() error { return registration.PutUnit(ctx, tx, registration.Unit{Code: unit, Description: d}) },
		func() error {
			return registration.PutSurvey(ctx, tx, unit, registration.Survey{Description: d, SurveyedOn: day(2018, 1, 1),
				FileName: "survey.txt", Sample: true}, []byte("SAMPLE"))
		},
		func() error {
			_, err := registration.PutStockRight(ctx, tx, registration.Right{Unit: unit, Number: previous,
				CoOwnership: registration.Sole, Holders: holdersOf(a.Sellers), LandNature: registration.Granted,
				HouseNature: registration.Market, TermFrom: day(2010, 1, 1), TermUntil: day(2079, 12, 31),
				Acquired: registration.Purchase, AcquiredOn: day(2018, 3, 1), CertifiedOn: day(2018, 3, 1), Price: 50_000_000})
			return err
		},
		func() error {
			return registration.PutContract(ctx, tx, registration.Contract{Number: contract, Unit: unit, Area: d.Area,
				Price: a.Price, CoOwnership: a.CoOwnership, Sellers: holdersOf(a.Sellers), Buyers: holdersOf(a.Buyers),
				SignedOn: day(2026, 11, 1), FiledOn: day(2026, 11, 2)})
		},
	} {
		if err := put(); err != nil {
			return err
		}
	}
	return nil
}

// entry seeds a database of its own and enters the sale.
func entry(t testing.TB) (*pgxpool.Pool, registration.Entry) {
	t.Helper()
	pool := pgtest.Pool(t)
	var e registration.Entry
	within(t, pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		if err := seed(ctx, tx); err != nil {
			return err
		}
		by := registration.Approval{By: "registrar", At: entered.Add(-time.Minute)}
		e, err = registration.Enter(ctx, tx, caseID, sale(), by, entered)
		return err
	})
	return pool, e
}

// within runs do in a transaction and ends the test if it fails.
func within(t testing.TB, pool *pgxpool.Pool, do func(context.Context, pgx.Tx) error) {
	t.Helper()
	if err := try(pool, do); err != nil {
		t.Fatal(err)
	}
}

func try(pool *pgxpool.Pool, do func(context.Context, pgx.Tx) error) error {
	ctx := context.Background()
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return do(ctx, tx) })
}

// sheetOf is the sheet the job would print.
func sheetOf(t testing.TB, e registration.Entry) Sheet {
	t.Helper()
	id, err := VerifyIDOf(key, e.ID(), e.Number().Kind(), "")
	if err != nil {
		t.Fatal(err)
	}
	return SheetOf(e, Terms{IssuedAt: e.At(), VerifyID: id, VerifyURL: "https://example.invalid/v/" + string(id), Sample: true})
}

func TestTheCertificateSaysWhatTheRegisterSays(t *testing.T) {
	t.Parallel()
	_, e := entry(t)
	s := sheetOf(t, e)
	want := []Field{
		{"权利人", "王𬎆、阿不都热依木·买买提"},
		{"共有情况", "按份共有：王𬎆 1/3，阿不都热依木·买买提 2/3"},
		{"坐落", "岳阳市岳阳楼区测试路1号1栋1502室"},
		{"不动产单元号", "430602 001001 GB00001 F00010001"},
		{"权利类型", "国有建设用地使用权/房屋所有权"},
		{"权利性质", "出让/市场化商品房"},
		{"用途", "城镇住宅用地/成套住宅"},
		{"面积", "共有宗地面积12345.67㎡/房屋建筑面积120.50㎡"},
		{"使用期限", "国有建设用地使用权 2010年01月01日起2079年12月31日止"},
		{"权利其他状况", "房屋结构：钢筋混凝土结构\n专有建筑面积：98.50㎡，分摊建筑面积：22.00㎡\n" +
			"房屋总层数：32层，所在层：15层\n房屋竣工时间：2018年"},
		{"附记", "原不动产权证号：湘（2018）岳阳市不动产权第0000041号\n买卖合同网签备案号：岳网签2026110001"},
	}
	for i, f := range s.Fields() {
		if f != want[i] {
			t.Errorf("field %d is %q, want %q", i+1, f, want[i])
		}
	}
	if s.Number != "湘（2026）岳阳市不动产权第0000001号" || s.Office != "岳阳市不动产登记中心" {
		t.Errorf("number %q, office %q", s.Number, s.Office)
	}
	if problems := Lint(print(t, s), s); problems != nil {
		t.Errorf("Lint: %+v", problems)
	}
}

func TestTheCertificateIsIssuedOnceAndTheFirstStands(t *testing.T) {
	t.Parallel()
	pool, e := entry(t)
	s := sheetOf(t, e)
	pdf := print(t, s)
	var first, second Document
	within(t, pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		first, err = Issue(ctx, tx, caseID, e, s, pdf)
		return err
	})
	late := s
	late.IssuedAt = s.IssuedAt.Add(48 * time.Hour)
	within(t, pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		second, err = Issue(ctx, tx, caseID, e, late, print(t, late))
		return err
	})
	if first.ID != second.ID || !bytes.Equal(second.PDF, pdf) || second.Number != e.Number() {
		t.Errorf("the second call issued document %d, want %d unchanged", second.ID, first.ID)
	}
	if first.SHA256 != sha256.Sum256(pdf) || !first.IssuedAt.Equal(e.At()) || first.CaseID != caseID {
		t.Errorf("document %+v is not as issued", first.ID)
	}
}

func TestAStoredSheetPrintsTheStoredBytesAgain(t *testing.T) {
	t.Parallel()
	pool, e := entry(t)
	s := sheetOf(t, e)
	within(t, pool, func(ctx context.Context, tx pgx.Tx) error {
		_, err := Issue(ctx, tx, caseID, e, s, print(t, s))
		return err
	})
	finds := map[string]func(context.Context, pgx.Tx) (Document, error){
		"by number":    func(ctx context.Context, tx pgx.Tx) (Document, error) { return DocumentOf(ctx, tx, e.Number()) },
		"by verify id": func(ctx context.Context, tx pgx.Tx) (Document, error) { return ByVerifyID(ctx, tx, s.VerifyID) },
		"by entry":     func(ctx context.Context, tx pgx.Tx) (Document, error) { return OfEntry(ctx, tx, e, "") },
	}
	for name, find := range finds {
		within(t, pool, func(ctx context.Context, tx pgx.Tx) error {
			d, err := find(ctx, tx)
			if err != nil {
				return err
			}
			if !bytes.Equal(print(t, d.Sheet), d.PDF) {
				t.Errorf("found %s, the sheet prints otherwise than it did", name)
			}
			return nil
		})
	}
}

func TestNothingIsIssuedWithoutAnEntryOrForAnother(t *testing.T) {
	t.Parallel()
	pool, e := entry(t)
	s := sheetOf(t, e)
	foreign := s
	foreign.Number = "湘（2026）岳阳市不动产权第0000002号"
	tests := []struct {
		name   string
		caseID int64
		entry  registration.Entry
		sheet  Sheet
		want   error
	}{
		{"an empty entry", caseID, registration.Entry{}, s, ErrEmptyEntry},
		{"another number", caseID, e, foreign, ErrForeignSheet},
		{"another case", caseID + 1, e, s, ErrForeignSheet},
	}
	for _, tt := range tests {
		err := try(pool, func(ctx context.Context, tx pgx.Tx) error {
			_, err := Issue(ctx, tx, tt.caseID, tt.entry, tt.sheet, []byte("pdf"))
			return err
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: Issue = %v, want %v", tt.name, err, tt.want)
		}
	}
	err := try(pool, func(ctx context.Context, tx pgx.Tx) error {
		_, err := DocumentOf(ctx, tx, e.Number())
		return err
	})
	if !errors.Is(err, ErrNoDocument) {
		t.Errorf("DocumentOf = %v, want ErrNoDocument", err)
	}
}

func TestAnIssuedCertificateCannotBeChangedOrWithdrawnFromTheRecord(t *testing.T) {
	t.Parallel()
	pool, e := entry(t)
	s := sheetOf(t, e)
	within(t, pool, func(ctx context.Context, tx pgx.Tx) error {
		_, err := Issue(ctx, tx, caseID, e, s, print(t, s))
		return err
	})
	for _, change := range []string{
		"UPDATE certificate_document SET keeper = 'x'", "DELETE FROM certificate_document",
		"TRUNCATE certificate_document",
	} {
		if _, err := pool.Exec(context.Background(), change); err == nil {
			t.Errorf("%s was carried out", change)
		}
	}
}

func TestEightWorkersIssueOneDocument(t *testing.T) {
	t.Parallel()
	pool, e := entry(t)
	s := sheetOf(t, e)
	var group sync.WaitGroup
	ids := make([]int64, 8)
	for i := range ids {
		group.Go(func() {
			pdf := print(t, s)
			err := try(pool, func(ctx context.Context, tx pgx.Tx) error {
				d, err := Issue(ctx, tx, caseID, e, s, pdf)
				ids[i] = d.ID
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, id := range ids {
		if id != ids[0] || id == 0 {
			t.Fatalf("the workers were given documents %v, want one", ids)
		}
	}
}

func TestAVerifyIDIsAlwaysTheSameAndBetraysNothing(t *testing.T) {
	t.Parallel()
	of := func(k []byte, id int64, keeper string) VerifyID {
		v, err := VerifyIDOf(k, id, registration.Certificate, keeper)
		if err != nil {
			t.Fatal(err)
		}
		if parsed, err := ParseVerifyID(string(v)); err != nil || parsed != v {
			t.Errorf("ParseVerifyID(%s) = %s, %v", v, parsed, err)
		}
		return v
	}
	first := of(key, 1, "")
	if first != of(key, 1, "") {
		t.Error("the verify id of one document changes")
	}
	others := []VerifyID{of(key, 2, ""), of(key, 1, "甲"), of(bytes.Repeat([]byte("l"), 32), 1, "")}
	for _, other := range others {
		if other == first {
			t.Error("two documents, or two keys, share a verify id")
		}
	}
	if _, err := VerifyIDOf(key[:31], 1, registration.Certificate, ""); !errors.Is(err, ErrKey) {
		t.Errorf("a key of 31 bytes: %v, want ErrKey", err)
	}
	for _, bad := range []string{"", "1", string(first) + "A", "' OR 1=1 --", "00000000000000000000000000"} {
		if _, err := ParseVerifyID(bad); !errors.Is(err, ErrNoDocument) {
			t.Errorf("ParseVerifyID(%q) = %v, want ErrNoDocument", bad, err)
		}
	}
}
