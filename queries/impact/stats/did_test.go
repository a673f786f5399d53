package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/combin"
	"pgregory.net/rapid"
)

// The reference results count half a year before and after launch, and ten months for log ratios, the same a year before.
const halfYear, panelEnd = 6, 72

// sum is of the treated or the other departments, months from up to before to.
func (p illPanel) sum(treated bool, from, to int) float64 {
	sum := 0.0
	for u, is := range p.isTreated() {
		if is == treated {
			sum += floats.Sum(p.y[u][from:to])
		}
	}
	return sum
}

// logRatios compares the window with the same months a year before.
func (p illPanel) logRatios() (l []float64) {
	for _, y := range p.y {
		l = append(l, math.Log((floats.Sum(y[launch:panelEnd])+.5)/(floats.Sum(y[launch-12:panelEnd-12])+.5)))
	}
	return l
}

func TestPanelDigits(t *testing.T) {
	for _, name := range []string{"null", "effect125"} {
		t.Run(name, func(t *testing.T) {
			panel := readPanel(t, name)

			want := panelFigures(t).at("ill_panel/" + name + "/yoy_same_period")
			post, pre := panel.sum(true, launch, launch+halfYear), panel.sum(true, launch-12, launch-12+halfYear)
			postOthers, preOthers := panel.sum(false, launch, launch+halfYear), panel.sum(false, launch-12, launch-12+halfYear)
			same(t, "treated", post/pre, want.number("treated"), 1e-8)
			same(t, "control", postOthers/preOthers, want.number("control"), 1e-8)
			same(t, "ratio of ratios", post/pre/(postOthers/preOthers), want.number("ratio_of_ratios"), 1e-8)
			same(t, "its Poisson standard error", math.Sqrt(1/post+1/pre+1/postOthers+1/preOthers), want.number("poisson_se"), 1e-8)

			want = panelFigures(t).at("ill_panel/" + name + "/did_log_ratio")
			l, treated := panel.logRatios(), panel.isTreated()
			for i, ratio := range l {
				same(t, "log ratio", ratio, want.numbers("by_department")[i], 1e-8)
			}
			p, err := DifferenceInDifferences(l, treated, 1)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "diff", p.Diff, want.number("diff"), 1e-8)
			same(t, "ratio", math.Exp(p.Diff), want.number("rr"), 1e-8)
			same(t, "p", p.P, want.number("perm_p"), 1e-8)
			same(t, "n", float64(p.N), want.number("n_perm"), 0)
			same(t, "lo", math.Exp(p.Lo), want.number("perm_ci_rr/0"), 1e-8)
			same(t, "hi", math.Exp(p.Hi), want.number("perm_ci_rr/1"), 1e-8)
			if !p.IsExact || p.Seed != 0 || len(p.InSpace) != 495 {
				t.Errorf("exact %v, seed %d, %d differences", p.IsExact, p.Seed, len(p.InSpace))
			}

			// Student's test of the same difference, pooled and by Welch.
			a, b := l[:4], l[4:]
			va, vb := stat.Variance(a, nil), stat.Variance(b, nil)
			pooled := NewEstimate(p.Diff, math.Sqrt((3*va+7*vb)/10*(1./4+1./8)), 10)
			welch := NewEstimate(p.Diff, math.Sqrt(va/4+vb/8), math.Pow(va/4+vb/8, 2)/(va*va/16/3+vb*vb/64/7))
			same(t, "Welch's degrees of freedom", welch.DF, want.number("t_welch/df"), 1e-8)
			for test, e := range map[string]Estimate{"t_pooled": pooled, "t_welch": welch} {
				same(t, test+" p", e.P, want.number(test+"/p"), 1e-8)
				same(t, test+" lo", math.Exp(e.Lo), want.number(test+"/lo"), 1e-8)
				same(t, test+" hi", math.Exp(e.Hi), want.number(test+"/hi"), 1e-8)
			}
		})
	}
}

// Cigarettes a head after Proposition 99, with each of the 39 states in California's place: Arkhangelsky and others, Synthetic
// difference-in-differences (American Economic Review 111, 2021), table 1, print −27.3.
func TestDiDProposition99(t *testing.T) {
	want := outsideFigures(t).at("prop99/did")
	data := table(t, outsideFile(t, "california_prop99.csv"), ';')
	var states []string
	var before, after [][]float64
	for i, state := range stateNames(t) {
		at := slices.Index(states, state)
		if at < 0 {
			at = len(states)
			states, before, after = append(states, state), append(before, nil), append(after, nil)
		}
		if data["Year"][i] < 1989 {
			before[at] = append(before[at], data["PacksPerCapita"][i])
		} else {
			after[at] = append(after[at], data["PacksPerCapita"][i])
		}
	}
	change := make([]float64, len(states))
	for i := range states {
		change[i] = stat.Mean(after[i], nil) - stat.Mean(before[i], nil)
	}
	effect := func(state string, change []float64, states []string) float64 {
		treated := make([]bool, len(states))
		treated[slices.Index(states, state)] = true
		p, err := DifferenceInDifferences(change, treated, 1)
		if err != nil {
			t.Fatal(err)
		}
		if p.N != len(states) || !p.IsExact {
			t.Errorf("%d choices among %d states", p.N, len(states))
		}
		return p.Diff
	}
	actual := effect("California", change, states)
	same(t, "effect", actual, want.number("att"), 1e-8)
	// The placebos are computed without California.
	at, rank := slices.Index(states, "California"), 1
	change, states = slices.Delete(change, at, at+1), slices.Delete(states, at, at+1)
	for _, state := range states {
		placebo := effect(state, change, states)
		same(t, state, placebo, want.number("permutation/placebo/"+state), 1e-8)
		if math.Abs(placebo) >= math.Abs(actual) {
			rank++
		}
	}
	same(t, "rank", float64(rank), want.number("permutation/rank_abs"), 0)
}

// byGrid is the interval as it is defined: steps of 0.001 from the estimate on are taken out of the treated, one after the
// other, and kept while P is above .05; 200 in a row that are not end it.
func byGrid(l []float64, treated []bool) (lo, hi float64) {
	k := 0
	for _, is := range treated {
		if is {
			k++
		}
	}
	mean := func(l []float64, choice []int) float64 {
		in := make([]bool, len(l))
		for _, i := range choice {
			in[i] = true
		}
		sum, others := 0.0, 0.0
		for i, x := range l {
			if in[i] {
				sum += x
			} else {
				others += x
			}
		}
		return sum/float64(k) - others/float64(len(l)-k)
	}
	var actual []int
	for i, is := range treated {
		if is {
			actual = append(actual, i)
		}
	}
	diff := mean(l, actual)
	all := combin.Combinations(len(l), k)
	end := func(sign float64) float64 {
		kept := 0
		for step := 0; step-kept <= 200; step++ {
			d := diff + sign*float64(step)*.001
			without := slices.Clone(l)
			for _, i := range actual {
				without[i] -= d
			}
			n := 0
			for _, choice := range all {
				if math.Abs(mean(without, choice)) >= math.Abs(mean(without, actual))-1e-12 {
					n++
				}
			}
			if float64(n)/float64(len(all)) > .05 {
				kept = step
			}
		}
		return diff + sign*float64(kept)*.001
	}
	return end(-1), end(1)
}

func TestDiDAgainstItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.IntRange(7, 8).Draw(t, "units")
		k := rapid.IntRange(2, units-2).Draw(t, "treated")
		l, treated := drawRatios(t, units, k, .05)
		p, err := DifferenceInDifferences(l, treated, 1)
		if err != nil {
			t.Fatal(err)
		}
		lo, hi := byGrid(l, treated)
		if p.P > .05 { // then the interval holds no effect, even between two steps
			lo, hi = min(lo, 0), max(hi, 0)
		}
		// A bound that falls on a step of the grid may be found on either side of it.
		if math.Abs(p.Lo-lo) > 1e-9 || math.Abs(p.Hi-hi) > 1e-9 {
			t.Errorf("%v to %v, by the grid %v to %v", p.Lo, p.Hi, lo, hi)
		}
	})
}

// drawRatios draws log ratios, of which k units chosen at random were treated.
func drawRatios(t *rapid.T, units, k int, spread float64) (l []float64, treated []bool) {
	l, treated = make([]float64, units), make([]bool, units)
	for i := range l { // in steps far above rounding, or else ties are a matter of it
		l[i] = spread * float64(rapid.IntRange(-100_000, 100_000).Draw(t, "l")) / 100_000
	}
	for _, i := range rapid.Permutation(indexes(units)).Draw(t, "order")[:k] {
		treated[i] = true
	}
	return l, treated
}

func TestDiDProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, treated := drawRatios(t, 12, 4, 1)
		p, err := DifferenceInDifferences(l, treated, 1)
		if err != nil {
			t.Fatal(err)
		}
		if k := p.P * 495; p.N != 495 || math.Abs(k-math.Round(k)) > 1e-9 || k < 1 {
			t.Errorf("p = %v of %d", p.P, p.N)
		}
		if !(p.Lo <= p.Diff && p.Diff <= p.Hi) {
			t.Errorf("%v is not from %v to %v", p.Diff, p.Lo, p.Hi)
		}
		if excludes := p.Lo > 0 || p.Hi < 0; excludes != (p.P <= .05) {
			t.Errorf("p = %v, interval %v to %v", p.P, p.Lo, p.Hi)
		}
		if !slices.IsSorted(p.InSpace) || math.Abs(stat.Mean(p.InSpace, nil)) > 1e-9 || math.Abs(stat.PopStdDev(p.InSpace, nil)-p.SD) > 1e-9 {
			t.Errorf("differences in space: mean %v, deviation %v, want %v", stat.Mean(p.InSpace, nil), stat.PopStdDev(p.InSpace, nil), p.SD)
		}

		order := rapid.Permutation(indexes(12)).Draw(t, "labels")
		other, others := make([]float64, 12), make([]bool, 12)
		for i, at := range order {
			other[i], others[i] = l[at], treated[at]
		}
		sameTest(t, "relabelled", other, others, p.Diff, p.Lo, p.Hi, p.P)

		swapped := make([]bool, 12)
		for i := range swapped {
			swapped[i] = !treated[i]
		}
		sameTest(t, "swapped", l, swapped, -p.Diff, -p.Hi, -p.Lo, p.P)

		moved := slices.Clone(l)
		floats.AddConst(2, moved)
		sameTest(t, "all raised", moved, treated, p.Diff, p.Lo, p.Hi, p.P)

		// Steps of the grid are larger than those of the interval by a factor, so that its ends come within one.
		raised := slices.Clone(l)
		floats.Scale(3, raised)
		scaled, err := DifferenceInDifferences(raised, treated, 1)
		if err != nil {
			t.Fatal(err)
		}
		if scaled.P != p.P || math.Abs(scaled.Lo-3*p.Lo) > .0031 || math.Abs(scaled.Hi-3*p.Hi) > .0031 || math.Abs(scaled.SD-3*p.SD) > 1e-9 {
			t.Errorf("three times %+v is %+v", p, scaled)
		}

		// An effect on the treated moves estimate and interval and leaves what is left without it.
		lifted := slices.Clone(l)
		for i := range lifted {
			if treated[i] {
				lifted[i] += .5
			}
		}
		effect, err := DifferenceInDifferences(lifted, treated, 1)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(effect.Diff-p.Diff-.5) > 1e-9 || math.Abs(effect.Lo-p.Lo-.5) > .00101 || math.Abs(effect.Hi-p.Hi-.5) > .00101 || math.Abs(effect.SD-p.SD) > 1e-9 {
			t.Errorf("with .5 more %+v is %+v", p, effect)
		}
	})
}

// sameTest allows the ends of the interval a step of the grid: rounding may put one on the other side of it.
func sameTest(t *rapid.T, what string, l []float64, treated []bool, diff, lo, hi, p float64) {
	t.Helper()
	got, err := DifferenceInDifferences(l, treated, 1)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Diff-diff) > 1e-9 || math.Abs(got.Lo-lo) > .00101 || math.Abs(got.Hi-hi) > .00101 || got.P != p {
		t.Errorf("%s: %v from %v to %v (p = %v), want %v from %v to %v (p = %v)", what, got.Diff, got.Lo, got.Hi, got.P, diff, lo, hi, p)
	}
}

// All C(16, 8) = 12,870 choices and as many as are drawn of more of them come to much the same.
func TestDrawnIsCloseToExact(t *testing.T) {
	for world := range uint64(10) {
		random := rand.New(rand.NewPCG(world, 1))
		l, treated := make([]float64, 16), make([]bool, 16)
		for i := range l {
			l[i], treated[i] = random.NormFloat64(), i%2 == 0
		}
		exact, err := DifferenceInDifferences(l, treated, 5)
		if err != nil {
			t.Fatal(err)
		}
		if !exact.IsExact || exact.N != 12_870 || exact.Seed != 0 || len(exact.InSpace) != 2000 {
			t.Fatalf("%d choices, exact %v, seed %d, %d differences", exact.N, exact.IsExact, exact.Seed, len(exact.InSpace))
		}
		drawn, err := permute(l, treated, 5, 100)
		if err != nil {
			t.Fatal(err)
		}
		if drawn.IsExact || drawn.N != Assignments || drawn.Seed != 5 || len(drawn.InSpace) != 2000 {
			t.Fatalf("%d choices, exact %v, seed %d, %d differences", drawn.N, drawn.IsExact, drawn.Seed, len(drawn.InSpace))
		}
		// A share of p in 20,000 has a standard error below .0036, and that of a bound is that of the .05 over the slope of P.
		wide := .1*(exact.Hi-exact.Lo) + .001
		if drawn.Diff != exact.Diff || math.Abs(drawn.P-exact.P) > .02 || math.Abs(drawn.SD-exact.SD) > .05*exact.SD+1e-9 ||
			math.Abs(drawn.Lo-exact.Lo) > wide || math.Abs(drawn.Hi-exact.Hi) > wide {
			t.Errorf("drawn %v from %v to %v (p = %v, SD %v), exact %v from %v to %v (p = %v, SD %v)",
				drawn.Diff, drawn.Lo, drawn.Hi, drawn.P, drawn.SD, exact.Diff, exact.Lo, exact.Hi, exact.P, exact.SD)
		}
	}
}

// 40 departments with 20 treated: what is drawn depends on the seed alone, P is that of (b + 1)/(B + 1), and a test of the same
// size by Student's t comes to much the same.
func TestDrawnBySeed(t *testing.T) {
	l, treated := make([]float64, 40), make([]bool, 40)
	for i := range l {
		l[i] = .4 * math.Sin(float64(7*i*i))
		treated[i] = i%2 == 0
		if treated[i] {
			l[i] += .15
		}
	}
	one, err := DifferenceInDifferences(l, treated, 42)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := DifferenceInDifferences(l, treated, 42)
	other, _ := DifferenceInDifferences(l, treated, 43)
	if one.P != again.P || one.Lo != again.Lo || one.Hi != again.Hi || !slices.Equal(one.InSpace, again.InSpace) {
		t.Error("the same seed draws others")
	}
	if slices.Equal(one.InSpace, other.InSpace) {
		t.Error("another seed draws the same")
	}
	if b := one.P*(Assignments+1) - 1; math.Abs(b-math.Round(b)) > 1e-6 || b < 0 {
		t.Errorf("p = %v", one.P)
	}
	var a, b []float64
	for i, x := range l {
		if treated[i] {
			a = append(a, x)
		} else {
			b = append(b, x)
		}
	}
	student := NewEstimate(one.Diff, math.Sqrt((stat.Variance(a, nil)+stat.Variance(b, nil))/20), 38)
	if math.Abs(one.P-student.P) > .02 || math.Abs(one.Lo-student.Lo) > .02 || math.Abs(one.Hi-student.Hi) > .02 {
		t.Errorf("p = %v, %v to %v, by Student p = %v, %v to %v", one.P, one.Lo, one.Hi, student.P, student.Lo, student.Hi)
	}
	if math.Abs(one.P-other.P) > .02 || math.Abs(one.Lo-other.Lo) > .01 || math.Abs(one.Hi-other.Hi) > .01 {
		t.Errorf("seeds disagree: %v and %v", one, other)
	}
}

func TestDiDRefuses(t *testing.T) {
	for _, c := range []struct {
		units, treated, ways int
		says                 string
	}{
		{0, 0, 0, "no unit to compare"},
		{3, 1, 3, "into 1 treated and 2 others in only 3 ways"},
		{8, 0, 1, "no unit was treated"},
		{8, 8, 1, "nothing to compare"},
		{1, 1, 1, "nothing to compare"},
		{5, 1, 5, "5 units can be divided into 1 treated and 4 others in only 5 ways"},
		{19, 1, 19, "only 19 ways"},
		{19, 18, 19, "only 19 ways"},
		// Of 20 choices each has a mirror image that differs as much, so that P can't be below .1.
		{6, 3, 10, "only 10 ways"},
	} {
		l, treated := make([]float64, c.units), make([]bool, c.units)
		for i := range l {
			l[i], treated[i] = float64(i*i), i < c.treated
		}
		var few *TooFewError
		_, err := DifferenceInDifferences(l, treated, 1)
		if !errors.As(err, &few) || few.Units != c.units || few.Treated != c.treated || few.Assignments != c.ways || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d of %d: %v (%+v)", c.treated, c.units, err, few)
		}
	}
	treated := []bool{true, true, false, false, false, false, false, false}
	for _, bad := range [][]float64{nil, {1}, {math.NaN(), 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, math.Inf(1), 0, 0, 0, 0}, {0, 0, math.Inf(-1), 0, 0, 0, 0, 0}, {1e305, 0, 0, 0, 0, 0, 0, 0}} {
		var not *NotEnoughError
		if _, err := DifferenceInDifferences(bad, treated, 1); !errors.As(err, &not) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// Whatever comes in: a refusal, or numbers in their order.
func TestDiDOfAnything(t *testing.T) {
	wild := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-1, 1), rapid.SampledFrom([]float64{0, 1, 1e299, -1e299, math.NaN(), math.Inf(1)}))
	rapid.Check(t, func(t *rapid.T) {
		l, treated := rapid.SliceOfN(wild, 0, 12).Draw(t, "l"), rapid.SliceOfN(rapid.Bool(), 0, 12).Draw(t, "treated")
		if len(l) < len(treated) && len(l) > 0 {
			treated = treated[:len(l)]
		}
		p, err := DifferenceInDifferences(l, treated, 1)
		if err == nil && !(p.P > 0 && p.P <= 1 && p.Lo <= p.Diff && p.Diff <= p.Hi && p.SD >= 0) {
			t.Errorf("%+v", p)
		}
	})
}

// All alike: no difference, all choices are as large, and the interval is a point.
func TestDiDOfNothing(t *testing.T) {
	for _, x := range []float64{0, .3, -1e3} {
		l, treated := make([]float64, 10), make([]bool, 10)
		for i := range l {
			l[i], treated[i] = x, i < 3
		}
		p, err := DifferenceInDifferences(l, treated, 1)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(p.Diff) > 1e-5 || p.P != 1 || p.Hi-p.Lo > .002 || p.SD > 1e-5 {
			t.Errorf("of %v: %+v", x, p)
		}
	}
}

// The largest that is tried exactly (C(16, 8) is one of the largest below 20,000 for the work it takes) and one that is drawn.
func BenchmarkDifferenceInDifferences(b *testing.B) {
	for name, size := range map[string][2]int{"495": {12, 4}, "12870": {16, 8}, "19900": {200, 2}, "drawn40": {40, 20}} {
		l, treated := make([]float64, size[0]), make([]bool, size[0])
		for i := range l {
			l[i], treated[i] = math.Sin(float64(i*i)), i < size[1]
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := DifferenceInDifferences(l, treated, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
