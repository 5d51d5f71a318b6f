package certificate

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Sheet is what one certificate of real-estate right says (不动产权证书, single
// edition), word by word. The eleven fields stand in the statutory order; a
// line break is allowed in Other and Notes only.
type Sheet struct {
	Number      string `json:"number"`       // 不动产权证号
	Holder      string `json:"holder"`       // 权利人
	CoOwnership string `json:"co_ownership"` // 共有情况
	Location    string `json:"location"`     // 坐落
	Unit        string `json:"unit"`         // 不动产单元号, in its four groups
	RightType   string `json:"right_type"`   // 权利类型
	RightNature string `json:"right_nature"` // 权利性质
	Use         string `json:"use"`          // 用途
	Area        string `json:"area"`         // 面积
	Term        string `json:"term"`         // 使用期限
	Other       string `json:"other"`        // 权利其他状况
	Notes       string `json:"notes"`        // 附记

	// Keeper names whom a certificate of one's own is for when co-owners take
	// separate ones (持证人); it is empty for the one certificate of all.
	Keeper string `json:"keeper,omitempty"`
	// Office is the registrar that issues the certificate (登记机构).
	Office string `json:"office"`
	// IssuedAt dates the certificate: its day in China is printed, its instant
	// stands in the document. Two renderings agree only if it does.
	IssuedAt time.Time `json:"issued_at"`
	// VerifyID is the random-looking name under which anyone may ask whether the
	// certificate is genuine, and VerifyURL the address the QR code holds.
	VerifyID  VerifyID `json:"verify_id"`
	VerifyURL string   `json:"verify_url"`
	// Sample marks a document of a demonstration, which nobody has sealed.
	Sample bool `json:"sample"`
	// Plans are the surveyor's drawings that belong to the certificate (附图).
	Plans []Plan `json:"plans,omitempty"`
}

// Plan names drawings kept in the archive as one file. It is never redrawn here: the
// certificate points to it and fixes its content by the SHA-256 of the file.
type Plan struct {
	Title  string `json:"title"`
	File   string `json:"file,omitempty"` // the file's name in the archive
	SHA256 string `json:"sha256"`         // hexadecimal, empty when no file is held
}

// Field is one line of the certificate: what it is called and what it says.
type Field struct{ Label, Text string }

// Fields returns the eleven fields in the statutory order.
func (s Sheet) Fields() []Field {
	return []Field{
		{"权利人", s.Holder},
		{"共有情况", s.CoOwnership},
		{"坐落", s.Location},
		{"不动产单元号", s.Unit},
		{"权利类型", s.RightType},
		{"权利性质", s.RightNature},
		{"用途", s.Use},
		{"面积", s.Area},
		{"使用期限", s.Term},
		{"权利其他状况", s.Other},
		{"附记", s.Notes},
	}
}

// The index of the two fields that take several lines.
const (
	otherField = 9
	notesField = 10
)

// What a sheet may not be. None of these errors repeats what the sheet says.
var (
	// ErrIncomplete says that a field is empty without which nothing is certified.
	ErrIncomplete = errors.New("the certificate lacks a field")
	// ErrControl says that a text holds a control character or is not UTF-8.
	ErrControl = errors.New("control character in the certificate")
	// ErrTooLong says that a sheet has more text than one document carries.
	ErrTooLong = errors.New("the certificate's text is too long")
)

// maxRunes bounds the text of a document: the time the PDF library takes grows
// with the square of the number of different characters (0.1 s at this bound).
const maxRunes = 3000

// check refuses a sheet that must not be printed.
func (s Sheet) check() error {
	texts := append(s.Fields(), Field{"number", s.Number}, Field{"office", s.Office})
	for _, p := range s.Plans {
		texts = append(texts, Field{"plan", p.Title}, Field{"plan", p.File}, Field{"plan", p.SHA256})
	}
	runes := 0
	for i, f := range texts {
		if err := f.check(i == otherField || i == notesField); err != nil {
			return fmt.Errorf("%s: %w", f.Label, err)
		}
		runes += utf8.RuneCountInString(f.Text)
	}
	if runes > maxRunes {
		return fmt.Errorf("%w: %d characters", ErrTooLong, runes)
	}
	return s.complete()
}

// check refuses text that does not print as it reads.
func (f Field) check(lines bool) error {
	if !utf8.ValidString(f.Text) {
		return ErrControl
	}
	if lines {
		f.Text = strings.ReplaceAll(f.Text, "\n", "")
	}
	if strings.ContainsFunc(f.Text, unicode.IsControl) {
		return ErrControl
	}
	return nil
}

// complete refuses a sheet that would certify nothing.
func (s Sheet) complete() error {
	for name, text := range map[string]string{
		"number": s.Number, "holder": s.Holder, "unit": s.Unit, "office": s.Office, "verify address": s.VerifyURL,
	} {
		if strings.TrimSpace(text) == "" {
			return fmt.Errorf("%w: %s", ErrIncomplete, name)
		}
	}
	if s.IssuedAt.IsZero() {
		return fmt.Errorf("%w: date of issue", ErrIncomplete)
	}
	return nil
}

// china is the clock of the office; it has had no summer time since 1991.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)
