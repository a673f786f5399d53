package queries

import (
	"context"
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Each load counts beforehand what dashboards ask for by month (queries/store/rollup.sql), as of the history's newest
// date and of twelve months before it, which comparisons ask for. A metric with a Rollup is computed from that where the question allows it, from the facts otherwise; both give
// the same rows. Its SQL names, beside scope, some of
//
//	days     requests counted by day of creation, library, source, role, kind and outcome (fact_day)
//	lives    of the requests that ended within 30 days of creation, by month; see life_month
//	figures  the metric's finished figures per month, or of the last twelve together (table ID_month), as quantiles
//	         don't add up: those of the requests that agree in each of library, role and kind that is split by or filtered
//	loans    loans counted by due day, library, source and role (loan_day)
//
// with the columns that scope has for filter, span and what the rows are split by.

var (
	//go:embed scope/days.sql
	daysSQL string
	//go:embed scope/loans.sql
	loansSQL string
	//go:embed scope/lives_beside.sql
	livesBesideSQL string
	//go:embed scope/usual.sql
	usualFactsSQL string
	//go:embed scope/usual_rollup.sql
	usualRollupSQL string
	//go:embed scope/maturity_parts.sql
	maturityFactsSQL string
	//go:embed scope/maturity_rollup.sql
	maturityRollupSQL string

	namesDays    = regexp.MustCompile(`\bfrom days\b`)
	namesLives   = regexp.MustCompile(`\bfrom lives\b`)
	namesFigures = regexp.MustCompile(`\bfrom figures\b`)
	namesLoans   = regexp.MustCompile(`\bfrom loans\b`)
)

// Dimensions, beside those of time, that the counted days know, and those that finished figures are kept for.
var (
	dayDimensions    = []string{"library", "source", "role", "kind"}
	figureDimensions = []string{"library", "role", "kind"}
)

type withoutRollups struct{}

// WithoutRollups makes metrics compute everything from the facts: that both ways agree is for tests to show.
func WithoutRollups(ctx context.Context) context.Context {
	return context.WithValue(ctx, withoutRollups{}, true)
}

// ownSQL is the metric's statement, from what was counted beforehand if it can be.
func (q *question) ownSQL() string {
	if q.usesRollup() {
		return strings.Replace(q.metric.Rollup, livesBeside, q.livesBesideSQL(), 1)
	}
	return q.metric.SQL
}

// UsesRollup tells whether a question to the history's newest date is answered from what the load counted beforehand.
func UsesRollup(metric *Metric, filter Filter) bool {
	q := &question{metric: metric, filter: filter, hasRollups: filter.AsOf.IsZero() && filter.Preset == ""}
	return q.usesRollup()
}

// IsQuick tells whether a question may be answered from what the load counted, where it speaks of an instant and a year that
// were: of these nothing is looked up here.
func IsQuick(metric *Metric, filter Filter) bool {
	q := &question{metric: metric, filter: filter, hasRollups: filter.Preset == "", yearFrom: filter.From}
	return q.usesRollup()
}

func (q *question) usesRollup() bool {
	own := withoutComments(q.metric.Rollup)
	switch {
	case own == "":
		return false
	case namesLoans.MatchString(own):
		return q.fitsCounts()
	case namesFigures.MatchString(own) && !q.fitsFigures():
		return false
	}
	return q.fitsDays()
}

// fitsDays tells whether the counted days know everything that the question asks for.
func (q *question) fitsDays() bool {
	return q.fitsCounts() && !q.filter.IsPeriod() && q.metric.Dated != ByDue
}

// fitsCounts tells whether what was counted knows the instant and the dimensions that the question asks for.
func (q *question) fitsCounts() bool {
	if !q.hasRollups {
		return false
	}
	for _, d := range Dimensions {
		if q.asks(d) && !d.IsTime() && !slices.Contains(dayDimensions, d.Name) {
			return false
		}
	}
	return true
}

// fitsFigures tells whether finished figures answer the question: by month over whole months, or of the last twelve
// together by role and kind; by the calendar's clock, and with one value at a time of each dimension that they are kept for.
func (q *question) fitsFigures() bool {
	isFirst := func(day time.Time) bool { return day.IsZero() || day.Day() == 1 }
	byMonth := slices.Contains(q.filter.By, "month") && !q.isCut && isFirst(q.filter.From) && isFirst(q.filter.To)
	if q.filter.IsBusiness() || !byMonth && !q.isYear() {
		return false
	}
	by := q.by()
	for _, d := range Dimensions {
		switch {
		case d.Name == "day" || d.Name == "week" || d.Name == "source":
			if q.asks(d) {
				return false
			}
		case slices.Contains(figureDimensions, d.Name):
			if !slices.Contains(by, d) && len(*q.filter.list(d.Name)) > 1 {
				return false
			}
		}
	}
	return true
}

// isYear tells whether the question is for the twelve months that have finished figures of their own.
func (q *question) isYear() bool {
	for _, d := range q.by() {
		if d.IsTime() {
			return false
		}
	}
	return !q.yearFrom.IsZero() && q.filter.From.Equal(q.yearFrom) && q.filter.To.Equal(addMonths(q.yearFrom, 12)) &&
		q.asks(FindDimension("role")) && q.asks(FindDimension("kind"))
}

// asks tells whether the rows are split by a dimension or filtered by it.
func (q *question) asks(d *Dimension) bool {
	return slices.Contains(q.by(), d) || d.Filter && len(*q.filter.list(d.Name)) > 0
}

func (q *question) usualSQL() string {
	if q.hasRollups {
		return usualRollupSQL
	}
	return usualFactsSQL
}

func (q *question) maturityPartsSQL() string {
	if q.fitsDays() {
		return maturityRollupSQL
	}
	return maturityFactsSQL
}

// rollupSQL writes days, lives and figures where a statement names them.
func (q *question) rollupSQL(own string, by []*Dimension) string {
	text := ""
	if namesDays.MatchString(own) {
		text += ",\ndays as not materialized (\n" + q.placedSQL(daysSQL, by, []string{ofInstant}) + ")"
	}
	if namesLives.MatchString(own) {
		whole := []string{ofInstant}
		if q.splitsMonths() {
			whole = append(whole, "false")
		}
		if !q.filter.To.IsZero() {
			whole = append(whole, "starts_on + to_months(1) <= $to::date")
		}
		text += ",\nlives as not materialized (\n" + q.placedSQL("select *, starts_on as counted_day from life_month", by, whole) + ")"
	}
	if namesFigures.MatchString(own) {
		kept := []string{ofInstant, "months = 1"}
		if q.isYear() {
			kept[1] = "months = 12"
		}
		for _, name := range figureDimensions {
			if q.asks(FindDimension(name)) {
				kept = append(kept, name+" is not null")
			} else {
				kept = append(kept, name+" is null")
			}
		}
		text += ",\nfigures as not materialized (\n" +
			q.placedSQL("select *, starts_on as counted_day from "+q.metric.ID+"_month", by, kept) + ")"
	}
	if namesLoans.MatchString(own) {
		text += ",\nloans as not materialized (\n" + q.placedSQL(loansSQL, by, []string{ofInstant}) + ")"
	}
	return text
}

// ofInstant picks what a roll-up says of the question's instant.
const ofInstant = "as_of = $as_of::timestamp"

// placedSQL gives the rows of a table with a counted_day that filter and span leave, and the columns that rows are split
// by, with those that scope has of the span.
func (q *question) placedSQL(table string, by []*Dimension, where []string) string {
	where = slices.Concat(where, q.filterSQL(), q.cutSQL())
	return "select " + q.dimensionsSQL(by) + ", " + conjunction(q.spanSQL()) + " as in_span, " + q.bucketEndSQL(by) + " as bucket_end\nfrom (\n" + table + "\n)\nwhere " + conjunction(where)
}

// isWatched stands for the condition that a day lies in a bucket of time that may hold a request created within the 30
// days before as_of; where the rows are not split by time all requests do, those of no known day among them.
var isWatched = regexp.MustCompile(`is_watched\((\w+)\)`)

func isWatchedSQL(by []*Dimension) string {
	for _, d := range Dimensions { // from small to large
		if d.IsTime() && slices.Contains(by, d) {
			first := strings.ReplaceAll(d.sql, "counted_day", "($$as_of::timestamp - to_days(31))::date")
			return "$1 >= " + strings.ReplaceAll(first, "$fiscal_start", "$$fiscal_start")
		}
	}
	return "true"
}

// livesBeside stands, after a reading of lives, for the rest of them: see livesBesideSQL.
const livesBeside = "lives_beside()"

// livesBesideSQL gives the lives of months that the span or the rows cut; empty where there is none.
func (q *question) livesBesideSQL() string {
	var days []string
	if !q.filter.From.IsZero() && q.filter.From.Day() > 1 {
		days = append(days, "created_day < date_trunc('month', $from::date + to_months(1))::date")
	}
	if !q.filter.To.IsZero() && q.filter.To.Day() > 1 {
		days = append(days, "created_day >= date_trunc('month', $to::date)::date")
	}
	switch {
	case q.splitsMonths():
		days = []string{"true"}
	case len(days) == 0:
		return ""
	}
	return strings.Replace(livesBesideSQL, "beside_whole_months", "("+strings.Join(days, " or ")+")", 1)
}

// splitsMonths tells whether rows are finer than months, or lie across them.
func (q *question) splitsMonths() bool {
	return q.asks(FindDimension("day")) || q.asks(FindDimension("week"))
}
