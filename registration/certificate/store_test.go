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

	"onewindow/registration"
)

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
	if problems := Lint(rendered(t, s), s); problems != nil {
		t.Errorf("Lint: %+v", problems)
	}
}

func TestTheCertificateIsIssuedOnceAndTheFirstStands(t *testing.T) {
	t.Parallel()
	pool, e := entry(t)
	s := sheetOf(t, e)
	pdf := rendered(t, s)
	var first, second Document
	within(t, pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		first, err = Issue(ctx, tx, caseID, e, s, pdf)
		return err
	})
	late := s
	late.IssuedAt = s.IssuedAt.Add(48 * time.Hour)
	within(t, pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		second, err = Issue(ctx, tx, caseID, e, late, rendered(t, late))
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
		_, err := Issue(ctx, tx, caseID, e, s, rendered(t, s))
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
			if !bytes.Equal(rendered(t, d.Sheet), d.PDF) {
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
		_, err := Issue(ctx, tx, caseID, e, s, rendered(t, s))
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
			pdf := rendered(t, s)
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
