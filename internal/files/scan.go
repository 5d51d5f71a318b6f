package files

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Scanner is a virus scanner that speaks the protocol of clamd.
type Scanner struct {
	Network, Address string // as for net.Dial: tcp or unix
	Within           time.Duration
}

// scanChunk is how much is sent at once, in bytes.
const scanChunk = 64 << 10

// longestVerdict is how much of an answer is read, in bytes.
const longestVerdict = 1024

// Scan sends a content to the scanner (INSTREAM). It returns nil for a clean one,
// ErrInfected for another, and ErrScanner for every answer that is neither and
// for none: what nobody looked at is not clean.
func (s *Scanner) Scan(ctx context.Context, content []byte) error {
	ctx, cancel := context.WithTimeout(ctx, s.Within)
	defer cancel()
	verdict, err := s.ask(ctx, "zINSTREAM\x00", content)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrScanner, err)
	case verdict == "stream: OK":
		return nil
	case strings.HasPrefix(verdict, "stream: ") && strings.HasSuffix(verdict, " FOUND"):
		return ErrInfected
	}
	return fmt.Errorf("%w: it says neither OK nor FOUND", ErrScanner) // the answer may quote what it was sent
}

// Ping asks whether the scanner is there; ErrScanner if not.
func (s *Scanner) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.Within)
	defer cancel()
	answer, err := s.ask(ctx, "zPING\x00", nil)
	if err == nil && answer != "PONG" {
		err = errors.New("it does not answer PING with PONG")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrScanner, err)
	}
	return nil
}

// ask sends a command, with a content if there is one, and reads the answer.
func (s *Scanner) ask(ctx context.Context, command string, content []byte) (string, error) {
	line, err := new(net.Dialer).DialContext(ctx, s.Network, s.Address)
	if err != nil {
		return "", err
	}
	defer line.Close()
	defer context.AfterFunc(ctx, func() { _ = line.SetDeadline(time.Unix(1, 0)) })()
	if _, err := io.WriteString(line, command); err != nil {
		return "", err
	}
	var sent error
	if content != nil {
		sent = send(line, content) // a scanner that has seen enough answers and closes
	}
	answer, err := io.ReadAll(io.LimitReader(line, longestVerdict))
	if text := strings.TrimRight(string(answer), "\x00\n"); err == nil && text != "" {
		return text, nil
	}
	return "", errors.Join(errors.New("no answer"), sent, err, ctx.Err())
}

// send writes a content as chunks, each after its length, and an empty one.
func send(w io.Writer, content []byte) error {
	for len(content) > 0 {
		chunk := content[:min(scanChunk, len(content))]
		content = content[len(chunk):]
		if _, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(chunk))), chunk...)); err != nil {
			return err
		}
	}
	_, err := w.Write(make([]byte, 4))
	return err
}
