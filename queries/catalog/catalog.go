// Package catalog lists every metric that Fillrate knows. A new metric is a folder beside it and one line here.
package catalog

import (
	"strings"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/annual"
	"github.com/fillrate/fillrate/queries/anomalies"
	"github.com/fillrate/fillrate/queries/attempts"
	"github.com/fillrate/fillrate/queries/balance"
	"github.com/fillrate/fillrate/queries/benchmarks"
	"github.com/fillrate/fillrate/queries/breaches"
	"github.com/fillrate/fillrate/queries/copyright"
	"github.com/fillrate/fillrate/queries/cost"
	dataquality "github.com/fillrate/fillrate/queries/data_quality"
	"github.com/fillrate/fillrate/queries/demand"
	fillrate "github.com/fillrate/fillrate/queries/fill_rate"
	"github.com/fillrate/fillrate/queries/forecast"
	openrequests "github.com/fillrate/fillrate/queries/open_requests"
	"github.com/fillrate/fillrate/queries/overdue"
	"github.com/fillrate/fillrate/queries/partners"
	"github.com/fillrate/fillrate/queries/percentiles"
	"github.com/fillrate/fillrate/queries/reasons"
	"github.com/fillrate/fillrate/queries/stages"
	"github.com/fillrate/fillrate/queries/titles"
	"github.com/fillrate/fillrate/queries/turnaround"
	"github.com/fillrate/fillrate/queries/volume"
	"github.com/fillrate/fillrate/queries/waits"
)

var metrics = []*queries.Metric{
	volume.Metric,
	fillrate.Metric,
	turnaround.Metric,
	percentiles.Metric,
	waits.Metric,
	stages.Metric,
	overdue.Metric,
	reasons.Metric,
	attempts.Metric,
	partners.Metric,
	balance.Metric,
	annual.Metric,
	cost.Metric,
	titles.Metric,
	copyright.Metric,
	demand.Metric,
	openrequests.Metric,
	breaches.Metric,
	forecast.Metric,
	anomalies.Metric,
	dataquality.Metric,
	benchmarks.Metric,
}

// All gives the metrics in the order in which pages and documents list them.
func All() []*queries.Metric { return metrics }

// Find gives a metric by its id. The error is one of code not_found that names all there are.
func Find(id string) (*queries.Metric, error) {
	var ids []string
	for _, metric := range metrics {
		if metric.ID == id {
			return metric, nil
		}
		ids = append(ids, metric.ID)
	}
	return nil, queries.NewError(queries.NotFound, "there is no metric %q: there are %s", id, strings.Join(ids, ", "))
}
