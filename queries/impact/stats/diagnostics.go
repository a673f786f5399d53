package stats

import "gonum.org/v1/gonum/stat/distuv"

// ACF is the autocorrelation of x at lags 0 to lag, about its mean and over n (Box, Jenkins and Reinsel, Time Series
// Analysis, 4th ed. 2008, §2.1.6). A series without variation has none: zeros after lag 0.
func ACF(x []float64, lag int) []float64 {
	lag = max(min(lag, len(x)-1), 0)
	acf := make([]float64, lag+1)
	var mean, variance float64
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	acf[0] = 1
	if !(variance > 0) {
		return acf
	}
	for l := 1; l <= lag; l++ {
		for i := l; i < len(x); i++ {
			acf[l] += (x[i] - mean) * (x[i-l] - mean)
		}
		acf[l] /= variance
	}
	return acf
}

// LjungBox tests residuals for autocorrelation up to a lag: Q = n(n+2) Σ r²ₗ ÷ (n − l), chi-squared with lag less fitted
// degrees of freedom, fitted being the number of estimated autoregressive terms (Ljung and Box, Biometrika 65, 1978). P is 1
// where there are no degrees of freedom.
func LjungBox(residuals []float64, lag, fitted int) (q, p float64) {
	acf := ACF(residuals, lag)
	n := float64(len(residuals))
	for l := 1; l < len(acf); l++ {
		q += n * (n + 2) * acf[l] * acf[l] / (n - float64(l))
	}
	df := len(acf) - 1 - fitted
	if df <= 0 || !isFinite(q) {
		return q, 1
	}
	return q, distuv.ChiSquared{K: float64(df)}.Survival(q)
}
