package dashboards

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	"github.com/fillrate/fillrate/ingest"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/export"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
)

// sampleHistory loads the sample library.
func sampleHistory(t *testing.T) *store.Files {
	t.Helper()
	return copied(t, loadedSample)
}

var loadedSample = sync.OnceValues(func() (string, error) {
	exports, err := filepath.Glob("../sample-data/illiad/*")
	if err != nil || len(exports) == 0 {
		return "", errors.Join(errors.New("the sample library is not there"), err)
	}
	return loadedOnce("sample", func(ctx context.Context, files *store.Files) error {
		for _, batch := range [][]string{exports, {"../sample-data/closures.csv"}} {
			options := ingest.Options{Files: batch, Library: "MAIN", Zone: "America/New_York", Now: time.Date(2025, 7, 2, 0, 0, 0, 0, time.UTC)}
			if _, err := ingest.Run(ctx, files, options, nil); err != nil {
				return err
			}
		}
		return nil
	})
})

// agreed are the questions that every face of the server must answer alike.
var agreed = []struct{ metric, query string }{
	{"volume", "preset=all"},
	{"volume", "preset=last_12_months&by=month"},
	{"volume", "preset=last_full_month"},
	{"volume", "preset=last_quarter&by=week"},
	{"volume", "preset=fiscal_year&by=role&by=kind"},
	{"volume", "preset=previous_calendar_year&by=department"},
	{"volume", "from=2024-02-29&to=2024-03-01"},
	{"volume", "from=2024-01&by=quarter"},
	{"volume", "to=2023-07&by=day"},
	{"volume", "preset=all&by=fiscal_year&fiscal_start=9"},
	{"volume", "preset=all&library=MAIN"},
	{"volume", "preset=all&role=lending&by=partner"},
	{"volume", "preset=all&kind=copy&kind=unknown&by=kind"},
	{"volume", "preset=all&network=unknown&by=network"},
	{"volume", "preset=all&department=History"},
	{"volume", "preset=all&department=History&department=Music&by=department"},
	{"volume", "preset=all&patron_group=Faculty&by=year"},
	{"volume", "preset=all&source=illiad"},
	{"volume", "preset=all&partner=XIA&partner=ZYO&by=partner"},
	{"volume", "preset=all&partner=unknown"},
	{"volume", "from=2024-07-01&to=2025-01-01&basis=period&by=month"},
	{"volume", "preset=all&as_of=2024-01-01"},
	{"volume", "preset=last_12_months&compare=last_year&by=role"},
	{"volume", "from=1990-01-01&to=1991-01-01"},
	{"volume", "preset=all&department=Nobody%27s"},
	{"volume", "preset=all&partner=%3C%2Fscript%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&by=partner"},
	{"volume", "preset=all&partner=%3DHYPERLINK(%22x%22)"},
	{"volume", "preset=all&by=department&suppress_below=40"},
	{"volume", "preset=all&by=department&by=patron_group"},
	{"fill_rate", "preset=last_12_months&role=borrowing&by=month"},
	{"fill_rate", "preset=last_12_months&definition=metridoc"},
	{"fill_rate", "preset=last_12_months&compare=previous&by=kind"},
	{"turnaround", "preset=last_12_months&clock=business&role=borrowing"},
	{"turnaround", "preset=all&by=kind&by=role"},
	{"turnaround", "from=2024-07-01&to=2025-01-01&basis=period&clock=business&by=partner"},
	{"percentiles", "preset=all&by=year"},
	{"stages", "preset=last_12_months"},
	{"overdue", "preset=all"},
	{"overdue", "preset=all&grace_days=30"},
	{"overdue", "preset=all&grace_days=30&return_transit_days=4&by=partner"},
	{"overdue", "preset=all&as_of=2024-06-01T12:00:00Z"},
	{"reasons", "preset=all&by=role"},
	{"partners", "preset=all"},
	{"partners", "preset=last_12_months&min_n=20"},
	{"titles", "preset=all"},
	{"open_requests", "preset=all"},
	{"waits", "preset=last_full_month"},
	{"demand", "preset=last_12_months"},
	{"attempts", "preset=all"},
	{"balance", "preset=all"},
}

// The page's table, the CSV, XLSX, Arrow and JSON files, the API and what the command computes are one answer.
func TestFacesAgree(t *testing.T) {
	files := sampleHistory(t)
	site, book := settingsSite(t, files)
	compareFaces := func(t *testing.T) {
		set, err := book.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		snapshot, err := files.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close()
		for i, test := range agreed {
			if testing.Short() && i%8 != 0 { // every face answers under the race detector, not every question
				continue
			}
			t.Run(test.metric+"?"+test.query, func(t *testing.T) {
				metric, filter := question(t, test.metric, test.query)
				want, err := queries.Run(t.Context(), snapshot, metric, set.Apply(filter))
				if err != nil {
					t.Fatal(err)
				}
				sameFile(t, "csv", want, csvRows(t, site, "/download/"+test.metric+".csv?"+test.query))
				sameFile(t, "xlsx", want, xlsxRows(t, site, "/download/"+test.metric+".xlsx?"+test.query))
				sameFile(t, "arrow", want, arrowRows(t, site, "/download/"+test.metric+".arrow?"+test.query))
				sameFile(t, "json", want, jsonRows(t, site, "/download/"+test.metric+".json?"+test.query))
				sameFile(t, "api", want, jsonRows(t, site, "/api/v1/metrics/"+test.metric+"?"+test.query))
				samePage(t, want, fetched(t, site, catalogPath+"/"+test.metric+"?"+spanned(test.query)).Body.Bytes())
			})
		}
	}
	t.Run("as it comes", compareFaces)
	settle(t, book, func(s *settings.Settings) {
		s.Numbers = map[string]int{"grace_days": 14, "fiscal_start": 3, "suppress_below": 20, "min_n": 10}
	})
	t.Run("settled", compareFaces)
}

// behind names for a metric the column that counts the requests which its list holds.
var behind = map[string]string{"volume": "n_requests", "fill_rate": "n_requests", "turnaround": "n_filled", "overdue": "n_out", "reasons": "n"}

// The list of requests has as many of them on its pages, in its files, and in the number that it stands behind.
func TestRequestsBehindNumbersAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("sums are the same in any order of goroutines: the suite without -short compares them")
	}
	const written = 3000 // requests: files of more are not read, to be done soon
	history := sampleHistory(t)
	site := testSite(t, history)
	snapshot, err := history.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	compared, followed, files := 0, 0, 0
	for _, test := range agreed {
		t.Run(test.metric+"?"+test.query, func(t *testing.T) {
			metric, filter := question(t, test.metric, test.query)
			filter.By, filter.Compare, filter.Definition = nil, "", ""
			query := filter.Encode()
			count, err := queries.CountRows(t.Context(), snapshot, metric, filter)
			if queries.ErrorCode(err) == queries.Invalid { // a group of readers too small to be listed
				for _, address := range []string{"/rows/" + test.metric + "?" + spanned(query), "/download/" + test.metric + ".csv?rows=1&" + query} {
					if code := get(t, site, address).Code; code != http.StatusBadRequest {
						t.Errorf("%s: %d, though the list is refused: %v", address, code, err)
					}
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			listed := totalOf(t, site, "/rows/"+test.metric+"?"+spanned(query))
			file := func(extension string) string {
				return "/download/" + test.metric + "." + extension + "?rows=1&" + query
			}
			counts := map[string]int{"page": listed}
			if count <= written {
				counts["csv"] = len(csvRows(t, site, file("csv"))) - 1
				counts["xlsx"] = len(xlsxRows(t, site, file("xlsx"))) - 1
				counts["arrow"] = len(arrowRows(t, site, file("arrow"))) - 1
				counts["json"] = len(jsonRows(t, site, file("json"))) - 1
				files++
			}
			for face, n := range counts {
				if n != count {
					t.Errorf("%s: %d requests, want %d", face, n, count)
				}
			}
			column, ok := behind[test.metric]
			if !ok || filter.IsPeriod() { // a request may count on two days
				return
			}
			result, err := queries.Run(t.Context(), snapshot, metric, filter)
			if err != nil {
				t.Fatal(err)
			}
			if sum := total(result, column); len(result.Rows) > 0 && columnAt(result, column) >= 0 {
				compared++
				if int(sum) != count {
					t.Errorf("%s is %v and %d requests are listed", column, sum, count)
				}
			}
			// Each row of the table leads to as many requests as it counts.
			_, filter = question(t, test.metric, test.query)
			filter.Compare, filter.Definition = "", ""
			if result, err = queries.Run(t.Context(), snapshot, metric, filter); err != nil {
				t.Fatal(err)
			}
			at := columnAt(result, column)
			for i, row := range result.Rows {
				address := rowsAddress(test.metric, result.Filter, result.Columns, row)
				if i >= 4 || address == "" || at < 0 || row[at] == nil {
					continue
				}
				response := get(t, site, address)
				if response.Code == http.StatusBadRequest && strings.Contains(response.Body.String(), "are not listed") {
					continue
				}
				followed++
				if n := totalOf(t, site, address); int64(n) != row[at].(int64) {
					t.Errorf("%s: %d requests, the row counts %v", address, n, row[at])
				}
			}
		})
	}
	if compared < 20 || followed < 40 || files < 14 {
		t.Errorf("%d totals, %d rows and the files of %d lists were compared: too few to tell anything", compared, followed, files)
	}
}

func columnAt(result *queries.Result, name string) int {
	for i, column := range result.Columns {
		if column.Name == name {
			return i
		}
	}
	return -1
}

func question(t *testing.T, id, query string) (*queries.Metric, queries.Filter) {
	t.Helper()
	metric, err := catalog.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	filter, err := queries.ParseFilter(values)
	if err != nil {
		t.Fatal(err)
	}
	return metric, filter
}

// spanned keeps an address without a span from meaning a page's own.
func spanned(query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return query
	}
	return pageValues(values).Encode()
}

var ofTotal = regexp.MustCompile(`Requests [\d,]+ to [\d,]+ of ([\d,]+)\.`)

// totalOf reads how many requests a list says it has in all.
func totalOf(t *testing.T, site http.Handler, address string) int {
	t.Helper()
	body := fetched(t, site, address).Body.String()
	match := ofTotal.FindStringSubmatch(body)
	if match == nil {
		if !strings.Contains(body, "No request matches this filter.") {
			t.Errorf("%s says no total", address)
		}
		return 0
	}
	n, err := strconv.Atoi(strings.ReplaceAll(match[1], ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

type answer struct {
	Code int
	Body *bytes.Buffer
}

func fetched(t *testing.T, site http.Handler, address string) answer {
	t.Helper()
	response := get(t, site, address)
	if response.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %.300s", address, response.Code, response.Body)
	}
	return answer{response.Code, response.Body}
}

// The readers of files give the heading and then the rows, null as nil, numbers as float64, days as 2016-07-01 and
// instants as RFC 3339 in UTC. CSV knows no types: its cells are strings, null being empty.

func csvRows(t *testing.T, site http.Handler, address string) [][]any {
	t.Helper()
	records, err := csv.NewReader(fetched(t, site, address).Body).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	rows := make([][]any, len(records))
	for i, record := range records {
		for _, field := range record {
			rows[i] = append(rows[i], field)
		}
	}
	return rows
}

func xlsxRows(t *testing.T, site http.Handler, address string) [][]any {
	t.Helper()
	book, err := excelize.OpenReader(fetched(t, site, address).Body)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	defer book.Close()
	records, err := book.GetRows(book.GetSheetName(0), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	rows := make([][]any, len(records))
	for i, record := range records {
		for _, field := range record {
			rows[i] = append(rows[i], field)
		}
	}
	return rows
}

func jsonRows(t *testing.T, site http.Handler, address string) [][]any {
	t.Helper()
	var told struct {
		Columns []struct{ Name string }
		Rows    []map[string]any
	}
	if err := json.Unmarshal(fetched(t, site, address).Body.Bytes(), &told); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	rows := make([][]any, 1, 1+len(told.Rows))
	for _, column := range told.Columns {
		rows[0] = append(rows[0], column.Name)
	}
	for _, named := range told.Rows {
		row := make([]any, len(told.Columns))
		for i, column := range told.Columns {
			row[i] = named[column.Name]
		}
		rows = append(rows, row)
	}
	return rows
}

func arrowRows(t *testing.T, site http.Handler, address string) [][]any {
	t.Helper()
	reader, err := ipc.NewFileReader(bytes.NewReader(fetched(t, site, address).Body.Bytes()))
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	defer reader.Close()
	rows := make([][]any, 1)
	for _, field := range reader.Schema().Fields() {
		rows[0] = append(rows[0], field.Name)
	}
	for i := range reader.NumRecords() {
		record, err := reader.RecordBatch(i)
		if err != nil {
			t.Fatal(err)
		}
		for at := range int(record.NumRows()) {
			row := make([]any, record.NumCols())
			for k, column := range record.Columns() {
				if column.IsNull(at) {
					continue
				}
				switch column := column.(type) {
				case *array.String:
					row[k] = column.Value(at)
				case *array.Int64:
					row[k] = float64(column.Value(at))
				case *array.Float64:
					row[k] = column.Value(at)
				case *array.Boolean:
					row[k] = column.Value(at)
				case *array.Date32:
					row[k] = column.Value(at).ToTime().Format(time.DateOnly)
				case *array.Timestamp:
					row[k] = time.UnixMicro(int64(column.Value(at))).UTC().Format(time.RFC3339Nano)
				default:
					t.Fatalf("a column of type %T", column)
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// sameFile compares a file's rows with a result, value by value.
func sameFile(t *testing.T, face string, want *queries.Result, rows [][]any) {
	t.Helper()
	if len(rows) != len(want.Rows)+1 {
		t.Errorf("%s: %d rows, want %d", face, len(rows)-1, len(want.Rows))
		return
	}
	if len(rows[0]) != len(want.Columns) {
		t.Errorf("%s: %d columns, want %d", face, len(rows[0]), len(want.Columns))
		return
	}
	for i, wanted := range want.Rows {
		for k, column := range want.Columns {
			var got any
			if k < len(rows[i+1]) { // a sheet leaves out the last cells of a row
				got = rows[i+1][k]
			}
			if !sameValue(column, wanted[k], got) {
				t.Errorf("%s: row %d, %s is %v, want %v", face, i+1, column.Name, got, wanted[k])
				return
			}
		}
	}
}

var sheetEpoch = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

func sameValue(column queries.Column, want, got any) bool {
	text, isText := got.(string)
	switch want := want.(type) {
	case nil:
		return got == nil || isText && text == ""
	case string:
		return isText && (text == want || text == export.Guard(want))
	case bool:
		return got == want || isText && (strings.EqualFold(text, strconv.FormatBool(want)) || text == strconv.Itoa(btoi(want)))
	case int64:
		return sameNumber(float64(want), got)
	case float64:
		return sameNumber(want, got)
	case time.Time:
		if serial, err := strconv.ParseFloat(text, 64); err == nil { // days of a sheet
			return column.Type == queries.Timestamp || sheetEpoch.AddDate(0, 0, int(serial)).Equal(want)
		}
		if column.Type == queries.Date {
			return text == want.Format(time.DateOnly)
		}
		at, err := time.Parse(time.RFC3339Nano, text)
		return err == nil && at.Equal(want)
	}
	return false
}

func sameNumber(want float64, got any) bool {
	switch got := got.(type) {
	case float64:
		return math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))
	case string:
		n, err := strconv.ParseFloat(got, 64)
		return err == nil && math.Abs(n-want) <= 1e-12*max(1, math.Abs(want))
	}
	return false
}

// samePage compares the table of a page with a result, as far as the page writes its numbers out.
func samePage(t *testing.T, want *queries.Result, page []byte) {
	t.Helper()
	document, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var cells [][]string
	bodies := elements(document, "tbody")
	if len(bodies) > 1 {
		t.Fatalf("%d tables on the page of a metric", len(bodies))
	}
	var written []*html.Node
	if len(bodies) == 1 {
		written = elements(bodies[0], "tr")
	}
	for _, row := range written {
		var texts []string
		for cell := range row.ChildNodes() {
			if cell.Type == html.ElementNode {
				texts = append(texts, strings.TrimSpace(strings.TrimSuffix(textOf(cell), english.Text("figure.provisional"))))
			}
		}
		cells = append(cells, texts)
	}
	if len(cells) != min(len(want.Rows), tableRows) {
		t.Errorf("page: %d rows, want %d", len(cells), min(len(want.Rows), tableRows))
		return
	}
	for i, texts := range cells {
		k := 0
		for at, column := range want.Columns {
			if column.Name == "provisional" {
				continue
			}
			if k >= len(texts) {
				t.Errorf("page: row %d has %d cells", i+1, len(texts))
				return
			}
			value := want.Rows[i][at]
			if !saysNumber(column, value, texts[k]) {
				t.Errorf("page: row %d, %s says %q, want %v", i+1, column.Name, texts[k], value)
				return
			}
			k++
		}
	}
}

// saysNumber tells whether a text is a number rounded to the places that it has. Other values are as their words.
func saysNumber(column queries.Column, value any, text string) bool {
	var want float64
	switch v := value.(type) {
	case int64:
		want = float64(v)
	case float64:
		want = v
	case nil:
		return text == "–" || text == "" || text == "Unknown" || text == "unknown"
	default:
		return text != ""
	}
	if column.Unit == queries.Share {
		want *= 100
	}
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9' || r == '.':
			return r
		case r == '−' || r == '-':
			return '-'
		}
		return -1
	}, text)
	got, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return false
	}
	places := 0
	if _, after, ok := strings.Cut(digits, "."); ok {
		places = len(after)
	}
	return math.Abs(got-want) <= 0.5000001*math.Pow10(-places)
}

// elements gives the elements of a name below a node, in the order of the page.
func elements(below *html.Node, name string) []*html.Node {
	var found []*html.Node
	for node := range below.Descendants() {
		if node.Type == html.ElementNode && node.Data == name {
			found = append(found, node)
		}
	}
	return found
}

func textOf(node *html.Node) string {
	var b strings.Builder
	for below := range node.Descendants() {
		if below.Type == html.TextNode {
			b.WriteString(below.Data)
		}
	}
	return b.String()
}
