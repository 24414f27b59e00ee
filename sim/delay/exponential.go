package delay

import (
	"math"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/vec"
)

func init() {
	Register("exponential", "exponential: without memory, so that staleness is geometric", "", Exponential{})
	Register("shifted-exponential", "a shift plus an exponential of mean - shift", "", ShiftedExponential{})
}

// Exponential is the exponential law: -m ln u.
type Exponential struct {
	Mean time.Duration `doc:"the mean m" in:"(0,)" required:""`
}

func (e Exponential) ForWorker(int, stream.Key) Law { return shiftedExponential{0, float64(e.Mean)} }

// ShiftedExponential is d + Exp(m-d): a least time, and a tail. Its cv is (m-d)/m. One of Shift and
// CV may be given; with neither, cv is 0.5.
type ShiftedExponential struct {
	Mean  time.Duration  `doc:"the mean m, shift included" in:"(0,)" required:""`
	Shift *time.Duration `doc:"the least time d, at most the mean; or give cv" in:"[0,)"`
	CV    *float64       `doc:"(m - d)/m; or give shift; 0.5 without either" in:"[0,1]"`
}

// Validate checks what concerns both keys.
func (e ShiftedExponential) Validate() error {
	switch {
	case e.Shift != nil && e.CV != nil:
		return &params.Error{Path: "shift", Value: `"` + e.Shift.String() + `"`, Problem: "is given together with cv, which it determines", Allowed: "give one of them"}
	case e.Shift != nil && *e.Shift > e.Mean:
		return &params.Error{Path: "shift", Value: `"` + e.Shift.String() + `"`, Problem: "is above the mean", Allowed: "at most " + e.Mean.String()}
	}
	return nil
}

var _ params.Validator = ShiftedExponential{}

func (e ShiftedExponential) ForWorker(int, stream.Key) Law {
	m := float64(e.Mean)
	if e.Shift != nil {
		return shiftedExponential{float64(*e.Shift), m - float64(*e.Shift)}
	}
	cv := 0.5
	if e.CV != nil {
		cv = *e.CV
	}
	return shiftedExponential{m * (1 - cv), m * cv}
}

type shiftedExponential struct{ shift, tail float64 } // ns

func (l shiftedExponential) Draw(r *stream.Rand) time.Duration {
	return nearest(l.Tail(r.Float64()))
}

func (l shiftedExponential) Tail(u float64) float64 { return l.shift - float64(l.tail*vec.Log(u)) }

func (l shiftedExponential) CDF(t float64) float64 {
	switch {
	case t < l.shift:
		return 0
	case l.tail == 0:
		return 1
	}
	return -vec.Expm1((l.shift - t) / l.tail)
}

func (l shiftedExponential) LogDensity(t float64) float64 {
	if t < l.shift || l.tail == 0 {
		return math.Inf(-1)
	}
	return (l.shift-t)/l.tail - vec.Log(l.tail)
}

func (l shiftedExponential) Mean() float64 { return (l.shift + l.tail) / 1e9 }
func (l shiftedExponential) CV() float64   { return l.tail / (l.shift + l.tail) }
