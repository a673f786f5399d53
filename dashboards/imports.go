package dashboards

import (
	"context"
	"time"
)

// Importer reads exports into the history: the pipeline of `fillrate ingest`. Its errors are an *ImportRefused,
// store.ErrBusy, store.ErrDiskFull, that of ctx, or one that a reader need not understand.
type Importer interface {
	// Profiles lists the source systems that a reader can name.
	Profiles() []ImportProfile
	// Try does everything and keeps nothing.
	Try(ctx context.Context, files []string, o ImportOptions, progress ImportProgress) (*ImportSummary, error)
	// Load makes a new generation, unless the files change nothing.
	Load(ctx context.Context, files []string, o ImportOptions, progress ImportProgress) (*ImportSummary, error)
}

// ImportProfile is a source system.
type ImportProfile struct {
	Name  string // illiad
	Title string // ILLiad
}

// ImportProgress hears how far an import is, from several goroutines.
type ImportProgress interface {
	// Reading says that so many bytes of so many in all have been read, in the file of that name.
	Reading(file string, done, total int64)
	// Step says what is being done after the files were read: deriving, writing.
	Step(what string)
}

// ImportOptions are what a reader says about files, as the flags of `fillrate ingest`. Empty fields leave it to the files,
// or to what the history remembers.
type ImportOptions struct {
	Library    string
	Zone       string // America/New_York
	DateOrder  string // mdy, dmy, ymd
	Profile    string // a name of Importer.Profiles
	Role       string // borrowing, lending, docdel
	Encoding   string
	Sheet      string
	Columns    []string // empty names leave a column out
	RowHash    bool
	MaxRejects float64 // percent; 0: the usual share
	Strict     bool
}

// ImportRefused says in one sentence why files were refused; nothing was changed.
type ImportRefused struct {
	Sentence string // in the words of the command, in English
	Code     string // names the refusal, whose words are the text import.refused.CODE; empty: there is only the sentence
	Args     []string
	Options  []string // that would help, by the names of the form's controls: date_order
}

func (r *ImportRefused) Error() string { return r.Sentence }

// ImportSummary says what an import did, or would do.
type ImportSummary struct {
	Library                 string
	Files                   []ImportedFile
	New, Changed, Unchanged int64 // requests
	NewEvents               int64 // status changes
	ZoneAssumed             bool  // times were taken as UTC, as nobody gave the library's zone
	OrdersDiffer            bool  // the files write dates in different orders, so none is remembered
	Changes                 bool  // false: the history stays as it is
	Generation              int   // the current one after it
	Requests                int64
}

// ImportedFile is what became of one file.
type ImportedFile struct {
	Name    string
	SameAs  string // the file whose content it repeats: it was read once
	Tables  []ImportedTable
	LeftOut []LeftOut
}

// LeftOut is a sheet that is not read, and why.
type LeftOut struct{ Sheet, Reason string }

// ImportedTable is what became of one table of a file.
type ImportedTable struct {
	Sheet           string
	RecognisedAs    string // ILLiad Transactions
	Content         string // requests, events, notes, patrons, partners, closures …
	Read            int64
	New             int64
	Changed         int64
	Unchanged       int64
	Refused         int64
	Skipped         int64 // notes that tell no status change
	Undetermined    int64 // filled requests without a date of supply
	Negative        int64 // requests with a date before creation
	Rejects         []ImportReject
	UnknownStatuses []StatusCount
	Notes           []string
}

// ImportReject is one reason for which rows were refused.
type ImportReject struct {
	Column     string
	Reason     string
	Rows       int64
	FirstLines []int
}

// StatusCount is a status that the profile does not know; requests with it count as open.
type StatusCount struct {
	Status string
	Rows   int64
}

// Limits of an import in the browser.
const (
	maxUpload      = 2 << 30 // bytes, all files of an import together; Options.MaxUpload sets another
	maxUploadFiles = 50
	spareDisk      = 256 << 20        // bytes that must stay free beside the files
	importLifetime = time.Hour        // for which files wait to be confirmed, and for which a result can be looked at
	stallTimeout   = time.Minute      // an upload may take long, but something must come in this time
	beatEvery      = 15 * time.Second // a line that keeps proxies from closing a stream of events
	lookEvery      = 200 * time.Millisecond
)
