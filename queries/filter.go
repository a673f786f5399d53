package queries

import "time"

// Filter is the whole question: which requests, split how, counted how. It is parsed once, from a URL's query or from
// flags, and used by page, export, drill-down and command alike. The zero Filter asks for everything in one row.
type Filter struct {
	From time.Time // first day, inclusive, as a date at 00:00 UTC; zero: from the beginning
	To   time.Time // day after the last, exclusive; zero: to the end
	// Preset names a span of Presets, as seen from the history's newest date; it holds where From and To are zero.
	Preset string

	Library     []string
	Role        []string // borrowing, lending, docdel
	Kind        []string // loan, copy, unknown
	Network     []string
	Partner     []string
	Department  []string
	PatronGroup []string
	Source      []string

	// Outcome and Reason narrow a list of requests, see Narrowings; a metric's figures refuse them.
	Outcome []string // filled, unfilled, cancelled, open
	Reason  []string

	By    []string  // dimensions, in the order asked for
	Basis string    // empty for cohort, or period
	Clock string    // empty for calendar, or business
	AsOf  time.Time // the instant up to which history counts; zero: the newest date of the history
	// Compare sets an earlier span beside the one asked for: empty, or a word of Comparisons.
	Compare string
	// Definition names a peer's way of counting that is shown beside ours; empty for ours alone.
	Definition string
	// Numbers holds the Options that the question names; an absent one has the value of Defaults, else its own default. See
	// Number.
	Numbers map[string]int

	// Defaults and Terms are what the library has settled for all questions, see WithDefaults. They are no part of the
	// question: no URL holds them.
	Defaults map[string]int
	Terms    []Term
}

// WithDefaults fills in what the question leaves open by what the library has settled: the numbers of Options, and its
// academic terms. What the question names stays as it is.
func (f Filter) WithDefaults(numbers map[string]int, terms []Term) Filter {
	f.Defaults, f.Terms = numbers, terms
	return f
}

// Settled is the filter as it stands by itself, away from the library's settings: what WithDefaults filled in and is not
// as usual is named as if it had been asked for. A preset that needs terms must have been resolved before.
func (f Filter) Settled() Filter {
	var numbers map[string]int
	for _, option := range Options {
		n, isAsked := f.Numbers[option.Name]
		if !isAsked {
			n = f.Number(option.Name)
		}
		if !isAsked && n == option.Default {
			continue
		}
		if numbers == nil {
			numbers = map[string]int{}
		}
		numbers[option.Name] = n
	}
	f.Numbers, f.Defaults, f.Terms = numbers, nil, nil
	return f
}

// The words of Filter.Basis and Filter.Clock.
const (
	Cohort   = "cohort"   // requests by the day they were created
	Period   = "period"   // arrivals by the day they were created, outcomes by their own day
	Calendar = "calendar" // days of 24 hours
	Business = "business" // without weekends and the library's closures, in its zone
)

// The words of Filter.Compare.
const (
	ComparePrevious = "previous"  // the span of equal length before
	CompareLastYear = "last_year" // the same span a year earlier
)

// IsPeriod tells whether outcomes are counted by their own day.
func (f Filter) IsPeriod() bool { return f.Basis == Period }

// IsBusiness tells whether durations leave out weekends and closures.
func (f Filter) IsBusiness() bool { return f.Clock == Business }

// list gives the values that a dimension is filtered to; none means all. Nil: nothing filters by that dimension.
func (f *Filter) list(dimension string) *[]string {
	switch dimension {
	case "library":
		return &f.Library
	case "role":
		return &f.Role
	case "kind":
		return &f.Kind
	case "network":
		return &f.Network
	case "partner":
		return &f.Partner
	case "department":
		return &f.Department
	case "patron_group":
		return &f.PatronGroup
	case "source":
		return &f.Source
	case "outcome":
		return &f.Outcome
	case "reason":
		return &f.Reason
	}
	return nil
}

// Resolve puts the dates of a preset in place of its name. asOf is the newest date of the history. A term's name stays
// where no terms are set, see Unresolved.
func (f Filter) Resolve(asOf time.Time) Filter {
	if f.Preset == "" {
		return f
	}
	if f.From.IsZero() && f.To.IsZero() {
		if !f.AsOf.IsZero() {
			asOf = f.AsOf
		}
		preset, ok := findPreset(f.Preset, asOf, f.Number("fiscal_start"), f.Terms)
		if !ok {
			return f
		}
		f.From, f.To = preset.From, preset.To
	}
	f.Preset = ""
	return f
}

// Unresolved says what is wrong with a preset that Resolve could not find: an Error of code invalid, or nil.
func (f Filter) Unresolved() error {
	if f.Preset == "" {
		return nil
	}
	return invalid("preset=%s needs the library's academic terms, and none are set: set them in the settings, or use another preset", f.Preset)
}
