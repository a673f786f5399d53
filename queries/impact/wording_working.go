package impact

import (
	"strconv"

	"github.com/fillrate/fillrate/queries/impact/stats"
)

func (s topic) workDiD(d *stats.Permutation, target, comparison int, seed uint64) phrase {
	text := []phrase{say("work.did", "target", digits(target), "others", digits(comparison), "difference", log(d.Diff))}
	if s.isRate() && !s.isMedian() {
		text = append(text, say("work.did.share"))
	}
	key, places := "work.did.all", []any{"n", whole(d.N), "p", decimals{d.P, 4}, "lo", log(d.Lo), "hi", log(d.Hi), "sd", decimals{d.SD, 4}}
	if !d.IsExact {
		key, places = "work.did.drawn", append(places, "seed", strconv.FormatUint(seed, 10))
	}
	return sentences(append(text, say(key, places...))...)
}

func (s topic) workTWFE(t *stats.TwoWay, k int, name string) phrase {
	e := t.Coef[k]
	key, places := "work.twfe", []any{"estimate", log(e.Value), "se", decimals{e.SE, 4}, "model_se", decimals{finite(t.QuasiSE[k]), 4},
		"df", decimals{e.DF, 0}, "n", digits(t.N), "dispersion", decimals{finite(t.Dispersion), 2}}
	if name != "" {
		key, places = "work.twfe.of", append(places, "name", name)
	}
	var dropped phrase
	if n := len(t.Dropped); n > 0 {
		dropped = say("work.twfe.dropped", "n", whole(n))
	}
	return sentences(say(key, places...), dropped)
}

func (s topic) workJoint(corr []float64, condition float64) phrase {
	parts := make([]phrase, len(corr))
	for i, c := range corr {
		parts[i] = say("name", "name", decimals{c, 2})
	}
	var number phrase
	if finite(condition) > 0 {
		number = say("work.joint.condition", "n", decimals{condition, 0})
	}
	return sentences(say("work.joint", "list", row(", ", parts...)), number)
}

func (s topic) workITS(f *stats.ITS, o *ITSOpinion, steps int) phrase {
	model := say("work.its.counts")
	if s.isMedian() {
		model = say("work.its.median")
	}
	var others phrase
	if steps > 0 {
		others = say("work.its.others", "n", whole(steps))
	}
	errors := "work.its.poisson"
	if o.SEKind == stats.AR1REML {
		errors = "work.its.reml"
	}
	if !s.isMedian() && f.AR1 != nil {
		errors += ".wider"
	}
	var parts []phrase
	if !s.isMedian() {
		parts = append(parts, say("work.its.dispersion", "n", decimals{o.Dispersion, 2}), say("work.its.newey_west", "n", decimals{o.NeweyWest, 4}))
	}
	if f.AR1 != nil {
		parts = append(parts, say("work.its.rho", "n", decimals{o.Rho, 2}))
	}
	parts = append(parts, say("work.its.ljung_box", "p", chance(o.LjungBoxP)))
	return sentences(
		say("work.its", "model", model, "season", say("work.its."+o.Season), "others", others, "n", digits(o.NMonths), "before", digits(o.NPreMonths),
			"estimate", log(f.Headline.Value), "se", decimals{f.Headline.SE, 4}, "errors", say(errors), "df", decimals{f.Headline.DF, 0}),
		say("work.its.diagnostics", "list", row("; ", parts...)))
}

func (s topic) workExpected(l *stats.Level, f *stats.Forecast, e stats.Estimate, c *Counterfactual, comparison bool) phrase {
	key := "work.expected"
	if comparison {
		key = "work.expected.comparison"
	}
	text := []phrase{say(key, "q", decimals{finite(l.Q), 4}, "mean", log(e.Value), "se", decimals{e.SE, 4}, "df", digits(f.DF))}
	if c.Draws > 0 {
		text = append(text, say("work.expected.draws", "n", whole(c.Draws), "seed", strconv.FormatUint(c.Seed, 10)))
	}
	if c.BacktestN > 0 {
		key, places := "work.expected.backtest", []any{"k", digits(c.BacktestIn), "n", digits(c.BacktestN)}
		if c.MAPE != nil {
			key, places = "work.expected.backtest.off", append(places, "error", portion(*c.MAPE))
		}
		text = append(text, say(key, places...))
	}
	return sentences(text...)
}
