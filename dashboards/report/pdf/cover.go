package pdf

import "github.com/fillrate/fillrate/dashboards/report"

// Styles of the first page.
var (
	coverLibrary  = style{size: 11, color: muted}
	coverTitle    = style{face: bold, size: 24, color: ink}
	coverSpan     = style{size: 13, color: ink}
	coverState    = style{face: bold, size: 9, color: accent}
	coverSentence = style{size: 11, color: ink}
)

// cover begins the first page: whose report it is, of when and in what state, and what changed.
func (d *document) cover(r *report.Report) {
	d.turn(false)
	d.y = 52
	head := func(text string, s style, leading float64) {
		d.say(shorten(text, 300), s, leading)
	}
	head(r.Library, coverLibrary, 16)
	d.y += 2
	head(r.Title, coverTitle, 30)
	d.y += 2
	head(r.Span, coverSpan, 18)
	d.y += 8
	d.badge(d.state, r.Edition == nil)
	d.y += 12
	if r.Provisional != "" || len(r.Sentences) > 0 { // else the first section's rule stands here
		d.rule(side, d.y, d.width(), 0.75, strong)
		d.y += 12
	}
	if r.Provisional != "" {
		d.notice(r.Provisional)
	}
	for _, sentence := range r.Sentences {
		d.say(sentence, coverSentence, 16)
		d.y += 4
	}
}

// badge frames a few words; those of a draft stand on a ground that is seen from afar.
func (d *document) badge(text string, isDraft bool) {
	s := coverState
	edge := accent
	if isDraft {
		s.color, edge = worse, worse
	}
	text = fit(text, s, d.width()-16)
	d.SetDrawColor(edge.r, edge.g, edge.b)
	d.SetLineWidth(0.75)
	d.RoundedRect(side, d.y, s.face.width(text, s.size)+16, 18, 3, "1234", "D")
	d.write(text, s, side+8, d.y+12.2)
	d.y += 18
}

// notice writes what must not be overlooked, with a bar at its left.
func (d *document) notice(text string) {
	lines := wrap([]run{{d.clean(shorten(text, 2000)), body}}, d.width()-12)
	d.need(14 * float64(min(len(lines), 40)))
	for _, l := range lines {
		d.need(14)
		d.fill(side, d.y, 2.5, 14, warning)
		d.line(l, side+12, d.y+10.2)
		d.y += 14
	}
	d.y += 10
}
