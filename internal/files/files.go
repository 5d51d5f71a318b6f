// Package files takes in what people hand in on paper or by telephone: scans and
// photographs that belong to a case (材料). It measures them before it unpacks
// them, unpacks them in a process of their own that may do nothing else, has them
// scanned, and keeps them sealed under the hash of their content.
//
// It knows three formats, their dangers and where contents lie. It knows nothing
// of pages, of the steps of a case, or of who may see a file.
package files

import (
	"errors"
	"slices"
	"time"
)

// Errors of what is handed in. None of them repeats a name or a content.
var (
	// ErrEmpty says that a file has no content.
	ErrEmpty = errors.New("the file is empty")
	// ErrTooLarge says that a file has more bytes than the limit.
	ErrTooLarge = errors.New("the file has too many bytes")
	// ErrFormat says that a content is none of the formats that are taken,
	// whatever its name and its declared type are.
	ErrFormat = errors.New("the content is no PDF, JPEG or PNG")
	// ErrPolyglot says that a content is two formats at once.
	ErrPolyglot = errors.New("the content is of two formats at once")
	// ErrDamaged says that a content breaks off, or is not what its header says.
	ErrDamaged = errors.New("the content is damaged or not what its header says")
	// ErrPages says that a document has more pages than the limit.
	ErrPages = errors.New("the document has too many pages")
	// ErrPixels says that an image has more pixels than the limit.
	ErrPixels = errors.New("the image has too many pixels")
	// ErrEncrypted says that a document opens with a password only.
	ErrEncrypted = errors.New("the document is encrypted")
	// ErrActive says that a document does something when it is opened, or carries
	// other files.
	ErrActive = errors.New("the document has scripts, actions or files in it")
	// ErrBomb says that a content would take more memory or time to unpack than it
	// is given.
	ErrBomb = errors.New("the content takes too much to unpack")
	// ErrInfected says that the scanner found something.
	ErrInfected = errors.New("the scanner found something in the file")
	// ErrKind says that a kind of material is not in the list.
	ErrKind = errors.New("no such kind of material")
	// ErrName says that a name is longer than the limit.
	ErrName = errors.New("the name is too long")
)

// Errors of this side. A client may try again.
var (
	// ErrScanner says that the scanner did not answer, so that nothing is taken.
	ErrScanner = errors.New("the virus scanner does not answer")
	// ErrBusy says that as many files as may be are being looked at.
	ErrBusy = errors.New("too many files are being looked at")
	// ErrAbsent says that no material has the id.
	ErrAbsent = errors.New("no such material")
	// ErrKeyReused says that an idempotency key came with another file before.
	ErrKeyReused = errors.New("the key came with another file")
	// ErrLost says that a kept content is gone or is not what was kept.
	ErrLost = errors.New("a kept content is gone or changed")
)

// Kind is what a material proves (材料种类).
type Kind string

// The kinds.
const (
	ApplicationForm Kind = "application_form"  // 登记申请书
	Identity        Kind = "identity"          // 身份证明
	Certificate     Kind = "certificate"       // 不动产权证书
	Contract        Kind = "contract"          // 买卖合同
	Marriage        Kind = "marriage"          // 婚姻证明
	PowerOfAttorney Kind = "power_of_attorney" // 授权委托书
	TaxProof        Kind = "tax_proof"         // 完税凭证
	Consent         Kind = "consent"           // 同意或知情声明
	Other           Kind = "other"             // 其他材料
)

// Kinds returns every kind in the order in which forms offer them.
func Kinds() []Kind {
	return []Kind{ApplicationForm, Identity, Certificate, Contract, Marriage, PowerOfAttorney, TaxProof, Consent, Other}
}

// ParseKind reads a kind, or returns ErrKind.
func ParseKind(text string) (Kind, error) {
	if k := Kind(text); slices.Contains(Kinds(), k) {
		return k, nil
	}
	return "", ErrKind
}

// Media is a format, as its media type (RFC 6838).
type Media string

// The formats that are taken.
const (
	PDF  Media = "application/pdf"
	JPEG Media = "image/jpeg"
	PNG  Media = "image/png"
)

// Extension is the end of a name of the format, with its dot.
func (m Media) Extension() string { return map[Media]string{PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}[m] }

// Hash is the SHA-256 of a content as it is kept: its address.
type Hash [32]byte

// Content is what is kept of a file that was found harmless: a PDF as it came, an
// image drawn anew. Only Desk.Check makes one.
type Content struct {
	Media  Media
	Hash   Hash
	Pages  int // of a PDF; 1 for an image
	Width  int // of an image, in pixels, upright; 0 for a PDF
	Height int
	bytes  []byte
	// shelved finds it in the bucket; nil if it goes into the database.
	shelved ticket
}

// Bytes returns the content itself. Nobody may change it.
func (c Content) Bytes() []byte { return c.bytes }

// Material is a file that belongs to a case.
type Material struct {
	ID     string // 26 random letters and digits; says nothing
	CaseID int64
	Kind   Kind
	Name   string // as CleanName left it; may tell who somebody is
	Media  Media
	Hash   Hash
	Size   int64 // bytes as kept
	Pages  int
	By     string
	At     time.Time
}
