// Package press makes reports: it ties the history, what people recorded and settled, the composer and the writers
// together. It issues editions, and says how far an edition's figures have moved since.
package press

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/dashboards/report/drawing"
	"github.com/fillrate/fillrate/dashboards/report/page"
	"github.com/fillrate/fillrate/dashboards/report/pdf"
	"github.com/fillrate/fillrate/dashboards/report/sheets"
	"github.com/fillrate/fillrate/dashboards/report/tidy"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/edition"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// Press makes reports of one data directory. It may be used by many goroutines. Its errors are of package queries where a
// reader can act on them, and store.ErrNoData where there is no history yet.
type Press struct {
	Store     store.Store
	Editions  *edition.Book
	Campaigns *campaign.Book
	Settings  *settings.Book
	Version   string
	Now       func() time.Time // nil: the clock; no figure depends on it

	once   sync.Once
	studio *drawing.Studio // opened with the first report; nil where the binary holds no ECharts
	failed error
}

// Format is a way to write a report.
type Format struct {
	Name      string // xlsx
	Extension string // of the file's name: xlsx, zip
	MIME      string
	write     func(io.Writer, *report.Report) error
}

// Formats are all that there are; an edition has every one of them. CSV is many files in a zip.
func Formats() []Format {
	return []Format{
		{"xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheets.Write},
		{"pdf", "pdf", "application/pdf", pdf.Write},
		{"csv", "zip", "application/zip", tidy.Write},
		{"html", "html", "text/html; charset=utf-8", page.Write},
	}
}

// FormatNames lists the names of Formats.
func FormatNames() []string {
	var names []string
	for _, format := range Formats() {
		names = append(names, format.Name)
	}
	return names
}

// FindFormat gives a format by its name, else an error of code invalid that names those there are.
func FindFormat(name string) (Format, error) {
	for _, format := range Formats() {
		if strings.EqualFold(format.Name, name) {
			return format, nil
		}
	}
	return Format{}, queries.NewError(queries.Invalid, "a report is not written as %q: use one of %s", clipped(name), strings.Join(FormatNames(), ", "))
}

// clipped cuts what somebody typed to what an error can hold.
func clipped(text string) string {
	const longest = 60
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

func (p *Press) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

// Compose makes a report of the current generation. What the spec leaves open is as usual.
func (p *Press) Compose(ctx context.Context, spec report.Spec) (*report.Report, error) {
	snapshot, err := p.Store.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	settled, err := p.settled(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := p.sources(ctx, snapshot, settled)
	if err != nil {
		return nil, err
	}
	return report.Compose(ctx, sources, spec)
}

func (p *Press) settled(ctx context.Context) (settings.Settings, error) {
	if p.Settings == nil {
		return settings.Settings{}, nil
	}
	return p.Settings.Get(ctx)
}

// sources are what a report of a snapshot with settings is made of.
func (p *Press) sources(ctx context.Context, snapshot *store.Snapshot, settled settings.Settings) (report.Sources, error) {
	sources := report.Sources{Snapshot: snapshot, Settings: settled, Version: p.Version, MadeAt: p.now()}
	if p.Campaigns != nil {
		var err, failed error
		sources.Campaigns, err = p.Campaigns.List(ctx)
		sources.Exposures, failed = p.Campaigns.Exposures(ctx)
		sources.Edits, sources.Looked = p.Campaigns.History, p.Campaigns.Looked
		if err := errors.Join(err, failed); err != nil {
			return sources, err
		}
	}
	studio, err := p.open()
	if studio != nil {
		sources.Draw = studio.Draw
	}
	return sources, err
}

func (p *Press) open() (*drawing.Studio, error) {
	p.once.Do(func() {
		if p.studio, p.failed = drawing.Open(); errors.Is(p.failed, drawing.ErrNoECharts) {
			p.studio, p.failed = nil, nil
		}
	})
	return p.studio, p.failed
}

// Write writes a report in a format, to a name of FormatNames.
func (p *Press) Write(ctx context.Context, w io.Writer, r *report.Report, format string) error {
	found, err := FindFormat(format)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return found.write(w, r)
}

// Make composes a report and writes it in formats, none: all of them, each into memory.
func (p *Press) Make(ctx context.Context, spec report.Spec, formats ...string) (*report.Report, []edition.File, error) {
	for _, name := range formats {
		if _, err := FindFormat(name); err != nil {
			return nil, nil, err
		}
	}
	r, err := p.Compose(ctx, spec)
	if err != nil {
		return nil, nil, err
	}
	files, err := p.Files(ctx, r, formats...)
	return r, files, err
}

// Files writes a report in formats, none: all of them, each into memory.
func (p *Press) Files(ctx context.Context, r *report.Report, formats ...string) ([]edition.File, error) {
	if len(formats) == 0 {
		formats = FormatNames()
	}
	var files []edition.File
	for _, name := range formats {
		format, err := FindFormat(name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(files, func(f edition.File) bool { return f.Format == format.Name }) {
			continue
		}
		var content bytes.Buffer
		if err := p.Write(ctx, &content, r, format.Name); err != nil {
			return nil, err
		}
		files = append(files, edition.File{Format: format.Name, Name: r.FileName(format.Extension), Bytes: content.Bytes()})
	}
	return files, nil
}
