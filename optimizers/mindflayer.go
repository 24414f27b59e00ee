package optimizers

import (
	"math"
	"time"

	"staleness/nets/vec"
)

// MindFlayer is minibatch SGD that gives up gradients that take too long, for times whose mean is
// huge. In a round worker i makes B_i trials at x_k, each of which ends after t_i in any case; then
//
//	x_{k+1} = x_k - gamma (sum of the gradients that came in time) / sum_i p_i B_i,
//
// where p_i = P(T_i <= t_i) is the probability that one does. What is given up has cost t_i.
// Staleness is 0. Displacement per gradient: rate/sum_i p_i B_i.
//
// Maranjyan, Omar & Richtarik 2024, MindFlayer: Efficient Asynchronous Parallel SGD in the Presence
// of Heterogeneous and Random Worker Compute Times, arXiv 2410.04285, after the released code, as
// we read it.
type MindFlayer struct {
	Rate    float64       `doc:"step size (gamma)" in:"(0,1e30]"`
	Trials  int           `doc:"trials of the fastest worker in a round (B_i)" in:"[1,1000000]"`
	Even    bool          `doc:"all make as many; false: slower ones in proportion to their nominal speed, one at least"`
	Timeout time.Duration `doc:"when the fastest worker gives a trial up, others in proportion to their nominal times (t_i); 0: never" in:"[0,)"`
	Chance  float64       `doc:"the probability that a trial is not given up (p_i)" in:"(0,1]" when:"timeout"`
}

// trials is B_i of a worker of that speed.
func (c MindFlayer) trials(speed float64) int {
	if c.Even {
		return c.Trials
	}
	return max(1, int(float64(c.Trials)*speed))
}

type mindFlayerWorker[F vec.Float] struct {
	gradients[F]
	sum      []F
	t        int // trials of this round
	trials   int
	patience int64 // ns
	late     bool  // this trial is given up
}

var (
	_ Borrower[float32] = (*mindFlayerWorker[float32])(nil)
	_ Patient           = (*mindFlayerWorker[float32])(nil)
)

// Patience implements Patient.
func (w *mindFlayerWorker[F]) Patience() int64 { return w.patience }

// Lapse implements Patient.
func (w *mindFlayerWorker[F]) Lapse(will bool) { w.late = will }

func (w *mindFlayerWorker[F]) Step(g []F, _ float64) Action {
	if w.t == 0 {
		clear(w.sum)
	}
	if !w.late {
		vec.Add(w.sum, w.sum, g)
	}
	if w.t++; w.t < w.trials {
		return Compute
	}
	w.t = 0
	copy(g, w.sum)
	return Exchange
}

func (w *mindFlayerWorker[F]) Receive(v []F) Action {
	w.t = 0
	return w.gradients.Receive(v)
}

// Borrow implements Borrower.
func (w *mindFlayerWorker[F]) Borrow(v []F) {
	w.t = 0
	w.gradients.Borrow(v)
}

func mindFlayer[F vec.Float](c MindFlayer) Strategy[F] {
	if c.Timeout == 0 {
		c.Chance = 1
	}
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] {
			t := min(float64(c.Timeout)/e.Speed, math.MaxInt64/2)
			return &mindFlayerWorker[F]{gradients: gradients[F]{after: Exchange}, sum: make([]F, len(e.X0)),
				trials: c.trials(e.Speed), patience: int64(t)}
		},
		Server: func(e Env[F]) Server[F] {
			var expected float64 // sum_i p_i B_i
			for i := range e.Workers {
				speed := 1.
				if e.Speeds != nil {
					speed = e.Speeds[i]
				}
				expected += float64(c.Chance * float64(c.trials(speed)))
			}
			return newDescent[F](PlainSGD{Rate: c.Rate / expected})(e)
		},
		Consistency: BSP(),
		Combine:     Sum,
		Elementwise: true,
		Timed:       c.Timeout > 0,
	}
}

// Facts implements Factual.
func (MindFlayer) Facts() Facts {
	return Facts{Up: "the sum of a round's gradients", Down: "x"}
}

func init() {
	Register("mindflayer", "minibatches without the gradients that take too long", "Maranjyan, Omar & Richtarik 2024, arXiv 2410.04285",
		MindFlayer{Rate: .1, Trials: 4, Chance: 1}, mindFlayer[float32], mindFlayer[float64])
}
