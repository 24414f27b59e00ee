package optimizertest

import (
	"strings"
	"testing"

	"staleness/nets/vec"
	o "staleness/optimizers"
)

// A faulty rule is heavy ball with one fault.
type faulty struct {
	Fault string `doc:"which" in:"|reset|memory|outward|allocates"`
}

func (faulty) LocalOptimizer() {}

type faultyRule[F vec.Float] struct {
	fault   string
	v, copy []F
	sink    []F
}

func newFaulty[F vec.Float](c faulty, dim int) o.Rule[F] {
	return &faultyRule[F]{fault: c.Fault, v: make([]F, dim), copy: make([]F, dim)}
}

func (r *faultyRule[F]) Step(x, g []F, sched float64) {
	for i := range x {
		r.v[i] = F(r.v[i]*.5) - F(F(.1*sched)*g[i])
		x[i] += r.v[i]
	}
	if r.fault == "allocates" {
		r.sink = make([]F, 1)
	}
}

func (r *faultyRule[F]) StepTo(dst, x, g []F, sched float64) {
	copy(dst, x)
	r.Step(dst, g, sched)
	if r.fault == "outward" {
		dst[1]++
	}
}

func (r *faultyRule[F]) Memory() [][]F {
	if r.fault == "memory" {
		return [][]F{r.copy}
	}
	return [][]F{r.v}
}

func (r *faultyRule[F]) Reset() {
	if r.fault != "reset" {
		clear(r.v)
	}
}

// Every check of a local optimizer sees the fault that it is there for.
func TestBrokenRulesAreNoticed(t *testing.T) {
	o.RegisterRule("faulty", "for this test", "", faulty{}, newFaulty[float32], newFaulty[float64])
	for fault, want := range map[string]string{
		"reset": "after Reset", "memory": "is not felt", "outward": "elsewhere than Step", "allocates": "allocations", "": "",
	} {
		err := rule[float64](faulty{fault})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("fault %q: %v", fault, err)
		}
	}
}
