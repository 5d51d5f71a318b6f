package files

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// eicar is what every scanner finds and nothing is harmed by (eicar.org). It is
// put together here, so that this file itself is not found.
var eicar = strings.Join([]string{`X5O!P%@AP[4\PZX54(P^)7CC)7}`, `$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!`, `$H+H*`}, "")

// clamd is a double of the scanner: it speaks its protocol and finds eicar.
type clamd struct {
	most  int           // StreamMaxLength, in bytes
	after time.Duration // how long it thinks
	words string        // what it answers instead, if anything
	shut  bool          // it hangs up without a word
}

// open lets the double listen.
func (c clamd) open(t *testing.T, network, address string) *Scanner {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			line, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(line)
		}
	}()
	return &Scanner{Network: network, Address: l.Addr().String(), Within: 30 * time.Second}
}

func (c clamd) serve(line net.Conn) {
	defer line.Close()
	from := bufio.NewReader(line)
	command, err := from.ReadString(0)
	if err != nil || c.shut {
		return
	}
	answer := "PONG"
	if command == "zINSTREAM\x00" {
		answer = c.look(from)
	}
	time.Sleep(c.after)
	if c.words != "" {
		answer = c.words
	}
	_, _ = io.WriteString(line, answer+"\x00")
}

// look reads a stream of chunks.
func (c clamd) look(from io.Reader) string {
	var seen bytes.Buffer
	for {
		var size uint32
		if err := binary.Read(from, binary.BigEndian, &size); err != nil {
			return "stream: broke off ERROR"
		}
		if size == 0 {
			break
		}
		if _, err := io.CopyN(&seen, from, int64(size)); err != nil {
			return "stream: broke off ERROR"
		}
		if c.most > 0 && seen.Len() > c.most {
			return "INSTREAM size limit exceeded. ERROR"
		}
	}
	if bytes.Contains(seen.Bytes(), []byte(eicar)) {
		return "stream: Eicar-Test-Signature FOUND"
	}
	return "stream: OK"
}

func TestAScannerIsAskedAndBelieved(t *testing.T) {
	t.Parallel()
	tcp := clamd{}.open(t, "tcp", "127.0.0.1:0")
	socket := clamd{}.open(t, "unix", filepath.Join(t.TempDir(), "clamd"))
	for _, s := range []*Scanner{tcp, socket} {
		for n, want := range map[int]error{0: nil, 1: nil, scanChunk: nil, 3*scanChunk + 7: nil} {
			if err := s.Scan(t.Context(), make([]byte, n)); !errors.Is(err, want) {
				t.Errorf("%d bytes: %v", n, err)
			}
		}
		infected := join(make([]byte, scanChunk-10), []byte(eicar), make([]byte, 99)) // across two chunks
		if err := s.Scan(t.Context(), infected); !errors.Is(err, ErrInfected) {
			t.Errorf("EICAR: %v", err)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("PING: %v", err)
		}
	}
}

func TestAScannerThatDoesNotSayOKSaysNo(t *testing.T) {
	t.Parallel()
	down := &Scanner{Network: "tcp", Address: "127.0.0.1:1", Within: time.Second}
	slow := clamd{after: time.Minute}.open(t, "tcp", "127.0.0.1:0")
	slow.Within = 100 * time.Millisecond
	stuck, err := net.Listen("tcp", "127.0.0.1:0") // takes the call and never reads
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Close()
	for name, s := range map[string]*Scanner{
		"down": down, "slow": slow,
		"stuck":       {Network: "tcp", Address: stuck.Addr().String(), Within: 100 * time.Millisecond},
		"hangs up":    clamd{shut: true}.open(t, "tcp", "127.0.0.1:0"),
		"overwhelmed": clamd{most: 10}.open(t, "tcp", "127.0.0.1:0"),
		"nonsense":    clamd{words: "OK"}.open(t, "tcp", "127.0.0.1:0"),
		"silent":      clamd{words: "\x00"}.open(t, "tcp", "127.0.0.1:0"),
		"wordy":       clamd{words: strings.Repeat("stream: OK ", 1000)}.open(t, "tcp", "127.0.0.1:0"),
		"another":     clamd{words: "stream: OK FOUND ERROR"}.open(t, "tcp", "127.0.0.1:0"),
	} {
		if err := s.Scan(t.Context(), make([]byte, 10<<20)); !errors.Is(err, ErrScanner) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileThatTheScannerFindsIsNotUnpacked(t *testing.T) {
	t.Parallel()
	s := clamd{}.open(t, "tcp", "127.0.0.1:0")
	d := desk(t, Config{Scanner: "tcp://" + s.Address})
	if !d.Scans() || d.Ready(t.Context()) != nil {
		t.Error("the desk does not say that it scans")
	}
	infected := document(catalog, pages, page, stream("", []byte(eicar)))
	if _, err := d.Check(t.Context(), infected); !errors.Is(err, ErrInfected) {
		t.Errorf("EICAR in a document: %v", err)
	}
	picture := scanned(9, 9)
	hidden := join(picture[:33], chunk("tEXt", []byte("a\x00"+eicar)), picture[33:]) // gone once it is drawn anew
	if _, err := d.Check(t.Context(), hidden); !errors.Is(err, ErrInfected) {
		t.Errorf("EICAR beside the pixels: %v", err)
	}
	if _, err := d.Check(t.Context(), harmlessPDF()); err != nil {
		t.Errorf("a harmless document: %v", err)
	}
	away := desk(t, Config{Scanner: "tcp://127.0.0.1:1"})
	if _, err := away.Check(t.Context(), harmlessPDF()); !errors.Is(err, ErrScanner) {
		t.Errorf("while the scanner is away: %v", err)
	}
	if err := away.Ready(t.Context()); !errors.Is(err, ErrScanner) {
		t.Errorf("a desk whose scanner is away is ready: %v", err)
	}
	if desk(t, Config{}).Scans() {
		t.Error("a desk without a scanner says that it scans")
	}
}
