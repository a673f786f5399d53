//go:build browser

package browser

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/fillrate/fillrate/dashboards/locale"
)

// englishTexts are the texts that read otherwise in Portuguese: one of them on a Portuguese page was forgotten there.
func englishTexts(t *testing.T) map[string]bool {
	t.Helper()
	texts := map[string]bool{}
	en, pt := locale.Find("en"), locale.Find("pt-BR")
	for _, key := range en.Keys() {
		if text := en.Text(key); text != pt.Text(key) {
			texts[text] = true
		}
	}
	content, err := os.ReadFile("../locale/pt-BR/catalog.json")
	if err != nil {
		t.Fatal(err)
	}
	var catalog map[string]string
	if err := json.Unmarshal(content, &catalog); err != nil {
		t.Fatal(err)
	}
	for english, portuguese := range catalog {
		if english != portuguese {
			texts[english] = true
		}
	}
	for _, key := range pt.Keys() { // "total" of one text may be the "total" of another
		delete(texts, pt.Text(key))
	}
	for _, portuguese := range catalog {
		delete(texts, portuguese)
	}
	return texts
}

// isName are texts that are also the name of something, which no language changes.
var isName = map[string]bool{"Table": true} // the system of a plain table, as the import calls it

// isEnglish finds words that Portuguese has not.
var isEnglish = regexp.MustCompile(`(?i)(?:^|[^\pL\pN_/.-])(the|of|and|is|are|was|were|with|from|by|not|that|this|which|there|their|than|only|has|have|been|where|when|each|all|requests?|filled|unfilled|table|definition|days?|months?|weeks?|years?|lenders?|lending|borrowing|borrowers?|loans?|overdue|rows?|partners?|pages?|apply|search|next|previous|settings|overview|turnaround|copies|copy|library|libraries|department|unknown|none|January|February|July|August)(?:$|[^\pL\pN_/-])`)

// codes are values as they stand in downloads, whose meaning a page explains in the reader's language.
var codes = regexp.MustCompile(`\b(unknown|borrowing|lending|loan|copy|filled|unfilled|cancelled|open|all)\b`)

// foreign lists the words of English that a page shows or reads out, but for what the library itself wrote: titles and
// names in cells and charts, campaigns, codes.
func foreign(r *reader, english map[string]bool) []string {
	r.Helper()
	type said struct {
		Text string `json:"text"`
		Data bool   `json:"data"` // stands where names and titles of the library stand, or of publications
		Doc  bool   `json:"doc"`  // tells what a column means, and so which codes stand in it
	}
	texts := evaluate[[]said](r, `(() => {
		const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		const quoted = "script, style, code, pre, noscript, textarea, [lang]:not([lang='pt-BR'])";
		const data = "article, td, th[scope=row], svg, option, .check, .campaigns, [dir=auto], .mark";
		for (let node; node = walker.nextNode();) {
			const place = node.parentElement, text = node.textContent.trim();
			if (text && !place.closest(quoted)) found.push({text, data: !!place.closest(data), doc: !!place.closest("dd")});
		}
		for (const place of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
			if (place.closest(quoted)) continue;
			for (const name of ["aria-label", "title", "placeholder", "alt"]) {
				if (place.hasAttribute(name)) found.push({text: place.getAttribute(name).trim(), data: place.matches("[data-chart]") || !!place.closest(data), doc: name === "title" && place.matches("th")});
			}
		}
		found.push({text: document.title, data: false, doc: false});
		return found;
	})()`)
	ours := strings.NewReplacer(libraryWords(r)...)
	var list []string
	for _, text := range texts {
		if english[text.Text] && !isName[text.Text] {
			list = append(list, text.Text)
			continue
		}
		if text.Data {
			continue
		}
		told := ours.Replace(text.Text)
		if text.Doc {
			told = codes.ReplaceAllString(told, "…")
		}
		if words := isEnglish.FindStringSubmatch(told); words != nil {
			list = append(list, words[1]+" in: "+text.Text)
		}
	}
	return list
}

// libraryWords are the sentences and names that the sample library wrote about its campaigns, for a replacer.
func libraryWords(r *reader) []string {
	r.Helper()
	file, err := os.Open("../../sample-data/campaigns.csv")
	if err != nil {
		r.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		r.Fatal(err)
	}
	var words []string
	for _, record := range records[1:] {
		for _, i := range []int{1, 10} { // name and note
			if record[i] != "" {
				words = append(words, record[i], "")
			}
		}
	}
	return words
}
