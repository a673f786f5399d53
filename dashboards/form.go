package dashboards

import (
	"maps"
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
	Period     string // the preset chosen, in words
	From, Last string
	Compare    []option
	Picks      []pick // what is asked for most, in the bar itself
	More       []pick // and the rest, behind one button
	NMore      int    // how many of those behind the button are set
	Basis      []option
	Clock      []option
	Keep       []field // what the address says and the bar has no control for
	Chips      []narrowing
	Reset      string
}

type option struct {
	Value, Label string
	Chosen       bool
}

type field struct{ Name, Value string }

// narrowing is one thing that the page is narrowed to, with the address of the page without it.
type narrowing struct{ Text, URL string }

// pick is the choice of a dimension's values. Where there are too many to list, More takes the others by name.
type pick struct {
	Name, Label, State string
	None               string // what it says where nothing is chosen
	Options            []option
	More               string
	Search             bool
	Choices            string // address that searches all values; empty: those listed are all
}

const (
	listedChoices   = 300
	searchedChoices = 12 // from which on a list gets a search field
	chipsOfOne      = 8  // of one dimension; what is beyond shares a chip
)

// Where the controls of the dimensions stand: those that most questions need in the bar, the others behind a button.
var (
	picksInBar = []string{"role"}
	picksMore  = []string{"kind", "department", "partner", "patron_group", "network", "library", "source"}
)

// form makes the filter bar of a page; extras names the controls beside the usual ones (basis, clock).
func (v *visit) form(extras ...string) *form {
	f := &form{Action: v.path, Reset: v.path, Chips: v.chips()}
	for _, preset := range queries.Presets(v.history.Today, v.filter.Number("fiscal_start"), v.filter.Terms...) {
		label := v.Of(preset.Label)
		if preset.Term != "" {
			label += ": " + shorten(preset.Term, 40)
		}
		f.Presets = append(f.Presets, option{preset.ID, label, v.asked.Preset == preset.ID})
	}
	f.Presets = append(f.Presets, option{custom, v.Text("custom_dates"), v.asked.Preset == ""})
	for _, preset := range f.Presets {
		if preset.Chosen {
			f.Period = preset.Label
		}
	}
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
	picks := func(names []string) (list []pick) {
		for _, name := range names {
			shown = append(shown, name)
			if pick, ok := v.pick(name, values[name]); ok {
				list = append(list, pick)
			}
		}
		return list
	}
	f.Picks, f.More = picks(picksInBar), picks(picksMore)
	if slices.Contains(extras, "basis") {
		shown = append(shown, "basis")
		f.Basis = []option{{"", v.Text("basis_cohort"), !v.filter.IsPeriod()}, {queries.Period, v.Text("basis_period"), v.filter.IsPeriod()}}
	}
	if slices.Contains(extras, "clock") {
		shown = append(shown, "clock")
		f.Clock = []option{{"", v.Text("clock_calendar"), !v.filter.IsBusiness()}, {queries.Business, v.Text("clock_business"), v.filter.IsBusiness()}}
	}
	for _, name := range append(slices.Clone(picksMore), "basis", "clock") {
		if slices.Contains(shown, name) && len(values[name]) > 0 {
			f.NMore++
		}
	}
	if v.comparesItself() {
		f.Keep = append(f.Keep, fields(values, compareKey)...)
	} else {
		for _, key := range []string{compareYear, compareLast, compareNone} {
			f.Compare = append(f.Compare, option{key, v.Text("compare_" + key), v.compare == key})
		}
	}
	for _, key := range queries.FilterKeys() {
		if key != compareKey && !slices.Contains(shown, key) {
			f.Keep = append(f.Keep, fields(values, key)...)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(v.own)) {
		f.Keep = append(f.Keep, fields(v.own, key)...)
	}
	return f
}

// comparesItself tells the pages whose numbers are compared by a control of their own, or not at all.
func (v *visit) comparesItself() bool {
	return strings.HasPrefix(v.path, catalogPath) || strings.HasPrefix(v.path, "/rows/")
}

func fields(values url.Values, key string) []field {
	var list []field
	for _, word := range values[key] {
		list = append(list, field{key, word})
	}
	return list
}

// chips lists what the page is narrowed to, the period aside, in the order of its address.
func (v *visit) chips() []narrowing {
	values := v.query()
	without := func(key string, from, to int) string {
		left := maps.Clone(values)
		if left[key] = slices.Delete(slices.Clone(values[key]), from, to); len(left[key]) == 0 {
			delete(left, key)
		}
		maps.Copy(left, v.own)
		return address(v.path, left)
	}
	var list []narrowing
	for _, key := range queries.FilterKeys() {
		words := values[key]
		if len(words) == 0 {
			continue
		}
		d, o := queries.FindDimension(key), queries.FindOption(key)
		narrows := queries.FindNarrowing(key)
		if narrows != nil {
			d = narrows
		}
		switch {
		case d != nil && (d.Filter || narrows != nil):
			for i, word := range words {
				if i == chipsOfOne-1 && len(words) > chipsOfOne {
					more := v.Say("filter.chip_more", v.Count(float64(len(words)-i)))
					list = append(list, narrowing{v.Say("filter.chip", v.Of(d.Label), more), without(key, i, len(words))})
					break
				}
				list = append(list, narrowing{v.Say("filter.chip", v.Of(d.Label), shorten(v.Value(key, word), 40)), without(key, i, i+1)})
			}
		case key == "basis":
			list = append(list, narrowing{v.Text("basis_period"), without(key, 0, 1)})
		case key == "clock":
			list = append(list, narrowing{v.Text("clock_business"), without(key, 0, 1)})
		case key == "as_of":
			list = append(list, narrowing{v.Say("span.as_of", v.Date(v.filter.AsOf)), without(key, 0, 1)})
		case o != nil:
			list = append(list, narrowing{v.Say("filter.chip", v.Of(o.Label), words[0]), without(key, 0, 1)})
		}
	}
	return list
}

func (v *visit) pick(name string, chosen []string) (pick, bool) {
	p := pick{Name: name, Label: v.Dimension(name), State: v.Text("all"), None: v.Text("all")}
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
		label := shorten(v.Value(name, c.Value), 80)
		p.Options = append(p.Options, option{c.Value, label, slices.Contains(chosen, c.Value)})
	}
	if p.Search = len(p.Options) >= searchedChoices; p.Search {
		p.Choices = choicesPath + name
	}
	switch len(chosen) {
	case 0:
	case 1:
		p.State = shorten(v.Value(name, chosen[0]), 24)
	default:
		p.State = v.Count(float64(len(chosen))) + " " + v.Text("chosen")
	}
	return p, true
}

// canonical gives the address that a submitted form asks for; start is the preset that the page starts from.
func canonical(path, start string, values url.Values) string {
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
	case usePreset && preset != start:
		values.Set("preset", preset)
	case usePreset:
	case from == "" && last == "" && start == queries.PresetAll:
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
			labels = append(labels, shorten(v.Value(d.Name, word), 40))
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
