package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// CGAD lets a change enter the moments of the server's Adam by a gate that closes with its
// staleness:
//
//	Delta_i = x_i - x_read after H local steps
//	x <- Adam(x, -gamma(tau) e^(-a tau) Delta_i),  gamma(tau) = (1 + cos(pi tau/tau_c))/2, 0 beyond tau_c
//
// Where the gate is shut the moments decay, and nothing enters them. A schedule acts on Adam's
// steps. It is fedbuff with a buffer of 1, the weight cosine-gate and the outer optimizer adam.
// Displacement per gradient: that of Adam.
//
// After arXiv 2605.09126, of which we read the abstract: the gate's shape is assumed.
type CGAD struct {
	Window  int        `doc:"local steps (H)" in:"[1,1000000]"`
	Weight  Weight     `doc:"what of a change enters the moments"`
	Rate    float64    `doc:"step size of the server's Adam (alpha)" in:"(0,1e30]"`
	Beta1   float64    `doc:"decay of its first moment" in:"[0,1)"`
	Beta2   float64    `doc:"decay of its second moment" in:"[0,1)"`
	Epsilon float64    `doc:"added to its root" in:"(0,1e30]"`
	Local   RuleConfig `doc:"the worker's own optimizer"`
	Proximal
}

var _ params.Validator = CGAD{}

// Validate wants a local optimizer.
func (c CGAD) Validate() error { return needLocal(c.Local) }

func cgad[F vec.Float](c CGAD) Strategy[F] {
	return fedBuff[F](FedBuff{Buffer: 1, Window: c.Window, Local: c.Local, Proximal: c.Proximal, Outer: Adam{Rate: c.Rate, Beta1: c.Beta1, Beta2: c.Beta2, Epsilon: c.Epsilon},
		Serving: Serving{ServerRate: 1, Weight: c.Weight}})
}

// Facts implements Factual.
func (CGAD) Facts() Facts {
	return Facts{Staleness: "by `weight`, a cosine gate by default", Up: "the sum of a window's steps", Down: "x"}
}

func init() {
	Register("cgad", "changes enter the server's Adam by a gate on staleness", "arXiv 2605.09126",
		CGAD{Window: 10, Weight: CosineGate{.05, 32}, Rate: .01, Beta1: .9, Beta2: .999, Epsilon: 1e-8, Local: PlainSGD{Rate: .1}},
		cgad[float32], cgad[float64])
}
