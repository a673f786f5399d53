package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/combin"
)

// Assignments is how many ways to choose the treated units are all tried; where there are more, this many are drawn.
const Assignments = 20_000

const (
	leastDivisions = 20    // fewer cannot give a P of .05
	didGrid        = 0.001 // on the log scale; the ends of an interval lie on it
	mostInSpace    = 2000  // differences that a Permutation keeps
)

// Permutation is a difference-in-differences, mean of the treated units − mean of the others on the log scale, with what a
// permutation test makes of it: as the treated units are one choice of so many among all, every other choice of as many shows
// what is seen where nothing was done.
type Permutation struct {
	Diff    float64
	P       float64   // two-sided: share of the choices that differ at least as much
	Lo, Hi  float64   // 95 % interval: effects that, taken out of the treated, leave P above .05; on a grid of 0.001 around Diff, and 0 if P is
	N       int       // choices that were tried, the actual one among them; where IsExact is false, that were drawn besides it
	IsExact bool      // all choices were tried
	Seed    uint64    // of those that were drawn; 0 where all were tried
	SD      float64   // standard deviation of the differences of all choices, after Diff is taken out of the treated
	InSpace []float64 // those differences from the smallest to the largest, at most 2,000 evenly taken of them
}

// TooFewError says that there are too few units, or too few ways to choose the treated ones, for a permutation test.
type TooFewError struct {
	Units       int
	Treated     int
	Assignments int // ways to divide the units; two in which the sides only trade places are one
}

func (e *TooFewError) Error() string {
	switch {
	case e.Units == 0:
		return "there is no unit to compare"
	case e.Treated == 0:
		return "no unit was treated"
	case e.Treated == e.Units:
		return "all units were treated, so that there is nothing to compare them with"
	}
	return fmt.Sprintf("%d units can be divided into %d treated and %d others in only %d ways; with fewer than %d no change can be told from chance",
		e.Units, e.Treated, e.Units-e.Treated, e.Assignments, leastDivisions)
}

// DifferenceInDifferences compares the log ratios l (of the window to the year before) of the treated units with those of the
// others. All choices of as many treated units are tried; where there are more than Assignments, that many are drawn with
// seed, and P is (b + 1)/(N + 1), b of the N drawn being as large as the actual one (Phipson and Smyth, Permutation p-values
// should never be zero, Statistical Applications in Genetics and Molecular Biology 9, 2010).
//
// A *TooFewError is returned for fewer than 4 units, none on one side, or fewer than 20 ways to divide them, and a
// *NotEnoughError where l does not give each unit a finite number.
func DifferenceInDifferences(l []float64, treated []bool, seed uint64) (*Permutation, error) {
	return permute(l, treated, seed, Assignments)
}

// permute tries all choices where there are at most that many.
func permute(l []float64, treated []bool, seed uint64, most int) (*Permutation, error) {
	if len(l) != len(treated) {
		return nil, &NotEnoughError{fmt.Sprintf("there are %d log ratios of %d units", len(l), len(treated))}
	}
	var actual []int
	largest := 1.0
	for i, x := range l {
		if !(math.Abs(x) < 1e300) {
			return nil, &NotEnoughError{"a unit has no log ratio"}
		}
		largest = max(largest, math.Abs(x))
		if treated[i] {
			actual = append(actual, i)
		}
	}
	units, k := len(l), len(actual)
	ways := choices(units, k)
	divisions := ways
	if 2*k == units {
		divisions /= 2
	}
	if units < 4 || k == 0 || k == units || divisions < leastDivisions {
		return nil, &TooFewError{units, k, divisions}
	}

	// Taking an effect d out of the treated leaves a choice with diff − d · share: all of d where it is the actual choice,
	// the more so the more treated units it holds.
	var diffs, shares []float64
	total := 0.0
	for _, x := range l {
		total += x
	}
	try := func(choice []int) {
		sum, hits := 0.0, 0
		for _, i := range choice {
			sum += l[i]
			if treated[i] {
				hits++
			}
		}
		diffs = append(diffs, sum/float64(k)-(total-sum)/float64(units-k))
		shares = append(shares, float64(hits)/float64(k)-float64(k-hits)/float64(units-k))
	}
	try(actual)
	p := &Permutation{Diff: diffs[0], N: ways, IsExact: ways <= most}
	if p.IsExact {
		diffs, shares = diffs[:0], shares[:0]
		all, choice := combin.NewCombinationGenerator(units, k), make([]int, k)
		for all.Next() {
			try(all.Combination(choice))
		}
	} else {
		p.N, p.Seed = Assignments, seed
		order, random := make([]int, units), rand.New(rand.NewPCG(seed, 0))
		for i := range order {
			order[i] = i
		}
		for range Assignments {
			for i := range k {
				j := i + random.IntN(units-i)
				order[i], order[j] = order[j], order[i]
			}
			try(order[:k])
		}
	}

	tolerance := 1e-12 * largest // the same numbers summed in another order differ by less
	rest, up, down := make([]float64, len(diffs)), make([]float64, len(diffs)), make([]float64, len(diffs))
	asLarge, squares := 0, 0.0
	for i, diff := range diffs {
		if math.Abs(diff) >= math.Abs(p.Diff)-tolerance {
			asLarge++
		}
		rest[i] = diff - p.Diff*shares[i]
		squares += rest[i] * rest[i]
		up[i], down[i] = reach(rest[i], shares[i], tolerance), reach(-rest[i], shares[i], tolerance)
	}
	p.P = float64(asLarge) / float64(len(diffs))
	p.Hi, p.Lo = p.Diff+kept(up), p.Diff-kept(down)
	if 20*asLarge > len(diffs) { // no effect is kept as well, which may lie between the interval's end and the next step
		p.Hi, p.Lo = max(p.Hi, 0), min(p.Lo, 0)
	}
	p.SD = math.Sqrt(squares / float64(len(rest))) // over all choices the mean is 0, each unit being treated as often as another
	slices.Sort(rest)
	p.InSpace = rest
	if last := len(rest) - 1; last >= mostInSpace {
		p.InSpace = make([]float64, mostInSpace)
		for i := range p.InSpace {
			p.InSpace[i] = rest[i*last/(mostInSpace-1)]
		}
	}
	return p, nil
}

// reach gives how far above the estimate an effect can lie while a choice still differs at least as much as the actual one
// does. Taking e more than the estimate out of the treated leaves the actual choice with −e and another with rest − e · share,
// where share is between −1 and 1, so that one that falls behind stays behind.
func reach(rest, share, tolerance float64) float64 {
	return max((rest+tolerance)/(1+share), (tolerance-rest)/(1-share))
}

// kept gives the largest step of the grid that more than a twentieth of the choices reach.
func kept(reaches []float64) float64 {
	slices.Sort(reaches)
	count := len(reaches)/20 + 1
	return math.Floor(reaches[len(reaches)-count]/didGrid) * didGrid
}

// choices is the number of ways to choose k of n, or Assignments + 1 where there are more than Assignments.
func choices(n, k int) int {
	k = min(k, n-k)
	ways := 1
	for i := 1; i <= k; i++ {
		if ways = ways * (n - k + i) / i; ways > Assignments {
			return Assignments + 1
		}
	}
	return ways
}
