package impact

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const portuguese = "pt-BR"

// texts are all sentences of a report.
func (r *Report) texts() []string {
	texts := []string{r.Verdict.Text, r.Hidden}
	for _, c := range r.Checks {
		texts = append(texts, c.Label, c.Detail)
	}
	for _, refusal := range r.Refusals {
		texts = append(texts, refusal.Reason, refusal.Needed)
	}
	for _, u := range r.Units {
		texts = append(texts, u.Name, u.LeftOut)
	}
	for _, w := range r.Working {
		texts = append(texts, w.Label, w.Text)
	}
	return texts
}

func (r *PlanReport) texts() []string {
	texts := append([]string{r.Text}, r.Help...)
	for _, refusal := range r.Refusals {
		texts = append(texts, refusal.Reason, refusal.Needed)
	}
	return texts
}

// worked is the working of a report in a language other than English, whose working is held by its numbers.
func worked(r *Report, l *Language) string {
	if l == english {
		return ""
	}
	var b strings.Builder
	for _, w := range r.Working {
		b.WriteString("\n" + w.Label + ": " + w.Text + "\n")
	}
	return b.String()
}

// claimsIn are words that no sentence of a language may hold: they say more than any number can.
var claimsIn = map[string]*regexp.Regexp{
	english.Tag: claims,
	portuguese:  regexp.MustCompile(`(?i)significativ|significân|\bprov(a|ar|am|ou|aram|ado|ada)\b|\bcaus(a|ou|am|aram|ado|ada)\b|NaN|\bInf\b|%!`),
}

// soundIn holds of every sentence: nothing is claimed, no place stands empty, and numbers are those of the language.
func soundIn(t interface {
	Errorf(string, ...any)
}, l *Language, texts []string) {
	for _, text := range texts {
		if claimsIn[l.Tag].MatchString(text) || strings.ContainsAny(text, "{}?|") || strings.Contains(text, "  ") || strings.Contains(text, "..") || strings.Contains(text, " ,") {
			t.Errorf("%s: %q", l.Tag, text)
		}
		if l.Tag == portuguese {
			if found := inEnglish(text); found != "" {
				t.Errorf("in Portuguese: %q, which holds %q", text, found)
			}
			if pointed.MatchString(text) {
				t.Errorf("a number with a decimal point: %q", text)
			}
		}
	}
}

// pointed is a number with a point before other than three digits.
var pointed = regexp.MustCompile(`\d\.(\d{1,2}|\d{4,})\b|\d,\d{3},\d`)

// englishParts are what stands of the English texts between their places, where it is long enough to be a piece of a sentence
// and Portuguese has no such piece.
var englishParts = func() []string {
	var parts []string
	var all strings.Builder
	for _, text := range In(portuguese).texts {
		all.WriteString(text + "\n")
	}
	for _, text := range english.texts {
		for _, part := range regexp.MustCompile(`\{[^{}]*\}|[{}?|]`).Split(text, -1) {
			if part = strings.Trim(part, " .,;:()–=+"); len(strings.Fields(part)) >= 2 && !strings.Contains(all.String(), part) {
				parts = append(parts, part)
			}
		}
	}
	return parts
}()

func inEnglish(text string) string {
	i := slices.IndexFunc(englishParts, func(part string) bool { return strings.Contains(text, part) })
	if i < 0 {
		return ""
	}
	return englishParts[i]
}

// Reports on any panel are in one language throughout, and the English one is what the report says by itself.
func TestReportsInPortuguese(t *testing.T) {
	if len(englishParts) < 200 {
		t.Fatalf("only %d pieces of English to look for", len(englishParts))
	}
	n, want := 0, 100
	if testing.Short() {
		want = 20 // rapid draws a fifth in the short suite
	}
	defer func() {
		if n < want {
			t.Errorf("only %d panels were looked at", n)
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		n++
		p := drawnPanel(t)
		r, plan := Assess(p), Plan(p)
		before := strings.Join(append(r.texts(), plan.texts()...), "\n")
		soundIn(t, In(portuguese), r.In(portuguese).texts())
		soundIn(t, In(portuguese), plan.In(portuguese).texts())
		if after := strings.Join(append(r.In("en").texts(), plan.In("en").texts()...), "\n"); after != before {
			t.Errorf("telling it in Portuguese changed the English:\n%s\nwas\n%s", after, before)
		}
	})
}

// A report from JSON has its English and nothing else.
func TestReportWithoutPhrases(t *testing.T) {
	r := &Report{Verdict: Verdict{Code: CantTell, Text: "We can't tell."}, Checks: []Check{{Name: CheckUnits, Detail: "All."}}, Units: []UnitReport{{Name: "History"}}}
	told := r.In(portuguese)
	if told.Verdict.Text != "We can't tell." || told.Checks[0].Detail != "All." || told.Units[0].Name != "History" {
		t.Errorf("%+v", told)
	}
	if told.Checks[0].Label == r.Checks[0].Label {
		t.Error("its labels are known all the same")
	}
	if In("zz") != english || In("pt-br").Tag != portuguese {
		t.Error("languages are found by their tag, English stands in")
	}
}

var placeName = regexp.MustCompile(`\{\^?([a-z_]+)`)

// places names what must be put into a text: words of the campaign are there by themselves.
func placesOf(text string) []string {
	set := map[string]bool{}
	for _, m := range placeName.FindAllStringSubmatch(text, -1) {
		if _, ok := (topic{}).place(m[1], english); !ok {
			set[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// Every language has every text, with the same places.
func TestWordsOfLanguages(t *testing.T) {
	for _, l := range languages[1:] {
		for key, text := range english.texts {
			other, ok := l.texts[key]
			if !ok {
				t.Errorf("%s lacks %s", l.Tag, key)
				continue
			}
			if a, b := placesOf(text), placesOf(other); !slices.Equal(a, b) {
				t.Errorf("%s: the places of %s are %v, in English %v", l.Tag, key, b, a)
			}
			if strings.Count(other, "{") != strings.Count(other, "}") {
				t.Errorf("%s: braces of %s", l.Tag, key)
			}
			if strings.HasSuffix(text, ".") != strings.HasSuffix(other, ".") {
				t.Errorf("%s: %s is a sentence in one language only", l.Tag, key)
			}
		}
		for key := range l.texts {
			if _, ok := english.texts[key]; !ok {
				t.Errorf("%s: %s is asked for by nobody", l.Tag, key)
			}
		}
	}
}

// Every text is asked for in the code, and every key in the code is there.
func TestKeysOfWords(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	literals := map[string]bool{}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					literals[s] = true
				}
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			name, isSay := call.Fun.(*ast.Ident)
			if lit, ok := call.Args[0].(*ast.BasicLit); isSay && name.Name == "say" && ok {
				if key, _ := strconv.Unquote(lit.Value); english.texts[key] == "" {
					t.Errorf("%s: there is no text %s", file.Name(), key)
				}
			}
			return true
		})
	}
	made := regexp.MustCompile(`^(about|rate|record|things|units?|check|opinion|method|month|direction|growing|overlap\.(apart|alike)|work\.its)\.`)
	for key := range english.texts {
		if !literals[key] && !made.MatchString(key) {
			t.Errorf("nobody says %s", key)
		}
	}
}

// Days and numbers as Brazil writes them.
func TestWordsInPortuguese(t *testing.T) {
	l := In(portuguese)
	for got, want := range map[string]string{
		l.number(1234567): "1.234.567", l.change(.79): "−21%", l.change(30): "+1.000% ou mais", l.size(1.001): "menos de 1%", l.small(.0123): "0,012", l.small(1e-9): "abaixo de 0,001",
		l.upOrDown(1.3812): "+39% ou −28%", l.fixed(-1.25, 2): "−1,25",
		l.days(Span{ymd("2024-01-01"), ymd("2024-07-01")}):                                                "janeiro a junho de 2024",
		l.days(Span{ymd("2024-09-01"), ymd("2025-02-01")}):                                                "setembro de 2024 a janeiro de 2025",
		l.days(Span{ymd("2024-03-05"), ymd("2024-04-21")}):                                                "5 de março a 20 de abril de 2024",
		l.days(Span{ymd("2024-03-05"), ymd("2024-03-06")}):                                                "5 de março de 2024",
		l.tell(topic{}.before(Span{ymd("2024-01-01"), ymd("2024-02-01")}), topic{}):                       "ao mês anterior",
		l.tell(topic{}.before(Span{ymd("2024-01-01"), ymd("2024-04-01")}), topic{}):                       "aos 3 meses anteriores",
		l.tell(topic{dimension: byLibrary}.list([]string{"A", "B", "C"}, 2), topic{dimension: byLibrary}): "A, B e outras 3 bibliotecas",
		l.tell(topic{dimension: byDepartment}.list([]string{"A"}, 1), topic{dimension: byDepartment}):     "A e um departamento pequeno",
		l.tell(topic{dimension: byPatronGroup}.list(nil, 3), topic{dimension: byPatronGroup}):             "3 categorias de usuário pequenas",
		l.tell(topic{dimension: byLibrary}.noOther(), topic{dimension: byLibrary}):                        "Não há registro de outra campanha que tenha alcançado estas bibliotecas na janela ou no ano anterior.",
		l.tell(topic{kind: "service_change", title: ""}.campaign(), topic{kind: "service_change"}):        "esta mudança",
		l.tell(topic{}.noFigureInTheWay(names{"Boletim"}), topic{}):                                       "Boletim alcançou parte dos mesmos usuários; isso não foi decisivo, pois não há número a repartir.",
		l.tell(topic{}.noFigureInTheWay(names{"Boletim", "Cartazes"}), topic{}):                           "Boletim e Cartazes alcançaram parte dos mesmos usuários; isso não foi decisivo, pois não há número a repartir.",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
