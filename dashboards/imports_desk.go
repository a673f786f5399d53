package dashboards

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/fillrate/fillrate/queries/store"
)

// importDesk takes imports one at a time and knows those of the last hour.
type importDesk struct {
	importer Importer
	uploads  *uploads
	limit    int64 // bytes
	lifetime time.Duration
	log      *slog.Logger

	mu      sync.Mutex
	current *importRun // whose files are here; nil: none
	known   map[string]*importRun
	closed  bool
	running sync.WaitGroup
}

// States of an import. Files are kept in receiving, trying, waiting, refused and loading.
const (
	receiving = "receiving"
	trying    = "trying"
	waiting   = "waiting" // for its confirmation
	refused   = "refused"
	loading   = "loading"
	loaded    = "loaded"
	failed    = "failed"
	cancelled = "cancelled"
)

// importRun is one import, from its upload to its end. It hears the progress of its own run.
type importRun struct {
	id      string
	started time.Time
	desk    *importDesk

	mu      sync.Mutex
	state   string
	folder  string
	files   []string
	options ImportOptions
	summary *ImportSummary
	refusal *ImportRefused
	problem string // key of a sentence
	cancel  context.CancelFunc
	expiry  *time.Timer
	file    string // being read
	share   float64
	step    string
}

var errHeld = errors.New("another import is running")

// take starts an import and makes it the current one; it fails with errHeld and the other one where there is another that
// can still change something.
func (d *importDesk) take() (*importRun, error) {
	if current := d.held(); current != nil {
		current.giveWay()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, context.Canceled
	}
	if d.current != nil {
		return d.current, errHeld
	}
	folder, err := d.uploads.folder()
	if err != nil {
		return nil, err
	}
	i := &importRun{id: rand.Text(), started: time.Now(), desk: d, state: receiving, folder: folder}
	i.expiry = time.AfterFunc(d.lifetime, i.expire)
	d.current = i
	d.known[i.id] = i
	return i, nil
}

// find gives an import of the last hour, nil where there is none of that id.
func (d *importDesk) find(id string) *importRun {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known[id]
}

// held gives the import whose files are here.
func (d *importDesk) held() *importRun {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.current
}

// close ends what runs, removes every file and takes nothing more.
func (d *importDesk) close() error {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	d.closed = true
	current := d.current
	d.mu.Unlock()
	if current != nil {
		current.end(cancelled)
	}
	d.running.Wait()
	return d.uploads.close()
}

// run tries or loads the files in the background. It is a no-op unless the import stands in one of the states named.
func (i *importRun) run(state string, from ...string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !slices.Contains(from, i.state) {
		return false
	}
	ctx, cancel := context.WithCancel(context.Background())
	i.state, i.cancel, i.refusal, i.problem = state, cancel, nil, ""
	i.file, i.share, i.step = "", 0, ""
	i.expiry.Stop()
	files, options, do := i.files, i.options, i.desk.importer.Try
	if state == loading {
		do = i.desk.importer.Load
	}
	i.desk.running.Go(func() {
		defer cancel()
		summary, err := do(ctx, files, options, i)
		i.finish(state, summary, err)
	})
	return true
}

// finish writes down what came of a run.
func (i *importRun) finish(was string, summary *ImportSummary, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.expiry.Reset(i.desk.lifetime)
	if i.state != was { // cancelled meanwhile, if it was not too late
		if was == loading && err == nil && summary.Changes {
			i.state, i.summary = loaded, summary
		}
		i.discard()
		return
	}
	var no *ImportRefused
	switch {
	case err == nil:
		i.summary = summary
		if i.state = waiting; was == loading {
			i.state = loaded
			i.discard()
		}
	case errors.As(err, &no):
		i.state, i.refusal = refused, no
	case errors.Is(err, store.ErrBusy):
		i.problem = "import.store_busy"
	case errors.Is(err, store.ErrDiskFull):
		i.problem = "import.disk_full"
	default:
		i.desk.log.Error("the import failed", "import", i.id, "error", err)
		i.state, i.problem = failed, "import.failed"
		i.discard()
	}
	if i.problem != "" && i.state == was { // the files can be tried again
		if i.state = refused; was == loading {
			i.state = waiting
		}
	}
}

// received starts to try the files that were received.
func (i *importRun) received(options ImportOptions) {
	i.mu.Lock()
	i.options = options
	i.mu.Unlock()
	if !i.run(trying, receiving) {
		i.drop() // cancelled meanwhile
	}
}

// drop gives up an import whose files could not be received.
func (i *importRun) drop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.state = cancelled
	i.discard()
}

// change takes other options for the files that are here and tries them anew.
func (i *importRun) change(options ImportOptions) bool {
	i.mu.Lock()
	if i.state != refused && i.state != waiting {
		i.mu.Unlock()
		return false
	}
	i.options = options
	i.mu.Unlock()
	return i.run(trying, refused, waiting)
}

// end stops an import and removes its files. What is loaded already stays.
func (i *importRun) end(state string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch i.state {
	case loaded, failed, cancelled:
		return
	}
	running := i.state == trying || i.state == loading || i.state == receiving
	i.state = state
	if i.cancel != nil {
		i.cancel()
	}
	if !running { // else whoever uses the files lets go of them first
		i.discard()
	}
}

// leadsNowhere says that the import can't be confirmed as it is: its files were refused, or hold nothing new. The caller
// holds i.mu.
func (i *importRun) leadsNowhere() bool {
	return i.state == refused || i.state == waiting && i.summary != nil && !i.summary.Changes
}

// isInTheWay says that no other import can be taken beside this one.
func (i *importRun) isInTheWay() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return !i.leadsNowhere()
}

// giveWay ends an import that leads nowhere, and removes its files, as somebody sends others.
func (i *importRun) giveWay() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.leadsNowhere() {
		i.state = cancelled
		i.discard()
	}
}

// expire ends an import that nobody came back to, and forgets one that has ended.
func (i *importRun) expire() {
	i.end(cancelled)
	i.desk.mu.Lock()
	defer i.desk.mu.Unlock()
	if i.desk.current != i {
		delete(i.desk.known, i.id)
	}
}

// discard removes the files and makes room for the next import. The caller holds i.mu.
func (i *importRun) discard() {
	if err := os.RemoveAll(i.folder); err != nil {
		i.desk.log.Error("uploaded files could not be removed", "error", err)
	}
	i.desk.mu.Lock()
	defer i.desk.mu.Unlock()
	if i.desk.current == i {
		i.desk.current = nil
	}
}

// Reading implements ImportProgress.
func (i *importRun) Reading(file string, done, total int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.file, i.share = file, float64(min(done, total))/float64(max(total, 1))
}

// Step implements ImportProgress.
func (i *importRun) Step(what string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.step, i.share = what, 1
}

// look is what an import says of itself at one moment.
type look struct {
	ID, State, File, Step string
	Share                 float64 // of the bytes read
	Started               time.Time
	Options               ImportOptions
	Summary               *ImportSummary
	Refusal               *ImportRefused
	Problem               string
}

func (i *importRun) look() look {
	i.mu.Lock()
	defer i.mu.Unlock()
	return look{i.id, i.state, i.file, i.step, i.share, i.started, i.options, i.summary, i.refusal, i.problem}
}

// isRunning says that the state will change by itself.
func (l look) isRunning() bool {
	return l.State == receiving || l.State == trying || l.State == loading
}

// newImportDesk opens the desk of a server; nil where it takes no files.
func newImportDesk(o Options, log *slog.Logger) (*importDesk, error) {
	if o.Importer == nil {
		return nil, nil
	}
	uploads, err := openUploads(o.Uploads)
	if err != nil {
		return nil, err
	}
	return &importDesk{importer: o.Importer, uploads: uploads, limit: cmp.Or(o.MaxUpload, maxUpload), lifetime: importLifetime, log: log, known: map[string]*importRun{}}, nil
}
