// Package subscription keeps who gets which report when, and what became of each delivery. It reads no clock: every instant is
// given to it, so that what is due can be asked of any. It lives in app.db beside the campaigns and editions.
package subscription

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fillrate/fillrate/queries"
)

// Kind is what a report speaks of, in the words of package report.
type Kind string

// The kinds: a month, a fiscal year, lists to work through.
const (
	Monthly   Kind = "monthly"
	Annual    Kind = "annual"
	Worklists Kind = "worklists"
)

// Subscription is a report that comes by itself.
type Subscription struct {
	ID         string    `json:"id"`     // a slug: monthly-to-the-dean
	Report     string    `json:"report"` // name of a built-in or a saved report
	Kind       Kind      `json:"kind"`   // of that report
	Schedule   Schedule  `json:"schedule"`
	Formats    []string  `json:"formats"`            // xlsx, pdf, csv, html
	Recipients []string  `json:"recipients"`         // e-mail addresses, each of which gets a mail of its own; none: only the folder
	Attach     bool      `json:"attach"`             // the files come with the mail
	Link       string    `json:"link,omitempty"`     // base address of the dashboards, for a link in the mail; empty: none
	Folder     string    `json:"folder,omitempty"`   // absolute path of a folder that the files are put into; empty: none
	Language   string    `json:"language,omitempty"` // tag of package locale; empty: the library's
	Paper      string    `json:"paper,omitempty"`    // a4 or letter; empty: the usual
	CreatedAt  time.Time `json:"created_at"`
	Since      time.Time `json:"since"`              // what was due until then does not count: when it was made, or went on after a pause
	PausedAt   time.Time `json:"paused_at,omitzero"` // zero: not paused
}

// Formats lists the formats that files of a report have.
var Formats = []string{"xlsx", "pdf", "csv", "html"}

// MostRecipients is how many addresses a subscription may have.
const MostRecipients = 50

const (
	longestID      = 64
	longestAddress = 254 // RFC 5321
	longestPath    = 1000
)

var (
	slug    = regexp.MustCompile(`^[a-z0-9]+(?:[._-][a-z0-9]+)*$`)
	address = regexp.MustCompile("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$")
)

// FieldError is what is wrong with one field of a subscription; to package queries it is Invalid.
type FieldError struct {
	Field string   // as a form names it: recipients
	Kind  string   // what is wrong, in a word that no other mistake has
	Args  []string // what the sentence quotes, in order
	text  string
}

// Error says it in one sentence, in English.
func (e *FieldError) Error() string { return e.text }

// Unwrap makes queries.ErrorCode say Invalid.
func (e *FieldError) Unwrap() error { return &queries.Error{Code: queries.Invalid, Message: e.text} }

func mistake(field, kind, format string, args ...any) error {
	e := &FieldError{Field: field, Kind: kind, text: fmt.Sprintf(format, args...)}
	for _, arg := range args {
		e.Args = append(e.Args, fmt.Sprint(arg))
	}
	return e
}

// Clean gives a subscription without what is written twice, or with spaces around it.
func Clean(s Subscription) Subscription {
	for _, text := range []*string{&s.ID, &s.Report, &s.Link, &s.Folder, &s.Language, &s.Paper} {
		*text = strings.TrimSpace(*text)
	}
	s.Link = strings.TrimRight(s.Link, "/")
	if s.Folder != "" {
		s.Folder = filepath.Clean(s.Folder)
	}
	s.Formats = each(s.Formats, strings.ToLower)
	s.Recipients = each(s.Recipients, func(text string) string { return text })
	return s
}

// each trims a list and leaves out what is empty or there already, in upper or lower case.
func each(list []string, change func(string) string) []string {
	var kept []string
	for _, text := range list {
		text = change(strings.TrimSpace(text))
		if text != "" && !slices.ContainsFunc(kept, func(other string) bool { return strings.EqualFold(other, text) }) {
			kept = append(kept, text)
		}
	}
	return kept
}

// Check gives the first thing that is wrong with a subscription, as a *FieldError.
func Check(s Subscription) error {
	switch {
	case !slug.MatchString(s.ID) || len(s.ID) > longestID:
		return mistake("id", "id", "%q can't be the name of a subscription: use at most %d small letters, digits, hyphens, dots and underscores, such as monthly-to-the-dean", excerpt(s.ID), longestID)
	case !slug.MatchString(s.Report) || len(s.Report) > longestID:
		return mistake("report", "report", "%q is no name of a report", excerpt(s.Report))
	case s.Kind != Monthly && s.Kind != Annual && s.Kind != Worklists:
		return mistake("report", "kind", "reports of the kind %q can't be subscribed to", excerpt(string(s.Kind)))
	case s.Paper != "" && s.Paper != "a4" && s.Paper != "letter":
		return mistake("paper", "paper", "the paper %q is not known: use a4 or letter", excerpt(s.Paper))
	case len(s.Formats) == 0:
		return mistake("formats", "no_format", "name at least one format: %s", strings.Join(Formats, ", "))
	}
	if again, err := ParseSchedule(s.Schedule.String()); err != nil || again != s.Schedule {
		return mistake("schedule", "no_schedule", "the subscription has no schedule: use one such as first-working-day@07:00")
	}
	if err := s.Schedule.fits(s.Kind); err != nil {
		return err
	}
	for _, format := range s.Formats {
		if !slices.Contains(Formats, format) {
			return mistake("formats", "format", "the format %q is not known: use %s", excerpt(format), strings.Join(Formats, ", "))
		}
	}
	return checkWays(s)
}

// checkWays looks at where a report goes.
func checkWays(s Subscription) error {
	if len(s.Recipients) == 0 && s.Folder == "" {
		return mistake("recipients", "no_way", "say where the report goes: name an address, or a folder")
	}
	if n := len(s.Recipients); n > MostRecipients {
		return mistake("recipients", "many_recipients", "%d addresses are too many: use at most %d, or the address of a mailing list", n, MostRecipients)
	}
	for _, recipient := range s.Recipients {
		if err := CheckAddress(recipient); err != nil {
			return err
		}
	}
	if len(s.Recipients) > 0 && !s.Attach && s.Link == "" {
		return mistake("attach", "empty_mail", "the mail would hold neither the files nor a link to them: attach them, or give the address of the dashboards")
	}
	if s.Link != "" {
		link, err := url.Parse(s.Link)
		if err != nil || link.Scheme != "http" && link.Scheme != "https" || link.Host == "" || link.User != nil || link.RawQuery != "" || link.Fragment != "" || hasControl(s.Link) {
			return mistake("link", "link", "%q is no address of the dashboards: write it as https://fillrate.example.org", excerpt(s.Link))
		}
	}
	if s.Folder != "" && (!filepath.IsAbs(s.Folder) || hasControl(s.Folder) || len(s.Folder) > longestPath) {
		return mistake("folder", "folder", "the folder %q can't be used: write its whole path, from the root on", excerpt(s.Folder))
	}
	return nil
}

// CheckAddress fails where a text is no plain e-mail address, such as ill@example.org.
func CheckAddress(text string) error {
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Address != text || len(text) > longestAddress || !address.MatchString(text) {
		return mistake("recipients", "address", "%q is no e-mail address: write it as ill@example.org, without a name", excerpt(text))
	}
	return nil
}

func hasControl(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl)
}

// longestExcerpt is in characters.
const longestExcerpt = 60

// excerpt keeps what is quoted in a message short.
func excerpt(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "�"))
	if len(runes) <= longestExcerpt {
		return string(runes)
	}
	return string(runes[:longestExcerpt-1]) + "…"
}

// list writes a list of words as it stands in app.db.
func list(words []string) string {
	text, err := json.Marshal(append([]string{}, words...))
	if err != nil { // strings always can be
		panic(err)
	}
	return string(text)
}
