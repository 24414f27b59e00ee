package nets_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/netstest"
	"staleness/nets/vec"
)

// build makes the problem of a table.
func build[F vec.Float](t testing.TB, table map[string]any) nets.Problem[F] {
	t.Helper()
	c, err := nets.Decode("problem", table)
	if err != nil {
		t.Fatal(err)
	}
	p, err := nets.Build[F](c, nets.Env{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// spectrum is a quadratic's curvature by a law.
func spectrum(kind string) map[string]any {
	t := map[string]any{"kind": kind, "dim": int64(12), "l": 2.}
	if kind == "linear" || kind == "geometric" {
		t["mu"] = .1
	}
	return t
}

var small = []any{int64(6), int64(5)}

// Every kind with its settings away from their defaults.
var variants = map[string]map[string]any{
	"quadratic list":        {"kind": "quadratic", "curvature": []any{1., 4., .25, 0.}, "start": []any{1., -1., 2., 3.}},
	"quadratic noise":       {"kind": "quadratic", "curvature": spectrum("geometric"), "noise": .3},
	"quadratic linear":      {"kind": "quadratic", "curvature": spectrum("linear")},
	"quadratic power":       {"kind": "quadratic", "curvature": spectrum("power")},
	"quadratic tridiagonal": {"kind": "quadratic", "curvature": spectrum("tridiagonal"), "start": []any{2.}},
	"quadratic equal":       {"kind": "quadratic", "curvature": spectrum("equal")},
	"least-squares l2":      {"kind": "least-squares", "data": netstest.Data, "l2": .3},
	"least-squares both":    {"kind": "least-squares", "data": netstest.Data, "l2": .3, "intercept": true, "test": .3, "validation": .2},
	"least-squares uniform": {"kind": "least-squares", "data": netstest.With(netstest.Data, map[string]any{"kind": "uniform", "condition": 50.})},
	"least-squares worst":   {"kind": "least-squares", "data": map[string]any{"kind": "tridiagonal", "features": int64(15), "l": 3.}},
	"logistic l2":           {"kind": "logistic", "data": netstest.Data, "l2": .05},
	"logistic both":         {"kind": "logistic", "data": netstest.Data, "l2": .05, "intercept": true},
	"least-squares planted": {"kind": "least-squares", "data": map[string]any{"kind": "linear-regression", "samples": int64(50), "features": int64(6)}},
	"nonconvex-logistic":    {"kind": "nonconvex-logistic", "data": netstest.Data, "lambda": .3, "intercept": true, "test": .2},
	"nonconvex-quadratic":   {"kind": "nonconvex-quadratic", "dim": int64(9), "mu": .02},
	"hidden quadratic":      {"kind": "nonconvex-quadratic", "dim": int64(20), "probability": .3, "spread": .2},
	"phase-retrieval":       {"kind": "phase-retrieval", "dim": int64(5), "samples": int64(40)},
	"resnet":                {"kind": "resnet", "data": netstest.Images, "width": int64(2), "groups": int64(1), "l2": .01},
	"softmax l2":            {"kind": "softmax", "data": netstest.With(netstest.Data, map[string]any{"classes": int64(4)}), "l2": .1},
	"mlp tanh":              {"kind": "mlp", "data": netstest.Data, "hidden": small, "activation": "tanh", "l2": .1, "test": .3, "validation": .2},
	"mlp one":               {"kind": "mlp", "data": netstest.Data, "hidden": []any{int64(300)}},
	"transformer":           netstest.With(netstest.Small, map[string]any{"kind": "transformer", "data": netstest.Tokens, "heads": int64(2)}),
	"transformer untied": netstest.With(netstest.Small, map[string]any{"kind": "transformer", "data": netstest.Tokens, "heads": int64(1), "tied": false,
		"dropout": .2, "layers": int64(2), "windows": "consecutive", "test": .2, "validation": .2}),
	"lstm": netstest.With(netstest.Small, map[string]any{"kind": "lstm", "data": netstest.Tokens, "layers": int64(2), "windows": "consecutive"}),
	"conv padded": {"kind": "conv", "data": netstest.Images, "l2": .01, "layers": []any{
		map[string]any{"kind": "conv", "size": int64(3), "channels": int64(4), "pad": int64(1), "activation": "tanh"},
		map[string]any{"kind": "pool", "size": int64(3)},
		map[string]any{"kind": "conv", "size": int64(3), "channels": int64(3), "pad": int64(2), "activation": "none"},
		map[string]any{"kind": "dense", "width": int64(9), "activation": "tanh"},
	}},
	"conv pointwise": {"kind": "conv", "data": netstest.Images, "layers": []any{
		map[string]any{"kind": "conv", "size": int64(1), "channels": int64(5)},
		map[string]any{"kind": "pool"},
		map[string]any{"kind": "conv", "size": int64(5), "channels": int64(3)},
	}},
	"conv dropout": {"kind": "conv", "data": netstest.Images, "test": .2, "layers": []any{
		map[string]any{"kind": "dropout", "rate": .2},
		map[string]any{"kind": "conv", "size": int64(5), "channels": int64(3)},
		map[string]any{"kind": "pool"},
		map[string]any{"kind": "dense", "width": int64(9)},
		map[string]any{"kind": "dropout", "rate": .5},
	}},
	"conv many planes": {"kind": "conv", "data": netstest.With(netstest.Images, map[string]any{"channels": int64(1), "rows": int64(12), "cols": int64(10)}), "layers": []any{
		map[string]any{"kind": "pool"},
		map[string]any{"kind": "conv", "size": int64(3), "channels": int64(17), "pad": int64(1), "activation": "none"},
		map[string]any{"kind": "conv", "size": int64(2), "channels": int64(13), "activation": "tanh"},
		map[string]any{"kind": "pool"},
	}},
	"conv plain features": {"kind": "conv", "data": netstest.Data, "layers": []any{map[string]any{"kind": "dense", "width": int64(9)}}},
	"mlp digits":          {"kind": "mlp", "data": "digits", "hidden": small, "l2": .01},
}

func TestVariants(t *testing.T) {
	for name, table := range variants {
		t.Run(name, func(t *testing.T) { netstest.Kind(t, table) })
	}
}

// The quadratic of the golden traces: the gradient is x, to the bit, and the loss x^2/2.
func TestQuadraticIsExact(t *testing.T) {
	p := build[float64](t, map[string]any{"kind": "quadratic", "curvature": []any{1.}, "noise": 0., "start": []any{1.}})
	var x, g [1]float64
	p.Init(x[:], rand.New(rand.NewPCG(1, 2)))
	if x[0] != 1 {
		t.Errorf("starts at %v", x[0])
	}
	for _, v := range []float64{1, .9, -.3333, 1e-300, 1e100} {
		x[0] = v
		if loss := p.Grad(nil, g[:], x[:], []int{5}); g[0] != v || loss != v*v/2 {
			t.Errorf("at %v: gradient %v, loss %v", v, g[0], loss)
		}
	}
}

// The noise of samples has the stated size, is new for every sample and the same for the same.
func TestQuadraticNoise(t *testing.T) {
	p := build[float64](t, map[string]any{"kind": "quadratic", "curvature": []any{0., 0.}, "noise": .5})
	const n = 20000
	sum, square, cross := 0., 0., 0.
	var g, again [2]float64
	for i := range n {
		p.Grad(nil, g[:], make([]float64, 2), []int{i})
		p.Grad(nil, again[:], make([]float64, 2), []int{i})
		if g != again {
			t.Fatal("a sample's noise changes")
		}
		sum += g[0] / n
		square += g[0] * g[0] / n
		cross += g[0] * g[1] / n
	}
	if math.Abs(sum) > 5*.5/math.Sqrt(n) || math.Abs(square/.25-1) > 5*math.Sqrt(2./n) || math.Abs(cross) > 5*.25/math.Sqrt(n) {
		t.Errorf("mean %v, variance %v, covariance of coordinates %v; want 0, .25, 0", sum, square, cross)
	}
}

// Nesterov's worst case has a closed form.
func TestTridiagonal(t *testing.T) {
	const d, l = 15, 3.
	p := build[float64](t, variants["least-squares worst"])
	x, f := p.(nets.Solved[float64]).Minimum()
	for i, v := range x {
		if want := 1 - float64(i+1)/(d+1); math.Abs(v-want) > 1e-13 {
			t.Errorf("x_%d = %v, want %v", i+1, v, want)
		}
	}
	// L/4 (x.Ax/2 - x_1) has its minimum -L/8 (1 - 1/(d+1)); the constant of the squares is L/8.
	if want := l / 8 / (d + 1); math.Abs(f-want) > 1e-15 {
		t.Errorf("f = %v, want %v", f, want)
	}
	mu, most := p.(nets.Smooth).Curvature()
	sin := func(i float64) float64 { s := math.Sin(i * math.Pi / (2 * (d + 1))); return l * s * s }
	if math.Abs(mu-sin(1)) > 1e-14 || math.Abs(most-sin(d)) > 1e-14 {
		t.Errorf("curvature in [%v, %v], want [%v, %v]", mu, most, sin(1), sin(d))
	}
	q := build[float64](t, map[string]any{"kind": "quadratic", "curvature": map[string]any{"kind": "tridiagonal", "dim": int64(d), "l": l}})
	if a, b := q.(nets.Smooth).Curvature(); math.Abs(a-mu) > 1e-14 || math.Abs(b-most) > 1e-14 {
		t.Errorf("the spectrum of that name lies in [%v, %v]", a, b)
	}
}

// Where features repeat, or samples are fewer than features, the minimum is not unique: its value
// is known all the same.
func TestSingularLeastSquares(t *testing.T) {
	p := build[float64](t, map[string]any{"kind": "least-squares", "data": map[string]any{"kind": "gaussian", "samples": int64(10), "features": int64(15)}})
	x, f := p.(nets.Solved[float64]).Minimum()
	if x != nil || !(f < 1e-20) {
		t.Errorf("10 equations in 15 unknowns: x %v, f %v", x, f)
	}
	if mu, _ := p.(nets.Smooth).Curvature(); mu > 1e-12 {
		t.Errorf("mu = %v", mu)
	}
	q := build[float64](t, map[string]any{"kind": "least-squares", "data": "digits"})
	if x, f := q.(nets.Solved[float64]).Minimum(); x != nil || !(f > .5 && f < 5) {
		t.Errorf("digits, with pixels that are always 0: x %v, f %v", x, f)
	}
}

// Separable classes have no minimum without l2: losses fall towards 0 for ever.
func TestSeparableLogistic(t *testing.T) {
	table := map[string]any{"kind": "logistic", "data": map[string]any{"kind": "gaussian", "samples": int64(30), "features": int64(5), "noise": 0.}}
	x, f := build[float64](t, table).(nets.Solved[float64]).Minimum()
	if x != nil || !(f < 1e-6) {
		t.Errorf("x %v, f %v", x, f)
	}
	table["l2"] = 1e-6
	if x, f := build[float64](t, table).(nets.Solved[float64]).Minimum(); x == nil || !(f > 0 && f < 1e-2) {
		t.Errorf("with l2: x %v, f %v", x, f)
	}
}

// A few dozen steps of plain gradient descent bring every net's loss down: the parts fit together.
func TestNetsLearn(t *testing.T) {
	for _, table := range []map[string]any{
		{"kind": "softmax", "data": "digits", "test": .2},
		{"kind": "mlp", "data": "digits", "test": .2, "hidden": []any{int64(32)}},
		{"kind": "mlp", "data": "digits", "test": .2, "hidden": []any{int64(32)}, "activation": "tanh"},
		{"kind": "conv", "data": "digits", "test": .2, "layers": []any{
			map[string]any{"kind": "conv", "size": int64(3), "channels": int64(8)},
			map[string]any{"kind": "pool"},
			map[string]any{"kind": "dense", "width": int64(32)},
			map[string]any{"kind": "dropout", "rate": .2},
		}},
	} {
		c, err := nets.Decode("problem", table)
		if err != nil {
			t.Fatal(err)
		}
		p := build[float32](t, table)
		s, err := nets.NewSampler(c, p, 1, nets.Env{Seed: 1}, 2)
		if err != nil {
			t.Fatal(err)
		}
		x, g := make([]float32, p.Dim()), make([]float32, p.Dim())
		p.Init(x, rand.New(rand.NewPCG(1, 2)))
		var ws nets.Workspace[float32]
		var batch []int
		for k := range 300 {
			batch = s.Batch(batch, 0, k)
			p.Grad(&ws, g, x, batch)
			vec.Axpy(x, -.2, g)
		}
		e := p.(nets.Evaluator[float32])
		sums := e.Evaluate(&ws, x, nets.Test, 0, e.PartLen(nets.Test))
		if accuracy := float64(sums.Correct) / float64(sums.Samples); accuracy < .9 {
			t.Errorf("%v: accuracy %v after 300 steps", table, accuracy)
		}
	}
}

func TestWrongTables(t *testing.T) {
	for want, table := range map[string]map[string]any{
		"problem.kind: is missing":                               {},
		`did you mean "quadratic"?`:                              {"kind": "quadratc"},
		"problem.data: is missing":                               {"kind": "mlp"},
		"problem.hiden: unknown key":                             {"kind": "mlp", "data": "digits", "hiden": small},
		"problem.hidden[0] = 0":                                  {"kind": "mlp", "data": "digits", "hidden": []any{int64(0)}},
		"problem.hidden: has 0 elements":                         {"kind": "mlp", "data": "digits", "hidden": []any{}},
		"problem.l2 = -1":                                        {"kind": "mlp", "data": "digits", "l2": -1.},
		"problem.batch = 0: a batch has at least one":            {"kind": "mlp", "data": "digits", "batch": int64(0)},
		"problem.precision = \"half\"":                           {"kind": "mlp", "data": "digits", "precision": "half"},
		"problem.activation = \"none\"":                          {"kind": "mlp", "data": "digits", "activation": "none"},
		"problem.start: has 2 coordinates, curvature 1":          {"kind": "quadratic", "start": []any{1., 2.}},
		"problem.noise = NaN: is not a number":                   {"kind": "quadratic", "noise": math.NaN()},
		"problem.batch: a full batch":                            {"kind": "quadratic", "noise": 1., "batch": "full", "samples": int64(1 << 30)},
		"problem.curvature[0] = -1.0: is outside [0,1e30]":       {"kind": "quadratic", "curvature": []any{-1.}},
		"problem.curvature: has 0 elements":                      {"kind": "quadratic", "curvature": []any{}},
		"problem.curvature.dim: is missing":                      {"kind": "quadratic", "curvature": map[string]any{"kind": "linear"}},
		"problem.curvature.mu: = 5 does not fit l = 1":           {"kind": "quadratic", "curvature": map[string]any{"kind": "linear", "dim": int64(3), "mu": 5., "l": 1.}},
		"problem.curvature = \"linear\": want a list":            {"kind": "quadratic", "curvature": "linear"},
		"data: digits has 10 classes, logistic takes 2":          {"kind": "logistic", "data": "digits"},
		"data: tridiagonal is least squares":                     {"kind": "softmax", "data": "tridiagonal"},
		"hidden: layer 2 would have 65536 x 65536 weights":       {"kind": "mlp", "data": "digits", "hidden": []any{int64(65536), int64(65536)}},
		"layers[1]: a window of 5 x 5 does not fit 4 x 4 pixels": {"kind": "conv", "data": "digits", "layers": []any{map[string]any{"kind": "conv", "channels": int64(4)}, map[string]any{"kind": "conv", "channels": int64(4)}}},
		"layers[0]: a square of 9 x 9 does not fit 8 x 8":        {"kind": "conv", "data": "digits", "layers": []any{map[string]any{"kind": "pool", "size": int64(9)}}},
		"layers[0]: pad 3: windows of side 3 would see":          {"kind": "conv", "data": "digits", "layers": []any{map[string]any{"kind": "conv", "size": int64(3), "pad": int64(3), "channels": int64(4)}}},
		"layers[0]: it would have 6553600000 weights":            {"kind": "conv", "data": map[string]any{"kind": "gaussian", "features": int64(100000), "samples": int64(2)}, "layers": []any{map[string]any{"kind": "dense", "width": int64(65536)}}},
		"problem.layers[0].rate = 1.0: is outside [0,1)":         {"kind": "conv", "data": "digits", "layers": []any{map[string]any{"kind": "dropout", "rate": 1.}}},
		"problem.layers[0].channels: is missing":                 {"kind": "conv", "data": "digits", "layers": []any{map[string]any{"kind": "conv"}}},
		`unknown layer "convolution"`:                            {"kind": "conv", "data": "digits", "layers": []any{map[string]any{"kind": "convolution"}}},
		"data: digits has samples of 8 x 8 pixels; lenet takes":  {"kind": "lenet", "data": "digits"},
		"validation: a share of 0.999 of 3 samples leaves not":   {"kind": "mlp", "data": map[string]any{"kind": "gaussian", "samples": int64(3)}, "validation": .999},
	} {
		c, err := nets.Decode("problem", table)
		if err == nil {
			_, err = nets.Build[float32](c, nets.Env{})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v; want %q", table, err, want)
		}
	}
	c, err := nets.Decode("problem", map[string]any{"kind": "least-squares", "data": netstest.Data, "partition": "labels"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := nets.Build[float64](c, nets.Env{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := nets.NewSampler(c, p, 4, nets.Env{}, 1); err == nil || !strings.Contains(err.Error(), "partition: the data set has targets") {
		t.Errorf("labels of targets: %v", err)
	}
}

// What a run's identity rests on: content, not path; and the configuration written back in full.
func TestConfigsRoundTrip(t *testing.T) {
	for name, table := range variants {
		c, err := nets.Decode("problem", table)
		if err != nil {
			t.Fatal(err)
		}
		full := nets.Kinds().EncodeApplying(c)
		d, err := nets.Decode("problem", full)
		if err != nil {
			t.Fatalf("%s: %v reads as %v", name, full, err)
		}
		p, err := nets.Build[float64](c, nets.Env{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		q, err := nets.Build[float64](d, nets.Env{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		x, g, h := make([]float64, p.Dim()), make([]float64, p.Dim()), make([]float64, p.Dim())
		p.Init(x, rand.New(rand.NewPCG(1, 2)))
		var ws nets.Workspace[float64]
		if a, b := p.Grad(&ws, g, x, []int{0}), q.Grad(&ws, h, x, []int{0}); a != b {
			t.Errorf("%s: written back in full it is another problem: losses %v, %v", name, a, b)
		}
		if k, ok := c.(nets.OnData); ok {
			content, err := nets.DataContent(c, nets.Env{Seed: 2})
			if err != nil || content.Hash != p.(interface{ DataHash() string }).DataHash() || k.DataOptions().Data == data.Source(nil) {
				t.Errorf("%s: %v, %v", name, content, err)
			}
		}
	}
}
