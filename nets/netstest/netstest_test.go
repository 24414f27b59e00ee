package netstest

import (
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"staleness/internal/testspeed"
	"staleness/nets"
	"staleness/nets/vec"
)

func TestEveryKind(t *testing.T) { Test(t) }

// broken is logistic regression with one thing wrong at a time.
type broken struct {
	nets.Problem[float64]
	fault string
	calls *int
	sink  *atomic.Pointer[[10]float64]
	spare *nets.Workspace[float64]
}

func newBroken(p nets.Problem[float64], fault string) broken {
	return broken{p, fault, new(int), new(atomic.Pointer[[10]float64]), new(nets.Workspace[float64])}
}

func (b broken) Init(x []float64, r *rand.Rand) {
	b.Problem.Init(x, r)
	if b.fault == "init" {
		*b.calls++
		x[0] = float64(*b.calls)
	}
}

func (b broken) Grad(ws *nets.Workspace[float64], grad, x []float64, batch []int) float64 {
	old := grad[0]
	loss := b.Problem.Grad(ws, grad, x, batch)
	switch b.fault {
	case "gradient":
		grad[1] *= 1.001
	case "loss":
		loss *= 1.001
	case "accumulates":
		grad[0] += old
	case "writes x":
		x[0] += 1e-3
	case "writes batch":
		batch[0] = (batch[0] + 1) % b.Len()
	case "workspace":
		loss += ws.Float64s(1)[0]
	case "allocates":
		b.sink.Store(new([10]float64))
	case "sum":
		vec.Scale(grad, float64(len(batch)))
		loss *= float64(len(batch))
	}
	return loss
}

func (b broken) Step(ws *nets.Workspace[float64], dst, x, base []float64, rate float64, batch []int) float64 {
	ws.Reset()
	g, y := ws.Vec(len(x)), ws.Vec(len(x))
	loss := b.Problem.Grad(b.spare, g, x, batch)
	vec.AxpyTo(y, -rate, g, x)
	if base != nil && b.fault != "step without base" {
		vec.Sub(y, y, base)
	}
	switch b.fault {
	case "step allocates":
		b.sink.Store(new([10]float64))
	case "step":
		y[1] = math.Nextafter(y[1], 0)
	case "loss of step":
		loss = math.Nextafter(loss, 0)
	case "step in place":
		copy(x, y)
	}
	copy(dst, y)
	return loss
}

func (b broken) PartLen(p nets.Part) int { return b.evaluator().PartLen(p) }
func (b broken) Classifies() bool        { return true }
func (b broken) Classes() int            { return 2 }

func (b broken) evaluator() nets.Evaluator[float64] { return b.Problem.(nets.Evaluator[float64]) }
func (b broken) predictor() nets.Predictor[float64] { return b.Problem.(nets.Predictor[float64]) }

func (b broken) Evaluate(ws *nets.Workspace[float64], x []float64, p nets.Part, lo, hi int) nets.Sums {
	s := b.evaluator().Evaluate(ws, x, p, lo, hi)
	if b.fault == "evaluate" {
		s.Loss /= float64(hi - lo)
	}
	if b.fault == "correct" && hi > lo {
		s.Correct = 1
	}
	return s
}

func (b broken) Penalty(x []float64) float64 {
	p := b.Problem.(nets.Regularized[float64]).Penalty(x)
	if b.fault == "penalty" {
		p *= 2
	}
	return p
}

func (b broken) Minimum() ([]float64, float64) {
	x, f := b.Problem.(nets.Solved[float64]).Minimum()
	switch b.fault {
	case "minimum":
		x[0] += 1e-4
	case "least value":
		f -= 1e-3
	}
	return x, f
}

func (b broken) Value(ws *nets.Workspace[float64], x []float64) float64 {
	return b.Problem.(nets.Solved[float64]).Value(ws, x)
}

func (b broken) Curvature() (mu, l float64) {
	mu, l = b.Problem.(nets.Smooth).Curvature()
	switch b.fault {
	case "L":
		l *= .3
	case "mu":
		mu = .9 * l
	}
	return mu, l
}

func (b broken) Predict(ws *nets.Workspace[float64], dst []float64, x []float64, p nets.Part, lo, hi int) {
	b.predictor().Predict(ws, dst, x, p, lo, hi)
	switch b.fault {
	case "probabilities":
		dst[0] *= .9
	case "exchanged":
		for i := 0; i < len(dst); i += 2 {
			dst[i], dst[i+1] = dst[i+1], dst[i]
		}
	}
}

func (b broken) Parameters() []nets.Parameter {
	ps := b.Problem.(nets.Shaped).Parameters()
	switch b.fault {
	case "gap":
		ps[len(ps)-1].Offset++
	case "short":
		ps = ps[:len(ps)-1]
	case "same name":
		n := ps[0].Size()
		ps = []nets.Parameter{{Name: "w", Shape: []int{3}}, {Name: "w", Shape: []int{n - 3}, Offset: 3}}
	}
	return ps
}

func (b broken) Label(p nets.Part, i int) int { return b.predictor().Label(p, i) }

// Every check sees the fault that it is there for.
func TestChecksSeeFaults(t *testing.T) {
	c, err := nets.Decode("problem", map[string]any{"kind": "logistic", "data": Data, "l2": .1})
	if err != nil {
		t.Fatal(err)
	}
	p, err := nets.Build[float64](c, nets.Env{})
	if err != nil {
		t.Fatal(err)
	}
	for fault, check := range map[string]string{
		"step without base": "Step is",
		"step in place":     "Step is",
		"init":              "Init",
		"gradient":          "differences",
		"loss":              "differences",
		"accumulates":       "pure",
		"writes x":          "pure",
		"writes batch":      "pure",
		"workspace":         "pure",
		"allocates":         "allocates",
		"sum":               "mean over the batch",
		"step":              "Step is",
		"loss of step":      "Step is",
		"step allocates":    "Step is",
		"evaluate":          "Evaluate",
		"correct":           "Evaluate",
		"penalty":           "Evaluate",
		"minimum":           "Minimum",
		"least value":       "Minimum",
		"L":                 "Curvature",
		"mu":                "Curvature",
		"probabilities":     "Predict",
		"exchanged":         "Predict",
		"gap":               "Parameters",
		"short":             "Parameters",
		"same name":         "Parameters",
	} {
		if testspeed.Race && strings.HasSuffix(fault, "allocates") {
			continue // not counted there
		}
		seen := false
		for _, e := range Check[float64](newBroken(p, fault)) {
			seen = seen || strings.Contains(e.Error(), check)
		}
		if !seen {
			t.Errorf("%s: no error of %q", fault, check)
		}
	}
	for _, e := range Check[float64](newBroken(p, "")) {
		t.Errorf("without a fault: %v", e)
	}
}
