package experiments

import (
	"math"
	"strings"
	"sync/atomic"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/document"
	"staleness/experiments/internal/origin"
	"staleness/nets/vec"
	"staleness/sim/record"
)

// A recorder hands what a run reports to the files of the run.
type recorder[F vec.Float] struct {
	w      *record.Writer
	row    record.Row // the one under way
	center []float64
	seen   func(e *record.Evaluation) // progress
	of     record.Model               // what a model says of its run
}

// Push writes a row of updates.csv.
func (r *recorder[F]) Push(p *record.Row, center []F) error {
	r.center = r.center[:0]
	for _, x := range center {
		r.center = append(r.center, float64(x))
	}
	r.row = *p // which is lent
	r.row.Center = r.center
	return r.w.Update(&r.row)
}

// Interval writes a row of trace.csv.
func (r *recorder[F]) Interval(i *record.Interval) error { return r.w.Interval(i) }

// Eval writes a row of eval.csv.
func (r *recorder[F]) Eval(e *record.Evaluation) error {
	r.seen(e)
	return r.w.Eval(e)
}

// Model writes what was trained.
func (r *recorder[F]) Model(point string, vote bool, xs [][]F) error {
	m := r.of
	m.Point, m.Vote, m.Dim, m.Count = point, vote && len(xs) > 1, len(xs[0]), len(xs)
	for _, x := range xs {
		wide := make([]float64, len(x))
		for i := range x {
			wide[i] = float64(x[i])
		}
		m.Vectors = append(m.Vectors, wide)
	}
	return r.w.Model(&m)
}

// modelOf is what a model says of the run that trained it.
func modelOf(c *config.Config, id string) record.Model {
	var b strings.Builder
	t := c.Applying()
	config.Absolute(t["problem"], c.Dir)
	document.WriteSection(&b, "problem", t["problem"].(map[string]any))
	return record.Model{Run: id, Build: origin.Build(), Problem: strings.TrimLeft(b.String(), "\n"), Seed: c.Env().Seed, Data: c.DataHash, Precision: c.Precision()}
}

// A gauge is a share done that one goroutine sets and another reads.
type gauge struct{ bits atomic.Uint64 }

func (g *gauge) set(x float64) { g.bits.Store(math.Float64bits(min(max(x, 0), 1))) }
func (g *gauge) get() float64  { return math.Float64frombits(g.bits.Load()) }
