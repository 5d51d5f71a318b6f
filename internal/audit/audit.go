// Package audit keeps who did or saw what, to which object, why, from where and
// with what result (审计), so that nobody can change it unseen.
//
// It knows chains of events and how they are proved, and nothing of what the
// objects are. Who may read it is decided elsewhere.
package audit

import (
	"cmp"
	"context"
	"regexp"
	"strconv"
	"time"
)

// Action is what was done or seen; the words are in the catalogues under "audit."
// and its name.
type Action string

// The actions.
const (
	Accepted   Action = "accepted"    // 受理; the result says how many owners were told
	Decided    Action = "decided"     // 作出决定; the result is the verdict
	HandedOver Action = "handed_over" // 发放证书
	Seen       Action = "seen"        // 查看办件
	Listed     Action = "listed"      // 查看办件列表
	Revealed   Action = "revealed"    // 显示全文; the reason is the person's
	Downloaded Action = "downloaded"  // 查看证书

	MaterialAdded Action = "material_added" // 上传材料
	MaterialSeen  Action = "material_seen"  // 下载材料; the result is its kind

	RefundAsked  Action = "refund_asked"  // 申请退款; the result is the refund
	Refunded     Action = "refunded"      // 已退款; the result is the refund
	VoucherNoted Action = "voucher_noted" // 登记完税凭证; the result is its number

	Verified    Action = "verified"     // 公众验真
	Queried     Action = "queried"      // 查询不动产
	Told        Action = "told"         // 通知权利人; the result says how many
	Paid        Action = "paid"         // 缴税; the result says what became of the payment
	Entered     Action = "entered"      // 登簿
	Issued      Action = "issued"       // 制证
	SignedIn    Action = "signed_in"    // 登录
	SignInWrong Action = "sign_in_fail" // 登录失败
	SignedOut   Action = "signed_out"   // 退出
	StaffMade   Action = "staff_made"   // 新建账号
	StaffMoved  Action = "staff_moved"  // 变更岗位、机构或状态

	ChangeAsked    Action = "change_asked"    // 申请变更账号; the result is the kind
	ChangeDeclined Action = "change_declined" // 撤回或否决变更; the result is the kind

	KeyDrawn    Action = "key_drawn"    // 发放密钥
	KeyEnded    Action = "key_ended"    // 停用密钥
	AuditRead   Action = "audit_read"   // 查看审计记录
	Resent      Action = "resent"       // 重发短信
	LetterEnded Action = "letter_ended" // 处理死信
	Answered    Action = "answered"     // 水电气公司答复; the result is the step and the outcome

	TaxCorrected  Action = "tax_corrected"  // 提出更正计税信息
	TaxOverridden Action = "tax_overridden" // 提出调整税额
	TaxAccepted   Action = "tax_accepted"   // 复核通过
	TaxDeclined   Action = "tax_declined"   // 复核不通过, or taken back
	TaxAsked      Action = "tax_asked"      // 重新查询
	TaxReopened   Action = "tax_reopened"   // 撤回核定
	TaxDeclared   Action = "tax_declared"   // 申报承诺; the result is the party
	TaxDisputed   Action = "tax_disputed"   // 提出异议; the result is the party

	Booked    Action = "booked"            // 预约; the result is office, time and purpose
	Cancelled Action = "booking_cancelled" // 取消预约; the result likewise
)

// The kinds of objects. An object is named by what people call it: a case by its
// number, a unit by its code, a person by the staff id.
const (
	Case        = "case"
	Unit        = "unit"
	Staff       = "staff"
	Certificate = "certificate" // by its verify id
	Letter      = "letter"
)

// Results that are not a count or a verdict.
const (
	Done      = "done"
	Forbidden = "forbidden"
	NobodyYet = "nobody_known" // nobody could be told: no telephone of the owners is known
)

// ToldPrefix begins a result that says how many telephones were told.
const ToldPrefix = "told "

// ToldTo is the result of telling so many telephones.
func ToldTo(n int) string {
	if n == 0 {
		return NobodyYet
	}
	return ToldPrefix + strconv.Itoa(n)
}

// Public is the actor of what anybody may do.
const Public = "public"

// Event is one thing that somebody did or saw. It holds no personal data of the
// parties: Object and Result are numbers and codes.
type Event struct {
	Actor   string // staff id, or who else acted; "" takes that of the context
	Role    string // in which the actor acted; "" likewise
	Action  Action
	Kind    string // of the object
	Object  string
	Reason  string // in the person's words; longer numbers in them are masked
	From    string // the address of whoever asked; "" takes that of the context
	Result  string // "" is Done
	Request string // the log's number of the request; "" takes that of the context
}

// Line is an event with its place in the chain of its object.
type Line struct {
	ID      int64 // over all chains
	Ordinal int64 // in the chain, from 1 on
	At      time.Time
	Event
	Previous []byte // the hash of the line before; zeros for the first
	Hash     []byte
}

// Origin is who asks, and from where: what the events of a request have in common.
type Origin struct{ Actor, Role, From, Request string }

type originKey struct{}

// With returns a context in which events happen on behalf of o.
func With(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf returns on whose behalf things happen; the zero Origin if nobody said.
func OriginOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// By returns e on behalf of o, where e does not say otherwise.
func (e Event) By(o Origin) Event {
	if e.Actor == "" || e.Actor == o.Actor {
		e.Actor, e.Role = o.Actor, cmp.Or(e.Role, o.Role)
	}
	e.From, e.Request = cmp.Or(e.From, o.From), cmp.Or(e.Request, o.Request)
	e.Result, e.Reason = cmp.Or(e.Result, Done), Masked(e.Reason)
	return e
}

var number = regexp.MustCompile(`\p{Nd}([ \t-]?[\p{Nd}Xx]){6,}`)

// Masked hides numbers of documents and telephones that somebody wrote into their
// words. A chain cannot be sealed anew with newer keys, so they must not enter it.
func Masked(words string) string { return number.ReplaceAllString(words, "▇") }
