package machine

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"onewindow/internal/postgres"
)

// A tool is something that must be on the machine.
type tool struct {
	what     string // for people
	testOnly bool
	have     func() bool
	packages map[packager]string
}

const server = "PostgreSQL server"

// tools lists what is needed, the server first.
var tools = []tool{
	{server, false, haveServer, map[packager]string{
		apt: "postgresql", dnf: "postgresql-server", brew: "postgresql@17"}},
	{"C compiler", true, onPath("gcc", "cc", "clang"), map[packager]string{
		apt: "gcc libc6-dev", dnf: "gcc glibc-devel", brew: "gcc"}},
	{"Chromium", true, haveBrowser, map[packager]string{
		apt: "chromium", dnf: "chromium", brew: "chromium"}},
	{"Chinese font", true, haveFont, map[packager]string{
		apt: "fonts-noto-cjk fontconfig", dnf: "google-noto-sans-cjk-fonts fontconfig", brew: "font-noto-sans-cjk"}},
	{"pdftotext", true, onPath("pdftotext"), map[packager]string{
		apt: "poppler-utils", dnf: "poppler-utils", brew: "poppler"}},
	{"qpdf", true, onPath("qpdf"), map[packager]string{
		apt: "qpdf", dnf: "qpdf", brew: "qpdf"}},
	{"zbarimg", true, onPath("zbarimg"), map[packager]string{
		apt: "zbar-tools", dnf: "zbar", brew: "zbar"}},
	{"TypeScript compiler", true, onPath("tsc"), map[packager]string{
		apt: "node-typescript", dnf: "typescript", brew: "typescript"}},
}

// onPath returns a test for any of some programs.
func onPath(names ...string) func() bool {
	return func() bool {
		for _, name := range names {
			if _, err := exec.LookPath(name); err == nil {
				return true
			}
		}
		return false
	}
}

func haveServer() bool {
	_, err := postgres.Programs()
	return err == nil
}

// haveBrowser looks where the browser tests look.
func haveBrowser() bool {
	apps, err := filepath.Glob("/Applications/*Chrom*.app/Contents/MacOS/*")
	return err == nil && len(apps) > 0 ||
		onPath("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell")()
}

// haveFont reports whether a font with Chinese glyphs is installed. macOS
// always brings one.
func haveFont() bool {
	if runtime.GOOS == "darwin" {
		return true
	}
	out, err := exec.Command("fc-list", ":lang=zh", "file").Output()
	return err == nil && len(strings.TrimSpace(string(out))) > 0
}
