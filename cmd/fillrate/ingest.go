package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	"github.com/fillrate/fillrate/ingest"
)

type ingestCmd struct {
	dataFlag
	Files      []string `arg:"" name:"file" help:"Exports to load, in any order: CSV, Excel, JSON; gzip allowed." type:"path"`
	Profile    string   `help:"What the files are: illiad, generic, or a profile of your own (default: told by their headings)." placeholder:"NAME"`
	Library    string   `help:"Code of the library whose exports these are (default: the only one in the history)." placeholder:"CODE"`
	Role       string   `help:"borrowing, lending or docdel, for rows that don't tell theirs." placeholder:"R"`
	Tz         string   `help:"Time zone of the library's clocks, such as America/New_York; remembered." placeholder:"ZONE"`
	DateOrder  string   `help:"How dates with slashes are written: mdy, dmy or ymd (default: what the file proves, or earlier ones did)." placeholder:"ORDER"`
	Encoding   string   `help:"Encoding of text files, such as ISO-8859-2 (default: told by their bytes)." placeholder:"NAME"`
	Sheet      string   `help:"The only sheet of a workbook to read." placeholder:"NAME"`
	Columns    string   `help:"Headings of a table that has none, in order; - leaves a column out." placeholder:"A,B,…"`
	ID         string   `name:"id" enum:",row-hash" default:"" help:"row-hash: tell rows without an identifier apart by their content."`
	DryRun     bool     `help:"Say what would be loaded and change nothing."`
	Strict     bool     `help:"Refuse the load for a single bad row."`
	MaxRejects string   `help:"Share of bad rows up to which a file is loaded." default:"5%" placeholder:"N%"`
	Format     string   `enum:"text,json" default:"text" help:"text or json."`
}

// Run loads the files and tells what became of them.
func (c *ingestCmd) Run(a *app) error {
	share, err := percent(c.MaxRejects)
	if err != nil {
		return usageError{err}
	}
	files := a.open(c.dataFlag)
	defer files.Close()
	bar := newProgress(a.Stderr)
	summary, err := ingest.Run(a.ctx, files, ingest.Options{
		Files: c.Files, Profile: c.Profile, Library: c.Library, Role: c.Role, Zone: c.Tz, DateOrder: c.DateOrder, Encoding: c.Encoding, Sheet: c.Sheet,
		Columns: columnNames(c.Columns), RowHash: c.ID == "row-hash", DryRun: c.DryRun, Strict: c.Strict || share == 0, MaxRejects: share,
	}, bar)
	bar.finish()
	if c.Format == "json" {
		encoder := json.NewEncoder(a.Stdout)
		encoder.SetIndent("", "  ")
		if err == nil {
			return encoder.Encode(summary)
		}
		if wrong := encoder.Encode(map[string]string{"error": sentence(a.ctx, err)}); wrong != nil {
			return wrong
		}
	}
	var refused *ingest.Refused
	if errors.As(err, &refused) && refused.Usage {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	return summary.Write(a.Stdout)
}

// percent reads 5, 5% or 0.5%.
func percent(text string) (float64, error) {
	share, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(text), "%"), 64)
	if err != nil || !(share >= 0 && share <= 100) {
		return 0, fmt.Errorf("--max-rejects %q: it is a share such as 5%%", text)
	}
	return share, nil
}

// columnNames splits --columns; a dash or nothing stands for a column to leave out.
func columnNames(text string) []string {
	if text == "" {
		return nil
	}
	names := strings.Split(text, ",")
	for i, name := range names {
		if names[i] = strings.TrimSpace(name); names[i] == "-" {
			names[i] = ""
		}
	}
	return names
}

// progress shows a bar on a terminal for a load that takes more than a second.
type progress struct {
	mu      sync.Mutex
	out     io.Writer
	show    bool
	started time.Time
	bar     *progressbar.ProgressBar
}

func newProgress(out io.Writer) *progress {
	file, isFile := out.(*os.File)
	return &progress{out: out, show: isFile && isatty.IsTerminal(file.Fd()), started: time.Now()}
}

// Reading implements ingest.Progress.
func (p *progress) Reading(file string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.show || time.Since(p.started) < time.Second {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(max(total, done), progressbar.OptionSetWriter(p.out), progressbar.OptionShowBytes(true),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
	}
	p.bar.Describe(file)
	_ = p.bar.Set64(min(done, max(total, done)-1)) // a terminal that is gone is no reason to stop
}

// Step implements ingest.Progress.
func (p *progress) Step(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Describe(what)
	}
}

// finish takes the bar off the screen.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.show = false
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
