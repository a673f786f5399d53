package dashboards

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
)

// The pages of the whole catalog: every metric, also those that no other page draws, as a table that can be split,
// compared, downloaded and checked.
const (
	catalogPath = "/catalog"
	splitKey    = "split" // says that the form below the filter bar sent this
	splits      = 2       // by how many dimensions the form offers to split
)

// metricList is every metric by the question that it answers.
func (s *server) metricList(c *gin.Context) error {
	type item struct {
		*queries.Metric
		URL string
	}
	list := func(to func(string) string) (items []item) {
		for _, metric := range catalog.All() {
			items = append(items, item{metric, to(catalogPath + "/" + metric.ID)})
		}
		return items
	}
	v, err := s.openPage(c)
	if errors.Is(err, errNotBegun) {
		return s.renderBare(c, "metric_list", s.words(c).Text("page."+catalogPath), list(func(path string) string { return path }))
	}
	if err != nil {
		return err
	}
	defer v.close()
	return v.render(c, "metric_list", v.Text("page."+catalogPath), nil, list(v.to))
}

// oneMetric is the table of one metric for the filter in the address.
func (s *server) oneMetric(c *gin.Context) error {
	metric, err := catalog.Find(c.Param("metric"))
	if err != nil {
		return err
	}
	values, err := query(c)
	if err != nil {
		return err
	}
	if values.Has(splitKey) {
		values.Del(splitKey)
		set, err := s.settled(c)
		if err != nil {
			return err
		}
		for _, option := range queries.Options { // the form shows what is settled, and sends it along
			if values.Get(option.Name) == strconv.Itoa(set.Number(option.Name)) {
				values.Del(option.Name)
			}
		}
		return redirect{address(c.Request.URL.Path, withoutBlanks(values))}
	}
	preset := queries.PresetLast12Months
	if metric.Current {
		preset = queries.PresetAll
	}
	v, err := s.openSpan(c, preset)
	if err != nil {
		return err
	}
	defer v.close()
	asked := v.filter
	if asked.Compare = values.Get(compareKey); asked.Compare == compareNone {
		asked.Compare = ""
	}
	body := struct {
		Title   string
		Split   *splitForm
		Figures []*figure
		SQL     string
	}{Title: v.Of(metric.Title), Split: v.splitForm(metric, asked)}
	body.Figures = v.draw(func() (*figure, error) { return v.metricTable(metric, asked) })
	if body.SQL, err = queries.Statement(v.ctx, v.reading.Snapshot, metric, withoutComparison(asked)); err != nil {
		body.SQL = "" // why it can't be asked stands in the figure
	}
	form := v.form("basis", "clock")
	for _, key := range []string{compareKey, "definition"} {
		form.Keep = slices.DeleteFunc(form.Keep, func(f field) bool { return f.Name == key })
		if word := values.Get(key); word != "" {
			form.Keep = append(form.Keep, field{key, word})
		}
	}
	return v.render(c, "metric", v.Of(metric.Question), form, body)
}

func withoutComparison(filter queries.Filter) queries.Filter {
	filter.Compare = ""
	return filter
}

func (v *visit) metricTable(metric *queries.Metric, asked queries.Filter) (*figure, error) {
	f := &figure{ID: metric.ID, Wide: true}
	result, err := v.compute(metric.ID, asked)
	if err != nil {
		return f, err
	}
	f.Definition = &definition{URL: "/definitions#" + metric.ID, Columns: v.Columns(metric.Columns)}
	f.Downloads = downloads(metric.ID, asked)
	f.Rows = rowsAddress(metric.ID, asked, nil, nil)
	f.N = locale.Sentence(result.Filter.WordsIn(v.Words, metric))
	f.Suppressed = result.SuppressionWordsIn(v.Words)
	if len(result.Rows) == 0 {
		f.Empty = v.nothing()
		return f, nil
	}
	if i := slices.IndexFunc(asked.By, isTime); i >= 0 { // the table has no axis, so the list has no numbers
		from, to := v.span()
		f.Marks, _ = v.marks(asked.By[i], chart.Buckets(asked.By[i], chart.BucketStart(asked.By[i], from), to), asked)
		for i := range f.Marks {
			f.Marks[i].Number = ""
		}
	}
	provisional, err := v.provisional(result, asked)
	if err != nil {
		return f, err
	}
	settled := func(row []any) bool { return !provisional(row) }
	mark := provisional
	switch {
	case !slices.ContainsFunc(result.Rows, provisional):
	case slices.ContainsFunc(result.Rows, settled):
		f.Provisional = v.Text("provisional_rows")
	default: // a mark on every row says no more than one line
		f.Provisional = v.Text("provisional_all")
		mark = func([]any) bool { return false }
	}
	f.Table = resultTable(v.Words, v.Of(metric.Title), result, "", nil, mark, func(row []any) string {
		return rowsAddress(metric.ID, asked, result.Columns, row)
	})
	if more := len(result.Rows) - len(f.Table.Rows); more > 0 {
		f.Table.Note = v.Say("table.part", v.Count(float64(len(f.Table.Rows))), v.Count(float64(len(result.Rows))))
	}
	return f, nil
}

// splitForm asks how a metric is split and compared, and for the numbers that it reads.
type splitForm struct {
	Action      string
	By          [][]option
	Compare     []option
	Definitions []option
	Numbers     []numberField
	Keep        []field
}

type numberField struct {
	*queries.Option
	Value int
}

func (v *visit) splitForm(metric *queries.Metric, asked queries.Filter) *splitForm {
	f := &splitForm{Action: v.path}
	for i := range splits {
		chosen := ""
		if i < len(asked.By) {
			chosen = asked.By[i]
		}
		options := []option{{"", v.Text("split_none"), chosen == ""}}
		for _, d := range queries.Dimensions {
			if !slices.Contains(metric.Always, d.Name) && !slices.Contains(metric.AlwaysBy, d.Name) {
				options = append(options, option{d.Name, v.Of(d.Label), d.Name == chosen})
			}
		}
		f.By = append(f.By, options)
	}
	if !metric.NoCompare {
		for _, word := range []string{"", compareLast, compareYear} {
			key := word
			if key == "" {
				key = compareNone
			}
			f.Compare = append(f.Compare, option{word, v.Text("compare_" + key), asked.Compare == word})
		}
	}
	if len(metric.Definitions) > 0 {
		f.Definitions = []option{{"", v.Text("definition_ours"), asked.Definition == ""}}
		for _, d := range metric.Definitions {
			f.Definitions = append(f.Definitions, option{d.Name, v.Of(d.Label), asked.Definition == d.Name})
		}
	}
	own := []string{"by", compareKey, "definition"}
	for _, option := range queries.Options {
		if option.Name != "fiscal_start" && metric.Reads(option.Name) {
			own = append(own, option.Name)
			f.Numbers = append(f.Numbers, numberField{option, asked.Number(option.Name)})
		}
	}
	values := v.query()
	for _, key := range queries.FilterKeys() {
		if !slices.Contains(own, key) {
			for _, word := range values[key] {
				f.Keep = append(f.Keep, field{key, word})
			}
		}
	}
	return f
}

// withoutBlanks drops what a form sends for a control that was left empty.
func withoutBlanks(values url.Values) url.Values {
	for key, words := range values {
		if words = slices.DeleteFunc(words, func(word string) bool { return strings.TrimSpace(word) == "" }); len(words) > 0 {
			values[key] = words
		} else {
			delete(values, key)
		}
	}
	return values
}
