package dashboards

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Bars, cells and nodes lead to as many requests as they say, and what a list is narrowed to goes along to its files.
func TestDataLeadToTheirRequests(t *testing.T) {
	if testing.Short() {
		t.Skip("counts are the same in any order of goroutines: the suite without -short compares them")
	}
	site := testSite(t, sampleHistory(t))
	const most = 12 // of a chart: each is a page to make
	for _, test := range []struct {
		page, tile string
		least      int // links that the chart has
	}{
		{"/fill-rate?preset=last_12_months", "reasons", 5},
		{"/fill-rate?preset=last_12_months", "flow", 8},
		{"/fill-rate?from=2025-01&to=2025-04&basis=period", "flow", 8},
		{"/fill-rate?from=2025-01&to=2025-04&basis=period", "reasons", 5},
		{"/?preset=last_12_months", "volume", 30},
		{"/fill-rate?preset=last_12_months", "outcomes", 30},
		{"/demand?preset=last_12_months", "arrivals", 40},
		{"/turnaround?preset=last_12_months", "waits-loan", 10},
		{"/turnaround?preset=all&clock=business", "waits-copy", 5},
		{"/turnaround?preset=last_12_months", "hours-copy", 20},
		{"/overdue?preset=all", "overdue", 2},
	} {
		t.Run(test.tile+" "+test.page, func(t *testing.T) {
			places := leadingData(t, site, test.page+"&wait=1", test.tile)
			if len(places) < test.least {
				t.Fatalf("%d of the chart's data lead on, want at least %d", len(places), test.least)
			}
			for i := 0; i < len(places); i += 1 + len(places)/most {
				address, value := places[i].address, places[i].value
				if strings.HasPrefix(test.tile, "hours") { // the value is a median, its note the number
					value = places[i].n
				}
				if n := totalOf(t, site, address); float64(n) != value {
					t.Errorf("%s: %d requests, the chart says %v", address, n, value)
				}
				if i == 0 {
					_, query, _ := strings.Cut(address, "?")
					metric := strings.TrimPrefix(strings.Split(address, "?")[0], "/rows/")
					if n := len(csvRows(t, site, "/download/"+metric+".csv?rows=1&"+query)) - 1; float64(n) != value {
						t.Errorf("%s: %d requests in the file, the chart says %v", address, n, value)
					}
				}
			}
		})
	}
}

type datumLink struct {
	address  string
	value, n float64
}

// leadingData lists the data of a page's chart that lead to requests.
func leadingData(t *testing.T, site http.Handler, page, tile string) []datumLink {
	t.Helper()
	document, err := html.Parse(fetched(t, site, page).Body)
	if err != nil {
		t.Fatal(err)
	}
	var places []datumLink
	var collect func(value any)
	collect = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, each := range v {
				collect(each)
			}
		case map[string]any:
			if address, ok := v["url"].(string); ok && strings.HasPrefix(address, "/rows/") {
				place := datumLink{address: address}
				switch value := v["value"].(type) {
				case float64:
					place.value = value
				case []any:
					place.value, _ = value[len(value)-1].(float64)
				}
				note, _ := v["note"].(string)
				_, _ = fmt.Sscanf(strings.ReplaceAll(note, ",", ""), "n %g", &place.n)
				places = append(places, place)
			}
			for _, each := range v {
				collect(each)
			}
		}
	}
	for _, script := range elements(document, "script") {
		if !slices.Contains(script.Attr, html.Attribute{Key: "id", Val: tile + "-option"}) {
			continue
		}
		var option map[string]any
		if err := json.Unmarshal([]byte(textOf(script)), &option); err != nil {
			t.Fatal(err)
		}
		collect(option["series"])
	}
	return places
}
