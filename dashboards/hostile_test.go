package dashboards

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	reportpage "github.com/fillrate/fillrate/dashboards/report/page"
	"github.com/fillrate/fillrate/queries/export"
	"github.com/fillrate/fillrate/queries/store"
)

// hostiles are names that would hurt where they are taken for more than text.
var hostiles = []string{
	`</script><script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `" onmouseover="alert(1)`, `=HYPERLINK("http://x","y")`, "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1",
	"\u202edrawkcab", "\u2066\u202eboth", "\u2069\u202eescaped", "\u200fright", "ze\u200bro", strings.Repeat("Long ", 2000), "owl 🦉", "bell\a\x1b[31m", "{{.}}", "{0}", "a|b",
	`"quoted" 'single'`, "../../etc/passwd", "`tick`", "&lt;b&gt;", "javascript:alert(1)", "new\nline",
}

// hostileHistory has six borrowing requests of as many readers for each of the hostile names, and a loan lent and late.
func hostileHistory(t *testing.T) *store.Files {
	t.Helper()
	files := store.Open(t.TempDir())
	t.Cleanup(func() { files.Close() })
	var names []string
	for i, name := range hostiles {
		names = append(names, fmt.Sprintf("(%d, %s)", i, quoted(name)))
	}
	list := "(values " + strings.Join(names, ", ") + ") as hostile (i, name)"
	load(t, files,
		"insert into library values ('MAIN', 'America/New_York', true, null), ("+quoted(hostiles[0])+", 'America/New_York', true, null), ("+quoted(hostiles[9])+", 'America/New_York', true, null)",
		`insert into import_batch by name select 1 + i as batch_id, 1 as load_id, timestamp '2024-07-06 10:00:00' as imported_at, 'MAIN' as library,
			'generic' as source, 'requests' as content, name as file, 'ab' as sha256, 12 as n_read, 10 as n_new, 0 as n_changed,
			0 as n_unchanged, 2 as n_rejected, name as notes from `+list,
		"insert into reject select 1 + i, 17, name, name from "+list,
		"insert into closure select 'MAIN', date '2024-03-01' + i::integer, name from "+list,
		"insert into partner_contact select 'MAIN', 'generic', upper(trim(name)), i::varchar, name, name, name, 1 from "+list,
		`insert into request by name select (1000 * k + i)::bigint as request_id,
				case i % 3 when 0 then 'MAIN' when 1 then `+quoted(hostiles[0])+` else `+quoted(hostiles[9])+` end as library, 'generic' as source, 'q' || (1000 * k + i) || name as source_id,
				case when k = 6 then 'lending' else 'borrowing' end as role, case when k < 3 then 'copy' else 'loan' end as kind,
				case when k = 5 then 'sent' when k = 6 then 'shipped' when k = 2 then 'unfilled' when k < 2 then 'delivered' else 'checked_out' end as status,
				timestamp '2024-01-03 12:00' + to_days(7 * i + k) as created_at, case when k in (0, 1, 3, 4) then created_at + interval 3 day end as available_at,
				case when k = 6 then created_at + interval 1 day end as shipped_at, case when k = 2 then created_at + interval 2 day end as closed_at,
				case when k in (3, 4, 6) then created_at + interval 20 day end as due_at,
				greatest(created_at, available_at, closed_at) as last_change_at, name as status_raw, name as reason_raw, case when k = 2 then 'not_owned' end as reason,
				upper(trim(name)) as partner, name as partner_raw, name as department, name as patron_group, name as network, name as pickup_site,
				name as title, name as author, name as container, name as issn, name as isbn, name as call_number, 2024 as publication_year,
				4242424000 + k as patron_key, 0 as columns, 1 as first_batch, 1 as last_batch, 0 as row_hash
			from `+list+`, range(7) times(k)`,
	)
	return files
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Whatever the data hold, pages have no element, attribute or address but their own, what scripts read is JSON, and what
// would turn the direction of writing around does not reach the text beside it.
func TestHostileNamesAreText(t *testing.T) {
	if testing.Short() {
		t.Skip("what pages write is the same in any order of goroutines: the suite without -short reads it")
	}
	files := hostileHistory(t)
	site, _, routes := wholeSite(t, files)
	for i, name := range hostiles {
		form := visits()
		form.Set("name", name)
		form.Set("id", fmt.Sprint("visits", i))
		form.Set("start", fmt.Sprintf("2024-0%d-01", 1+i%5))
		form.Set("target.departments", name)
		form.Set("owner", name)
		form.Set("notes", name)
		form.Set("hypothesis", name)
		if response := send(t, site, "/outreach/new", form); response.Code != http.StatusSeeOther && i == 0 {
			t.Fatalf("recording a campaign: %d", response.Code)
		}
	}
	list := []string{
		"/?wait=1&preset=all", "/turnaround?wait=1&preset=all", "/fill-rate?wait=1&preset=all", "/overdue?wait=1&preset=all", "/overdue?wait=1&preset=all&side=lending",
		"/outreach/visits0", "/outreach/visits0/edit", "/outreach/visits0/remove", "/outreach/visits9", "/outreach/plan?target.departments=" + url.QueryEscape(hostiles[0]),
	}
	for _, metric := range []string{"volume", "overdue", "turnaround", "titles", "open_requests", "copyright", "partners", "reasons", "data_quality"} {
		list = append(list, "/rows/"+metric+"?preset=all", "/catalog/"+metric+"?wait=1&preset=all", "/catalog/"+metric+"?wait=1&preset=all&by=partner", "/catalog/"+metric+"?wait=1&preset=all&by=library&by=network")
	}
	list = append(list, "/catalog/volume?wait=1&preset=all&by=department", "/catalog/volume?wait=1&preset=all&by=patron_group")
	for _, route := range routes {
		if !strings.ContainsAny(route, ":*") && !isForPrograms(route) && !strings.HasSuffix(route, ".csv") {
			list = append(list, route+"?wait=1&preset=all", route)
		}
	}
	for _, name := range hostiles {
		for _, path := range []string{"/?wait=1&preset=all&department=", "/catalog/volume?wait=1&preset=all&by=role&partner=", "/rows/volume?preset=all&suppress_below=0&department=", "/fill-rate?wait=1&preset=all&library=", "/partners?wait=1&q=", "/?tile=", "/rows/volume?order=", "/outreach/", "/catalog/", "/partners/"} {
			list = append(list, path+url.QueryEscape(name))
		}
	}
	shown := map[string]bool{}
	for _, address := range list {
		response := get(t, site, address)
		if response.Code >= 500 {
			t.Errorf("%s: status %d", clipped(address), response.Code)
		}
		if strings.HasPrefix(response.Header().Get("Content-Type"), "text/html") {
			checkPage(t, address, response.Body.Bytes(), shown)
		}
	}
	for _, name := range hostiles {
		if !shown[name] {
			t.Errorf("no page shows %q", clipped(name))
		}
	}
}

func clipped(text string) string { return shorten(text, 120) }

// foreign are elements that no page has.
var foreign = []string{"img", "iframe", "object", "embed", "base", "style", "math"}

func checkPage(t *testing.T, address string, page []byte, shown map[string]bool) {
	t.Helper()
	where := clipped(address)
	document, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	for node := range document.Descendants() {
		switch node.Type {
		case html.TextNode:
			if node.Parent.Data == "script" {
				continue
			}
			for _, name := range hostiles {
				if !shown[name] && strings.Contains(strings.TrimSuffix(node.Data, "…"), strings.TrimSpace(shownAs(name))) {
					shown[name] = true
				}
			}
			if strings.ContainsFunc(node.Data, turnsAround) && node.Parent.Data != "textarea" {
				t.Errorf("%s: a text of <%s> turns the writing around: %q", where, node.Parent.Data, clipped(node.Data))
			}
		case html.ElementNode:
			if slices.Contains(foreign, node.Data) && !isReportStyle(where, node) {
				t.Errorf("%s has an element %s", where, node.Data)
			}
			src, kind := "", ""
			for _, attribute := range node.Attr {
				value := attribute.Val
				switch attribute.Key {
				case "src":
					src = value
				case "type":
					kind = value
				case "href", "action", "formaction", "data-late":
					if node.Data == "link" && value == "data:," && isReport(where) { // no icon: a report asks for nothing
						continue
					}
					if !strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "#") && !strings.HasPrefix(value, "https://") && !strings.HasPrefix(value, "mailto:") && value != "" || strings.HasPrefix(value, "//") {
						t.Errorf("%s: an address of <%s> is %q", where, node.Data, clipped(value))
					}
				case "title", "aria-label":
					if strings.ContainsFunc(value, turnsAround) {
						t.Errorf("%s: %s of <%s> turns the writing around: %q", where, attribute.Key, node.Data, clipped(value))
					}
				case "style":
					t.Errorf("%s: <%s> has a style", where, node.Data)
				}
				if strings.HasPrefix(attribute.Key, "on") || strings.ContainsAny(attribute.Key, `"'<=`) {
					t.Errorf("%s: <%s> has an attribute %s", where, node.Data, attribute.Key)
				}
			}
			if node.Data == "script" {
				switch {
				case strings.HasPrefix(src, "/static/"):
				case kind != "application/json" || src != "":
					t.Errorf("%s: a script of type %q from %q", where, kind, src)
				default:
					if text := textOf(node); !json.Valid([]byte(text)) || strings.ContainsAny(text, "<>") {
						t.Errorf("%s: what a script reads is no JSON: %.100s", where, text)
					}
				}
			}
		}
	}
}

// shownAs is how a page writes a name: cut, and without what turns the writing around.
func shownAs(name string) string {
	name = strings.Map(func(r rune) rune {
		if turnsAround(r) {
			return -1
		}
		return r
	}, strings.ReplaceAll(name, "\r", "\n"))
	return strings.TrimSuffix(shorten(name, 24), "…")
}

// In files for spreadsheets nothing is taken for a formula, and names come back as they are.
func TestHostileNamesInFiles(t *testing.T) {
	site, _, _ := wholeSite(t, hostileHistory(t))
	form := visitsCalled(hostiles[3])
	form.Set("owner", hostiles[4])
	form.Set("notes", hostiles[6])
	if response := send(t, site, "/outreach/new", form); response.Code != http.StatusSeeOther {
		t.Fatalf("recording a campaign: %d", response.Code)
	}
	for _, address := range []string{"/download/volume.%s?by=partner&preset=all", "/download/volume.%s?by=department", "/download/volume.%s?rows=1&suppress_below=0", "/download/titles.%s", "/download/overdue.%s?rows=1", "/download/volume.%s?by=library&by=network"} {
		for _, extension := range []string{"csv", "xlsx", "json", "arrow"} {
			response := get(t, site, fmt.Sprintf(address, extension))
			if response.Code != http.StatusOK {
				t.Fatalf("%s %s: %d", address, extension, response.Code)
			}
			checkFileName(t, response)
			switch extension {
			case "csv":
				checkCSV(t, address, response.Body.Bytes())
			case "xlsx":
				checkSheets(t, address, response.Body.Bytes())
			case "json":
				if !json.Valid(response.Body.Bytes()) || strings.Contains(response.Body.String(), "</script") {
					t.Errorf("%s: no JSON, or one that would end a script", address)
				}
			}
		}
	}
	for _, address := range []string{"/letters.csv?preset=all", "/letters.csv?preset=all&side=lending", "/data/rejects.csv", "/download/campaigns.csv"} {
		response := get(t, site, address)
		if response.Code != http.StatusOK {
			t.Fatalf("%s: %d", address, response.Code)
		}
		checkFileName(t, response)
		checkCSV(t, address, response.Body.Bytes())
	}
	// Names come back as they are.
	records, err := csv.NewReader(get(t, site, "/download/volume.csv?rows=1&suppress_below=0").Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	department, found := slices.Index(records[0], "department"), map[string]bool{}
	for _, record := range records[1:] {
		found[export.Unguard(record[department])] = true
	}
	for _, name := range hostiles {
		if !found[name] {
			t.Errorf("the file of requests does not hold %q", clipped(name))
		}
	}
	// The choices of the filter and the API are JSON.
	for _, name := range hostiles {
		for _, address := range []string{choicesPath + "department?q=" + url.QueryEscape(strings.TrimSpace(name)), "/api/v1/metrics/volume?by=role&department=" + url.QueryEscape(name)} {
			response := get(t, site, address)
			if !json.Valid(response.Body.Bytes()) || response.Code >= 500 || strings.Contains(response.Body.String(), "</script") {
				t.Errorf("%s: %d, %.200s", clipped(address), response.Code, response.Body)
			}
		}
	}
}

func checkFileName(t *testing.T, response interface{ Header() http.Header }) {
	t.Helper()
	disposition := response.Header().Get("Content-Disposition")
	kind, parameters, err := mime.ParseMediaType(disposition)
	if err != nil || kind != "attachment" || len(parameters) != 1 || strings.ContainsFunc(parameters["filename"], func(r rune) bool {
		return r != '-' && r != '.' && r != '_' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}) || strings.HasPrefix(parameters["filename"], ".") {
		t.Errorf("Content-Disposition is %q", disposition)
	}
}

func checkCSV(t *testing.T, address string, text []byte) {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	if len(records) < 2 {
		t.Errorf("%s: no rows", address)
	}
	for _, record := range records {
		for _, field := range record {
			if field != "" && strings.ContainsRune("=+-@\t\r\n", rune(field[0])) && !isPlainNumber(field) {
				t.Errorf("%s: a cell is %q", address, clipped(field))
			}
		}
	}
}

func isPlainNumber(text string) bool {
	return strings.Trim(text, "0123456789.") == "-" && len(text) > 2
}

func checkSheets(t *testing.T, address string, text []byte) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	defer book.Close()
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) < 2 {
			t.Errorf("%s: sheet %s has no rows", address, sheet)
		}
		for i, row := range rows {
			for k := range row {
				at, err := excelize.CoordinatesToCellName(k+1, i+1)
				if err != nil {
					t.Fatal(err)
				}
				if formula, err := book.GetCellFormula(sheet, at); err != nil || formula != "" {
					t.Errorf("%s: %s holds the formula %q, %v", address, at, formula, err)
				}
				if is, target, err := book.GetCellHyperLink(sheet, at); err != nil || is {
					t.Errorf("%s: %s leads to %q, %v", address, at, target, err)
				}
			}
		}
	}
}

// A form gets back what it sent; everything else of a page is written straight.
func TestStraight(t *testing.T) {
	const turned = "a\u202eb\u2066c"
	for page, want := range map[string]string{
		"<p title=\"" + turned + "\">" + turned + " &lt;</p>":                 `<p title="abc">abc &lt;</p>`,
		`<input value="` + turned + `"><b>` + turned + `</b>`:                 `<input value="` + turned + `"><b>abc</b>`,
		"<textarea>" + turned + "</textarea>" + turned:                        "<textarea>" + turned + "</textarea>abc",
		`<script type="application/json">"` + turned + `"</script><!-- x -->`: `<script type="application/json">"abc"</script><!-- x -->`,
		"no turn \u200f<P Class=x>":                                           "no turn \u200f<P Class=x>",
	} {
		if got := string(straight([]byte(page))); got != want {
			t.Errorf("%q becomes %q, want %q", page, got, want)
		}
	}
}

// isReport tells whether an address is of a report, which is a whole file without anything beside it.
func isReport(where string) bool { return strings.HasPrefix(where, "/reports/draft") }

// isReportStyle tells whether an element is the one style that a report's policy allows, to the letter.
func isReportStyle(where string, node *html.Node) bool {
	if node.Data != "style" || !isReport(where) || node.FirstChild == nil {
		return false
	}
	sum := sha256.Sum256([]byte(node.FirstChild.Data))
	return "sha256-"+base64.StdEncoding.EncodeToString(sum[:]) == reportpage.StyleHash()
}
