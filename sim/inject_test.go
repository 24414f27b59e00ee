package sim

import (
	"context"
	"fmt"
	"math"
	"strings"
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
			if want := int64(min(k, tau)); row.Staleness != want || row.Read != int64(k)-want || row.Timed {
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

// Every method that can be injected gives the same bits on any number of goroutines; reads come as drawn.
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
					if law.Monotone() && row.Read < last {
						t.Errorf("%s: read %d after %d", name, row.Read, last)
					}
					last = row.Read
				}
			}
		}
	}
	if done < 100 {
		t.Errorf("only %d runs were possible", done)
	}
}

// Workers are as many as there are pushes under way, or as many as asked for; neither changes what is computed.
func TestInjectedWorkers(t *testing.T) {
	prints := map[string]bool{}
	for _, workers := range []int{0, 1, 3, 20} {
		c := injected(t, optimizers.Default[optimizers.ASGD](), delay.ConstantCount{Tau: 4}, 2)
		c.Problem, c.Workers = bowl{2, 1, .3}, workers
		_, rec := must(t, c, options{})
		most := 0
		for _, row := range rec.push {
			most = max(most, row.Worker)
		}
		if most != 4 {
			t.Errorf("workers = %d: the highest is %d", workers, most)
		}
		prints[fmt.Sprint(rec.centers)] = true
	}
	if len(prints) != 1 {
		t.Error("the trajectory depends on the number of workers")
	}
}

// Laws that reach too far, are the user's to know.
func TestInjectionErrors(t *testing.T) {
	asgd := optimizers.Default[optimizers.ASGD]()
	for want, change := range map[string]func(*Config[float64]){
		"the law drew": func(c *Config[float64]) {
			c.Inject.Tau, c.Stop.Updates = delay.ConstantCount{Tau: lookahead}.Counts(), 2*lookahead
		},
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
