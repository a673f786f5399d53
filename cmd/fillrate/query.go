package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/export"
	"github.com/fillrate/fillrate/queries/store"
)

// queryCmd takes its filter's words as they are: package queries knows what is allowed and says so.
type queryCmd struct {
	dataFlag
	Metric string `arg:"" help:"One of ${metrics}."`

	From   string   `help:"First day (2026-07-01) or month (2026-07)." placeholder:"D"`
	To     string   `help:"Day after the last: --to 2026-08 ends with 31 July." placeholder:"D"`
	Preset string   `help:"A span by name, such as last_12_months or fiscal_year." placeholder:"NAME"`
	By     []string `help:"Split by these, such as month,role." placeholder:"A,B"`

	narrowFlags

	Outcome []string `help:"With --rows: only filled, unfilled, cancelled or open." placeholder:"WORD"`
	Reason  []string `help:"With --rows: only those that ended for this reason (repeatable)." sep:"none" placeholder:"WORD"`

	countFlags
	AsOf string `help:"The history as it stood then (default: its newest date)." placeholder:"D"`

	Compare    string   `help:"Set an earlier span beside it: previous or last_year." placeholder:"WORD"`
	Definition string   `help:"Set a peer's way of counting beside ours: ${definitions}." placeholder:"NAME"`
	Set        []string `help:"A number that the metric reads (see above); repeatable." placeholder:"NAME=N"`

	Rows    bool   `help:"The requests behind the numbers, one a line."`
	Limit   int    `help:"With --rows: at most so many." placeholder:"N"`
	Offset  int    `help:"With --rows: leave out so many first." placeholder:"N"`
	OrderBy string `help:"With --rows: sort by this column; --order-by=-column for the reverse." placeholder:"COLUMN"`
	SQL     bool   `name:"sql" help:"The SQL behind the numbers, to run on the file in any program that reads DuckDB."`
	Format  string `help:"table, csv, json, arrow or xlsx (default: as --out ends, else table)." placeholder:"FORMAT"`
	Out     string `help:"Write to this file instead of the terminal." type:"path" placeholder:"FILE"`
}

// narrowFlags leave some of the requests.
type narrowFlags struct {
	Library     []string `help:"Only these libraries." placeholder:"CODE"`
	Role        []string `help:"Only borrowing, lending or docdel." placeholder:"ROLE"`
	Kind        []string `help:"Only loan, copy or unknown." placeholder:"KIND"`
	Network     []string `help:"Only these networks." placeholder:"NAME"`
	Partner     []string `help:"Only these partners." placeholder:"SYMBOL"`
	Department  []string `help:"Only this department (repeatable)." sep:"none" placeholder:"NAME"`
	PatronGroup []string `help:"Only this patron group (repeatable)." sep:"none" placeholder:"NAME"`
	Source      []string `help:"Only requests from these systems." placeholder:"NAME"`
}

// values gives the flags as the filter's keys.
func (f narrowFlags) values() url.Values {
	return url.Values{
		"library": f.Library, "role": f.Role, "kind": f.Kind, "network": f.Network, "partner": f.Partner,
		"department": f.Department, "patron_group": f.PatronGroup, "source": f.Source,
	}
}

// countFlags say how requests are counted.
type countFlags struct {
	Basis             string `help:"cohort (by day of creation) or period (outcomes by their own day)." placeholder:"WORD"`
	Clock             string `help:"calendar, or business (without weekends and closures)." placeholder:"WORD"`
	GraceDays         string `help:"Days after the due day on which a loan is not late yet." placeholder:"N"`
	ReturnTransitDays string `help:"The same for the way back, on the lending side." placeholder:"N"`
	FiscalStart       string `help:"Month in which the fiscal year starts (default 7)." placeholder:"MONTH"`
}

// values gives the flags as the filter's keys.
func (f countFlags) values() url.Values {
	return url.Values{
		"basis": {f.Basis}, "clock": {f.Clock}, "grace_days": {f.GraceDays}, "return_transit_days": {f.ReturnTransitDays}, "fiscal_start": {f.FiscalStart},
	}
}

// queryVars are the words in the flags' help that come of the catalog.
func queryVars() kong.Vars {
	var metrics, definitions []string
	for _, metric := range catalog.All() {
		metrics = append(metrics, metric.ID)
		if names := metric.DefinitionNames(); len(names) > 0 {
			definitions = append(definitions, strings.Join(names, ", ")+" ("+metric.ID+")")
		}
	}
	return kong.Vars{"metrics": strings.Join(metrics, ", "), "definitions": strings.Join(definitions, "; ")}
}

// Help lists every metric with its question, and every number that --set takes.
func (c *queryCmd) Help() string {
	var text strings.Builder
	text.WriteString("Metrics:\n\n")
	for _, metric := range catalog.All() {
		fmt.Fprintf(&text, "    %-14s %s\n", metric.ID, metric.Question)
	}
	text.WriteString("\nNumbers for --set NAME=N, with the metrics that read them:\n\n")
	for _, option := range queries.Options {
		fmt.Fprintf(&text, "    %s=%d (%d to %d): %s\n", option.Name, option.Default, option.Low, option.High, option.Doc)
		if readers := readersOf(option); len(readers) > 0 && len(readers) < len(catalog.All()) {
			fmt.Fprintf(&text, "        %s\n", strings.Join(readers, ", "))
		}
	}
	return text.String()
}

func readersOf(option *queries.Option) []string {
	var ids []string
	for _, metric := range catalog.All() {
		if metric.Reads(option.Name) {
			ids = append(ids, metric.ID)
		}
	}
	return ids
}

// Run computes the metric and writes it. A question that can't be asked is wrong usage.
func (c *queryCmd) Run(a *app) error {
	metric, filter, format, err := c.question(a)
	if err != nil {
		return usageError{err}
	}
	settled, err := a.settled(c.dataFlag)
	if err != nil {
		return err
	}
	filter = settled.Apply(filter)
	files := a.open(c.dataFlag)
	defer files.Close()
	snapshot, err := files.Snapshot(a.ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	write := func(w io.Writer) error { return c.write(a, w, snapshot, metric, filter, format) }
	if c.Out == "" {
		err = write(a.Stdout)
	} else {
		err = writeAtomically(c.Out, write)
	}
	if queries.ErrorCode(err) == queries.Invalid {
		return usageError{err}
	}
	return err
}

// question reads the flags; every error is the caller's.
func (c *queryCmd) question(a *app) (*queries.Metric, queries.Filter, export.Format, error) {
	metric, err := catalog.Find(c.Metric)
	if err != nil {
		return nil, queries.Filter{}, export.Format{}, err
	}
	values, err := c.values(metric)
	if err != nil {
		return nil, queries.Filter{}, export.Format{}, err
	}
	filter, err := queries.ParseFilter(values)
	if err != nil {
		return nil, queries.Filter{}, export.Format{}, err
	}
	if c.SQL {
		if c.Rows || c.Format != "" {
			return nil, queries.Filter{}, export.Format{}, errors.New("--sql prints the statement behind the figures: leave out --rows and --format")
		}
		return metric, filter, export.Format{}, nil
	}
	format, err := c.format(a)
	if err != nil {
		return nil, queries.Filter{}, export.Format{}, err
	}
	if !c.Rows && (c.Limit != 0 || c.Offset != 0 || c.OrderBy != "") {
		return nil, queries.Filter{}, export.Format{}, errors.New("--limit, --offset and --order-by go with --rows")
	}
	if !c.Rows && len(c.Outcome)+len(c.Reason) > 0 {
		return nil, queries.Filter{}, export.Format{}, errors.New("--outcome and --reason go with --rows")
	}
	if c.Rows && (c.Compare != "" || c.Definition != "") {
		return nil, queries.Filter{}, export.Format{}, errors.New("--compare and --definition go with figures, not with --rows")
	}
	return metric, filter, format, nil
}

// values gives the flags as the filter's keys. An option that the metric does not read is refused: it was meant for
// another one, or for nothing.
func (c *queryCmd) values(metric *queries.Metric) (url.Values, error) {
	values := c.narrowFlags.values()
	maps.Copy(values, c.countFlags.values())
	maps.Copy(values, url.Values{"by": c.By, "outcome": c.Outcome, "reason": c.Reason})
	for key, word := range map[string]string{
		"from": c.From, "to": c.To, "preset": c.Preset, "as_of": c.AsOf, "compare": c.Compare, "definition": c.Definition,
	} {
		values.Set(key, word)
	}
	for _, set := range c.Set {
		name, number, _ := strings.Cut(strings.TrimSpace(set), "=")
		if queries.FindOption(name) == nil || number == "" {
			return nil, fmt.Errorf("--set takes NAME=N, not %q; the names are %s", set, strings.Join(optionNames(), ", "))
		}
		if values.Get(name) != "" {
			return nil, fmt.Errorf("%s is set twice", name)
		}
		values.Set(name, number)
	}
	for _, name := range optionNames() {
		if values.Get(name) != "" && !metric.Reads(name) {
			return nil, fmt.Errorf("%s does not read %s: %s", metric.ID, name, readingWords(metric))
		}
	}
	return values, nil
}

func readingWords(metric *queries.Metric) string {
	var names []string
	for _, name := range optionNames() {
		if metric.Reads(name) {
			names = append(names, name)
		}
	}
	return "it reads " + strings.Join(names, ", ")
}

func optionNames() []string {
	var names []string
	for _, option := range queries.Options {
		names = append(names, option.Name)
	}
	return names
}

func (c *queryCmd) format(a *app) (export.Format, error) {
	name := c.Format
	if name == "" {
		if name = "table"; c.Out != "" && filepath.Ext(c.Out) != "" && filepath.Ext(c.Out) != ".txt" {
			name = strings.TrimPrefix(filepath.Ext(c.Out), ".")
		}
		for _, format := range export.Formats {
			if strings.EqualFold(filepath.Ext(c.Out), format.Extension) {
				name = format.Name
			}
		}
	}
	format, err := export.Find(name)
	if err != nil {
		return export.Format{}, err
	}
	if out, ok := a.Stdout.(*os.File); ok && format.IsBinary && c.Out == "" && isatty.IsTerminal(out.Fd()) {
		return export.Format{}, errors.New("a file of the format " + name + " is not for a terminal: name one with --out")
	}
	return format, nil
}

func (c *queryCmd) write(a *app, w io.Writer, snapshot *store.Snapshot, metric *queries.Metric, filter queries.Filter, format export.Format) error {
	if c.SQL {
		text, err := queries.Statement(a.ctx, snapshot, metric, filter)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(w, text+";")
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	if c.Rows {
		about, err := queries.About(a.ctx, snapshot, metric, filter)
		if err != nil {
			return err
		}
		about.Columns = queries.RowColumns
		page := queries.Page{Offset: c.Offset, Limit: c.Limit, OrderBy: c.OrderBy}
		err = export.WriteRows(out, format.Name, about, func(yield func([]any) error) error {
			_, err := queries.Rows(a.ctx, snapshot, metric, filter, page, yield)
			return err
		})
		if err != nil {
			return err
		}
		return out.Flush()
	}
	result, err := queries.Run(a.ctx, snapshot, metric, filter)
	if err != nil {
		return err
	}
	if err := export.Write(out, format.Name, result); err != nil {
		return err
	}
	return out.Flush()
}

// writeAtomically writes a file that is either whole or not there: beside its place first, then moved. A link is
// followed; what is no file (a device, a pipe) is written to as it is.
func writeAtomically(path string, write func(io.Writer) error) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeInto(path, write)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("%s can't be written: %w", path, err)
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	if err := write(file); err != nil {
		return err
	}
	if err := file.Chmod(0o644); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func writeInto(path string, write func(io.Writer) error) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("%s can't be written: name a file", path)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return write(file)
}
