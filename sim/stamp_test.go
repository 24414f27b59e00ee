package sim

import (
	"testing"

	"staleness/internal/stream"
	"staleness/internal/testspeed"
	"staleness/nets"
	"staleness/optimizers"
)

// The stamp: coordinate 0 of the center holds the version, a gradient returns it as its loss. So
// version_read is checked by what was really read, where the books alone would balance with a wrong
// version too.

type stampServer struct{ x []float64 }

func (s *stampServer) Apply(m optimizers.Message[float64]) optimizers.Verdict {
	if m.N == 1 && m.Loss > 3 && int(m.Loss)%5 == 0 { // refuse some
		return optimizers.Dropped
	}
	s.x[0]++
	return optimizers.Applied
}
func (s *stampServer) Reply(dst []float64, _ int) { copy(dst, s.x) }
func (s *stampServer) Center() []float64          { return s.x }

type uniformStampServer struct{ stampServer }

func (*uniformStampServer) Uniform() {}

// stampWorker computes w gradients at what it received, then exchanges.
type stampWorker struct {
	x       []float64
	w, done int
	after   optimizers.Action
}

func (w *stampWorker) Point() []float64 { return w.x }
func (w *stampWorker) Step([]float64, float64) optimizers.Action {
	if w.done++; w.done < w.w {
		return optimizers.Compute
	}
	w.done = 0
	return w.after
}
func (w *stampWorker) Receive(v []float64) optimizers.Action {
	w.x, w.done = append(w.x[:0], v...), 0
	return optimizers.Compute
}
func (w *stampWorker) Horizon() int { return w.w - w.done }

// lender is the same, computing at the very vector it is lent.
type lender struct{ stampWorker }

func (w *lender) Borrow(v []float64) { w.x, w.done = v, 0 }

type stampBowl struct{ bowl }

func (stampBowl) Grad(_ *nets.Workspace[float64], g, x []float64, _ []int) float64 {
	clear(g)
	return x[0]
}

func stamped(d *draws) optimizers.Strategy[float64] {
	w, after := 1+d.n(4), pick(d, optimizers.Exchange, optimizers.Exchange|optimizers.ReadOld)
	borrows, uniform := d.one(2), d.one(2)
	return optimizers.Strategy[float64]{
		Worker: func(optimizers.Env[float64]) optimizers.Worker[float64] {
			half := stampWorker{w: w, after: after}
			if borrows {
				return &lender{half}
			}
			return &half
		},
		Server: func(e optimizers.Env[float64]) optimizers.Server[float64] {
			s := stampServer{x: append([]float64(nil), e.X0...)}
			if uniform {
				return &uniformStampServer{s}
			}
			return &s
		},
		Combine: optimizers.Mean,
		Jobs:    optimizers.Fresh,
	}
}

func TestStamp(t *testing.T) {
	n, stale := 0, int64(0)
	seeds, least := uint64(1500), 20000
	if testspeed.Race {
		seeds, least = seeds/5, least/5
	}
	for seed := range seeds {
		d := &draws{stream.NewKey(seed, "stamp").At(0, 0)}
		s := stamped(d)
		c := config(s, 1+d.n(6), 3)
		c.Consistency = randomConsistency(d, c.Workers)
		if _, err := s.Resolve(c.Consistency, c.Workers); err != nil {
			continue
		}
		randomTime(d, &c)
		c.Problem = stampBowl{bowl{3, 1, 0}}
		c.X0 = make([]float64, 3)
		c.Stop.Updates, c.Stop.Gradients, c.Parallel = 60, 3000, 1+d.n(2)
		c.Record.Updates = true
		randomClients(seed, &c)
		_, rec := must(t, c, options{poison: true})
		for _, row := range rec.push {
			n++
			stale += row.Staleness
			if row.Loss != float64(row.VersionRead) || row.Staleness != row.Version-row.VersionRead {
				t.Fatalf("seed %d: computed at version %g: %+v", seed, row.Loss, row)
			}
		}
	}
	if n < least || stale < int64(least) {
		t.Errorf("only %d rows with a staleness of %d in all were looked at", n, stale)
	}
}
