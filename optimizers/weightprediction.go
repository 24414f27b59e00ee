package optimizers

import "staleness/nets/vec"

// WeightPrediction has workers take their gradients where the momentum will have moved x by the
// time they arrive:
//
//	v <- gamma v + g;  x <- x - eta v
//	sends x - eta (gamma - gamma^{n+1})/(1 - gamma) v
//
// to a worker whose gradient is expected to find n updates between; n is its last staleness, and M
// - 1 before it has pushed. The prediction is exact if the gradients between are 0. With gamma = 0
// it is asgd, with n = 1 for all it is nag-asgd. Displacement per gradient: rate/(1 - gamma), in
// the long run.
//
// Chen, Yang & Cheng 2018, Efficient and Robust Parallel DNN Training through Model Parallelism on
// Multi-GPU Platform (SpecTrain), arXiv 1809.02839.
type WeightPrediction struct {
	Rate     float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (gamma)" in:"[0,1)"`
}

type predictionServer[F vec.Float] struct {
	momenta[F]
	n []int // updates that each worker's next gradient is expected to find between
}

var (
	_ Recaller[float32] = (*predictionServer[float32])(nil)
	_ Roster            = (*predictionServer[float32])(nil)
)

func (s *predictionServer[F]) Apply(m Message[F]) Verdict {
	s.n[m.From] = m.Tau
	return s.momenta.Apply(m) // v <- gamma v + g;  x <- x - eta v
}

func (s *predictionServer[F]) Reply(dst []F, to int) {
	steps := float64(s.gamma * (1 - vec.Pow(s.gamma, float64(s.n[to])))) // gamma - gamma^{n+1}
	// x - eta (gamma - gamma^{n+1})/(1 - gamma) v
	s.lookAhead(dst, steps/(1-s.gamma), s.v[0])
}

// Recall implements Recaller: nothing is noted.
func (s *predictionServer[F]) Recall(int, []F) {}

// Join implements Roster.
func (s *predictionServer[F]) Join(worker int, anew bool) {
	if anew {
		s.n[worker] = len(s.n) - 1
	}
}

func weightPrediction[F vec.Float](c WeightPrediction) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			s := &predictionServer[F]{momenta: newMomenta(e, 1, c.Rate, c.Momentum), n: make([]int, e.Workers)}
			for i := range s.n {
				s.n[i] = e.Workers - 1
			}
			return s
		},
		Elementwise: true,
	}
}

// Facts implements Factual.
func (WeightPrediction) Facts() Facts {
	return Facts{
		Staleness: "predicts x by it", Momentum: "one at the server", Up: "a gradient",
		Down: "x, where the momentum leads it by the time of the push",
	}
}

func init() {
	Register("weight-prediction", "gradients where the momentum will have moved x when they arrive", "Chen, Yang & Cheng 2018, arXiv 1809.02839",
		WeightPrediction{Rate: .1, Momentum: .9}, weightPrediction[float32], weightPrediction[float64])
}
