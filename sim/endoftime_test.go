package sim

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"staleness/sim/delay"
)

// A run that would need times beyond what an integer holds fails, says so, and would fail again;
// one that ends before does not.
func TestEndOfTime(t *testing.T) {
	const end = time.Duration(math.MaxInt64)
	slow := func(c *Config[float64]) { c.Cluster.Compute = each(c.Workers, constant(end/2+1)) }
	for name, change := range map[string]func(c *Config[float64]){
		"compute":   slow,
		"saturated": func(c *Config[float64]) { c.Cluster.Compute = each(c.Workers, constant(end)) },
		"tail": func(c *Config[float64]) {
			c.Cluster.Compute = each(c.Workers, delay.Pareto{Mean: end / 4, Alpha: 1.01}.ForWorker(0, 0))
		},
		"scaled": func(c *Config[float64]) {
			c.Cluster.Compute, c.Cluster.Scales, c.Batches = each(c.Workers, constant(end/8)), each(c.Workers, true), large{}
		},
		"up":   func(c *Config[float64]) { c.Cluster.Up = each(c.Workers, Link{Latency: constant(end - 15*ms)}) },
		"down": func(c *Config[float64]) { c.Cluster.Down = each(c.Workers, Link{Latency: constant(end - 15*ms)}) },
		"bandwidth": func(c *Config[float64]) {
			c.Cluster.Message, c.Cluster.Up = 4e12, each(c.Workers, Link{Bandwidth: .125})
		},
		"service": func(c *Config[float64]) { c.Cluster.Server.Service = constant(end / 3) },
	} {
		for _, d := range []int{0, 1} {
			c := config(asgd(t), 4, d)
			if change(&c); d == 0 {
				c.Batches = nil
			}
			_, err := Run(context.Background(), c, nil)
			if name == "scaled" && d == 0 { // without samples nothing scales
				c.Cluster.Compute = each(c.Workers, constant(end/2))
				_, err = Run(context.Background(), c, nil)
			}
			if err == nil || !strings.Contains(err.Error(), "model time ends at 2562047h47m16.854775807s") || !Lasting(err) {
				t.Errorf("%s, dimension %d: %v", name, d, err)
			}
			c.Stop = Stop{Time: time.Hour}
			if r, err := Run(context.Background(), c, nil); err != nil || r.Status != Completed || r.VirtualTime != time.Hour {
				t.Errorf("%s, dimension %d, stopped before: %v, %+v", name, d, err, r.Status)
			}
		}
	}
	c := config(asgd(t), 4, 1)
	slow(&c)
	c.Stop = Stop{Updates: 4}
	if r, _ := must(t, c, options{}); r.Updates != 4 || r.VirtualTime != end/2+1 {
		t.Errorf("a run of 146 years: %+v", r)
	}
}

// large are batches of which some are a hundred times as large as they are said to be.
type large struct{ ones }

func (large) Size() int        { return 1 }
func (large) Len(int, int) int { return 100 }

// Bytes beyond what an integer counts are refused where they are known, or fail the run.
func TestBytesBeyondCounting(t *testing.T) {
	c := config(asgd(t), 4, 0)
	c.Cluster.Message = maxMessage + 1
	if _, err := Run(context.Background(), c, nil); err == nil || !strings.Contains(err.Error(), "cluster.message") {
		t.Errorf("%v", err)
	}
	c.Cluster.Message = maxMessage
	if _, err := Run(context.Background(), c, nil); err == nil || !strings.Contains(err.Error(), "bytes were sent") || !Lasting(err) {
		t.Errorf("%v", err)
	}
	c.Stop.Updates = 200
	if r, err := Run(context.Background(), c, nil); err != nil || r.BytesUp != 200*maxMessage {
		t.Errorf("%v, %d bytes", err, r.BytesUp)
	}
}

// Evaluations between two gradients may be as many as somebody wants.
func TestEvaluationsWithoutEnd(t *testing.T) {
	c := config(asgd(t), 2, 1)
	c.Cluster.Compute = each(2, constant(10*time.Second))
	c.Stop, c.Eval = Stop{Time: 20 * time.Second}, EvalPlan[float64]{Every: 3 * ms}
	if r, _ := must(t, c, options{quiet: 1000}); r.Status != Completed || r.Gradients != 4 {
		t.Errorf("%+v", r)
	}
}

// Sums of the times of many workers may be beyond 64 bits: what they do all year is still a share.
func TestIdleOfManyYears(t *testing.T) {
	c := config(asgd(t), 1000, 0)
	const year = 365 * 24 * time.Hour
	c.Cluster.Compute = each(1000, constant(year))
	c.Cluster.Up = each(1000, Link{Latency: constant(3 * year)})
	c.Stop = Stop{Updates: 5000}
	if r, _ := must(t, c, options{}); math.Abs(r.Idle-.75) > .01 {
		t.Errorf("idle %g", r.Idle)
	}
}

func TestWide(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		var w wide
		sum := new(big.Int)
		for range 20 {
			a, b := r.Int64(), r.Int64()
			w.add(a)
			w.addProduct(a, b)
			sum.Add(sum, big.NewInt(a))
			sum.Add(sum, new(big.Int).Mul(big.NewInt(a), big.NewInt(b)))
		}
		got := new(big.Int).Add(new(big.Int).Lsh(new(big.Int).SetUint64(w.Hi), 64), new(big.Int).SetUint64(w.Lo))
		sum.Mod(sum, new(big.Int).Lsh(big.NewInt(1), 128))
		if got.Cmp(sum) != 0 {
			t.Fatalf("%v, not %v", got, sum)
		}
		if f, _ := new(big.Float).SetInt(got).Float64(); math.Abs(w.float()/f-1) > 1e-15 {
			t.Fatalf("%g, not %g", w.float(), f)
		}
	}
}
