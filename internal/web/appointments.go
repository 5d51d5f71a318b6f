package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"onewindow/intake"
	"onewindow/intake/appointment"
	"onewindow/internal/access"
	"onewindow/internal/audit"
	"onewindow/jobs"
	"onewindow/registration"
)

// appointmentRoutes adds the appointments of the window, for parties and for staff.
func (s *server) appointmentRoutes(r chi.Router) {
	r.Get(visitPath, s.pageFor(access.Book, s.showVisit))
	r.Post(visitPath, s.pageFor(access.Book, s.postVisit))
	r.Get(visitPath+"/cancel", s.pageFor(access.Book, s.showVisitCancel))
	r.Post(visitPath+"/cancel", s.pageFor(access.Book, s.postVisitCancel))
	r.Get("/appointments", s.pageFor(access.SeeAppointments, s.showVisitors))
	r.Get("/api/v1/my/appointment", s.may(access.Book, s.answerVisit))
	r.Post("/api/v1/my/appointment", s.may(access.Book, s.bookVisit))
	r.Delete("/api/v1/my/appointment", s.may(access.Book, s.cancelVisit))
	r.Get("/api/v1/appointments", s.may(access.SeeAppointments, s.listVisitors))
}

// visitView is an appointment as its party sees it.
type visitView struct {
	Office     string              `json:"office"`
	OfficeName string              `json:"office_name"`
	Address    string              `json:"address,omitempty"`
	At         time.Time           `json:"at"`
	Until      time.Time           `json:"until"`
	For        appointment.Purpose `json:"for"`
	BookedAt   time.Time           `json:"booked_at"`
}

func visitOf(a appointment.Appointment, address string) visitView {
	office, _ := registration.OfficeOf(a.Office)
	return visitView{Office: a.Office, OfficeName: office.Name, Address: address, At: when(a.At),
		Until: when(a.At.Add(appointment.SlotLength)), For: a.For, BookedAt: when(a.BookedAt)}
}

// visitsView is what a party has and may choose from.
type visitsView struct {
	Number      string     `json:"number"` // of the case or contract
	Office      string     `json:"office"`
	OfficeName  string     `json:"office_name"`
	Address     string     `json:"address,omitempty"`
	Appointment *visitView `json:"appointment,omitempty"`
	Slots       []slotView `json:"slots"`
}

// slotView is a time at which a visit may begin.
type slotView struct {
	At   time.Time `json:"at"`
	Free int       `json:"free"`
}

// visits returns what a party may choose from, and writes down that they looked.
func (s *server) visits(r *http.Request) (jobs.Visits, error) {
	who := personOf(r.Context())
	if err := permitOn(r.Context(), access.Book, access.Object{Case: who.Case}); err != nil {
		return jobs.Visits{}, err
	}
	v, err := s.Flow.Visits(r.Context(), who.Case, who.Party)
	if err == nil {
		err = s.saw(r.Context(), audit.Seen, audit.Case, who.Case)
	}
	return v, err
}

func (s *server) answerVisit(w http.ResponseWriter, r *http.Request) error {
	v, err := s.visits(r)
	if err != nil {
		return err
	}
	view := visitsView{Number: personOf(r.Context()).Case, Office: v.Office.County, OfficeName: v.Office.Name,
		Address: v.Address, Slots: []slotView{}}
	if v.Booked != nil {
		a := visitOf(*v.Booked, v.Address)
		view.Appointment = &a
	}
	for _, d := range v.Days {
		for _, slot := range d.Slots {
			view.Slots = append(view.Slots, slotView{when(slot.At), slot.Free})
		}
	}
	return answer(w, http.StatusOK, view)
}

// visitBody is the body that books.
type visitBody struct {
	At  string              `json:"at"`
	For appointment.Purpose `json:"for"`
}

// Codes of what is wrong with an appointment that is asked for.
const (
	codeSlotNotOffered = "slot_not_offered"
	codePurposeUnknown = "purpose_unknown"
)

var notOffered = registration.Findings{{
	Check: registration.CheckForm, Outcome: registration.Block, Code: codeSlotNotOffered, Field: "at"}}

func (b visitBody) read() (at time.Time, found registration.Findings) {
	at, err := time.Parse(time.RFC3339, b.At)
	if err != nil {
		found = append(found, notOffered...)
	}
	if !slices.Contains(appointment.Purposes(), b.For) {
		found = append(found, registration.Finding{Check: registration.CheckForm, Outcome: registration.Block,
			Code: codePurposeUnknown, Field: "for"})
	}
	return at, found
}

// bookVisit books an appointment in place of the one that the party has. First request
// and resend are answered alike.
func (s *server) bookVisit(w http.ResponseWriter, r *http.Request) error {
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	var b visitBody
	_, found, err := readJSON(w, r, &b)
	if err != nil {
		return err
	}
	at, more := b.read()
	if found = merge(found, more); len(found) > 0 {
		return &jobs.DefectsError{Findings: found}
	}
	a, fresh, err := s.book(r, appointment.Request{At: at, For: b.For, Key: key}, languageOf(r))
	if err != nil {
		return err
	}
	if !fresh {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	w.Header().Set("Location", "/api/v1/my/appointment")
	return answer(w, http.StatusCreated, visitOf(a, s.Flow.VisitAddress(a)))
}

// book books for who asks, and tells them in the language.
func (s *server) book(r *http.Request, want appointment.Request,
	lang string) (a appointment.Appointment, fresh bool, err error) {
	who := personOf(r.Context())
	if err := permitOn(r.Context(), access.Book, access.Object{Case: who.Case}); err != nil {
		return a, false, err
	}
	want.Number, want.Party = who.Case, who.Party
	return s.Flow.Book(r.Context(), want, lang)
}

// unbook cancels the appointment of who asks, if they have one, and tells them.
func (s *server) unbook(r *http.Request, lang string) error {
	who := personOf(r.Context())
	if err := permitOn(r.Context(), access.Book, access.Object{Case: who.Case}); err != nil {
		return err
	}
	err := s.Flow.CancelVisit(r.Context(), who.Case, who.Party, lang)
	if errors.Is(err, appointment.ErrNone) {
		return nil
	}
	return err
}

// cancelVisit leaves the party without an appointment, whether they had one or not.
func (s *server) cancelVisit(w http.ResponseWriter, r *http.Request) error {
	if err := s.unbook(r, languageOf(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// visitorView is who comes to the window by appointment, masked.
type visitorView struct {
	At     time.Time           `json:"at"`
	Number string              `json:"number"` // of the case or contract
	Case   string              `json:"case,omitempty"`
	Party  string              `json:"party"`
	Name   string              `json:"name"`
	For    appointment.Purpose `json:"for"`
}

// visitors lists who comes to the office of who asks, from today on.
func (s *server) visitors(r *http.Request) ([]visitorView, error) {
	list, err := s.Flow.Visitors(r.Context(), personOf(r.Context()).Office)
	if err == nil {
		err = s.saw(r.Context(), audit.Listed, audit.Staff, personOf(r.Context()).ID)
	}
	views := make([]visitorView, 0, len(list))
	for _, v := range list {
		view := visitorView{At: when(v.At), Number: v.Number, Party: v.Party, Name: maskName(v.Name), For: v.For}
		if v.Case {
			view.Case = casesPath + "/" + v.Number
		}
		views = append(views, view)
	}
	return views, err
}

func (s *server) listVisitors(w http.ResponseWriter, r *http.Request) error {
	list, err := s.visitors(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"appointments": list})
}

// usualPurpose is what a party who does not say comes for: with a contract to apply.
func usualPurpose(number string) appointment.Purpose {
	if _, err := intake.ParseNumber(number); err != nil {
		return appointment.Apply
	}
	return appointment.Advice
}

// purposeIn reads what a party comes for from the address or a form; errQuery for what
// is none.
func purposeIn(r *http.Request) (appointment.Purpose, error) {
	usual := string(usualPurpose(personOf(r.Context()).Case))
	p := appointment.Purpose(cmp.Or(typed(r, "for"), r.URL.Query().Get("for"), usual))
	if !slices.Contains(appointment.Purposes(), p) {
		return "", errQuery
	}
	return p, nil
}
