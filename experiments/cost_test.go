package experiments

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"staleness/experiments/internal/cost"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// clockwork is f = 0 on a thousand samples, in a world where nothing but its gradients and
// evaluations takes time.
type clockwork struct {
	nets.Common
	Each time.Duration `doc:"what a gradient of one sample takes; evaluating a sample takes a third"`
	Test int           `doc:"samples of the test part"`
}

// worldTime is what clockworks have computed so far.
var worldTime atomic.Int64

type clockworkOf[F vec.Float] struct{ clockwork }

func (p clockworkOf[F]) Dim() int                 { return 1 }
func (p clockworkOf[F]) Len() int                 { return 1000 }
func (p clockworkOf[F]) Init(x []F, _ *rand.Rand) { clear(x) }
func (p clockworkOf[F]) PartLen(part nets.Part) int {
	return [3]int{nets.Train: 1000, nets.Test: p.Test}[part]
}
func (p clockworkOf[F]) Classifies() bool { return false }

func (p clockworkOf[F]) Grad(_ *nets.Workspace[F], grad, _ []F, batch []int) float64 {
	worldTime.Add(int64(p.Each) * int64(len(batch)))
	clear(grad)
	return 0
}

func (p clockworkOf[F]) Evaluate(_ *nets.Workspace[F], _ []F, _ nets.Part, lo, hi int) nets.Sums {
	worldTime.Add(int64(p.Each) * int64(hi-lo) / 3)
	return nets.Sums{Samples: hi - lo}
}

func newClockwork[F vec.Float](c clockwork, _ nets.Env) (nets.Problem[F], error) {
	return clockworkOf[F]{c}, nil
}

func init() {
	nets.Register("clockwork", "for tests: what is computed moves a clock", "", clockwork{
		Common: nets.Common{Batch: data.BatchSize(4), Sampling: "replacement", Precision: "float64"}, Each: time.Millisecond,
	}, newClockwork[float32], newClockwork[float64])
}

// An estimate is what the run then takes, where nothing else takes time: whatever the method, the
// window, and how often is evaluated.
func TestCostIsWhatItTakes(t *testing.T) {
	for _, c := range []struct{ name, change string }{
		{"plain", ""},
		{"batches", "[problem]\nbatch = 32\n"},
		{"fast gradients", "[problem]\neach = \"20us\"\n[stop]\nupdates = 4000\n"},
		{"windows", "[strategy]\nkind = \"downpour\"\nwindow = 16\n[cluster]\nworkers = 16\n[stop]\ngradients = 3000\n"},
		{"rounds", "[strategy]\nkind = \"easgd\"\nwindow = 4\nbeta = 0.9\nlocal = {kind = \"sgd\", rate = 0.1}\n[cluster]\nworkers = 4\n[stop]\nupdates = 60\n"},
		{"by epochs", "[stop]\nepochs = 3.0\nupdates = 100000\n"},
		{"by time", "[stop]\ntime = \"2s\"\nupdates = 100000\n"},
		{"slow links", "[problem]\nbatch = 4\n[cluster]\nworkers = 4\nmessage = \"1MB\"\nup = {latency = \"5ms\", bandwidth = \"100Mbit/s\"}\ndown = {bandwidth = \"100Mbit/s\"}\n[stop]\ntime = \"10s\"\nupdates = 100000\n"},
		{"rounds that wait for stragglers", "[strategy]\nkind = \"sync\"\n[cluster]\nworkers = 16\ncompute = {law = \"pareto\", mean = \"10ms\", alpha = 1.5}\n[stop]\ntime = \"2s\"\nupdates = 100000\n"},
		{"several pushes an update", "[strategy]\nkind = \"fedbuff\"\nbuffer = 4\nwindow = 2\nlocal = {kind = \"sgd\", rate = 0.1}\n[cluster]\nworkers = 8\n[stop]\nupdates = 50\n"},
		{"pushes in vain", "[strategy]\nkind = \"rennala\"\nbatch = 2\n[cluster]\nworkers = 8\n[stop]\nupdates = 50\n"},
		{"epochs, evaluated by time", "[stop]\nepochs = 2.0\nupdates = 100000\n[eval]\nevery = \"50ms\"\n"},
		{"all predictions", "[strategy]\nkind = \"local-sgd\"\nwindow = 4\nlocal = {kind = \"sgd\", rate = 0.1}\n[cluster]\nworkers = 4\n[stop]\nupdates = 30\n[eval]\nupdates = 3\n"},
		{"injected", "[staleness]\nlaw = \"constant\"\ntau = 3\n"},
		{"often evaluated", "[eval]\nupdates = 20\n"},
		{"evaluated by gradients, with a test part", "[problem]\ntest = 500\n[eval]\ngradients = 100\ntrain_samples = 250\n"},
		{"windows, often evaluated", "[strategy]\nkind = \"downpour\"\nwindow = 16\n[eval]\nupdates = 5\n[stop]\nupdates = 40\n"},
	} {
		base := "[problem]\nkind = \"clockwork\"\n" + strings.TrimPrefix(strings.Replace(small, "updates = 6", "updates = 300", 1), "[problem]\nkind = \"quadratic\"\n")
		if strings.Contains(c.change, "[staleness]") {
			base = strings.Replace(base, "compute = \"10ms\"\n", "", 1)
		}
		x, err := Load([]File{{"exp.toml", base}, {c.name + ".toml", c.change}}, Options{Out: t.TempDir()})
		if err != nil {
			t.Error(err)
			continue
		}
		costs := cost.New()
		costs.Probes.Now = func() time.Duration { return time.Duration(worldTime.Load()) }
		estimate, from, err := costs.Of(x.Runs[0].config, x.problems)
		if err != nil || from != cost.ShortProbe {
			t.Errorf("%s: from %v, %v", c.name, from, err)
		}
		began := worldTime.Load()
		s := Session{Stdout: t.Output(), Stderr: t.Output()}
		if _, status := s.Compute(t.Context(), x); status != Done {
			t.Fatalf("%s: exit status %d", c.name, status)
		}
		took := time.Duration(worldTime.Load() - began)
		if ratio := float64(estimate-cost.RunOverhead) / float64(took); !(ratio > 0.85 && ratio < 1.2) {
			t.Errorf("%s: estimated %v, took %v: %.2f times that", c.name, estimate, took, ratio)
		}
	}
}

// One probe serves all seeds and rates; when there is no time left for probes, sizes say what they
// would have.
func TestProbesAreFew(t *testing.T) {
	text := "[problem]\nkind = \"clockwork\"\n" + strings.TrimPrefix(strings.Replace(small, "updates = 6", "updates = 300", 1), "[problem]\nkind = \"quadratic\"\n") +
		"[sweep]\nseed = [1, 2, 3]\n\"strategy.rate\" = [0.1, 0.2]\n\"problem.batch\" = [16, 8, 64]\n"
	x, err := Load([]File{{"exp.toml", text}}, Options{Out: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	c := cost.New()
	c.Probes.Now = func() time.Duration { return time.Duration(worldTime.Load()) }
	estimates := map[string]bool{}
	for i, r := range x.Runs {
		if i%3 == 2 { // batches vary fastest
			c.Probes.Spent = cost.ProbesTime
		}
		d, from, err := c.Of(r.config, x.problems)
		if want := map[bool]cost.Basis{true: cost.Arithmetic, false: cost.ShortProbe}[i%3 == 2]; err != nil || from != want {
			t.Errorf("%s: from %v, %v, want %v", r.name(), from, err, want)
		}
		estimates[fmt.Sprint(r.config.Problem.Settings().Batch, d)] = true
	}
	if len(estimates) != 3 || len(c.Probes.Prices) != 3 {
		t.Errorf("%d prices, estimates %v", len(c.Probes.Prices), estimates)
	}
}

// A method that fails is found out when it is run, not by who asks what it costs.
func TestProbeOfABug(t *testing.T) {
	touched = func() { panic("a bug in a method") }
	defer func() { touched = nil }()
	status, stdout, stderr, _ := command(t, touching, "-dry-run")
	if status != Done || !strings.Contains(stdout, "by batch and dimension") {
		t.Errorf("exit status %d: %s%s", status, stdout, stderr)
	}
}
