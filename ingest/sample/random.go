package sample

import (
	"math/big"
	"math/bits"
	"math/rand/v2"
)

// Everything random is integer arithmetic: floating point may be fused or rounded differently from one processor to the next,
// and the same seed has to give the same bytes everywhere.

// random is a PCG stream with the few draws the generator needs.
type random struct{ pcg rand.PCG }

func newRandom(seed, stream uint64) *random {
	r := &random{}
	r.pcg.Seed(seed, stream*0x9E3779B97F4A7C15+0xD1B54A32D192ED03)
	return r
}

// below draws evenly from [0, n); n must be positive and below 2^32, where the bias of the multiplication does not matter.
func (r *random) below(n int) int {
	return int(r.pcg.Uint64() >> 32 * uint64(n) >> 32)
}

// below64 is below for bounds up to 2^63.
func (r *random) below64(n int64) int64 {
	hi, _ := bits.Mul64(r.pcg.Uint64(), uint64(n))
	return int64(hi)
}

// between draws evenly from [lo, hi).
func (r *random) between(lo, hi int64) int64 { return lo + r.below64(hi-lo) }

// chance is true in perMille of 1000 draws.
func (r *random) chance(perMille int) bool { return r.below(1000) < perMille }

// pick draws an index with the probability of its weight; cumulative holds the running sums of the weights.
func (r *random) pick(cumulative []int64) int {
	x := r.below64(cumulative[len(cumulative)-1])
	lo, hi := 0, len(cumulative)-1
	for lo < hi {
		m := (lo + hi) / 2
		if cumulative[m] > x {
			hi = m
		} else {
			lo = m + 1
		}
	}
	return lo
}

// normal draws from (very nearly) the standard normal distribution in units of 1/65536: the sum of twelve even draws.
// It never leaves ±6, which keeps invented waits finite.
func (r *random) normal() int64 {
	var sum int64
	for range 3 {
		u := r.pcg.Uint64()
		sum += int64(u&0xffff) + int64(u>>16&0xffff) + int64(u>>32&0xffff) + int64(u>>48)
	}
	return sum - 6*0xffff
}

const log2e = 94548 // log2(e) in units of 1/65536

// lognormal draws a positive duration with the given median; sigmaPerMille is 1000 times the standard deviation of its logarithm.
func (r *random) lognormal(median int64, sigmaPerMille int64) int64 {
	return scaleExp2(median, r.normal()*sigmaPerMille/1000*log2e>>16)
}

// noise draws a lognormal factor around 1000.
func (r *random) noise(sigmaPerMille int64) int64 { return r.lognormal(1000, sigmaPerMille) }

// exp2Table holds 2^(i/256) in units of 2^-30 for i in [0, 256].
var exp2Table = buildExp2Table()

// buildExp2Table multiplies repeated square roots of two, in whole numbers.
func buildExp2Table() [257]uint64 {
	var roots [8]*big.Int // 2^(1/2), 2^(1/4) … 2^(1/256) in units of 2^-48
	x := new(big.Int).Lsh(big.NewInt(2), 48)
	for i := range roots {
		x = new(big.Int).Sqrt(new(big.Int).Lsh(x, 48))
		roots[i] = x
	}
	var table [257]uint64
	for i := range 256 {
		p := new(big.Int).Lsh(big.NewInt(1), 48)
		for b, root := range roots {
			if i&(0x80>>b) != 0 {
				p.Mul(p, root).Rsh(p, 48)
			}
		}
		table[i] = p.Rsh(p, 18).Uint64()
	}
	table[256] = 2 << 30
	return table
}

// scaleExp2 returns v * 2^(e/65536), rounded down.
func scaleExp2(v, e int64) int64 {
	whole := e >> 16
	i, rest := uint64(e>>8&0xff), uint64(e&0xff)
	factor := exp2Table[i] + (exp2Table[i+1]-exp2Table[i])*rest>>8
	hi, lo := bits.Mul64(uint64(v), factor)
	shift := 30 - whole
	switch {
	case shift <= 0:
		return int64(lo << uint(-shift))
	case shift >= 64:
		return int64(hi >> uint(shift-64))
	}
	return int64(hi<<uint(64-shift) | lo>>uint(shift))
}

// mix turns a number into an unrelated one (the finaliser of MurmurHash3), for facts that must stay the same whenever a title returns.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
