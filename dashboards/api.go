package dashboards

import (
	"bytes"
	"maps"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/export"
	"github.com/fillrate/fillrate/queries/settings"
)

// apiMetric answers /api/v1/metrics/fill_rate?by=month with the metric as JSON. Without from, to and preset it takes
// the whole history, as the command does.
func (s *server) apiMetric(c *gin.Context) error {
	v, err := s.open(c)
	if err != nil {
		return err
	}
	defer v.close()
	result, err := v.compute(c.Param("metric"), v.filter)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := export.Write(&b, "json", result); err != nil {
		return err
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", b.Bytes())
	return nil
}

// apiCatalog lists the metrics, the dimensions and what the filters take.
func (s *server) apiCatalog(c *gin.Context) error {
	type metric struct {
		ID       string           `json:"id"`
		Title    string           `json:"title"`
		Question string           `json:"question"`
		Columns  []queries.Column `json:"columns"`
		URL      string           `json:"url"`
	}
	type dimension struct {
		Name   string       `json:"name"`
		Label  string       `json:"label"`
		Type   queries.Type `json:"type"`
		Filter bool         `json:"filter"`
		Values []string     `json:"values,omitempty"`
	}
	answer := struct {
		Metrics    []metric    `json:"metrics"`
		Dimensions []dimension `json:"dimensions"`
		Filters    []string    `json:"filters"`
	}{Filters: queries.FilterKeys()}
	for _, m := range catalog.All() {
		answer.Metrics = append(answer.Metrics, metric{m.ID, m.Title, m.Question, m.Columns, "/api/v1/metrics/" + m.ID})
	}
	for _, d := range queries.Dimensions {
		answer.Dimensions = append(answer.Dimensions, dimension{d.Name, d.Label, d.Type, d.Filter, d.Closed})
	}
	c.JSON(http.StatusOK, answer)
	return nil
}

// apiDescription is the OpenAPI description, made from the catalog, so that it can say nothing that is not so.
func (s *server) apiDescription(c *gin.Context) error {
	set, err := s.settled(c)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, describeAPI(s.version, set))
	return nil
}

type object = map[string]any

func describeAPI(version string, set settings.Settings) object {
	paths := object{
		"/api/v1/metrics": object{"get": object{
			"operationId": "catalog", "summary": "Every metric, dimension and filter",
			"responses": object{"200": object{"description": "The catalog", "content": object{"application/json": object{"schema": object{"type": "object"}}}}},
		}},
	}
	problem := object{"description": "A sentence that says what is wrong", "content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}}}
	maps.Copy(paths, describeCampaigns(problem))
	for _, metric := range catalog.All() {
		paths["/api/v1/metrics/"+metric.ID] = object{"get": object{
			"operationId": metric.ID, "summary": metric.Title, "description": metric.Question, "parameters": apiParameters(metric, set),
			"responses": object{
				"200": object{"description": metric.Title, "content": object{"application/json": object{"schema": resultSchema(metric)}}},
				"400": problem, "503": problem,
			},
		}}
	}
	return object{
		"openapi": "3.1.0",
		"info":    object{"title": "Fillrate", "version": version, "description": "Read-only. Dates are YYYY-MM-DD; spans are half-open: to is the day after the last."},
		"paths":   paths,
		"components": object{"schemas": object{"Problem": object{"type": "object", "properties": object{"error": object{"type": "object", "properties": object{
			"code":       object{"type": "string", "enum": []string{queries.Invalid, queries.NotFound, queries.Conflict, queries.Unavailable, queries.Internal}},
			"message":    object{"type": "string"},
			"request_id": object{"type": "string"},
		}}}}}},
	}
}

// apiParameters describes the keys of a filter that mean something to the metric. The server takes the numbers that it
// does not read too, as pages share their filters.
func apiParameters(metric *queries.Metric, set settings.Settings) []object {
	var presets, dimensions []string
	for _, preset := range queries.Presets(epoch, 7, set.Terms...) {
		presets = append(presets, preset.ID)
	}
	for _, d := range queries.Dimensions {
		dimensions = append(dimensions, d.Name)
	}
	type parameter struct {
		schema object
		doc    string
	}
	known := map[string]parameter{
		"from":   {object{"type": "string", "format": "date"}, "First day, or a month (2026-07) for the first of it."},
		"to":     {object{"type": "string", "format": "date"}, "Day after the last."},
		"preset": {object{"type": "string", "enum": presets}, "A span by name, as seen from the history's newest date; from and to go before it."},
		"by":     {object{"type": "array", "items": object{"type": "string", "enum": dimensions}}, "What rows are split by, in this order."},
		"basis": {object{"type": "string", "enum": []string{queries.Cohort, queries.Period}, "default": queries.Cohort},
			"cohort: requests and their outcomes by the day of creation; period: outcomes by their own day."},
		"clock": {object{"type": "string", "enum": []string{queries.Calendar, queries.Business}, "default": queries.Calendar},
			"calendar: days of 24 hours; business: without weekends and the library's closures."},
		"as_of": {object{"type": "string"}, "A date or an RFC 3339 instant up to which history counts."},
	}
	if !metric.NoCompare {
		known["compare"] = parameter{object{"type": "string", "enum": []string{queries.ComparePrevious, queries.CompareLastYear}},
			"Sets an earlier span, seen at the same age, beside this one: for each figure X the columns X_before and X_change and, for shares, X_change_lo and X_change_hi (95 %). Needs both ends of the span."}
	}
	if names := metric.DefinitionNames(); len(names) > 0 {
		doc := "Sets a peer's way of counting beside ours."
		for _, d := range metric.Definitions {
			doc += " " + d.Name + ": " + d.Doc
		}
		known["definition"] = parameter{object{"type": "string", "enum": names}, doc}
	}
	for _, option := range queries.Options {
		if metric.Reads(option.Name) {
			known[option.Name] = parameter{object{"type": "integer", "minimum": option.Low, "maximum": option.High, "default": set.Number(option.Name)}, option.Label + ": " + option.Doc}
		}
	}
	for _, d := range queries.Dimensions {
		if d.Filter {
			items := object{"type": "string"}
			if d.Closed != nil {
				items["enum"] = d.Closed
			}
			known[d.Name] = parameter{object{"type": "array", "items": items}, "Only requests with one of these values; repeat the key for several."}
		}
	}
	var parameters []object
	for _, key := range queries.FilterKeys() {
		if p, ok := known[key]; ok {
			parameters = append(parameters, object{"name": key, "in": "query", "required": false, "explode": true, "schema": p.schema, "description": p.doc})
		}
	}
	return parameters
}

// resultSchema describes a metric's answer; the dimensions asked for stand before its columns in each row. Columns of a
// definition are there where it was asked for.
func resultSchema(metric *queries.Metric) object {
	types := map[queries.Type]string{queries.Text: "string", queries.Integer: "integer", queries.Double: "number", queries.Boolean: "boolean", queries.Date: "string", queries.Timestamp: "string"}
	row := object{}
	columns := slices.Clone(metric.Columns)
	for _, d := range metric.Definitions {
		columns = append(columns, d.Columns...)
	}
	for _, column := range columns {
		row[column.Name] = object{"type": []string{types[column.Type], "null"}, "title": column.Label, "description": column.Doc}
	}
	return object{"type": "object", "properties": object{
		"metric":     object{"type": "string", "const": metric.ID},
		"filter":     object{"type": "object"},
		"as_of":      object{"type": []string{"string", "null"}, "format": "date-time"},
		"generation": object{"type": "integer"},
		"columns": object{"type": "array", "items": object{"type": "object", "properties": object{
			"name": object{"type": "string"}, "type": object{"type": "string"}, "unit": object{"type": "string"}}}},
		"rows": object{"type": "array", "items": object{"type": "object", "properties": row, "additionalProperties": true}},
	}}
}
