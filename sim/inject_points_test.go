package sim

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"staleness/internal/stream"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// assembled is a run of m workers whose pushes are computed at points put together from versions.
func assembled(t testing.TB, in Injection, m, d int) Config[float64] {
	c := injected(t, optimizers.Default[optimizers.ASGD](), delay.ConstantCount{}, d)
	c.Inject, c.Workers, c.Stop.Updates = &in, m, 60
	return c
}

// stages are p blocks of d coordinates, the first of which lags most.
func stages(p, d int) (of []Block) {
	for s := range p {
		of = append(of, Block{End: (s + 1) * d / p, Lag: p - 1 - s})
	}
	return of
}

// x_s <- x_s - a x_s at version k - (P - s), block by block, by hand.
func TestStages(t *testing.T) {
	for _, c := range []struct{ stages, d int }{{1, 3}, {2, 2}, {4, 9}} {
		cfg := assembled(t, Injection{Blocks: stages(c.stages, c.d)}, 2, c.d)
		_, rec := must(t, cfg, options{poison: true})
		xs := [][]float64{cfg.X0}
		for k, row := range rec.push {
			x, point := make([]float64, c.d), make([]float64, c.d)
			for s := range c.stages {
				for j := s * c.d / c.stages; j < (s+1)*c.d/c.stages; j++ {
					point[j] = xs[max(0, k-(c.stages-1-s))][j]
					x[j] = xs[k][j] - float64(.1*point[j])
				}
			}
			gap := math.Sqrt(vec.DistSq(xs[k], point) / float64(c.d))
			xs = append(xs, x)
			if !vec.Finite(rec.centers[k]) || vec.DistSq(rec.centers[k], x) > 1e-24 || math.Abs(row.Gap-gap) > 1e-12 {
				t.Fatalf("%d stages, update %d: %v with gap %g, by hand %v with %g", c.stages, k+1, rec.centers[k], row.Gap, x, gap)
			}
			if want := int64(min(k, c.stages-1)); row.Staleness != want {
				t.Fatalf("%d stages, update %d: staleness %d, the oldest block's is %d", c.stages, k+1, row.Staleness, want)
			}
		}
	}
}

// Blocks that all lag alike are injected staleness of one number, bit for bit.
func TestBlocksOfOneLag(t *testing.T) {
	for lag := range 4 {
		c := assembled(t, Injection{Blocks: []Block{{2, lag}, {5, lag}, {6, lag}}}, 3, 6)
		plain := assembled(t, Injection{Tau: delay.ConstantCount{Tau: lag}.Counts()}, 3, 6)
		r, rec := must(t, c, options{poison: true})
		want, wantRec := must(t, plain, options{poison: true})
		if digest(r, rec) != digest(want, wantRec) {
			t.Errorf("lag %d: blocks give another run", lag)
		}
	}
}

// A block that lags n versions is stable iff a < 2 sin(pi/(2(2n+1))): the last that converges and
// the first that does not, by bisection of the measured growth.
func TestStagesBoundary(t *testing.T) {
	const p = 8
	for _, s := range []int{1, 4, 7} {
		c := assembled(t, Injection{Blocks: stages(p, p)}, 1, p)
		c.Record, c.Stop.Updates = Record{}, 3000
		c.Problem, c.X0 = slope{p, s - 1}, make([]float64, p)
		c.X0[s-1] = 1
		low, high := 0., 2.
		for range 12 {
			a := (low + high) / 2
			m := optimizers.Default[optimizers.ASGD]()
			m.Rate = a
			c.Strategy = strategy(t, m)
			r, _ := must(t, c, options{})
			if r.Growth >= 0 { // else it shrinks, perhaps to nothing
				high = a
			} else {
				low = a
			}
		}
		want := 2 * math.Sin(math.Pi/(2*float64(2*(p-s)+1)))
		if math.Abs(low/want-1) > .005 {
			t.Errorf("block %d of %d: stable up to %.5f, theory %.5f", s, p, low, want)
		}
	}
}

// slope is x_i²/2 of one of d coordinates.
type slope struct{ d, i int }

func (b slope) Dim() int                       { return b.d }
func (b slope) Len() int                       { return 1 }
func (b slope) Init(x []float64, _ *rand.Rand) { x[b.i] = 1 }
func (b slope) Minimum() ([]float64, float64)  { return make([]float64, b.d), 0 }
func (b slope) Grad(ws *nets.Workspace[float64], g, x []float64, _ []int) float64 {
	vec.Fill(g, 0)
	g[b.i] = x[b.i]
	return b.Value(ws, x)
}
func (b slope) Value(_ *nets.Workspace[float64], x []float64) float64 { return x[b.i] * x[b.i] / 2 }

// By hand: each worker's point is the start and all changes that have had the time to reach it.
func TestPrivateCaches(t *testing.T) {
	const m, d = 3, 2
	law := delay.PairwiseCount{Lo: 0, Hi: 2}.Counts()
	c := assembled(t, Injection{Private: law}, m, d)
	_, rec := must(t, c, options{poison: true})
	key := stream.NewKey(c.Seeds.Delays, "staleness of pairs")
	x := []float64{1, 1}
	var changes [][]float64
	late := 0
	for k, row := range rec.push {
		q, iteration := k%m, k/m
		point, oldest := []float64{1, 1}, iteration*m
		for j, change := range changes[:iteration*m] {
			r := key.At(uint64(j%m*m+q), uint64(j/m))
			if j/m+1+law.DrawCount(&r) <= iteration {
				point[0], point[1] = point[0]+change[0], point[1]+change[1]
			} else {
				oldest = min(oldest, j)
				late++
			}
		}
		change := []float64{-float64(.1 * point[0]), -float64(.1 * point[1])}
		changes = append(changes, change)
		x = []float64{x[0] + change[0], x[1] + change[1]}
		if vec.DistSq(rec.centers[k], x) > 1e-24 || row.VersionRead != int64(oldest) || row.Version != int64(k) {
			t.Fatalf("push %d: %v of version %d, by hand %v of %d", k, rec.centers[k], row.VersionRead, x, oldest)
		}
	}
	if late == 0 {
		t.Error("nothing was late")
	}
}

// Without delays private caches are synchronous: each iteration is computed at its beginning.
func TestPrivateCachesInTime(t *testing.T) {
	const m = 4
	c := assembled(t, Injection{Private: delay.PairwiseCount{}.Counts()}, m, 3)
	_, rec := must(t, c, options{poison: true})
	for k, row := range rec.push {
		if row.Staleness != int64(k%m) {
			t.Fatalf("push %d: staleness %d", k, row.Staleness)
		}
		if k%m == m-1 {
			if want := math.Pow(1-.1*m, float64(k/m+1)); math.Abs(rec.centers[k][0]-want) > 1e-12 {
				t.Fatalf("iteration %d ends at %v, a step of all at %v", k/m, rec.centers[k][0], want)
			}
		}
	}
}

// Each worker's staleness is drawn from its own law.
func TestLawsByWorker(t *testing.T) {
	c := assembled(t, Injection{Worker: []delay.Counts{delay.ConstantCount{Tau: 1}.Counts(), delay.ConstantCount{Tau: 5}.Counts()}}, 2, 2)
	_, rec := must(t, c, options{poison: true})
	for k, row := range rec.push {
		if want := int64(min(k, 1+4*(k%2))); row.Staleness != want {
			t.Errorf("push %d: staleness %d, the law of worker %d says %d", k, row.Staleness, k%2, want)
		}
	}
}

// The same bits on any number of goroutines, and after every checkpoint; whatever the method, or it
// says why not.
func TestAssembledPoints(t *testing.T) {
	laws := map[string]Injection{
		"stages": {Blocks: stages(4, 6)}, "late blocks": {Blocks: []Block{{2, 5}, {6, 2}}}, "caches": {Private: delay.PairwiseCount{Hi: 2}.Counts()},
		"by worker": {Worker: []delay.Counts{delay.UniformCount{Hi: 4}.Counts(), delay.ConstantCount{}.Counts(), delay.GeometricCount{P: .3}.Counts()}},
	}
	ran, interrupts := 0, 0
	for _, name := range optimizers.Strategies().Names() {
		spec, err := optimizers.DefaultSpec(name)
		if err != nil {
			t.Fatal(err)
		}
		for law, in := range laws {
			t.Run(name+"/"+law, func(t *testing.T) {
				c := assembled(t, in, 3, 6)
				if c.Strategy, err = optimizers.Build[float64](spec); err != nil {
					t.Fatal(err)
				}
				c.Problem, c.Eval.Updates, c.Stop.Updates, c.Record.Model = bowl{6, .1, .1}, 7, 40, true
				rec := new(rows)
				r, err := run(context.Background(), c, rec, nil, options{poison: true})
				if err != nil {
					if m := (*Mistake)(nil); c.Strategy.MaxWorkers == 0 && (!errors.As(err, &m) || len(m.Problem) < 20) {
						t.Errorf("refused without a reason: %v", err)
					}
					return
				}
				ran++
				for _, v := range r.Invariants {
					if v.Err != nil {
						t.Errorf("%s: %v", v.Name, v.Err)
					}
				}
				want := digest(r, rec)
				var left atomic.Int64
				cancel := func() {}
				c.Problem = tripwire{bowl{6, .1, .1}, &left, (*context.CancelFunc)(&cancel)}
				for _, c.Parallel = range []int{1, 3} {
					if n, got := goOn(t, &c, &left, (*context.CancelFunc)(&cancel), 9); got != want {
						t.Errorf("%d goroutines, %d sessions: %s, in one %s", c.Parallel, n+1, got, want)
					} else {
						interrupts += n
					}
				}
			})
		}
	}
	if ran < 25 || interrupts < 50 {
		t.Errorf("only %d could be run, with %d interrupts", ran, interrupts)
	}
}

func TestWrongInjections(t *testing.T) {
	asgd := optimizers.Default[optimizers.ASGD]()
	for _, c := range []struct {
		in   Injection
		m    optimizers.Method
		says string
	}{
		{Injection{}, asgd, "0 laws"},
		{Injection{Tau: delay.ConstantCount{}.Counts(), Blocks: stages(1, 4)}, asgd, "2 laws"},
		{Injection{Blocks: []Block{{3, 0}}}, asgd, "the blocks end at 3"},
		{Injection{Blocks: []Block{{3, 1}, {3, 0}}}, asgd, "block 2"},
		{Injection{Blocks: []Block{{4, -1}}}, asgd, "lags -1"},
		{Injection{Worker: []delay.Counts{delay.ConstantCount{}.Counts()}}, asgd, "1 laws are given for 2 workers"},
		{Injection{Blocks: stages(2, 4)}, optimizers.Default[optimizers.DANA](), "put together"},
	} {
		cfg := assembled(t, c.in, 2, 4)
		cfg.Strategy = strategy(t, c.m)
		if _, err := Run(context.Background(), cfg, new(rows)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %q", c.in, err, c.says)
		}
	}
}
