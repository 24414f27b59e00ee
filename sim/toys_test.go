package sim

import (
	"context"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"staleness/internal/stream"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim/delay"
	"staleness/sim/record"
)

const ms = time.Millisecond

// bowl is f(x) = h |x|^2 / 2; with noise, gradients move with the samples of the batch.
type bowl struct {
	d        int
	h, noise float64
}

func (b bowl) Dim() int                                              { return b.d }
func (b bowl) Len() int                                              { return 1000 }
func (b bowl) Init(x []float64, _ *rand.Rand)                        { vec.Fill(x, 1) }
func (b bowl) Minimum() ([]float64, float64)                         { return make([]float64, b.d), 0 }
func (b bowl) Value(_ *nets.Workspace[float64], x []float64) float64 { return b.h / 2 * vec.SumSq(x) }
func (b bowl) Grad(_ *nets.Workspace[float64], g, x []float64, batch []int) float64 {
	shift := 0.
	for _, i := range batch {
		r := stream.NewKey(7, "shift").At(uint64(i), 0)
		shift += float64(b.noise * (r.Float64() - .5))
	}
	for j, v := range x {
		g[j] = float64(b.h*v) + shift
	}
	return float64(b.h / 2 * vec.SumSq(x))
}

// ones are batches of one sample, drawn.
type ones struct{ key stream.Key }

func (o ones) Size() int { return 1 }
func (o ones) Batch(dst []int, worker, k int) []int {
	r := o.key.At(uint64(worker), uint64(k))
	return append(dst, r.IntN(1000))
}

func constant(d time.Duration) delay.Law { return delay.Constant{Mean: d}.ForWorker(0, 0) }
func exponential(d time.Duration) delay.Law {
	return delay.Exponential{Mean: d}.ForWorker(0, 0)
}

// each gives every worker the same.
func each[T any](n int, v T) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = v
	}
	return s
}

func strategy(t testing.TB, m optimizers.Method) optimizers.Strategy[float64] {
	t.Helper()
	s, err := optimizers.New[float64](m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// config is a run of m workers of equal speed on a bowl in d dimensions; d = 0: timing only.
func config(s optimizers.Strategy[float64], m, d int) Config[float64] {
	c := Config[float64]{Strategy: s, Workers: m, Parallel: 1, Seeds: Seeds{1, 1, 1}, Stop: Stop{Updates: 300}}
	c.Cluster.Compute = each(m, constant(10*ms))
	if d > 0 {
		c.Problem, c.Batches = bowl{d: d, h: 1}, ones{stream.NewKey(1, "batch")}
		c.X0 = each(d, 1.)
	}
	return c
}

// ns is a time of a record as the run had it.
func ns(seconds float64) time.Duration { return time.Duration(math.Round(seconds * 1e9)) }

// rows records all there is.
type rows struct {
	push    []record.Row
	centers [][]float64
	evals   []record.Evaluation
	model   [][]float64
	trace   []record.Interval
}

func (r *rows) Interval(i *record.Interval) error { r.trace = append(r.trace, *i); return nil }

func (r *rows) Push(row *record.Row, center []float64) error {
	r.push = append(r.push, *row)
	r.centers = append(r.centers, slices.Clone(center))
	return nil
}

func (r *rows) Eval(e *record.Evaluation) error { r.evals = append(r.evals, *e); return nil }

func (r *rows) Model(_ string, _ bool, xs [][]float64) error {
	for _, x := range xs {
		r.model = append(r.model, slices.Clone(x))
	}
	return nil
}

// must runs c and fails the test if an invariant does not hold.
func must(t testing.TB, c Config[float64], o options) (Result, *rows) {
	t.Helper()
	return resumed(t, c, new(rows), nil, o)
}

// resumed is must from a checkpoint, after the rows in rec.
func resumed(t testing.TB, c Config[float64], rec *rows, from io.Reader, o options) (Result, *rows) {
	t.Helper()
	r, err := run(context.Background(), c, rec, from, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Invariants {
		if v.Err != nil {
			t.Errorf("%s: %v", v.Name, v.Err)
		}
	}
	return r, rec
}
