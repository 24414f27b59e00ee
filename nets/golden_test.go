package nets_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"staleness/nets"
	"staleness/nets/netstest"
	"staleness/nets/vec"
)

// bits is a hash of a problem's initial point, of its gradients and losses on a few batches from
// there, of its evaluation, minimum and curvature: whatever of it can enter a record.
func bits[F vec.Float](t *testing.T, table map[string]any) string {
	p := build[F](t, table)
	h := sha256.New()
	write := func(v ...F) {
		for _, x := range v {
			binary.Write(h, binary.LittleEndian, math.Float64bits(float64(x)))
		}
	}
	wide := func(v ...float64) { binary.Write(h, binary.LittleEndian, v) }
	x, g := make([]F, p.Dim()), make([]F, p.Dim())
	p.Init(x, rand.New(rand.NewPCG(1, 2)))
	write(x...)
	var ws nets.Workspace[F]
	for k := range 3 {
		wide(p.Grad(&ws, g, x, []int{k, 5, 3 * k, 11, 7}))
		write(g...)
		vec.Axpy(x, -.1, g)
	}
	if e, ok := p.(nets.Evaluator[F]); ok {
		wide(e.Evaluate(&ws, x, nets.Train, 0, e.PartLen(nets.Train)).Loss)
	}
	if s, ok := p.(nets.Solved[F]); ok {
		m, f := s.Minimum()
		write(m...)
		wide(f, s.Value(&ws, x))
	}
	if s, ok := p.(nets.Smooth); ok {
		wide(s.Curvature())
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:6])
}

// The bits of every problem are those below, on every machine and every path of vec: two runs on
// different machines agree.
func TestBitsNeverChange(t *testing.T) {
	tables := maps.Clone(variants)
	tables["lenet"] = map[string]any{"kind": "lenet", "data": netstest.With(netstest.Images, map[string]any{"channels": int64(1), "rows": int64(28), "cols": int64(28)})}
	tables["lenet tanh"] = map[string]any{"kind": "lenet", "data": netstest.Images, "activation": "tanh", "l2": .01}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		got := [2]string{bits[float32](t, tables[name]), bits[float64](t, tables[name])}
		if got != golden[name] {
			t.Errorf("%q: {%q, %q}, want %q", name, got[0], got[1], golden[name])
		}
	}
}

var golden = map[string][2]string{
	"conv dropout":          {"16af90ddf4f4", "77d788499236"},
	"conv many planes":      {"646f798f1964", "92c1a46d2041"},
	"conv padded":           {"2de6a498590c", "0b04c1868663"},
	"conv plain features":   {"6b2e6fab1ecd", "5e61163f7084"},
	"conv pointwise":        {"5e988360b750", "ae1390f37e3f"},
	"hidden quadratic":      {"d774e1fea2e9", "b17c80fc86f6"},
	"least-squares both":    {"ac01631b7c08", "98197dfe5272"},
	"least-squares l2":      {"a25efdfa2dd2", "217be9c7c8e6"},
	"least-squares planted": {"f2aa28ad3a64", "2c72d086a110"},
	"least-squares uniform": {"c8236a0f71b6", "1fa36d9138ce"},
	"least-squares worst":   {"3a7044c998f5", "79b10c2a9bd8"},
	"lenet tanh":            {"da9db6fb56bc", "1ea583b0e399"},
	"lenet":                 {"f0f24ba9ba10", "ab17fbb4a309"},
	"logistic both":         {"adf593f5d851", "c735280a6f03"},
	"logistic l2":           {"b5a3536f6b2e", "c7f1cceddef6"},
	"lstm":                  {"0e3a94dbab3a", "98b22907c346"},
	"mlp digits":            {"ab81cc749e49", "586c3bab8b1c"},
	"mlp one":               {"8b61026c14d5", "ec179b6eb34e"},
	"mlp tanh":              {"e15e0cb2a328", "603d5b4afd71"},
	"nonconvex-logistic":    {"d42dbed47f79", "72c25d78ae71"},
	"nonconvex-quadratic":   {"be368c1aab6c", "05c107abcf37"},
	"phase-retrieval":       {"84e26690b65c", "c5301485d0c0"},
	"quadratic equal":       {"71aad94ccf0f", "96d75b7f62b0"},
	"quadratic linear":      {"05d713644cdf", "8071f8400033"},
	"quadratic list":        {"9598c17d277d", "9aaeec677fcd"},
	"quadratic noise":       {"398dcc8687be", "a6b2e2545601"},
	"quadratic power":       {"0ffc9a96fe24", "5ebf2b1af6b0"},
	"quadratic tridiagonal": {"49deabe7ef07", "8f955ec83c90"},
	"resnet":                {"787b25c275ec", "3c7419fbdaf3"},
	"softmax l2":            {"ea3dbbdeb634", "1270b8fe3169"},
	"transformer untied":    {"759d82454fa1", "fb72934cc742"},
	"transformer":           {"5196f93c64a6", "b49a53b0a4d8"},
}
