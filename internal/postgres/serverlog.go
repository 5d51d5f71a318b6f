package postgres

import (
	"io"
	"os"
	"strings"
)

// logSize is the present length of the server's log.
func (s *Server) logSize() int64 {
	info, err := os.Stat(s.logFile())
	if err != nil {
		return 0
	}
	return info.Size()
}

// logSince returns what the server has logged since its log was from long.
func (s *Server) logSince(from int64) string {
	f, err := os.Open(s.logFile())
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.NewSectionReader(f, from, 64<<10))
	if err != nil {
		return ""
	}
	return string(b)
}

// lastLines shortens what a program said to its end.
func lastLines(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], " | ")
}
