package dashboards

import (
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/export"
)

// addressLines is how many lines of an address the mail merge has fields for; the last holds what is left.
const addressLines = 6

// letterFields are the names that a letter puts in its places. They stay the same in every language.
var letterFields = []string{"partner", "partner_name", "email", "address_1", "address_2", "address_3", "address_4", "address_5", "address_6",
	"library", "request", "title", "container", "due_date", "days_late", "level"}

// letters answers /letters.csv with a row for each late loan of a side, those of a partner together, for the mail merge of
// a word processor. Nothing in it is about readers.
func (s *server) letters(c *gin.Context) error {
	asked, err := lateListOf(c)
	if err != nil {
		return err
	}
	v, err := s.open(c, sideKey, levelKey, compareKey)
	if err != nil {
		return err
	}
	defer v.close()
	metric, err := catalog.Find("overdue")
	if err != nil {
		return err
	}
	contacts, err := v.contacts()
	if err != nil {
		return err
	}
	side := v.sideOf(asked.side)
	ctx, cancel := context.WithTimeout(v.ctx, rowsTimeout)
	defer cancel()
	done, err := v.server.turn(long(ctx))
	if err != nil {
		return err
	}
	defer done()
	// A server of another kind (a test's) may know no deadlines.
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(rowsTimeout))
	c.Header("Content-Type", "text/csv; charset=utf-8; header=present")
	c.Header("Content-Disposition", `attachment; filename="fillrate-letters-`+side+`-`+v.asOf().Format(time.DateOnly)+`.csv"`)
	out := csv.NewWriter(c.Writer)
	if err := out.Write(letterFields); err != nil {
		return err
	}
	_, err = queries.Rows(ctx, v.reading.Snapshot, metric, v.lateFilter(side, asked.level), queries.Page{OrderBy: "partner"}, func(row []any) error {
		l := lateLoan(row)
		contact := contacts[l.Partner]
		fields := []string{l.Partner, contact.Name, contact.Email}
		fields = append(fields, addressFields(contact)...)
		fields = append(fields, l.Library, l.Request, l.Title, l.Container, l.Due.Format(time.DateOnly), strconv.FormatInt(l.DaysLate, 10), levelOf(l.DaysLate))
		for i, field := range fields {
			fields[i] = export.Guard(field)
		}
		return out.Write(fields)
	})
	out.Flush()
	if err != nil {
		return err
	}
	return out.Error()
}

// addressFields parts a postal address into its lines.
func addressFields(contact queries.Contact) []string {
	contact.Name = ""
	fields := make([]string, addressLines)
	for i, line := range contactLines(contact) {
		switch at := min(i, addressLines-1); {
		case fields[at] == "":
			fields[at] = line
		default:
			fields[at] += ", " + line
		}
	}
	return fields
}
