package registration

import (
	"errors"
	"time"

	"onewindow/internal/money"
)

// Area is a floor or land area in hundredths of a square metre: 95_00 is 95.00 m².
type Area int64

// Parcel is a piece of land (宗地), the book in which its units are kept.
type Parcel struct {
	Code     string // the first 19 characters of its units' codes
	Location string
	Area     Area
	Use      LandUse
}

// Building is a physical building (自然幢) on a parcel.
type Building struct {
	Parcel        string
	Number        string // 幢号, four digits
	Name          string
	Structure     Structure
	Floors        int
	CompletedYear int
}

// Description is the natural condition of a unit (自然状况, Regulation art. 8):
// what the register, the survey and a certificate say of the same walls.
type Description struct {
	Location      string // 坐落
	LandUse       LandUse
	HouseUse      HouseUse
	Structure     Structure
	LandArea      Area // 共有宗地面积
	Area          Area // 房屋建筑面积
	Exclusive     Area // 专有建筑面积
	Shared        Area // 分摊建筑面积
	Floors        int  // 房屋总层数
	Floor         int  // 所在层
	CompletedYear int  // 房屋竣工时间
}

// Unit is a real-estate unit (不动产单元) as the register describes it.
type Unit struct {
	Code     UnitCode
	Building string // 幢号, empty for land
	Description
	// VoidOn is the day on which the unit ceased (split, merged, destroyed), the
	// zero time while it is valid. Its code is never used again.
	VoidOn time.Time
}

// Survey is what the cadastral survey (权籍调查) says of a unit, and the file it
// says it in. The zero Survey means that none is held.
type Survey struct {
	Description
	SurveyedOn time.Time
	FileName   string
	FileSHA256 string // hexadecimal
	Sample     bool   // the file is a sample, not a survey of a real place
}

// IsZero reports whether no survey is held.
func (s Survey) IsZero() bool { return s.Location == "" }

// Holder is who holds a right, with the share under ByShares (权利人).
type Holder struct {
	Name   string
	IDKind string // Resident or Organisation
	ID     string
	// Phone is that of a party to a filed contract; the register keeps none.
	Phone string
	Share Share
}

// RightStatus is the state of a right in the register (权属状态).
type RightStatus string

const (
	// Current is the right that stands (现势).
	Current RightStatus = "current"
	// Historical is a right that has passed to a successor (历史).
	Historical RightStatus = "historical"
	// Terminated is a right that has ended without a successor (终止).
	Terminated RightStatus = "terminated"
)

// CertificateState is the state of an issued certificate.
type CertificateState string

const (
	// CertificateValid is a certificate that proves its right.
	CertificateValid CertificateState = "valid"
	// CertificateLost is a certificate declared lost (遗失).
	CertificateLost CertificateState = "lost"
	// CertificateVoid is a certificate whose right has moved on (作废).
	CertificateVoid CertificateState = "void"
)

// Right is ownership of a house with the right to use its land (国有建设用地使用权/
// 房屋所有权) as one entry of the register made it.
type Right struct {
	ID          int64
	Unit        UnitCode
	Status      RightStatus
	Number      Number // of the certificate issued for it
	Certificate CertificateState
	CoOwnership CoOwnership
	Holders     []Holder
	LandNature  LandNature
	HouseNature HouseNature
	TermFrom    time.Time // 使用期限, both zero for allocated land
	TermUntil   time.Time // last day
	// Acquired and AcquiredOn say how and when the holders came by the right;
	// CertifiedOn is the date of its certificate.
	Acquired    Acquisition
	AcquiredOn  time.Time
	CertifiedOn time.Time
	Price       money.Fen // of the sale that brought it, zero if unknown
	Contract    string    // filed contract of that sale, empty for stock
	// Predecessor is the right it came from (上手), zero for a stock record.
	Predecessor  int64
	OpenedByCase int64 // zero for a stock record
	ClosedByCase int64
	ApprovedBy   string
	ApprovedAt   time.Time
	EnteredAt    time.Time
	ClosedAt     time.Time
	// Description is the natural condition that the entry referred to.
	Description Description
}

// Mortgage is a mortgage on a unit (抵押权).
type Mortgage struct {
	ID           int64
	Unit         UnitCode
	Mortgagee    string
	MortgageeID  string // unified social credit code
	Maximum      bool   // 最高额抵押
	Secured      money.Fen
	DebtFrom     time.Time
	DebtUntil    time.Time
	Proof        Number
	TransferBan  bool // 存在禁止或限制转让抵押不动产的约定 (Civil Code art. 406)
	RegisteredOn time.Time
	EndedOn      time.Time // zero while it stands
}

// Scope is what a restriction weighs on.
type Scope string

const (
	// OnUnit weighs on one unit.
	OnUnit Scope = "unit"
	// OnParcel weighs on a parcel and every unit on it.
	OnParcel Scope = "parcel"
	// OnCertificate weighs on one certificate.
	OnCertificate Scope = "certificate"
)

// Lock is an administrative lock (锁定).
type Lock struct {
	ID         int64
	Scope      Scope
	Target     string // unit code, parcel code or certificate number
	Authority  string
	Document   string
	LockedOn   time.Time
	ReleasedOn time.Time // zero while it stands
}

// Objection is an objection registration (异议登记, Civil Code art. 220).
type Objection struct {
	ID           int64
	Unit         UnitCode
	Objector     string
	ObjectorID   string
	RegisteredAt time.Time
	SuedOn       time.Time // the court's acceptance notice was handed in, zero if not
	ClosedOn     time.Time // withdrawn or decided, zero if not
}

// PreNotice is a priority-notice registration (预告登记, Civil Code art. 221).
type PreNotice struct {
	ID           int64
	Unit         UnitCode
	Mortgage     bool // of a mortgage, not of a purchase
	Holder       Holder
	RegisteredOn time.Time
	// RegistrableOn is the day from which the right itself could be registered;
	// 90 days later the pre-notice lapses. Zero while that day has not come.
	RegistrableOn time.Time
	ClosedOn      time.Time
}

// Title is everything the register knows of a unit when it is asked.
type Title struct {
	Unit       Unit
	Survey     Survey
	Rights     []Right // oldest first
	Mortgages  []Mortgage
	Seizures   []Seizure // of unit and parcel, in the order of service
	Locks      []Lock
	Objections []Objection
	PreNotices []PreNotice
	// Calendar tells working days, for the terms of the law that end on one.
	Calendar Calendar
}

// ErrNoUnit says that the register holds no such unit.
var ErrNoUnit = errors.New("no such unit in the register")

// CurrentRight returns the current right of the unit, and false when there is
// not exactly one.
func (t Title) CurrentRight() (Right, bool) {
	current := t.currentRights()
	if len(current) != 1 {
		return Right{}, false
	}
	return current[0], true
}

func (t Title) currentRights() []Right {
	var current []Right
	for _, r := range t.Rights {
		if r.Status == Current {
			current = append(current, r)
		}
	}
	return current
}

// Holding is what the tax office asks of the register about a home that is sold.
type Holding struct {
	Unit        UnitCode
	Location    string
	Housing     bool
	Area        Area
	CoOwnership CoOwnership
	Holders     []Holder
	Acquired    Acquisition
	AcquiredOn  time.Time
	CertifiedOn time.Time
	Price       money.Fen // of the holders' own purchase, zero if unknown
}

// Holding returns the tax facts of the current right, and false when there is
// not exactly one current right.
func (t Title) Holding() (Holding, bool) {
	r, ok := t.CurrentRight()
	if !ok {
		return Holding{}, false
	}
	return Holding{
		Unit: r.Unit, Location: t.Unit.Location, Housing: t.Unit.HouseUse.Housing(), Area: t.Unit.Area,
		CoOwnership: r.CoOwnership, Holders: r.Holders, Acquired: r.Acquired,
		AcquiredOn: r.AcquiredOn, CertifiedOn: r.CertifiedOn, Price: r.Price,
	}, true
}
