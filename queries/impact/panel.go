package impact

import (
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
)

// Span is a half-open span of days, as dates at 00:00 UTC.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // day after the last
}

// Panel is what is read of a history to measure one campaign: each unit by month, and by the windows that are compared.
// A unit is a department, or a patron group or library where the campaign names those.
type Panel struct {
	Campaign   campaign.Campaign
	Others     []campaign.Campaign // all other records
	Outcome    campaign.Outcome
	Dimension  string    // of the units: department, patron_group, library; empty where everyone is one unit
	AsOf       time.Time // the instant up to which the history counts
	Today      time.Time // its day at the library
	Generation int

	Windows Windows
	// Months are the first days of the consecutive whole months of the history up to the end of the window; the month in
	// which the window ends is the last one, as far as the history reaches.
	Months []time.Time
	Units  []Unit
	// Lending is requests of other libraries by month, which no outreach to readers can move; nil where there are none.
	Lending []float64
	// Weeks are the target's requests in weeks from Monday, from the first whole week on; outcome requests only.
	Weeks      []float64
	FirstWeek  time.Time
	IsComplete bool // the history reaches the end of the window
	// ShareOpen is the share of the window's requests that are still open (for fill rate, turnaround, held locally), 0 to 1.
	ShareOpen float64
	// Suppress is the number of readers under which a unit is not named, nor any figure told (suppress_below).
	Suppress int
	// YearStart is the month with which an academic year begins, 1 to 12; 0: as where nothing is settled.
	YearStart int
	// Readers are those behind every number. Nil where nobody counted them, as in a history that was made up: nothing is
	// withheld then but units with an NReaders below Suppress.
	Readers *Readers
	// Small are the units left out of Units, and of every sum, because few readers stand behind them; they are not named.
	Small []Unit
	// WithoutKey is the share of the counted requests of Post and of Pre without a reader's key, 0 to 1; nil where that was
	// not read: for fill rate, turnaround and made-up histories.
	WithoutKey *[2]float64
	// ChangesAfterResults are the edits of what is measured that were made after results were looked at; Measure sets them.
	ChangesAfterResults []campaign.Edit
}

// Windows are the spans that are compared.
type Windows struct {
	Post  Span // start to end with carry-over, at most twelve months
	Pre   Span // the same calendar days one year earlier
	Prior Span // as many days immediately before Post
	// PriorPre is Prior one year earlier: what the rise into the window was last year.
	PriorPre Span
	// Placebo are pretended launches before the campaign, earliest first, a month apart, whose own Post and Pre lie before
	// Post and within the history, and which touch no recorded campaign of the same units.
	Placebo []PlaceboWindow
	// IsCut: the campaign goes on for longer than Post.
	IsCut bool
}

// PlaceboWindow is a pretended campaign.
type PlaceboWindow struct{ Post, Pre Span }

// Unit is a department (patron group, library) of the panel. Those that are neither target nor comparison are left out.
type Unit struct {
	Name     string
	IsTarget bool // else comparison
	// NReaders are the distinct readers behind its numbers in Post or Pre, whichever has fewer; in the other where one has
	// none. See Readers.
	NReaders int64
	Months   []Reading // parallel to Panel.Months

	Post, Pre, Prior, PriorPre Reading
	Placebo                    [][2]Reading // post and pre of each Panel.Windows.Placebo
	// WithoutHeavy are Post and Pre without the busiest 1 % of the unit's readers (of both windows together); outcome
	// requests only, else nil.
	WithoutHeavy *[2]Reading
	// Exposure in Post and Pre, and by month, where the campaign is measured per head; nil where it is not, and a zero
	// where it is not known.
	Exposure      *[2]float64
	MonthExposure []float64
}

// Reading is an outcome of one unit in one span. Counts: X. Shares: X among N. Medians: X days over N requests (X is 0 where N is).
type Reading struct{ X, N float64 }
