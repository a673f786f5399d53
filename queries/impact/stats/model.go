// Package stats holds the statistics behind package impact: regression for counts and means, standard errors that allow for
// overdispersion, serial correlation and clusters, interrupted time series, two-way fixed effects, and what goes with them.
// Nothing panics on bad input: every function says as an error what it can't do.
package stats

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Model is a regression: Y (n) on the columns of X (n × p, the intercept being one of them), which Names (p) names. Offset
// (n, or nil) is added to the linear predictor with the coefficient 1: ln exposure for counts.
type Model struct {
	Y      []float64
	X      *mat.Dense
	Names  []string
	Offset []float64
}

// check refuses what no method can work with, so that nothing further down meets a shape or a number it would panic on.
func (m Model) check() error {
	if m.X == nil || m.X.IsEmpty() {
		return &NotEnoughError{"there is nothing to fit: the model has no columns"}
	}
	n, p := m.X.Dims()
	switch {
	case len(m.Y) != n, len(m.Names) != p, m.Offset != nil && len(m.Offset) != n:
		return fmt.Errorf("a model of %d rows and %d columns has %d values, %d names and %d offsets", n, p, len(m.Y), len(m.Names), len(m.Offset))
	case n <= p:
		return &NotEnoughError{fmt.Sprintf("%d values are too few for a model with %d coefficients", n, p)}
	}
	for i, y := range m.Y {
		if !isFinite(y) || m.Offset != nil && !isFinite(m.Offset[i]) {
			return &NotEnoughError{fmt.Sprintf("value %d or its exposure is not a number", i+1)}
		}
		for j, x := range m.X.RawRowView(i) {
			if !isFinite(x) {
				return &NotEnoughError{fmt.Sprintf("row %d of %s is not a number", i+1, m.Names[j])}
			}
		}
	}
	return nil
}

func (m Model) offset(i int) float64 {
	if m.Offset == nil {
		return 0
	}
	return m.Offset[i]
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Estimate is a number with its standard error, 95 % interval and two-sided P, by Student's t with DF degrees of freedom; DF
// = +Inf is the normal distribution. In models of counts it is the natural logarithm of a ratio.
type Estimate struct{ Value, SE, DF, Lo, Hi, P float64 }

// NewEstimate makes the interval value ± t(.975, df)·se and P of value ÷ se (Wald). Where value or se is not a number, or df
// not positive, the interval has no limits and P is 1: nothing is known.
func NewEstimate(value, se, df float64) Estimate {
	e := Estimate{Value: value, SE: se, DF: df, Lo: math.Inf(-1), Hi: math.Inf(1), P: 1}
	if !isFinite(value) || !isFinite(se) || se < 0 || !(df > 0) {
		return e
	}
	if se == 0 {
		e.Lo, e.Hi = value, value
		if value != 0 {
			e.P = 0
		}
		return e
	}
	q, t := distuv.UnitNormal.Quantile(.975), math.Abs(value)/se
	if math.IsInf(df, 1) {
		e.P = 2 * distuv.UnitNormal.Survival(t)
	} else {
		student := distuv.StudentsT{Sigma: 1, Nu: df}
		q = student.Quantile(.975)
		e.P = 2 * student.CDF(-t) // not Survival, which loses what is left of 1
	}
	e.Lo, e.Hi = value-q*se, value+q*se
	return e
}

// RankError says that columns of a model are combinations of those before them: what they stand for cannot be told apart.
type RankError struct{ Columns []string }

func (e *RankError) Error() string {
	return strings.Join(e.Columns, ", ") + " cannot be told apart from the rest of the model"
}

// NotEnoughError says that the data are too few, or of such a kind, that nothing can be fitted.
type NotEnoughError struct{ Reason string }

func (e *NotEnoughError) Error() string { return e.Reason }
