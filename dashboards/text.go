package dashboards

import (
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

	"compare_year":     "Same period a year earlier",
	"compare_previous": "Period before",
	"compare_none":     "Nothing",
	"than_year":        "than a year earlier",
	"than_previous":    "than the period before",

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

	"before_year":     "a year earlier",
	"before_previous": "in the period before",

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
	if value == queries.Unknown {
		return text["unknown"]
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
