package report

import (
	"slices"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/queries"
)

// beside is a question of the span and of the earlier ones. Where a row of the span may still move, it stands beside the
// earlier spans at the same age, each as it stood as long after its end as the span stands now: beside spans that have had
// their time a young one would always seem to fall.
type beside struct {
	now              *queries.Result
	settled, sameAge earlier
	moves            func(row []any) bool
	isRunning        bool // the span is not over
}

// earlier is a question of the month or year before and of the same month a year earlier; nil where the history says
// nothing of it.
type earlier struct{ before, lastYear *queries.Result }

// beside puts a question of requests created in a span, as ask does.
func (c *composer) beside(metric string, change func(*queries.Filter), by ...string) (b beside, err error) {
	if b.now, err = c.ask(metric, c.span(), change, by...); err != nil {
		return b, err
	}
	if b.moves, err = c.moves(b.now); err != nil {
		return b, err
	}
	if b.settled, err = c.earlier(func(s span) (*queries.Result, error) { return c.ask(metric, s, change, by...) }); err != nil {
		return b, err
	}
	if b.isRunning = c.isRunning(); b.isRunning || slices.ContainsFunc(b.now.Rows, b.moves) {
		b.sameAge, err = c.earlier(func(s span) (*queries.Result, error) { return c.askAtSameAge(metric, s, change, by...) })
	}
	return b, err
}

// stocks puts a question of what stood at the end of each span, as stock does.
func (c *composer) stocks(metric string, by ...string) (b beside, err error) {
	if b.now, err = c.stock(metric, c.span(), nil, by...); err != nil {
		return b, err
	}
	b.moves = func([]any) bool { return false }
	b.settled, err = c.earlier(func(s span) (*queries.Result, error) { return c.stock(metric, s, nil, by...) })
	return b, err
}

func (c *composer) earlier(ask func(span) (*queries.Result, error)) (e earlier, err error) {
	if s := c.before(); c.knows(s) {
		if e.before, err = ask(s); err != nil {
			return e, err
		}
	}
	if s := c.lastYear(); c.knows(s) {
		e.lastYear, err = ask(s)
	}
	return e, err
}

// earlier gives what a column of the row that pairs name is set beside, and whether that is at the same age. How many
// requests came in is known when a span is over.
func (b beside) earlier(column string, pairs ...string) (e earlier, isSameAge bool) {
	row := find(b.now, pairs...)
	if b.isRunning || row != nil && column != "n_requests" && b.moves(row) {
		return b.sameAge, true
	}
	return b.settled, false
}

// value is a column of the row that pairs name; nought where a count has no row, as nothing was counted.
func value(r *queries.Result, column string, pairs ...string) *float64 {
	if r == nil {
		return nil
	}
	row := find(r, pairs...)
	if row == nil {
		at := chart.Column(r, column)
		if at >= 0 && r.Columns[at].Type == queries.Integer {
			return new(float64)
		}
		return nil
	}
	if n, ok := number(r, row, column); ok {
		return &n
	}
	return nil
}

// count is a column of the row of the span that pairs name, as a number of requests or loans.
func (b beside) count(column string, pairs ...string) *int64 {
	n := value(b.now, column, pairs...)
	if n == nil {
		return nil
	}
	whole := int64(*n)
	return &whole
}

// has tells whether any of the three has the row.
func (b beside) has(pairs ...string) bool {
	return slices.ContainsFunc([]*queries.Result{b.now, b.settled.before, b.settled.lastYear}, func(r *queries.Result) bool { return r != nil && find(r, pairs...) != nil })
}

// tile is a column of the row that pairs name beside the same before; of is whose it is, in words.
func (c *composer) tile(id, of string, b beside, column string, pairs ...string) Tile {
	then, isSameAge := b.earlier(column, pairs...)
	t := Tile{ID: id, Metric: b.now.Metric.ID, Filter: b.now.Filter, SameAge: isSameAge,
		Now: value(b.now, column, pairs...), Before: value(then.before, column, pairs...), LastYear: value(then.lastYear, column, pairs...)}
	if row := find(b.now, pairs...); row != nil {
		t.Provisional = b.isRunning || b.moves(row) && column != "n_requests"
	}
	t.Column = c.words.Columns(b.now.Columns)[chart.Column(b.now, column)]
	t.Label = t.Column.Label
	if of != "" {
		t.Label = c.words.Say("report.tile", t.Column.Label, of)
	}
	for _, column := range b.now.Columns {
		if i := slices.Index(pairs, column.Name); i >= 0 && isKey(b.now, column.Name) {
			t.Where = append(t.Where, pairs[i+1])
		}
	}
	if !b.has(pairs...) {
		t.ID = "" // nobody has it
	}
	return t
}

// keptTiles leaves out those that nobody has.
func keptTiles(tiles []Tile) []Tile {
	return slices.DeleteFunc(tiles, func(t Tile) bool { return t.ID == "" })
}

// standing says on how many requests a tile stands, and that they are few.
func (c *composer) standing(t Tile, b beside, columns []string, pairs ...string) Tile {
	n := int64(0)
	for _, column := range columns {
		if m := b.count(column, pairs...); m != nil {
			n += *m
		}
	}
	t.N = &n
	t.Note = c.nWords(float64(n))
	return t
}

// few is the number of requests under which a rate or a median says little.
const few = 30

// nWords says on how many requests a figure stands: n 12, too few to read into.
func (c *composer) nWords(n float64) string {
	if n < few {
		return c.words.Say("report.n_few", c.words.Count(n))
	}
	return c.words.Say("n", c.words.Count(n))
}

// summary is the main figures beside those of the month before and of the same month a year earlier.
func summary(c *composer) (*Section, error) {
	s := c.section("summary")
	for _, tiles := range []func() ([]Tile, error){c.fillTiles, c.waitTiles, c.standTiles} {
		more, err := tiles()
		if err != nil {
			return nil, err
		}
		s.Tiles = append(s.Tiles, more...)
	}
	note, err := c.young()
	if err != nil {
		return nil, err
	}
	for _, note := range []string{note, c.words.Say("report.stock", c.instantWords(c.span())), c.earlierWords()} {
		if note != "" {
			s.Notes = append(s.Notes, note)
		}
	}
	if len(s.Tiles) == 0 {
		s.Empty = c.words.Say("report.empty.requests", c.nameOf(c.span()))
	}
	return s, nil
}

// earlierWords says which of the spans to compare with lie before the history.
func (c *composer) earlierWords() string {
	var lost []string
	for _, s := range []span{c.before(), c.lastYear()} {
		if !s.isZero() && !c.knows(s) {
			lost = append(lost, c.nameOf(s))
		}
	}
	if len(lost) == 0 {
		return ""
	}
	return c.words.Say("report.no_earlier", c.words.Date(c.first))
}

// fillTiles are requests received and filled and the fill rates, of each role.
func (c *composer) fillTiles() ([]Tile, error) {
	b, err := c.beside("fill_rate", nil, "role")
	if err != nil {
		return nil, err
	}
	var tiles []Tile
	for _, role := range queries.FindDimension("role").Closed {
		for _, figure := range []struct {
			column string
			base   []string
		}{{"n_requests", nil}, {"n_filled", nil}, {"fill_rate", []string{"n_filled", "n_unfilled"}}, {"filled_within_14d", []string{"n_requests"}}} {
			if role == "docdel" && figure.base != nil { // from the own shelves nearly all is filled: the section of fill rates has it
				continue
			}
			base := figure.base
			if base == nil {
				base = []string{"n_requests"}
			}
			t := c.standing(c.tile(figure.column+"_"+role, c.words.Value("role", role), b, figure.column, "role", role), b, base, "role", role)
			switch figure.column { // a count needs no warning that it is small
			case "n_requests":
				t.N, t.Note = nil, ""
			case "n_filled":
				t.Note = c.words.Say("report.of_n", c.words.Count(float64(*t.N)))
			}
			tiles = append(tiles, t)
		}
	}
	return keptTiles(tiles), nil
}

// waitTiles are median days and the share within the target: borrowed loans and copies apart, what is lent together.
func (c *composer) waitTiles() ([]Tile, error) {
	kinds, err := c.beside("turnaround", nil, "role", "kind")
	if err != nil {
		return nil, err
	}
	roles, err := c.beside("turnaround", nil, "role")
	if err != nil {
		return nil, err
	}
	var tiles []Tile
	for _, group := range []struct {
		id, of string
		b      beside
		pairs  []string
	}{
		{"borrowing_loan", c.words.Text("rolekind.borrowing.loan"), kinds, []string{"role", "borrowing", "kind", "loan"}},
		{"borrowing_copy", c.words.Text("rolekind.borrowing.copy"), kinds, []string{"role", "borrowing", "kind", "copy"}},
		{"lending", c.words.Value("role", "lending"), roles, []string{"role", "lending"}},
	} {
		for _, column := range []string{"median_days", "share_within_sla"} {
			tiles = append(tiles, c.standing(c.tile(column+"_"+group.id, group.of, group.b, column, group.pairs...), group.b, []string{"n"}, group.pairs...))
		}
	}
	return keptTiles(tiles), nil
}

// standTiles are what was overdue and open at the end of the span.
func (c *composer) standTiles() ([]Tile, error) {
	late, err := c.lateTiles()
	if err != nil {
		return nil, err
	}
	tiles := slices.DeleteFunc(late, func(t Tile) bool { return t.Column.Name != "n_overdue" })
	open, err := c.stocks("volume", "role")
	if err != nil {
		return nil, err
	}
	for _, role := range queries.FindDimension("role").Closed {
		tile := c.tile("n_open_"+role, c.words.Value("role", role), open, "n_open", "role", role)
		tile.Provisional = c.isRunning()
		tiles = append(tiles, tile)
	}
	return keptTiles(tiles), nil
}
