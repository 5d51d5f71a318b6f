// Command onewindow runs a city's real-estate window: the pages and the API,
// the jobs behind them, a demonstration city, and the benchmark.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // the law's days are those of Asia/Shanghai, on any machine

	"github.com/alecthomas/kong"

	"onewindow/internal/files"
	"onewindow/internal/machine"
	"onewindow/internal/premises"
)

// commands is the command line.
type commands struct {
	Run     runCommand     `cmd:"" help:"Show it: a demonstration city, one sale, then the pages until Ctrl-C."`
	Demo    demoCommand    `cmd:"" help:"The same sale for programs: ends with the certificate."`
	Serve   serveCommand   `cmd:"" help:"Serve pages and API, and work jobs, on the database of DATABASE_URL."`
	Work    workCommand    `cmd:"" help:"Only work jobs."`
	Config  configCommand  `cmd:"" help:"The configuration of serve and work."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to this program."`
	Keys    keysCommand    `cmd:"" help:"Keys of the sealed columns (docs/VAULT.md)."`
	Case    struct {
		Submit submitCommand `cmd:"" help:"Hand an application file in at a running window and follow it to the certificate."`
	} `cmd:"" help:"Cases."`
	Account struct {
		Reset accountResetCommand `cmd:"" help:"Give a member of the staff a one-time password, alone (docs/ACCOUNTS.md)."`
	} `cmd:"" help:"Accounts, for who owns the machine."`
	Audit struct {
		Verify auditVerifyCommand `cmd:"" help:"Find every line of the audit that was changed, deleted or moved."`
		Export auditExportCommand `cmd:"" help:"Print who did and saw what of a case, for the people it is about."`
	} `cmd:"" help:"The audit (docs/AUDIT.md)."`
	Tax struct {
		Assess taxAssessCommand `cmd:"" help:"What a transfer owes: a case or a list (JSON) on standard input; no database."`
	} `cmd:"" help:"Tax (docs/TAX.md)."`
	Bench struct {
		Pipeline pipelineCommand `cmd:"" help:"Measure the window beside its bare bound, or what a kill -9 leaves."`
		Worker   workerCommand   `cmd:"" hidden:"" help:"The process that bench pipeline --kill kills."`
	} `cmd:"" help:"Benchmarks."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// streams are where a command writes: results on out, everything else on err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	if code, is := files.Child(os.Args[1:], os.Stdin, os.Stdout); is {
		os.Exit(code) // this is the process that unpacks one file
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := realMain(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// realMain runs one command and returns the exit status: 0 done, 1 not done, 2
// the machine is not ready or the command line is wrong.
func realMain(ctx context.Context, args []string, s streams) (code int) {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("onewindow"), kong.UsageOnError(), kong.Writers(s.out, s.err),
		kong.Description("One application, one window: registration, tax, water, power and gas."),
		kong.Exit(func(code int) { exited = code }), kong.Bind(s), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(s.err, "onewindow:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintln(s.err, "onewindow:", err)
		return 2
	}
	return exitCode(command.Run(), s.err)
}

// errTold says that a command failed and has told people why.
var errTold = errors.New("told")

func exitCode(err error, out io.Writer) int {
	var missing *machine.MissingError
	var mistakes *mistakesError
	var other *premises.OtherUseError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &missing):
		fmt.Fprintln(out, missing)
		return 2
	case errors.As(err, &mistakes):
		fmt.Fprintln(out, mistakes)
		return 2
	case errors.As(err, &other), errors.Is(err, errNoPlace), errors.Is(err, errDemonstration), errors.Is(err, errBadCases):
		fmt.Fprintln(out, "onewindow:", err)
		return 2
	case !errors.Is(err, errTold):
		fmt.Fprintln(out, "onewindow:", err)
	}
	return 1
}

type versionCommand struct{}

// Run prints which build this is.
func (versionCommand) Run(s streams) error {
	version := "unknown"
	if build, ok := debug.ReadBuildInfo(); ok {
		version = build.Main.Version
		for _, setting := range build.Settings {
			if setting.Key == "vcs.revision" {
				version += " " + setting.Value
			}
		}
	}
	_, err := fmt.Fprintln(s.out, "onewindow", version)
	return err
}
