package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/internal/notice"
	"onewindow/jobs"
	"onewindow/registration"
)

// citizenPages adds the pages of the parties: one question on each.
func (s *server) citizenPages(r chi.Router) {
	r.Group(func(r chi.Router) {
		r.Use(brief, s.limitCode)
		r.Get("/my/sign-in", s.page(s.showNumber))
		r.Post("/my/sign-in", s.page(s.postNumber))
		r.Get("/my/code", s.page(s.showCitizenCode))
		r.Post("/my/code", s.page(s.postCitizenCode))
	})
	r.Group(func(r chi.Router) {
		r.Use(brief, s.identify, s.limitPerson)
		r.Get("/my", s.pageFor(access.SeeOwn, s.showMine))
		s.myBillPages(r)
		s.filingRoutes(r)
		r.Get("/my/certificate", s.pageFor(access.TakeOwn, s.takeCertificate))
		r.Post("/my/case", s.pageFor(access.SeeOwn, s.postMyCase))
		r.Get("/api/v1/my/case", s.may(access.SeeOwn, s.answerMine))
	})
}

// askCodeTime is how long asking for a code takes, whether one is sent or not: the
// clock must not tell which numbers there are.
const askCodeTime = 300 * time.Millisecond

// askerOf is who asks for codes and tries them, by a secret of theirs; without one it is
// whoever asks from the address.
func askerOf(r *http.Request, secret string) access.Asker {
	return access.Asker{Browser: secret, From: addressKey(r)}
}

// sendCodes sends a code to each party of a number who has a telephone. Whoever
// asks learns nothing from how, or how soon, it returns.
func (s *server) sendCodes(r *http.Request, number string, asker access.Asker) error {
	even := time.After(askCodeTime)
	ctx, now := r.Context(), time.Now()
	of, parties, err := s.Flow.Contacts(ctx, number)
	if err == nil {
		err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
			contacts := make([]access.Contact, len(parties))
			for i, p := range parties {
				contacts[i] = access.Contact{Party: p.Party, Name: maskName(p.Name), Phone: p.Phone}
			}
			drawn, err := access.DrawCodes(ctx, tx, number, of, asker, contacts, now)
			if err != nil {
				return err
			}
			return s.Flow.Notify(ctx, tx, codeMessages(drawn, languageOf(r), now)...)
		})
	}
	select {
	case <-even:
	case <-ctx.Done():
	}
	if err != nil {
		return fmt.Errorf("send a code: %w", err)
	}
	return nil
}

func codeMessages(drawn []access.Drawn, lang string, now time.Time) (messages []notice.Message) {
	for _, d := range drawn {
		messages = append(messages, notice.Message{
			To: d.Phone, Template: notice.SignInCode, Lang: lang, NotAfter: now.Add(access.CodeLength),
			Args: map[string]string{"code": d.Code, "minutes": fmt.Sprint(int(access.CodeLength.Minutes()))},
		})
	}
	return messages
}

func numberPage(r *http.Request) askPage {
	p := askPageOf(r, "/my/sign-in", "page.my.number_title", "page.my.number_intro", "page.next_step")
	p.Staff = access.Person{}
	p.ask(askField{Name: "number", Label: "page.my.number", Hint: "page.my.number_hint"})
	return p
}

func (s *server) showNumber(w http.ResponseWriter, r *http.Request) error {
	p := numberPage(r)
	p.Others = append(p.Others, s.citizenProviderLinks(p.frame)...)
	return p.show(w)
}

// longestNumber bounds a number that is asked for, in bytes: it goes into a cookie.
const longestNumber = 100

// postNumber sends codes and asks for one, whether there is such a number or not.
func (s *server) postNumber(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	number := caseOrContract(typed(r, "number"))
	p := numberPage(r)
	switch {
	case number == "":
		p.blame("number", codeTextMissing)
	case len(number) > longestNumber:
		p.blame("number", codeTextTooLong, map[string]string{"most": strconv.Itoa(longestNumber)})
	}
	if len(p.Errors) > 0 {
		return p.show(w)
	}
	asker := askerOf(r, cookieOf(r, askerCookie))
	if _, drawn := access.ParseSecret(asker.Browser); !drawn {
		asker.Browser = access.NewSecret().Text()
	}
	if err := s.sendCodes(r, number, asker); err != nil {
		return err
	}
	s.remember(w, askerCookie, asker.Browser, access.DeviceLength)
	s.remember(w, numberCookie, url.QueryEscape(number), access.CodeLength) // not in the address: people mistype
	http.Redirect(w, r, "/my/code", http.StatusSeeOther)
	return nil
}

// caseOrContract is an acceptance number or the number of a contract, however it was
// typed or pasted.
func caseOrContract(typed string) string {
	if number, err := intake.ReadNumber(typed); err == nil {
		return string(number)
	}
	return registration.ContractNumber(typed)
}

// citizenCodePage asks for the code that was sent for a number.
func (s *server) citizenCodePage(r *http.Request) askPage {
	p := askPageOf(r, "/my/code", "page.my.code_title", "page.my.code_intro", "page.sign_in.go")
	p.Staff = access.Person{}
	p.ask(codeField("page.my.code", "page.my.code_hint"))
	p.Others = []askLink{{"/my/sign-in", p.say("page.my.code_again", nil)}}
	if s.Inbox != nil {
		p.Others = append(p.Others, askLink{"/demo/inbox", p.say("page.inbox.title", nil)})
	}
	return p
}

func (s *server) showCitizenCode(w http.ResponseWriter, r *http.Request) error {
	return s.citizenCodePage(r).show(w)
}

func (s *server) postCitizenCode(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	number, err := url.QueryUnescape(cookieOf(r, numberCookie))
	if err != nil {
		return errQuery
	}
	token, err := s.Porter.ByCode(r.Context(), number, typed(r, "code"), askerOf(r, cookieOf(r, askerCookie)), time.Now())
	if errors.Is(err, access.ErrUnknown) {
		p := s.citizenCodePage(r)
		p.blame("code", "page.my.code_wrong")
		return p.show(w)
	}
	if err != nil {
		return err
	}
	s.letIn(w, token, access.CitizenLength)
	http.Redirect(w, r, "/my", http.StatusSeeOther)
	return nil
}

// codeBody is the body that asks for codes. Ticket is a secret that the program has drawn,
// for which the codes are good.
type codeBody struct {
	Number string `json:"number"`
	Ticket string `json:"ticket,omitempty"`
}

// askCode sends codes, and answers alike whether there is such a number or not.
func (s *server) askCode(w http.ResponseWriter, r *http.Request) error {
	var b codeBody
	if err := readStrict(w, r, &b); err != nil {
		return err
	}
	if err := s.sendCodes(r, caseOrContract(b.Number), askerOf(r, b.Ticket)); err != nil {
		return err
	}
	return answer(w, http.StatusAccepted, map[string]int{"valid_minutes": int(access.CodeLength.Minutes())})
}

// citizenCredentials are the body with which a citizen signs in.
type citizenCredentials struct {
	Number string `json:"number"`
	Code   string `json:"code"`
	Ticket string `json:"ticket,omitempty"`
}

// openCitizenSession signs a party to a case in.
func (s *server) openCitizenSession(w http.ResponseWriter, r *http.Request) error {
	var c citizenCredentials
	if err := readStrict(w, r, &c); err != nil {
		return err
	}
	token, err := s.Porter.ByCode(r.Context(), caseOrContract(c.Number), c.Code, askerOf(r, c.Ticket), time.Now())
	if err != nil {
		return err
	}
	return s.opened(w, r, token)
}

// mine returns the case of a citizen's session, and writes down that they saw it.
func (s *server) mine(r *http.Request) (*jobs.Sight, error) {
	who := personOf(r.Context())
	number, err := intake.ParseNumber(who.Case)
	if err != nil {
		return nil, err
	}
	c, err := s.Flow.Find(r.Context(), number)
	if err != nil {
		return nil, err
	}
	return c, s.sawCase(r.Context(), number, permitOn(r.Context(), access.SeeOwn, objectOf(c.Case)))
}
