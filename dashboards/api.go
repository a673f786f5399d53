package dashboards

import (
	"bytes"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/export"
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
	c.JSON(http.StatusOK, describeAPI(s.version))
	return nil
}

type object = map[string]any

func describeAPI(version string) object {
	paths := object{
		"/api/v1/metrics": object{"get": object{
			"operationId": "catalog", "summary": "Every metric, dimension and filter",
			"responses": object{"200": object{"description": "The catalog", "content": object{"application/json": object{"schema": object{"type": "object"}}}}},
		}},
	}
	for _, metric := range catalog.All() {
		problem := object{"description": "A sentence that says what is wrong", "content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}}}
		paths["/api/v1/metrics/"+metric.ID] = object{"get": object{
			"operationId": metric.ID, "summary": metric.Title, "description": metric.Question, "parameters": apiParameters(),
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

// apiParameters describes every key of a filter.
func apiParameters() []object {
	var presets, dimensions []string
	for _, preset := range queries.Presets(epoch, 0) {
		presets = append(presets, preset.ID)
	}
	for _, d := range queries.Dimensions {
		dimensions = append(dimensions, d.Name)
	}
	known := map[string]object{
		"from":                {"type": "string", "format": "date", "description": "First day"},
		"to":                  {"type": "string", "format": "date", "description": "Day after the last"},
		"preset":              {"type": "string", "enum": presets},
		"by":                  {"type": "array", "items": object{"type": "string", "enum": dimensions}},
		"basis":               {"type": "string", "enum": []string{queries.Cohort, queries.Period}, "default": queries.Cohort},
		"clock":               {"type": "string", "enum": []string{queries.Calendar, queries.Business}, "default": queries.Calendar},
		"as_of":               {"type": "string", "description": "A date or an RFC 3339 instant up to which history counts"},
		"grace_days":          {"type": "integer", "minimum": 0},
		"return_transit_days": {"type": "integer", "minimum": 0},
		"fiscal_start":        {"type": "integer", "minimum": 1, "maximum": 12, "default": 7},
	}
	var parameters []object
	for _, key := range queries.FilterKeys() {
		schema := known[key]
		if d := queries.FindDimension(key); d != nil {
			items := object{"type": "string"}
			if d.Closed != nil {
				items["enum"] = d.Closed
			}
			schema = object{"type": "array", "items": items}
		}
		parameters = append(parameters, object{"name": key, "in": "query", "required": false, "explode": true, "schema": schema})
	}
	return parameters
}

// resultSchema describes a metric's answer; the dimensions asked for stand before its columns in each row.
func resultSchema(metric *queries.Metric) object {
	types := map[queries.Type]string{queries.Text: "string", queries.Integer: "integer", queries.Double: "number", queries.Boolean: "boolean", queries.Date: "string", queries.Timestamp: "string"}
	row := object{}
	for _, column := range metric.Columns {
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
