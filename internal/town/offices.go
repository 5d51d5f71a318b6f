package town

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"onewindow/internal/notice"
	"onewindow/internal/outbound"
	"onewindow/internal/sandbox"
	"onewindow/internal/typeset"
	"onewindow/jobs"
	"onewindow/registration/certificate"
	"onewindow/tax/payment"
	"onewindow/tax/source"
	"onewindow/utilities"
)

// Offices are the sandbox companies, payment gateway and inbox of the town, on a
// loopback address, with a door for their callbacks. They answer at once.
type Offices struct {
	jobs.Offices
	URL      string
	Payments *sandbox.Payments
	// GatewayKey signs the messages of the gateway, at URL and /pay.
	GatewayKey string
	Inbox      *sandbox.Inbox // where messages to people go
	Facts      *sandbox.Facts // who knows families, homes elsewhere, vouchers and values

	flow      *jobs.Flow // whom the callbacks are for; set by Serve
	companies []*sandbox.Company
	mux       *http.ServeMux
	server    *http.Server
	listener  net.Listener
}

// Config says whom the offices serve. The zero Config has a door of its own for
// callbacks, knows no customers (magic account numbers need none) and draws keys.
type Config struct {
	Callbacks string // base address of the callback doors: /payments and /utilities/{utility} are appended
	VerifyURL string // address of the verification page
	Paid      string // address of the page to which payers are led afterwards; "" for none
	VerifyKey []byte
	Customers map[utilities.Utility][]sandbox.Account
	Books     *sandbox.Books // of the facts of tax; nil takes those of the town that Build builds
}

// NewOffices opens the doors. Give its jobs.Offices to a flow, then Serve that flow.
func NewOffices(cfg Config) (*Offices, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the offices' doors: %w", err)
	}
	fonts, err := typeset.Embedded()
	if err != nil {
		return nil, err
	}
	press, err := certificate.NewPress(fonts)
	if err != nil {
		return nil, err
	}
	o := &Offices{URL: "http://" + listener.Addr().String(), mux: http.NewServeMux(), listener: listener}
	cfg.Callbacks = cmp.Or(cfg.Callbacks, o.URL+"/callbacks")
	if cfg.VerifyKey == nil {
		cfg.VerifyKey = random()
	}
	o.server = &http.Server{Handler: o.mux, ReadHeaderTimeout: 10 * time.Second}
	client := outbound.New(10*time.Second, outbound.Loopback()...)
	o.Offices = jobs.Offices{
		Fonts: fonts, Press: press, VerifyKey: cfg.VerifyKey, VerifyURL: cmp.Or(cfg.VerifyURL, o.URL+"/v/"), Sample: true,
		Companies: map[string]utilities.Company{},
		Messages:  notice.Channel{URL: o.URL + "/messages", Key: outbound.Key(random()), Client: client},
		Visits:    Visits(),
	}
	gateway := payment.Platform{URL: o.URL + "/pay", Key: outbound.Key(random()), Back: cfg.Paid, Client: client}
	o.Gateway, o.GatewayKey = gateway, gateway.Key
	o.Payments = sandbox.NewPayments(gateway.Key, cfg.Callbacks+"/payments", client)
	o.Inbox = sandbox.NewInbox(o.Messages.Key)
	o.mux.Handle("POST /messages", o.Inbox)
	o.mux.Handle("/pay/", http.StripPrefix("/pay", o.Payments))
	for _, u := range utilities.Utilities {
		o.addCompany(u, cfg, client)
	}
	o.addFacts(cfg)
	o.mux.HandleFunc("POST /callbacks/payments", o.paid)
	o.mux.HandleFunc("POST /callbacks/utilities/{utility}", o.answered)
	return o, nil
}

func (o *Offices) addCompany(u utilities.Utility, cfg Config, client *http.Client) {
	name, key := "town-"+string(u), outbound.Key(random())
	company := sandbox.NewCompany(sandbox.CompanyOptions{
		Name: name, Key: key, Callback: cfg.Callbacks + "/utilities/" + string(u), HTTP: client,
	}, cfg.Customers[u])
	o.companies = append(o.companies, company)
	o.mux.Handle("/"+string(u)+"/", http.StripPrefix("/"+string(u), company))
	o.Companies[string(u)] = utilities.Company{
		Utility: u, Name: name, URL: o.URL + "/" + string(u), Key: key, HTTP: client,
	}
}

// addFacts opens the offices of facts and names them as sources.
func (o *Offices) addFacts(cfg Config) {
	books, key := cfg.Books, outbound.Key(random())
	if books == nil {
		books = OwnBooks()
	}
	o.Facts = sandbox.NewFacts(key, *books)
	o.mux.Handle("/facts/", http.StripPrefix("/facts", o.Facts))
	o.Sources = SourcesAt(o.URL+"/facts", key)
}

// SourcesAt are the sandbox offices of facts at an address of this machine.
func SourcesAt(url, key string) source.Sources {
	client, all := outbound.New(3*time.Second, outbound.Loopback()...), source.Sources{}
	for _, n := range source.Outside() {
		all[n] = source.Source{Name: n, URL: url + "/" + string(n), Key: key, Fresh: 24 * time.Hour, HTTP: client}
	}
	return all
}

// Serve answers until Close; callbacks go to the flow.
func (o *Offices) Serve(f *jobs.Flow) {
	o.flow = f
	go func() { _ = o.server.Serve(o.listener) }() // it ends with Close
}

// Close shuts the doors.
func (o *Offices) Close() {
	for _, c := range o.companies {
		c.Close()
	}
	_ = o.server.Close()
}

// Pay pays a bill at the gateway, as its payer would.
func (o *Offices) Pay(ctx context.Context, ref string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, o.URL+"/pay/orders/"+ref+"/pay", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("pay %s: %w", ref, err)
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("pay %s: status %d", ref, res.StatusCode)
	}
	return nil
}

func (o *Offices) paid(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, outbound.MaxBody))
	if err == nil {
		err = o.flow.Paid(r.Context(), r.Header, body)
	}
	answer(w, err)
}

func (o *Offices) answered(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, outbound.MaxBody))
	if err == nil {
		err = o.flow.CompanyAnswered(r.Context(), r.PathValue("utility"), r.Header, body)
	}
	answer(w, err)
}

// answer says what a caller of callbacks must know: taken, or come again.
func answer(w http.ResponseWriter, err error) {
	switch {
	case err == nil, errors.Is(err, utilities.ErrNothingNew):
		w.WriteHeader(http.StatusOK)
	case errors.Is(err, utilities.ErrNoRequest):
		w.WriteHeader(http.StatusNotFound)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

func random() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return key
}
