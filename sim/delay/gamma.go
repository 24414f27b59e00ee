package delay

import (
	"math"
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

func init() {
	Register("gamma", "gamma: times of real machines; cv = 1 is exponential", "", Gamma{CV: 0.2})
}

// Gamma is the gamma law of shape 1/cv² and scale m cv², drawn as by G. Marsaglia and W. W. Tsang,
// A simple method for generating gamma variables, ACM TOMS 26 (2000) 363-372: about 2.1 uniform
// numbers a draw, so gamma laws are not coupled to others.
type Gamma struct {
	Mean time.Duration `doc:"the mean m" in:"(0,)" required:""`
	CV   float64       `doc:"standard deviation over mean" in:"0|[1e-6,100]"`
}

func (g Gamma) ForWorker(int, stream.Key) Law { return newGamma(float64(g.Mean), g.CV) }

// gamma draws scale*v, with v by Marsaglia and Tsang for shape d + 1/3.
type gamma struct {
	mean, cv float64 // mean in ns
	scale    float64
	d, c     float64
	boost    float64 // for shapes below 1: the power of a further uniform number; 0: none
}

func newGamma(mean, cv float64) Law {
	if cv == 0 {
		return constant(nearest(mean))
	}
	l := gamma{mean: mean, cv: cv, scale: mean * cv * cv}
	shape := 1 / (cv * cv)
	if shape < 1 {
		l.boost = cv * cv // gamma(shape) = gamma(shape + 1) u^(1/shape)
		shape++
	}
	l.d = shape - 1./3
	l.c = 1 / math.Sqrt(9*l.d)
	return l
}

func (l gamma) Draw(r *stream.Rand) time.Duration { return nearest(l.ns(r)) }

func (l *gamma) ns(r *stream.Rand) float64 {
	for {
		x := vec.NormQuantile(r.Float64())
		v := 1 + float64(l.c*x)
		if v <= 0 {
			continue
		}
		v = float64(v * v * v) // converted, lest it be fused below
		u := r.Float64()
		x2 := x * x
		if u >= 1-float64(0.0331*x2*x2) && vec.Log(u) >= float64(0.5*x2)+float64(l.d*(1-v+vec.Log(v))) {
			continue
		}
		g := l.scale * l.d * v
		if l.boost > 0 {
			g *= vec.Pow(r.Float64(), l.boost)
		}
		return g
	}
}

func (l gamma) Mean() float64 { return l.mean / 1e9 }
func (l gamma) CV() float64   { return l.cv }
