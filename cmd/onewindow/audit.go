package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/audit"
)

// auditDatabase is where the audit is. Nothing in it is sealed.
type auditDatabase struct {
	Database string `help:"Address of the database, for a role that may read the audit." env:"DATABASE_URL" required:""`
}

// read runs do in one snapshot of the database.
func (a auditDatabase) read(ctx context.Context, do func(pgx.Tx) error) error {
	conn, err := pgx.Connect(ctx, a.Database)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, do)
}

type auditVerifyCommand struct {
	auditDatabase `embed:""`
	Against       string `help:"Heads of an earlier verification, kept elsewhere." type:"existingfile"`
	Heads         string `help:"File to write the heads of all chains to, for --against." type:"path"`
}

// Run verifies every chain and says what is wrong, one line each.
func (c auditVerifyCommand) Run(ctx context.Context, s streams) error {
	known, err := readHeads(c.Against)
	if err != nil {
		return err
	}
	var r audit.Report
	if err := c.read(ctx, func(tx pgx.Tx) error { r, err = audit.Verify(ctx, tx, known); return err }); err != nil {
		return err
	}
	for _, f := range r.Faults {
		fmt.Fprintln(s.out, f)
	}
	fmt.Fprintf(s.out, "%d lines in %d chains, %d faults\n", r.Lines, len(r.Heads), len(r.Faults))
	if len(r.Faults) > 0 {
		return errTold
	}
	return writeHeads(c.Heads, r.Heads)
}

// headLine is the head of a chain in a file, one JSON object a line.
type headLine struct {
	Kind    string `json:"kind"`
	Object  string `json:"object"`
	Ordinal int64  `json:"ordinal"`
	Hash    string `json:"hash"`
}

func writeHeads(path string, heads map[audit.Name]audit.Head) error {
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	lines := json.NewEncoder(w)
	for _, n := range slices.SortedFunc(maps.Keys(heads), func(a, b audit.Name) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Object, b.Object))
	}) {
		h := heads[n]
		err = errors.Join(err, lines.Encode(headLine{n.Kind, n.Object, h.Ordinal, hex.EncodeToString(h.Hash)}))
	}
	return errors.Join(err, w.Flush(), file.Close())
}

func readHeads(path string) (map[audit.Name]audit.Head, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	known := map[audit.Name]audit.Head{}
	lines := json.NewDecoder(file)
	lines.DisallowUnknownFields()
	for {
		var l headLine
		if err := lines.Decode(&l); errors.Is(err, io.EOF) {
			return known, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s is no file of heads: %w", path, err)
		}
		hash, err := hex.DecodeString(l.Hash)
		if err != nil {
			return nil, fmt.Errorf("%s is no file of heads: %w", path, err)
		}
		known[audit.Name{Kind: l.Kind, Object: l.Object}] = audit.Head{Ordinal: l.Ordinal, Hash: hash}
	}
}

type auditExportCommand struct {
	auditDatabase `embed:""`
	Case          string `help:"Acceptance number." required:""`
}

// exported is one line of the audit for the person it is about.
type exported struct {
	Ordinal int64     `json:"ordinal"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Role    string    `json:"role"`
	Action  string    `json:"action"`
	Text    string    `json:"text"`
	Reason  string    `json:"reason"`
	Result  string    `json:"result"`
	Hash    string    `json:"hash"`
}

// Run prints who did and saw what of a case, one JSON object a line.
func (c auditExportCommand) Run(ctx context.Context, s streams) error {
	out := json.NewEncoder(s.out)
	return c.read(ctx, func(tx pgx.Tx) error {
		const part = 1000
		for after := int64(0); ; {
			lines, err := audit.Of(ctx, tx, audit.Case, c.Case, after, part)
			if err != nil || len(lines) == 0 {
				return err
			}
			for _, l := range lines {
				after = l.Ordinal
				if err := out.Encode(exported{l.Ordinal, l.At, l.Actor, l.Role, string(l.Action),
					say("audit." + string(l.Action)), l.Reason, l.Result, hex.EncodeToString(l.Hash)}); err != nil {
					return err
				}
			}
		}
	})
}
