package optimizers_test

import (
	"math"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/optimizertest"
)

// descend takes n plain steps on the loss of a worker of ownData.
func descend(x float64, worker, n int) float64 {
	for range n {
		x -= eta * (x - ownMinima[worker])
	}
	return x
}

var nesterov = o.Nesterov{Rate: .7, Momentum: .9}

// Each round is a step of Nesterov along the mean of how far the workers came.
func TestDiLoCoTrace(t *testing.T) {
	x, v := 3., 0.
	var want []float64
	for range 12 {
		delta := 0.
		for worker := range 4 {
			delta += (x - descend(x, worker, 3)) / 4
		}
		v = .9*v + delta
		x -= .7 * (delta + .9*v)
		want = append(want, x)
	}
	same(t, "diloco", trace(t, o.DiLoCo{Window: 3, Outer: nesterov, Local: plain, Reduction: o.ByServer()}, ownData(), 12), want)
}

// With an outer step of rate 1 it is local-sgd; a quorum of all, and one fragment without overlap,
// are diloco.
func TestDiLoCoFamily(t *testing.T) {
	adam := o.Adam{Rate: .02, Beta1: .9, Beta2: .99, Epsilon: 1e-8}
	const n = 30
	same(t, "rate 1", trace(t, o.DiLoCo{Window: 3, Outer: o.PlainSGD{Rate: 1}, Local: adam, Reduction: o.ByServer()}, ownData(), n),
		trace(t, o.LocalSGD{Window: 3, State: "keep", Local: adam, Reduction: o.ByServer()}, ownData(), n))
	diloco := trace(t, o.DiLoCo{Window: 3, Outer: nesterov, Local: adam, Reduction: o.ByServer()}, ownData(), n)
	same(t, "full quorum", trace(t, o.DecoupledDiLoCo{Quorum: 4, Window: 3, Outer: nesterov, Local: adam}, ownData(), n), diloco)
	same(t, "one fragment", trace(t, o.StreamingDiLoCo{Fragments: 1, Window: 3, Outer: nesterov, Local: adam}, ownData(), n), diloco)
}

// A quorum of two of four uneven learners makes an outer step as soon as two windows are there.
func TestDecoupledDiLoCoTrace(t *testing.T) {
	x, v, delta, n := 3., 0., 0., 0
	followed(t, o.DecoupledDiLoCo{Quorum: 2, Window: 3, Outer: nesterov, Local: plain}, ownData(), 100, func(a arrival) float64 {
		delta += (a.read - descend(a.read, a.from, 3)) / 2
		if n++; n%2 == 0 {
			v = .9*v + delta
			x -= .7 * (delta + .9*v)
			delta = 0
		}
		return x
	})
}

// Two fragments of two coordinates each, written out, with messages that travel for a step; a local
// fragment is mixed with what came.
func TestStreamingDiLoCoTrace(t *testing.T) {
	const slot, alpha, workers = 3, .25, 3
	curve := []float64{1, 2, .5, 1.5}
	for _, overlap := range []int{0, 1} {
		global := []float64{1, -1, 2, .5}
		v := make([]float64, 4)
		var local, has [workers][]float64
		for i := range local {
			local[i], has[i] = append([]float64(nil), global...), append([]float64(nil), global...)
		}
		step := func(i int) {
			for j := range local[i] {
				local[i][j] -= eta * curve[j] * (local[i][j] - float64(i))
			}
		}
		m := o.StreamingDiLoCo{Fragments: 2, Window: 2 * slot, Overlap: overlap, Mixing: alpha, Outer: nesterov, Local: plain}
		r := run(t, m, optimizertest.Setup[float64]{Workers: workers, X0: append([]float64(nil), global...), Up: 100, Down: 100,
			Grad: func(g, x []float64, worker, _, _, _ int) float64 {
				for j := range x {
					g[j] = curve[j] * (x[j] - float64(worker))
				}
				return 0
			}})
		for round := range 12 {
			lo := round % 2 * 2
			for i := range local {
				for range slot - overlap {
					step(i)
				}
			}
			for j := lo; j < lo+2; j++ {
				delta := 0.
				for i := range local {
					delta += (has[i][j] - local[i][j]) / workers
				}
				v[j] = .9*v[j] + delta
				global[j] -= .7 * (delta + .9*v[j])
			}
			for i := range local {
				for range overlap {
					step(i)
				}
				for j := lo; j < lo+2; j++ {
					has[i][j] = global[j]
					local[i][j] = (1-alpha)*global[j] + alpha*local[i][j]
				}
			}
			for r.Updates <= round && r.Step() {
			}
			near(t, "streaming", r.Center(), global)
		}
		if err := r.Check(); err != nil {
			t.Error(err)
		}
	}
}

// With alpha = 1 locals never move to the center: each worker goes its own way.
func TestStreamingDiLoCoMixing(t *testing.T) {
	m := o.StreamingDiLoCo{Fragments: 1, Window: 2, Mixing: 1, Outer: nesterov, Local: plain}
	r := run(t, m, ownData())
	for r.Updates < 5 && r.Step() {
	}
	// all have taken 10 steps but those that are ahead have not been answered yet
	for i, p := range r.Points() {
		near(t, "a worker", p, []float64{descend(3, i, 10)})
	}
}

// At the end of each cycle delayed Nesterov is synchronous Nesterov on the mean of its pushes, here
// of changes that do not depend on the center; with c the whole momentum is there by then too.
func TestDelayedNesterovIsNesterov(t *testing.T) {
	const n, beta, rate = 3, .9, .7
	for _, early := range []float64{0, .1, 1. / n} {
		m := o.Default[o.AsyncDiLoCo]()
		m.Rate, m.Momentum, m.Buffer, m.Early = rate, beta, n, early
		s, err := o.New[float64](m)
		if err != nil {
			t.Fatal(err)
		}
		server := s.Server(o.Env[float64]{Workers: 5, ID: -1, X0: []float64{2}})
		x, v, sum, old := 2., 0., 0., 0.
		for k := range 30 {
			delta := math.Sin(float64(k)) + .3
			sum += delta / n
			server.Apply(o.Message[float64]{From: k % 5, Vec: []float64{-delta}, N: 1, Sched: 1})
			if (k+1)%n != 0 {
				continue
			}
			old, v, sum = sum, beta*v+sum, 0
			// of the momentum after, 1 - cN + c, and of that before, (N - 1) c
			x -= rate * (old + (1-early*n+early)*beta*v + (n-1)*early*(v-old))
			near(t, "the end of a cycle", server.Center(), []float64{x})
		}
	}
}

// The notebook's server, written out; and the windows of dynamic local updates.
func TestAsyncDiLoCoNotebook(t *testing.T) {
	m := o.Default[o.AsyncDiLoCo]()
	m.Variant, m.Rate, m.Window, m.Local, m.Weight = "notebook", .07, 3, plain, o.Polynomial{A: .5}
	x, version, d, v := 3., 0, 0., 0.
	followed(t, m, ownData(), 120, func(a arrival) float64 {
		d += (a.read - descend(a.read, a.from, 3)) / (4 * math.Sqrt(4)) / math.Sqrt(float64(1+version-a.at))
		if version++; version%4 == 0 {
			v = .9*v + d
			x -= .07 * (d + .9*v)
			d = 0
		}
		return x
	})
	m.Window, m.DyLU = 20, true
	s, err := o.New[float64](m)
	if err != nil {
		t.Fatal(err)
	}
	for speed, want := range map[float64]int{1: 20, .5: 10, .33: 6, .1: 5} {
		w := s.Worker(o.Env[float64]{Workers: 2, Speed: speed, X0: []float64{0}})
		w.Receive([]float64{0})
		if h := w.(o.Planner).Horizon(); h != want {
			t.Errorf("a worker of speed %g takes %d steps, want %d", speed, h, want)
		}
	}
}

// TestDiLoCoVariants: settings far from the defaults.
func TestDiLoCoVariants(t *testing.T) {
	sgd := map[string]any{"kind": "sgd", "rate": .1}
	for name, table := range map[string]map[string]any{
		"early":     {"kind": "async-diloco", "early": .1, "local": sgd, "rate": .1},
		"notebook":  {"kind": "async-diloco", "variant": "notebook", "rate": .07, "local": sgd, "weight": "polynomial", "dylu": true},
		"streaming": {"kind": "streaming-diloco", "fragments": int64(3), "window": int64(6), "overlap": int64(1), "mixing": .25, "local": sgd},
		"in turns":  {"kind": "streaming-diloco", "fragments": int64(1), "window": int64(4), "overlap": int64(0), "local": sgd},
		"quorum":    {"kind": "decoupled-diloco", "quorum": int64(3), "local": sgd, "outer": sgd},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, err := o.Decode("strategy", table)
			if err != nil {
				t.Fatal(err)
			}
			optimizertest.TestSpec(t, spec)
		})
	}
	for _, table := range []map[string]any{
		{"kind": "streaming-diloco", "window": int64(7)}, {"kind": "streaming-diloco", "overlap": int64(10)},
		{"kind": "async-diloco", "early": .5, "buffer": int64(3)},
	} {
		if _, err := o.Decode("strategy", table); err == nil {
			t.Errorf("%v is taken", table)
		}
	}
}
