// Package notice keeps messages to people (消息), such as codes to sign in with
// and what became of a case, until whoever carries them has taken them.
//
// It knows the outbox, the words and the protocol of the carrier. It knows no
// queue and no case: jobs puts a message and its job into the transaction of what
// the message tells, and repeats what fails.
package notice

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"onewindow/templates"
)

// Template names what a message says; the words are in the catalogues under
// "message." and its name.
type Template string

// The templates.
const (
	Accepted    Template = "accepted"     // 已受理
	Returned    Template = "returned"     // 需补正
	Refused     Template = "refused"      // 不予登记
	PaymentDue  Template = "payment_due"  // 待缴税费
	Reassessed  Template = "reassessed"   // 税费重新核定
	Issued      Template = "issued"       // 已发证
	SignInCode  Template = "sign_in_code" // 登录验证码; needs a NotAfter
	UnitFiled   Template = "unit_filed"   // 名下不动产被申请登记
	UnitQueried Template = "unit_queried" // 名下不动产被查询
	Booked      Template = "booked"       // 已预约
	Cancelled   Template = "cancelled"    // 已取消预约

	AccountAsked   Template = "account_asked"   // 账号被申请变更
	AccountChanged Template = "account_changed" // 账号已变更
)

// args are the places in the words of each template.
var args = map[Template][]string{
	Accepted: {"case"}, Returned: {"case"}, Refused: {"case"}, PaymentDue: {"case", "amount_fen"}, Issued: {"case"},
	Reassessed: {"case"},
	SignInCode: {"code", "minutes"}, UnitFiled: {"case", "on"}, UnitQueried: {"on"},
	Booked: {"on", "at", "office"}, Cancelled: {"on", "at", "office"},
	AccountAsked: {"account"}, AccountChanged: {"account"},
}

// Args lists the places in the words of a template, which a message must fill;
// nil if there is no such template.
func Args(t Template) []string { return slices.Clone(args[t]) }

// StaffPrefix begins the address of a member of the staff, whose id follows.
const StaffPrefix = "staff:"

// Message is one message to one person. Its args hold no number of a document and
// no telephone number, and names only masked: the carrier need not know them.
type Message struct {
	To       string // a telephone number, or StaffPrefix and a staff id
	Template Template
	Args     map[string]string
	Lang     string    // a language of the catalogues; "" is Chinese
	Case     int64     // that it is about; 0 if none
	NotAfter time.Time // it is not sent later; zero if it is news at any time
}

// ErrMessage says that a message cannot be one; the text says why, without the
// recipient.
var ErrMessage = errors.New("no such message")

var address = regexp.MustCompile(`^(\+?[0-9][0-9-]{3,49}|` + StaffPrefix + `[a-z0-9][a-z0-9-]{0,63})$`)

// complete returns m with its language, or ErrMessage.
func (m Message) complete() (Message, error) {
	if m.Lang == "" {
		m.Lang = templates.Chinese
	}
	want, known := args[m.Template]
	got := slices.Sorted(maps.Keys(m.Args))
	switch {
	case !known:
		return m, fmt.Errorf("%w: template %q", ErrMessage, m.Template)
	case !slices.Equal(got, slices.Sorted(slices.Values(want))):
		return m, fmt.Errorf("%w: %s takes %v and was given %v", ErrMessage, m.Template, want, got)
	case m.Lang != templates.Chinese && m.Lang != templates.English:
		return m, fmt.Errorf("%w: language %q", ErrMessage, m.Lang)
	case m.Template == SignInCode && m.NotAfter.IsZero():
		return m, fmt.Errorf("%w: a code that is good for ever", ErrMessage)
	case !address.MatchString(m.To):
		return m, fmt.Errorf("%w: nobody can be reached there", ErrMessage)
	}
	return m, nil
}

// Words returns what the person reads.
func (m Message) Words() string { return templates.Say(m.Lang, "message."+string(m.Template), m.Args) }

// Staff returns the staff id that m is for, or "".
func (m Message) Staff() string {
	id, _ := strings.CutPrefix(m.To, StaffPrefix)
	if id == m.To {
		return ""
	}
	return id
}
