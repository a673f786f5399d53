package annual

import (
	"slices"
	"strconv"
	"time"

	"github.com/fillrate/fillrate/queries"
)

// The values of the metric's own columns.
const (
	Provided = "provided"
	Received = "received"

	Returnable    = "returnable"
	Nonreturnable = "nonreturnable"

	Counted          = "counted"
	Commercial       = "commercial"
	OwnLibrary       = "own_library"
	DocumentDelivery = "document_delivery"
	OpenAccess       = "open_access"
	Local            = "local"
	UnknownSupplier  = "unknown_supplier"
	NotFilled        = "not_filled"
	Open             = "open"
)

// Word is a value of the metric's own columns, as a reader sees it.
type Word struct {
	ID    string // own_library
	Label string // Own library
	Doc   string // one sentence
}

// Words lists the values of direction, form and rule.
var Words = []Word{
	{Provided, "Provided", "Lending: what other libraries asked of us."},
	{Received, "Received", "Borrowing and document delivery: what our readers asked for."},
	{Returnable, "Returnable", "Asked for as a loan."},
	{Nonreturnable, "Nonreturnable", "Asked for as a copy."},
	{queries.Unknown, "Unknown", "The source does not say whether a loan or a copy was asked for."},
	{Counted, "Counted", "Filled for another library, or by one."},
	{Commercial, "Commercial", "Filled by a document supplier or a purchase, for which the library pays."},
	{OwnLibrary, "Own library", "Between the library and its own branches: the partner's group is called own or branch."},
	{DocumentDelivery, "Document delivery", "Own stock delivered to own readers."},
	{OpenAccess, "Open access", "Found free on the internet, supplied by nobody."},
	{Local, "Local", "A borrowing request that the library's own holdings filled."},
	{UnknownSupplier, "Unknown supplier", "Filled, but the source does not say by whom."},
	{NotFilled, "Not filled", "Ended unfilled or cancelled."},
	{Open, "Open", "Without an outcome yet."},
}

// FindWord gives a value by its id; one that is not known is its own label.
func FindWord(id string) Word {
	i := slices.IndexFunc(Words, func(w Word) bool { return w.ID == id })
	if i < 0 {
		return Word{ID: id, Label: id}
	}
	return Words[i]
}

// Survey is one that asks libraries for figures of interlibrary loan once a year. Its words are English, to be said by
// queries.Language.
type Survey struct {
	ID    string // ipeds
	Name  string // IPEDS Academic Libraries
	Asks  string // which year it asks for
	Lines []Line

	endsBefore time.Month // in which the year must have ended; 0: any
}

// Line is one figure of a survey.
type Line struct {
	ID        string // as the survey numbers it, where we know
	Label     string
	Rule      string // what counts, and what does not
	Source    string // where that is said, and what could not be confirmed
	Direction string
	Forms     []string
	Rules     []string // those that count
	SumOf     []string // ids of the lines that it adds up, instead of the three above
}

// Figure is a line, counted.
type Figure struct {
	Line Line
	N    int64 // requests
	// Trail is every request of the line's direction and forms, those that N counts and those that it leaves out.
	Trail []Part
	// IsWithheld says that N lacks what may not be shown, as it would tell of few readers.
	IsWithheld bool
}

// Part is a row of the metric, as a line takes it.
type Part struct {
	Of        []any // what the result is split by, in its order: a source, say
	Form      string
	Rule      string
	N         int64
	IsCounted bool // in the line's figure; else left out
}

const (
	guides     = "Guides of libraries that fill it in: mlpp.pressbooks.pub/ipeds for IPEDS; libguides.unf.edu and guides.cuny.edu for ACRL and IPEDS. The survey's own instructions were not at hand."
	likeLine81 = "guides.cuny.edu says that line 82 goes as line 81 does; its parts a to c are taken to be those of 81. That paid suppliers count is IPEDS's rule: the two surveys share the answer."
	noARL      = "The wording of ARL's lines could not be confirmed. Its general instructions ask for whole numbers and the definitions of NISO Z39.7; guides.lib.vt.edu says that documents bought are in the total reported to ARL."
)

var (
	forms      = []string{Returnable, Nonreturnable, queries.Unknown}
	ofSupplier = []string{Counted, Commercial}
)

// Surveys lists those that Fillrate knows.
var Surveys = []Survey{
	{
		ID: "ipeds", Name: "IPEDS Academic Libraries",
		Asks:       "The library's latest fiscal year of 12 months that ended before 1 October.",
		endsBefore: time.October,
		Lines: []Line{
			{ID: "provided", Label: "Interlibrary loans and documents provided to other libraries",
				Rule:   "Filled requests of other libraries, returnable or not, those of a consortium among them; requests of unknown form are in it. Not what went to the library's own branches.",
				Source: guides, Direction: Provided, Forms: forms, Rules: []string{Counted}},
			{ID: "received", Label: "Interlibrary loans and documents received",
				Rule:   "Requests that other libraries or paid suppliers filled, returnable or not; requests of unknown form are in it. Not what came from the library's own branches, its own stock or the open internet.",
				Source: guides, Direction: Received, Forms: forms, Rules: ofSupplier},
		},
	},
	{
		ID: "acrl", Name: "ACRL Academic Library Trends and Statistics",
		Asks: "The library's fiscal year. Which year's end it allows could not be confirmed; one form serves it and IPEDS.",
		Lines: slices.Concat(
			acrl("81", Provided, []string{Counted}, "Provided to other libraries", guides),
			acrl("82", Received, ofSupplier, "Received", likeLine81),
		),
	},
	{
		ID: "arl", Name: "ARL Statistics",
		Asks: "The library's fiscal year, normally the one that ends on 30 June.",
		Lines: []Line{
			{ID: "provided", Label: "Filled requests provided to other libraries",
				Rule:   "Filled requests of other libraries, returnable or not; requests of unknown form are in it. Not what went to the library's own branches.",
				Source: noARL, Direction: Provided, Forms: forms, Rules: []string{Counted}},
			{ID: "received", Label: "Filled requests received",
				Rule:   "Requests that other libraries or paid suppliers filled, returnable or not; requests of unknown form are in it. Not what came from the library's own branches, its own stock or the open internet.",
				Source: noARL, Direction: Received, Forms: forms, Rules: ofSupplier},
		},
	},
}

// acrl gives the lines of one direction: the total, which is asked for where the two forms are not told apart, the two
// forms, their sum, and what the survey has no line for.
func acrl(number, direction string, rules []string, label, source string) []Line {
	loans := "Of them those asked for as loans."
	if direction == Received {
		loans = "Of them those asked for as loans, books that were bought instead among them."
	}
	split := []struct{ id, label, form, rule string }{
		{"a", ": returnable", Returnable, loans},
		{"b", ": non-returnable", Nonreturnable, "Of them those asked for as copies."},
	}
	total := Line{ID: number, Label: label + ": total", Direction: direction, Forms: forms, Rules: rules, Source: source,
		Rule: "As IPEDS asks, requests of unknown form among them. To be left blank where lines a and b are given; to be given instead of them where the form of some is unknown."}
	lines := []Line{total}
	for _, s := range split {
		lines = append(lines, Line{ID: number + s.id, Label: label + s.label, Direction: direction, Forms: []string{s.form}, Rules: rules, Source: source, Rule: s.rule})
	}
	return append(lines,
		Line{ID: number + "c", Label: label + ": sum of a and b", SumOf: []string{number + "a", number + "b"}, Source: source,
			Rule: "The survey adds up lines a and b itself. Requests of unknown form are not in it."},
		Line{ID: number + "-unknown", Label: label + ": form unknown", Direction: direction, Forms: []string{queries.Unknown}, Rules: rules,
			Source: "Fillrate's own line: the survey has none.",
			Rule:   "What the total has beside lines a and b. Zero where the form of every request is known."})
}

// Find gives a survey by its id. The error is one of code not_found that names all there are.
func Find(id string) (Survey, error) {
	for _, survey := range Surveys {
		if survey.ID == id {
			return survey, nil
		}
	}
	return Survey{}, queries.NewError(queries.NotFound, "there is no survey %q: there are ipeds, acrl and arl", id)
}

// Count takes the survey's figures from a result of Metric, asked for one span and split by whatever the trail is to tell
// apart: by=source, say.
func (s Survey) Count(result *queries.Result) []Figure {
	column := func(name string) int {
		return slices.IndexFunc(result.Columns, func(c queries.Column) bool { return c.Name == name })
	}
	direction, form, rule, n := column("direction"), column("form"), column("rule"), column("n")
	var figures []Figure
	counted := map[string]Figure{}
	for _, line := range s.Lines {
		figure := Figure{Line: line}
		for _, id := range line.SumOf {
			part := counted[id]
			figure.N += part.N
			figure.IsWithheld = figure.IsWithheld || part.IsWithheld
			figure.Trail = append(figure.Trail, part.Trail...)
		}
		for _, row := range result.Rows {
			if row[direction] != line.Direction || !slices.Contains(line.Forms, row[form].(string)) {
				continue
			}
			part := Part{Of: row[:direction:direction], Form: row[form].(string), Rule: row[rule].(string)}
			part.IsCounted = slices.Contains(line.Rules, part.Rule)
			var isShown bool
			part.N, isShown = row[n].(int64)
			if part.IsCounted {
				figure.N += part.N
				figure.IsWithheld = figure.IsWithheld || !isShown
			}
			figure.Trail = append(figure.Trail, part)
		}
		counted[line.ID] = figure
		figures = append(figures, figure)
	}
	return figures
}

// Warning says in a reader's language that the survey of the year does not ask for a span that ends before the day to;
// empty where it does.
func (s Survey) Warning(l queries.Language, to time.Time) string {
	last := to.AddDate(0, 0, -1)
	if s.endsBefore == 0 || last.Month() < s.endsBefore {
		return ""
	}
	return l.Tell("{0} asks for a year that ended before 1 October: this one ends on {1}, so that it belongs to the survey of {2}.",
		l.Of(s.Name), l.Date(last), strconv.Itoa(last.Year()+1))
}

// FiscalYear gives the fiscal year that ends in a calendar year, as [from, to): startMonth is the month in which it
// starts, 1 to 12, and 1 the calendar year itself.
func FiscalYear(year, startMonth int) (from, to time.Time) {
	to = time.Date(year, time.Month(startMonth), 1, 0, 0, 0, 0, time.UTC)
	if startMonth == 1 {
		to = to.AddDate(1, 0, 0)
	}
	return to.AddDate(-1, 0, 0), to
}
