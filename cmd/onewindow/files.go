package main

import (
	"log/slog"

	"onewindow/internal/files"
)

// openDesk makes the desk that takes files in, and says what nobody looks at.
func openDesk(c files.Config, log *slog.Logger) (*files.Desk, error) {
	desk, err := files.New(c)
	if err == nil && !desk.Scans() {
		log.Info("files are kept without being scanned for viruses: files.scanner names no scanner (docs/FILES.md)")
	}
	return desk, err
}
