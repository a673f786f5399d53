package report

import (
	"slices"

	"github.com/fillrate/fillrate/queries"
)

// groupsSection is how each department, patron group or what else the report is split by is served. Of a dimension of readers
// the requests are those of readers; of any other each side stands by itself.
func groupsSection(c *composer) (*Section, error) {
	s := c.section("groups")
	for _, dimension := range c.spec.Groups {
		if err := c.group(s, dimension); err != nil {
			return nil, err
		}
	}
	if len(s.Tables)+len(s.Notes) == 0 {
		s.Empty = c.words.Say("report.groups.empty", c.words.Span(c.span().from, c.span().to))
	}
	return s, nil
}

func isOfReaders(dimension string) bool {
	return dimension == "department" || dimension == "patron_group"
}

func (c *composer) group(s *Section, dimension string) error {
	if isOfReaders(dimension) {
		roles := slices.DeleteFunc([]string{"borrowing", "docdel"}, func(role string) bool { return !c.asks("role", role) })
		return c.groupOf(s, dimension, roles)
	}
	for _, role := range []string{"borrowing", "lending", "docdel"} {
		if c.asks("role", role) {
			if err := c.groupOf(s, dimension, []string{role}); err != nil {
				return err
			}
		}
	}
	return nil
}

// groupOf adds a dimension's tables for some roles: what became of the requests, and how long loans and copies took, which are
// not to be mixed.
func (c *composer) groupOf(s *Section, dimension string, roles []string) error {
	if len(roles) == 0 {
		return nil
	}
	id, whose := dimension, c.words.Text("report.groups.readers")
	if !isOfReaders(dimension) {
		id, whose = dimension+"_"+roles[0], c.words.Value("role", roles[0])
	}
	name := c.words.Dimension(dimension)
	add := func(metric, kind, id, title, n string, columns ...string) error {
		ask := func(s span, by ...string) (*queries.Result, error) {
			return c.ask(metric, s, func(f *queries.Filter) {
				f.Role = roles
				if kind != "" {
					f.Kind = []string{kind}
				}
			}, by...)
		}
		of := c.span()
		r, err := ask(of, dimension)
		if err != nil || total(r, n) == 0 && !isWithheld(r) {
			return err
		}
		if areNobody(r) && c.spec.Kind == Monthly { // in a month few readers stand behind each group, in a year enough may
			year, err := ask(c.twelveMonths(), dimension)
			if err != nil {
				return err
			}
			if !areNobody(year) {
				of, r, id = c.twelveMonths(), year, id+"_year"
				title = c.words.Say("report.groups.year", title)
			}
		}
		if areNobody(r) {
			s.Notes = append(s.Notes, c.words.Say("report.groups.nobody", title, c.count(float64(r.Filter.Number("suppress_below")))))
			return nil
		}
		all, err := ask(of)
		if err != nil {
			return err
		}
		t := c.cut(c.table(id, title, bySize(r, n), columns...), longestTable)
		t = c.withTotal(t, all)
		t.N = c.words.Say("report.groups.n", c.count(total(all, n)), c.words.Span(of.from, of.to))
		s.Tables = append(s.Tables, t)
		return nil
	}
	if err := add("fill_rate", "", "groups_"+id, c.words.Say("report.groups.served", name, whose), "n_requests", "n_requests", "n_filled", "n_unfilled", "n_cancelled", "n_open", "fill_rate"); err != nil {
		return err
	}
	for _, kind := range []string{"loan", "copy"} {
		if !c.asks("kind", kind) {
			continue
		}
		title := c.words.Say("report.groups.wait", name, whose, c.words.Value("kind", kind))
		if err := add("turnaround", kind, "groups_"+id+"_"+kind, title, "n", "n", "median_days", "p90_days", "share_within_sla"); err != nil {
			return err
		}
	}
	return nil
}

// areNobody tells whether no group is shown by its name.
func areNobody(r *queries.Result) bool {
	return !slices.ContainsFunc(r.Rows, func(row []any) bool { return !isNobody(row[0]) })
}

// isWithheld tells whether figures may not be shown as they would tell of few readers.
func isWithheld(r *queries.Result) bool {
	return slices.ContainsFunc(r.Suppressed, func(s queries.Suppression) bool { return s.IsWithheld })
}

// bySize puts the largest groups first and what names none last.
func bySize(r *queries.Result, n string) *queries.Result {
	shown := sorted(r, n)
	slices.SortStableFunc(shown.Rows, func(a, b []any) int { return btoi(isNobody(a[0])) - btoi(isNobody(b[0])) })
	return shown
}
