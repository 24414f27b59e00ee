package delay

// An Inverse law turns one uniform number into a duration: Draw is Nearest(Tail(u)) of the next u
// of its stream.
type Inverse interface {
	Law
	// Tail is the time, ns and not rounded, that is exceeded with probability u in (0, 1): the
	// quantile at 1 - u. It never rises with u.
	Tail(u float64) float64
}

// A Distribution is a law in closed form. Times are in ns, not rounded.
type Distribution interface {
	Law
	CDF(t float64) float64        // the probability of at most t
	LogDensity(t float64) float64 // of the density per ns; -Inf where there is none
}

var (
	_ Inverse = shiftedExponential{}
	_ Inverse = halfNormal{}
	_ Inverse = lognormal{}
	_ Inverse = pareto{}
	_ Inverse = straggler{}
	_ Inverse = uniform{}
	_ Inverse = weibull{}

	_ Distribution = gamma{}
	_ Distribution = halfNormal{}
	_ Distribution = lognormal{}
	_ Distribution = pareto{}
	_ Distribution = shiftedExponential{}
	_ Distribution = uniform{}
	_ Distribution = weibull{}
)

// AsInverse is the law of the same durations by inversion, if there is one: the law itself, or for
// a gamma law one that draws them so.
func AsInverse(l Law) (Inverse, bool) {
	switch l := l.(type) {
	case Inverse:
		return l, true
	case interface{ inverse() Inverse }:
		return l.inverse(), true
	}
	return nil, false
}

// step is the distribution function of a law that is always at.
func step(t, at float64) float64 {
	if t < at {
		return 0
	}
	return 1
}
