package sim

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"staleness/optimizers"
)

// What pages of the manual say of times and counts, by Markov chains over exponential work of unit
// mean: no worker remembers for how long it has worked, so a state is how many do what.

// finishTime is the mean time of a step of k-sync that lets late workers finish: of m workers, the
// first n gradients at the present point make an update. Of c that are in, s of those who still
// work hold an older point; whoever of these is done is refused and starts at the present one.
func finishTime(n, m int) float64 {
	type state struct{ c, s int }
	memo := map[state]float64{}
	var of func(c, s int) float64
	of = func(c, s int) float64 {
		if c == n {
			return 0
		}
		t, ok := memo[state{c, s}]
		if !ok {
			busy := m - c
			t = 1
			if s > 0 {
				t += float64(s) * of(c, s-1)
			}
			if fresh := busy - s; fresh > 0 {
				t += float64(fresh) * of(c+1, s)
			}
			t /= float64(busy)
			memo[state{c, s}] = t
		}
		return t
	}
	return of(0, m-n) // who was still at work when the last step ended is late in this one
}

// elasticRoundTime is the mean time of a round of synchronous elastic averaging among m workers
// with a window of 1: whoever has fetched the center of the last round sends its difference at once
// and computes on, up to the next fetch, which waits for the round. In a round that begins with j
// workers whose difference is still to come, the others compute their next gradient already.
func elasticRoundTime(m int) float64 {
	// of is the rest of a round: its mean time, and the distribution of j in the next one, from u
	// workers whose difference is missing and v ahead that still compute.
	type state struct{ u, v int }
	type rest struct {
		time float64
		next []float64
	}
	memo := map[state]rest{}
	var of func(u, v int) rest
	of = func(u, v int) rest {
		if r, ok := memo[state{u, v}]; ok {
			return r
		}
		r := rest{next: make([]float64, m+1)}
		if u == 0 {
			r.next[v] = 1
		} else {
			rate := float64(u + v)
			r.time = 1 / rate
			mix := func(p float64, s rest) {
				r.time += p * s.time
				for j, q := range s.next {
					r.next[j] += p * q
				}
			}
			mix(float64(u)/rate, of(u-1, v+1))
			if v > 0 {
				mix(float64(v)/rate, of(u, v-1))
			}
		}
		memo[state{u, v}] = r
		return r
	}
	p := make([]float64, m+1)
	p[m] = 1
	mean := 0.
	for range 200 { // to its stationary distribution
		next := make([]float64, m+1)
		mean = 0
		for j := 1; j <= m; j++ {
			r := of(j, m-j)
			mean += p[j] * r.time
			for k, q := range r.next {
				next[k] += p[j] * q
			}
		}
		p = next
	}
	return mean
}

// roundTime is the mean time of an update of a simulated run.
func roundTime(t *testing.T, c Config[float64], updates int64) float64 {
	t.Helper()
	c.Cluster.Compute = each(c.Workers, exponential(time.Second))
	c.Stop.Updates = updates
	r, _ := must(t, c, options{})
	return r.VirtualTime.Seconds() / float64(updates)
}

// pageSays fails if a page of the manual does not hold these words.
func pageSays(t *testing.T, page, words string) {
	t.Helper()
	b, err := os.ReadFile("../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(strings.Fields(string(b)), " "), words) {
		t.Errorf("docs/%s does not say %q", page, words)
	}
}

// Backup workers that finish in vain: the chain, the page and the simulator agree.
func TestBackupStepTimes(t *testing.T) {
	loopOnly(t)
	for _, n := range []struct{ n, b int }{{8, 2}, {16, 4}, {8, 0}, {3, 5}} {
		want := finishTime(n.n, n.n+n.b)
		c := config(asgd(t), n.n+n.b, 0)
		c.Consistency = optimizers.KSync(n.n, false)
		if got := roundTime(t, c, 40000); math.Abs(got/want-1) > .01 {
			t.Errorf("%d and %d: %.4f s a step, by the chain %.4f", n.n, n.b, got, want)
		}
	}
	if got, want := finishTime(8, 8), harmonic(8); math.Abs(got-want) > 1e-12 {
		t.Errorf("without backup workers the chain gives %g, not H_8 = %g", got, want)
	}
	pageSays(t, "methods/sync.md", fmt.Sprintf("H_{n+b} - H_b: %.4f for n = 8, b = 2, and %.4f for 16, 4", harmonic(10)-harmonic(2), harmonic(20)-harmonic(4)))
	pageSays(t, "methods/sync.md", fmt.Sprintf("late: %.4f for n = 8, b = 2, and %.4f for 16, 4", finishTime(8, 10), finishTime(16, 20)))
}

// Rounds of synchronous elastic averaging overlap: the chain, the page and the simulator agree.
func TestElasticRoundTimes(t *testing.T) {
	loopOnly(t)
	for _, m := range []int{1, 2, 8} {
		want := elasticRoundTime(m)
		c := config(strategy(t, optimizers.Default[optimizers.EASGD]()), m, 0)
		if got := roundTime(t, c, 40000); math.Abs(got/want-1) > .01 {
			t.Errorf("%d workers: %.4f s a round, by the chain %.4f", m, got, want)
		}
	}
	pageSays(t, "methods/easgd.md", fmt.Sprintf("unit mean %.2f for two workers and %.4f for eight, where sync takes %.1f and %.4f", elasticRoundTime(2), elasticRoundTime(8), harmonic(2), harmonic(8)))
}

// In DistBelief's form a fetch serves the gradient after the next: mean staleness is
// (M-1)(n+1)/n + 1 with n steps between pushes and between fetches.
func TestDistBeliefStaleness(t *testing.T) {
	loopOnly(t)
	const m = 8
	for _, n := range []int{1, 2, 3} {
		for _, overlap := range []bool{false, true} {
			d := optimizers.Default[optimizers.Downpour]()
			d.Form, d.NPush, d.NFetch, d.Overlap = "distbelief", n, n, overlap
			want := float64(m-1)*float64(n+1)/float64(n) + 1
			if overlap && n == 1 { // push and fetch are of one step only then
				want++
			}
			c := config(strategy(t, d), m, 0)
			c.Stop.Updates = 40000
			c.Cluster.Compute = each(m, exponential(time.Second))
			r, _ := must(t, c, options{})
			if got := r.Staleness[0].Mean; math.Abs(got/want-1) > .01 {
				t.Errorf("n = %d, overlap %t: mean staleness %.4f, theory %.4f", n, overlap, got, want)
			}
		}
	}
}

// Mean staleness as the pages of the methods state it, with links that take no time.
func TestStalenessOfPages(t *testing.T) {
	loopOnly(t)
	const m = 6
	for name, want := range map[string]float64{
		"adag": m - 1, "agn": m - 1, "asgd": m - 1, "dana": m - 1, "dc-asgd": m - 1, "downpour": m - 1, "dynsgd": m - 1, "fedasync": m - 1,
		"nag-asgd": m - 1, "multi-asgd": m - 1, "shifted-momentum": m - 1, "weight-prediction": m - 1, "smega2": m - 1, "ormo": m - 1,
		"delay-adaptive": m - 1, "adaptive-revision": m - 1, "hogwild": m - 1, "mindthestep": m - 1,
		"gap-aware": m - 1, "mdownpour": m - 1, "staleness-aware": m - 1,
		"admm": m, "aeasgd": m, "eamsgd": m, "gem": m,
		"easgd": 1, "averaging": 0, "local-sgd": 0, "sync": 0, "rennala": 0,
		"fedbuff": float64(m-1) / 10,
	} {
		spec, err := optimizers.DefaultSpec(name)
		if err != nil {
			t.Fatal(err)
		}
		c := config(strategy(t, spec.Method), m, 0)
		c.Stop = Stop{Gradients: 60000}
		c.Cluster.Compute = each(m, exponential(time.Second))
		r, _ := must(t, c, options{})
		// A buffer may be part full at the end, and what is read first is read at version 0.
		if got := r.Staleness[0].Mean; math.Abs(got-want) > .01*max(want, 1) {
			t.Errorf("%s: mean staleness %.4f, its page says %g", name, got, want)
		}
	}
}
