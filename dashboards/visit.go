package dashboards

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/catalog"
	"github.com/fillrate/fillrate/queries/store"
)

// visit is one reading of one page: the generation that it stands on and the question in its address.
type visit struct {
	*locale.Words
	ctx     context.Context
	server  *server
	reading *reading
	history *history
	path    string
	asked   queries.Filter // as the address says it; a preset stays a name
	filter  queries.Filter // with the preset's dates in place
	start   string         // the preset that the page starts from
	compare string         // what its numbers are compared with: last_year, previous or none
	own     url.Values     // what the address says to this page alone and another filter leaves as it is: its order

	started time.Time  // the page's patience runs from here; zero: it waits for all
	waits   bool       // the address asks for all tiles at once
	tile    string     // the one tile that the address asks for
	alone   *figure    // which is made
	values  url.Values // the whole address
	key     string     // under which the page is kept; empty: it is not
	isWhole bool       // every tile was there

	happened func() happenings // read when it is first asked for; nil: nothing
}

// Keys of a page's address that are no filter.
const (
	compareKey  = "compare"
	compareYear = queries.CompareLastYear
	compareLast = queries.ComparePrevious
	compareNone = "none"
)

// passing are the own keys of a page that mean nothing under another filter.
var passing = []string{offsetKey, tileKey, waitKey, generationKey}

// open takes a snapshot and reads the filter in the request's address as it stands there: without from, to and preset
// it means everything. The caller closes the visit.
func (s *server) open(c *gin.Context, ownKeys ...string) (*visit, error) {
	values, err := query(c)
	if err != nil {
		return nil, err
	}
	for _, key := range ownKeys {
		values.Del(key)
	}
	filter, err := queries.ParseFilter(values)
	if err != nil {
		return nil, err
	}
	settled, err := s.settled(c)
	if err != nil {
		return nil, err
	}
	ctx := c.Request.Context()
	reading, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	history, err := s.history(ctx, reading)
	if err != nil {
		reading.release()
		return nil, err
	}
	filter = settled.Apply(filter)
	v := &visit{Words: s.words(c), ctx: ctx, server: s, reading: reading, history: history, path: c.Request.URL.Path, asked: filter, start: queries.PresetLast12Months, compare: compareYear}
	v.filter = filter.Resolve(history.Today)
	if err := v.filter.Unresolved(); err != nil {
		reading.release()
		return nil, err
	}
	v.happened = sync.OnceValue(v.readHappenings)
	return v, nil
}

// openPage is open for pages, which start from the last 12 full months. A submitted filter form is answered with the
// canonical address of what it asks for, as an error of type redirect.
func (s *server) openPage(c *gin.Context, ownKeys ...string) (*visit, error) {
	return s.openSpan(c, queries.PresetLast12Months, ownKeys...)
}

// openSpan is openPage with another span to start from. Without a history it fails with errNotBegun, and with a wrong filter
// with a *wrongFilter.
func (s *server) openSpan(c *gin.Context, preset string, ownKeys ...string) (*visit, error) {
	v, err := s.openAsked(c, preset, ownKeys)
	switch {
	case errors.Is(err, store.ErrNoData):
		return nil, errNotBegun
	case err != nil && errorCode(err) == queries.Invalid:
		return nil, &wrongFilter{error: err, preset: preset, ownKeys: ownKeys}
	}
	return v, err
}

func (s *server) openAsked(c *gin.Context, preset string, ownKeys []string) (*visit, error) {
	values, err := query(c)
	if err != nil {
		return nil, err
	}
	if values.Has(formKey) {
		return nil, redirect{canonical(c.Request.URL.Path, preset, values)}
	}
	compare := values.Get(compareKey)
	if compare == "" {
		compare = compareYear
	}
	if !slices.Contains([]string{compareYear, compareLast, compareNone}, compare) {
		return nil, refuse(queries.Invalid, "problem.compare")
	}
	started := time.Now()
	v, err := s.open(c, append(ownKeys, compareKey, tileKey, waitKey, generationKey)...)
	if err != nil {
		return nil, err
	}
	v.started, v.tile, v.waits, v.values = started, values.Get(tileKey), values.Has(waitKey), values
	if made := values.Get(generationKey); v.tile != "" && made != "" && made != strconv.Itoa(v.reading.Generation) {
		v.close()
		return nil, refuse(queries.Conflict, "problem.moved_on")
	}
	if v.tile == "" {
		values.Del(waitKey)
		values.Del(generationKey)
		v.key = v.keptKey(c, values)
		if page, ok := s.cache.look(v.key); ok {
			v.close()
			return nil, page.(kept)
		}
	}
	v.begin(compare, preset, values, ownKeys)
	return v, nil
}

// begin sets what the page starts from, and keeps its own keys.
func (v *visit) begin(compare, preset string, values url.Values, ownKeys []string) {
	v.compare, v.start, v.own = compare, preset, url.Values{}
	for _, key := range ownKeys {
		if words := values[key]; len(words) > 0 && !slices.Contains(passing, key) {
			v.own[key] = words
		}
	}
	if v.asked.From.IsZero() && v.asked.To.IsZero() && v.asked.Preset == "" {
		v.asked.Preset = preset
		v.filter = v.asked.Resolve(v.history.Today)
	}
}

func query(c *gin.Context) (url.Values, error) {
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		return nil, refuse(queries.Invalid, "problem.address")
	}
	return values, nil
}

func (v *visit) close() { v.reading.release() }

// run computes a metric for the page's filter, changed by change and split by the dimensions named.
func (v *visit) run(id string, change func(*queries.Filter), by ...string) (*queries.Result, error) {
	filter := v.filter
	if change != nil {
		change(&filter)
	}
	filter.By = by
	return v.compute(id, filter)
}

// longMetrics read the text of every title.
var longMetrics = []string{"titles", "copyright", "data_quality"}

func (v *visit) compute(id string, filter queries.Filter) (*queries.Result, error) {
	metric, err := catalog.Find(id)
	if err != nil {
		return nil, err
	}
	ctx := v.ctx
	switch {
	case slices.Contains(longMetrics, id):
		ctx = long(ctx)
	case queries.IsQuick(metric, filter):
		ctx = quick(ctx)
	}
	return cached(ctx, v.server, v.reading, id+"?"+filter.Settled().Encode(), func(ctx context.Context) (*queries.Result, int, error) {
		result, err := queries.Run(ctx, v.reading.Snapshot, metric, filter)
		return result, 0, err
	})
}

// query is the visit's address as a page writes it, without the defaults.
func (v *visit) query() url.Values {
	values := v.asked.Values()
	if values.Get("preset") == v.start {
		values.Del("preset")
	}
	if v.compare != compareYear {
		values.Set(compareKey, v.compare)
	}
	return values
}

// to gives the address of another page for the same question.
func (v *visit) to(path string) string {
	values := v.query()
	for _, d := range queries.Narrowings { // of a list of requests alone
		if !strings.HasPrefix(path, "/rows/") {
			values.Del(d.Name)
		}
	}
	return address(path, values)
}

// address writes a query's keys in one order.
func address(path string, values url.Values) string {
	if encoded := encode(values); encoded != "" {
		return path + "?" + encoded
	}
	return path
}

// encode writes the filter's keys in Fillrate's order and all others after them.
func encode(values url.Values) string {
	filter, rest := url.Values{}, url.Values{}
	known := queries.FilterKeys()
	for key, words := range values {
		if slices.Contains(known, key) {
			filter[key] = words
		} else {
			rest[key] = words
		}
	}
	var text string
	if parsed, err := queries.ParseFilter(filter); err == nil {
		text = parsed.Encode()
	} else {
		text = filter.Encode() // wrong already: the page it leads to says so
	}
	if more := rest.Encode(); more != "" {
		if text != "" {
			text += "&"
		}
		text += more
	}
	return text
}

// earlier gives the filter that a page's numbers are compared with, seen at the same age, and false where there is none.
func (v *visit) earlier() (queries.Filter, bool) {
	filter := v.filter
	if v.compare == compareNone || filter.From.IsZero() || filter.To.IsZero() {
		return filter, false
	}
	filter.To = v.reached(filter.To) // a year that is half over is compared with half a year
	filter.Compare = v.compare
	earlier, err := filter.Earlier(v.instant())
	if err != nil {
		return filter, false
	}
	// A time that the history reaches only in part would make every comparison a success.
	missing := v.history.FirstDay.Sub(earlier.From)
	return earlier, missing <= earlier.To.Sub(earlier.From)/20
}

// instant is that up to which the page's history counts.
func (v *visit) instant() time.Time {
	if v.filter.AsOf.IsZero() {
		return v.history.AsOf
	}
	return v.filter.AsOf
}

// earlierInstant gives the page's filter as it stood one comparison ago.
func (v *visit) earlierInstant() (queries.Filter, bool) {
	earlier, _ := v.earlier()
	if earlier.From.Equal(v.filter.From) {
		return earlier, false
	}
	filter := v.filter
	filter.AsOf = earlier.AsOf
	return filter, !v.history.FirstDay.IsZero() && filter.AsOf.After(v.history.FirstDay)
}

// reached cuts the end of a span to the day after the newest of the history.
func (v *visit) reached(to time.Time) time.Time {
	if end := v.history.Today.AddDate(0, 0, 1); !v.history.AsOf.IsZero() && to.After(end) {
		return end
	}
	return to
}

// span is the days that the page's charts cover: the filter's, or where it has no bounds the history's.
func (v *visit) span() (from, to time.Time) {
	from, to = v.filter.From, v.filter.To
	if from.IsZero() {
		from = v.history.FirstDay
	}
	if to.IsZero() {
		to = v.history.LastDay.AddDate(0, 0, 1)
	}
	return from, v.reached(to)
}

// grain is the bucket of time in which the page's charts go: fine enough to see, coarse enough to read.
func (v *visit) grain() string {
	from, to := v.span()
	switch days := to.Sub(from).Hours() / 24; {
	case days <= 100:
		return "week"
	case days <= 4*366:
		return "month"
	case days <= 12*366:
		return "quarter"
	}
	return "year"
}

// role is the side that a page speaks of where measures of several sides must not be mixed: the one that the filter
// names, else borrowing, which readers wait for, else the one with the most requests.
func (v *visit) role() string {
	if len(v.filter.Role) == 1 {
		return v.filter.Role[0]
	}
	role, most := "borrowing", int64(-1)
	for _, choice := range v.history.Choices["role"] {
		if len(v.filter.Role) > 0 && !slices.Contains(v.filter.Role, choice.Value) {
			continue
		}
		if choice.Value == "borrowing" && choice.N > 0 {
			return choice.Value
		}
		if choice.N > most {
			role, most = choice.Value, choice.N
		}
	}
	return role
}

// epoch stands for any date where only the names of presets matter.
var epoch = time.Unix(0, 0).UTC()
