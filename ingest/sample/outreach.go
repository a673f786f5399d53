package sample

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// OutreachConfig says what to invent for measuring a campaign: the same library as Write invents, with the campaign "Meet your
// librarian" and nothing else going on, but no files.
type OutreachConfig struct {
	Requests int       // of readers and of other libraries, exactly; 0: 20,000 a year
	Seed     uint64    // another seed, another history
	From, To time.Time // local days [From, To) of creation; zero: 2019-07-01 and 2025-07-01, six academic years
	// Start and End are the campaign's days, half-open; zero: a September to December with ten months from its first day to To.
	Start, End time.Time
	Targets    []string // departments that it addresses; nil: those of the plan
	// Effect multiplies the targets' rate of requests while the campaign runs, per mille: 1000 is none; 0: as planned, 1250.
	Effect int64
	// ShockSD is the standard deviation, in thousandths, of the logarithm of a shock that moves the requests of all readers alike, month
	// by month; ShockRho is its correlation from one month to the next, in thousandths. They come on top of the shocks that every sample
	// has, which last a week (all departments alike) or a month (each for itself). A ShockSD of 0 is none.
	ShockSD, ShockRho int64
}

// OutreachWorld is an invented history as far as outreach is measured: how many requests were created on each day.
type OutreachWorld struct {
	From, To    time.Time // local days [From, To)
	Departments []string  // those with a name
	// Borrowing are requests to borrow by department (parallel to Departments) and day since From; Lending those of other libraries by day.
	Borrowing [][]int
	Lending   []int

	Start, End          time.Time // the campaign's days, half-open
	Targets, Comparison []string  // departments addressed and not addressed, sorted
	Effect              int64     // per mille
}

// Outreach invents the requests of a library that ran one campaign. The same configuration gives the same numbers on every machine.
func Outreach(cfg OutreachConfig) (*OutreachWorld, error) {
	full, err := Config{Requests: 1, Seed: cfg.Seed, From: cfg.From, To: cfg.To}.complete()
	if err != nil {
		return nil, err
	}
	if cfg.From.IsZero() {
		full.From = time.Date(2019, time.July, 1, 0, 0, 0, 0, time.UTC)
	}
	full.Requests = cfg.Requests
	if cfg.Requests == 0 {
		full.Requests = max(1, 20_000*int(full.To.Sub(full.From)/(24*time.Hour))/365)
	}
	if full, err = full.complete(); err != nil {
		return nil, err
	}
	campaign, err := cfg.campaign(full)
	if err != nil {
		return nil, err
	}
	w := &world{cfg: full, cal: newCalendar(full.From, full.To), fromAt: wall(full.From), toAt: wall(full.To), changes: []change{campaign}}
	if cfg.ShockSD != 0 {
		w.shocks = w.persistent(cfg.ShockSD, cfg.ShockRho)
	}

	out := &OutreachWorld{From: full.From, To: full.To, Start: campaign.start, End: campaign.end,
		Targets: slices.Sorted(slices.Values(campaign.targets)), Comparison: campaign.comparison(), Effect: campaign.rate}
	counts := w.counts()
	nDays := len(counts) / nStreams
	out.Lending = make([]int, nDays)
	rows := map[int]int{}
	for dep, d := range departments {
		if d.name != "" {
			rows[dep] = len(out.Departments)
			out.Departments = append(out.Departments, d.name)
			out.Borrowing = append(out.Borrowing, make([]int, nDays))
		}
	}
	for i, n := range counts {
		switch ro, dep := stream(i % nStreams); ro {
		case lending:
			out.Lending[i/nStreams] = int(n)
		case borrowing:
			if row, ok := rows[dep]; ok {
				out.Borrowing[row][i/nStreams] = int(n)
			}
		}
	}
	return out, nil
}

// campaign is the planned campaign with an effect, moved to where it is wanted.
func (cfg OutreachConfig) campaign(full Config) (change, error) {
	planned := plannedChanges(full.To.AddDate(-3, 0, 0), full.To)
	c := planned[slices.IndexFunc(planned, func(c change) bool { return c.rate != 1000 })]
	if !cfg.Start.IsZero() || !cfg.End.IsZero() {
		c.start, c.end = cfg.Start, cfg.End
	}
	if cfg.Targets != nil {
		c.targets = cfg.Targets
	}
	if cfg.Effect != 0 {
		c.rate = cfg.Effect
	}
	switch {
	case !c.start.Before(c.end) || c.start.Before(full.From) || c.end.After(full.To):
		return c, errors.New("the campaign of a sample must lie within its days")
	case c.rate < 0 || c.rate > 100_000:
		return c, errors.New("the effect of a campaign lies between 0 and 100,000 per mille")
	case cfg.ShockSD < 0 || cfg.ShockSD > 1000 || cfg.ShockRho < 0 || cfg.ShockRho > 999:
		return c, errors.New("shocks have a standard deviation of at most 1000 and a correlation of at most 999 thousandths")
	}
	for _, name := range c.targets {
		if name == "" || !slices.ContainsFunc(departments, func(d department) bool { return d.name == name }) {
			return c, fmt.Errorf("there is no department %q in a sample", name)
		}
	}
	return c, nil
}

// persistent draws a factor (per mille) for each month whose logarithm is a stationary first-order autoregression.
func (w *world) persistent(sd, rho int64) []int64 {
	r := newRandom(w.cfg.Seed, 4)
	fresh := int64(math.Sqrt(float64(1_000_000 - rho*rho))) // exactly rounded on every machine
	factors := make([]int64, w.monthIndex(w.toAt-day)+1)
	z := r.normal()
	for m := range factors {
		if m > 0 {
			z = (rho*z + fresh*r.normal()) / 1000
		}
		factors[m] = scaleExp2(1_000_000, z*sd/1000*log2e>>16) / 1000
	}
	return factors
}
