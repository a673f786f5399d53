package report

import (
	"time"

	"github.com/fillrate/fillrate/dashboards/chart"
)

var lateColumns = []string{"n_1_7", "n_8_30", "n_31_90", "n_91_plus"}

// overdue is what was late on both sides at the end of the span, by how much, and how often loans come back late.
func overdue(c *composer) (*Section, error) {
	s := c.section("overdue")
	s.Notes = append(s.Notes, c.words.Say("report.stock", c.instantWords(c.span())))
	r, err := c.stock("overdue", c.span(), nil)
	if err != nil {
		return nil, err
	}
	if total(r, "n_out") == 0 {
		s.Empty = c.words.Say("empty.out", c.instantWords(c.span()))
	} else {
		t := c.table("overdue_by_side", c.words.Text("title.overdue"), r, append([]string{"n_out", "n_overdue"}, lateColumns...)...)
		t.N = c.words.Say("n.overdue", c.words.Count(total(r, "n_overdue")), c.words.Count(total(r, "n_out")), c.instantWords(c.span()))
		f, err := c.figure(t.ID, t.Title, t, r, chart.Spec{Kind: chart.Rows, Format: chart.Count, X: "side", Stack: true,
			Y: lateColumns, Colors: []string{"late1", "late2", "late3", "late4"}}, rowsHeight(2))
		if err != nil {
			return nil, err
		}
		if total(r, "n_overdue") > 0 {
			s.Figures = append(s.Figures, f)
		}
		s.Tables = append(s.Tables, t)
	}
	if s.Tiles, err = c.lateTiles(); err != nil {
		return nil, err
	}
	return s, c.overdueRate(s)
}

// lateTiles are the loans that were out and late beside those of the earlier spans' ends.
func (c *composer) lateTiles() ([]Tile, error) {
	three, err := c.stocks("overdue")
	if err != nil {
		return nil, err
	}
	var tiles []Tile
	for _, side := range []string{"borrowing", "lending"} {
		for _, column := range []string{"n_overdue", "n_out"} {
			tile := c.tile(column+"_"+side, c.words.Value("side", side), three, column, "side", side)
			tile.Provisional = c.isRunning()
			if column == "n_overdue" {
				tile.N = three.count("n_out", "side", side)
				if tile.N != nil {
					tile.Note = c.words.Say("n.out", c.words.Count(float64(*tile.N)))
				}
			}
			tiles = append(tiles, tile)
		}
	}
	return keptTiles(tiles), nil
}

// overdueRate is what share of the loans that were due in a month came back late or were still out.
func (c *composer) overdueRate(s *Section) error {
	all, err := c.ask("overdue", c.trend(), nil, "month")
	if err != nil {
		return err
	}
	month := chart.Column(all, "month")
	r := part(all, func(row []any) bool { // loans that are out stand in the month they were due in, whatever the span
		day, ok := row[month].(time.Time)
		due, _ := number(all, row, "n_due")
		return ok && due > 0 && !day.Before(c.trend().from) && day.Before(c.trend().to)
	})
	if len(r.Rows) == 0 {
		return nil
	}
	t := c.table("overdue_rate_by_month", c.words.Text("title.overdue_rate"), r, "n_due", "overdue_rate")
	t.N = c.words.Say("n.overdue_rate", c.words.Text("grain.month"))
	t.Notes = append(t.Notes, c.words.Text("report.overdue_rate"))
	f, err := c.figure(t.ID, t.Title, t, r, chart.Spec{Kind: chart.Lines, Format: chart.Share, X: "month", Split: "side", Y: []string{"overdue_rate"}, Note: c.noteN("n_due")}, 240)
	if err != nil {
		return err
	}
	s.Figures, s.Tables = append(s.Figures, f), append(s.Tables, t)
	return nil
}
