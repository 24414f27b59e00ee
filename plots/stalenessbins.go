package plots

import (
	"math"

	"staleness/plots/internal/draw"
)

// exact is the largest staleness that has a bin of its own on a logarithmic axis.
const exact = 15

// bars says whether the shares of one group stand as bars: each staleness has its own then.
func (b *bins) bars() bool { return !b.logX && b.Show == "share" }

// at is the place of a staleness on the horizontal axis.
func (b *bins) at(tau float64) float64 {
	if b.logX {
		return tau + 1
	}
	return tau
}

// axes are those of all panels. Where the horizontal one is logarithmic in tau + 1, the ticks still
// say tau.
func (b *bins) axes() (x, y Axis) {
	x = Axis{Label: "message staleness τ (updates)", Min: -0.6, Max: float64(b.top) + 0.6, Counts: true}
	y = Axis{Label: "share of messages", Log: b.YScale == "log", Zero: true}
	if b.Show == "ccdf" {
		y.Label = "share at least as stale"
	}
	if !b.logX {
		return x, y
	}
	x.Plus = 1
	x.Log, x.Min, x.Max = true, 0.9, 1.15*(float64(b.top)+1)
	for _, tau := range []float64{0, 1, 3, 10, 30, 100, 300, 1000, 3000, 1e4, 3e4, 1e5, 1e6, 1e7} {
		if tau <= float64(b.top) {
			x.At, x.Names = append(x.At, tau+1), append(x.Names, draw.Short(tau))
		}
	}
	return x, y
}

// edges are the left ends of the bins up to the largest staleness there is, and the end of the
// last: one a staleness, but on a logarithmic axis bins grow by a fifth beyond the first few.
func (b *bins) edges() (es []int) {
	for e := 0; e <= b.there; {
		es = append(es, e)
		if e++; b.logX && e > exact+1 {
			e += (e - 1) / 5
		}
	}
	return append(es, b.there+1)
}

// places are where a law is drawn: no more of them than a page can resolve.
func (b *bins) places() (taus []int) {
	for tau := 0; tau <= b.top; {
		taus = append(taus, tau)
		if tau += 1 + b.top/most; b.logX {
			tau = taus[len(taus)-1]*51/50 + 1
		}
	}
	return taus
}

// shares are the share of each bin, for one staleness of it, or that of all from it on: median and
// band over runs.
func (b *bins) shares(runs []*Run) (p pooled, n int) {
	edges := b.edges()
	var hs [][]float64
	for _, r := range runs {
		if r.Summary.Staleness != nil {
			hs = append(hs, b.share(r.Summary.Staleness.Histogram, edges))
		}
	}
	if len(hs) == 0 {
		return p, 0
	}
	for k, e := range edges[:len(edges)-1] {
		ys := make([]float64, len(hs))
		for i := range hs {
			ys[i] = hs[i][k]
		}
		tau := float64(e)
		if b.Show == "share" {
			tau = (tau + float64(edges[k+1]-1)) / 2
		}
		m, lo, hi := spread(ys, b.Band)
		p.x, p.mid, p.lo, p.hi = append(p.x, b.at(tau)), append(p.mid, m), append(p.lo, lo), append(p.hi, hi)
	}
	return p, len(hs)
}

// share is that of each bin in one run.
func (b *bins) share(counts []int64, edges []int) []float64 {
	h := make([]float64, len(edges)-1)
	total, k := 0.0, 0
	for tau, c := range counts {
		total += float64(c)
		for k < len(h) && tau >= edges[k+1] {
			k++
		}
		if k < len(h) {
			h[k] += float64(c)
		}
	}
	if total == 0 {
		return h
	}
	if b.Show == "ccdf" {
		below := 0.0
		for k := range h {
			below, h[k] = below+h[k], math.Max(0, (total-below)/total)
		}
		return h
	}
	for k := range h {
		h[k] /= total * float64(edges[k+1]-edges[k])
	}
	return h
}
