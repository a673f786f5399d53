package pdf

import (
	"io"

	"github.com/fillrate/fillrate/dashboards/report"
)

// Write writes a report as a PDF. An error names the part that could not be written.
func Write(w io.Writer, r *report.Report) error {
	d := newDocument(r)
	d.cover(r)
	for _, section := range r.Sections {
		if err := d.section(r, section); err != nil {
			return failed(section.Title, err)
		}
	}
	d.upright()
	d.definitions(r)
	d.finish(r)
	if err := d.Output(w); err != nil {
		return failed(r.Title, err)
	}
	return nil
}
