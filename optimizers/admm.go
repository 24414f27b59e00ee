package optimizers

import "staleness/nets/vec"

// ADMM is consensus ADMM with linearised local problems, each worker in its turn:
//
//	lambda_i <- lambda_i - (x_i - c)
//	x_i      <- (x_i - eta g_i(x_i) + eta rho (lambda_i + c)) / (1 + eta rho)
//	c        <- 1/M sum_j (x_j - lambda_j)
//
// Workers of equal speed take turns in a round robin. There the paper shows that it need not be
// stable (on x^2/2 with M = 3, eta = .001, rho = 2.5 it diverges), where elastic averaging is for
// every rho up to a simple bound.
//
// Zhang, Choromanska & LeCun 2015, arXiv 1412.6651, section 3.3; Boyd et al. 2011, Foundations and
// Trends in ML 3(1).
type ADMM struct {
	Rate float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Rho  float64 `doc:"penalty of the distance to the center (rho)" in:"(0,1e30]"`
}

type admmWorker[F vec.Float] struct {
	ADMM
	share  F // 1/M
	sched  float64
	x      []F // x_i, own variable
	lambda []F // lambda_i, scaled multipliers
	g      []F // g_i(x_i)
	born   bool
}

func (w *admmWorker[F]) Point() []F { return w.x }

// Step asks for the center: the update is made of the center at the worker's turn.
func (w *admmWorker[F]) Step(g []F, sched float64) Action {
	copy(w.g, g)
	w.sched = sched
	return Pull | Wait
}

func (w *admmWorker[F]) Receive(c []F) Action {
	if !w.born {
		w.born = true
		copy(w.x, c)
		return Compute
	}
	eta := F(w.Rate * w.sched)
	etaRho := F(w.Rate * w.sched * w.Rho)
	for i, c_i := range c {
		x, lambda := w.x[i], w.lambda[i]
		// lambda_i <- lambda_i - (x_i - c)
		w.lambda[i] = lambda - (x - c_i)
		// x_i <- (x_i - eta g_i(x_i) + eta rho (lambda_i + c)) / (1 + eta rho)
		w.x[i] = (x - F(eta*w.g[i]) + F(etaRho*(w.lambda[i]+c_i))) / (1 + etaRho)
		// c <- 1/M sum_j (x_j - lambda_j): what this worker's term adds to it
		c[i] = F(w.share * ((w.x[i] - w.lambda[i]) - (x - lambda)))
	}
	return Push
}

func admm[F vec.Float](c ADMM) Strategy[F] {
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] {
			d := len(e.X0)
			return &admmWorker[F]{ADMM: c, share: 1 / F(e.Workers), x: vec.Clone(e.X0), lambda: make([]F, d), g: make([]F, d)}
		},
		Server:      newAdder[F], // c <- c + what the worker's term adds
		Combine:     Sum,
		Elementwise: true,
		Trails:      true,
		Keeps:       true,
	}
}

// Facts implements Factual.
func (ADMM) Facts() Facts {
	return Facts{Up: "the change of (x_i - lambda_i)/M", Down: "x"}
}

func init() {
	Register("admm", "consensus ADMM in turns", "Zhang et al. 2015, arXiv 1412.6651", ADMM{Rate: .1, Rho: 1}, admm[float32], admm[float64])
}
