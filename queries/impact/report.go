package impact

import (
	"time"

	"github.com/fillrate/fillrate/queries/campaign"
)

// Report is the answer about one campaign, as JSON and pages show it. What could not be computed is nil, and Refusals and
// Checks say why. Its sentences are English; In gives it in another language.
type Report struct {
	Campaign   campaign.Campaign `json:"campaign"`
	Outcome    OutcomeReport     `json:"outcome"`
	AsOf       time.Time         `json:"as_of"`
	Generation int               `json:"generation"`
	Window     WindowReport      `json:"window"`

	RawChange           *RawChange      `json:"raw_change"`
	Headline            *Headline       `json:"headline"`
	TWFE                *Opinion        `json:"twfe"`
	ITS                 *ITSOpinion     `json:"its"`
	Counterfactual      *Counterfactual `json:"counterfactual"`
	AdditionalRequests  *Amount         `json:"additional_requests"` // of readers where the outcome counts readers; nil for rates and medians
	CostPerAdditional   *Cost           `json:"cost_per_additional"`
	HoursPerAdditional  *Cost           `json:"hours_per_additional"`
	JointEffect         *Opinion        `json:"joint_effect"` // of campaigns that cannot be told apart
	Checks              []Check         `json:"checks"`
	Refusals            []Refusal       `json:"refusals"` // methods that the data cannot carry
	MDE                 *float64        `json:"mde"`      // smallest ratio above 1 that would be seen in four of five such campaigns
	Evidence            string          `json:"evidence"` // stronger, moderate, weak, none
	Verdict             Verdict         `json:"verdict"`
	Units               []UnitReport    `json:"units"`
	Indexed             []IndexedMonth  `json:"indexed"`
	Placebo             *PlaceboReport  `json:"placebo"`
	Season              *SeasonReport   `json:"season"`
	Working             []Working       `json:"working"` // what a reviewer asks for: model, n, dispersion, standard errors
	Hidden              string          `json:"hidden"`  // one sentence: what is withheld because of few readers; empty: nothing
	ChangesAfterResults []campaign.Edit `json:"changes_after_results"`

	of     topic
	hidden phrase
}

// ShowsResult tells whether the report holds any figure of what a campaign changed, so that whoever saw it has seen a result.
func (r *Report) ShowsResult() bool {
	return r.Headline != nil || r.RawChange != nil || r.JointEffect != nil
}

// OutcomeReport names what was measured.
type OutcomeReport struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Unit  string `json:"unit"`
}

// WindowReport says which days were compared.
type WindowReport struct {
	Start           string `json:"start"` // of the campaign
	End             string `json:"end"`   // day after its last; empty: lasting
	CarryOverMonths int    `json:"carry_over_months"`
	From            string `json:"from"` // what is measured
	To              string `json:"to"`
	PreFrom         string `json:"pre_from"` // what it is compared with
	PreTo           string `json:"pre_to"`
	FrozenAt        string `json:"frozen_at"` // empty: results were not looked at before
	IsFinished      bool   `json:"is_finished"`
	IsCut           bool   `json:"is_cut"`
	// ChangedAfterResults: the window or what is measured was changed after results were looked at.
	ChangedAfterResults bool `json:"changed_after_results"`
}

// RawChange is the target's window against as many days just before it: it includes season and growth.
type RawChange struct {
	Pre   float64 `json:"pre"`
	Post  float64 `json:"post"`
	Ratio float64 `json:"ratio"`
	// Lo and Hi are the 95 % Poisson interval of counts; nil for rates and medians.
	Lo *float64 `json:"lo"`
	Hi *float64 `json:"hi"`
	// LastYear is the same ratio one year earlier; nil where the history does not reach.
	LastYear *float64 `json:"last_year"`
}

// Methods of the headline.
const (
	MethodDiD   = "did_permutation" // difference-in-differences of log ratios, exact permutation
	MethodJoint = "joint_twfe"      // several campaigns in one two-way fixed-effects model
	MethodITS   = "its"             // interrupted time series of the target alone
)

// Headline is the number that the verdict speaks of.
type Headline struct {
	Method        string   `json:"method"`
	RR            float64  `json:"rr"`
	Lo            float64  `json:"lo"`
	Hi            float64  `json:"hi"`
	P             float64  `json:"p"`
	NPermutations *int     `json:"n_permutations"` // nil for other methods
	IsExact       bool     `json:"is_exact"`       // all assignments were tried
	Seed          *uint64  `json:"seed"`           // of the Monte Carlo sample, nil where all were tried
	NTarget       int      `json:"n_target"`       // units
	NComparison   int      `json:"n_comparison"`
	HolmP         *float64 `json:"holm_p,omitempty"` // among the campaigns of one list
}

// Opinion is a ratio with its interval.
type Opinion struct {
	RR float64 `json:"rr"`
	Lo float64 `json:"lo"`
	Hi float64 `json:"hi"`
	P  float64 `json:"p"`
}

// ITSOpinion is the interrupted time series of the target.
type ITSOpinion struct {
	Opinion
	SEKind     string  `json:"se_kind"`    // quasi_poisson or ar1_reml: the wider
	Dispersion float64 `json:"dispersion"` // Pearson X² ÷ degrees of freedom; 0 for medians
	Season     string  `json:"season"`     // month_factor, harmonics_3, harmonics_2
	NMonths    int     `json:"n_months"`
	NPreMonths int     `json:"n_pre_months"`
	Rho        float64 `json:"rho"`         // of AR(1), 0 to 0.95
	NeweyWest  float64 `json:"nw_se"`       // diagnostic, log scale
	LjungBoxP  float64 `json:"ljung_box_p"` // of the residuals
}

// Counterfactual is what was expected without the campaign, month by month.
type Counterfactual struct {
	Series     []ExpectedMonth `json:"series"`
	Cumulative []Cumulated     `json:"cumulative"` // empty where a month of the window is withheld
	Q          float64         `json:"q"`          // variance of the level's steps over that of the noise
	Draws      int             `json:"draws"`      // of the simulation behind the cumulative interval
	Seed       uint64          `json:"seed"`
	BacktestN  int             `json:"backtest_n"` // months of the year before launch that were forecast from those before
	BacktestIn int             `json:"backtest_in"`
	MAPE       *float64        `json:"mape"` // of that backtest, 0.12 is 12 %; nil without one
	// WholeMonths: the window begins and ends with months, but for a day or so. Else the months of the series, and what is
	// cumulated, reach beyond it.
	WholeMonths bool `json:"whole_months"`
}

// ExpectedMonth is a month of the chart; the months before the campaign carry no band.
type ExpectedMonth struct {
	Month    string   `json:"month"`
	Observed *float64 `json:"observed"` // nil where few readers stand behind it
	Expected *float64 `json:"expected"`
	Lo       *float64 `json:"lo"`
	Hi       *float64 `json:"hi"`
}

// Cumulated is the sum of observed less expected since launch.
type Cumulated struct {
	Month string  `json:"month"`
	N     float64 `json:"n"`
	Lo    float64 `json:"lo"`
	Hi    float64 `json:"hi"`
}

// Amount is a number with its interval.
type Amount struct {
	N  float64 `json:"n"`
	Lo float64 `json:"lo"`
	Hi float64 `json:"hi"`
}

// Cost is what each additional one cost. Value is nil where the estimate shows none, Hi where there may be none: no upper limit.
type Cost struct {
	Value    *float64 `json:"value"`
	Lo       *float64 `json:"lo"`
	Hi       *float64 `json:"hi"`
	Currency string   `json:"currency,omitempty"`
}

// Check is something that must hold before a number is believed.
type Check struct {
	Name   string `json:"name"` // a Check… constant
	Label  string `json:"label"`
	Passed bool   `json:"passed"`
	// IsGate: the verdict is can't tell where it failed.
	IsGate bool   `json:"is_gate"`
	Detail string `json:"detail"` // one sentence with its numbers

	detail phrase
}

// The checks, in the order in which they are shown.
const (
	CheckFinished   = "window_finished"
	CheckHistory    = "history"        // at least 24 whole months before, 36 for moderate evidence without a comparison group
	CheckComparison = "comparison"     // enough units to test
	CheckUnits      = "units"          // none closed, new or empty
	CheckOverlap    = "overlap"        // no other campaign in the way
	CheckSettled    = "settled"        // few of the window's requests are still open
	CheckPreTrend   = "pre_trend"      // target and comparison ran in parallel before
	CheckPlacebo    = "placebo_time"   // the method finds nothing where nothing was done
	CheckOutcome    = "placebo_series" // lending did not move likewise
	CheckSecond     = "second_opinion" // another method points the same way
	CheckHeavy      = "heavy_readers"  // not the work of a few readers
	CheckSize       = "like_size"      // those addressed are not so much smaller that chance alone moves them more
	CheckKeys       = "reader_keys"    // requests tell whose they are
	CheckFrozen     = "window_frozen"  // not changed after results were looked at
)

// Refusal is a method that the data cannot carry.
type Refusal struct {
	Code   string `json:"code"`   // a Refused… constant
	Method string `json:"method"` // all, did_permutation, its, …
	Reason string `json:"reason"` // one sentence
	Needed string `json:"needed"` // what would have to be there

	reason, needed phrase
}

// The reasons of a refusal.
const (
	RefusedShortHistory = "short_history" // fewer than 24 whole months before
	RefusedIncomplete   = "incomplete_month"
	RefusedRunning      = "not_finished"
	RefusedFewUnits     = "few_units" // fewer than 4, or too few ways to choose the targets
	RefusedAllTreated   = "all_treated"
	RefusedNoComparison = "no_comparison"
	RefusedZeroCounts   = "zero_counts"
	RefusedInseparable  = "inseparable"
	RefusedNoExposure   = "exposure_missing"
	RefusedNotStarted   = "not_started"
	RefusedNoData       = "no_data" // the target is nowhere in the history
	RefusedDegenerate   = "degenerate"
	RefusedFewReaders   = "few_readers"        // fewer than may be shown: no figure at all
	RefusedTooEarly     = "stand_in_too_early" // of a plan: too little history before the year that stands for the window
	RefusedShortWindow  = "short_window"       // shorter than a month, for a series of months
)

// Verdict is the answer in words.
type Verdict struct {
	Code string `json:"code"` // likely_increase, likely_decrease, no_clear_effect, cant_tell
	Text string `json:"text"`

	text phrase
}

// The codes of a verdict.
const (
	LikelyIncrease = "likely_increase"
	LikelyDecrease = "likely_decrease"
	NoClearEffect  = "no_clear_effect"
	CantTell       = "cant_tell"
)

// UnitReport is one department in the working. Small ones are told together, without a log ratio.
type UnitReport struct {
	Name     string   `json:"name"`
	IsTarget bool     `json:"is_target"`
	Pre      float64  `json:"pre"`
	Post     float64  `json:"post"`
	NPre     *float64 `json:"n_pre,omitempty"` // requests or loans behind a share or median; nil for counts
	NPost    *float64 `json:"n_post,omitempty"`
	LogRatio *float64 `json:"log_ratio"` // nil where it was left out
	LeftOut  string   `json:"left_out,omitempty"`

	name, leftOut phrase // name: where it is none of the history's
}

// IndexedMonth is target and comparison, 100 being the mean of the twelve months before launch.
type IndexedMonth struct {
	Month      string   `json:"month"`
	Target     *float64 `json:"target"`
	Comparison *float64 `json:"comparison"`
}

// PlaceboReport is what the method finds where nothing was done.
type PlaceboReport struct {
	Actual float64         `json:"actual"` // log ratio
	InTime []PlaceboLaunch `json:"in_time"`
	// InSpace are the log ratios of other choices of as many targets (all, or 2,000 evenly taken of them in order of size).
	InSpace []float64 `json:"in_space"`
	NAsBig  int       `json:"n_as_big"` // of InTime, as far from 0 as the actual
}

// PlaceboLaunch is a pretended campaign.
type PlaceboLaunch struct {
	Start    string  `json:"start"`
	LogRatio float64 `json:"log_ratio"`
}

// SeasonReport sets this academic year over earlier ones, by week; nil outside outcome requests. The years begin as the Rules
// say, alike for all campaigns.
type SeasonReport struct {
	StartsIn int          `json:"starts_in"` // month, 1 to 12
	Years    []SeasonYear `json:"years"`     // earliest first; the last holds the campaign's start
}

// SeasonYear is an academic year by its weeks, the first being that of its first Monday.
type SeasonYear struct {
	Label  string     `json:"label"` // 2023/24
	From   string     `json:"from"`  // its first Monday
	Values []*float64 `json:"values"`
}

// Working is a line of “show the working”.
type Working struct {
	Method string `json:"method"`
	Label  string `json:"label"`
	Text   string `json:"text"` // model, n, dispersion, standard error, interval

	text phrase
}

// PlanReport is what a campaign that has not begun could show: the same days of the newest year are measured as if it had
// been then, against the year before.
type PlanReport struct {
	Campaign   campaign.Campaign `json:"campaign"`
	Outcome    OutcomeReport     `json:"outcome"`
	AsOf       time.Time         `json:"as_of"`
	Generation int               `json:"generation"`
	// BasisFrom to BasisTo are the days of the newest year that stand for the campaign's window.
	BasisFrom string `json:"basis_from"`
	BasisTo   string `json:"basis_to"`
	// Expected is the target's outcome in those days: about as many are to be expected in the window.
	Expected float64 `json:"expected"`
	// ExpectedComparison is that of the units to compare with, 0 where there are none.
	ExpectedComparison float64 `json:"expected_comparison"`
	NTarget            int     `json:"n_target"` // units
	NComparison        int     `json:"n_comparison"`
	// NAssignments is how many ways there are to choose as many targets, and SmallestP the least p that they allow: one in so
	// many, or two where half are addressed. 0 and nil without a comparison group.
	NAssignments float64  `json:"n_assignments"`
	SmallestP    *float64 `json:"smallest_p"`
	Method       string   `json:"method"` // did_permutation or its; empty where neither can be used
	// MDE is the smallest ratio above 1 that would be seen four times in five; nil where nothing can be detected.
	MDE *float64 `json:"mde"`
	// FormulaMDE is the same by the closed formula for counts, with Dispersion from the history; nil for rates and medians.
	FormulaMDE *float64  `json:"formula_mde"`
	Dispersion float64   `json:"dispersion"`
	Refusals   []Refusal `json:"refusals"`
	Text       string    `json:"text"`
	Help       []string  `json:"help"` // sentences: what would show a smaller effect

	of   topic
	text phrase
	help []phrase
}
