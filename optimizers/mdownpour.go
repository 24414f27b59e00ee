package optimizers

import "staleness/nets/vec"

// MDOWNPOUR is Downpour with Nesterov's momentum at the server, which sends each worker the point
// where the momentum leads. It is defined for a window of 1 only. With one worker it is msgd.
//
// Zhang, Choromanska & LeCun 2015, Deep learning with Elastic Averaging SGD, NIPS, arXiv 1412.6651,
// section 5 and supplement.
type MDOWNPOUR struct {
	Rate     float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (delta; published: .99)" in:"[0,1)"`
}

// nesterovServer keeps the master's momentum.
type nesterovServer[F vec.Float] struct {
	eta, delta float64
	center[F]
	v []F // momentum
}

var (
	_ Linear            = (*nesterovServer[float32])(nil)
	_ Recaller[float32] = (*nesterovServer[float32])(nil)
)

func newNesterovServer[F vec.Float](eta, delta float64) func(Env[F]) Server[F] {
	return func(e Env[F]) Server[F] { return &nesterovServer[F]{eta, delta, newCenter(e), make([]F, len(e.X0))} }
}

func (s *nesterovServer[F]) Apply(m Message[F]) Verdict {
	// v <- delta v - eta g;  x <- x + v
	vec.Momentum(s.x, s.v, m.Vec, F(s.delta), F(s.eta*m.Sched))
	return Applied
}

// Linear implements Linear.
func (*nesterovServer[F]) Linear() bool { return true }

// Reply sends where the next gradient is wanted.
func (s *nesterovServer[F]) Reply(dst []F, _ int) {
	vec.AxpyTo(dst, F(s.delta), s.v, s.x) // x + delta v
}

// Recall implements Recaller: nothing is noted.
func (s *nesterovServer[F]) Recall(int, []F) {}

func mdownpour[F vec.Float](c MDOWNPOUR) Strategy[F] {
	return Strategy[F]{
		Worker:      newGradients[F](Exchange),
		Server:      newNesterovServer[F](c.Rate, c.Momentum),
		Combine:     Mean,
		Elementwise: true,
		Jobs:        Fresh,
	}
}

// Facts implements Factual.
func (MDOWNPOUR) Facts() Facts {
	return Facts{Momentum: "Nesterov's, one at the server", Up: "a gradient", Down: "x, where the momentum leads it"}
}

func init() {
	Register("mdownpour", "Downpour with Nesterov's momentum at the server", "Zhang et al. 2015, arXiv 1412.6651",
		MDOWNPOUR{Rate: .01, Momentum: .99}, mdownpour[float32], mdownpour[float64])
}
