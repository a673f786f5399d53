// Package annual counts what a library provided to others and received from them as annual surveys do, and says of every
// other request why it does not count. Survey names the lines of IPEDS, ACRL and ARL.
package annual

import (
	_ "embed"

	"github.com/fillrate/fillrate/queries"
)

var (
	//go:embed marked.sql
	markedSQL string
	//go:embed parts.sql
	partsSQL string
	//go:embed readers.sql
	readersSQL string
	//go:embed rules.sql
	rulesSQL string
	//go:embed annual.sql
	metricSQL string
	//go:embed rows.sql
	rowsSQL string
	//go:embed doc.md
	doc string
)

// Metric is the number of requests by direction, form and rule.
var Metric = &queries.Metric{
	ID:       "annual",
	Title:    "Annual survey",
	Question: "What did we provide and receive, as annual surveys count it?",
	Doc:      doc,
	SQL:      markedSQL + partsSQL + rulesSQL + metricSQL,
	Rows:     rowsSQL,
	Readers:  markedSQL + readersSQL + rulesSQL + "select * from ruled",
	Dated:    queries.ByBasis,
	Always:   []string{"direction", "form", "rule"},
	Order:    "direction, form = 'unknown', form desc, rule <> 'counted', rule",
	Columns: []queries.Column{
		{Name: "direction", Type: queries.Text, Label: "Direction",
			Doc: "provided: lending; received: borrowing and document delivery."},
		{Name: "form", Type: queries.Text, Label: "Form",
			Doc: "returnable: a loan; nonreturnable: a copy; unknown where the source does not say."},
		{Name: "rule", Type: queries.Text, Label: "Rule",
			Doc: "counted, or why the request does not count."},
		{Name: "n", Type: queries.Integer, Unit: queries.Requests, Label: "Requests",
			Doc: "Requests that fall under the rule."},
		{Name: "provisional", Type: queries.Boolean, Label: "Provisional",
			Doc: "The figures will still move: over 5 % is open, or the span ended too recently."},
	},
}
