package stats

import "errors"

// Assignments is how many assignments are tried exactly at most; of more, that many are drawn.
const Assignments = 20_000

// Permutation is a difference-in-differences with its permutation test.
type Permutation struct {
	Diff, P, Lo, Hi float64
	N               int
	IsExact         bool
	Seed            uint64
	SD              float64
	InSpace         []float64
}

// TooFewError says that there are too few units to test.
type TooFewError struct{ Units, Treated, Assignments int }

func (e *TooFewError) Error() string { return "too few units" }

// DifferenceInDifferences compares log ratios.
func DifferenceInDifferences(l []float64, treated []bool, seed uint64) (*Permutation, error) {
	return nil, errors.New("not written")
}
