package dashboards

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// wrongFilter is why a page could not be opened, and what it would have started from.
type wrongFilter struct {
	error
	preset  string
	ownKeys []string
}

func (w *wrongFilter) Unwrap() error { return w.error }

// renderWrong writes the frame of a page whose filter is wrong, with what is right of it, and says what is wrong. It fails
// where not even that can be opened.
func (s *server) renderWrong(c *gin.Context, wrong *wrongFilter) error {
	values, err := query(c)
	if err != nil || values.Has(tileKey) {
		return wrong
	}
	notFilter := append(slices.Clone(wrong.ownKeys), compareKey, waitKey, generationKey)
	message := ""
	right, bad := url.Values{}, []string{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		one := url.Values{key: values[key]}
		_, err := queries.ParseFilter(one)
		isCompare := key == compareKey
		if isCompare && isComparison(values.Get(key)) || !isCompare && (err == nil || slices.Contains(notFilter, key)) {
			right[key] = values[key]
			continue
		}
		if bad = append(bad, key); message == "" {
			message = wrongWords(s.words(c), key, values[key])
		}
	}
	from, to := values.Get("from"), values.Get("to")
	if len(bad) == 0 { // each part is right by itself
		for _, key := range []string{"from", "to", "preset"} {
			right.Del(key)
		}
		first, errFirst := time.Parse(time.DateOnly, from)
		after, errAfter := time.Parse(time.DateOnly, to)
		if errFirst == nil && errAfter == nil {
			w := s.words(c)
			message = w.Say("wrong.dates", w.Date(first), w.Date(after.AddDate(0, 0, -1)))
		}
	}
	asked := *c.Request.URL
	defer func() { c.Request.URL = &asked }() // as the reader's language is chosen by links to the address as it stands
	narrowed := asked
	narrowed.RawQuery = right.Encode()
	c.Request.URL = &narrowed
	v, err := s.open(c, notFilter...)
	if err != nil {
		return err
	}
	defer v.close()
	compare := right.Get(compareKey)
	if compare == "" {
		compare = compareYear
	}
	v.begin(compare, wrong.preset, right, wrong.ownKeys)
	if message == "" {
		message = explain(v.Words, wrong).Message
	}
	form := v.form("basis", "clock")
	if from != "" || to != "" {
		form.typed(v.Words, from, to)
	}
	title := v.Text("page." + v.path)
	if !v.Has("page." + v.path) {
		title = v.Text("status." + strconv.Itoa(http.StatusBadRequest))
	}
	return v.renderAs(c, http.StatusBadRequest, "problem", title, form, problem{Status: http.StatusBadRequest, Message: message, Back: address(v.path, right)})
}

func isComparison(word string) bool {
	return slices.Contains([]string{"", compareYear, compareLast, compareNone}, word)
}

// typed puts dates as they stand in the address into the form.
func (f *form) typed(w *locale.Words, from, to string) {
	f.From, f.Last = from, to
	if after, err := time.Parse(time.DateOnly, to); err == nil {
		f.Last = after.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	f.Period = w.Text("custom_dates")
	for i := range f.Presets {
		f.Presets[i].Chosen = f.Presets[i].Value == custom
	}
	f.Was = strings.Join([]string{custom, f.From, f.Last}, "|")
}

// wrongWords says what is wrong with one key of an address, in the words of the form; empty where there is more to say.
func wrongWords(w *locale.Words, key string, words []string) string {
	word := shorten(strings.ToValidUTF8(strings.Join(words, ", "), "\ufffd"), 60)
	d, o := queries.FindDimension(key), queries.FindOption(key)
	if keys := queries.FilterKeys(); !slices.Contains(keys, key) {
		return w.Say("wrong.key", shorten(strings.ToValidUTF8(key, "\ufffd"), 60))
	}
	switch {
	case o != nil && len(words) == 1:
		return w.Say("wrong.number", w.Of(o.Label), strconv.Itoa(o.Low), strconv.Itoa(o.High), word)
	case d != nil && d.Closed != nil:
		allowed := make([]string, len(d.Closed))
		for i, value := range d.Closed {
			allowed[i] = w.Value(key, value)
		}
		return w.Say("wrong.value", w.Of(d.Label), word, strings.Join(allowed, ", "))
	case key == "from" || key == "to":
		return w.Say("wrong.date", word)
	case key == "preset":
		return w.Say("wrong.preset", word)
	case key == compareKey:
		return w.Say("wrong.compare", word)
	}
	return ""
}
