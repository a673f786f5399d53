package sheets

import (
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/report"
)

// drawn is a figure as a spreadsheet draws it: from cells.
type drawn struct {
	figure     *report.Figure
	categories string // the range of their names
	series     []series
	n          int // categories
}

// series is one line or one kind of bar.
type series struct {
	name   place
	values string // a range
	color  string
	part   part
}

// part is what a series is of a chart.
type part int

const (
	plain  part = iota
	line        // drawn as a line whatever the chart is
	marker      // as marks without a line
	sum         // as a line on an axis of its own
	edge        // of a range: a broken line
	level       // a value to compare with
	under       // lifts the bar beside it; not to be seen
)

// hasMatch tells whether a spreadsheet has such a chart, and whether there is something to draw.
func hasMatch(c chart.Chart) bool {
	switch c.Kind {
	case chart.Heat, chart.Scatter, chart.Sankey:
		return false
	}
	return len(c.Series) > 0 && len(c.Categories) > 0
}

// charts draws the table's figures below each other; it gives the last column and row that they take, 0 for none.
func (t *tableSheet) charts(column, row int) (right, bottom int) {
	below := row
	for _, figure := range t.figures() {
		if hasMatch(figure.Chart) {
			below += rowsOf(figure.Chart) + 2
		}
	}
	t.row = max(t.row, below) // so that no block stands beside them, and none is printed with them
	for _, figure := range t.figures() {
		if !hasMatch(figure.Chart) {
			continue
		}
		d := t.draw(figure)
		t.drawn = append(t.drawn, d)
		right = max(right, column+columnsOf(chartWidth))
		bottom = row + t.add(d, t.name, column, row)
		row = bottom + 2
	}
	return right, bottom
}

// Sizes in pixels; a row and a column of a spreadsheet take rowPixels and columnPixels where nothing is set.
const (
	chartWidth   = 500
	rowPixels    = 20
	columnPixels = 64
)

func columnsOf(pixels int) int { return (pixels + columnPixels - 1) / columnPixels }

// draw finds the cells that a figure is drawn from: those of the table where it has them beneath each other, else a block
// below the notes. What is left over (a level, a range, a sum, the stages of a waterfall) is in the block.
func (t *tableSheet) draw(figure *report.Figure) *drawn {
	c := figure.Chart
	d := &drawn{figure: figure, n: len(c.Categories)}
	var left []blockColumn
	for _, s := range c.Series {
		part := partOf(c, s)
		if c.Kind == chart.Waterfall {
			left = append(left, waterfall(t, c, s)...)
			continue
		}
		if name, values, categories, ok := t.find(c, s); ok {
			d.series = append(d.series, series{name: name, values: values, color: s.Color, part: part})
			d.categories = categories
			continue
		}
		d.series = append(d.series, series{values: "", color: s.Color, part: part})
		left = append(left, blockColumn{at: len(d.series) - 1, name: s.Name, values: valuesOf(s), share: s.Sum})
	}
	add := func(name, color string, part part, values []*float64) {
		d.series = append(d.series, series{color: color, part: part})
		left = append(left, blockColumn{at: len(d.series) - 1, name: name, values: values})
	}
	if c.Kind == chart.Waterfall {
		for i := range left {
			left[i].at = len(d.series)
			d.series = append(d.series, series{color: left[i].color, part: left[i].part})
		}
	}
	if !c.Kind.Lies() && c.Kind != chart.Histogram {
		for _, band := range c.Bands {
			add(band.Name+": "+t.words.Text("files.low"), band.Color, edge, band.Lo)
			add(band.Name+": "+t.words.Text("files.high"), band.Color, edge, band.Hi)
		}
		if c.Level != nil {
			name := c.LevelName
			if name == "" {
				name = t.words.Text("files.level")
			}
			values := make([]*float64, d.n)
			for i := range values {
				values[i] = c.Level
			}
			add(name, "s5", level, values)
		}
	}
	if len(left) > 0 || d.categories == "" {
		t.block(d, left)
	}
	return d
}

func partOf(c chart.Chart, s chart.Series) part {
	switch {
	case s.Sum:
		return sum
	case s.Marker && !c.Kind.Lies():
		return marker
	case c.Kind == chart.Lines || c.Kind == chart.Fan:
		return line
	}
	return plain
}

func valuesOf(s chart.Series) []*float64 {
	values := make([]*float64, len(s.Points))
	for i, p := range s.Points {
		values[i] = p.Value
	}
	return values
}

// waterfall gives the stages as bars on bars that are not to be seen, and their sum.
func waterfall(t *tableSheet, c chart.Chart, s chart.Series) []blockColumn {
	begin, stage, total := make([]*float64, len(s.Points)), make([]*float64, len(s.Points)), make([]*float64, len(s.Points))
	reached := 0.0
	for i, p := range s.Points {
		switch {
		case p.Value == nil:
		case p.Total:
			total[i] = p.Value
		default:
			begin[i], stage[i] = new(reached), p.Value
			reached += *p.Value
		}
	}
	return []blockColumn{
		{name: t.words.Text("files.begins"), values: begin, color: s.Color, part: under},
		{name: s.Name, values: stage, color: s.Color},
		{name: c.Categories[len(c.Categories)-1].Label, values: total, color: "s5"},
	}
}

// find looks for rows of the table, beneath each other, whose names are the chart's categories and that have the values of
// a series in a column.
func (t *tableSheet) find(c chart.Chart, s chart.Series) (name place, values, categories string, ok bool) {
	table := t.table
	n := len(table.Rows)
	if table.Total {
		n--
	}
	for first := 0; first+len(c.Categories) <= n; first++ {
		for k := range table.Keys {
			if !t.named(first, k, c) {
				continue
			}
			last := first + len(c.Categories) - 1
			for at := table.Keys; at < len(table.Columns); at++ {
				if !t.equal(first, at, s) {
					continue
				}
				name, ok := t.nameOf(first, last, k, at, s.Name)
				if !ok {
					continue
				}
				if !t.dated(first, k) {
					categories = place{t.name, k + 1, headRow + 1 + first}.down(headRow + 1 + last)
				}
				return name, place{t.name, at + 1, headRow + 1 + first}.down(headRow + 1 + last), categories, true
			}
		}
	}
	return place{}, "", "", false
}

// dated tells whether a name is a date here. A chart gets those from a block, in words: LibreOffice would show the number
// that a date is.
func (t *tableSheet) dated(row, k int) bool {
	value, _ := t.cell(t.table, row, k)
	_, ok := value.(time.Time)
	return ok
}

// named tells whether a column of names has the chart's categories from a row on.
func (t *tableSheet) named(first, k int, c chart.Chart) bool {
	for i, category := range c.Categories {
		if !t.says(first+i, k, category.Label) {
			return false
		}
	}
	return true
}

// says tells whether a cell's text is the words given: as they are, or those for its code.
func (t *tableSheet) says(row, k int, words string) bool {
	column, value := t.table.Columns[k], t.table.Rows[row][k]
	return words == t.words.Cell(column, value) || words == t.words.Value(column.Name, chart.Text(value)) ||
		words == t.words.Value(column.Name, chart.Text(t.table.Codes[row][k]))
}

// equal tells whether a column has the values of a series from a row on, one of them at least.
func (t *tableSheet) equal(first, at int, s chart.Series) bool {
	some := false
	for i, p := range s.Points {
		value := number(t.table, first+i, at)
		if (value == nil) != (p.Value == nil) || value != nil && *value != *p.Value {
			return false
		}
		some = some || value != nil
	}
	return some
}

// nameOf gives the cell that names a series: the column's heading, or the name that its rows share.
func (t *tableSheet) nameOf(first, last, categories, at int, name string) (place, bool) {
	if t.table.Columns[at].Label == name {
		return place{t.name, at + 1, headRow}, true
	}
	for k := range t.table.Keys {
		if k == categories {
			continue
		}
		shared := true
		for row := first; row <= last && shared; row++ {
			shared = t.says(row, k, name)
		}
		if shared {
			return place{t.name, k + 1, headRow + 1 + first}, true
		}
	}
	return place{}, false
}

// blockColumn is a series that the table has no column of.
type blockColumn struct {
	at     int // of the chart's series
	name   string
	values []*float64
	share  bool
	color  string
	part   part
}

// block writes what a chart is drawn from below the notes, where the filter does not hide it.
func (t *tableSheet) block(d *drawn, columns []blockColumn) {
	c := d.figure.Chart
	t.row += 2
	t.put(t.name, 1, t.row, t.words.Say("files.block", d.figure.Title), look{bold: true})
	t.row++
	head := t.row
	t.put(t.name, 1, head, nil, look{head: true})
	for k, column := range columns {
		t.put(t.name, k+2, head, column.name, look{head: true, position: "right"})
	}
	for i, category := range c.Categories {
		t.row++
		t.put(t.name, 1, t.row, category.Label, look{light: category.Provisional})
		for k, column := range columns {
			format := formats[c.Format]
			if column.share {
				format = formats[chart.Share]
			}
			var value any
			if column.values[i] != nil {
				value = *column.values[i]
			}
			t.put(t.name, k+2, t.row, value, look{format: format, light: category.Provisional})
		}
	}
	for k, column := range columns {
		s := &d.series[column.at]
		s.name, s.values = place{t.name, k + 2, head}, place{t.name, k + 2, head + 1}.down(t.row)
	}
	if d.categories == "" {
		d.categories = place{t.name, 1, head + 1}.down(t.row)
	}
}

// formats of values and of an axis.
var (
	formats = map[chart.Format]string{chart.Count: "#,##0", chart.Days: days, chart.Share: "0.0%", chart.Index: "0.0", chart.Money: "#,##0.00"}
	axes    = map[chart.Format]string{chart.Count: "#,##0", chart.Days: "#,##0.##", chart.Share: "0%", chart.Index: "0", chart.Money: "#,##0"}
)

// colours are those of a page in its light theme.
var colours = map[string]string{
	"s1": "237EE7", "s2": "C25A0A", "s3": "007061", "s4": "753BB0", "s5": "5F6770", "s6": "A3195B",
	"filled": "1565C1", "unfilled": "B85000", "cancelled": "6A7581", "open": "B88C14",
	"late1": "C98500", "late2": "C2560A", "late3": "A3261D", "late4": "5A1030",
	"muted": muted, "accent": accent, "better": "0A6B4F", "worse": "A8380A",
}

func colour(name string) excelize.Fill {
	color, ok := colours[name]
	if !ok {
		color = ink
	}
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
}

// add draws a figure on a sheet and gives how many rows it takes.
func (t *tableSheet) add(d *drawn, sheet string, column, row int) int {
	c := d.figure.Chart
	pixels := pixelsOf(c)
	bars, more := t.chart(d)
	main := bars
	if main == nil {
		main, more = more[0], more[1:]
	}
	main.Dimension = excelize.ChartDimension{Width: chartWidth, Height: uint(pixels)}
	main.Title.Paragraph = t.chartTitle(d)
	main.Border = excelize.LineOptions{Type: excelize.LineNone}
	main.Format = excelize.GraphicOptions{AltText: oneLine(d.figure.Title+". "+d.figure.Description, 1000), Name: oneLine(d.figure.Title, 100), Positioning: "oneCell"}
	shown := 0
	for _, s := range d.series {
		if s.part != under {
			shown++
		}
	}
	main.Legend = excelize.ChartLegend{Position: "none"}
	if shown > 1 && c.Kind != chart.Waterfall {
		main.Legend = excelize.ChartLegend{Position: "bottom", Font: &excelize.Font{Size: 9, Color: muted}}
	}
	t.try(t.file.AddChart(sheet, at(column, row), main, more...))
	return rowsOf(c)
}

// pixelsOf is the height of a chart; lying bars need room for each.
func pixelsOf(c chart.Chart) int {
	if c.Kind.Lies() && c.Kind != chart.Pareto {
		return max(220, min(900, 110+28*len(c.Categories)*max(1, bars(c))))
	}
	return 300
}

func rowsOf(c chart.Chart) int { return (pixelsOf(c) + rowPixels - 1) / rowPixels }

// bars is how many bars stand beside each other at a category.
func bars(c chart.Chart) int {
	n := 0
	for i, s := range c.Series {
		if i == 0 || !s.Stack {
			n++
		}
	}
	return min(n, 3)
}

// chart gives the bars of a figure, nil where there are none, and its lines.
func (t *tableSheet) chart(d *drawn) (bars *excelize.Chart, lines []*excelize.Chart) {
	c := d.figure.Chart
	no := false
	axis := excelize.ChartAxis{MajorGridLines: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: axes[c.Format]}, Font: excelize.Font{Size: 9, Color: muted}}
	if !c.Signed {
		axis.Minimum = new(0.0)
	}
	if c.Format == chart.Share && largest(c) > 0.5 && !c.Signed {
		axis.Maximum, axis.MajorUnit = new(max(1, largest(c))), 0.25
	}
	names := excelize.ChartAxis{Font: excelize.Font{Size: 9, Color: muted}, TickLabelPosition: excelize.ChartTickLabelLow}
	empty := func(kind excelize.ChartType) *excelize.Chart {
		return &excelize.Chart{Type: kind, XAxis: names, YAxis: axis, ShowBlanksAs: "gap", VaryColors: &no}
	}
	var line, sums *excelize.Chart
	for _, s := range d.series {
		drawn := excelize.ChartSeries{Name: s.name.fixed(), Categories: d.categories, Values: s.values, Fill: colour(s.color)}
		switch s.part {
		case plain, under:
			if bars == nil {
				bars = empty(barKind(c))
				if c.Kind.Lies() && c.Kind != chart.Pareto { // the first one above, the numbers below
					bars.XAxis.ReverseOrder, bars.YAxis.TickLabelPosition = true, excelize.ChartTickLabelHigh
				}
				bars.GapWidth = new(uint(60))
				if c.Kind == chart.Histogram {
					bars.GapWidth = new(uint(6))
				}
			}
			if s.part == under {
				drawn.Fill = excelize.Fill{Type: "pattern"}
			}
			bars.Series = append(bars.Series, drawn)
			continue
		case sum:
			sums = empty(excelize.Line)
			sums.YAxis.Secondary, sums.YAxis.MajorGridLines = true, false
			sums.YAxis.NumFmt.CustomNumFmt, sums.YAxis.Maximum, sums.YAxis.Minimum, sums.YAxis.MajorUnit = axes[chart.Share], new(1.0), new(0.0), 0.25
			drawn.Line = excelize.LineOptions{Width: 1.5}
			drawn.Marker = excelize.ChartMarker{Symbol: "circle", Size: 4, Fill: drawn.Fill}
			sums.Series = append(sums.Series, drawn)
			continue
		case marker:
			drawn.Line = excelize.LineOptions{Type: excelize.LineNone}
			drawn.Marker = excelize.ChartMarker{Symbol: "diamond", Size: 8, Fill: drawn.Fill}
		case edge:
			drawn.Line = excelize.LineOptions{Width: 1, Dash: excelize.LineDashSysDash}
			drawn.Marker.Symbol = "none"
		case level:
			drawn.Line = excelize.LineOptions{Width: 1, Dash: excelize.LineDashDash}
			drawn.Marker.Symbol = "none"
		default:
			n := 0
			if line != nil {
				n = len(line.Series)
			}
			drawn.Line = excelize.LineOptions{Width: 2, Dash: dashes[n%len(dashes)]}
			drawn.Marker = excelize.ChartMarker{Symbol: symbols[n%len(symbols)], Size: 5, Fill: drawn.Fill}
		}
		if line == nil {
			line = empty(excelize.Line)
		}
		line.Series = append(line.Series, drawn)
	}
	for _, more := range []*excelize.Chart{line, sums} {
		if more != nil {
			lines = append(lines, more)
		}
	}
	return bars, lines
}

// dashes and symbols tell lines apart without colour.
var (
	dashes  = []excelize.LineDashType{excelize.LineDashSolid, excelize.LineDashDash, excelize.LineDashSysDot, excelize.LineDashLgDashDot}
	symbols = []string{"circle", "square", "triangle", "diamond"}
)

func barKind(c chart.Chart) excelize.ChartType {
	stacked := c.Kind == chart.Waterfall
	for _, s := range c.Series {
		stacked = stacked || s.Stack && !s.Sum
	}
	switch lies := c.Kind.Lies() && c.Kind != chart.Pareto; {
	case lies && stacked:
		return excelize.BarStacked
	case lies:
		return excelize.Bar
	case stacked:
		return excelize.ColStacked
	}
	return excelize.Col
}

func largest(c chart.Chart) float64 {
	most := 0.0
	for _, s := range c.Series {
		for _, p := range s.Points {
			if p.Value != nil && !s.Sum {
				most = max(most, *p.Value)
			}
		}
	}
	return most
}

// chartTitle is the figure's question, how many requests it stands on, and what is provisional in it.
func (t *tableSheet) chartTitle(d *drawn) []excelize.RichTextRun {
	below := []string{}
	if d.figure.N != "" {
		below = append(below, d.figure.N)
	}
	if names := provisional(d.figure.Chart); len(names) == d.n && d.n > 3 {
		below = append(below, t.words.Text("files.all_provisional"))
	} else if len(names) > 4 {
		below = append(below, t.words.Say("files.some_provisional", t.words.Count(float64(len(names))), t.words.Count(float64(d.n))))
	} else if len(names) > 0 {
		below = append(below, t.words.Say("files.provisional_at", strings.Join(names, ", ")))
	}
	title := []excelize.RichTextRun{{Text: oneLine(d.figure.Title, 90), Font: &excelize.Font{Bold: true, Size: 10, Color: ink}}}
	if len(below) > 0 {
		title = append(title, excelize.RichTextRun{Text: oneLine(strings.Join(below, "; "), 110), Font: &excelize.Font{Size: 9, Color: muted}})
	}
	return title
}

// provisional names the categories that may still move.
func provisional(c chart.Chart) []string {
	var names []string
	for i, category := range c.Categories {
		may := category.Provisional
		for _, s := range c.Series {
			may = may || i < len(s.Points) && s.Points[i].Provisional
		}
		if may {
			names = append(names, category.Label)
		}
	}
	return names
}
