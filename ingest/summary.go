package ingest

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/fillrate/fillrate/ingest/merge"
	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed history.sql
	historySQL string
	//go:embed history_by_batch.sql
	historyByBatchSQL string
)

// Summary says what a load did, for a librarian and for scripts.
type Summary struct {
	Library   string        `json:"library,omitempty"`
	Files     []FileSummary `json:"files"`
	Requests  merge.Counts  `json:"requests"`
	NewEvents int64         `json:"new_events"`
	History   History       `json:"history"`
	Notes     []string      `json:"notes,omitempty"`
	// ZoneAssumed: times were taken as UTC, as nobody gave the library's zone; a note says so, too.
	ZoneAssumed bool `json:"zone_assumed,omitempty"`
	// OrdersDiffer: the files write dates in different orders of day and month, so none is remembered; a note says so, too.
	OrdersDiffer bool    `json:"orders_differ,omitempty"`
	DryRun       bool    `json:"dry_run"`
	Changed      bool    `json:"changed"`
	Generation   int     `json:"generation"` // the current one after the load
	Rows         int64   `json:"rows"`       // read in all tables
	Seconds      float64 `json:"seconds"`
}

// History is what there is after the load.
type History struct {
	Requests int64 `json:"requests"`
	// Undetermined counts filled requests without a date of their supply: their turnaround cannot be told.
	Undetermined int64 `json:"undetermined"`
	// Negative counts requests with a date before their creation: they stay out of averages.
	Negative int64 `json:"negative"`
}

// FileSummary is what became of one file.
type FileSummary struct {
	File    string         `json:"file"`
	SameAs  string         `json:"same_as,omitempty"` // the file whose content it repeats: it was read once
	Tables  []TableSummary `json:"tables"`
	LeftOut []leftOut      `json:"left_out,omitempty"`
}

// TableSummary is what became of one table of a file.
type TableSummary struct {
	Sheet           string          `json:"sheet,omitempty"`
	RecognisedAs    string          `json:"recognised_as"`
	Content         source.Content  `json:"content"`
	Read            int64           `json:"read"`
	Counts          merge.Counts    `json:"counts"`
	Rejected        int64           `json:"rejected"`
	Rejects         []RejectSummary `json:"rejects,omitempty"`
	Skipped         int64           `json:"skipped,omitempty"` // notes that tell no status change
	Undetermined    int64           `json:"undetermined"`      // of the new and changed requests
	Negative        int64           `json:"negative"`
	UnknownStatuses []StatusCount   `json:"unknown_statuses,omitempty"`
	Notes           []string        `json:"notes,omitempty"`
}

// RejectSummary is one reason for which rows were refused.
type RejectSummary struct {
	Column     string `json:"column,omitempty"`
	Reason     string `json:"reason"`
	Rows       int64  `json:"rows"`
	FirstLines []int  `json:"first_lines"`
}

// StatusCount is a status that the profile does not know. Requests with it count as open.
type StatusCount struct {
	Status string `json:"status"`
	Rows   int64  `json:"rows"`
}

// summarise fills the summary from the load and the history that it made.
func (l *load) summarise(ctx context.Context, tx *store.Tx, outcome merge.Outcome, s *Summary) error {
	s.Library, s.Requests, s.NewEvents, s.Changed, s.Notes = l.library, outcome.Total, outcome.NewEvents, outcome.Changed, l.notes
	s.ZoneAssumed, s.OrdersDiffer = l.zoneAssumed, l.ordersDiffer
	leftOut, err := l.leftOut(ctx, tx, s)
	if err != nil {
		return err
	}
	for _, in := range l.inputs {
		file := FileSummary{File: filepath.Base(in.path), SameAs: in.sameAs, LeftOut: in.leftOut}
		for _, p := range l.parts {
			if p.input != in {
				continue
			}
			s.Rows += p.tally.read
			file.Tables = append(file.Tables, TableSummary{
				Sheet: p.table.Name, RecognisedAs: p.title(), Content: p.content(), Read: p.tally.read, Counts: outcome.Batches[p.batch],
				Rejected: p.tally.rejected, Rejects: p.tally.byReason(), Skipped: p.tally.skipped,
				Undetermined: leftOut[p.batch].Undetermined, Negative: leftOut[p.batch].Negative,
				UnknownStatuses: p.tally.unknownStatuses(), Notes: p.allNotes(),
			})
		}
		s.Files = append(s.Files, file)
	}
	return nil
}

// leftOut counts what the metrics have to leave out: in the history, and in each batch of the load.
func (l *load) leftOut(ctx context.Context, tx *store.Tx, s *Summary) (map[int]History, error) {
	whole := &s.History
	if err := tx.QueryRow(ctx, historySQL).Scan(&whole.Requests, &whole.Undetermined, &whole.Negative); err != nil {
		return nil, err
	}
	var batches []int
	for _, p := range l.parts {
		if p.content() == source.Requests {
			batches = append(batches, p.batch)
		}
	}
	switch {
	case len(batches) == 0 || s.Requests.New+s.Requests.Changed == 0 || whole.Undetermined+whole.Negative == 0:
		return nil, nil
	case len(batches) == 1 && s.Requests.New == whole.Requests:
		return map[int]History{batches[0]: *whole}, nil
	}
	rows, err := tx.Query(ctx, historyByBatchSQL, batches[0])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	byBatch := map[int]History{}
	for rows.Next() {
		var batch int
		var one History
		if err := rows.Scan(&batch, &one.Undetermined, &one.Negative); err != nil {
			return nil, err
		}
		byBatch[batch] = one
	}
	return byBatch, rows.Err()
}

// Write tells the load in plain words.
func (s *Summary) Write(w io.Writer) error {
	var b strings.Builder
	for _, file := range s.Files {
		fmt.Fprintf(&b, "%s\n", file.File)
		if file.SameAs != "" {
			fmt.Fprintf(&b, "  the same content as %s: read once\n", file.SameAs)
		}
		for _, t := range file.Tables {
			t.write(&b)
		}
		for _, out := range file.LeftOut {
			if out.Sheet != "" {
				fmt.Fprintf(&b, "  sheet %q ", out.Sheet)
			} else {
				b.WriteString("  ")
			}
			fmt.Fprintf(&b, "%s\n", out.Reason)
		}
	}
	s.writeTotals(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *TableSummary) write(b *strings.Builder) {
	b.WriteString("  ")
	if t.Sheet != "" {
		fmt.Fprintf(b, "sheet %q: ", t.Sheet)
	}
	fmt.Fprintf(b, "%s\n", t.RecognisedAs)
	fmt.Fprintf(b, "    %s read: ", Thousands(t.Read))
	if t.Content == source.Notes {
		fmt.Fprintf(b, "%s tell of a shipment (%s new), %s other notes dropped", Thousands(t.Read-t.Rejected-t.Skipped), Thousands(t.Counts.New), Thousands(t.Skipped))
	} else {
		fmt.Fprintf(b, "%s new, %s changed, %s unchanged", Thousands(t.Counts.New), Thousands(t.Counts.Changed), Thousands(t.Counts.Unchanged))
	}
	fmt.Fprintf(b, ", %s rejected\n", Thousands(t.Rejected))
	for _, why := range t.Rejects {
		var lines []string
		for _, line := range why.FirstLines {
			lines = append(lines, strconv.Itoa(line))
		}
		what := why.Reason
		if why.Column != "" {
			what = fmt.Sprintf("%q %s", why.Column, why.Reason)
		}
		at := "line "
		if len(lines) > 1 {
			at = "lines "
		}
		more := ""
		if why.Rows > int64(len(why.FirstLines)) {
			more = " …"
		}
		fmt.Fprintf(b, "    %s rejected: %s (%s%s%s)\n", count(why.Rows, "row", "rows"), what, at, strings.Join(lines, ", "), more)
	}
	if t.Undetermined > 0 {
		fmt.Fprintf(b, "    %s without a date of supply: turnaround unknown\n", count(t.Undetermined, "filled request", "filled requests"))
	}
	if t.Negative > 0 {
		fmt.Fprintf(b, "    %s with a date before creation (negative duration, two clocks): no average takes such a date\n", count(t.Negative, "request", "requests"))
	}
	if n := len(t.UnknownStatuses); n > 0 {
		var shown []string
		for _, one := range t.UnknownStatuses[:min(n, 8)] {
			shown = append(shown, fmt.Sprintf("%q %s", one.Status, Thousands(one.Rows)))
		}
		if n > len(shown) {
			shown = append(shown, fmt.Sprintf("and %d more", n-len(shown)))
		}
		fmt.Fprintf(b, "    statuses that the profile does not know, counted as open: %s\n", strings.Join(shown, ", "))
	}
	for _, note := range t.Notes {
		fmt.Fprintf(b, "    %s\n", note)
	}
}

func (s *Summary) writeTotals(b *strings.Builder) {
	fmt.Fprintf(b, "\nRequests: %s new, %s changed, %s unchanged.", Thousands(s.Requests.New), Thousands(s.Requests.Changed), Thousands(s.Requests.Unchanged))
	if s.NewEvents > 0 {
		fmt.Fprintf(b, " Status changes: %s new.", Thousands(s.NewEvents))
	}
	b.WriteString("\n")
	for _, note := range s.Notes {
		fmt.Fprintf(b, "%s\n", note)
	}
	took := fmt.Sprintf("%.1f s", s.Seconds)
	if s.Seconds > 0 && s.Rows > 10000 {
		took += fmt.Sprintf(", %s rows a second", Thousands(int64(float64(s.Rows)/s.Seconds)))
	}
	switch {
	case s.DryRun && s.Changed:
		fmt.Fprintf(b, "This was a dry run: nothing was changed (%s).\n", took)
	case s.DryRun:
		fmt.Fprintf(b, "This was a dry run, and a load would change nothing (%s).\n", took)
	case s.Changed:
		fmt.Fprintf(b, "Generation %d holds %s (%s).\n", s.Generation, count(s.History.Requests, "request", "requests"), took)
	case s.Generation == 0:
		fmt.Fprintf(b, "Nothing was loaded (%s).\n", took)
	default:
		fmt.Fprintf(b, "Nothing changed: generation %d stands (%s).\n", s.Generation, took)
	}
}

// Thousands writes a number as 12,345.
func Thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}
