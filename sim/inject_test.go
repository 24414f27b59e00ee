package sim

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim/delay"
)

func injected(t testing.TB, m optimizers.Method, law delay.CountSpec, d int) Config[float64] {
	c := config(strategy(t, m), 0, d)
	c.Cluster = Cluster{}
	c.Inject = &Injection{Tau: law.Counts(), FIFO: law.Monotone()}
	c.Record = Record{Updates: true, Gap: true, Center: true}
	return c
}

// x <- x - a x_{k-tau}, by hand.
func TestInjectedConstantDelay(t *testing.T) {
	asgd := optimizers.Default[optimizers.ASGD]()
	for _, tau := range []int{0, 1, 4} {
		c := injected(t, asgd, delay.ConstantCount{Tau: tau}, 1)
		c.Stop.Updates = 50
		r, rec := must(t, c, options{poison: true})
		xs := []float64{1}
		for k := range 50 {
			xs = append(xs, xs[k]-float64(.1*xs[max(0, k-tau)]))
		}
		for k, row := range rec.push {
			if got := rec.centers[k][0]; math.Abs(got-xs[k+1]) > 1e-12 {
				t.Fatalf("tau %d: update %d: %g, by hand %g", tau, k+1, got, xs[k+1])
			}
			if want := int64(min(k, tau)); row.Staleness != want || row.VersionRead != int64(k)-want || !math.IsNaN(row.TimeS) {
				t.Fatalf("tau %d: row %+v", tau, row)
			}
			if gap := math.Abs(xs[k] - xs[max(0, k-tau)]); math.Abs(row.Gap-gap) > 1e-12 {
				t.Fatalf("tau %d: update %d: gap %g, by hand %g", tau, k+1, row.Gap, gap)
			}
		}
		if r.Updates != 50 || r.Staleness[0].Max != int64(tau) {
			t.Errorf("tau %d: %+v", tau, r)
		}
	}
}

// Every method that can be injected gives the same bits on any number of goroutines; reads come as
// drawn.
func TestInjectedRandom(t *testing.T) {
	laws := []delay.CountSpec{delay.ConstantCount{Tau: 3}, delay.UniformCount{Lo: 0, Hi: 6}, delay.GeometricCount{P: .2},
		delay.UniformCount{Lo: 0, Hi: 6, Reads: delay.Reads{FIFO: true}}}
	done := 0
	for _, name := range optimizers.Strategies().Names() {
		spec, err := optimizers.DefaultSpec(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := optimizers.Build[float64](spec)
		if err != nil {
			t.Fatal(err)
		}
		for j, law := range laws {
			c := injected(t, optimizers.Default[optimizers.ASGD](), law, 6)
			c.Strategy, c.Stop.Updates, c.Eval.Updates = s, 60, 7
			c.Problem = bowl{6, .1, .1}
			want := ""
			for _, p := range []int{1, 2, 4} {
				c.Parallel = p
				rec := new(rows)
				r, err := run(context.Background(), c, rec, nil, options{poison: true})
				if err != nil {
					want = err.Error()
					if !strings.Contains(want, "inject") && !strings.Contains(want, "staleness:") && !strings.Contains(want, "eval:") && !strings.Contains(want, "worker") {
						t.Errorf("%s: %v", name, err)
					}
					break
				}
				for _, v := range r.Invariants {
					if v.Err != nil {
						t.Errorf("%s, law %d: %s: %v", name, j, v.Name, v.Err)
					}
				}
				got := digest(r, rec)
				if want != "" && got != want {
					t.Errorf("%s, law %d, %d goroutines: %s, with one: %s", name, j, p, got, want)
				}
				want = got
				done++
				last := int64(0)
				for _, row := range rec.push {
					if law.Monotone() && row.VersionRead < last {
						t.Errorf("%s: read %d after %d", name, row.VersionRead, last)
					}
					last = row.VersionRead
				}
			}
		}
	}
	if done < 100 {
		t.Errorf("only %d runs were possible", done)
	}
}

// dealt are the batches of ones, and a note of which worker asked for which.
type dealt struct {
	ones
	asked *sync.Map
}

func (d dealt) Batch(dst []int, worker, k int) []int {
	d.asked.Store([2]int{worker, k}, true)
	return d.ones.Batch(dst, worker, k)
}

// Push k is that of worker k mod M, on batch k div M of its own, however many pushes of a worker
// are under way at once.
func TestInjectedWorkers(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 20} {
		for _, law := range []delay.CountSpec{delay.ConstantCount{}, delay.ConstantCount{Tau: 4}, delay.UniformCount{Hi: 30}} {
			c := injected(t, optimizers.Default[optimizers.ASGD](), law, 2)
			asked := new(sync.Map)
			c.Problem, c.Workers, c.Batches, c.Parallel = bowl{2, 1, .3}, workers, dealt{c.Batches.(ones), asked}, 3
			_, rec := must(t, c, options{poison: true})
			m := max(1, workers)
			x, g := [][]float64{c.X0}, make([]float64, 2)
			for k, row := range rec.push {
				if row.Worker != int64(k%m) {
					t.Fatalf("%d workers: push %d is of worker %d", workers, k, row.Worker)
				}
				if _, ok := asked.Load([2]int{k % m, k / m}); !ok {
					t.Fatalf("%d workers: push %d was not made of batch %d of worker %d", workers, k, k/m, k%m)
				}
				c.Problem.Grad(nil, g, x[row.VersionRead], c.Batches.Batch(nil, k%m, k/m))
				next := vec.Clone(x[k])
				vec.Axpy(next, -.1, g)
				if fmt.Sprint(next) != fmt.Sprint(rec.centers[k]) {
					t.Fatalf("%d workers: center %d is %v, by hand %v", workers, k+1, rec.centers[k], next)
				}
				x = append(x, next)
			}
		}
	}
}

// What a worker remembers, and what a server remembers of it, is of cluster.workers workers at any
// staleness: by hand, a gradient at a time.
func TestInjectedMemory(t *testing.T) {
	const rate, gamma, lambda, updates = .05, .8, .5, 80
	type state struct {
		x [][]float64 // versions
		v [][]float64 // momentum of each worker
	}
	methods := map[string]struct {
		method optimizers.Method
		push   func(s *state, i, read int, g, out []float64)
	}{
		"dana slim": {optimizers.DANA{Rate: rate, Momentum: gamma, Form: "slim"}, func(s *state, i, read int, g, out []float64) {
			x := s.x[len(s.x)-1]
			for j := range g {
				s.v[i][j] = gamma*s.v[i][j] + g[j]
				out[j] = x[j] - rate*(gamma*s.v[i][j]+g[j])
			}
		}},
		"dc-asgd": {optimizers.DCASGD{Rate: rate, Lambda: lambda, Form: "constant", Decay: .95, Epsilon: 1e-7}, func(s *state, i, read int, g, out []float64) {
			x := s.x[len(s.x)-1]
			for j := range g {
				out[j] = x[j] - rate*(g[j]+lambda*g[j]*g[j]*(x[j]-s.x[read][j]))
			}
		}},
		"agn with momentum": {optimizers.AGN{Window: 1, Local: optimizers.HeavyBall{Rate: rate, Momentum: gamma}, Serving: optimizers.Serving{ServerRate: 1, Weight: optimizers.NoWeight{}}}, func(s *state, i, read int, g, out []float64) {
			x := s.x[len(s.x)-1]
			for j := range g {
				s.v[i][j] = gamma*s.v[i][j] - rate*g[j]
				out[j] = x[j] + s.v[i][j]
			}
		}},
	}
	for name, m := range methods {
		for _, law := range []delay.CountSpec{delay.ConstantCount{Tau: 2}, delay.ConstantCount{Tau: 11}, delay.UniformCount{Hi: 25}} {
			for _, workers := range []int{1, 3} {
				c := injected(t, m.method, law, 2)
				c.Problem, c.Workers, c.Parallel, c.Stop.Updates = bowl{2, 1, .3}, workers, 2, updates
				_, rec := must(t, c, options{poison: true})
				s := &state{x: [][]float64{c.X0}}
				for range workers {
					s.v = append(s.v, make([]float64, 2))
				}
				g := make([]float64, 2)
				for k, row := range rec.push {
					c.Problem.Grad(nil, g, s.x[row.VersionRead], c.Batches.Batch(nil, k%workers, k/workers))
					next := make([]float64, 2)
					m.push(s, k%workers, int(row.VersionRead), g, next)
					s.x = append(s.x, next)
					if d := math.Sqrt(vec.DistSq(next, rec.centers[k])); !(d < 1e-12) {
						t.Fatalf("%s, %d workers, %v: center %d is %v, by hand %v", name, workers, law, k+1, rec.centers[k], next)
					}
				}
			}
		}
	}
}

// What cannot be injected, is the user's to know.
func TestInjectionErrors(t *testing.T) {
	asgd := optimizers.Default[optimizers.ASGD]()
	for want, change := range map[string]func(*Config[float64]){
		"no model time": func(c *Config[float64]) { c.Eval.Every = 1 },
		"consistency":   func(c *Config[float64]) { c.Consistency = optimizers.Softsync(2) },
	} {
		c := injected(t, asgd, delay.ConstantCount{Tau: 4}, 1)
		change(&c)
		if _, err := Run(context.Background(), c, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// Every staleness that a law may be given is one that a run can have, and a push that it never
// makes asks nothing of it.
func TestInjectedRange(t *testing.T) {
	for name, law := range map[string]delay.CountSpec{
		"constant":  delay.ConstantCount{Tau: 1 << 24},
		"two-point": delay.TwoPointCount{Lo: 1, Hi: 1 << 24, P: .01},
		"poisson":   delay.PoissonCount{Mean: 1e6},
		"geometric": delay.GeometricCount{P: 1e-6},
	} {
		c := injected(t, optimizers.Default[optimizers.ASGD](), law, 1)
		c.Stop = Stop{Gradients: 200}
		if r, _ := must(t, c, options{}); r.Pushes != 199 {
			t.Errorf("%s: %d pushes", name, r.Pushes)
		}
	}
	c := injected(t, optimizers.Default[optimizers.ASGD](), delay.ConstantCount{Tau: 70_000}, 1)
	c.Record, c.Stop, c.Parallel = Record{Updates: true}, Stop{Updates: 150_000}, 2
	_, rec := must(t, c, options{})
	for k, row := range rec.push {
		if want := max(0, int64(k)-70_000); row.VersionRead != want {
			t.Fatalf("push %d read %d, not %d", k, row.VersionRead, want)
		}
	}
}

// Without staleness every worker count gives serial gradient descent, to the bit.
func TestInjectedZeroIsSerial(t *testing.T) {
	c := injected(t, optimizers.Default[optimizers.ASGD](), delay.ConstantCount{Tau: 0}, 3)
	c.Problem = bowl{3, 1, .5}
	_, rec := must(t, c, options{})
	x := vec.Clone(c.X0)
	g := make([]float64, 3)
	for k, center := range rec.centers {
		c.Problem.Grad(nil, g, x, c.Batches.Batch(nil, 0, k))
		vec.Axpy(x, -.1, g)
		if fmt.Sprint(x) != fmt.Sprint(center) {
			t.Fatalf("update %d: %v, serial %v", k+1, center, x)
		}
	}
}
