package settings

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/store"
)

var (
	//go:embed targets.sql
	targetsSQL string
	//go:embed weights.sql
	weightsSQL string
	//go:embed batch.sql
	batchSQL string
	//go:embed batches.sql
	batchesSQL string
)

// Service is the part of a library's rules that belongs to the history, as files of them may be loaded like exports: by
// when a request is to be filled, and which patron groups go first. A generation holds it, and figures counted by a load
// stand on it, so a change makes a new generation.
type Service struct {
	Targets []Target // by role and kind, each once
	Weights []Weight // by group; a group that is not listed has none
}

// Target is the number of days within which a request is to be filled.
type Target struct {
	Role, Kind string
	Days       float64 // over 0
}

// Weight is a patron group's weight in the priority score of open requests, 0 to 100.
type Weight struct {
	Group  string
	Weight int
}

// UsualTargets are those of a history that nobody gave any.
func UsualTargets() []Target {
	return []Target{
		{"borrowing", "copy", 3}, {"borrowing", "loan", 10}, {"borrowing", "unknown", 10},
		{"docdel", "copy", 2}, {"docdel", "loan", 3}, {"docdel", "unknown", 3},
		{"lending", "copy", 2}, {"lending", "loan", 3}, {"lending", "unknown", 3},
	}
}

// The prefixes of a Service's names: target.borrowing.loan, weight.Faculty.
const (
	TargetPrefix = "target."
	WeightPrefix = "weight."
)

const (
	mostDays     = 36_500
	mostWeight   = 100
	mostWeights  = 5000
	longestGroup = 400 // of a patron group, as a filter takes it
)

// TargetName is the name of a target: target.borrowing.loan.
func TargetName(role, kind string) string { return TargetPrefix + role + "." + kind }

// Days gives a target in days, 0 where there is none.
func (s Service) Days(role, kind string) float64 {
	for _, t := range s.Targets {
		if t.Role == role && t.Kind == kind {
			return t.Days
		}
	}
	return 0
}

// Set gives a target or a weight another value; an empty text is the usual target, and no weight. An unknown name and a
// number that is none are a *FieldError.
func (s *Service) Set(name, text string) error {
	text = strings.TrimSpace(text)
	if group, ok := strings.CutPrefix(name, WeightPrefix); ok {
		return s.setWeight(group, text)
	}
	i := slices.IndexFunc(UsualTargets(), func(t Target) bool { return TargetName(t.Role, t.Kind) == name })
	if i < 0 {
		return wrong(name, "unknown", "there is no target %q: the names are %s", excerpt(name), strings.Join(TargetNames(), ", "))
	}
	target := UsualTargets()[i]
	if text != "" {
		days, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		if err != nil || !(days > 0) || days > mostDays {
			return wrong(name, "days", "%[2]s is a number of days over 0 and at most %[1]d, such as 3 or 1.5, not %[3]q", mostDays, name, excerpt(text))
		}
		target.Days = days
	}
	s.Targets = slices.DeleteFunc(slices.Clone(s.Targets), func(t Target) bool { return t.Role == target.Role && t.Kind == target.Kind })
	s.Targets = append(s.Targets, target)
	return nil
}

func (s *Service) setWeight(group, text string) error {
	name := WeightPrefix + group
	switch {
	case group == "":
		return wrong(name, "no_group", "a weight is given to no patron group: name the group")
	case len(group) > longestGroup:
		return wrong(name, "long_group", "the patron group %s is too long a name", excerpt(group))
	}
	s.Weights = slices.DeleteFunc(slices.Clone(s.Weights), func(w Weight) bool { return w.Group == group })
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > mostWeight {
		return wrong(name, "number", "the weight of %[3]s is a whole number from %[1]d to %[2]d, not %[4]q", 0, mostWeight, excerpt(group), excerpt(text))
	}
	if len(s.Weights) >= mostWeights {
		return wrong(name, "many_weights", "%d patron groups have a weight: that is the most", mostWeights)
	}
	s.Weights = append(s.Weights, Weight{group, n})
	return nil
}

// TargetNames lists the names of all targets.
func TargetNames() []string {
	var names []string
	for _, t := range UsualTargets() {
		names = append(names, TargetName(t.Role, t.Kind))
	}
	return names
}

// Mark tells two services apart; a form carries it from when it was drawn to when it is sent.
func (s Service) Mark() string {
	sum := sha256.Sum256([]byte(s.text()))
	return hex.EncodeToString(sum[:])
}

// text is everything that a service says, one a line, in order.
func (s Service) text() string {
	var lines []string
	for _, t := range s.Targets {
		lines = append(lines, TargetName(t.Role, t.Kind)+"="+days(t.Days))
	}
	for _, w := range s.Weights {
		lines = append(lines, fmt.Sprintf("%s%q=%d", WeightPrefix, w.Group, w.Weight))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func days(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// Targets reads a generation's targets and weights.
func Targets(ctx context.Context, snapshot *store.Snapshot) (Service, error) {
	return readService(snapshot.DB().QueryContext, ctx)
}

type query func(ctx context.Context, text string, args ...any) (*sql.Rows, error)

func readService(ask query, ctx context.Context) (s Service, err error) {
	err = each(ctx, ask, targetsSQL, func(rows *sql.Rows) error {
		var t Target
		err := rows.Scan(&t.Role, &t.Kind, &t.Days)
		s.Targets = append(s.Targets, t)
		return err
	})
	if err != nil {
		return Service{}, fmt.Errorf("reading the targets: %w", err)
	}
	err = each(ctx, ask, weightsSQL, func(rows *sql.Rows) error {
		var w Weight
		err := rows.Scan(&w.Group, &w.Weight)
		s.Weights = append(s.Weights, w)
		return err
	})
	if err != nil {
		return Service{}, fmt.Errorf("reading the weights of patron groups: %w", err)
	}
	return s, nil
}

func each(ctx context.Context, ask query, text string, scan func(*sql.Rows) error) error {
	rows, err := ask(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// PutTargets makes a new generation in which targets and weights are those of after, and says so among the imports. was is
// the Mark of those that the change was made from: where the current generation has others it fails with Conflict. how says
// where the change came from, such as settings page. Where nothing differs no generation is made. While a load runs it fails
// with store.ErrBusy.
func PutTargets(ctx context.Context, s store.Store, was string, after Service, how string, at time.Time) (store.Generation, error) {
	current, err := s.Snapshot(ctx) // there is one, and it is up to date: only the roll-ups are to be made anew
	if err != nil {
		return store.Generation{}, err
	}
	if err := current.Close(); err != nil {
		return store.Generation{}, err
	}
	return s.Load(ctx, func(ctx context.Context, tx *store.Tx) (store.Verdict, error) {
		before, err := readService(tx.Query, ctx)
		if err != nil {
			return store.Discard, err
		}
		if before.Mark() != was {
			return store.Discard, &queries.Error{Code: queries.Conflict, Message: "the targets or weights were changed by somebody else in the meantime: look at them as they are now, then make your change again; nothing was changed"}
		}
		changes := differences(before, after)
		if len(changes) == 0 {
			return store.Discard, nil
		}
		if err := write(ctx, tx, after); err != nil {
			return store.Discard, fmt.Errorf("writing the targets: %w", err)
		}
		sum := sha256.Sum256([]byte(after.text()))
		if _, err := tx.Exec(ctx, batchSQL, at.UTC().Truncate(time.Second).Format("2006-01-02 15:04:05"), how, hex.EncodeToString(sum[:]), len(changes), strings.Join(changes, "\n")); err != nil {
			return store.Discard, fmt.Errorf("recording the change of targets: %w", err)
		}
		return store.Keep, tx.DeriveRollups(ctx)
	})
}

// write replaces both tables.
func write(ctx context.Context, tx *store.Tx, s Service) error {
	for _, table := range []string{"sla_target", "patron_group_weight"} {
		if _, err := tx.Exec(ctx, "delete from "+table); err != nil {
			return err
		}
	}
	for _, t := range s.Targets {
		if _, err := tx.Exec(ctx, "insert into sla_target (role, kind, days) values ($1, $2, $3)", t.Role, t.Kind, t.Days); err != nil {
			return err
		}
	}
	for _, w := range s.Weights {
		if _, err := tx.Exec(ctx, "insert into patron_group_weight (patron_group, weight) values ($1, $2)", w.Group, w.Weight); err != nil {
			return err
		}
	}
	return nil
}

// differences says in a sentence each what another service changes.
func differences(before, after Service) []string {
	var list []string
	for _, t := range after.Targets {
		if was := before.Days(t.Role, t.Kind); was != t.Days {
			list = append(list, fmt.Sprintf("%s: %s days, was %s", TargetName(t.Role, t.Kind), days(t.Days), orNone(days(was), was == 0)))
		}
	}
	weights := map[string][2]string{}
	for i, s := range []Service{before, after} {
		for _, w := range s.Weights {
			pair := weights[w.Group]
			pair[i] = strconv.Itoa(w.Weight)
			weights[w.Group] = pair
		}
	}
	var groups []string
	for group, pair := range weights {
		if pair[0] != pair[1] {
			groups = append(groups, fmt.Sprintf("%s%s: %s, was %s", WeightPrefix, oneLine(group), orNone(pair[1], pair[1] == ""), orNone(pair[0], pair[0] == "")))
		}
	}
	slices.Sort(groups)
	return append(list, groups...)
}

func orNone(text string, isNone bool) string {
	if isNone {
		return "none"
	}
	return text
}

// oneLine keeps a group's name on one line of the notes.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// TargetEdits gives every change of targets and weights that a generation has seen through PutTargets, earliest first.
func TargetEdits(ctx context.Context, snapshot *store.Snapshot) ([]Edit, error) {
	var all []Edit
	err := each(ctx, snapshot.DB().QueryContext, batchesSQL, func(rows *sql.Rows) error {
		var at time.Time
		var notes string
		err := rows.Scan(&at, &notes)
		for note := range strings.SplitSeq(notes, "\n") {
			if said := noteShape.FindStringSubmatch(note); said != nil {
				all = append(all, Edit{At: at.UTC(), Name: said[1], Before: said[3], After: said[2]})
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the changes of targets: %w", err)
	}
	return all, nil
}

// noteShape is a sentence of differences.
var noteShape = regexp.MustCompile(`^(.+): (\S+)(?: days)?, was (\S+)$`)
