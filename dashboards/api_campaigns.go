package dashboards

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

// apiCampaigns lists the record, by start.
func (s *server) apiCampaigns(c *gin.Context) error {
	all, err := s.records(c.Request.Context())
	if err != nil {
		return err
	}
	if all.Campaigns == nil {
		all.Campaigns = []campaign.Campaign{}
	}
	c.JSON(http.StatusOK, object{"campaigns": all.Campaigns})
	return nil
}

// apiImpact answers what one campaign changed, as `fillrate campaign impact --format json` does.
func (s *server) apiImpact(c *gin.Context) error {
	v, err := s.open(c)
	if err != nil {
		return err
	}
	defer v.close()
	report, err := v.report(c.Param("id"))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(report); err != nil {
		return err
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", b.Bytes())
	return nil
}

// describeCampaigns is the part of the OpenAPI description about campaigns. Its schemas are read off the types that are
// sent.
func describeCampaigns(problem object) object {
	answer := func(doc string, schema object) object {
		return object{"description": doc, "content": object{"application/json": object{"schema": schema}}}
	}
	return object{
		"/api/v1/campaigns": object{"get": object{
			"operationId": "campaigns", "summary": "Every campaign on the record, by its first day",
			"responses": object{"200": answer("The record", object{"type": "object", "properties": object{
				"campaigns": object{"type": "array", "items": schemaOf(reflect.TypeFor[campaign.Campaign]())}}}), "503": problem},
		}},
		"/api/v1/campaigns/{id}/impact": object{"get": object{
			"operationId": "impact", "summary": "What a campaign changed, and how sure that is",
			"description": "What could not be computed is null; checks and refusals say why. Reading the results of a finished campaign is noted on its record.",
			"parameters":  []object{{"name": "id", "in": "path", "required": true, "schema": object{"type": "string"}, "description": "The campaign's id."}},
			"responses":   object{"200": answer("The report", schemaOf(reflect.TypeFor[impact.Report]())), "404": problem, "503": problem},
		}},
	}
}

// campaignSchema describes a record, whose days its MarshalJSON writes.
func campaignSchema(t reflect.Type) object {
	properties := propertiesOf(t)
	properties["start"] = object{"type": "string", "format": "date"}
	properties["end"] = object{"anyOf": []object{{"type": "string", "format": "date"}, {"const": ""}}, "description": "The day after the last; empty: lasting."}
	properties["window_frozen_at"] = object{"anyOf": []object{{"type": "string", "format": "date-time"}, {"const": ""}}, "description": "When results were first looked at; empty: not yet."}
	return object{"type": "object", "properties": properties}
}

// propertiesOf describes the fields of a struct.
func propertiesOf(t reflect.Type) object {
	properties := object{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !f.IsExported() || name == "-" {
			continue
		}
		properties[name] = schemaOf(f.Type)
	}
	return properties
}

// schemaOf describes how encoding/json writes a type.
func schemaOf(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Pointer:
		return object{"anyOf": []object{schemaOf(t.Elem()), {"type": "null"}}}
	case reflect.Slice:
		return object{"type": []string{"array", "null"}, "items": schemaOf(t.Elem())}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Struct:
		if t == reflect.TypeFor[campaign.Campaign]() {
			return campaignSchema(t)
		}
		if t == reflect.TypeFor[time.Time]() {
			return object{"type": "string", "format": "date-time"}
		}
		return object{"type": "object", "properties": propertiesOf(t)}
	}
	return object{"type": "string"}
}
