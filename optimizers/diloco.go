package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// DiLoCo is local SGD with two optimizers: in a round each worker takes H steps of an inner one of
// its own, whose memory it keeps, and the server a step of an outer one along the mean of how far
// they came:
//
//	Delta_i = x - x_i after H steps from x
//	x <- Outer(x, 1/M sum_i Delta_i),  outer: Nesterov, v <- mu v + Delta;  x <- x - eta (Delta + mu v)
//
// A schedule acts on the inner steps. With an outer sgd of rate 1 it is local-sgd. Displacement per
// gradient: inner rate times outer rate/(1 - mu)/M.
//
// Douillard et al. 2023, DiLoCo: Distributed Low-Communication Training of Language Models, arXiv
// 2311.08105.
type DiLoCo struct {
	Window int        `doc:"inner steps in a round (H; published: 500)" in:"[1,1000000]"`
	Outer  RuleConfig `doc:"the outer optimizer (published: nesterov, rate .7, momentum .9)"`
	Local  RuleConfig `doc:"the inner optimizer (published: AdamW, rate 4e-4)"`
	Reduction
}

var _ params.Validator = DiLoCo{}

// Validate wants both optimizers.
func (c DiLoCo) Validate() error {
	if c.Outer == nil {
		return params.Errorf("outer", "is missing: the server needs an optimizer, such as nesterov")
	}
	return needLocal(c.Local)
}

func diloco[F vec.Float](c DiLoCo) Strategy[F] {
	return Strategy[F]{
		Worker:      func(e Env[F]) Worker[F] { return newChange(e, c.Local, c.Window, 0, false) },
		Server:      newOuter[F](c.Outer, false), // x <- Outer(x, 1/M sum_i Delta_i)
		Consistency: BSP(),
		Combine:     Mean,
		Elementwise: true,
		Ring:        c.ring(),
	}
}

// publishedOuter is what all of the family step with.
var publishedOuter = Nesterov{Rate: .7, Momentum: .9}

// Facts implements Factual.
func (DiLoCo) Facts() Facts { return Facts{Up: "x_i - x after a window", Down: "x"} }

func init() {
	Register("diloco", "windows of an inner optimizer, their mean a step of an outer one", "Douillard et al. 2023, arXiv 2311.08105",
		DiLoCo{Window: 10, Outer: publishedOuter, Local: Adam{Rate: 4e-4, Beta1: .9, Beta2: .999, Epsilon: 1e-8}, Reduction: ByServer()}, diloco[float32], diloco[float64])
}
