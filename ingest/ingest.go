package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/fillrate/fillrate/ingest/merge"
	"github.com/fillrate/fillrate/ingest/source"
	"github.com/fillrate/fillrate/ingest/table"
	"github.com/fillrate/fillrate/queries/store"
)

// Options are what a user says about a load. Empty fields leave it to the files, or to what the history remembers.
type Options struct {
	Files      []string
	Profile    string   // name of a source system, or a .toml file
	Library    string   // code of the library whose exports these are
	Role       string   // of rows that don't tell theirs
	Zone       string   // the library's time zone: America/New_York
	DateOrder  string   // mdy, dmy or ymd
	Encoding   string   // of text that is neither UTF-8 nor Windows-1252: ISO-8859-2
	Sheet      string   // the only sheet of a workbook to read
	Columns    []string // headings of a table that has none
	RowHash    bool     // tell rows without an identifier apart by their content
	DryRun     bool     // do everything and keep nothing
	Strict     bool     // refuse a file for one bad row
	MaxRejects float64  // percent of a file's rows that may be bad; 0 stands for 5
	Now        time.Time
}

// Progress hears how far a load is. Its methods are called from several goroutines.
type Progress interface {
	// Reading says that so many bytes of so many in all have been read, in the file of that name.
	Reading(file string, done, total int64)
	// Step says what is being done after the files were read.
	Step(what string)
}

// quiet hears nothing.
type quiet struct{}

func (quiet) Reading(string, int64, int64) {}
func (quiet) Step(string)                  {}

// defaultMaxRejects is in percent.
const defaultMaxRejects = 5

// load is one run of the command: what holds for all of its parts.
type load struct {
	opt       Options
	files     store.Store
	progress  Progress
	library   string
	role      string
	zone      *table.Zone
	patronKey []byte
	latest    int64 // microseconds UTC after which nothing can have happened yet

	inputs                    []*input
	parts                     []*part
	notes                     []string
	zoneAssumed, ordersDiffer bool // as two of the notes say

	done, total atomic.Int64
}

// Run loads files into the history. A *Refused error says why nothing was changed.
func Run(ctx context.Context, files store.Store, opt Options, progress Progress) (*Summary, error) {
	started := time.Now()
	if progress == nil {
		progress = quiet{}
	}
	if opt.Now.IsZero() {
		opt.Now = started
	}
	if err := opt.check(); err != nil {
		return nil, err
	}
	l := &load{opt: opt, files: files, progress: progress, role: opt.Role, latest: opt.Now.Add(24 * time.Hour).UnixMicro()}
	var err error
	if l.inputs, l.parts, err = openAll(ctx, opt); err != nil {
		return nil, err
	}
	defer closeAll(l.inputs)
	for _, p := range l.parts {
		if err := p.checkRole(opt.Role); err != nil {
			return nil, err
		}
		l.total.Add(p.input.file.Bytes / int64(max(1, len(p.input.file.Tables))))
	}
	summary := &Summary{DryRun: opt.DryRun}
	generation, err := files.Load(ctx, func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		return l.run(ctx, tx, summary)
	})
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("the load was interrupted; nothing was changed (%w)", ctx.Err())
	}
	if err != nil {
		return nil, unwrapRefused(err)
	}
	summary.Generation = generation.Number
	summary.Seconds = time.Since(started).Seconds()
	return summary, nil
}

// unwrapRefused gives a refusal as it is, without what the layers in between say about it.
func unwrapRefused(err error) error {
	var refused *Refused
	if errors.As(err, &refused) {
		return refused
	}
	var fileError *table.FileError
	if errors.As(err, &fileError) {
		return refusedFile(fileError)
	}
	return err
}

var libraryCode = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,39}$`)

func (opt Options) check() error {
	switch {
	case len(opt.Files) == 0:
		return misuse("no_files", "name at least one file to load")
	case opt.Library != "" && !libraryCode.MatchString(opt.Library):
		return misuse("bad_library", "--library %q: a code is letters, digits, dots, dashes and underscores, 40 at most", opt.Library)
	case opt.Role != "" && !slices.Contains(source.Roles, opt.Role):
		return misuse("bad_role", "--role %q: it is one of %s", opt.Role, strings.Join(source.Roles, ", "))
	case opt.DateOrder != "" && orderOf(opt.DateOrder) == table.Unknown:
		return misuse("bad_date_order", "--date-order %q: it is one of mdy, dmy, ymd", opt.DateOrder)
	case opt.MaxRejects < 0 || opt.MaxRejects > 100:
		return misuse("bad_max_rejects", "--max-rejects is a share from 0%% to 100%%")
	}
	if opt.Zone != "" {
		if _, err := loadZone(opt.Zone); err != nil {
			return err
		}
	}
	return nil
}

func loadZone(name string) (*time.Location, error) {
	location, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, misuse("bad_zone", "--tz %q: no such time zone; zones are named like America/New_York, Europe/London or Asia/Tokyo", name)
	}
	return location, nil
}

// run is the whole load, inside its transaction.
func (l *load) run(ctx context.Context, tx *store.Tx, summary *Summary) (store.Verdict, error) {
	var err error
	if l.patronKey, err = tx.PatronKey(); err != nil {
		return store.Discard, err
	}
	known, err := l.settle(ctx, tx)
	if err != nil {
		return store.Discard, err
	}
	merger, err := merge.New(ctx, tx)
	if err != nil {
		return store.Discard, err
	}
	for _, p := range l.parts {
		p.batch = merger.NextBatch()
	}
	for _, group := range l.groups() {
		if err := l.read(ctx, merger, group); err != nil {
			return store.Discard, err
		}
	}
	if err := l.checkRejects(); err != nil {
		return store.Discard, err
	}
	if err := l.remember(ctx, merger, known); err != nil {
		return store.Discard, err
	}
	l.progress.Step("deriving")
	batches, err := l.batches()
	if err != nil {
		return store.Discard, err
	}
	outcome, err := merger.Finish(ctx, batches, l.milestones())
	if err != nil {
		return store.Discard, err
	}
	if err := l.summarise(ctx, tx, outcome, summary); err != nil {
		return store.Discard, err
	}
	if l.opt.DryRun || !outcome.Changed {
		return store.Discard, nil
	}
	l.progress.Step("writing")
	return store.Keep, nil
}

// groups gives the parts by the schema and statement that they share: one stream each.
func (l *load) groups() [][]*part {
	return slices.Collect(func(yield func([]*part) bool) {
		for rest := l.parts; len(rest) > 0; {
			n := 1
			for n < len(rest) && stageOf(rest[n].content()) == stageOf(rest[0].content()) {
				n++
			}
			if !yield(rest[:n]) {
				return
			}
			rest = rest[n:]
		}
	})
}

// stageOf says which contents are read into one table.
func stageOf(content source.Content) source.Content {
	if content == source.Notes {
		return source.Events
	}
	return content
}

// read brings the parts of one content into the history.
func (l *load) read(ctx context.Context, merger *merge.Merger, group []*part) error {
	content := group[0].content()
	records, stop := newStream(ctx, schemas[content], func(ctx context.Context, send func(arrow.RecordBatch) error) error {
		for _, p := range group {
			if err := l.produce(ctx, p, send); err != nil {
				return err
			}
		}
		return nil
	})
	var err error
	switch content {
	case source.Requests:
		err = merger.Requests(ctx, records)
	case source.Events, source.Notes:
		err = merger.Events(ctx, records)
	case source.Patrons:
		err = merger.Patrons(ctx, records)
	case source.Partners:
		err = merger.Partners(ctx, records)
	default:
		err = merger.Reference(ctx, merge.Reference(content), records)
	}
	if stopped := stop(); stopped != nil && !errors.Is(stopped, context.Canceled) {
		return stopped // what went wrong at the source says more than DuckDB's word for it
	}
	return err
}

// produce reads one part: this goroutine cuts it into chunks, workers map them.
func (l *load) produce(ctx context.Context, p *part, send func(arrow.RecordBatch) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := runtime.GOMAXPROCS(0)
	chunks := make(chan *table.Chunk, workers)
	tallies := make([]tally, workers)
	var wait sync.WaitGroup
	for i := range workers {
		wait.Go(func() {
			if err := l.work(ctx, p, chunks, &tallies[i], send); err != nil {
				cancel(err)
			}
			for chunk := range chunks { // after a failure: let the cutter go on to its end
				chunk.Release()
			}
		})
	}
	name := filepath.Base(p.input.path)
	err := p.table.Chunks(ctx, func(chunk *table.Chunk) error {
		l.progress.Reading(name, l.done.Add(chunk.Bytes()), l.total.Load())
		select {
		case chunks <- chunk:
			return nil
		case <-ctx.Done():
			chunk.Release()
			return context.Cause(ctx)
		}
	})
	close(chunks)
	wait.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	for i := range tallies {
		p.tally.add(&tallies[i])
	}
	return err
}

// work maps chunks until there are no more.
func (l *load) work(ctx context.Context, p *part, chunks <-chan *table.Chunk, t *tally, send func(arrow.RecordBatch) error) error {
	out := newRecords(schemas[p.content()])
	rows := newMapper(p, out, l, t)
	each := func(row table.Row) error {
		t.read++
		if row.Err != nil {
			t.reject(row.Line, rejection{"", row.Err.Reason})
			return nil
		}
		refused, err := rows.row(ctx, row.Line, row.Cells)
		if err != nil {
			return err
		}
		if refused != nil {
			out.undo()
			t.reject(row.Line, *refused)
			return nil
		}
		if out.full() {
			return send(out.take())
		}
		return nil
	}
	for chunk := range chunks {
		err := chunk.Rows(each)
		chunk.Release()
		if err == nil && out.heavy() {
			err = send(out.take())
		}
		if err != nil {
			return err
		}
	}
	if out.row > 0 {
		return send(out.take())
	}
	return nil
}

// checkRejects refuses the load where a part has more bad rows than it may.
func (l *load) checkRejects() error {
	for _, p := range l.parts {
		t := &p.tally
		if t.read == 0 {
			return refuse("no_rows", "%s: it has a heading and no rows: export it again", p.where())
		}
		limit := cmp.Or(l.opt.MaxRejects, defaultMaxRejects)
		share := 100 * float64(t.rejected) / float64(t.read)
		if t.rejected == 0 || !l.opt.Strict && share <= limit {
			continue
		}
		why := t.byReason()[0]
		first := fmt.Sprintf("line %d: %s", why.FirstLines[0], why.Reason)
		if why.Column != "" {
			first = fmt.Sprintf("line %d, column %q %s", why.FirstLines[0], why.Column, why.Reason)
		}
		if l.opt.Strict {
			return refuse("one_bad_row", "%s: %s (%d of %d rows are bad; without --strict they are left out)", p.where(), first, t.rejected, t.read)
		}
		if t.rejected == t.read {
			return refuse("all_rows_bad", "%s: none of its rows can be read (%d; %s): look at the file", p.where(), t.read, first)
		}
		return refuse("many_rows_bad", "%s: %.3g%% of its rows are bad (%d of %d; %s): look at the file, or say --max-rejects %.0f%% to load the others",
			p.where(), share, t.rejected, t.read, first, min(share+1, 100))
	}
	return nil
}

// batches is what is kept about each part.
func (l *load) batches() ([]merge.Batch, error) {
	var list []merge.Batch
	for _, p := range l.parts {
		sum, err := p.input.sha256()
		if err != nil {
			return nil, err
		}
		list = append(list, merge.Batch{
			ID: p.batch, Library: l.library, Source: p.profile.Name, Content: string(p.content()),
			File: filepath.Base(p.input.path), Sheet: p.table.Name, SHA256: sum,
			Read: p.tally.read, Rejected: p.tally.rejected, Rejects: p.tally.rejects, Notes: p.allNotes(), ImportedAt: l.opt.Now,
		})
	}
	return list, nil
}

// milestones gives the statements by source that tell the milestones of the load's requests.
func (l *load) milestones() map[string]string {
	statements := map[string]string{}
	for _, p := range l.parts {
		if p.profile.Milestones != "" {
			statements[p.profile.Name] = p.profile.Milestones
		}
	}
	return statements
}

// allNotes are the sentences about a part that a reader of the summary should know.
func (p *part) allNotes() []string {
	notes := slices.Concat(p.input.file.AllNotes(), p.notes)
	if note := p.dates.note(); note != "" {
		notes = append(notes, note)
	}
	return notes
}
