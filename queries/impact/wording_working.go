package impact

import (
	"fmt"
	"strings"

	"github.com/fillrate/fillrate/queries/impact/stats"
)

var workLabels = map[string]string{
	MethodDiD:      "Comparison of groups",
	MethodJoint:    "All campaigns in one model",
	methodTWFE:     "Comparison month by month",
	MethodITS:      "The target's own series",
	methodExpected: "Expected without the campaign",
}

// decimal writes a log ratio.
func decimal(x float64) string { return strings.Replace(fmt.Sprintf("%.4f", x), "-", "−", 1) }

func (w words) workDiD(d *stats.Permutation, target, comparison int, seed uint64) string {
	text := fmt.Sprintf("Mean of ln(window ÷ same days a year earlier) over %d %s addressed less that of %d others: %s. ", target, w.many, comparison, decimal(d.Diff))
	if w.rate && !w.isMedian() {
		text += "Changes are of the rate itself, not of percentage points. "
	}
	if d.IsExact {
		text += fmt.Sprintf("All %s choices of as many were tried: p %.4f; interval by inverting the test on a grid of 0.001: %s to %s; standard deviation of the choices %.4f.", number(float64(d.N)), d.P, decimal(d.Lo), decimal(d.Hi), d.SD)
	} else {
		text += fmt.Sprintf("%s choices of as many were drawn (seed %d): p (b + 1) ÷ (B + 1) = %.4f; interval by inverting the test on a grid of 0.001: %s to %s; standard deviation of the choices %.4f.", number(float64(d.N)), seed, d.P, decimal(d.Lo), decimal(d.Hi), d.SD)
	}
	return text
}

func (w words) workTWFE(t *stats.TwoWay, k int, name string) string {
	e := t.Coef[k]
	text := "Poisson regression with an effect of each " + w.unit + " and each month"
	if name != "" {
		text += ", coefficient of " + name
	}
	text += fmt.Sprintf(": ln ratio %s, standard error %.4f clustered by %s (CR1), %.4f by the overdispersed model; t with %.0f degrees of freedom; n %d, dispersion %.2f.", decimal(e.Value), e.SE, w.unit, finite(t.QuasiSE[k]), e.DF, t.N, finite(t.Dispersion))
	if len(t.Dropped) > 0 {
		text += fmt.Sprintf(" %s without any count left out.", capital(plural(len(t.Dropped), w.unit, w.many)))
	}
	return text
}

func (w words) workJoint(corr []float64, condition float64) string {
	var parts []string
	for _, c := range corr {
		parts = append(parts, strings.Replace(fmt.Sprintf("%.2f", c), "-", "−", 1))
	}
	text := "Correlation of this estimate with the others': " + strings.Join(parts, ", ") + "."
	if finite(condition) > 0 {
		text += fmt.Sprintf(" Condition number %.0f.", condition)
	}
	return text
}

func (w words) workITS(f *stats.ITS, o *ITSOpinion, steps int) string {
	season := map[string]string{string(stats.MonthFactor): "an effect of each month of the year", string(stats.ThreeHarmonics): "three waves a year", string(stats.TwoHarmonics): "two waves a year"}[o.Season]
	text := "Quasi-Poisson regression"
	if w.isMedian() {
		text = "Regression of the log"
	}
	text += fmt.Sprintf(" on trend, %s and the share of the month in the window", season)
	if steps > 0 {
		text += " and " + plural(steps, "other campaign", "other campaigns")
	}
	of := map[bool]string{true: "AR(1) by REML", false: "overdispersed Poisson"}[o.SEKind == stats.AR1REML]
	hasTwo := !w.isMedian() && f.AR1 != nil
	if hasTwo {
		of += ", the wider of two"
	}
	text += fmt.Sprintf("; n %d months, %d before: ln ratio %s, standard error %.4f (%s), t with %.0f degrees of freedom.", o.NMonths, o.NPreMonths, decimal(f.Headline.Value), f.Headline.SE, of, f.Headline.DF)
	var parts []string
	if !w.isMedian() {
		parts = append(parts, fmt.Sprintf("dispersion %.2f", o.Dispersion), fmt.Sprintf("Newey–West standard error %.4f", o.NeweyWest))
	}
	if f.AR1 != nil {
		parts = append(parts, fmt.Sprintf("autocorrelation ρ %.2f", o.Rho))
	}
	return text + " " + capital(strings.Join(append(parts, "Ljung–Box p "+small(o.LjungBoxP)), "; ")) + "."
}

func (w words) workExpected(l *stats.Level, f *stats.Forecast, e stats.Estimate, c *Counterfactual, comparison bool) string {
	text := "Regression of the log on season"
	if comparison {
		text += " and the comparison group"
	}
	text += fmt.Sprintf(" with a wandering level (REML, variance of its steps over that of the noise %.4f), fitted to the months before: mean ln(observed ÷ expected) %s, standard error %.4f, t with %d degrees of freedom.", finite(l.Q), decimal(e.Value), e.SE, f.DF)
	if c.Draws > 0 {
		text += fmt.Sprintf(" Cumulative interval from %s draws, seed %d.", number(float64(c.Draws)), c.Seed)
	}
	if c.BacktestN > 0 {
		text += fmt.Sprintf(" In the year before, forecast likewise, %d of %d months lay in the band", c.BacktestIn, c.BacktestN)
		if c.MAPE != nil {
			text += fmt.Sprintf("; they were off by %s on average", strings.ToLower(share(*c.MAPE)))
		}
		text += "."
	}
	return text
}
