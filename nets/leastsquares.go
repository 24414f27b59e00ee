package nets

import (
	"staleness/nets/data"
	"staleness/nets/vec"
)

// LeastSquares is f(x) = 1/N sum 1/2 (a_i.x - b_i)^2 + l2/2 |x|^2.
type LeastSquares struct {
	WithData
	L2        float64 `doc:"l2/2 |x|^2 is part of f, without the intercept" in:"[0,1e30]"`
	Intercept bool    `doc:"one more variable, added to every a.x"`
}

// Regresses says that the data have targets.
func (LeastSquares) Regresses() bool { return true }

func init() {
	Register("least-squares", "f(x) = 1/N sum 1/2 (a.x - b)^2 + l2/2 |x|^2; minimum and curvature known", "",
		LeastSquares{WithData: onData("float64")}, newLeastSquares[float32], newLeastSquares[float64])
}

func newLeastSquares[F vec.Float](c LeastSquares, e Env) (Problem[F], error) {
	d, err := loadDataset[F](c.Options, data.Regress, e)
	if err != nil {
		return nil, err
	}
	target := func(s *data.Set[F], i int) float64 { return s.Targets[i] }
	return &convexLinear[F]{linear: newLinear(d, squared{}, c.L2, c.Intercept, target)}, nil
}

// squared is the link of least squares.
type squared struct{}

func (squared) at(score, target float64) (loss, slope, bend float64) {
	r := score - target
	return r * r / 2, r, 1
}

func (squared) bounds() (least, most float64) { return 1, 1 }
func (squared) classifies() bool              { return false }
