package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// NegativeBinomial fits counts with variance mu + mu²/Theta (NB2) and log link: coefficients and the maximum likelihood of
// Theta in turn, as in Venables and Ripley, Modern Applied Statistics with S (4th ed. 2002), §7.4. Cov holds at the estimated
// Theta; ThetaSE is of the observed information, as R's MASS gives it. Counts that vary no more than Poisson's give the Poisson fit, and Theta
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
		next, se, err := thetaOf(m.Y, f.Mu)
		if err != nil {
			return nil, err
		}
		if math.IsInf(next, 1) {
			if f, err = irls(m, poisson, nil); err != nil {
				return nil, err
			}
			f.Theta, f.ThetaSE = next, se
			return f, nil
		}
		isConverged := math.Abs(next-theta) <= 10*convergence*next
		theta = next
		if f, err = irls(m, negativeBinomial(theta), f.Mu); err != nil {
			return nil, err
		}
		if isConverged {
			f.Theta, f.ThetaSE = theta, se
			f.AIC += 2 // theta is a parameter too
			return f, nil
		}
	}
	return nil, &NotEnoughError{"theta of the negative binomial does not settle"}
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

// roughStep is the step of theta at which R's MASS stops; it gives the standard error from where that step began.
const roughStep = 0x1p-13 // machine precision to the power of ¼

// thetaOf is the theta of the greatest likelihood at given means, with its standard error, by Newton's method; +Inf where the
// counts vary no more than Poisson's, so that the likelihood only falls from there (Dean and Lawless, Journal of the American
// Statistical Association 84, 1989).
func thetaOf(y, mu []float64) (theta, se float64, err error) {
	var spread, excess float64
	for i := range y {
		d := y[i] - mu[i]
		spread += d * d / (mu[i] * mu[i])
		excess += d*d - y[i]
	}
	if excess <= 0 {
		return math.Inf(1), math.NaN(), nil
	}
	theta, se = float64(len(y))/spread, math.NaN()
	for range maxIterations {
		if !(theta > 1e-8 && theta < 1e12) { // beyond, the functions below have no digits left, or no value
			break
		}
		score, information := thetaScore(theta, y, mu)
		step := score / information
		if !(information > 0) || theta+step <= 0 { // far from the solution: double or halve
			step = math.Copysign(theta, score)
			if score < 0 {
				step /= 2
			}
		} else if math.IsNaN(se) && math.Abs(step) <= roughStep {
			se = 1 / math.Sqrt(information)
		}
		theta += step
		if math.Abs(step) <= convergence*theta {
			return theta, se, nil
		}
	}
	return 0, 0, &NotEnoughError{"theta of the negative binomial does not settle"}
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
