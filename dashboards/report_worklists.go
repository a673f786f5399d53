package dashboards

import (
	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/chart"
	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/queries"
)

const (
	worklistsPath = "/worklists"
	firstRows     = 8 // of a list that has a page of its own
)

// worklistsBody is the page of what staff work through.
type worklistsBody struct {
	AsOf      string
	Downloads []link // of all lists at once
	Figures   []*figure
}

// worklists shows the lists to work through, each with how much there is at each level, its first rows, and the way to all
// of it.
func (s *server) worklists(c *gin.Context) error {
	at, err := placeOf(c)
	if err != nil {
		return err
	}
	v, err := s.openPage(c, listKeys...)
	if err != nil {
		return err
	}
	defer v.close()
	body := worklistsBody{AsOf: v.asOfWords(), Downloads: v.listFiles("worklists")}
	tiles := []tile{
		v.short("late-lending", "overdue", v.lateOf("lending"), v.worklist("lending", levels[0])),
		v.short("late-borrowing", "overdue", v.lateOf("borrowing"), v.worklist("borrowing", levels[0])),
		v.short("open", "open", v.openRequests(place{}), v.to(demandPath)+"#open"),
		v.lately("candidates"),
		v.short("copyright", "copyright", v.copyrightList(place{}), v.to(collectionsPath)+"#copyright"),
		v.short("breaches", "breaches", v.breaches(at), ""),
	}
	body.Figures = v.draw(tiles...)
	return v.render(c, "worklists", v.Text("page."+worklistsPath), v.form(), body)
}

// listFiles are the addresses of a report of lists for the page's filter, as workbook and as CSV.
func (v *visit) listFiles(name string) []link {
	if v.server.press == nil {
		return nil
	}
	values := v.query()
	for _, key := range notOfReports {
		values.Del(key)
	}
	for _, d := range queries.Narrowings {
		values.Del(d.Name)
	}
	values.Set(reportKey, name)
	values.Set(languageKey, v.Tag)
	var links []link
	for _, format := range press.Formats() {
		if format.Name == "xlsx" || format.Name == "csv" {
			links = append(links, link{v.formatWords(format.Name), draftPath + "." + format.Extension + "?" + values.Encode()})
		}
	}
	return links
}

// lateOf is the late loans of a side by level, and those that are late the longest.
func (v *visit) lateOf(side string) tile {
	return func() (*figure, error) {
		if !v.asks("role", side) {
			return nil, nil
		}
		f, err := v.lateLoans(lateList{side: side, level: levels[0]})()
		if err != nil || f == nil {
			return f, err
		}
		counts, err := v.run("overdue", nil)
		if err != nil {
			return f, err
		}
		if row := find(counts, map[string]string{"side": side}); row != nil {
			for _, l := range levels[1:] {
				n, _ := number(counts, row, l.column)
				f.Marks = append(f.Marks, occasion{Number: v.Count(n), Name: v.Text("late.level." + l.name), URL: v.worklist(side, l)})
			}
		}
		return f, nil
	}
}

// lately is the titles that might be bought, by the requests of the window in which what makes one counts: as the report of
// that list has it.
func (v *visit) lately(id string) tile {
	return func() (*figure, error) {
		lately := *v
		lately.asked.From, lately.asked.To, lately.asked.Preset = v.history.Today.AddDate(0, 0, 1-v.filter.Number("purchase_window_days")), v.history.Today.AddDate(0, 0, 1), ""
		lately.filter.From, lately.filter.To, lately.filter.Preset = lately.asked.From, lately.asked.To, ""
		return lately.short(id, "purchase", lately.purchaseCandidates(place{}), lately.to(collectionsPath)+"#candidates")()
	}
}

// short leaves the first rows of a list that has a page of its own, and leads there; as a file it is the report of that name.
func (v *visit) short(id, name string, of tile, all string) tile {
	return func() (*figure, error) {
		f, err := of()
		if f == nil {
			return f, err
		}
		f.ID, f.Height = id, "m"
		if err != nil {
			return f, err
		}
		letters := f.More
		if f.List != nil && all != "" {
			f.List.Rows = f.List.Rows[:min(len(f.List.Rows), firstRows)]
			f.List.First, f.List.Last, f.List.Previous, f.List.Next = 1, len(f.List.Rows), "", ""
			for i := range f.List.Head {
				f.List.Head[i].URL = ""
			}
			f.More = &link{v.Say("worklists.all", v.Count(float64(f.List.N))), all}
		}
		if files := v.listFiles(name); len(files) > 0 {
			f.Downloads = files
		}
		if letters != nil {
			f.Downloads = append(f.Downloads, *letters)
		}
		return f, nil
	}
}

// yearBefore leaves the twelve months before the newest date: what was late longer ago and is open still stands in the list
// of open requests.
func (v *visit) yearBefore(f *queries.Filter) {
	f.To = v.history.Today.AddDate(0, 0, 1)
	f.From, f.Preset = f.To.AddDate(-1, 0, 0), ""
}

// breaches is the requests over their target, open ones first.
func (v *visit) breaches(at place) tile {
	return func() (*figure, error) {
		return v.listing(listPlan{
			id: "breaches", title: v.Text("title.breaches"), metric: "breaches", cell: v.openCell, filter: v.yearBefore,
			columns: []string{"source_id", "title", "days_over", "waited_days", "target_days", "outcome", "kind", "partner", "created_at"},
			n: func(r *queries.Result, kept int) string {
				open, outcome := 0, chart.Column(r, "outcome")
				for _, row := range r.Rows {
					open += btoi(row[outcome] == "open")
				}
				words := v.Say("n.breaches", v.Count(float64(kept)), v.Count(float64(open)), v.Span(r.Filter.From, r.Filter.To))
				return v.partOf(r, kept, words)
			},
			empty: func(*queries.Result) string { return v.Text("empty.breaches") },
		}, at)
	}
}
