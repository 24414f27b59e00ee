package delay

import (
	"math"
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

// correlated draws from a law by inversion at normal scores that are serially correlated, or partly
// those of all workers: z_k = r z_{k-1} + sqrt(1-r²) e_k with z_0 = e_0, and e_k = sqrt(c) g_k +
// sqrt(1-c) e'_k with g_k drawn for all workers at index k. So all z are standard normal, a share c
// of their variance is common to all workers at one index, and the law of a draw is what it was.
// With r = c = 0 draws are those of the law, but for rounding and, where
// quantiles come from a table, 1e-8 of the mean.
type correlated struct {
	of     Inverse
	scores atScore // of, if it does without the uniform number; or nil
	r, s   float64 // s = sqrt(1-r²)
	c, d   float64 // square roots of the shares in common and not
}

// An atScore law is an Inverse one that inverts Φ(z) faster than by way of Φ.
type atScore interface{ atScore(z float64) float64 }

func newCorrelated(l Inverse, r, common float64) correlated {
	c := correlated{of: l, r: r, s: math.Sqrt(1 - float64(r*r)), c: math.Sqrt(common), d: math.Sqrt(1 - common)}
	if e, ok := l.(shiftedExponential); ok {
		c.scores = exponentialAtScore{e, exponentialTable()}
	} else {
		c.scores, _ = l.(atScore)
	}
	return c
}

var sharedScore = purpose("common")

// Memory is the last score.
func (l correlated) Memory() int {
	if l.r == 0 {
		return 0
	}
	return 1
}

func (l correlated) Next(t *Turn) time.Duration { return toNever(l.next(t)) }

func (l correlated) next(t *Turn) float64 {
	z := -vec.NormQuantile(t.Own.Float64())
	if l.c > 0 {
		g := t.Key.Fork(sharedScore).At(0, t.Index)
		z = float64(l.d*z) - float64(l.c*vec.NormQuantile(g.Float64()))
	}
	if l.r != 0 {
		if last := t.Memory[0]; last != 0 {
			z = float64(l.r*math.Float64frombits(last-1)) + float64(l.s*z)
		}
		t.Memory[0] = math.Float64bits(z) + 1 // 0 is no score yet
	}
	return min(l.at(z)*t.Times, longest)
}

// at is the quantile at Φ(z).
func (l correlated) at(z float64) float64 {
	if l.scores != nil {
		return l.scores.atScore(z)
	}
	return l.of.Tail(min(max(vec.NormCDF(-z), 0x1p-1000), 1-0x1p-53))
}

func (l correlated) ns(r *stream.Rand) float64 { return min(l.of.Tail(r.Float64()), longest) }

func (l correlated) Draw(r *stream.Rand) time.Duration { return nearest(l.ns(r)) }
func (l correlated) Mean() float64                     { return l.of.Mean() }
func (l correlated) CV() float64                       { return l.of.CV() }

var (
	_ Aware  = correlated{}
	_ nexter = correlated{}
)
