package optimizers

import "staleness/nets/vec"

// PlainSGD is x <- x - rate g.
type PlainSGD struct {
	Rate float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Decay
}

func (PlainSGD) LocalOptimizer() {}

type plainSGD[F vec.Float] struct {
	forgetful[F]
	PlainSGD
}

var _ Outward[float32] = (*plainSGD[float32])(nil)

func newPlainSGD[F vec.Float](c PlainSGD, _ int) Rule[F] { return &plainSGD[F]{PlainSGD: c} }

func (r *plainSGD[F]) Step(x, g []F, sched float64) {
	eta := r.Rate * sched
	shrink(r.Decay, x, eta) // x <- (1 - eta decay) x
	vec.Axpy(x, -F(eta), g) // x <- x - eta g
}

// StepTo implements Outward.
func (r *plainSGD[F]) StepTo(dst, x, g []F, sched float64) { vec.AxpyTo(dst, -F(r.Rate*sched), g, x) }

// plainRate is the rate of the next step if that is x <- x - rate g and no more.
func plainRate[F vec.Float](r Rule[F], sched float64) (rate F, ok bool) {
	p, ok := r.(*plainSGD[F])
	if !ok || p.Decay != (Decay{}) {
		return 0, false
	}
	return F(p.Rate * sched), true
}

func init() {
	RegisterRule("sgd", "plain stochastic gradient descent", "Robbins & Monro 1951", PlainSGD{Rate: .1}, newPlainSGD[float32], newPlainSGD[float64])
}
