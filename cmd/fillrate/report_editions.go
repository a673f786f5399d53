package main

import (
	"bytes"
	"cmp"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/edition"
)

func newTable(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

type reportEditionsCmd struct {
	dataFlag
	Format string `enum:"table,json" default:"table" help:"table or json."`
}

// Run lists what was issued, the newest first.
func (c *reportEditionsCmd) Run(a *app) error {
	return a.withPress(c.dataFlag, func(p *press.Press) error {
		list, err := p.Editions.List(a.ctx)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(a.Stdout, append([]edition.Edition{}, list...))
		}
		if len(list) == 0 {
			printf(a.Stdout, "Nothing was issued yet: `fillrate report monthly --issue` issues the last full month's report.\n")
			return nil
		}
		table := newTable(a.Stdout)
		printf(table, "id\ttitle\tissued\tdata through\tgeneration\tsize\n")
		for _, e := range list {
			printf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", e.ID, short(e.Title, 40), e.IssuedAt.Format("2006-01-02 15:04Z"), e.AsOf.Format(time.DateOnly), e.Generation, sizeWords(e.Files))
		}
		return table.Flush()
	})
}

type reportEditionCmd struct {
	dataFlag
	ID     string   `arg:"" name:"id" help:"Its id: see 'fillrate report editions'."`
	Format []string `help:"With --out: formats to write (default: all)." placeholder:"A,B"`
	Out    string   `help:"Folder to write its files to, as they were issued." type:"path" placeholder:"DIR"`
}

// Run shows an edition, or writes its files.
func (c *reportEditionCmd) Run(a *app) error {
	if len(c.Format) > 0 && c.Out == "" {
		c.Out = "."
	}
	return a.withPress(c.dataFlag, func(p *press.Press) error {
		e, err := p.Editions.Get(a.ctx, c.ID)
		if err != nil {
			return err
		}
		if c.Out == "" {
			return a.tellEdition(e)
		}
		formats := e.Formats()
		if len(c.Format) > 0 {
			if formats, err = formatNames(c.Format); err != nil {
				return err
			}
		}
		if err := makeFolder(c.Out); err != nil {
			return err
		}
		return a.writeEdition(p, e, c.Out, formats)
	})
}

func (a *app) tellEdition(e *edition.Edition) error {
	table := newTable(a.Stdout)
	for _, line := range [][2]string{
		{"id", e.ID}, {"title", oneLine(e.Title)}, {"issued", e.IssuedAt.Format(time.RFC3339)}, {"data through", e.AsOf.Format(time.RFC3339)},
		{"asked for", oneLine(string(e.Spec))}, {"SHA-256", e.Hash},
	} {
		printf(table, "%s\t%s\n", line[0], line[1])
	}
	printf(table, "generation\t%d\nversion\t%s\nsettings\trevision %d\n", e.Generation, e.Version, e.SettingsRevision)
	for _, file := range e.Files {
		printf(table, "%s\t%s, %s, SHA-256 %s\n", file.Format, file.Name, kilobytes(file.Size), file.SHA256)
	}
	return table.Flush()
}

type reportRestateCmd struct {
	dataFlag
	ID     string   `arg:"" name:"id" help:"The edition: see 'fillrate report editions'."`
	Format []string `help:"Write it as files instead: ${formats}." placeholder:"A,B"`
	Out    string   `help:"Folder to write to (default: the current one)." type:"path" placeholder:"DIR"`
}

// Run says which figures of an edition differ now.
func (c *reportRestateCmd) Run(a *app) error {
	formats, err := formatNames(c.Format)
	if err != nil {
		return err
	}
	return a.withPress(c.dataFlag, func(p *press.Press) error {
		restated, err := p.Restate(a.ctx, c.ID)
		if err != nil {
			return err
		}
		if len(c.Format) == 0 && c.Out == "" {
			return a.tellRestated(restated)
		}
		if c.Out != "" {
			if err := makeFolder(c.Out); err != nil {
				return err
			}
		}
		for _, name := range formats {
			format, err := press.FindFormat(name)
			if err != nil {
				return err
			}
			var content bytes.Buffer
			if err := p.Write(a.ctx, &content, restated.Report(), name); err != nil {
				return err
			}
			if err := a.writeFile(c.Out, edition.File{Format: name, Name: restated.FileName(format.Extension), Bytes: content.Bytes()}); err != nil {
				return err
			}
		}
		return nil
	})
}

// tellRestated writes a restatement for a terminal.
func (a *app) tellRestated(r *press.Restatement) error {
	printf(a.Stdout, "%s, generation %d when issued, %d now.\n", r.Edition.ID, r.Edition.Generation, r.Now.Generation)
	for _, line := range r.Summary() {
		printf(a.Stdout, "%s\n", line)
	}
	if len(r.Rows) == 0 {
		return nil
	}
	w := r.Words
	table := newTable(a.Stdout)
	printf(table, "\n%s\n", strings.Join([]string{w.Text("restate.column.section"), w.Text("restate.column.figure"), w.Text("restate.column.as_issued"), w.Text("restate.column.now"), w.Text("restate.column.difference")}, "\t"))
	for _, change := range r.Rows {
		column := queries.Column{Type: change.Type, Unit: change.Unit}
		cell := func(n *float64) string {
			if n == nil {
				return "–"
			}
			return w.Cell(column, typed(change.Type, *n))
		}
		difference := "–"
		if change.Difference != nil {
			difference = w.Difference(column, typed(change.Type, *change.Difference))
		}
		printf(table, "%s\t%s\t%s\t%s\t%s\n", short(change.Title, 24), short(cmp.Or(change.Label, change.Column), 80), cell(change.AsIssued), cell(change.Now), difference)
	}
	return table.Flush()
}

// typed gives a figure as a result of its type holds it.
func typed(t queries.Type, n float64) any {
	if t == queries.Integer {
		return int64(n)
	}
	return n
}
