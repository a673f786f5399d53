package delivery

import (
	"bytes"
	_ "embed"
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/subscription"
)

// letter is what the mails of an edition say, in the language of its report. It is kept with the deliveries, so that a mail
// that is tried again a day later says the same.
type letter struct {
	Language     string   `json:"language"`
	Title        string   `json:"title"`
	Library      string   `json:"library"`
	Span         string   `json:"span"`
	Through      string   `json:"through"` // the history's newest date
	Provisional  string   `json:"provisional,omitempty"`
	Sentences    []string `json:"sentences,omitempty"`
	Figures      []figure `json:"figures,omitempty"`
	Edition      string   `json:"edition"`
	Formats      []string `json:"formats"`
	Attach       bool     `json:"attach,omitempty"`
	Link         string   `json:"link,omitempty"`     // of the edition
	Question     string   `json:"question,omitempty"` // address of the same question in the dashboards
	Subscription string   `json:"subscription"`
}

// figure is a tile of the report in words.
type figure struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Beside string `json:"beside,omitempty"` // what it was before
	Note   string `json:"note,omitempty"`   // how many requests it stands on
}

// mostFigures is how many tiles a mail shows: it is read at a glance, and the report holds the others.
const mostFigures = 8

// editionPage is where the dashboards show an edition.
const editionPage = "/reports/editions/"

func letterOf(r *report.Report, edition string, s subscription.Subscription) letter {
	zone := r.MadeAt.Location()
	l := letter{
		Language: r.Words.Tag, Title: r.Title, Library: r.Library, Span: r.Span, Through: r.Words.Date(r.AsOf.In(zone)), Provisional: r.Provisional,
		Sentences: r.Sentences, Edition: edition, Formats: s.Formats, Attach: s.Attach, Subscription: s.ID,
	}
	if s.Link != "" {
		l.Link = s.Link + editionPage + edition
		if strings.HasPrefix(r.Link, "/") {
			l.Question = s.Link + r.Link
		}
	}
	for _, section := range r.Sections {
		for _, tile := range section.Tiles {
			if len(l.Figures) < mostFigures && tile.Now != nil {
				l.Figures = append(l.Figures, figureOf(r, tile))
			}
		}
		if len(l.Figures) > 0 {
			break // the section that comes first holds the main figures
		}
	}
	return l
}

func figureOf(r *report.Report, tile report.Tile) figure {
	w := r.Words
	before, lastYear := r.Earlier(tile)
	f := figure{Label: tile.Label, Value: written(w, tile.Column, tile.Now), Note: tile.Note}
	var beside []string
	if tile.Before != nil {
		beside = append(beside, w.Say("mail.beside", before, written(w, tile.Column, tile.Before)))
	}
	if tile.LastYear != nil {
		beside = append(beside, w.Say("mail.beside", lastYear, written(w, tile.Column, tile.LastYear)))
	}
	f.Beside = strings.Join(beside, "; ")
	if n := tile.N; n != nil && f.Note == "" {
		f.Note = w.Say("n", w.Count(float64(*n)))
	}
	if tile.Provisional {
		f.Note = strings.Join(kept(f.Note, w.Text("figure.provisional")), "; ")
	}
	return f
}

// written writes a tile's number with its unit.
func written(w *locale.Words, column queries.Column, n *float64) string {
	if column.Type == queries.Integer {
		return w.Cell(column, int64(math.Round(*n)))
	}
	if column.Unit == queries.Days {
		return w.Days(*n) + " " + w.Text("days")
	}
	return w.Cell(column, *n)
}

// kept leaves out empty texts.
func kept(texts ...string) []string {
	var list []string
	for _, text := range texts {
		if text != "" {
			list = append(list, text)
		}
	}
	return list
}

//go:embed letter.html
var letterHTML string

var letterPage = template.Must(template.New("letter").Parse(letterHTML))

// view is a letter ready to be written.
type view struct {
	letter
	Subject                      string
	Files                        []string
	Data, Kept, Stop             string
	Attached, OpenIt, OpenAsking string // headings
}

// message writes the letter. from is the address that it comes from, which is whom to ask.
func (l letter) message(files []File, from string) message {
	w := locale.Find(l.Language)
	if w == nil { // a language that this Fillrate has not
		w = locale.All()[0]
	}
	v := view{
		letter: l, Subject: short(line(w.Say("mail.subject", l.Title, l.Span, l.Library)), longestSubject),
		Data: w.Say("mail.through", l.Through), Kept: w.Say("mail.edition", l.Edition), Stop: w.Say("mail.stop", l.Subscription, from),
		Attached: w.Text("mail.attached"), OpenIt: w.Text("mail.open"), OpenAsking: w.Text("mail.question"),
	}
	m := message{Subject: v.Subject}
	if l.Attach {
		m.Files = files
		for _, file := range files {
			v.Files = append(v.Files, file.Name+" ("+size(w, len(file.Bytes))+")")
		}
	}
	m.Text = v.text()
	var html bytes.Buffer
	if err := letterPage.Execute(&html, v); err == nil { // else the text stands alone
		m.HTML = html.String()
	}
	return m
}

// size writes how large a file is.
func size(w *locale.Words, n int) string {
	if n < 1_000_000 {
		return w.Count(math.Max(1, float64(n)/1000)) + " kB"
	}
	return w.Number(float64(n)/1_000_000, 1) + " MB"
}

// text is the letter without markup, in paragraphs.
func (v view) text() string {
	var b strings.Builder
	paragraph := func(lines ...string) {
		if lines = kept(lines...); len(lines) > 0 {
			if b.Len() > 0 {
				b.WriteString("\n")
			}
			for _, text := range lines {
				b.WriteString(line(text) + "\n")
			}
		}
	}
	paragraph(v.Title, v.Library, v.Span)
	paragraph(v.Provisional)
	for _, sentence := range v.Sentences {
		paragraph(sentence)
	}
	var figures []string
	for _, f := range v.Figures {
		figures = append(figures, f.Line())
	}
	paragraph(figures...)
	if len(v.Files) > 0 {
		paragraph(append([]string{v.Attached}, v.Files...)...)
	}
	if v.Link != "" {
		paragraph(v.OpenIt, v.Link)
	}
	if v.Question != "" {
		paragraph(v.OpenAsking, v.Question)
	}
	paragraph(v.Data, v.Kept)
	paragraph(v.Stop)
	return b.String()
}

// Line is the figure in one line: Requests: 1,240 (the month before: 1,144; n 1,240).
func (f figure) Line() string {
	text := f.Label + ": " + f.Value
	if beside := strings.Join(kept(f.Beside, f.Note), "; "); beside != "" {
		text += " (" + beside + ")"
	}
	return text
}

// line keeps what people typed, and what came with the data, on one line.
func line(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	return short(strings.Join(strings.Fields(text), " "), longestLine)
}

// In characters.
const (
	longestLine    = 2000
	longestSubject = 150
)

func short(text string, longest int) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}

// Problem says a mistake in a subscription in a reader's language.
func Problem(w *locale.Words, e *subscription.FieldError) string {
	return w.Say("subscription.wrong."+e.Kind, e.Args...)
}

// TestLetter is a mail that says that the settings are right, in a language.
func TestLetter(w *locale.Words, m *Mail) (subject, text string) {
	return w.Text("mail.test.subject"), w.Say("mail.test.text", m.Host, strconv.Itoa(m.Port)) + "\n"
}
