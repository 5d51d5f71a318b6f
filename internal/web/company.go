package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/jobs"
	"onewindow/registration"
	"onewindow/utilities"
)

// companyRoutes adds what a company's program may do with one of its keys, besides
// answering by signed notices.
func (s *server) companyRoutes(r chi.Router) {
	r.Route(requestsPath, func(r chi.Router) {
		r.Get("/", s.may(access.SeeRequests, s.listRequests))
		r.Get("/{ref}", s.may(access.SeeRequests, s.showRequest))
		r.Post("/{ref}/answer", s.may(access.AnswerRequest, s.answerRequest))
	})
}

const requestsPath = "/api/v1/company/requests"

// requestView is a request as its company may see it: which account, of which home,
// whose it is, people masked. The company has been told the rest where it was asked.
type requestView struct {
	Ref         string              `json:"ref"`
	Phase       utilities.Phase     `json:"phase"`
	Account     string              `json:"account"`
	Address     string              `json:"address"`
	Holders     []string            `json:"holders"`
	NewHolder   string              `json:"new_holder,omitempty"`  // of a confirmation
	Certificate registration.Number `json:"certificate,omitempty"` // of a confirmation
	Outcome     utilities.Outcome   `json:"outcome"`
	Reason      utilities.Reason    `json:"reason,omitempty"`
	AskedAt     time.Time           `json:"asked_at"`
	AnsweredAt  *time.Time          `json:"answered_at,omitempty"`
	Request     string              `json:"request"`
}

func requestOf(q jobs.CompanyRequest) requestView {
	v := requestView{
		Ref: q.Ref, Phase: q.Answer.Phase, Account: q.Account, Address: q.Address, Holders: []string{},
		NewHolder: maskName(q.NewHolder), Certificate: q.Certificate, Outcome: q.Answer.Outcome, Reason: q.Answer.Reason,
		AskedAt: when(q.AskedAt), Request: requestsPath + "/" + url.PathEscape(q.Ref),
	}
	for _, name := range q.Holders {
		v.Holders = append(v.Holders, maskName(name))
	}
	if !q.AnsweredAt.IsZero() {
		v.AnsweredAt = whenever(&q.AnsweredAt)
	}
	return v
}

// requestList is a part of a company's list. Next is the address of what follows.
type requestList struct {
	Requests []requestView `json:"requests"`
	Next     string        `json:"next,omitempty"`
}

// mostRequests is how many requests one answer has at most: each is read from the
// register and its case.
const mostRequests = 50

// listRequests lists what waits for the company's answer, the oldest first.
func (s *server) listRequests(w http.ResponseWriter, r *http.Request) error {
	after, limit, err := requestPart(r.URL.Query())
	if err != nil {
		return err
	}
	who := personOf(r.Context())
	list, err := s.Flow.CompanyRequests(r.Context(), who.Company, after, limit+1)
	if err == nil {
		err = s.saw(r.Context(), audit.Listed, audit.Staff, who.ID)
	}
	if err != nil {
		return err
	}
	p := requestList{Requests: []requestView{}}
	if len(list) > limit {
		list = list[:limit]
		p.Next = linkNext(w, r, requestsPath, strconv.FormatInt(list[limit-1].ID, 10))
	}
	for _, q := range list {
		p.Requests = append(p.Requests, requestOf(q))
	}
	return answer(w, http.StatusOK, p)
}

// requestPart reads after which request a list goes on, and how long it is; errQuery
// for what is none.
func requestPart(query url.Values) (after int64, limit int, err error) {
	for name, values := range query {
		if len(values) != 1 || name != "limit" && name != "cursor" {
			return 0, 0, errQuery
		}
	}
	limit = mostRequests
	if text := query.Get("limit"); text != "" {
		limit, err = strconv.Atoi(text)
	}
	if err != nil || limit < 1 || limit > mostRequests {
		return 0, 0, errQuery
	}
	last, err := lastOf(query.Get("cursor"))
	if err != nil || last == "" {
		return 0, limit, err
	}
	if after, err = strconv.ParseInt(last, 10, 64); err != nil {
		return 0, 0, errQuery
	}
	return after, limit, nil
}

// ownRequest returns the request in the address, if who asks may do it to that. One
// of another company is answered like one that is not there.
func (s *server) ownRequest(r *http.Request, a access.Action) (q jobs.CompanyRequest, err error) {
	who := personOf(r.Context())
	if err := permitOn(r.Context(), a, access.Object{Companies: []string{who.Company}}); err != nil {
		return q, err
	}
	return s.Flow.CompanyRequest(r.Context(), who.Company, legible(chi.URLParam(r, "ref")))
}

// showRequest answers with one request, answered or not.
func (s *server) showRequest(w http.ResponseWriter, r *http.Request) error {
	q, err := s.ownRequest(r, access.SeeRequests)
	if err == nil {
		err = s.saw(r.Context(), audit.Seen, audit.Case, string(q.Number))
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, requestOf(q))
}

// answerBody is the body of a company's answer.
type answerBody struct {
	Outcome utilities.Outcome `json:"outcome"`
	Reason  utilities.Reason  `json:"reason"`
	Words   string            `json:"words"`
	Balance int64             `json:"balance_fen"`
	Arrears int64             `json:"arrears_fen"`
}

// codeRefusalUnknown is of a refusal for none of the known reasons, or of a reason
// for something that is no refusal.
const codeRefusalUnknown = "refusal_unknown"

func (b answerBody) defects() registration.Findings {
	if (b.Outcome == utilities.Refused) == slices.Contains(utilities.Reasons[:], b.Reason) {
		return nil
	}
	return registration.Findings{{Check: registration.CheckForm, Outcome: registration.Block,
		Code: codeRefusalUnknown, Field: "reason"}}
}

// answerRequest takes the company's answer, once, and answers with the request as it
// then stands: the same answer again finds it so.
func (s *server) answerRequest(w http.ResponseWriter, r *http.Request) error {
	q, err := s.ownRequest(r, access.AnswerRequest)
	if err != nil {
		return err
	}
	var b answerBody
	_, found, err := readJSON(w, r, &b)
	if err != nil {
		return err
	}
	if found = merge(found, b.defects()); len(found) > 0 {
		return &jobs.DefectsError{Findings: found}
	}
	err = s.Flow.CompanySays(r.Context(), personOf(r.Context()).Company, q.Ref, utilities.Statement{
		Outcome: b.Outcome, Reason: b.Reason, Words: b.Words, BalanceFen: b.Balance, ArrearsFen: b.Arrears,
	})
	if err != nil {
		return err
	}
	return s.showRequest(w, r)
}
