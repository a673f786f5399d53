package stats

import (
	"errors"

	"gonum.org/v1/gonum/mat"
)

// Panel is counts of units by month.
type Panel struct {
	Y      [][]float64   // unit × month
	D      [][][]float64 // indicator × unit × month
	Names  []string      // of the indicators
	Offset [][]float64   // unit × month, ln exposure, or nil
}

// TwoWay is a Poisson model with effects of units and months.
type TwoWay struct {
	Coef          []Estimate // one for each indicator: clustered CR1, t(G−1)
	QuasiSE       []float64
	Dispersion    float64
	Corr          *mat.SymDense // of the estimates, by the model
	CorrClustered *mat.SymDense // of the estimates, by the clustered covariance
	Condition     float64
	Dropped       []int // units without any count
	N, Units      int
}

// TwoWayPoisson fits it.
func TwoWayPoisson(p Panel) (*TwoWay, error) { return nil, errors.New("stats: not fitted") }

// PreTrend is treated × t in the months before.
func PreTrend(y [][]float64, treated []bool, offset [][]float64) (Estimate, error) {
	return Estimate{}, errors.New("stats: not fitted")
}
