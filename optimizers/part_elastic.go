package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// Elastic are keys of the elastic averaging methods: how strongly worker and center attract each
// other. Beta or Alpha is given and the other 0.
type Elastic struct {
	Beta  float64 `doc:"moving rate of the center, all workers together (beta = M alpha); 0: alpha is given" in:"[0,1e30]"`
	Alpha float64 `doc:"moving rate of one worker (alpha = eta rho = beta/M); 0: beta is given" in:"[0,1e30]"`
}

// published is the moving rate of the paper's experiments.
var published = Elastic{Beta: .9}

// alpha is the moving rate among so many workers.
func (c Elastic) alpha(workers int) float64 {
	if c.Alpha != 0 {
		return c.Alpha
	}
	return c.Beta / float64(workers)
}

var _ params.Validator = Elastic{}

// Validate wants beta or alpha.
func (c Elastic) Validate() error {
	if (c.Alpha == 0) == (c.Beta == 0) {
		return params.Errorf("beta", "give beta or alpha, exactly one and above 0")
	}
	return nil
}

// elastic is embedded by the workers of AEASGD and EAMSGD: the exchange of algorithms 1 and 2,
// which comes before step t if w | t,
//
//	x <- x_i;  x_i <- x_i - alpha (x - c);  c <- c + alpha (x - c),
//
// and leaves the next gradient to be taken at x, the copy made before the move. At t = 0, where x_i
// = c, it is skipped.
type elastic[F vec.Float] struct {
	alpha  F
	window int
	atomic bool
	t      int
	x      []F // x_i
	pre    []F // x
	moved  bool
	born   bool
}

func newElastic[F vec.Float](e Env[F], c Elastic, window int, exchange string) elastic[F] {
	d := len(e.X0)
	return elastic[F]{alpha: F(c.alpha(e.Workers)), window: window, atomic: exchange == "atomic", x: make([]F, d), pre: make([]F, d)}
}

// copy is x of the equations: where x_i was before the elastic move, if there just was one.
func (w *elastic[F]) copy() []F {
	if w.moved {
		return w.pre
	}
	return w.x
}

// Variable is x_i: the elastic move and the look-ahead of EAMSGD are in what the next gradient is
// taken at, or not yet.
func (w *elastic[F]) Variable() []F { return w.x }

// Horizon: the steps until w | t.
func (w *elastic[F]) Horizon() int { return w.window - w.t%w.window }

// next ends a step; g is the buffer for a push.
func (w *elastic[F]) next(g []F) Action {
	w.moved = false
	w.t++
	switch {
	case w.t%w.window != 0:
		return Compute
	case w.atomic: // x_i: the server makes c <- c + alpha (x_i - c) of it
		copy(g, w.x)
		return Exchange | ReadOld
	}
	return Pull | Wait
}

// Receive takes c. Two messages: d = alpha (x - c) goes back at once and is added whatever c has
// become by then.
func (w *elastic[F]) Receive(c []F) Action {
	if !w.born {
		w.born = true
		copy(w.x, c)
		return Compute
	}
	copy(w.pre, w.x) // x <- x_i
	w.moved = true
	vec.Elastic(w.x, c, c, w.alpha) // d = alpha (x - c);  x_i <- x_i - d
	if w.atomic {
		return Compute
	}
	return Push // c <- c + d
}

// attracted is the server of the atomic exchange, which is sent x_i: c <- c + alpha (x_i - c).
type attracted[F vec.Float] struct {
	alpha F
	broadcast[F]
}

var _ Versioner[float32] = (*attracted[float32])(nil)

func (s *attracted[F]) Apply(m Message[F]) Verdict { return s.ApplyTo(s.x, m) }

// ApplyTo implements Versioner.
func (s *attracted[F]) ApplyTo(next []F, m Message[F]) Verdict {
	vec.LerpTo(next, s.x, s.alpha, m.Vec) // c <- c + alpha (x_i - c)
	s.x = next
	return Applied
}

// elasticServer completes a strategy with the server of the exchange.
func elasticServer[F vec.Float](s Strategy[F], c Elastic, exchange string) Strategy[F] {
	s.Elementwise, s.Trails, s.Keeps = true, true, true
	if exchange == "atomic" {
		s.Server = func(e Env[F]) Server[F] { return &attracted[F]{F(c.alpha(e.Workers)), newBroadcast(e)} }
		return s
	}
	s.Server = newAdder[F] // c <- c + d
	s.Combine = Sum        // simultaneous moves add up: c <- c + alpha sum_i (x_i - c)
	return s
}
