package nets

import (
	"math"

	"staleness/internal/params"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// Logistic is f(x) = 1/N sum log(1 + exp(-y_i a_i.x)) + l2/2 |x|^2, y_i = 1 for the second of the
// two classes and -1 for the first.
type Logistic struct {
	WithData
	L2        float64 `doc:"l2/2 |x|^2 is part of f, without the intercept; mu = l2" in:"[0,1e30]"`
	Intercept bool    `doc:"one more variable, added to every a.x"`
}

func init() {
	Register("logistic", "f(x) = 1/N sum log(1 + exp(-y a.x)) + l2/2 |x|^2 for two classes; minimum and curvature known", "",
		Logistic{WithData: onData("float64")}, newLogistic[float32], newLogistic[float64])
}

func newLogistic[F vec.Float](c Logistic, e Env) (Problem[F], error) {
	d, err := loadDataset[F](c.Options, data.Classify, e)
	if err != nil {
		return nil, err
	}
	p, err := newLogit(d, c.L2, c.Intercept, "logistic")
	if err != nil {
		return nil, err
	}
	return &logistic[F]{p, twoClasses[F]{p.linear}}, nil
}

// newLogit is the linear problem that logistic regression is.
func newLogit[F vec.Float](d dataset[F], l2 float64, intercept bool, kind string) (*convexLinear[F], error) {
	if n := len(d.train().Classes); n != 2 {
		return nil, params.Errorf("data", "%s has %d classes, %s takes 2; softmax takes any number", d.train().Name, n, kind)
	}
	target := func(s *data.Set[F], i int) float64 { return float64(2*s.Labels[i] - 1) }
	return &convexLinear[F]{linear: newLinear(d, logit{}, l2, intercept, target)}, nil
}

// logistic adds predictions to its linear problem.
type logistic[F vec.Float] struct {
	*convexLinear[F]
	twoClasses[F]
}

var (
	_ Problem[float32]     = logistic[float32]{}
	_ Evaluator[float32]   = logistic[float32]{}
	_ Predictor[float32]   = logistic[float32]{}
	_ Regularized[float32] = logistic[float32]{}
	_ Solved[float32]      = logistic[float32]{}
	_ Smooth               = logistic[float32]{}
)

// twoClasses predicts the classes of logistic regression.
type twoClasses[F vec.Float] struct{ p *linear[F] }

// Classes implements Predictor.
func (c twoClasses[F]) Classes() int { return 2 }

// Predict implements Predictor.
func (c twoClasses[F]) Predict(ws *Workspace[F], dst []F, x []F, part Part, lo, hi int) {
	p := c.p
	set := p.parts[part]
	room := p.oneRow(ws, set)
	for i := lo; i < hi; i++ {
		z := p.score(p.sample(set, room, i), x)
		dst[2*(i-lo)], dst[2*(i-lo)+1] = F(sigmoid(-z)), F(sigmoid(z))
	}
}

// logit is the link of logistic regression.
type logit struct{}

func (logit) at(score, target float64) (loss, slope, bend float64) {
	z := float64(score * target)
	e := vec.Exp(-math.Abs(z))
	likely, unlikely := 1/(1+e), e/(1+e) // probabilities of the two classes
	loss = vec.Log1p(e)
	if z < 0 {
		return loss - z, -target * likely, likely * unlikely
	}
	return loss, -target * unlikely, likely * unlikely
}

func (logit) bounds() (least, most float64) { return 0, .25 }
func (logit) classifies() bool              { return true }

// sigmoid is 1 / (1 + exp(-z)).
func sigmoid(z float64) float64 {
	e := vec.Exp(-math.Abs(z))
	if z < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}
