package stats

// ACF is the autocorrelation of x at lags 0 to lag.
func ACF(x []float64, lag int) []float64 { return nil }

// LjungBox tests residuals for serial correlation.
func LjungBox(residuals []float64, lag, fitted int) (q, p float64) { return 0, 1 }

// DurbinWatson is near 2 without serial correlation.
func DurbinWatson(residuals []float64) float64 { return 0 }
