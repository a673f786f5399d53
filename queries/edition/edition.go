// Package edition keeps reports as they were issued, in app.db: numbered, whole, and never changed. It also keeps the
// reports that a library put together for itself. It does not know what a report is: what it keeps are files, figures and
// what was asked for, as bytes.
package edition

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries"
)

// Draft is a report that is to be issued. It becomes the Edition's and must not be changed after.
type Draft struct {
	Title string
	Spec  []byte // JSON: what was asked for, as it can be asked again
	// From and To are the first day and the day after the last, dates at 00:00 UTC; zero for lists, which are of one instant.
	From, To   time.Time
	AsOf       time.Time // the history's newest date
	Generation int
	LastBatch  int    // newest import of the history; 0: none
	BatchMark  string // what that import can be known by, as a rolled-back history gives its number again
	// Definitions is a hash of what the figures mean.
	Definitions      string
	Version          string // of Fillrate
	SettingsRevision int
	IssuedAt         time.Time // as the files say it; to the millisecond
	Files            []File
	Values           []byte // the figures, as package report writes them
}

// File is one format of a report.
type File struct {
	Format string // xlsx
	Name   string // monthly-2025-03-edition-2.xlsx
	Bytes  []byte
}

// FileInfo is a file of an edition without its bytes.
type FileInfo struct {
	Format string `json:"format"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Edition is a report that was issued.
type Edition struct {
	ID               string          `json:"id"`     // NAME-PERIOD-NUMBER
	Name             string          `json:"name"`   // of the report: monthly
	Period           string          `json:"period"` // 2025-03
	Number           int             `json:"number"` // from 1 for a name and a period, without gaps
	Title            string          `json:"title"`
	Spec             json.RawMessage `json:"spec"`
	From             time.Time       `json:"from,omitzero"`
	To               time.Time       `json:"to,omitzero"`
	AsOf             time.Time       `json:"as_of"`
	Generation       int             `json:"generation"`
	LastBatch        int             `json:"last_batch"`
	BatchMark        string          `json:"batch_mark"`
	Definitions      string          `json:"definitions"`
	Version          string          `json:"version"`
	SettingsRevision int             `json:"settings_revision"`
	IssuedAt         time.Time       `json:"issued_at"`
	ValuesHash       string          `json:"values_hash"`
	Files            []FileInfo      `json:"files"` // by format
	// Hash is SHA-256, in hex, over all of the above; FileInfo.SHA256 and ValuesHash tie the content to it.
	Hash string `json:"hash,omitempty"`
}

// File gives what is known of one of the edition's files, or nil.
func (e *Edition) File(format string) *FileInfo {
	for i := range e.Files {
		if e.Files[i].Format == format {
			return &e.Files[i]
		}
	}
	return nil
}

// Formats lists those that the edition was issued in.
func (e *Edition) Formats() []string {
	var formats []string
	for _, file := range e.Files {
		formats = append(formats, file.Format)
	}
	return formats
}

// hash is what Edition.Hash must be.
func (e Edition) hash() (string, error) {
	e.Hash = ""
	text, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	return hashOf(text), nil
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// ID is what the edition of a name, a period and a number is called.
func ID(name, period string, number int) string {
	return fmt.Sprintf("%s-%s-%d", name, period, number)
}

// longestName leaves room for period and number in the name of a file.
const longestName = 40

var (
	slug         = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	periodWords  = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}(-[0-9]{2}|--[0-9]{4}-[0-9]{2})?$`)
	endsInPeriod = regexp.MustCompile(`(^|-)[0-9]{4}-[0-9]{2}`)
)

// CheckName says what is wrong with a report's name; nil: nothing.
func CheckName(name string) error {
	switch {
	case len(name) > longestName || !slug.MatchString(name):
		return queries.NewError(queries.Invalid, "the report's name %q can't be used: take lower-case letters, digits and single hyphens, %d characters at most", excerpt(name), longestName)
	case endsInPeriod.MatchString(name):
		return queries.NewError(queries.Invalid, "the report's name %q holds a month: leave it out, as every edition's name says its month", excerpt(name))
	}
	return nil
}

// excerpt cuts what somebody typed to what an error can hold.
func excerpt(text string) string {
	const longest = 60
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "…"
}
