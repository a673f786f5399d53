package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/fillrate/fillrate/queries"
)

// result has a column of every type, a null in each, and words that would hurt somewhere.
func result() *queries.Result {
	newYork := time.FixedZone("", -4*3600)
	return &queries.Result{
		Metric: &queries.Metric{ID: "fill_rate", Title: "Fill rate", Question: "How often?", Doc: "# Fill rate\n\nFilled of\nall.\n", Dated: queries.ByBasis},
		Filter: queries.Filter{Role: []string{"lending"}, By: []string{"month", "partner"}},
		AsOf:   time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), Generation: 7,
		Columns: []queries.Column{
			{Name: "month", Type: queries.Date, Label: "Month"},
			{Name: "partner", Type: queries.Text, Label: "Partner"},
			{Name: "n_requests", Type: queries.Integer, Unit: queries.Requests, Label: "Requests", Doc: "Requests created."},
			{Name: "fill_rate", Type: queries.Double, Unit: queries.Share, Label: "Fill rate"},
			{Name: "median_days", Type: queries.Double, Unit: queries.Days, Label: "Median days"},
			{Name: "provisional", Type: queries.Boolean, Label: "Provisional"},
			{Name: "created_at", Type: queries.Timestamp, Label: "Created"},
		},
		Rows: [][]any{
			{time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), `=HYPERLINK("x")`, int64(1234567), 0.876, 1234.56, true, time.Date(2026, 6, 30, 22, 0, 0, 0, newYork)},
			{nil, nil, nil, nil, nil, nil, nil},
			{time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), "Zürich, \"</script>\n", int64(-4), 0.0, 0.0449, false, time.Date(2026, 7, 1, 2, 0, 0, 1000, time.UTC)},
		},
	}
}

func write(t *testing.T, format string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, format, result()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCSV(t *testing.T) {
	rows, err := csv.NewReader(bytes.NewReader(write(t, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"month", "partner", "n_requests", "fill_rate", "median_days", "provisional", "created_at"},
		{"2026-06-01", `'=HYPERLINK("x")`, "1234567", "0.876", "1234.56", "true", "2026-06-30T22:00:00-04:00"},
		{"", "", "", "", "", "", ""},
		{"2026-07-01", "Zürich, \"</script>\n", "-4", "0", "0.0449", "false", "2026-07-01T02:00:00.000001Z"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
}

func TestFormulasAreGuarded(t *testing.T) {
	for text, want := range map[string]string{"=1": "'=1", "+1": "'+1", "-x": "'-x", "@x": "'@x", "\t=1": "'\t=1", "\r=": "'\r=", "a=1": "a=1", "": "",
		"'=1": "''=1", "'tis": "'tis", "'": "'"} {
		got := Guard(text)
		if got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
		if back := Unguard(got); back != text {
			t.Errorf("%q comes back as %q", text, back)
		}
	}
}

func TestJSON(t *testing.T) {
	text := write(t, "json")
	var got struct {
		Metric     string
		Filter     map[string][]string
		AsOf       string `json:"as_of"`
		Generation int
		Columns    []struct{ Name, Type, Unit string }
		Rows       []map[string]any
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if got.Metric != "fill_rate" || got.AsOf != "2026-07-01T12:00:00Z" || got.Generation != 7 || len(got.Columns) != 7 || got.Columns[3].Unit != "share" {
		t.Errorf("the head is %+v", got)
	}
	if diff := cmp.Diff(map[string][]string{"role": {"lending"}, "by": {"month", "partner"}}, got.Filter); diff != "" {
		t.Error(diff)
	}
	want := []map[string]any{
		{"month": "2026-06-01", "partner": `=HYPERLINK("x")`, "n_requests": 1234567.0, "fill_rate": 0.876, "median_days": 1234.56, "provisional": true, "created_at": "2026-06-30T22:00:00-04:00"},
		{"month": nil, "partner": nil, "n_requests": nil, "fill_rate": nil, "median_days": nil, "provisional": nil, "created_at": nil},
		{"month": "2026-07-01", "partner": "Zürich, \"</script>\n", "n_requests": -4.0, "fill_rate": 0.0, "median_days": 0.0449, "provisional": false, "created_at": "2026-07-01T02:00:00.000001Z"},
	}
	if diff := cmp.Diff(want, got.Rows); diff != "" {
		t.Error(diff)
	}
	if bytes.Contains(text, []byte("</script>")) {
		t.Error("a page that carries this JSON could be left through </script>")
	}
}

func TestJSONOfNothing(t *testing.T) {
	empty := result()
	empty.Rows, empty.AsOf = nil, time.Time{}
	var out bytes.Buffer
	if err := Write(&out, "json", empty); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(out.Bytes()) || !strings.Contains(out.String(), `"as_of":null`) {
		t.Errorf("an empty result is %s", out.String())
	}
}

func TestArrow(t *testing.T) {
	reader, err := ipc.NewFileReader(bytes.NewReader(write(t, "arrow")))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if filter, _ := reader.Schema().Metadata().GetValue("filter"); filter != "role=lending&by=month&by=partner" {
		t.Errorf("the filter is %q", filter)
	}
	record, err := reader.RecordBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	if record.NumRows() != 3 || record.NumCols() != 7 {
		t.Fatalf("%d rows of %d columns", record.NumRows(), record.NumCols())
	}
	for i := range 7 {
		if record.Column(i).IsNull(0) || !record.Column(i).IsNull(1) || record.Column(i).IsNull(2) {
			t.Errorf("%s is null in other rows than the second", record.ColumnName(i))
		}
	}
	if n := record.Column(2).(*array.Int64).Value(0); n != 1234567 {
		t.Errorf("n_requests is %d", n)
	}
	if at := record.Column(6).(*array.Timestamp).Value(0); int64(at) != time.Date(2026, 7, 1, 2, 0, 0, 0, time.UTC).UnixMicro() {
		t.Errorf("created_at is %d", at)
	}
	if day := record.Column(0).(*array.Date32).Value(2).ToTime(); day.Format(time.DateOnly) != "2026-07-01" {
		t.Errorf("month is %s", day)
	}
}

func TestArrowInSeveralRecords(t *testing.T) {
	about := result()
	var out bytes.Buffer
	err := WriteRows(&out, "arrow", about, func(yield func([]any) error) error {
		for range 2*batchRows + 1 {
			if err := yield(about.Rows[0]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := ipc.NewFileReader(bytes.NewReader(out.Bytes()))
	if err != nil || reader.NumRecords() != 3 {
		t.Errorf("%v, %d records, want 3", err, reader.NumRecords())
	}
}

func TestXLSX(t *testing.T) {
	book, err := excelize.OpenReader(bytes.NewReader(write(t, "xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if diff := cmp.Diff([]string{"Fill rate", "About"}, book.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	rows, err := book.GetRows("Fill rate")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2026-06-01", `=HYPERLINK("x")`, "1,234,567", "87.6%", "1,234.56", "TRUE", "2026-06-30 22:00"}
	if diff := cmp.Diff(want, rows[1]); diff != "" {
		t.Error(diff)
	}
	if formula, err := book.GetCellFormula("Fill rate", "B2"); err != nil || formula != "" {
		t.Errorf("B2 holds the formula %q, %v", formula, err)
	}
	if raw, err := book.GetCellValue("Fill rate", "D2", excelize.Options{RawCellValue: true}); err != nil || raw != "0.876" {
		t.Errorf("D2 holds %q, %v", raw, err)
	}
	about, err := book.GetRows("About")
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, row := range about {
		text += strings.Join(row, ": ") + "\n"
	}
	for _, want := range []string{"Counted: requests created at any time; role lending", "Filter: role=lending&by=month&by=partner", "As of: 2026-07-01T12:00:00Z",
		"Generation: 7", "Requests: Requests created.", "Filled of all."} {
		if !strings.Contains(text, want) {
			t.Errorf("About does not say %q:\n%s", want, text)
		}
	}
}

func TestTable(t *testing.T) {
	want := `Fill rate: requests created at any time; role lending.
As of 1 Jul 2026 12:00 UTC, generation 7.
Provisional rows will still move: much is open, or the span ended too recently.

Month       Partner               Requests  Fill rate  Median days  Provisional  Created
2026-06-01  =HYPERLINK("x")      1,234,567     87.6 %      1,234.6  yes          2026-06-30 22:00
unknown     –                            –          –            –  –            –
2026-07-01  Zürich, "</script>          -4      0.0 %        0.045  no           2026-07-01 02:00
`
	got := string(write(t, "table"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Each kind of number, as people read it and as a spreadsheet shows it.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		value  any
		column queries.Column
		human  string
		sheet  string
	}{
		{int64(12345), queries.Column{Type: queries.Integer, Unit: queries.Attempts}, "12,345", "12,345"},
		{int64(12345), queries.Column{Type: queries.Integer, Unit: queries.Readers}, "12,345", "12,345"},
		{int64(2024), queries.Column{Type: queries.Integer}, "2024", "2024"},
		{int64(1234), queries.Column{Type: queries.Integer, Unit: queries.Requests, IsChange: true}, "+1,234", "+1,234"},
		{int64(-1234), queries.Column{Type: queries.Integer, Unit: queries.Requests, IsChange: true}, "-1,234", "-1,234"},
		{int64(0), queries.Column{Type: queries.Integer, Unit: queries.Requests, IsChange: true}, "0", "+0"}, // as this library reads the format; a spreadsheet takes its third part, 0
		{1234.5, queries.Column{Type: queries.Double, Unit: queries.Money}, "1,234.50", "1,234.50"},
		{0.5, queries.Column{Type: queries.Double, Unit: queries.Money}, "0.50", "0.50"},
		{-0.5, queries.Column{Type: queries.Double, Unit: queries.Money, IsChange: true}, "-0.50", "-0.50"},
		{62.25, queries.Column{Type: queries.Double, Unit: queries.Points}, "62.2", "62.25"},
		{1.3567, queries.Column{Type: queries.Double}, "1.36", "1.36"},
		{0.6592, queries.Column{Type: queries.Double}, "0.659", "0.66"},
		{4.25, queries.Column{Type: queries.Double, Unit: queries.Days, IsChange: true}, "+4.2", "+4.25"},
		{0.0321, queries.Column{Type: queries.Double, Unit: queries.Share, IsChange: true}, "+3.2 pts", "+3.2%"},
		{-0.0321, queries.Column{Type: queries.Double, Unit: queries.Share, IsChange: true}, "-3.2 pts", "-3.2%"},
		{-0.00004, queries.Column{Type: queries.Double, Unit: queries.Share, IsChange: true}, "0.0 pts", "-0.0%"},
		{nil, queries.Column{Type: queries.Boolean}, "–", ""},
		{false, queries.Column{Type: queries.Boolean}, "no", "FALSE"},
		{nil, queries.Column{Name: "month", Type: queries.Date}, "unknown", ""},
		{nil, queries.Column{Name: "need_by", Type: queries.Date}, "–", ""},
		{nil, queries.Column{Name: "outcome_at", Type: queries.Timestamp}, "–", ""},
		{time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), queries.Column{Type: queries.Date}, "2026-07-01", "2026-07-01"},
	} {
		if got := Human(c.value, c.column); got != c.human {
			t.Errorf("%v of %+v is %q, want %q", c.value, c.column, got, c.human)
		}
		about := result()
		c.column.Label = "Number"
		about.Columns, about.Rows = []queries.Column{c.column}, [][]any{{c.value}}
		var out bytes.Buffer
		if err := Write(&out, "xlsx", about); err != nil {
			t.Fatal(err)
		}
		book, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := book.GetCellValue("Fill rate", "A2"); err != nil || got != c.sheet {
			t.Errorf("a sheet shows %v of %+v as %q (%v), want %q", c.value, c.column, got, err, c.sheet)
		}
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Every format says what was set beside what.
func TestHeadSaysComparisonAndDefinition(t *testing.T) {
	about := result()
	about.Metric.Definitions = []queries.Definition{{Name: "peer", Label: "Peer", Doc: "Filled of what the peer counts."}}
	about.Metric.Options = []string{"min_n"}
	about.Filter = queries.Filter{From: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		Compare: queries.CompareLastYear, Definition: "peer", Numbers: map[string]int{"min_n": 3}}
	const words = "requests created from 1 Jun 2026 to 30 Jun 2026; attempts for a rate of its own: 3; " +
		"compared with those from 1 Jun 2025 to 30 Jun 2025 at the same age; beside it Peer's definition"
	const filter = "from=2026-06-01&to=2026-07-01&compare=last_year&definition=peer&min_n=3"
	if got := Head(about)[0]; got != "Fill rate: "+words+"." {
		t.Errorf("the head of a table says %q", got)
	}
	lines := map[string]string{}
	for _, line := range aboutLines(about) {
		lines[line[0]] = line[1]
	}
	if lines["Counted"] != words || lines["Filter"] != filter || lines["Peer"] != "Filled of what the peer counts." {
		t.Errorf("the sheet About says %v", lines)
	}
	var out bytes.Buffer
	if err := Write(&out, "json", about); err != nil || !strings.Contains(out.String(), `"compare":["last_year"],"definition":["peer"]`) {
		t.Errorf("JSON says %s (%v)", out.String(), err)
	}
}

func TestUnknownFormatAndFailingRows(t *testing.T) {
	if err := Write(&bytes.Buffer{}, "pdf", result()); queries.ErrorCode(err) != queries.Invalid || !strings.Contains(err.Error(), "table, csv, json, arrow, xlsx") {
		t.Errorf("the format pdf gives %v", err)
	}
	broken := errors.New("broken")
	for _, format := range Formats {
		err := WriteRows(&bytes.Buffer{}, format.Name, result(), func(func([]any) error) error { return broken })
		if !errors.Is(err, broken) {
			t.Errorf("%s swallows an error: %v", format.Name, err)
		}
	}
}
