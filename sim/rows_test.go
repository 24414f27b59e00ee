package sim

import (
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"staleness/nets"
	"staleness/optimizers"
	"staleness/sim/record"
)

// A row by the number of gradients is what a row by time is: after the step that made the count.
// One-shot of one worker is gradient descent.
func TestEvaluationByGradientsIsAfterTheStep(t *testing.T) {
	for _, workers := range []int{1, 3} {
		c := config(strategy(t, optimizers.OneShot{Local: optimizers.PlainSGD{Rate: .1}}), workers, 1)
		c.Stop = Stop{Gradients: int64(6 * workers)}
		for _, e := range []EvalPlan[float64]{{Gradients: int64(2 * workers)}, {Every: 20 * ms}} {
			c.Eval = e
			_, rec := must(t, c, options{})
			for k, row := range rec.evals {
				if want := math.Pow(.9, float64(2*k)); math.Abs(row.TrainLoss-want*want/2) > 1e-12 || row.Gradients != int64(2*k*workers) {
					t.Errorf("%d workers, %+v: row %d: loss %g after %d gradients, the point is %g", workers, e, k, row.TrainLoss, row.Gradients, want)
				}
			}
			if len(rec.evals) != 4 {
				t.Errorf("%d workers, %+v: %d rows", workers, e, len(rec.evals))
			}
		}
	}
}

// The rows of what goes into one update show the center before it, but for the last.
func TestCentersOfMergedPushes(t *testing.T) {
	for _, shards := range []int{1, 2} {
		for _, among := range []optimizers.Consistency{optimizers.BSP(), optimizers.Softsync(3), optimizers.KSync(3, false)} {
			c := config(strategy(t, optimizers.Default[optimizers.Sync]()), 3, 2)
			if among != optimizers.BSP() {
				c.Strategy = asgd(t)
				c.Consistency = among
			}
			c.Cluster.Server.Shards = shards
			c.Stop, c.Record = Stop{Updates: 3}, Record{Updates: true, Center: true}
			_, rec := must(t, c, options{})
			before := c.X0[0]
			for k, x := range rec.centers {
				buffered := rec.push[k].Verdict == record.Buffered
				if buffered != (k%3 < 2) || buffered != (x[0] == before) {
					t.Errorf("%v, %d shards: row %d, %v: %v, before the round %g", among, shards, k, rec.push[k].Verdict, x, before)
				}
				if !buffered {
					before = x[0]
				}
			}
			if len(rec.push) != 9 {
				t.Errorf("%v: %d rows", among, len(rec.push))
			}
		}
	}
}

// The mean of elastic workers and their consensus are of x_i, not of what the next gradient is
// taken at: by hand, where a look-ahead moves it.
func TestPointsOfElasticWorkers(t *testing.T) {
	const eta, delta = .1, .5
	m := optimizers.Default[optimizers.EAMSGD]()
	m.Window, m.Rate, m.Momentum = 1000, eta, delta // no exchange
	c := config(strategy(t, m), 2, 1)
	c.Cluster.Compute = append(each(1, constant(10*ms)), constant(20*ms))
	c.Stop, c.Eval = Stop{Time: 81 * ms}, EvalPlan[float64]{Every: 20 * ms, Of: OfMean}
	_, rec := must(t, c, options{})
	x, v := []float64{1, 1}, []float64{0, 0}
	step := func(i int) {
		v[i] = delta*v[i] - eta*(x[i]+delta*v[i])
		x[i] += v[i]
	}
	for k, row := range rec.evals[:5] {
		mean, apart := (x[0]+x[1])/2, math.Abs(x[0]-x[1])/2
		if math.Abs(row.TrainLoss-mean*mean/2) > 1e-12 || math.Abs(row.Consensus-apart) > 1e-12 {
			t.Errorf("row %d: loss %g and consensus %g, by hand %g and %g", k, row.TrainLoss, row.Consensus, mean*mean/2, apart)
		}
		step(0)
		step(0)
		step(1)
	}
}

// Just after an elastic move the next gradient is taken at the copy made before it, but x_i has
// moved.
func TestPointsAfterElasticMove(t *testing.T) {
	m := optimizers.Default[optimizers.AEASGD]()
	m.Window, m.Exchange, m.Local = 1, "atomic", optimizers.PlainSGD{Rate: .1}
	m.Elastic = optimizers.Elastic{Alpha: .5}
	c := config(strategy(t, m), 1, 1)
	c.Stop, c.Eval = Stop{Gradients: 2}, EvalPlan[float64]{Every: 10 * ms, Of: OfMean}
	_, rec := must(t, c, options{})
	x, center, at := 1., 1., 1. // x_i, c, and where the gradient is taken
	for k, row := range rec.evals[:2] {
		if math.Abs(row.TrainLoss-x*x/2) > 1e-12 {
			t.Errorf("row %d: loss %g of %s, x_i is %g", k, row.TrainLoss, row.Point, x)
		}
		x -= .1 * at
		at = x
		x, center = x-.5*(x-center), center+.5*(x-center)
	}
}

// Runs that never push are told apart by their fingerprints as all others are: by what was
// computed, and when.
func TestFingerprintsOfSilentRuns(t *testing.T) {
	for _, d := range []int{0, 2} {
		prints := map[string]string{}
		for _, seed := range []uint64{1, 2, 3} {
			for _, noise := range []float64{0, .5} {
				c := config(strategy(t, optimizers.Default[optimizers.OneShot]()), 3, d)
				c.Cluster.Compute, c.Seeds.Delays = each(3, exponential(10*ms)), seed
				if d > 0 {
					c.Problem = bowl{d, 1, noise}
				}
				c.Stop = Stop{Gradients: 40}
				key := fmt.Sprint(seed, d > 0 && noise > 0)
				for _, e := range []EvalPlan[float64]{{}, {Of: OfCenter}, {Gradients: 7}} {
					c.Eval = e
					for p := 1; p <= 2; p++ {
						c.Parallel = p
						r, _ := must(t, c, options{})
						if old, ok := prints[key]; ok && old != r.Fingerprint {
							t.Errorf("dimension %d, seed %d: evaluations or goroutines change the fingerprint", d, seed)
						}
						prints[key] = r.Fingerprint
					}
				}
			}
		}
		if different := map[string]bool{}; true {
			for _, p := range prints {
				different[p] = true
			}
			if len(different) != len(prints) {
				t.Errorf("dimension %d: %d fingerprints of %d runs", d, len(different), len(prints))
			}
		}
	}
}

// counting is a bowl that counts how often its value is asked for.
type counting struct {
	bowl
	values *atomic.Int64
}

func (c counting) Value(ws *nets.Workspace[float64], x []float64) float64 {
	c.values.Add(1)
	return c.bowl.Value(ws, x)
}

// What did not change is not measured again, and its rows are those of a measurement; through
// interrupts too, and by shards that move apart.
func TestEvaluationsOfOneState(t *testing.T) {
	for _, shards := range []int{1, 3} {
		for _, of := range []Point{OfCenter, OfAverage, OfMean} {
			c := config(asgd(t), 2, 3)
			values := new(atomic.Int64)
			c.Problem = counting{bowl{3, 1, .3}, values}
			c.Cluster.Server.Shards, c.Cluster.Server.Service = shards, exponential(2*ms)
			c.Stop, c.Record = Stop{Updates: 50}, Record{Updates: true, Center: true, Model: true}
			c.Eval = EvalPlan[float64]{Every: ms, Of: of}
			_, rec := must(t, c, options{poison: true})
			if n := values.Load(); of != OfMean && n > int64(50*shards+2) || n > int64(len(rec.evals)) || len(rec.evals) < 200 {
				t.Errorf("%d shards, %d: %d measured for %d rows", shards, of, n, len(rec.evals))
			}
			for k, row := range rec.evals {
				if of == OfCenter && shards == 1 {
					x := c.X0
					if row.Updates > 0 {
						x = rec.centers[row.Updates-1]
					}
					if want := (bowl{3, 1, .3}).Value(nil, x); row.TrainLoss != want || row.Point != "center" {
						t.Fatalf("row %d: loss %g, of the center %g", k, row.TrainLoss, want)
					}
				}
			}
			if len(rec.model) != 1 {
				t.Errorf("%d models", len(rec.model))
			}
		}
	}
}
