package sample

import (
	"math"
	"slices"
	"testing"
	"time"
)

func outreach(t *testing.T, cfg OutreachConfig) *OutreachWorld {
	t.Helper()
	w, err := Outreach(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// sum adds up the requests of some departments on days [from, to).
func (w *OutreachWorld) sum(names []string, from, to time.Time) float64 {
	var n int
	for i, name := range w.Departments {
		if slices.Contains(names, name) {
			for d := int(from.Sub(w.From) / (24 * time.Hour)); d < int(to.Sub(w.From)/(24*time.Hour)); d++ {
				n += w.Borrowing[i][d]
			}
		}
	}
	return float64(n)
}

// ratio is the change of the targets from the year before, over that of the others.
func (w *OutreachWorld) ratio() float64 {
	before := func(t time.Time) time.Time { return t.AddDate(-1, 0, 0) }
	return w.sum(w.Targets, w.Start, w.End) / w.sum(w.Targets, before(w.Start), before(w.End)) /
		(w.sum(w.Comparison, w.Start, w.End) / w.sum(w.Comparison, before(w.Start), before(w.End)))
}

// An outreach world is the history that Write makes of the same seed, where it has the same span and no other campaign is in the way.
func TestOutreachIsTheSameLibrary(t *testing.T) {
	from, to := time.Date(2022, time.July, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, time.July, 1, 0, 0, 0, 0, time.UTC)
	w := outreach(t, OutreachConfig{Requests: 6_000, Seed: 5, From: from, To: to})
	counts := newWorld(Config{Requests: 6_000, Seed: 5, From: from, To: to}).counts()
	if got, want := w.Start.Format(time.DateOnly), "2024-09-01"; got != want {
		t.Errorf("the campaign starts on %s, want %s", got, want)
	}
	for i, n := range counts {
		d := i / nStreams
		var got int
		switch ro, dep := stream(i % nStreams); {
		case ro == lending:
			got = w.Lending[d]
		case ro == borrowing && departments[dep].name != "":
			got = w.Borrowing[slices.Index(w.Departments, departments[dep].name)][d]
		default:
			continue
		}
		if got != int(n) {
			t.Fatalf("day %d, stream %d: %d requests, Write makes %d", d, i%nStreams, got, n)
		}
	}
}

// The effect is the one asked for, with shared shocks and without them; shocks cancel between targets and others.
func TestOutreachEffect(t *testing.T) {
	for _, cfg := range []OutreachConfig{{Effect: 1000}, {}, {Effect: 1000, ShockSD: 80, ShockRho: 600}, {Effect: 1400, ShockSD: 80, ShockRho: 600}} {
		cfg.Requests, cfg.Seed = 3_000_000, 3
		w := outreach(t, cfg)
		want := float64(w.Effect) / 1000
		// The departments' own shocks of 3 % a month are left: eight months of four and eight departments.
		if got := w.ratio(); math.Abs(math.Log(got/want)) > .03 {
			t.Errorf("%+v: the requests of the targets changed by a factor of %.3f, want %.3f", cfg, got, want)
		}
	}
	if w := outreach(t, OutreachConfig{Seed: 1}); w.Effect != 1250 || len(w.Lending) != 2192 {
		t.Errorf("by itself the effect is %d over %d days, want 1250 over 2192", w.Effect, len(w.Lending))
	}
}

// Persistent shocks have the spread and the persistence asked for, and come again with the seed.
func TestOutreachShocks(t *testing.T) {
	var n, sum, squares, products float64
	for seed := range uint64(400) {
		w := &world{cfg: Config{Seed: seed, From: time.Date(2019, 7, 1, 0, 0, 0, 0, time.UTC)}, toAt: wall(time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC))}
		factors := w.persistent(80, 600)
		if len(factors) != 72 || !slices.Equal(factors, w.persistent(80, 600)) {
			t.Fatalf("seed %d: %d factors, want 72 and the same every time", seed, len(factors))
		}
		for i := 1; i < len(factors); i++ {
			a, b := math.Log(float64(factors[i-1])/1000), math.Log(float64(factors[i])/1000)
			n, sum, squares, products = n+1, sum+b, squares+b*b, products+a*b
		}
	}
	if mean, sd, rho := sum/n, math.Sqrt(squares/n), products/squares; math.Abs(mean) > .003 || math.Abs(sd-.08) > .003 || math.Abs(rho-.6) > .03 {
		t.Errorf("the shocks' logarithms have mean %.4f, standard deviation %.4f and correlation %.3f, want 0, 0.08 and 0.6", mean, sd, rho)
	}
}

func TestOutreachRefusals(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	for name, cfg := range map[string]OutreachConfig{
		"no such department": {Targets: []string{"Alchemy"}},
		"empty campaign":     {Start: day(2024, 9, 1), End: day(2024, 9, 1)},
		"outside":            {Start: day(2025, 5, 1), End: day(2025, 9, 1)},
		"negative effect":    {Effect: -1},
		"explosive shocks":   {ShockSD: 80, ShockRho: 1000},
		"no days":            {From: day(2025, 7, 1), To: day(2025, 7, 1)},
		"negative requests":  {Requests: -1},
	} {
		if _, err := Outreach(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkOutreach(b *testing.B) {
	for i := range b.N {
		if _, err := Outreach(OutreachConfig{Seed: uint64(i), ShockSD: 80, ShockRho: 600}); err != nil {
			b.Fatal(err)
		}
	}
}
