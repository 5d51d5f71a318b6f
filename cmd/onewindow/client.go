package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// client speaks to a window's API as one member of staff.
type client struct {
	url, staff, secret string
}

// problem is a refusal as the API words it (RFC 9457).
type problem struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Status int    `json:"status"`
	Errors []struct {
		Code   string `json:"code"`
		Field  string `json:"field"`
		Detail string `json:"detail"`
	} `json:"errors"`
}

// Error is the title and every defect, a line each.
func (p *problem) Error() string {
	lines := []string{p.Title}
	if p.Detail != "" {
		lines = append(lines, "  "+p.Detail)
	}
	for _, e := range p.Errors {
		lines = append(lines, fmt.Sprintf("  %s %s: %s", e.Code, e.Field, e.Detail))
	}
	return strings.Join(lines, "\n")
}

// has says whether one of the defects has the code.
func (p *problem) has(code string) bool {
	for _, e := range p.Errors {
		if e.Code == code {
			return true
		}
	}
	return false
}

// caseState is what the commands read of a case.
type caseState struct {
	Number     string    `json:"acceptance_number"`
	State      string    `json:"state"`
	AcceptedAt time.Time `json:"accepted_at"`
	Steps      []struct {
		Step       string     `json:"step"`
		State      string     `json:"state"`
		Holder     string     `json:"holder"`
		StartedAt  *time.Time `json:"started_at"`
		FinishedAt *time.Time `json:"finished_at"`
		WaitedMS   int64      `json:"waited_ms"`
		WorkedMS   int64      `json:"worked_ms"`
	} `json:"steps"`
	Clocks struct {
		WallMS   int64 `json:"wall_ms"`
		OfficeMS int64 `json:"office_ms"`
	} `json:"clocks"`
	Journal []struct {
		At     time.Time `json:"at"`
		Actor  string    `json:"actor"`
		Step   string    `json:"step"`
		State  string    `json:"state"`
		Holder string    `json:"holder"`
		Reason string    `json:"reason"`
	} `json:"journal"`
	Tax *struct {
		Total int64 `json:"total_fen"`
		Bill  *struct {
			Ref   string `json:"ref"`
			State string `json:"state"`
		} `json:"bill"`
	} `json:"tax"`
	Certificate *struct {
		Number string `json:"number"`
		PDF    string `json:"pdf"`
		Verify string `json:"verify"`
	} `json:"certificate"`
}

// step returns where a step stands.
func (c *caseState) step(name string) (state, holder string) {
	for _, s := range c.Steps {
		if s.Step == name {
			return s.State, s.Holder
		}
	}
	return "", ""
}

// issued says whether there is a certificate to fetch.
func (c *caseState) issued() bool { return c.Certificate != nil && c.Certificate.PDF != "" }

func (c client) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.SetBasicAuth(c.staff, c.secret)
	r.Header.Set("Accept-Language", "zh-CN")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, nil
}

// do sends r and returns the body of a success; a refusal is a *problem.
func (c client) do(r *http.Request) ([]byte, error) {
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("no answer from the window: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return nil, fmt.Errorf("answer of the window: %w", err)
	}
	if res.StatusCode < http.StatusBadRequest {
		return body, nil
	}
	p := &problem{Title: res.Status}
	_ = json.Unmarshal(body, p) // what is no problem document still has its status
	return nil, p
}

// submit hands an application in and returns the acceptance number.
func (c client) submit(ctx context.Context, application []byte, key string) (string, error) {
	r, err := c.request(ctx, http.MethodPost, "/api/v1/cases", application)
	if err != nil {
		return "", err
	}
	r.Header.Set("Idempotency-Key", key)
	body, err := c.do(r)
	if err != nil {
		return "", err
	}
	var accepted struct {
		Number string `json:"acceptance_number"`
	}
	return accepted.Number, json.Unmarshal(body, &accepted)
}

// decide says a verdict on a step.
func (c client) decide(ctx context.Context, number, step, verdict string) error {
	body, err := json.Marshal(map[string]string{"verdict": verdict})
	if err != nil {
		return err
	}
	r, err := c.request(ctx, http.MethodPost, "/api/v1/cases/"+number+"/steps/"+step+"/decision", body)
	if err != nil {
		return err
	}
	_, err = c.do(r)
	return err
}

// fetch returns what stands at a path.
func (c client) fetch(ctx context.Context, path string) ([]byte, error) {
	r, err := c.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	return c.do(r)
}

// follow calls see with the case whenever it has changed, until see has enough
// or the case has ended. A stream that breaks is opened again.
func (c client) follow(ctx context.Context, number string, see func(*caseState) (enough bool, err error)) error {
	last := ""
	for {
		over, err := c.stream(ctx, number, &last, see)
		if over || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// stream reads one event stream. over means that there is nothing more to come.
func (c client) stream(ctx context.Context, number string, last *string,
	see func(*caseState) (bool, error)) (over bool, err error) {
	r, err := c.request(ctx, http.MethodGet, "/api/v1/cases/"+number+"/events", nil)
	if err != nil {
		return false, err
	}
	r.Header.Set("Last-Event-ID", *last)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return ctx.Err() != nil, ctx.Err()
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNoContent {
		return true, nil
	}
	if res.StatusCode != http.StatusOK {
		return false, fmt.Errorf("follow case %s: %s", number, res.Status)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			*last = id
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var state caseState
		if err := json.Unmarshal([]byte(data), &state); err != nil {
			return false, fmt.Errorf("event of case %s: %w", number, err)
		}
		if enough, err := see(&state); enough || err != nil {
			return true, err
		}
	}
	return false, nil
}
