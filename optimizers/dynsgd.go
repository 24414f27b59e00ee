package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// DynSGD divides what it is sent by its staleness plus one:
//
//	Delta = x_i - x_read;  x <- x + Delta/(tau + 1);  x_i <- x
//
// This is the simple form, that of Distributed Keras and of Hermans' thesis. The original system
// also revises the rates of earlier updates of the same clock when later ones arrive. Displacement
// per gradient: rate/(tau + 1).
//
// Jiang, Cui, Zhang & Yu 2017, Heterogeneity-aware Distributed Parameter Servers, SIGMOD.
type DynSGD struct {
	Window     int        `doc:"local steps between exchanges (w; released code: 5)" in:"[1,1000000]"`
	Local      RuleConfig `doc:"the worker's own optimizer"`
	ServerRate float64    `doc:"multiplies what the server applies" in:"(0,1e30]"`
}

var _ params.Validator = DynSGD{}

// Validate wants a local optimizer.
func (c DynSGD) Validate() error { return needLocal(c.Local) }

func dynSGD[F vec.Float](c DynSGD) Strategy[F] {
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] {
			return &downpourWorker[F]{newLocalSteps(e, c.Local, c.Window), Exchange}
		},
		Server:      newAdder[F], // x <- x + Delta/(tau + 1)
		Combine:     Mean,
		Weight:      func(tau int) float64 { return c.ServerRate / float64(tau+1) },
		Elementwise: true,
		Jobs:        jobsOf(c.Local),
	}
}

// Facts implements Factual.
func (DynSGD) Facts() Facts {
	return Facts{Staleness: "divides by tau + 1", Up: "the sum of a window's steps", Down: "x"}
}

func init() {
	Register("dynsgd", "windows of local steps, divided by their staleness plus one", "Jiang et al. 2017, SIGMOD",
		DynSGD{Window: 5, Local: PlainSGD{Rate: .1}, ServerRate: 1}, dynSGD[float32], dynSGD[float64])
}
