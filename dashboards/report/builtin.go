package report

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// usual are the reports that every library has, without dates, filter, language and paper.
func usual() []Spec {
	month := []string{"summary", "volume", "fill_rate", "reasons", "turnaround", "overdue", "partners", "groups", "cost", "copyright", "campaigns", "quality"}
	year := []string{"summary", "months", "volume", "fill_rate", "reasons", "turnaround", "overdue", "partners", "lending_groups", "groups", "cost", "copyright", "campaigns", "quality"}
	return []Spec{
		{Name: "monthly", Kind: Monthly, Sections: month},
		{Name: "annual", Kind: Annual, Sections: year},
		{Name: "ipeds", Kind: Annual, Sections: []string{"ipeds"}},
		{Name: "acrl", Kind: Annual, Sections: []string{"acrl"}},
		{Name: "arl", Kind: Annual, Sections: []string{"arl"}},
		{Name: "surveys", Kind: Annual, Sections: []string{"ipeds", "acrl", "arl"}},
		{Name: "worklists", Kind: Worklists, Sections: []string{"list_overdue", "list_open", "list_purchase", "list_copyright", "list_breaches"}},
		{Name: "overdue", Kind: Worklists, Sections: []string{"list_overdue"}},
		{Name: "open", Kind: Worklists, Sections: []string{"list_open"}},
		{Name: "purchase", Kind: Worklists, Sections: []string{"list_purchase"}},
		{Name: "copyright", Kind: Worklists, Sections: []string{"list_copyright"}},
		{Name: "breaches", Kind: Worklists, Sections: []string{"list_breaches"}},
	}
}

// Builtins lists the names of the built-in reports.
func Builtins() []string {
	var names []string
	for _, spec := range usual() {
		names = append(names, spec.Name)
	}
	return names
}

// Builtin gives a built-in report by its name: without dates (Compose takes the last full month or fiscal year), filter,
// language and paper.
func Builtin(name string) (Spec, bool) {
	for _, spec := range usual() {
		if spec.Name == name {
			return spec, true
		}
	}
	return Spec{}, false
}

// usualGroups is what section groups splits by where nothing is chosen.
var usualGroups = []string{"department", "patron_group"}

// filled is the spec with what it leaves open filled in as usual, its dates aside.
func (s Spec) filled(language string) Spec {
	if s.Kind == "" {
		s.Kind = Monthly
	}
	if s.Name == "" {
		s.Name = string(s.Kind)
	}
	if len(s.Sections) == 0 {
		if usual, ok := Builtin(string(s.Kind)); ok {
			s.Sections = usual.Sections
		}
	}
	if len(s.Groups) == 0 {
		s.Groups = usualGroups
	}
	if s.Language == "" {
		s.Language = language
	}
	if locale.Find(s.Language) == nil {
		s.Language = locale.All()[0].Tag
	}
	if s.Paper == "" {
		s.Paper = A4
	}
	s.Filter.From, s.Filter.To, s.Filter.AsOf = time.Time{}, time.Time{}, time.Time{}
	s.Filter.Preset, s.Filter.Compare, s.Filter.By = "", "", nil
	return s
}

// IsLike tells whether two specs ask for the same, whatever the dates, language and paper.
func (s Spec) IsLike(other Spec) bool {
	a, b := s.filled(""), other.filled("")
	return a.Kind == b.Kind && a.Title == b.Title && slices.Equal(a.Sections, b.Sections) && slices.Equal(a.Groups, b.Groups) && a.Filter.Encode() == b.Filter.Encode()
}

var slug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

const (
	longestSlug  = 60
	longestTitle = 120 // characters
	mostGroups   = 4
)

// Check says what of a spec can't be: an Error of code invalid, nil where nothing is wrong. What is left open is as usual;
// dates are both there or none is: the last full month or fiscal year.
func (s Spec) Check() error {
	if s.Name != "" && (!slug.MatchString(s.Name) || len(s.Name) > longestSlug) {
		return queries.NewError(queries.Invalid, "a report's name is small letters and digits with hyphens between, %d at most, such as law-monthly: not %q", longestSlug, clipped(s.Name))
	}
	if utf8.RuneCountInString(s.Title) > longestTitle || !utf8.ValidString(s.Title) || strings.ContainsFunc(s.Title, unicode.IsControl) {
		return queries.NewError(queries.Invalid, "a report's title is one line of %d characters at most", longestTitle)
	}
	kind := s.Kind
	if kind == "" {
		kind = Monthly
	}
	if !slices.Contains([]Kind{Monthly, Annual, Worklists}, kind) {
		return queries.NewError(queries.Invalid, "there is no kind of report %q: there are %s", clipped(string(kind)), "monthly, annual, worklists")
	}
	for _, check := range []func(Kind) error{s.checkSections, s.checkGroups, s.checkFilter, s.checkSpan, s.checkLook} {
		if err := check(kind); err != nil {
			return err
		}
	}
	return nil
}

func (s Spec) checkSections(kind Kind) error {
	for i, id := range s.Sections {
		if !slices.Contains(SectionIDs(kind), id) {
			return queries.NewError(queries.Invalid, "there is no section %q in a report of kind %s: there are %s", clipped(id), kind, strings.Join(SectionIDs(kind), ", "))
		}
		if slices.Contains(s.Sections[:i], id) {
			return queries.NewError(queries.Invalid, "the section %s is there twice: a report has each once", id)
		}
	}
	return nil
}

// GroupIDs lists the dimensions that section groups can split by.
func GroupIDs() []string {
	var names []string
	for _, d := range queries.Dimensions {
		if !d.IsTime() {
			names = append(names, d.Name)
		}
	}
	return names
}

func (s Spec) checkGroups(Kind) error {
	for i, name := range s.Groups {
		if !slices.Contains(GroupIDs(), name) {
			return queries.NewError(queries.Invalid, "a report can't be split by %q: it can by %s", clipped(name), strings.Join(GroupIDs(), ", "))
		}
		if slices.Contains(s.Groups[:i], name) {
			return queries.NewError(queries.Invalid, "a report is to be split by %s twice: once is enough", name)
		}
	}
	if len(s.Groups) > mostGroups {
		return queries.NewError(queries.Invalid, "a report is split by %d dimensions at most", mostGroups)
	}
	return nil
}

func (s Spec) checkFilter(Kind) error {
	filter := s.filled("").Filter
	if len(filter.Outcome) > 0 || len(filter.Reason) > 0 {
		return queries.NewError(queries.Invalid, "outcome and reason narrow a list of requests and no figures: leave them out of a report")
	}
	if filter.Definition != "" {
		return queries.NewError(queries.Invalid, "a report counts by our own definitions: leave out definition")
	}
	_, err := queries.ParseFilter(filter.Values())
	return err
}

func (s Spec) checkSpan(kind Kind) error {
	none := s.From.IsZero() && s.To.IsZero()
	isFirst := func(day time.Time) bool { return day.Day() == 1 && day.Equal(day.Truncate(24*time.Hour)) }
	switch {
	case none:
	case kind == Worklists:
		return queries.NewError(queries.Invalid, "worklists stand at the history's newest date: leave out the month")
	case s.From.IsZero() || s.To.IsZero() || !isFirst(s.From) || !isFirst(s.To) || s.From.Year() < 3:
		return queries.NewError(queries.Invalid, "a report speaks of whole months: give the first day of one and the first day after it")
	case kind == Monthly && !s.From.AddDate(0, 1, 0).Equal(s.To):
		return queries.NewError(queries.Invalid, "a monthly report speaks of one month")
	case kind == Annual && !s.From.AddDate(0, 12, 0).Equal(s.To):
		return queries.NewError(queries.Invalid, "an annual report speaks of twelve months, from the first day of one")
	}
	return nil
}

func (s Spec) checkLook(Kind) error {
	if s.Language != "" && locale.Find(s.Language) == nil {
		var tags []string
		for _, w := range locale.All() {
			tags = append(tags, w.Tag)
		}
		return queries.NewError(queries.Invalid, "there is no language %q: there are %s", clipped(s.Language), strings.Join(tags, ", "))
	}
	if !slices.Contains([]Paper{"", A4, Letter}, s.Paper) {
		return queries.NewError(queries.Invalid, "there is no paper %q: there are %s", clipped(string(s.Paper)), "a4, letter")
	}
	return nil
}

// clipped keeps a word that was not understood from filling a page.
func clipped(word string) string {
	if runes := []rune(strings.ToValidUTF8(word, "")); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return strings.ToValidUTF8(word, "")
}

// LastFullMonth gives the newest month that lies before the day of newest in zone: its first day and the day after its
// last.
func LastFullMonth(newest time.Time, zone *time.Location) (from, to time.Time) {
	year, month, _ := newest.In(zone).Date()
	to = time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return to.AddDate(0, -1, 0), to
}

// LastFullYear gives the newest fiscal year that lies before the day of newest in zone; start is the month in which it
// begins, 1 to 12.
func LastFullYear(newest time.Time, zone *time.Location, start int) (from, to time.Time) {
	year, month, _ := newest.In(zone).Date()
	to = time.Date(year, time.Month(start), 1, 0, 0, 0, 0, time.UTC)
	if month < time.Month(start) {
		to = to.AddDate(-1, 0, 0)
	}
	return to.AddDate(-1, 0, 0), to
}
