package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"onewindow/intake"
	"onewindow/internal/demo"
	"onewindow/internal/town"
)

// demonstration is the demonstration city at work.
type demonstration struct {
	place
	Listen string `help:"Address of the pages; the next free port is taken if it is busy." default:"127.0.0.1:8080"`

	dir     string
	log     *slog.Logger
	streams streams
	db      *database
	doors   *office
	offices *town.Offices
	secrets demo.Secrets
}

// open makes everything ready: database, city, staff, sandbox offices, doors.
func (d *demonstration) open(ctx context.Context, s streams) (err error) {
	d.streams, d.log = s, newLog(s, slog.LevelWarn)
	if d.dir, err = d.directory(); err != nil {
		return err
	}
	if d.db, err = d.place.open(ctx, d.dir, d.log, s); err != nil {
		return err
	}
	if err := demo.Seed(ctx, d.db.pool); err != nil {
		return err
	}
	if d.secrets, err = demo.Employ(ctx, d.db.pool, filepath.Join(d.dir, "demo-staff.json")); err != nil {
		return err
	}
	return d.openDoors(ctx)
}

func (d *demonstration) openDoors(ctx context.Context) error {
	key, err := verifyKey(filepath.Join(d.dir, "verify.key"))
	if err != nil {
		return err
	}
	l, err := listen(d.Listen, true)
	if err != nil {
		return err
	}
	base := "http://" + l.Addr().String()
	d.offices, err = town.NewOffices(town.Config{
		Callbacks: base + "/api/v1/callbacks", VerifyURL: base + "/v/", VerifyKey: key, Customers: demo.Customers(),
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	d.doors, err = openOffice(ctx, d.db, l, d.offices.Offices, d.log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	d.offices.Serve(d.doors.flow)
	return nil
}

// verifyKey reads the key of verify ids, which is drawn once.
func verifyKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key = make([]byte, 32)
		rand.Read(key) // never fails
		err = os.WriteFile(path, key, 0o600)
	}
	if err == nil && len(key) < 32 {
		err = errors.New("too short")
	}
	if err != nil {
		return nil, fmt.Errorf("key of the verification page %s: %w", path, err)
	}
	return key, nil
}

func (d *demonstration) close() {
	if d.doors != nil {
		d.doors.close()
	}
	if d.offices != nil {
		d.offices.Close()
	}
	if d.db != nil {
		d.db.close()
	}
}

// as is the API as a member of the demonstration's staff sees it.
func (d *demonstration) as(staff string) client {
	return client{url: d.doors.url, staff: staff, secret: d.secrets[staff].Text()}
}

// sold is what came of the demonstration's sale.
type sold struct {
	last *caseState
	path string        // of the certificate
	took time.Duration // from the submission to the certificate
}

// sell drives one sale through the API: a clerk hands it in, a registrar
// approves it, the payer pays at the gateway.
func (d *demonstration) sell(ctx context.Context) (*sold, error) {
	began := time.Now()
	number, err := d.handIn(ctx)
	for range 5 { // another demonstration on the same data may have been quicker with a home
		var refused *problem
		if !errors.As(err, &refused) || !refused.has(intake.CodeUnitReserved) {
			break
		}
		began = time.Now()
		number, err = d.handIn(ctx)
	}
	if err != nil {
		return nil, err
	}
	return d.drive(ctx, number, began)
}

// handIn hands the next sale in at the window.
func (d *demonstration) handIn(ctx context.Context) (number string, err error) {
	a, err := demo.NextSale(ctx, d.db.pool)
	if err != nil {
		return "", err
	}
	application, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	number, err = d.as("clerk-01").submit(ctx, application, "demo-"+a.Contract)
	if err == nil {
		fmt.Fprintf(d.streams.err, "\n受理编号 %s  %s\n\n", number, a.Unit.Groups())
	}
	return number, err
}

// drive does what the case waits for until its certificate is issued and every
// company has answered.
func (d *demonstration) drive(ctx context.Context, number string, began time.Time) (*sold, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	s, shown := &sold{}, &timeline{out: d.streams.err}
	acted := map[string]bool{}
	err := d.as("clerk-01").follow(ctx, number, func(c *caseState) (bool, error) {
		shown.show(c)
		s.last = c
		if c.issued() && s.took == 0 {
			s.took = time.Since(began)
		}
		return c.State == string(intake.Closed) || c.State == string(intake.Turned), d.act(ctx, c, acted)
	})
	if err != nil {
		return nil, err
	}
	if !s.last.issued() {
		return nil, fmt.Errorf("case %s ended without a certificate", number)
	}
	shown.summary(s.last)
	s.path, err = d.keep(ctx, s.last)
	return s, err
}

// act plays the people whom the case waits for, each once.
func (d *demonstration) act(ctx context.Context, c *caseState, acted map[string]bool) error {
	state, holder := c.step("review")
	if state == string(intake.NeedsInput) && holder == intake.Reviewer && !acted["review"] {
		acted["review"] = true
		return d.as("registrar-01").decide(ctx, c.Number, "review", "approve")
	}
	if state, _ := c.step("settle"); state == string(intake.AwaitingPayment) && !acted["pay"] {
		acted["pay"] = true
		return d.offices.Pay(ctx, c.Tax.Bill.Ref)
	}
	for _, s := range c.Steps {
		if s.State == string(intake.Manual) {
			return fmt.Errorf("%s of case %s went to a person (%s)", s.Step, c.Number, s.Holder)
		}
	}
	return nil
}

// keep writes the certificate into the data directory.
func (d *demonstration) keep(ctx context.Context, c *caseState) (string, error) {
	pdf, err := d.as("clerk-01").fetch(ctx, c.Certificate.PDF)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(d.dir, "certificates")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(dir, c.Number+".pdf")
	return path, os.WriteFile(path, pdf, 0o600)
}

type runCommand struct {
	demonstration `embed:""`
}

// Run shows the demonstration and serves until the context ends.
func (c *runCommand) Run(ctx context.Context, s streams) error {
	defer c.close()
	if err := c.open(ctx, s); err != nil {
		return err
	}
	sale, err := c.sell(ctx)
	if err != nil {
		return err
	}
	c.tell(sale)
	<-ctx.Done()
	fmt.Fprintln(s.err, "\n正在停止 stopping …")
	return nil
}

// tell says where everything is.
func (c *runCommand) tell(s *sold) {
	out := c.streams.out
	fmt.Fprintf(out, "\n不动产权证号  %s\n", s.last.Certificate.Number)
	fmt.Fprintf(out, "证书 certificate  %s\n", s.path)
	fmt.Fprintf(out, "验真 verify       %s%s\n", c.doors.url, s.last.Certificate.Verify)
	fmt.Fprintf(out, "受理至发证 %.2f 秒(系统时间；其余都是人的时间)\n", s.took.Seconds())
	fmt.Fprintf(out, "\n网页 pages        %s/\n", c.doors.url)
	for _, p := range demo.People() {
		fmt.Fprintf(out, "  %s %s %s\n", pad(p.ID, 14), pad(say("role."+string(p.Role)), 18), c.secrets[p.ID].Text())
	}
	fmt.Fprintln(out, "\n按 Ctrl-C 停止。Ctrl-C stops.")
}

type demoCommand struct {
	demonstration `embed:""`
	Once          bool `help:"End after one sale." default:"true" negatable:""`
	JSON          bool `help:"Print one JSON object on standard output." name:"json"`
}

// result is what demo --json prints.
type result struct {
	AcceptanceNumber  string       `json:"acceptance_number"`
	CertificateNumber string       `json:"certificate_number"`
	CertificatePath   string       `json:"certificate_path"`
	TotalMS           int64        `json:"total_ms"`
	Steps             []resultStep `json:"steps"`
}

type resultStep struct {
	Step       string     `json:"step"`
	State      string     `json:"state"`
	StartedAt  *time.Time `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at"`
	WaitedMS   int64      `json:"waited_ms"`
	WorkedMS   int64      `json:"worked_ms"`
}

// Run sells one home and says what came of it.
func (c *demoCommand) Run(ctx context.Context, s streams) error {
	defer c.close()
	if err := c.open(ctx, s); err != nil {
		return err
	}
	sale, err := c.sell(ctx)
	if err != nil {
		return err
	}
	r := result{
		AcceptanceNumber: sale.last.Number, CertificateNumber: sale.last.Certificate.Number,
		CertificatePath: sale.path, TotalMS: sale.took.Milliseconds(),
	}
	for _, step := range sale.last.Steps {
		r.Steps = append(r.Steps, resultStep{
			step.Step, step.State, step.StartedAt, step.FinishedAt, step.WaitedMS, step.WorkedMS,
		})
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(r)
	}
	_, err = fmt.Fprintf(s.out, "%s %s %s\n", r.AcceptanceNumber, r.CertificateNumber, r.CertificatePath)
	return err
}
