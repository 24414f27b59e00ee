package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// LocalSGD averages models every w local steps. In a round
//
//	x_i <- x;  w steps of worker i's own optimizer;  x <- 1/M sum_i x_i
//
// What becomes of the local optimizer's memory (momentum and the like) at the end of a round is a
// choice: each worker keeps its own, as SparkNet does; starts anew; or takes the average, which
// travels with the weights. On quadratics with a common Hessian the average does not depend on w;
// with unequal ones a longer window ends farther from the minimum.
//
// Moritz, Nishihara, Stoica & Jordan 2015, SparkNet, arXiv 1511.06051; Stich 2018, Local SGD
// Converges Fast and Communicates Little, arXiv 1805.09767.
type LocalSGD struct {
	Window int        `doc:"local steps in a round (w; SparkNet: 50 for ImageNet, 10 for CIFAR-10 and MNIST)" in:"[1,1000000]"`
	State  string     `doc:"what the end of a round does to the local optimizer's memory" in:"keep|reset|average"`
	Local  RuleConfig `doc:"the worker's own optimizer"`
	Reduction
}

var (
	_ params.Validator = LocalSGD{}
	_ params.Idler     = LocalSGD{}
)

// Validate wants a local optimizer.
func (c LocalSGD) Validate() error { return needLocal(c.Local) }

// Idle says that nothing becomes of a memory that is not there.
func (c LocalSGD) Idle() map[string]string {
	if c.Local == nil || len(NewRule[float64](c.Local, 1).Memory()) > 0 {
		return nil
	}
	return map[string]string{"state": "the local optimizer has no memory"}
}

// averageWorker sends its model, and its optimizer's memory if that is averaged, at the end of a
// window.
type averageWorker[F vec.Float] struct {
	localSteps[F]
	state string
}

var (
	_ Mover[float32] = (*averageWorker[float32])(nil)
	_ Planner        = (*averageWorker[float32])(nil)
)

func (w *averageWorker[F]) Step(g []F, sched float64) Action {
	if !w.step(g, sched) { // x_i <- x_i - eta g(x_i)
		return Compute
	}
	copy(g, w.x)
	return w.send(g)
}

// Move implements Mover.
func (w *averageWorker[F]) Move(room []F, sched float64) (m Move[F], ok bool) {
	m, _, ok = w.move(room, sched)
	return m, ok
}

// Moved implements Mover.
func (w *averageWorker[F]) Moved(buf []F, _ float64) Action {
	if !w.stepped() {
		return Compute
	}
	return w.send(buf)
}

// send completes the message, which begins with the model.
func (w *averageWorker[F]) send(buf []F) Action {
	d := w.dim
	if w.state == "average" {
		memory := w.rule.Memory()
		buf = buf[:d*(1+len(memory))]
		for i, m := range memory {
			copy(buf[d*(1+i):], m)
		}
	}
	return Exchange
}

func (w *averageWorker[F]) Receive(v []F) Action {
	d := w.dim
	switch w.state {
	case "average":
		for i, m := range w.rule.Memory() {
			copy(m, v[d*(1+i):])
		}
	case "reset":
		w.rule.Reset()
	}
	return w.localSteps.Receive(v[:d]) // x_i <- x
}

// averageServer takes each round's mean for its own.
type averageServer[F vec.Float] struct {
	center[F]
	memory []F // the averaged vectors of the optimizer, back to back
}

func (s *averageServer[F]) Apply(m Message[F]) Verdict {
	n := copy(s.x, m.Vec) // x <- 1/M sum_i x_i
	copy(s.memory, m.Vec[n:])
	return Applied
}

func (s *averageServer[F]) Reply(dst []F, _ int) {
	n := copy(dst, s.x)
	copy(dst[n:], s.memory)
}

func localSGD[F vec.Float](c LocalSGD) Strategy[F] {
	s := Strategy[F]{
		Worker: func(e Env[F]) Worker[F] { return &averageWorker[F]{newLocalSteps(e, c.Local, c.Window), c.State} },
		Server: func(e Env[F]) Server[F] {
			a := &averageServer[F]{center: newCenter(e)}
			if c.State == "average" {
				for _, m := range NewRule[F](c.Local, len(e.X0)).Memory() { // as it is at birth
					a.memory = append(a.memory, m...)
				}
			}
			return a
		},
		Consistency: BSP(),
		Combine:     Mean,
		Elementwise: true,
		Ring:        c.ring(),
	}
	if s.Jobs = jobsOf(c.Local); c.State != "keep" { // its memory comes with the reply, or is reset
		s.Jobs = Fresh
	}
	if c.State == "average" {
		s.Width = 1 + len(NewRule[F](c.Local, 0).Memory())
	}
	return s
}

// Facts implements Factual.
func (LocalSGD) Facts() Facts {
	return Facts{Up: "x_i, once a window", Down: "x"}
}

func init() {
	Register("local-sgd", "models averaged every window; SparkNet", "Moritz et al. 2015, arXiv 1511.06051; Stich 2018, arXiv 1805.09767",
		LocalSGD{Window: 10, State: "keep", Local: PlainSGD{Rate: .1}, Reduction: ByServer()}, localSGD[float32], localSGD[float64])
}
