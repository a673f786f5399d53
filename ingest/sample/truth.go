package sample

// Truth is what the generator put into the files, counted while it invented them and never read back from them.
// A loader that follows the milestone and outcome rules of the product's design arrives at the same figures.
//
// Words: a request is one row of Transactions. Its role comes from ProcessType ("borrowing", "lending", "docdel"), its kind from
// RequestType ("loan" for Loan, "copy" for Article), its month from CreationDate as written, in local time, named by its first day.
// Outcomes stand at AsOf:
//   - filled: the request has its milestone of supply (see Turnaround), or ended as Request Finished without any Tracking row;
//   - cancelled: it ended as Cancelled by Customer, or as Cancelled by ILL Staff with a reason of the list CancelledReasons;
//   - unfilled: it ended as Cancelled by ILL Staff with any other reason;
//   - open: anything else, conditional answers and unknown statuses included.
//
// A cancelled request that was reactivated and supplied later is filled.
type Truth struct {
	Generator string      `json:"generator"`
	Config    ConfigTruth `json:"config"`
	Zone      string      `json:"zone"`        // zone of every date and time in the files
	ExportAt  string      `json:"export_at"`   // local time of the export, 2006-01-02T15:04:05; nothing is dated later, due and need-by dates aside
	AsOf      string      `json:"as_of"`       // newest timestamp in the files (due and need-by dates aside), UTC with milliseconds
	AsOfLocal string      `json:"as_of_local"` // the same in local time, without a zone

	Files            []FileTruth `json:"files"` // in order of name
	CancelledReasons []string    `json:"cancelled_reasons"`

	Months      []MonthTruth     `json:"months"`        // by role, kind and month; combinations without requests are left out
	Totals      []TotalTruth     `json:"totals"`        // by role and kind; kind "" is the whole role, role "" the whole file
	Turnaround  []TurnaroundRow  `json:"turnaround"`    // by role and kind; kind "" is the whole role. Empty with TransactionsOnly
	Overdue     []OverdueTruth   `json:"overdue"`       // borrowing and lending. Empty with TransactionsOnly
	Departments []DimensionTruth `json:"departments"`   // borrowing and docdel; "" collects requests whose department is unknown
	Groups      []DimensionTruth `json:"patron_groups"` // borrowing and docdel; "" collects requests whose user is not in UsersALL
	Partners    []PartnerTruth   `json:"partners"`      // borrowing and lending, pseudo-lenders left out
	Pseudo      []PseudoTruth    `json:"pseudo_lenders"`
	Reasons     []ReasonTruth    `json:"reasons"`          // requests that ended unfilled or cancelled, by ReasonForCancellation as written
	Statuses    []StatusTruth    `json:"statuses"`         // TransactionStatus as written; every "Renewed by Customer to <date>" is one row without its date
	Unknown     []StatusTruth    `json:"unknown_statuses"` // those of Statuses that no ILLiad profile knows

	Tracking TrackingTruth `json:"tracking"`
	Quirks   QuirkTruth    `json:"quirks"`

	Campaigns []CampaignTruth `json:"campaigns"`

	// PersonalColumns are the columns a loader has to drop, as file.column; PersonalMarkers are strings that occur in them and nowhere else,
	// so a test can look for them in a database, a log or a page.
	PersonalColumns []string `json:"personal_columns"`
	PersonalMarkers []string `json:"personal_markers"`
}

// ConfigTruth repeats the configuration.
type ConfigTruth struct {
	Requests         int    `json:"requests"`
	Seed             uint64 `json:"seed"`
	From             string `json:"from"` // first local day, inclusive
	To               string `json:"to"`   // last local day, exclusive
	TransactionsOnly bool   `json:"transactions_only"`
}

// FileTruth is one file beside truth.json; rows are records after the heading (a record may span several lines).
type FileTruth struct {
	Name  string `json:"name"` // relative to the directory of truth.json, with /
	NRows int    `json:"n_rows"`
}

// Outcomes counts requests by outcome: filled + unfilled + cancelled + open = requests.
type Outcomes struct {
	NRequests  int `json:"n_requests"`
	NFilled    int `json:"n_filled"`
	NUnfilled  int `json:"n_unfilled"`
	NCancelled int `json:"n_cancelled"`
	NOpen      int `json:"n_open"`
}

// MonthTruth counts the requests created in one month.
type MonthTruth struct {
	Role  string `json:"role"`
	Kind  string `json:"kind"`
	Month string `json:"month"`
	Outcomes
}

// TotalTruth counts all requests of a role and kind.
type TotalTruth struct {
	Role string `json:"role"`
	Kind string `json:"kind"`
	Outcomes
}

// TurnaroundRow is the time from CreationDate as written (whole seconds) to the milestone of supply as written (milliseconds), in
// elapsed days of 24 hours: local times are turned into instants of Zone first, so a wait across a clock change is right.
//
// Milestones. Borrowing, copies: last Delivered to Web. Borrowing, loans: first Customer Notified … or Customer Not Notified, else
// first Checked Out to Customer. Lending, loans: first Item Shipped. Lending, copies: first Item Shipped, else first Request Finished.
// Document delivery: last Delivered to Web, else the first of Item Found and Request Finished.
//
// NFilled = N + NUndetermined (no milestone) + NNegative (milestone before creation). Quantiles interpolate linearly between the two
// nearest values; median, p90 and mean are taken over the N. Quantiles are left out (null) above 500,000 requests.
type TurnaroundRow struct {
	Role          string   `json:"role"`
	Kind          string   `json:"kind"`
	NFilled       int      `json:"n_filled"`
	N             int      `json:"n"`
	NUndetermined int      `json:"n_undetermined"`
	NNegative     int      `json:"n_negative"`
	MedianDays    *float64 `json:"median_days"`
	P90Days       *float64 `json:"p90_days"`
	MeanDays      *float64 `json:"mean_days"`
}

// OverdueTruth is about loans that were supplied. Side borrowing: loans this library owes; lending: loans owed to it.
// NOut were not returned by AsOf; NOverdue of them are late, in bands of days late. A loan due on a day may come back until that day
// ends in Zone; days late are the days begun since then, without grace.
// NDue are the loans whose due day (last granted) has ended by AsOf, NLate those of them that came back after the end of that day or
// are still out.
// Returned, borrowing: last Item Returned, else Request Finished after Checked Out to Customer. Returned, lending: first of Item
// Returned, Item Checked In and Request Finished after Item Shipped.
type OverdueTruth struct {
	Side     string `json:"side"`
	NOut     int    `json:"n_out"`
	NOverdue int    `json:"n_overdue"`
	N1To7    int    `json:"n_1_7"`
	N8To30   int    `json:"n_8_30"`
	N31To90  int    `json:"n_31_90"`
	N91Plus  int    `json:"n_91_plus"`
	NDue     int    `json:"n_due"`
	NLate    int    `json:"n_late"`
}

// DimensionTruth counts the requests of one department or patron group, per role.
type DimensionTruth struct {
	Value string `json:"value"`
	Role  string `json:"role"`
	Outcomes
}

// PartnerTruth counts by partner symbol, trimmed and in upper case. Borrowing: requests whose LendingLibrary names the partner (for
// a request that was not supplied, the last library asked); NAsked counts how often it stands in LendingString. Lending: requests
// from that library, found through LenderAddressNumber. Symbol "" is a borrowing request that was never sent to a library.
type PartnerTruth struct {
	Role   string `json:"role"`
	Symbol string `json:"symbol"`
	Outcomes
	NAsked int `json:"n_asked"`
}

// PseudoTruth counts borrowing requests whose LendingLibrary is no library.
type PseudoTruth struct {
	Symbol  string `json:"symbol"`
	NFilled int    `json:"n_filled"`
}

// ReasonTruth counts ended requests by role, outcome and the text of ReasonForCancellation ("" where it is empty).
type ReasonTruth struct {
	Role    string `json:"role"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
	N       int    `json:"n"`
}

// StatusTruth counts requests by their current status.
type StatusTruth struct {
	Status    string `json:"status"`
	NRequests int    `json:"n_requests"`
}

// TrackingTruth counts the Tracking file.
type TrackingTruth struct {
	NEvents          int `json:"n_events"`
	NRequestsWithout int `json:"n_requests_without"` // filled borrowed copies of the first months whose Tracking rows were purged
}

// QuirkTruth counts the traps that were laid.
type QuirkTruth struct {
	NTransactionBeforeCreation int `json:"n_transaction_date_before_creation"` // cancelled by the customer on a server whose clock is three hours behind
	NClockAhead                int `json:"n_creation_date_ahead"`              // CreationDate three hours late
	NDeliveredTwice            int `json:"n_delivered_twice"`
	NDeliveredAutomatically    int `json:"n_delivered_automatically"` // borrowed copies without post-receipt steps, by a library
	NReactivated               int `json:"n_reactivated"`             // supplied after a cancellation
	NConditional               int `json:"n_conditional"`             // conditional at least once
	NRenewed                   int `json:"n_renewed"`                 // renewals that moved DueDate
	NNightlyClosed             int `json:"n_nightly_closed"`          // copies whose TransactionDate is the nightly closing, 55 to 75 days after delivery
	NUserUnknown               int `json:"n_user_unknown"`            // borrowing and docdel requests whose Username is not in UsersALL
}

// CampaignTruth is one recorded change and what it really did. Start and End are local days, half-open; the effect on requests begins and
// stops with them, without delay.
type CampaignTruth struct {
	ID               string   `json:"id"`
	Name             string   `json:"name"`
	Kind             string   `json:"kind"` // campaign or change
	Start            string   `json:"start"`
	End              string   `json:"end"` // empty: lasting
	Departments      []string `json:"target_departments"`
	Roles            []string `json:"roles"`
	RateRatio        float64  `json:"rate_ratio"`             // multiplies the rate of requests from the targets during [Start, End)
	ProcessingFactor float64  `json:"processing_factor"`      // multiplies staff time before a borrowing request is sent, for those created from Start on
	NTargetRequests  int      `json:"n_target_requests"`      // requests of Roles from Departments created in [Start, End); 0 for a change
	NExpected        float64  `json:"n_expected"`             // what the rates made one expect there; the count itself is a matter of chance
	NExpectedWithout float64  `json:"n_expected_without"`     // the same without the campaign
	Comparison       []string `json:"comparison_departments"` // named departments it does not address
}
