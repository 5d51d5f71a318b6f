package web

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"unicode/utf8"

	"onewindow/intake"
	"onewindow/registration"
)

// FuzzDecode: whatever comes, it is an application, findings with their places,
// or no JSON; and what is taken is what encoding/json reads and writes.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(saleOf(0).text(f)))
	for _, seed := range []string{
		`{}`, `null`, `[]`, `"x"`, `{"price_fen":1e400}`, `{"price_fen":9223372036854775808}`, `{"unit":"\u0000"}`,
		`{"sellers":[{"share":"1/2"},null,{"name":"\ud800"}]}`, `{"unit":1,"unit":"x","Unit":[[[]]]}`, "{\"\xff\":1}",
		`{"utilities":{"a":1}}`, `{"kind":"\\u0000\u0000"}`, `{"price_fen":-0}`, "\ufeff{}", `{"a":{"b":{"c":[{}]}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var a intake.Application
		found, err := decode(raw, &a)
		if err != nil {
			if !errors.Is(err, errNotJSON) || faultOf(err).status != 400 {
				t.Fatalf("error %v", err)
			}
			return
		}
		if !json.Valid(raw) || !utf8.Valid(raw) {
			t.Fatalf("%q was taken for JSON", raw)
		}
		for _, x := range found {
			if x.Code == "" || x.Outcome != registration.Block || !utf8.ValidString(x.Field) {
				t.Fatalf("finding %+v", x)
			}
		}
		a.Normalise().Validate() // must not panic, whatever it was filled with
		if len(found) > 0 {
			return
		}
		var same, again intake.Application
		if err := json.Unmarshal(raw, &same); err != nil || !reflect.DeepEqual(a, same) {
			t.Fatalf("%q: read as %+v, by encoding/json as %+v, %v", raw, a, same, err)
		}
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := decode(text, &again); err != nil || len(found) > 0 {
			t.Fatalf("%q, written as %q, is read with %v %v", raw, text, found, err)
		}
	})
}

func TestFindingsOfUnreadFieldsAreNotRepeated(t *testing.T) {
	t.Parallel()
	at := func(fields ...string) (found registration.Findings) {
		for _, field := range fields {
			found = append(found, registration.Finding{Field: field})
		}
		return found
	}
	got := merge(at("price_fen", "sellers"), at("price_fen", "sellers[0].name", "sellers", "buyers[0].name", "unit"))
	want := at("price_fen", "sellers", "buyers[0].name", "unit")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("merged %+v, want %+v", got, want)
	}
}

func TestMasks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, got, want string }{
		{"a name of two characters", maskName("张三"), "张*"},
		{"a name of four", maskName("欧阳小明"), "欧***"},
		{"a name of one character", maskName("张"), "张"},
		{"a rare name", maskName("𬎆𠅤"), "𬎆*"},
		{"no name", maskName(""), ""},
		{"an identity number", maskMiddle("43060218900307001X", 6, 4), "430602********001X"},
		{"a telephone", maskMiddle("13812345678", 3, 4), "138****5678"},
		{"a short telephone", maskMiddle("22188", 3, 4), "*****"},
		{"an account", maskAccount("W4306020101"), "********101"},
		{"a short account", maskAccount("101"), "***"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is shown as %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	body := maskAll([]registration.Party{{Name: "样本有限公司", IDKind: registration.Organisation, ID: "91430600MA4L00011D", Phone: "07308123456"}})
	if got := body[0]; got.Name != "样本有限公司" || got.ID != "91430600MA4L00011D" || got.Phone != "073****3456" {
		t.Errorf("a body is shown as %+v", got)
	}
}
