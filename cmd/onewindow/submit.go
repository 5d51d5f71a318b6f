package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

type submitCommand struct {
	File   string `arg:"" help:"Application file (JSON), - for standard input."`
	Server string `help:"Address of the window." default:"http://127.0.0.1:8080"`
	Staff  string `help:"Staff id of the clerk." default:"clerk-01" env:"ONEWINDOW_STAFF"`
	Secret string `help:"The clerk's secret." required:"" env:"ONEWINDOW_SECRET"`
	Key    string `help:"Idempotency key (default: a hash of the file, so that handing it in twice makes one case)."`
	Output string `help:"Where to write the certificate (default: ACCEPTANCE-NUMBER.pdf here)." short:"o" type:"path"`
	Detach bool   `help:"Only hand in: print the acceptance number and end."`
}

// Run hands the file in and follows the case. A refusal is printed, a line for
// each defect, and ends with status 1.
func (c submitCommand) Run(ctx context.Context, s streams) error {
	application, err := c.read(s.in)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(application)
	if c.Key == "" {
		c.Key = "file-" + hex.EncodeToString(sum[:16])
	}
	clerk := client{url: c.Server, staff: c.Staff, secret: c.Secret}
	number, err := clerk.submit(ctx, application, c.Key)
	var refused *problem
	if errors.As(err, &refused) {
		fmt.Fprintln(s.err, refused)
		return errTold
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "受理编号 %s\n\n", number)
	if c.Detach {
		_, err = fmt.Fprintln(s.out, number)
		return err
	}
	return c.follow(ctx, clerk, number, s)
}

func (c submitCommand) read(in io.Reader) ([]byte, error) {
	if c.File == "-" {
		return io.ReadAll(io.LimitReader(in, 2<<20))
	}
	text, err := os.ReadFile(c.File)
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), err
}

// follow shows the case until its certificate is issued and writes that.
func (c submitCommand) follow(ctx context.Context, clerk client, number string, s streams) error {
	shown, last := &timeline{out: s.err}, (*caseState)(nil)
	err := clerk.follow(ctx, number, func(state *caseState) (bool, error) {
		shown.show(state)
		last = state
		return state.issued() || state.State == "refused", nil
	})
	if err != nil {
		return err
	}
	if last == nil { // it had ended before we looked
		last = &caseState{}
		return fmt.Errorf("case %s has ended; see %s/cases/%s", number, c.Server, number)
	}
	if !last.issued() {
		fmt.Fprintf(s.err, "\n%s: %s\n", number, say("case."+last.State))
		return errTold
	}
	pdf, err := clerk.fetch(ctx, last.Certificate.PDF)
	if err != nil {
		return err
	}
	if c.Output == "" {
		c.Output = number + ".pdf"
	}
	if err := os.WriteFile(c.Output, pdf, 0o600); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s %s %s\n", number, last.Certificate.Number, c.Output)
	return err
}
