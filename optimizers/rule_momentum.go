package optimizers

import "staleness/nets/vec"

// HeavyBall is v <- momentum v - rate g, x <- x + v, as Keras has it: a schedule acts on what g
// adds, and v goes on at the rates that made it. PyTorch's v <- momentum v + g, x <- x - rate v
// slows down at once.
type HeavyBall struct {
	Rate     float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Momentum float64 `doc:"momentum (delta)" in:"[0,1)"`
	Decay
}

func (HeavyBall) LocalOptimizer() {}

type heavyBall[F vec.Float] struct {
	HeavyBall
	v []F
}

var _ Outward[float32] = (*heavyBall[float32])(nil)

func newHeavyBall[F vec.Float](c HeavyBall, dim int) Rule[F] { return &heavyBall[F]{c, make([]F, dim)} }

func (r *heavyBall[F]) Step(x, g []F, sched float64) {
	shrink(r.Decay, x, r.Rate*sched)
	r.StepTo(x, x, g, sched)
}

// StepTo implements Outward.
func (r *heavyBall[F]) StepTo(dst, x, g []F, sched float64) {
	// v <- momentum v - rate g;  x <- x + v
	vec.MomentumTo(dst, x, r.v, g, F(r.Momentum), F(r.Rate*sched))
}

func (r *heavyBall[F]) Memory() [][]F { return [][]F{r.v} }
func (r *heavyBall[F]) Reset()        { clear(r.v) }

func init() {
	RegisterRule("momentum", "heavy ball", "Polyak 1964", HeavyBall{Rate: .1, Momentum: .9}, newHeavyBall[float32], newHeavyBall[float64])
}
