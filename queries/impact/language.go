package impact

import (
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The sentences of reports stand in words/, a file per language: key to text. A text has places in braces:
//
//	{window}            what the sentence is said of, or a word of the campaign (topic.place)
//	{^targets}          the same, beginning with a capital
//	{n?month|months}    the first where the place is one: a count of 1, a list of one name, a span of one day or month. Of
//	                    {outcome} the first where it takes the singular, of {unit} where the word for it is masculine.
//
//go:embed words/*.json
var wordFiles embed.FS

// Language is one in which reports can be read: its sentences, and how it writes numbers and days.
type Language struct {
	Tag string // as in <html lang>: en, pt-BR

	texts              map[string]string
	decimal, thousands string
	feminine           []string // dimensions whose units have a feminine name
}

var languages = loadWords([]*Language{
	{Tag: "en", decimal: ".", thousands: ","},
	{Tag: "pt-BR", decimal: ",", thousands: ".", feminine: []string{byPatronGroup, byLibrary}},
})

var english = languages[0]

// loadWords reads the texts of all languages. What is embedded can't change, so it panics where a file is no object of texts.
func loadWords(languages []*Language) []*Language {
	for _, l := range languages {
		content, err := wordFiles.ReadFile("words/" + l.Tag + ".json")
		if err == nil {
			err = json.Unmarshal(content, &l.texts)
		}
		if err != nil {
			panic(fmt.Errorf("the words of %s: %w", l.Tag, err))
		}
	}
	return languages
}

// In gives a language by its tag, English where reports are not written in it.
func In(tag string) *Language {
	i := slices.IndexFunc(languages, func(l *Language) bool { return strings.EqualFold(l.Tag, tag) })
	return languages[max(i, 0)]
}

// text gives a text that has no places.
func (l *Language) text(key string) string { return l.texts[key] }

// number writes a count with separators between thousands.
func (l *Language) number(n float64) string {
	digits := strconv.FormatInt(int64(math.Round(math.Min(math.Abs(n), 1e15))), 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + l.thousands + digits[at:]
	}
	if n < 0 && digits != "0" {
		return "−" + digits
	}
	return digits
}

// fixed writes a number with so many decimals.
func (l *Language) fixed(x float64, decimals int) string {
	digits := strings.Replace(strconv.FormatFloat(x, 'f', decimals, 64), "-", "−", 1)
	return strings.Replace(digits, ".", l.decimal, 1)
}

// points is a ratio as whole per cent above no change, within what a reader can picture: −99 to 1,000.
func points(ratio float64) int {
	return int(math.Round(math.Max(-99, math.Min(1000, 100*(ratio-1)))))
}

// change writes a ratio as a signed percentage: −21%, 0%, +16%.
func (l *Language) change(ratio float64) string {
	switch n := points(ratio); {
	case n >= 1000:
		return l.text("change.most")
	case n > 0:
		return fmt.Sprintf("+%d%%", n)
	case n < 0:
		return fmt.Sprintf("−%d%%", -n)
	}
	return "0%"
}

// size writes how far a ratio lies from no change, without a sign; a change that is there is never written as none.
func (l *Language) size(ratio float64) string {
	switch n := points(ratio); {
	case n >= 1000:
		return l.text("size.most")
	case n == 0:
		return l.text("size.least")
	case n < 0:
		return fmt.Sprintf("%d%%", -n)
	default:
		return fmt.Sprintf("%d%%", n)
	}
}

// wholePerCent is a smallest detectable ratio in per cent above no change, rounded up, so that a change of so much would show.
func wholePerCent(mde float64) float64 { return math.Max(1, math.Ceil(100*(mde-1)-1e-9)) }

// atLeast writes a smallest detectable ratio: 30%.
func (l *Language) atLeast(mde float64) string { return l.number(wholePerCent(mde)) + "%" }

// upOrDown writes a smallest detectable ratio as a rise, and as the fall that is as far on the log scale: +39% or −28%.
func (l *Language) upOrDown(mde float64) string {
	fall := l.number(math.Min(99, math.Max(1, math.Ceil(100*(1-1/mde)-1e-9))))
	return l.tell(say("up_or_down", "rise", "+"+l.atLeast(mde), "fall", "−"+fall+"%"), topic{})
}

// share writes a share of 0 to 1.
func (l *Language) share(x float64) string {
	n := math.Round(100 * math.Max(0, math.Min(1, x)))
	if n == 0 && x > 0 {
		return l.text("size.least")
	}
	return l.number(n) + "%"
}

// small writes a p: 0.042, below 0.001.
func (l *Language) small(p float64) string {
	if p < .001 {
		return l.text("p.least")
	}
	return l.fixed(p, 3)
}

func (l *Language) month(t time.Time) string { return l.text("month." + strconv.Itoa(int(t.Month()))) }

func (l *Language) monthOfYear(t time.Time) string { return l.day(t, "date.month") }

func (l *Language) date(t time.Time) string { return l.day(t, "date") }

func (l *Language) day(t time.Time, key string) string {
	return l.tell(say(key, "day", digits(t.Day()), "month", l.month(t), "year", digits(t.Year())), topic{})
}

// days writes the days of a span: whole months by name.
func (l *Language) days(s Span) string {
	last := s.To.AddDate(0, 0, -1)
	isOneYear := s.From.Year() == last.Year()
	from, to := l.date(s.From), l.date(last)
	switch {
	case last.Equal(s.From):
		return to
	case s.From.Day() != 1 || s.To.Day() != 1:
		if isOneYear {
			from = l.day(s.From, "date.day")
		}
	case isOneYear && s.From.Month() == last.Month():
		return l.monthOfYear(last)
	default:
		from, to = l.monthOfYear(s.From), l.monthOfYear(last)
		if isOneYear {
			from = l.month(s.From)
		}
	}
	return l.tell(say("span", "from", from, "to", to), topic{})
}

// joined writes a list of names.
func (l *Language) joined(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return l.tell(say("list", "first", strings.Join(names[:n-1], ", "), "last", names[n-1]), topic{})
	}
}
