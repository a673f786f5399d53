package main

import (
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/fillrate/fillrate/ingest/sample"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/impact"
)

// A world is a library of 10,000 requests a year for six years, as in sample-data: departments of a dozen to seventy requests to
// borrow a month, an academic calendar, growth of 4 % a year, and shocks that move all departments alike: 8 % a month, of which
// the next month keeps 0.6, and 4.5 % a week. In September of the last year four departments are addressed for four months.
func worldOf(seed uint64, effect int64) sample.OutreachConfig {
	return sample.OutreachConfig{Requests: 60_000, Seed: seed, Effect: effect, ShockSD: 80, ShockRho: 600}
}

// assessed measures the campaign of a world, against the departments that were not addressed or by its own past alone.
func assessed(t *testing.T, cfg sample.OutreachConfig, isCompared bool) *impact.Report {
	w, err := sample.Outreach(cfg)
	if err != nil {
		t.Error(err)
		return nil
	}
	days := &impact.Days{AsOf: w.To, First: w.From}
	for i, name := range w.Departments {
		days.Units = append(days.Units, impact.UnitDays{Name: name, NReaders: 30, Requests: floats(w.Borrowing[i])})
	}
	days.Lending = floats(w.Lending)
	c := campaign.Campaign{ID: "C2", Name: "Meet your librarian", Kind: campaign.KindCampaign, Start: w.Start, End: w.End,
		Target: campaign.Group{Departments: w.Targets}, Roles: []string{"borrowing"}, Outcome: "requests"}
	if isCompared {
		c.Comparison.Departments = w.Comparison
	}
	panel, err := impact.PanelOf(c, nil, days)
	if err != nil {
		t.Error(err)
		return nil
	}
	return impact.Assess(panel)
}

func floats(counts []int) []float64 {
	out := make([]float64, len(counts))
	for i, n := range counts {
		out[i] = float64(n)
	}
	return out
}

// rates are counts over many worlds.
type rates struct {
	nWorlds                                      int
	nIncrease, nDecrease, nNoEffect, nCantTell   int
	nExcludes, nRawExcludes, nCovered, nStronger int
	logSum                                       float64
	gates                                        map[string]int // failed gates of worlds whose interval excludes 1
}

func (r *rates) percent(n int) float64 { return 100 * float64(n) / float64(r.nWorlds) }

// simulate assesses worlds of the seeds from first on, each for itself, on all processors.
func simulate(t *testing.T, n int, first uint64, effect int64, isCompared bool) *rates {
	reports := make([]*impact.Report, n)
	var wait sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range next {
				reports[i] = assessed(t, worldOf(first+uint64(i), effect), isCompared)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
	if t.Failed() {
		t.FailNow()
	}

	r := &rates{nWorlds: n, gates: map[string]int{}}
	truth := float64(effect) / 1000
	for i, report := range reports {
		switch report.Verdict.Code {
		case impact.LikelyIncrease:
			r.nIncrease++
		case impact.LikelyDecrease:
			r.nDecrease++
		case impact.NoClearEffect:
			r.nNoEffect++
		case impact.CantTell:
			r.nCantTell++
		default:
			t.Fatalf("world %d: the verdict is %q", i, report.Verdict.Code)
		}
		if raw := report.RawChange; raw == nil {
			t.Fatalf("world %d: no raw change", i)
		} else if *raw.Lo > 1 || *raw.Hi < 1 {
			r.nRawExcludes++
		}
		if report.Evidence == "stronger" {
			r.nStronger++
		}
		h := report.Headline
		if h == nil {
			t.Fatalf("world %d: no headline: %+v", i, report.Refusals)
		}
		if want := map[bool]string{true: impact.MethodDiD, false: impact.MethodITS}[isCompared]; h.Method != want {
			t.Fatalf("world %d: the headline is by %s, want %s", i, h.Method, want)
		}
		r.logSum += math.Log(h.RR)
		if h.Lo <= truth && truth <= h.Hi {
			r.nCovered++
		}
		if h.Lo > 1 || h.Hi < 1 {
			r.nExcludes++
			for _, check := range report.Checks {
				if check.IsGate && !check.Passed {
					r.gates[check.Name]++
				}
			}
		}
	}
	t.Logf("%d worlds, true ratio %.2f: verdict likely increase %.1f %%, likely decrease %.1f %%, no clear effect %.1f %%, can't tell %.1f %%; "+
		"the raw change's interval excludes 1 in %.1f %%, the headline's in %.1f %% and covers the truth in %.1f %%; geometric mean of the ratios %.4f; "+
		"gates that failed where the interval excludes 1: %v",
		n, truth, r.percent(r.nIncrease), r.percent(r.nDecrease), r.percent(r.nNoEffect), r.percent(r.nCantTell),
		r.percent(r.nRawExcludes), r.percent(r.nExcludes), r.percent(r.nCovered), math.Exp(r.logSum/float64(n)), r.gates)
	return r
}

const slowSuite = "the simulation of many libraries belongs to the slow suite: run without -short"

// Where nothing was done the verdict says so, though the raw change finds an effect in most libraries.
func TestFalseAlarmsOfTheVerdict(t *testing.T) {
	if testing.Short() {
		t.Skip(slowSuite)
	}
	r := simulate(t, 300, 1, 1000, true)
	if got := r.percent(r.nIncrease + r.nDecrease); got > 5 {
		t.Errorf("the verdict is a false alarm in %.1f %% of the libraries, want at most 5 %%", got)
	}
	if got := r.percent(r.nCovered); got < 91 {
		t.Errorf("the interval covers the truth in %.1f %% of the libraries, want at least 91 %%", got)
	}
	if got := r.percent(r.nRawExcludes); got <= 50 {
		t.Errorf("the raw change finds an effect in %.1f %% of the libraries; this history proves nothing unless it does in most", got)
	}
}

// Where requests rose by a quarter the interval holds that in at least 91 % of the libraries.
func TestCoverageOfTheInterval(t *testing.T) {
	if testing.Short() {
		t.Skip(slowSuite)
	}
	r := simulate(t, 300, 1001, 1250, true)
	if got := r.percent(r.nCovered); got < 91 {
		t.Errorf("the interval covers the truth in %.1f %% of the libraries, want at least 91 %%", got)
	}
	// A method that always says nothing would pass so far.
	if mean := math.Exp(r.logSum / 300); math.Abs(mean-1.25) > .03 {
		t.Errorf("the ratios have a mean of %.4f, want 1.25", mean)
	}
	if r.nDecrease > 0 || r.percent(r.nIncrease) < 30 {
		t.Errorf("the verdict finds a rise in %.1f %% of the libraries, and a fall in %.1f %%", r.percent(r.nIncrease), r.percent(r.nDecrease))
	}
}

// Without a comparison group nobody can tell a shock that moves everyone from an effect, and the months before tell only roughly how
// long such shocks last: intervals of short series are known to be too narrow (Turner and others 2021, BMC Medical Research
// Methodology 21:58). That is why such evidence is moderate at best, and why the bound is twice that of a comparison.
func TestTheTargetAlone(t *testing.T) {
	if testing.Short() {
		t.Skip(slowSuite)
	}
	r := simulate(t, 300, 2001, 1000, false)
	if got := r.percent(r.nIncrease + r.nDecrease); got > 10 {
		t.Errorf("the verdict is a false alarm in %.1f %% of the libraries, want at most 10 %%", got)
	}
	if r.nStronger > 0 {
		t.Errorf("in %d libraries the evidence is called stronger, though there is nobody to compare with", r.nStronger)
	}
	r = simulate(t, 100, 3001, 1250, false)
	if r.nCovered < 85 || r.nDecrease > 0 || r.nIncrease < 30 {
		t.Errorf("the interval covers the truth in %d of 100 libraries; the verdict finds a rise in %d and a fall in %d", r.nCovered, r.nIncrease, r.nDecrease)
	}
}
