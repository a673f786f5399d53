package dashboards

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries"
)

// The filter form is plain HTML. What it sends is not the address of the page but is answered with it: dates there end
// on their last day, here on the day after; a preset and dates come together, and the one that the reader changed counts.
const (
	formKey = "form" // says that the form sent this; its value is what preset, from and last were when it was drawn
	lastKey = "last" // the last day, inclusive
	custom  = "custom"
)

// form is the filter bar as the template draws it.
type form struct {
	Action     string
	Was        string
	Presets    []option
	From, Last string
	Picks      []pick
	Compare    []option
	Basis      []option
	Clock      []option
	Keep       []field // what the address says and the bar has no control for
	Reset      string
}

type option struct {
	Value, Label string
	Chosen       bool
}

type field struct{ Name, Value string }

// pick is the choice of a dimension's values. Where there are too many to list, More takes the others by name.
type pick struct {
	Name, Label, State string
	None               string // what it says where nothing is chosen
	Options            []option
	More               string
	Search             bool
}

const (
	listedChoices   = 300
	searchedChoices = 12 // from which on a list gets a search field
)

// form makes the filter bar of a page; extras names the controls beside the usual ones (basis, clock,
// compare).
func (v *visit) form(extras ...string) *form {
	f := &form{Action: v.path, Reset: v.path}
	for _, preset := range queries.Presets(v.history.Today, v.filter.Number("fiscal_start")) {
		f.Presets = append(f.Presets, option{preset.ID, v.Of(preset.Label), v.asked.Preset == preset.ID})
	}
	f.Presets = append(f.Presets, option{custom, v.Text("custom_dates"), v.asked.Preset == ""})
	if !v.filter.From.IsZero() {
		f.From = v.filter.From.Format(time.DateOnly)
	}
	if !v.filter.To.IsZero() {
		f.Last = v.filter.To.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	preset := v.asked.Preset
	if preset == "" {
		preset = custom
	}
	f.Was = strings.Join([]string{preset, f.From, f.Last}, "|")

	values := v.query()
	shown := []string{"from", "to", "preset"}
	for _, name := range []string{"role", "kind", "department", "patron_group", "partner", "library"} {
		shown = append(shown, name)
		if pick, ok := v.pick(name, values[name]); ok {
			f.Picks = append(f.Picks, pick)
		}
	}
	if slices.Contains(extras, compareKey) {
		for _, key := range []string{compareYear, compareLast, compareNone} {
			f.Compare = append(f.Compare, option{key, v.Text("compare_" + key), v.compare == key})
		}
	} else if v.compare != compareYear {
		f.Keep = append(f.Keep, field{compareKey, v.compare})
	}
	if slices.Contains(extras, "basis") {
		shown = append(shown, "basis")
		f.Basis = []option{{"", v.Text("basis_cohort"), !v.filter.IsPeriod()}, {queries.Period, v.Text("basis_period"), v.filter.IsPeriod()}}
	}
	if slices.Contains(extras, "clock") {
		shown = append(shown, "clock")
		f.Clock = []option{{"", v.Text("clock_calendar"), !v.filter.IsBusiness()}, {queries.Business, v.Text("clock_business"), v.filter.IsBusiness()}}
	}
	for _, key := range queries.FilterKeys() {
		if !slices.Contains(shown, key) {
			for _, word := range values[key] {
				f.Keep = append(f.Keep, field{key, word})
			}
		}
	}
	return f
}

func (v *visit) pick(name string, chosen []string) (pick, bool) {
	p := pick{Name: name, Label: dimensionLabel(v.Words, name), State: v.Text("all"), None: v.Text("all")}
	choices := slices.Clone(v.history.Choices[name])
	if len(choices) < 2 && len(chosen) == 0 {
		return p, false // nothing to choose between
	}
	slices.SortStableFunc(choices, func(a, b queries.Choice) int { return int(b.N - a.N) })
	if len(choices) > listedChoices {
		choices = choices[:listedChoices]
		p.More = v.Text("more_choices")
	}
	for _, word := range chosen { // also those that the history does not hold
		if !slices.ContainsFunc(choices, func(c queries.Choice) bool { return c.Value == word }) {
			choices = append(choices, queries.Choice{Value: word})
		}
	}
	if d := queries.FindDimension(name); d == nil || d.Closed == nil {
		slices.SortStableFunc(choices, func(a, b queries.Choice) int {
			return strings.Compare(strings.ToLower(a.Value), strings.ToLower(b.Value))
		})
	}
	for _, c := range choices {
		label := shorten(valueLabel(v.Words, name, c.Value), 80)
		p.Options = append(p.Options, option{c.Value, label, slices.Contains(chosen, c.Value)})
	}
	p.Search = len(p.Options) >= searchedChoices
	switch len(chosen) {
	case 0:
	case 1:
		p.State = shorten(valueLabel(v.Words, name, chosen[0]), 24)
	default:
		p.State = v.Count(float64(len(chosen))) + " " + v.Text("chosen")
	}
	return p, true
}

// canonical gives the address that a submitted form asks for.
func canonical(path string, values url.Values) string {
	was := strings.SplitN(values.Get(formKey), "|", 3)
	preset, from, last := values.Get("preset"), values.Get("from"), values.Get(lastKey)
	usePreset := preset != custom && preset != ""
	if len(was) == 3 && preset == was[0] && (from != was[1] || last != was[2]) {
		usePreset = false // the dates were changed and the preset was left as it stood
	}
	for _, key := range []string{formKey, lastKey, "from", "preset"} {
		values.Del(key)
	}
	for key, words := range values {
		if words = slices.DeleteFunc(words, func(word string) bool { return word == "" }); len(words) > 0 {
			values[key] = words
		} else {
			delete(values, key)
		}
	}
	switch {
	case usePreset && (preset != queries.PresetLast12Months || strings.HasPrefix(path, catalogPath)): // where it may not be the start
		values.Set("preset", preset)
	case usePreset:
	case from == "" && last == "":
		values.Set("preset", queries.PresetAll)
	default:
		if from != "" {
			values.Set("from", from)
		}
		if last != "" {
			values.Set("to", dayAfter(last))
		}
	}
	if values.Get(compareKey) == compareYear && !strings.HasPrefix(path, catalogPath) { // where it is not the default
		values.Del(compareKey)
	}
	return address(path, values)
}

// dayAfter turns an inclusive end into an exclusive one; what is no date stays, so that the page names it.
func dayAfter(day string) string {
	parsed, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return parsed.AddDate(0, 0, 1).Format(time.DateOnly)
}

// summary says in words what a page's numbers cover.
func (v *visit) summary() []string {
	parts := []string{v.Span(v.filter.From, v.filter.To)}
	if !v.filter.To.IsZero() && v.reached(v.filter.To).Before(v.filter.To) {
		parts[0] = v.Say("span.so_far", parts[0], v.Date(v.history.Today))
	}
	values := v.filter.Values()
	for _, d := range queries.Dimensions {
		words := values[d.Name]
		if !d.Filter || len(words) == 0 {
			continue
		}
		labels := make([]string, 0, 3)
		for _, word := range words[:min(3, len(words))] {
			labels = append(labels, shorten(valueLabel(v.Words, d.Name, word), 40))
		}
		list := strings.Join(labels, ", ")
		if more := len(words) - len(labels); more > 0 {
			list = v.Say("and_more", list, v.Count(float64(more)))
		}
		parts = append(parts, v.Of(d.Label)+": "+list)
	}
	if v.filter.IsPeriod() {
		parts = append(parts, v.Text("basis_period"))
	}
	if v.filter.IsBusiness() {
		parts = append(parts, v.Text("clock_business"))
	}
	if !v.filter.AsOf.IsZero() {
		parts = append(parts, v.Say("span.as_of", v.Date(v.filter.AsOf)))
	}
	return parts
}
