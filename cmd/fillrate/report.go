package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/annual"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/edition"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// reportCmd makes reports, keeps those that were issued, and sends them.
type reportCmd struct {
	Monthly  reportMonthlyCmd  `cmd:"" help:"The month's report."`
	Annual   reportAnnualCmd   `cmd:"" help:"The fiscal year's report, or its lines for the surveys."`
	Worklist reportWorklistCmd `cmd:"" help:"Lists to work through: overdue, oldest open, purchase, copyright, breaches."`
	Run      reportRunCmd      `cmd:"" help:"Make a report that was saved."`
	Save     reportSaveCmd     `cmd:"" help:"Keep a report of your own under a name."`
	Saved    reportSavedCmd    `cmd:"" help:"List the reports that were saved."`
	Remove   reportRemoveCmd   `cmd:"" help:"Forget a saved report; its editions stay."`
	Editions reportEditionsCmd `cmd:"" help:"List what was issued."`
	Edition  reportEditionCmd  `cmd:"" help:"Show an edition, or write its files as they were issued."`
	Restate  reportRestateCmd  `cmd:"" help:"Say which figures of an edition differ now, and why."`

	reportSubscriptionCmds
}

// reportVars are the words in the flags' help that come of the reports.
func reportVars() kong.Vars {
	return kong.Vars{
		"formats": strings.Join(press.FormatNames(), ", "), "sections": strings.Join(report.SectionIDs(report.Monthly), ", "),
		"worklists": strings.Join(worklistNames(), ", "), "groups": strings.Join(report.GroupIDs(), ", "), "languages": languageTags(),
	}
}

// worklistNames lists the built-in reports of lists.
func worklistNames() []string {
	var names []string
	for _, name := range report.Builtins() {
		if spec, _ := report.Builtin(name); spec.Kind == report.Worklists {
			names = append(names, name)
		}
	}
	return names
}

// withPress opens all that reports are made of.
func (a *app) withPress(data dataFlag, do func(*press.Press) error) (err error) {
	settled, err := settings.Open(a.ctx, data.dir())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, settled.Close()) }()
	campaigns, err := campaign.Open(a.ctx, data.dir())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, campaigns.Close()) }()
	editions, err := edition.Open(a.ctx, data.dir())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, editions.Close()) }()
	files := store.OpenWithin(data.dir(), reportMemory)
	defer func() { err = errors.Join(err, files.Close()) }()
	return do(&press.Press{Store: files, Editions: editions, Campaigns: campaigns, Settings: settled, Version: version})
}

// reportMemory keeps a report of ten million requests under a GiB in all, at a few seconds more.
const reportMemory = "400MB"

// lookFlags say how a report looks.
type lookFlags struct {
	Lang  string `help:"Language: ${languages} (default: the library's)." placeholder:"TAG"`
	Paper string `help:"Pages of a PDF: a4 (the default) or letter." placeholder:"SIZE"`
}

// specFlags are what a report can be asked for beside its name and time.
type specFlags struct {
	narrowFlags
	countFlags
	lookFlags
}

// apply puts the flags that were given into a spec.
func (f specFlags) apply(spec report.Spec) (report.Spec, error) {
	given := f.narrowFlags.values()
	maps.Copy(given, f.countFlags.values())
	values := spec.Filter.Values()
	for key, words := range given {
		if strings.Join(words, "") != "" {
			values[key] = words
		}
	}
	filter, err := queries.ParseFilter(values)
	if err != nil {
		return spec, usageError{err}
	}
	spec.Filter = filter
	if f.Lang != "" {
		spec.Language = f.Lang
	}
	if f.Paper != "" {
		spec.Paper = report.Paper(strings.ToLower(f.Paper))
	}
	return spec, nil
}

// makeFlags say what becomes of a report.
type makeFlags struct {
	dataFlag
	Format []string `help:"Formats to write: ${formats} (default: all; csv is a zip of files)." placeholder:"A,B"`
	Out    string   `help:"Folder to write to (default: the current one; with --issue none)." type:"path" placeholder:"DIR"`
	Issue  bool     `help:"Store it for good, in every format, as the next edition of its month."`
}

// make makes a report and tells what was written.
func (a *app) make(flags makeFlags, find func(*press.Press) (report.Spec, error)) error {
	formats, err := formatNames(flags.Format)
	if err != nil {
		return err
	}
	return a.withPress(flags.dataFlag, func(p *press.Press) error {
		spec, err := find(p)
		if err != nil {
			return asWrongQuestion(err)
		}
		if flags.Out != "" {
			if err := makeFolder(flags.Out); err != nil {
				return err
			}
		}
		if flags.Issue {
			return a.issue(p, spec, flags.Out, formats)
		}
		_, files, err := p.Make(a.ctx, spec, formats...)
		if err != nil {
			return asWrongQuestion(err)
		}
		for _, file := range files {
			if err := a.writeFile(flags.Out, file); err != nil {
				return err
			}
		}
		return nil
	})
}

// formatNames reads a list of formats; none: all of them.
func formatNames(given []string) ([]string, error) {
	var names []string
	for _, word := range given {
		format, err := press.FindFormat(strings.TrimSpace(word))
		if err != nil {
			return nil, usageError{err}
		}
		names = append(names, format.Name)
	}
	if len(names) == 0 {
		return press.FormatNames(), nil
	}
	return names, nil
}

// asWrongQuestion makes a report that can't be asked for wrong usage, as `fillrate query` does.
func asWrongQuestion(err error) error {
	if queries.ErrorCode(err) == queries.Invalid {
		return usageError{err}
	}
	return err
}

func makeFolder(path string) error {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return fmt.Errorf("the folder %s can't be made: %w", path, errors.Unwrap(err))
	}
	return nil
}

// issue stores an edition, and writes its files to a folder if one is named.
func (a *app) issue(p *press.Press, spec report.Spec, out string, formats []string) error {
	e, err := p.Issue(a.ctx, spec)
	if err != nil {
		return asWrongQuestion(err)
	}
	printf(a.Stdout, "Issued %s: %s, %s.\n", e.ID, oneLine(e.Title), sizeWords(e.Files))
	if out == "" {
		return nil
	}
	return a.writeEdition(p, e, out, formats)
}

func sizeWords(files []edition.FileInfo) string {
	var size int64
	for _, file := range files {
		size += file.Size
	}
	return fmt.Sprintf("%d files, %s", len(files), kilobytes(size))
}

func kilobytes(size int64) string { return fmt.Sprintf("%.1f kB", float64(size)/1000) }

// writeEdition writes files of an edition to a folder.
func (a *app) writeEdition(p *press.Press, e *edition.Edition, out string, formats []string) error {
	for _, format := range formats {
		file, err := p.Editions.File(a.ctx, e.ID, format)
		if err != nil {
			return err
		}
		if err := a.writeIssued(out, *file); err != nil {
			return err
		}
	}
	return nil
}

// writeIssued writes a file of an edition, never over a file of other content.
func (a *app) writeIssued(out string, file edition.File) error {
	path := filepath.Join(out, file.Name)
	switch there, err := os.ReadFile(path); {
	case err == nil && !bytes.Equal(there, file.Bytes):
		return fmt.Errorf("%s is there with other content and was left as it is: move it away, or name another folder with --out", path)
	case err == nil:
		printf(a.Stdout, "%s  %s, there already\n", path, kilobytes(int64(len(file.Bytes))))
		return nil
	}
	return a.writeFile(out, file)
}

// writeFile writes a file to a folder, whole or not at all, and says so.
func (a *app) writeFile(out string, file edition.File) error {
	path := filepath.Join(out, file.Name)
	err := writeAtomically(path, func(w io.Writer) error {
		_, err := w.Write(file.Bytes)
		return err
	})
	if err != nil {
		return err
	}
	printf(a.Stdout, "%s  %s\n", path, kilobytes(int64(len(file.Bytes))))
	return nil
}

type reportMonthlyCmd struct {
	makeFlags
	Month string `help:"The month (default: the last full one of the history)." placeholder:"YYYY-MM"`
	specFlags
}

// Run makes the monthly report.
func (c *reportMonthlyCmd) Run(a *app) error {
	return a.make(c.makeFlags, func(p *press.Press) (report.Spec, error) {
		spec, err := p.Spec(a.ctx, string(report.Monthly))
		if err != nil {
			return spec, err
		}
		if spec.From, spec.To, err = monthOf(c.Month); err != nil {
			return spec, err
		}
		return c.apply(spec)
	})
}

// monthOf gives the days of a month; an empty text: none.
func monthOf(text string) (from, to time.Time, err error) {
	if text == "" {
		return from, to, nil
	}
	if from, err = time.Parse("2006-01", text); err != nil {
		return from, to, usageError{fmt.Errorf("%q is no month: write it as 2025-03", oneLine(text))}
	}
	return from, from.AddDate(0, 1, 0), nil
}

// sheets are the built-in reports of --sheet.
var sheets = map[string]string{"report": "annual", "all": "surveys", "ipeds": "ipeds", "acrl": "acrl", "arl": "arl"}

type reportAnnualCmd struct {
	makeFlags
	Year  string `help:"Calendar year in which the fiscal year ends (default: the last full one of the history)." placeholder:"YYYY"`
	Sheet string `default:"report" help:"report, or the lines of a survey: ipeds, acrl, arl or all." placeholder:"WORD"`
	specFlags
}

// Run makes the annual report, or the lines of surveys.
func (c *reportAnnualCmd) Run(a *app) error {
	name, ok := sheets[strings.ToLower(c.Sheet)]
	if !ok {
		return usageError{fmt.Errorf("there is no sheet %q: use one of report, ipeds, acrl, arl, all", oneLine(c.Sheet))}
	}
	return a.make(c.makeFlags, func(p *press.Press) (report.Spec, error) {
		spec, err := p.Spec(a.ctx, name)
		if err != nil {
			return spec, err
		}
		if spec, err = c.apply(spec); err != nil {
			return spec, err
		}
		return a.yearOf(p, spec, c.Year)
	})
}

// yearOf gives a spec the days of the fiscal year that ends in a calendar year; an empty text: none.
func (a *app) yearOf(p *press.Press, spec report.Spec, text string) (report.Spec, error) {
	if text == "" {
		return spec, nil
	}
	year, err := time.Parse("2006", text)
	if err != nil {
		return spec, usageError{fmt.Errorf("%q is no year: write it as 2025", oneLine(text))}
	}
	settled, err := p.Settings.Get(a.ctx)
	if err != nil {
		return spec, err
	}
	spec.From, spec.To = annual.FiscalYear(year.Year(), settled.Apply(spec.Filter).Number("fiscal_start"))
	return spec, nil
}

type reportWorklistCmd struct {
	Name string `arg:"" optional:"" default:"worklists" help:"One of ${worklists} (default: all of them)."`
	makeFlags
	specFlags
}

// Run makes a worklist.
func (c *reportWorklistCmd) Run(a *app) error {
	return a.make(c.makeFlags, func(p *press.Press) (report.Spec, error) {
		spec, ok := report.Builtin(strings.ToLower(c.Name))
		if !ok || spec.Kind != report.Worklists {
			return spec, usageError{fmt.Errorf("there is no worklist %q: use one of %s", short(c.Name, 60), strings.Join(worklistNames(), ", "))}
		}
		return c.apply(spec)
	})
}

type reportRunCmd struct {
	Name string `arg:"" help:"Name of the report: see 'fillrate report saved'."`
	makeFlags
	Month string `help:"The month of a monthly report (default: the last full one of the history)." placeholder:"YYYY-MM"`
	Year  string `help:"Calendar year in which the fiscal year of an annual one ends (default: the last full one)." placeholder:"YYYY"`
	specFlags
}

// Run makes a saved report, or one that comes with Fillrate.
func (c *reportRunCmd) Run(a *app) error {
	return a.make(c.makeFlags, func(p *press.Press) (report.Spec, error) {
		spec, err := p.Spec(a.ctx, c.Name)
		if err != nil {
			return spec, err
		}
		if spec, err = c.apply(spec); err != nil {
			return spec, err
		}
		switch {
		case c.Month != "" && c.Year != "" || c.Month != "" && spec.Kind == report.Annual || c.Year != "" && spec.Kind != report.Annual:
			return spec, usageError{errors.New("a monthly report takes --month, an annual one --year, and lists neither")}
		case spec.Kind == report.Annual:
			return a.yearOf(p, spec, c.Year)
		}
		spec.From, spec.To, err = monthOf(c.Month)
		return spec, err
	})
}

type reportSaveCmd struct {
	dataFlag
	Name    string   `arg:"" help:"Its name: lower-case letters, digits and hyphens."`
	Like    string   `default:"monthly" help:"Report to start from: one that comes with Fillrate, or a saved one." placeholder:"NAME"`
	Title   string   `help:"Its title (default: the usual one)." placeholder:"TEXT"`
	Section []string `help:"Its sections, in order; of a monthly one: ${sections}." placeholder:"A,B"`
	Group   []string `help:"What the section groups splits by: ${groups}." placeholder:"A,B"`
	specFlags
}

// Run keeps a report under a name.
func (c *reportSaveCmd) Run(a *app) error {
	return a.withPress(c.dataFlag, func(p *press.Press) error {
		spec, err := p.Spec(a.ctx, c.Like)
		if err != nil {
			return err
		}
		if spec, err = c.apply(spec); err != nil {
			return err
		}
		spec.Name = c.Name
		if c.Title != "" {
			spec.Title = c.Title
		}
		if len(c.Section) > 0 {
			spec.Sections = c.Section
		}
		if len(c.Group) > 0 {
			spec.Groups = c.Group
		}
		if err := p.Save(a.ctx, spec); err != nil {
			return asWrongQuestion(err)
		}
		printf(a.Stdout, "Saved %s: %s, of %s.\n", spec.Name, spec.Kind, strings.Join(spec.Sections, ", "))
		return nil
	})
}

type reportSavedCmd struct {
	dataFlag
	Format string `enum:"table,json" default:"table" help:"table or json."`
}

// Run lists the saved reports.
func (c *reportSavedCmd) Run(a *app) error {
	return a.withPress(c.dataFlag, func(p *press.Press) error {
		list, err := p.Saved(a.ctx)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(a.Stdout, append([]report.Spec{}, list...))
		}
		if len(list) == 0 {
			printf(a.Stdout, "No report is saved yet: `fillrate report save NAME` keeps one. Those that come with Fillrate are %s.\n", strings.Join(report.Builtins(), ", "))
			return nil
		}
		table := newTable(a.Stdout)
		printf(table, "name\tkind\tsections\tfilter\n")
		for _, spec := range list {
			filter, err := url.QueryUnescape(spec.Filter.Encode())
			if err != nil {
				return err
			}
			printf(table, "%s\t%s\t%s\t%s\n", spec.Name, spec.Kind, short(strings.Join(spec.Sections, ", "), 60), short(filter, 60))
		}
		return table.Flush()
	})
}

type reportRemoveCmd struct {
	dataFlag
	Name string `arg:"" help:"Name of the saved report."`
}

// Run forgets a saved report.
func (c *reportRemoveCmd) Run(a *app) error {
	return a.withPress(c.dataFlag, func(p *press.Press) error {
		if err := p.Remove(a.ctx, c.Name); err != nil {
			return asWrongQuestion(err)
		}
		printf(a.Stdout, "Removed %s. Its editions stay.\n", c.Name)
		return nil
	})
}
