package nets

import (
	"staleness/nets/data"
	"staleness/nets/vec"
)

// NonconvexLogistic is logistic regression with the regularizer that is not convex,
//
//	f(x) = 1/N sum log(1 + exp(-y_i a_i.x)) + lambda sum_j x_j^2 / (1 + x_j^2),
//
// which leaves an intercept out. The second derivative of its term lies between -lambda/2 (at x_j =
// 1) and 2 lambda (at 0). Its minimum is not known.
type NonconvexLogistic struct {
	WithData
	Lambda    float64 `doc:"weight of the regularizer sum x_j^2 / (1 + x_j^2)" in:"[0,1e30]"`
	Intercept bool    `doc:"one more variable, added to every a.x"`
}

func init() {
	Register("nonconvex-logistic", "f(x) = 1/N sum log(1 + exp(-y a.x)) + lambda sum x_j^2 / (1 + x_j^2) for two classes; curvature known",
		"Antoniadis, Gijbels & Nikolova 2011, Annals of the Institute of Statistical Mathematics 63",
		NonconvexLogistic{WithData: onData("float64"), Lambda: .001}, newNonconvexLogistic[float32], newNonconvexLogistic[float64])
}

func newNonconvexLogistic[F vec.Float](c NonconvexLogistic, e Env) (Problem[F], error) {
	d, err := loadDataset[F](c.Options, data.Classify, e)
	if err != nil {
		return nil, err
	}
	base, err := newLogit(d, 0, c.Intercept, "nonconvex-logistic")
	if err != nil {
		return nil, err
	}
	return &nonconvexLogistic[F]{base.linear, twoClasses[F]{base.linear}, base, c.Lambda}, nil
}

type nonconvexLogistic[F vec.Float] struct {
	*linear[F]
	twoClasses[F]
	convex *convexLinear[F] // the same without the regularizer, for its curvature
	lambda float64
}

var (
	_ Problem[float32]     = (*nonconvexLogistic[float32])(nil)
	_ Evaluator[float32]   = (*nonconvexLogistic[float32])(nil)
	_ Predictor[float32]   = (*nonconvexLogistic[float32])(nil)
	_ Regularized[float32] = (*nonconvexLogistic[float32])(nil)
	_ Smooth               = (*nonconvexLogistic[float32])(nil)
)

// Grad implements Problem.
func (p *nonconvexLogistic[F]) Grad(ws *Workspace[F], grad, x []F, batch []int) (loss float64) {
	loss = p.linear.Grad(ws, grad, x, batch)
	for j, v := range x[:p.train().Features()] {
		over := 1 + float64(float64(v)*float64(v))
		grad[j] += F(2 * p.lambda * float64(v) / (over * over))
	}
	return loss + p.Penalty(x)
}

// Penalty implements Regularized.
func (p *nonconvexLogistic[F]) Penalty(x []F) float64 {
	sum := 0.
	for _, v := range x[:p.train().Features()] {
		square := float64(float64(v) * float64(v))
		sum += square / (1 + square)
	}
	return float64(p.lambda * sum)
}

// Curvature implements Smooth.
func (p *nonconvexLogistic[F]) Curvature() (mu, l float64) {
	_, l = p.convex.Curvature()
	return -p.lambda / 2, l + float64(2*p.lambda)
}
