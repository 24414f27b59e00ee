package nets

import (
	"sync"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// Softmax is multinomial logistic regression: a weight per feature and class, a bias per class,
// mean cross-entropy, l2/2 |weights|^2. It is convex and starts at 0.
type Softmax struct {
	WithData
	L2 float64 `doc:"l2/2 |weights|^2 is part of f, without the biases" in:"[0,1e30]"`
}

func init() {
	Register("softmax", "multinomial logistic regression; L known", "",
		Softmax{WithData: onData("float32")}, newSoftmax[float32], newSoftmax[float64])
}

func newSoftmax[F vec.Float](c Softmax, e Env) (Problem[F], error) {
	d, err := loadDataset[F](c.Options, data.Classify, e)
	if err != nil {
		return nil, err
	}
	p := &softmax[F]{network: newNetwork(d, c.L2, Transform[F](&dense[F]{in: d.train().Features(), out: len(d.train().Classes), act: None, zero: true}))}
	p.smooth = sync.OnceValue(p.largest)
	return p, nil
}

// softmax adds its smoothness to a network of one layer.
type softmax[F vec.Float] struct {
	*network[F]
	smooth func() float64
}

var (
	_ Problem[float32]     = (*softmax[float32])(nil)
	_ Evaluator[float32]   = (*softmax[float32])(nil)
	_ Predictor[float32]   = (*softmax[float32])(nil)
	_ Regularized[float32] = (*softmax[float32])(nil)
	_ Smooth               = (*softmax[float32])(nil)
	_ Stepper[float32]     = (*softmax[float32])(nil)
	_ Noisy                = (*softmax[float32])(nil)
)

// Curvature implements Smooth. The Hessian of cross-entropy by the scores is diag(p) - pp' <= 1/2,
// so L is half the largest eigenvalue of a'a/N, a with a 1 for the bias, plus l2. mu is 0: adding a
// constant to all biases changes nothing.
func (p *softmax[F]) Curvature() (mu, l float64) { return 0, p.smooth() }

func (p *softmax[F]) largest() float64 {
	half := &convexLinear[F]{linear: newLinear(p.dataset, half{}, 0, true, func(*data.Set[F], int) float64 { return 0 })}
	_, l := half.Curvature()
	return l + p.l2
}

// half is a link that serves for its bend alone.
type half struct{ squared }

func (half) bounds() (least, most float64) { return 0, .5 }
