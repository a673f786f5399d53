package stats

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// NegativeBinomial fits counts with variance mu + mu²/Theta (NB2) and log link: coefficients and the maximum likelihood of
// Theta in turn, as in Venables and Ripley, Modern Applied Statistics with S (4th ed. 2002), §7.4. Cov holds at the estimated
// Theta; ThetaSE is of the observed information. Counts that vary no more than Poisson's give the Poisson fit, and Theta
// +Inf. Errors as of Poisson.
func NegativeBinomial(m Model) (*Fit, error) {
	if err := m.checkCounts(); err != nil {
		return nil, err
	}
	f, err := irls(m, poisson, nil)
	if err != nil {
		return nil, err
	}
	theta := 0.0
	for range maxIterations {
		next, err := thetaOf(m.Y, f.Mu)
		if errors.Is(err, errNoSpread) {
			f.Theta, f.ThetaSE = math.Inf(1), math.NaN()
			return f, nil
		}
		if err != nil {
			return nil, err
		}
		isConverged := math.Abs(next-theta) <= convergence*next
		theta = next
		if f, err = irls(m, negativeBinomial(theta), f.Mu); err != nil {
			return nil, err
		}
		if isConverged {
			_, information := thetaScore(theta, m.Y, f.Mu)
			f.Theta, f.ThetaSE = theta, 1/math.Sqrt(information)
			f.AIC += 2 // Theta is a parameter too
			return f, nil
		}
	}
	return nil, &NotEnoughError{fmt.Sprintf("theta does not settle within %d steps", maxIterations)}
}

func negativeBinomial(theta float64) family {
	return family{
		variance: func(mu float64) float64 { return mu + mu*mu/theta },
		deviance: func(y, mu float64) float64 {
			return 2 * (xlogy(y, y/mu) - (y+theta)*math.Log((y+theta)/(mu+theta)))
		},
		logLik: func(y, mu float64) float64 {
			return lgamma(y+theta) - lgamma(theta) - lgamma(y+1) + theta*math.Log(theta) + xlogy(y, mu) - (theta+y)*math.Log(theta+mu)
		},
	}
}

var errNoSpread = errors.New("the counts vary no more than Poisson's")

// thetaOf is the theta of the greatest likelihood at given means, by Newton's method on ln theta, which keeps it positive.
func thetaOf(y, mu []float64) (float64, error) {
	var spread float64
	for i := range y {
		d := y[i]/mu[i] - 1
		spread += d * d
	}
	theta := float64(len(y)) / spread // its moment estimate, without the Poisson part
	for range maxIterations {
		score, information := thetaScore(theta, y, mu)
		// By ln theta the score is theta·s, its derivative theta·s − theta²·i; where that is not negative, go uphill.
		step, curvature := score*theta, information*theta*theta-score*theta
		if curvature > 0 {
			step /= curvature
		}
		step = math.Max(-1, math.Min(1, step))
		theta *= math.Exp(step)
		if !(theta < 1e6*(1+maxOf(mu))) {
			return 0, errNoSpread
		}
		if math.Abs(step) < 1e-13 {
			return theta, nil
		}
	}
	return theta, nil
}

// thetaScore is the derivative of the log-likelihood by theta, and the negative of its second one.
func thetaScore(theta float64, y, mu []float64) (score, information float64) {
	digamma, trigamma := mathext.Digamma(theta), mathext.Zeta(2, theta)
	for i := range y {
		s := theta + mu[i]
		score += mathext.Digamma(theta+y[i]) - digamma + math.Log(theta) + 1 - math.Log(s) - (y[i]+theta)/s
		information += -mathext.Zeta(2, theta+y[i]) + trigamma - 1/theta + 2/s - (y[i]+theta)/(s*s)
	}
	return score, information
}

func maxOf(x []float64) float64 {
	m := x[0]
	for _, v := range x {
		m = math.Max(m, v)
	}
	return m
}
