package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// AREA has each worker send how far its model has come since it last sent, whatever it was sent
// meanwhile, so that the center is the mean of what everybody last sent and all count alike,
// however fast they are:
//
//	worker  z = x_read after H local steps;  sends z - y_i;  y_i <- z (at first y_i = x_0)
//	server  buffer <- buffer + z - y_i;  after K: x <- x + buffer/n;  buffer <- 0
//
// n is the number of workers, not K: after each update x = 1/n sum_i y_i. Displacement per
// gradient: rate/n.
//
// AREA: Asynchronous exact averaging, arXiv 2405.10123, after the released code, as we read it.
type AREA struct {
	Buffer int        `doc:"messages in one update (K; released runs: 8 of n = 100)" in:"[1,1000000]"`
	Window int        `doc:"local steps (H; released runs: 50)" in:"[1,1000000]"`
	Local  RuleConfig `doc:"the worker's own optimizer"`
	Proximal
}

var _ params.Validator = AREA{}

// Validate wants a local optimizer.
func (c AREA) Validate() error { return needLocal(c.Local) }

type areaWorker[F vec.Float] struct {
	localSteps[F]
	prox F
	y    []F // y_i
}

var _ Planner = (*areaWorker[float32])(nil)

func (w *areaWorker[F]) Step(g []F, sched float64) Action {
	if w.prox != 0 {
		vec.Lerp(w.x, w.prox, w.start())
	}
	if !w.step(g, sched) {
		return Compute
	}
	vec.Sub(g, w.x, w.y) // z - y_i
	copy(w.y, w.x)       // y_i <- z
	return Exchange
}

// averageAdder is the server x <- x + push/n.
type averageAdder[F vec.Float] struct {
	broadcast[F]
	share F // 1/n
}

var _ Uniform = (*averageAdder[float32])(nil)

func (s *averageAdder[F]) Apply(m Message[F]) Verdict {
	vec.Axpy(s.x, s.share, m.Vec)
	return Applied
}

func area[F vec.Float](c AREA) Strategy[F] {
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] {
			return &areaWorker[F]{newLocalSteps(e, c.Local, c.Window), F(c.Prox), vec.Clone(e.X0)}
		},
		Server: func(e Env[F]) Server[F] {
			return &averageAdder[F]{newBroadcast(e), 1 / F(e.Workers)} // x <- x + buffer/n
		},
		Consistency: Softsync(c.Buffer),
		Combine:     Sum,
		Elementwise: true,
		Keeps:       true,
	}
}

// Facts implements Factual.
func (AREA) Facts() Facts { return Facts{Up: "z - y_i", Down: "x"} }

func init() {
	Register("area", "the mean of what everybody last sent, at any speeds", "arXiv 2405.10123",
		AREA{Buffer: 8, Window: 10, Local: PlainSGD{Rate: .1}}, area[float32], area[float64])
}
