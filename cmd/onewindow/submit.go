package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"onewindow/internal/client"
	"onewindow/internal/demo"
	"onewindow/templates"
)

type submitCommand struct {
	File   string `arg:"" help:"Application file (JSON), - for standard input. examples/ has some."`
	Server string `help:"Address of the window (default: the demonstration on this machine)." env:"ONEWINDOW_SERVER"`
	Staff  string `help:"Staff id of the clerk." default:"clerk-01" env:"ONEWINDOW_STAFF"`
	Secret string `help:"The clerk's secret (default: that of the demonstration on this machine)." env:"ONEWINDOW_SECRET"`
	Key    string `help:"Idempotency key (default: made of the content: the same file is one case)."`
	Output string `help:"File to write the certificate to (default: ACCEPTANCE-NUMBER.pdf here)." short:"o" type:"path"`
	Detach bool   `help:"Only hand in: print the acceptance number and end."`
	Data   string `help:"Data directory of the demonstration on this machine." type:"path"`
}

// maxFile is more than a window reads; what is longer is refused there.
const maxFile = 2 << 20

// Run hands the file in and follows the case. A refusal is printed in words, a
// line for each defect, and ends with status 1.
func (c submitCommand) Run(ctx context.Context, s streams) error {
	application, err := c.read(s.in)
	if err != nil {
		return err
	}
	clerk, err := c.clerk()
	if err != nil {
		return err
	}
	if c.Key == "" {
		c.Key = client.KeyOf(application)
	}
	accepted, err := clerk.Submit(ctx, c.Key, application)
	var refused *client.Problem
	if errors.As(err, &refused) {
		explain(s.err, refused)
		return errTold
	}
	if stopped(ctx, err) {
		fmt.Fprintln(s.err, "\n已中止：窗口尚未答复。再次运行同一命令不会重复受理。\n"+
			"Stopped before the window answered. The same command again opens no second case.")
		return errTold
	}
	if err != nil {
		return fmt.Errorf("%w\n(is a window open at %s? onewindow run opens one)", err, clerk.Server)
	}
	if accepted.Resent {
		fmt.Fprintln(s.err, "此件先前已受理。 This application was accepted before.")
	}
	if c.Detach {
		_, err = fmt.Fprintln(s.out, accepted.Number)
		return err
	}
	err = c.follow(ctx, clerk, accepted.Number, s)
	if stopped(ctx, err) {
		fmt.Fprintf(s.err, "\n已中止等待：办件 %s 已受理，仍在继续办理。\n"+
			"Stopped waiting: case %s is accepted and goes on: %s/cases/%s\n",
			accepted.Number, accepted.Number, clerk.Server, accepted.Number)
		return errTold
	}
	return err
}

// stopped says whether it was the reader who ended the wait.
func stopped(ctx context.Context, err error) bool { return err != nil && ctx.Err() != nil }

func (c submitCommand) read(in io.Reader) ([]byte, error) {
	if c.File == "-" {
		return io.ReadAll(io.LimitReader(in, maxFile))
	}
	text, err := os.ReadFile(c.File)
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), err
}

// clerk is who hands in, and where. What is not said is that of the
// demonstration on this machine.
func (c submitCommand) clerk() (client.Client, error) {
	clerk := client.Client{Server: c.Server, Staff: c.Staff, Secret: c.Secret}
	if clerk.Server != "" && clerk.Secret != "" {
		return clerk, nil
	}
	d := demonstration{place: place{Data: c.Data}}
	var err error
	if d.dir, err = d.locate(); err != nil {
		return clerk, err
	}
	if clerk.Server == "" {
		clerk.Server = d.host().URL
	}
	if clerk.Secret == "" {
		secrets, err := demo.SecretsIn(d.path(staffFile))
		if err != nil {
			return clerk, err
		}
		if clerk.Secret = secrets[c.Staff].Key.Text(); clerk.Secret == "" {
			return clerk, fmt.Errorf("no secret of %s: name it with --secret, or the demonstration's --data", c.Staff)
		}
	}
	return clerk, nil
}

// host is where the demonstration of this directory serves or served last.
func (d *demonstration) host() host {
	h := host{URL: "http://127.0.0.1:8080"}
	if text, err := os.ReadFile(d.path(hostFile)); err == nil {
		_ = json.Unmarshal(text, &h) // half a file leaves the default
	}
	return h
}

// explain says a refusal in words.
func explain(out io.Writer, p *client.Problem) {
	fmt.Fprintf(out, "%s\n", p.Title)
	if len(p.Errors) == 0 {
		fmt.Fprintf(out, "  %s [%s]\n", p.Detail, p.Code())
	}
	for _, d := range p.Errors {
		fmt.Fprintf(out, "  %s: %s [%s %s]\n", templates.Field(templates.Chinese, d.Field), d.Detail, d.Code, d.Field)
	}
}

// follow shows the case until its certificate is issued and writes that.
func (c submitCommand) follow(ctx context.Context, clerk client.Client, number string, s streams) error {
	shown, told := newTimeline(s.err), map[string]string{}
	err := clerk.Follow(ctx, number, func(found client.Case) bool {
		shown.show(found)
		for _, step := range found.Waits() {
			if told[step.Step] != step.State {
				told[step.Step] = step.State
				fmt.Fprintf(s.err, "  … %s等待%s %s waits for the %s: %s/cases/%s\n", say("step."+step.Step),
					say("holder."+step.Holder), step.Step, step.Holder, clerk.Server, number)
			}
		}
		return found.Issued() || found.Refused()
	})
	if err != nil {
		return err
	}
	last, err := clerk.Find(ctx, number)
	if err != nil {
		return err
	}
	if !last.Issued() {
		fmt.Fprintf(s.err, "\n%s %s\n", number, say("case."+last.State))
		return errTold
	}
	return c.keep(ctx, clerk, last, s)
}

func (c submitCommand) keep(ctx context.Context, clerk client.Client, last client.Case, s streams) error {
	pdf, err := clerk.Certificate(ctx, last.Number)
	if err != nil {
		return err
	}
	if c.Output == "" {
		c.Output = last.Number + ".pdf"
	}
	if err := os.WriteFile(c.Output, pdf, 0o600); err != nil {
		return fmt.Errorf("keep the certificate: %w", err)
	}
	_, err = fmt.Fprintln(s.out, last.Number, last.Certificate.Number, c.Output)
	return err
}
