package press

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/fillrate/fillrate/dashboards/report"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/edition"
)

// Spec gives a report that comes with Fillrate, or one that was saved, by its name. It has no dates: Compose takes the last
// full month or fiscal year. NotFound names those there are.
func (p *Press) Spec(ctx context.Context, name string) (report.Spec, error) {
	if spec, ok := report.Builtin(name); ok {
		return spec, nil
	}
	saved, err := p.Editions.SavedSpec(ctx, name)
	if err != nil {
		return report.Spec{}, err
	}
	return readSpec(saved)
}

func readSpec(saved *edition.Saved) (report.Spec, error) {
	var spec report.Spec
	if err := json.Unmarshal(saved.Spec, &spec); err != nil {
		return spec, fmt.Errorf("the saved report %s can't be used, as somebody else's hand or a newer Fillrate wrote it: save it anew (%w)", saved.Name, err)
	}
	spec.Name = saved.Name
	return spec, nil
}

// Saved gives the saved reports by name.
func (p *Press) Saved(ctx context.Context) ([]report.Spec, error) {
	list, err := p.Editions.Saved(ctx)
	if err != nil {
		return nil, err
	}
	var specs []report.Spec
	for _, saved := range list {
		spec, err := readSpec(&saved)
		if err != nil {
			return nil, err
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

// Save keeps a report under its name, in place of what was saved under it before. Its dates are left out: they are said
// when it is run. A name of a report that comes with Fillrate is refused.
func (p *Press) Save(ctx context.Context, spec report.Spec) error {
	if slices.Contains(report.Builtins(), spec.Name) {
		return queries.NewError(queries.Invalid, "%s is a report that comes with Fillrate: save yours under another name", spec.Name)
	}
	if err := edition.CheckName(spec.Name); err != nil {
		return err
	}
	spec.From, spec.To = time.Time{}, time.Time{}
	if err := spec.Check(); err != nil {
		return err
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	return p.Editions.SaveSpec(ctx, spec.Name, text)
}

// Remove forgets a saved report; editions of it stay.
func (p *Press) Remove(ctx context.Context, name string) error {
	if slices.Contains(report.Builtins(), name) {
		return queries.NewError(queries.Invalid, "%s is a report that comes with Fillrate: it can't be removed", name)
	}
	return p.Editions.RemoveSaved(ctx, name)
}
