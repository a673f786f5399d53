package dashboards

import (
	"html/template"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

// definitions shows how each metric is defined, from the same text that stands beside its SQL.
func (s *server) definitions(c *gin.Context) error {
	v, err := s.openPage(c)
	if err != nil {
		return err
	}
	defer v.close()
	type item struct {
		*queries.Metric
		Text template.HTML
	}
	var items []item
	for _, metric := range catalog.All() {
		items = append(items, item{metric, markdown(metric.Doc)})
	}
	return v.render(c, "definitions", "Definitions", nil, items)
}
