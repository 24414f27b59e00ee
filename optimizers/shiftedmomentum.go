package optimizers

import "staleness/nets/vec"

// ShiftedMomentum delays the momentum as the gradient is delayed, so that both speak of one point:
//
//	v_{k+1} = gamma v_{k-tau} + g(x_{k-tau});  x_{k+1} = x_k - eta v_{k+1}
//
// v_{k-tau}, the momentum as the gradient's worker read, is the one that this worker's last push
// made, since it reads just after: v_i <- gamma v_i + g, x <- x - eta v_i, sends x. So it is
// multi-asgd without its look-ahead. With one worker it is heavy ball. Displacement per gradient:
// rate/(1 - gamma), in the long run.
//
// Giladi, Nacson, Hoffer & Soudry 2020, At Stability's Edge: How to Adjust Hyperparameters to
// Preserve Minima Selection in Asynchronous Training of Neural Networks?, ICLR, arXiv 1909.12340.
type ShiftedMomentum struct {
	Rate     float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (gamma)" in:"[0,1)"`
}

// shiftedServer sends everybody the center.
type shiftedServer[F vec.Float] struct{ momenta[F] }

var (
	_ Uniform = (*shiftedServer[float32])(nil)
	_ Roster  = (*shiftedServer[float32])(nil)
)

func (s *shiftedServer[F]) Reply(dst []F, _ int) { copy(dst, s.x) }
func (*shiftedServer[F]) Uniform()               {}

func shiftedMomentum[F vec.Float](c ShiftedMomentum) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		// v_i <- gamma v_i + g;  x <- x - eta v_i;  sends x
		Server:      func(e Env[F]) Server[F] { return &shiftedServer[F]{newMomenta(e, e.Workers, c.Rate, c.Momentum)} },
		Elementwise: true,
	}
}

// Facts implements Factual.
func (ShiftedMomentum) Facts() Facts {
	return Facts{Staleness: "delays the momentum by it", Momentum: "one for each worker, at the server", Up: "a gradient", Down: "x"}
}

func init() {
	Register("shifted-momentum", "a momentum as stale as the gradient", "Giladi et al. 2020, arXiv 1909.12340",
		ShiftedMomentum{Rate: .1, Momentum: .9}, shiftedMomentum[float32], shiftedMomentum[float64])
}
