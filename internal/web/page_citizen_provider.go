package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/registration"
)

// errNoPart says that a person is a party to no case.
var errNoPart = errors.New("the person is a party to no case")

// citizenProviderLinks offers the providers that vouch for citizens.
func (s *server) citizenProviderLinks(f frame) (links []askLink) {
	for i, p := range s.CitizenProviders {
		links = append(links, askLink{citizenProvider + strconv.Itoa(i),
			f.say("page.sign_in.with", map[string]string{"name": p.Name})})
	}
	return links
}

// toCitizenProvider sends the browser to a provider that vouches for citizens.
func (s *server) toCitizenProvider(w http.ResponseWriter, r *http.Request) error {
	p, back, err := s.providerOf(r, s.CitizenProviders, citizenProvider)
	if err != nil {
		return err
	}
	return s.question(w, r, p, access.NewQuestion("/my", false), back, citizenCookie)
}

// fromCitizenProvider takes the answer, and opens a session for the newest case of
// whoever it is. Their number goes no further than its blind index.
func (s *server) fromCitizenProvider(w http.ResponseWriter, r *http.Request) error {
	p, back, err := s.providerOf(r, s.CitizenProviders, citizenProvider)
	if err != nil {
		return err
	}
	q, b, err := s.brought(w, r, back, citizenCookie)
	if err != nil {
		return err
	}
	token, err := s.admitVouched(r, p, q, b, time.Now())
	if err != nil {
		if faultOf(err).status < http.StatusInternalServerError {
			err = errors.Join(err, access.CitizenRefused(r.Context(), s.Pool))
		}
		return err
	}
	s.letIn(w, token, access.CitizenLength)
	http.Redirect(w, r, "/my", http.StatusSeeOther)
	return nil
}

// admitVouched opens a session for whoever a provider says that somebody is.
func (s *server) admitVouched(r *http.Request, p *access.Provider, q access.Question, b access.Brought,
	at time.Time) (access.Secret, error) {
	number, err := p.Identify(r.Context(), q, b, at)
	if err != nil {
		return "", err
	}
	id, err := registration.ParseIdentity(strings.ToUpper(plain(number)))
	if err != nil {
		return "", access.ErrNoIdentity
	}
	who, err := access.IdentityOf(r.Context(), s.Pool, string(id))
	if err != nil {
		return "", err
	}
	return s.admitParty(r, who, at)
}

// admitParty opens a session for a person's newest case; errNoPart if they have none.
func (s *server) admitParty(r *http.Request, who access.Identity, at time.Time) (access.Secret, error) {
	parts, err := s.Flow.PartsOf(r.Context(), who)
	if err != nil {
		return "", err
	}
	if len(parts) == 0 {
		return "", errNoPart
	}
	person, err := s.partyTo(r, parts[0])
	if err != nil {
		return "", err
	}
	return s.Porter.ByIdentity(r.Context(), access.Session{Person: person, Identity: who, OpenedAt: at})
}

// partyTo is a party to a case as a person of the doors.
func (s *server) partyTo(r *http.Request, part intake.Part) (access.Person, error) {
	c, err := s.Flow.Facts(r.Context(), part.Number)
	if err != nil {
		return access.Person{}, err
	}
	name := ""
	for side, parties := range map[string][]registration.Party{"sellers": c.Sellers, "buyers": c.Buyers} {
		for i, p := range parties {
			if part.Party == side+"["+strconv.Itoa(i)+"]" {
				name = maskName(p.Name)
			}
		}
	}
	return access.Person{Name: name, Role: access.Citizen, Case: string(part.Number), Party: part.Party}, nil
}

// ownParts are the cases of a citizen whom a provider vouched for; others have the one
// of their code.
func (s *server) ownParts(r *http.Request) ([]intake.Part, error) {
	who := presenceOf(r.Context()).Identity
	if who == nil {
		return nil, nil
	}
	return s.Flow.PartsOf(r.Context(), who)
}

// postMyCase turns to another case of whoever asks.
func (s *server) postMyCase(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	parts, err := s.ownParts(r)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if string(part.Number) != typed(r, "number") || part.Party != typed(r, "party") {
			continue
		}
		person, err := s.partyTo(r, part)
		if err == nil {
			err = access.TurnTo(r.Context(), s.Pool, tokenOf(r), person, time.Now())
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, "/my", http.StatusSeeOther)
		return nil
	}
	return intake.ErrNoCase
}
