package pdf

import (
	"strings"
	"testing"
)

func TestCleaned(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                "plain",
		"two\nlines\tand \x01": "two lines and  ",
		"e\u0301":              "é", // composed
		"a\u200b\u202eb\ufe0f": "ab",
		"well\u2011known":      "well-known",
		"図書館":                  "□□□",
		"\xff":                 "□",
		"−1 … × ½ → “a” Ω ж שלום": "−1 … × ½ → “a” Ω ж שלום",
	} {
		got, lacks := cleaned(text)
		if got != want || lacks != strings.Contains(want, "□") && text != "\xff" && lacks != strings.Contains(want, "□") {
			t.Errorf("%+q: %+q %v", text, got, lacks)
		}
	}
	if _, lacks := cleaned("図"); !lacks {
		t.Error("it is not told that a letter was lacking")
	}
}

func texts(lines []line) []string {
	var all []string
	for _, l := range lines {
		var b strings.Builder
		for _, p := range l.pieces {
			b.WriteString(p.text)
		}
		all = append(all, b.String())
	}
	return all
}

// No line is wider than it may be, and nothing is lost between them, however long a word is.
func TestWrap(t *testing.T) {
	s := style{size: 10}
	strong := style{face: bold, size: 10}
	for _, text := range []string{
		"", "word", "a few words that do not all fit into one line of this width", strings.Repeat("x", 500), "short " + strings.Repeat("long/", 100) + " short",
		"  spaces   between  ", strings.Repeat("0123456789", 1000),
	} {
		runs := []run{{text, s}, {" and ", s}, {"strong", strong}, {", on", s}}
		lines := wrap(runs, 120)
		whole := ""
		for _, l := range lines {
			if l.width > 120.1 {
				t.Errorf("%.30q: a line is %.1f wide", text, l.width)
			}
		}
		whole = strings.ReplaceAll(strings.Join(texts(lines), ""), " ", "")
		if want := strings.ReplaceAll(text, " ", "") + "andstrong,on"; whole != want {
			t.Errorf("%.30q became %.60q", text, whole)
		}
	}
	if got := texts(wrap([]run{{"one two", s}}, 30)); len(got) != 2 || got[0] != "one" {
		t.Errorf("wrapped to %q", got)
	}
	if got := wrap([]run{{"W", s}}, 1); len(got) != 1 { // not even one letter fits
		t.Errorf("a letter wider than the line gives %d lines", len(got))
	}
}

func TestFit(t *testing.T) {
	s := style{size: 10}
	if got := fit("short", s, 100); got != "short" {
		t.Errorf("cut to %q", got)
	}
	if got := fit("a text that is too long", s, 60); !strings.HasSuffix(got, "…") || s.face.width(got, 10) > 60 {
		t.Errorf("cut to %q, %.1f wide", got, s.face.width(got, 10))
	}
	if got := shorten("äöüß", 3); got != "äö…" {
		t.Errorf("shortened to %q", got)
	}
}
