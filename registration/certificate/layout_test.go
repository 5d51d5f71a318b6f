package certificate

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"onewindow/internal/typeset"
	"onewindow/registration"
)

// shared is s with many owners, whose names begin alike.
func shared(s Sheet, name string, owners int) Sheet {
	var holders, shares []string
	for _, last := range []rune("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许")[:owners] {
		holder := name + string(last)
		holders, shares = append(holders, holder), append(shares, fmt.Sprintf("%s 1/%d", holder, owners))
	}
	s.Holder = strings.Join(holders, "、")
	s.CoOwnership = "按份共有：" + strings.Join(shares, "，")
	return s
}

func TestNothingLeavesItsPlaceOrIsCut(t *testing.T) {
	t.Parallel()
	long := "湖南省岳阳市岳阳楼区" + strings.Repeat("巴陵中路218号洞庭花园第", 12) + "1502室"
	tests := []struct {
		name  string
		sheet func(Sheet) Sheet
		pages int
	}{
		{"an ordinary flat", func(s Sheet) Sheet { return s }, 2},
		{"twenty co-owners with short names", func(s Sheet) Sheet { return shared(s, "王小", 20) }, 3},
		{"twenty co-owners with long names", func(s Sheet) Sheet { return shared(s, "阿不都热依木·买买提伊明", 20) }, 3},
		{"a very long address", func(s Sheet) Sheet { s.Location = long; return s }, 3},
		{"an address without a place to break", func(s Sheet) Sheet { s.Location = strings.Repeat("8", 90); return s }, 2},
		{"notes of many lines", func(s Sheet) Sheet { s.Notes = strings.Repeat("附记一行\n", 40); return s }, 4},
		{"notes as long as they may be", func(s Sheet) Sheet { s.Notes = strings.Repeat("长", 2500); return s }, 4},
		{"a long number", func(s Sheet) Sheet {
			s.Number = "湘（2026）" + strings.Repeat("岳阳市", 12) + "不动产权第000000001234号"
			return s
		}, 2},
		{"no plans", func(s Sheet) Sheet { s.Plans = nil; return s }, 2},
		{"a plan without a file", func(s Sheet) Sheet { s.Plans = []Plan{{Title: "宗地图"}}; return s }, 2},
		{"nothing but what must be", func(s Sheet) Sheet {
			s.Other, s.Notes, s.Location, s.Term = "", "", "", ""
			return s
		}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := tt.sheet(flat())
			c := composed(t, s)
			if len(c.leaves) != tt.pages {
				t.Errorf("%d pages, want %d", len(c.leaves), tt.pages)
			}
			inside(t, c)
			whole(t, s, tt.pages)
		})
	}
}

// whole checks that a document of so many pages reads back field by field.
func whole(t testing.TB, s Sheet, pages int) {
	t.Helper()
	pdf := rendered(t, s)
	if problems := Lint(pdf, s); problems != nil {
		t.Errorf("Lint: %+v", problems)
	}
	text := solid(tool(t, pdf, "pdftotext", "-raw", "PDF", "-"))
	for _, f := range s.Fields() {
		inOnePiece := pages < 4 // no page ends within a field
		if inOnePiece && !strings.Contains(text, solid(f.Text)) {
			t.Errorf("%s is not whole in the text", f.Label)
		}
	}
}

// composed lays s out or ends the test.
func composed(t testing.TB, s Sheet) *composer {
	t.Helper()
	p, err := standard()
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.compose(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// inside checks that no text crosses the frame of its page, a rule of the table
// or another text.
func inside(t testing.TB, c *composer) {
	t.Helper()
	for n, l := range c.leaves {
		for i, m := range l.Marks {
			box := c.box(m)
			if box.left < 14 || box.right > pageWidth-14 || box.top < 14 || box.bottom > pageHeight-14 {
				t.Errorf("page %d: a text at %.1f,%.1f leaves the frame", n+1, m.X, m.Y)
			}
			for _, r := range l.Rules {
				if box.crosses(rectangle{r.X1, r.Y1, r.X2, r.Y2}) {
					t.Errorf("page %d: a text at %.1f,%.1f crosses a rule", n+1, m.X, m.Y)
				}
			}
			for _, other := range l.Marks[:i] {
				if box.crosses(c.box(other)) {
					t.Errorf("page %d: the texts at %.1f,%.1f and %.1f,%.1f overlap", n+1, m.X, m.Y, other.X, other.Y)
				}
			}
		}
	}
}

// A rectangle is an area of a page in millimetres.
type rectangle struct{ left, top, right, bottom float64 }

// box is what the ideographs of m cover.
func (c *composer) box(m typeset.Mark) rectangle {
	return rectangle{m.X, m.Y - 0.84*m.Size*typeset.MM, m.X + c.tray.Width([]rune(m.Text), m.Size), m.Y + 0.06*m.Size*typeset.MM}
}

func (a rectangle) crosses(b rectangle) bool {
	return math.Max(a.left, b.left) < math.Min(a.right, b.right)+1e-9 &&
		math.Max(a.top, b.top) < math.Min(a.bottom, b.bottom)+1e-9
}

func TestDrawingsInOneFileHaveOnePlaceThatNamesIt(t *testing.T) {
	t.Parallel()
	s := flat()
	s.Plans = plans(registration.Survey{FileName: "测绘成果\U0010FFF0.pdf", FileSHA256: strings.Repeat("0123456789abcdef", 4)})
	got := tool(t, rendered(t, s), "pdftotext", "-raw", "PDF", "-")
	for _, once := range []string{"宗地图、房产分户图", formArchived, formFile + "测绘成果_.pdf", formDigest, "0123456789abcdef"} {
		if n := strings.Count(got, once); n != 1 && (once != "0123456789abcdef" || n != 4) {
			t.Errorf("%q stands %d times on the page of the drawings: %s", once, n, got)
		}
	}
	whole(t, s, 2)
}
