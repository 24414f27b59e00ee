package plots

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/internal/stream"
	"staleness/sim/record"
)

// asynchronous is the center of M workers on a quadratic whose gradients are stale by the
// geometric law of exponential times; without random it is the mean of that.
func asynchronous(workers, updates int, noise float64, random func() float64) (path [][]float64) {
	const rate = 0.2
	curvature := []float64{1, 0.3}
	path = [][]float64{{1, -2}}
	at := func(t int) []float64 { return path[max(t, 0)] }
	m := float64(workers)
	for t := range updates {
		next := []float64{at(t)[0], at(t)[1]}
		if random != nil {
			tau := 0
			if workers > 1 {
				tau = int(math.Log(1-random()) / math.Log(1-1/m))
			}
			for k, c := range curvature {
				next[k] -= rate * (c*at(t - tau)[k] + noise*(random()-.5))
			}
		} else {
			for k, c := range curvature {
				weight := 1 / m
				for tau := range 4000 {
					next[k] -= rate * c * weight * at(t - tau)[k]
					weight *= 1 - 1/m
				}
			}
		}
		path = append(path, next)
	}
	return path
}

// The mean of M asynchronous workers has momentum 1 - 1/M exactly (Mitliagkas et al. 2016), and
// what the heavy ball is given comes out.
func TestImplicitMomentum(t *testing.T) {
	for _, workers := range []int{2, 4, 8, 16} {
		mu, ok := implicit([][][]float64{asynchronous(workers, 60, 0, nil)})
		if want := 1 - 1/float64(workers); !ok || math.Abs(mu-want) > 1e-8 {
			t.Errorf("%d workers: %v, want %v", workers, mu, want)
		}
	}
	ball := [][]float64{{1}, {0.9}}
	for i := 1; i < 40; i++ {
		ball = append(ball, []float64{ball[i][0] + 0.7*(ball[i][0]-ball[i-1][0]) - 0.1*(ball[i][0]-3)})
	}
	if mu, ok := implicit([][][]float64{ball}); !ok || math.Abs(mu-0.7) > 1e-9 {
		t.Errorf("heavy ball: %v", mu)
	}
	// Plain descent tells nothing: any momentum would do.
	if mu, ok := implicit([][][]float64{asynchronous(1, 60, 0, nil)}); ok {
		t.Errorf("descent without noise: %v", mu)
	}
}

// Noise of seeds does not pull the momentum down; of one path it does.
func TestImplicitMomentumOfNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var paths [][][]float64
	for range 4000 {
		paths = append(paths, asynchronous(4, 40, 0.2, r.Float64))
	}
	many, _ := implicit(paths)
	one, _ := implicit(paths[:1])
	if math.Abs(many-0.75) > 0.05 || one > 0.6 {
		t.Errorf("%v of 4000 seeds, %v of one; want 0.75, and less", many, one)
	}
}

func TestMomentum(t *testing.T) {
	var ms []made
	for _, workers := range []int64{2, 4, 8, 16} {
		for seed := uint64(1); seed <= 30; seed++ {
			ms = append(ms, made{seed: seed, config: map[string]any{"cluster.workers": workers}})
		}
	}
	runs := store(t, ms)
	fig := decode(t, map[string]any{"kind": "momentum"})
	if _, err := Make(fig, runs); err == nil || !strings.Contains(err.Error(), "record.updates = true") {
		t.Errorf("without updates.csv: %v", err)
	}
	for _, run := range runs {
		workers, _ := run.Value("cluster.workers")
		random := stream.NewKey(run.Summary.Seed, "momentum").At(uint64(workers.(int64)), 0)
		var rows []record.Row
		for i, x := range asynchronous(int(workers.(int64)), 60, 0.02, func() float64 { return random.Float64() }) {
			rows = append(rows, record.Row{Update: int64(i), TimeS: float64(i), Verdict: "applied", Center: x})
		}
		var b bytes.Buffer
		if err := record.WriteUpdates(&b, rows); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(run.Dir, record.UpdatesFile), b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "momentum", fig, runs)
}
