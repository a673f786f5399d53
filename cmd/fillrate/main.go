// Command fillrate tells a library how its interlibrary loan service performs. Run `fillrate --help`.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // a library's zone must be known on machines without zone files
	"unicode"

	"github.com/alecthomas/kong"
)

// version is set when the binary is built.
var version = "development"

// commands is the command line, one field per subcommand.
type commands struct {
	Ingest      ingestCmd      `cmd:"" help:"Load exports of an ILL system."`
	Query       queryCmd       `cmd:"" help:"Compute a metric."`
	Serve       serveCmd       `cmd:"" help:"Show the dashboards in a browser."`
	Report      reportCmd      `cmd:"" help:"Make reports and worklists, issue them for good, and say how far they have moved since."`
	Campaign    campaignCmd    `cmd:"" help:"Record campaigns, and measure what they changed."`
	Settings    settingsCmd    `cmd:"" help:"Show or change what holds for all pages, reports and commands."`
	Sample      sampleCmd      `cmd:"" help:"Invent a library's history of any size, as ILLiad exports."`
	Generations generationsCmd `cmd:"" help:"List the kept generations of the history."`
	Rollback    rollbackCmd    `cmd:"" help:"Return to an earlier generation."`
	Backup      backupCmd      `cmd:"" help:"Copy the current generation, its key and all that was recorded, settled and issued to a new folder."`
	Restore     restoreCmd     `cmd:"" help:"Take the history of a backup as a new generation, and what was recorded and settled; editions stay."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program but for the process around it. It gives the exit status: 0 done, 1 refused input (nothing
// was changed), 2 wrong usage.
func run(ctx context.Context, args []string, stdout, stderr *os.File) int {
	var commandLine commands
	exited := -1
	parser, err := kong.New(&commandLine,
		kong.Name("fillrate"),
		kong.Description("Turnaround, fill rate and overdue of interlibrary loan, from the exports that your system already makes."),
		kong.UsageOnError(),
		queryVars(), campaignVars(), reportVars(),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
	)
	if err != nil {
		panic(err) // a mistake in the struct tags; the first test finds it
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		parser.Errorf("%s", err)
		return usageStatus
	}
	app := &app{Stdout: stdout, Stderr: stderr, ctx: ctx}
	if err := parsed.Run(app); err != nil {
		return app.fail(err)
	}
	return 0
}

// longestMessage is in bytes. Messages quote what they are about, and that can be of any size.
const longestMessage = 1500

// sentence puts an error into one line that a terminal can show: what is quoted in it may hold anything.
func sentence(ctx context.Context, err error) string {
	if ctx.Err() != nil {
		return "stopped before the end; nothing was changed"
	}
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, err.Error())
	if len(text) > longestMessage {
		text = strings.ToValidUTF8(text[:longestMessage], "") + " …"
	}
	return text
}

// usageError is a mistake in how the command was called, as opposed to in what it was given to read.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

const (
	refusedStatus = 1
	usageStatus   = 2
)

// fail says what went wrong in one line and gives the exit status.
func (a *app) fail(err error) int {
	printf(a.Stderr, "fillrate: %s\n", sentence(a.ctx, err))
	var usage usageError
	if errors.As(err, &usage) {
		return usageStatus
	}
	return refusedStatus
}
