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

// Estimate is a number with its standard error, 95 % interval and two-sided P, by Student's t with DF degrees of freedom; DF
// = +Inf is the normal distribution. In models of counts it is the natural logarithm of a ratio.
type Estimate struct{ Value, SE, DF, Lo, Hi, P float64 }

// NewEstimate makes an interval of a value and its standard error. A df that is not positive leaves the interval without
// limits and P at 1: nothing is known.
func NewEstimate(value, se, df float64) Estimate {
	e := Estimate{Value: value, SE: se, DF: df, Lo: math.Inf(-1), Hi: math.Inf(1), P: 1}
	if math.IsNaN(value) || math.IsNaN(se) || math.IsInf(se, 0) || se < 0 || !(df > 0) {
		return e
	}
	if se == 0 {
		e.Lo, e.Hi = value, value
		if value != 0 {
			e.P = 0
		}
		return e
	}
	var q float64
	t := math.Abs(value) / se
	if math.IsInf(df, 1) {
		q = distuv.UnitNormal.Quantile(.975)
		e.P = 2 * distuv.UnitNormal.Survival(t)
	} else {
		student := distuv.StudentsT{Sigma: 1, Nu: df}
		q = student.Quantile(.975)
		e.P = 2 * student.Survival(t)
	}
	e.Lo, e.Hi = value-q*se, value+q*se
	return e
}

// RankError says that columns of a model are combinations of others: what they stand for cannot be told apart.
type RankError struct{ Columns []string }

func (e *RankError) Error() string {
	return fmt.Sprintf("%s cannot be told apart from the rest of the model", strings.Join(e.Columns, ", "))
}

// NotEnoughError says that the data are too few, or of a kind, that nothing can be fitted.
type NotEnoughError struct{ Reason string }

func (e *NotEnoughError) Error() string { return e.Reason }
