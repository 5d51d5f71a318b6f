package web

import (
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"onewindow/internal/audit"
	"onewindow/templates"
)

// The forms in which the audit leaves the window.
const (
	formatCSV  = "csv"   // RFC 4180, for a spreadsheet
	formatJSON = "jsonl" // one JSON object a line, for programs
)

// exportPart is how many lines are read at a time.
const exportPart = 1000

func exportLink(query url.Values, format string) string {
	with := url.Values{"format": {format}}
	for name, values := range query {
		with[name] = values
	}
	return "/audit/export?" + with.Encode()
}

// lineWriter writes lines of the audit in one form.
type lineWriter interface {
	write(audit.Line) error
	flush() error
}

// exportAudit hands out everything that a search finds, the newest line first. Each
// time is written down.
func (s *server) exportAudit(w http.ResponseWriter, r *http.Request) error {
	q, wrong := auditFormOf(r.URL.Query()).query()
	format := r.URL.Query().Get("format")
	if wrong != "" || format != formatCSV && format != formatJSON {
		return errQuery
	}
	e := audit.Event{Action: audit.AuditRead, Kind: audit.Staff, Object: personOf(r.Context()).ID, Result: format}
	if q.Kind != "" && q.Object != "" {
		e.Kind, e.Object = q.Kind, q.Object
	}
	if err := s.Flow.Saw(r.Context(), e); err != nil {
		return err
	}
	lines, err := s.Flow.SearchAudit(r.Context(), q, exportPart)
	if err != nil {
		return err
	}
	out := newLineWriter(w, format, speech(r))
	for err == nil && len(lines) > 0 {
		if err = s.exportLines(w, out, lines); err != nil {
			break
		}
		q.Before = lines[len(lines)-1].ID
		lines, err = s.Flow.SearchAudit(r.Context(), q, exportPart)
	}
	if err != nil {
		panic(http.ErrAbortHandler) // nobody takes half of it for the whole
	}
	return nil
}

// exportLines sends a part, for which there is as much time as for a whole answer.
func (s *server) exportLines(w http.ResponseWriter, out lineWriter, lines []audit.Line) error {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTime)) // a recorder has none
	for _, l := range lines {
		if err := out.write(l); err != nil {
			return err
		}
	}
	return out.flush()
}

// newLineWriter begins a file in one form.
func newLineWriter(w http.ResponseWriter, format, lang string) lineWriter {
	h := w.Header()
	h.Set("Content-Disposition", `attachment; filename="audit.`+format+`"`)
	if format == formatJSON {
		h.Set("Content-Type", "application/jsonl")
		return jsonLines{json.NewEncoder(w), lang}
	}
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	_, _ = io.WriteString(w, "\uFEFF") // by which spreadsheets know UTF-8; a client that has gone is no fault
	table := csv.NewWriter(w)
	table.UseCRLF = true
	_ = table.Write([]string{"id", "at", "kind", "object", "ordinal", "actor", "role", "action", "text", "result",
		"reason", "from", "request", "previous", "hash", "whole"}) // the flush says whether it went
	return csvLines{table, lang}
}

type jsonLines struct {
	to   *json.Encoder
	lang string
}

func (j jsonLines) write(l audit.Line) error { return j.to.Encode(soughtLineOf(l, j.lang)) }
func (j jsonLines) flush() error             { return nil }

type csvLines struct {
	to   *csv.Writer
	lang string
}

func (c csvLines) write(l audit.Line) error {
	row := []string{strconv.FormatInt(l.ID, 10), when(l.At).Format(time.RFC3339Nano), l.Kind, l.Object,
		strconv.FormatInt(l.Ordinal, 10), l.Actor, l.Role, string(l.Action),
		templates.Say(c.lang, "audit."+string(l.Action), nil), l.Result, l.Reason, l.From, l.Request,
		hex.EncodeToString(l.Previous), hex.EncodeToString(l.Hash), strconv.FormatBool(l.Whole())}
	for i := range row {
		row[i] = harmless(row[i])
	}
	return c.to.Write(row)
}

func (c csvLines) flush() error {
	c.to.Flush()
	return c.to.Error()
}

// harmless keeps a spreadsheet from taking somebody's words for a formula.
func harmless(cell string) string {
	if strings.TrimLeft(cell, " ") != "" && strings.ContainsAny(strings.TrimLeft(cell, " ")[:1], "=+-@\t\r\n") {
		return "'" + cell
	}
	return cell
}
