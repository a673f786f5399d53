package dashboards

import (
	"strconv"
	"strings"

	"github.com/fillrate/fillrate/queries"
)

// text is what Go code says to readers; the rest of the words stand in templates. A second language is a second map
// and a second set of templates.
var text = map[string]string{
	"all":            "all",
	"chosen":         "chosen",
	"yes":            "yes",
	"no":             "no",
	"unknown":        "Unknown",
	"custom_dates":   "The dates beside",
	"more_choices":   "Only the 300 with the most requests are listed. Others, by name:",
	"whole_history":  "the whole history",
	"basis_cohort":   "By day of request",
	"basis_period":   "By day of outcome",
	"clock_calendar": "Calendar days",
	"clock_business": "Business days",

	"split_none":      "Nothing",
	"definition_ours": "Nothing",
	"suppressed":      "Small groups together",

	"compare_last_year": "Same period a year earlier",
	"compare_previous":  "Period before",
	"compare_none":      "Nothing",
	"than_last_year":    "than a year earlier",
	"than_previous":     "than the period before",

	"provisional_some": "Hollow and shaded: too recent, or over 5% still open; it will change.",
	"provisional_rows": "Marked rows are too recent, or over 5% still open; they will change.",
	"provisional_all":  "All of it is too recent, or over 5% still open; it will change.",

	"timeout":       "This took longer than 30 seconds and was stopped: choose a shorter period or fewer groups, then try again.",
	"internal_tile": "This could not be computed; the log says why. The rest of the page is not touched by it.",
	"internal":      "Something went wrong inside Fillrate. Its log says what, under the number below.",

	"role.borrowing": "Borrowing",
	"role.lending":   "Lending",
	"role.docdel":    "Document delivery",
	"kind.loan":      "Loans",
	"kind.copy":      "Copies",
	"kind.unknown":   "Kind unknown",
	"side.borrowing": "We owe",
	"side.lending":   "Owed to us",

	"before_last_year": "a year earlier",
	"before_previous":  "in the period before",

	"rolekind.borrowing.loan":    "Borrowed loans",
	"rolekind.borrowing.copy":    "Borrowed copies",
	"rolekind.borrowing.unknown": "Borrowed, kind unknown",
	"rolekind.lending.loan":      "Lent loans",
	"rolekind.lending.copy":      "Lent copies",
	"rolekind.lending.unknown":   "Lent, kind unknown",
	"rolekind.docdel.loan":       "Delivered loans",
	"rolekind.docdel.copy":       "Delivered copies",
	"rolekind.docdel.unknown":    "Delivered, kind unknown",

	"wait.borrowing.loan":    "How long do readers wait for a loan?",
	"wait.borrowing.copy":    "How long do readers wait for a copy?",
	"wait.borrowing.unknown": "How long do readers wait where the kind is unknown?",
	"wait.lending.loan":      "How long until we ship a loan?",
	"wait.lending.copy":      "How long until we send a copy?",
	"wait.lending.unknown":   "How long until we send where the kind is unknown?",
	"wait.docdel.loan":       "How long until a loan from our own shelves is ready?",
	"wait.docdel.copy":       "How long until a copy from our own shelves is ready?",
	"wait.docdel.unknown":    "How long until our own material is ready where the kind is unknown?",

	"mark.closed":     "Closed",
	"mark.closed_at":  "{0} closed",
	"mark.closed_for": "{0}: {1}",
	"mark.more":       "and {0} more",
	"mark.since":      "since {0}",

	"method.seasonal_naive": "As a year before",
	"method.holt_winters":   "Holt–Winters",

	"stages.loan":      "Where does the wait for a loan go?",
	"stages.copy":      "Where does the wait for a copy go?",
	"stages.unknown":   "Where does the wait go where the kind is unknown?",
	"stage.processing": "Until it is sent",
	"stage.supplier":   "At the supplier",
	"stage.transit":    "On the way",
	"stage.receiving":  "Until the reader has it",

	"wait_by.partner.loan":      "Which partners are fast, loans?",
	"wait_by.partner.copy":      "Which partners are fast, copies?",
	"wait_by.department.loan":   "Which departments wait longest, loans?",
	"wait_by.department.copy":   "Which departments wait longest, copies?",
	"wait_by.network.loan":      "How fast are we in each network, loans?",
	"wait_by.network.copy":      "How fast are we in each network, copies?",
	"wait_by.patron_group.loan": "Which patron groups wait longest, loans?",
	"wait_by.patron_group.copy": "Which patron groups wait longest, copies?",
	"fill_by.patron_group":      "How often is each patron group served?",
	"fill_by.partner":           "How often does each partner fill?",
	"fill_by.department":        "How often is each department served?",
	"fill_by.network":           "How often is a request filled in each network?",
	"late_by.borrowing":         "To whom do we owe overdue loans?",
	"late_by.lending":           "Who owes us overdue loans?",

	"reason.none":          "No reason needed",
	"filled_by.not_filled": "Not filled",

	"all_sides":               "all sides",
	"and_more":                "{0} and {1} more",
	"better":                  "better",
	"card.fill_rate":          "Fill rate",
	"card.overdue":            "Overdue now",
	"card.requests":           "Requests",
	"card.target":             "Within target",
	"card.turnaround":         "Median turnaround",
	"change.judged":           "{0}, {1}",
	"change.same":             "about the same as {0} {1}",
	"change.than":             "{0} {1} ({2})",
	"data.checks":             "Doubtful requests, by the table that told of them last",
	"data.imports":            "Imports, newest first",
	"data.notes":              "What the imports had to say",
	"data.rejects":            "Refused rows, by table, column and reason",
	"data.statuses":           "Statuses that no profile knows; they count as open",
	"days":                    "days",
	"empty.disordered":        "None of the {0} filled requests has both dates in the right order.",
	"empty.fill_by_role":      "No request of this filter has been filled or gone unfilled yet.",
	"empty.fill_rate":         "None of the {0} requests has been filled or gone unfilled yet.",
	"empty.filled":            "No {0} were filled in this time.",
	"empty.filter":            "No request matches this filter.",
	"empty.history":           "The history holds no requests yet.",
	"empty.out":               "No loan is out as of {0}.",
	"empty.overdue":           "None of the {0} loans out is overdue as of {1}.",
	"empty.overdue_rate":      "No loan was due in this time.",
	"empty.reasons":           "No request of this filter went unfilled or was cancelled.",
	"empty.span":              "There are no requests from {0}: the history runs from {1}.",
	"empty.stages":            "None of the {0} filled requests has every date that its stages need, in order.",
	"empty.top":               "None has at least {0} requests.",
	"empty.top_dated":         "None has at least {0} requests with both dates.",
	"empty.undated":           "All {0} filled requests lack a date that their turnaround needs. For ILLiad, load the Tracking table beside Transactions.",
	"fewer":                   "fewer",
	"grain.month":             "month",
	"grain.quarter":           "quarter",
	"grain.week":              "week",
	"grain.year":              "year",
	"head.changed":            "Changed",
	"head.column":             "Column",
	"head.content":            "Content",
	"head.dates_out_of_order": "Dates out of order",
	"head.file":               "File",
	"head.filled_undated":     "Filled, undated",
	"head.first_lines":        "First lines",
	"head.library":            "Library",
	"head.load":               "Load",
	"head.new":                "New",
	"head.notes":              "Notes",
	"head.read":               "Read",
	"head.reason":             "Reason",
	"head.refused":            "Refused",
	"head.requests":           "Requests",
	"head.role":               "Role",
	"head.rows":               "Rows",
	"head.sheet":              "Sheet",
	"head.source":             "Source",
	"head.status":             "Status",
	"head.table":              "Table",
	"head.unchanged":          "Unchanged",
	"head.unknown_status":     "Unknown status",
	"head.when_utc":           "When (UTC)",
	"higher":                  "higher",
	"hint.negative":           "A date lies before the request's creation; left out of averages",
	"hint.undated":            "Filled, but a date that the turnaround needs is missing",
	"hint.unknown_status":     "The status is in no profile: the request counts as open",
	"hours":                   "hours",
	"incomparable":            "The history begins on {0}, too late to compare with.",
	"longer":                  "longer",
	"lower":                   "lower",
	"minutes":                 "minutes",
	"more":                    "more",
	"n":                       "n {0}",
	"n.ended":                 "n {0} filled or unfilled",
	"n.fill_by_role":          "n {0} filled or unfilled, by {1}; cancelled and open left out",
	"n.fill_rate":             "n {0} requests, {1} of them filled or unfilled",
	"n.negative":              "{0}; {1} with dates in the wrong order",
	"n.open":                  "{0} of them still open",
	"n.out":                   "of {0} out",
	"n.overdue":               "{0} overdue of {1} loans out, as of {2}",
	"n.overdue_rate":          "loans by the {0} they were due in: returned after the end of the due day, or still out",
	"n.overdue_top":           "{0} overdue of {1} out, as of {2}; the {3} with the most",
	"n.reasons":               "n {0} unfilled or cancelled",
	"n.stages":                "{0}; the most is lost “{1}”, {2} of the time",
	"n.top":                   "{0}; the {1} with the most, at least {2} each",
	"n.turnaround":            "n {0} of {1} filled",
	"n.undated":               "{0}; {1} without dates",
	"n.volume":                "n {0} requests, by {1}",
	"no_dates":                "no dates",
	"campaign.later":          "Not measured yet, as there is much to read: load the page again in a minute.",
	"campaign.no_record":      "This server was started without a campaign record: start it with `fillrate serve`.",
	"campaign.unknown":        "There is no campaign {0}: the list of outreach has them all.",
	"page./":                  "Overview",
	"page./catalog":           "All metrics",
	"page./data":              "Data",
	"page./definitions":       "Definitions",
	"page./fill-rate":         "Fill rate",
	"page./overdue":           "Overdue",
	"page./turnaround":        "Turnaround",
	"page.rows":               "{0}: the requests behind it",
	"points":                  "{0} points",
	"pts":                     "pts",
	"requests":                "requests",
	"shorter":                 "shorter",
	"span":                    "{0} to {1}",
	"span.as_of":              "as of {0}",
	"span.from":               "from {0}",
	"span.so_far":             "{0}, so far through {1}",
	"span.until":              "until {0}",
	"table.part":              "{0} of {1} rows; the downloads hold all.",
	"title.benchmarks":        "What have other libraries published?",
	"title.fill_kinds":        "Are loans filled as often as copies?",
	"title.fill_rate":         "How often is a request filled?",
	"title.fill_trend":        "How often is a request filled, and how soon?",
	"title.outcomes":          "What becomes of the requests?",
	"title.overdue":           "What is late, and by how much?",
	"title.overdue_rate":      "What share of loans comes back late?",
	"title.reasons":           "Why is a request not filled?",
	"title.target":            "What share is ready within its target?",
	"title.turnaround":        "How long does each kind of request take?",
	"title.volume":            "How many requests come in, and what becomes of them?",
	"worse":                   "worse",
}

// say fills a text's places {0}, {1} … in the order that its language has them.
func say(key string, words ...string) string {
	pairs := make([]string, 0, 2*len(words))
	for i, word := range words {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", word)
	}
	return strings.NewReplacer(pairs...).Replace(text[key])
}

// valueLabel gives the words for a dimension's value.
func valueLabel(dimension, value string) string {
	if words, ok := text[dimension+"."+value]; ok {
		return words
	}
	switch dimension {
	case "day", "week", "month", "quarter", "year", "fiscal_year":
		return bucketLabel(dimension, value)
	case "reason", "filled_by", "status", "outcome":
		return sentenceCase(value)
	}
	switch value {
	case queries.Unknown:
		return text["unknown"]
	case queries.Suppressed:
		return text["suppressed"]
	}
	return value
}

// sentenceCase makes a canonical word readable: not_on_shelf → Not on shelf.
func sentenceCase(word string) string {
	word = strings.ReplaceAll(word, "_", " ")
	if word == "" {
		return word
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

func dimensionLabel(name string) string {
	if d := queries.FindDimension(name); d != nil {
		return d.Label
	}
	return sentenceCase(name)
}
