package experiments

import (
	"math"
	"strings"
	"sync/atomic"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/document"
	"staleness/experiments/internal/origin"
	"staleness/nets/vec"
	"staleness/sim"
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

// summarize is what summary.json says of a result. failure, if not nil, makes it a failed run.
func summarize(seed int64, build string, r *sim.Result, s config.Facts) *record.Summary {
	out := record.NewSummary()
	out.Status, out.Reason = string(r.Status), r.Reason
	out.Seed, out.Build, out.Fingerprint = uint64(seed), build, r.Fingerprint
	out.Updates, out.Pushes, out.Gradients, out.UsedGradients = r.Updates, r.Pushes, r.Gradients, r.Used
	out.Samples, out.Discarded = r.Samples, r.Discarded
	if s.Timed {
		out.VirtualTimeS = record.Seconds(r.VirtualTime)
		out.IdleFraction, out.Utilization = r.Idle, r.Utilization
		out.BytesUp, out.BytesDown = r.BytesUp, r.BytesDown
	}
	out.FinalTrainLoss, out.FinalTestLoss, out.FinalTestAccuracy = r.Last.TrainLoss, r.Last.TestLoss, r.Last.TestAccuracy
	out.FinalSuboptimality, out.Growth = r.Last.Suboptimality, r.Growth
	pooled := []int64(nil)
	for _, shard := range r.Staleness {
		for tau, n := range shard.Histogram {
			for len(pooled) <= tau {
				pooled = append(pooled, 0)
			}
			pooled[tau] += n
		}
		if len(r.Staleness) > 1 {
			if one := record.StalenessOf(shard.Histogram); one != nil {
				out.StalenessShards = append(out.StalenessShards, *one)
			}
		}
	}
	out.Staleness = record.StalenessOf(pooled)
	out.Invariants = map[string]string{}
	for _, i := range r.Invariants {
		out.Invariants[i.Name] = record.Held
		if i.Err != nil {
			out.Invariants[i.Name] = i.Err.Error()
			out.Status = record.Failed
			out.Reason = "self-check " + i.Name + ": " + i.Err.Error()
		}
	}
	if r.Status == sim.Stalled {
		out.Status = record.Failed
	}
	return out
}

// A gauge is a share done that one goroutine sets and another reads.
type gauge struct{ bits atomic.Uint64 }

func (g *gauge) set(x float64) { g.bits.Store(math.Float64bits(min(max(x, 0), 1))) }
func (g *gauge) get() float64  { return math.Float64frombits(g.bits.Load()) }
