package dashboards

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/export"
)

// rowsTimeout is for a download of every request behind a number, which streams.
const rowsTimeout = 10 * time.Minute

// download answers /download/fill_rate.csv with the metric for the filter in the address, or with rows=1 the requests
// behind it.
func (s *server) download(c *gin.Context) error {
	id, extension, _ := strings.Cut(c.Param("file"), ".")
	if c.Param("file") == campaignsFile {
		return s.downloadCampaigns(c)
	}
	metric, err := catalog.Find(id)
	if err != nil {
		return err
	}
	format, err := export.Find(extension)
	if err != nil {
		return err
	}
	rows, err := onOff(c.Query("rows"))
	if err != nil {
		return err
	}
	v, err := s.open(c, "rows")
	if err != nil {
		return err
	}
	defer v.close()
	name := "fillrate-" + metric.ID
	if rows {
		name += "-requests"
	}
	if !v.filter.From.IsZero() && !v.filter.To.IsZero() {
		name += "-" + v.filter.From.Format(time.DateOnly) + "-to-" + v.filter.To.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	c.Header("Content-Type", format.MediaType)
	c.Header("Content-Disposition", `attachment; filename="`+name+format.Extension+`"`)
	if rows {
		return v.writeRows(c, format.Name, metric)
	}
	result, err := v.compute(metric.ID, v.filter)
	if err != nil {
		return err
	}
	return export.Write(c.Writer, format.Name, result)
}

// writeRows streams the requests behind a metric.
func (v *visit) writeRows(c *gin.Context, format string, metric *queries.Metric) error {
	ctx, cancel := context.WithTimeout(v.ctx, rowsTimeout)
	defer cancel()
	done, err := v.server.turn(long(ctx)) // a slow reader must not keep everybody else waiting
	if err != nil {
		return err
	}
	defer done()
	// A server of another kind (a test's) may know no deadlines.
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(rowsTimeout))
	about := &queries.Result{Metric: metric, Filter: v.filter, AsOf: v.asOf(), Generation: v.reading.Generation, Columns: queries.RowColumns}
	return export.WriteRows(c.Writer, format, about, func(yield func([]any) error) error {
		_, err := queries.Rows(ctx, v.reading.Snapshot, metric, v.filter, queries.Page{}, yield)
		return err
	})
}

// asOf is the instant up to which the visit's numbers count.
func (v *visit) asOf() time.Time {
	if !v.filter.AsOf.IsZero() {
		return v.filter.AsOf
	}
	return v.history.AsOf
}

func onOff(word string) (bool, error) {
	switch word {
	case "", "0":
		return false, nil
	case "1":
		return true, nil
	}
	return false, refuse(queries.Invalid, "problem.rows")
}
