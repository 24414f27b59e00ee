package delay

import (
	"math"
	"strconv"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
)

func init() {
	laws.Beside(Beside{},
		func(config, keys any) any { return Composed{config.(Spec), keys.(Beside)} },
		func(config any) (inner, keys any, ok bool) {
			c, ok := config.(Composed)
			return c.Law, c.Beside, ok
		})
}

// Beside are the keys that every law takes beside its own, in the order in which they act.
type Beside struct {
	Correlation *float64       `doc:"of successive draws of one worker, in normal scores, r in z_k = r z_{k-1} + sqrt(1-r^2) e_k: slowness lasts, then passes; the law of a single draw is unchanged" in:"(-1,1)"`
	Common      *float64       `doc:"share of the score's variance that all workers have in common at one index: slowness that all share" in:"[0,1]"`
	Noise       *Factor        `doc:"times a factor for each draw"`
	Worker      *Factor        `doc:"times a factor for each worker, drawn once"`
	Scale       *float64       `doc:"times this" in:"(0,1e9]"`
	Shift       *time.Duration `doc:"plus this; what falls below 0 is 0"`
	Min         *time.Duration `doc:"at least this" in:"[0,)"`
	Max         *time.Duration `doc:"at most this" in:"[0,)"`
}

// Composed is a law with keys beside its own.
type Composed struct {
	Law Spec `key:"-"`
	Beside
}

var _ Placed = Composed{}

// Validate refuses what cannot be composed.
func (c Composed) Validate() error {
	if c.Min != nil && c.Max != nil && *c.Min > *c.Max {
		return &params.Error{Path: "min", Value: `"` + c.Min.String() + `"`, Problem: "is above max", Allowed: "at most " + c.Max.String()}
	}
	if key := c.serial(); key != "" && !c.invertible() {
		name := "this law"
		if e, ok := laws.Of(c.Law); ok {
			name = strconv.Quote(e.Name)
		}
		return params.Errorf(key, "cannot act on %s, which does not invert a uniform number for each draw: give the key to its noise, or to the laws that it is made of, or take another law", name)
	}
	if c.Worker != nil && isAware(c.Worker.Of) {
		return params.Errorf("worker", "is drawn once for each worker, so nothing of it can be correlated, or change with time; take a law without such keys, or give it as noise")
	}
	if c.Noise != nil && isTimed(c.Noise.Of) {
		return params.Errorf("noise", "is a law of factors: one of work that takes time, such as markov or speed, gives none")
	}
	return nil
}

// serial is the first key given that acts on normal scores, or "".
func (c Composed) serial() string {
	switch {
	case c.Correlation != nil:
		return "correlation"
	case c.Common != nil:
		return "common"
	}
	return ""
}

// invertible says whether each draw of the law inverts one uniform number.
func (c Composed) invertible() bool {
	if f, ok := c.Law.(interface{ invertible() bool }); ok {
		return f.invertible()
	}
	l := c.Law.ForWorker(0, 0)
	_, aware := l.(Aware)
	_, ok := AsInverse(l)
	return ok && !aware
}

// IsAware says whether the laws of a Spec are Aware.
func IsAware(s Spec) bool { return isAware(s) }

// isAware says whether a law looks at more than its stream.
func isAware(s Spec) bool {
	if a, ok := s.(interface{ aware() bool }); ok {
		return a.aware()
	}
	_, ok := s.ForWorker(0, 0).(Aware)
	return ok
}

// isTimed says whether a law, or one that it is made of, goes by model time.
func isTimed(s Spec) bool {
	t, ok := s.(interface{ timed() bool })
	return ok && t.timed()
}

func (c Composed) aware() bool {
	serial := c.Correlation != nil && *c.Correlation != 0 || c.Common != nil && *c.Common != 0
	return serial || isAware(c.Law) || c.Noise != nil && isAware(c.Noise.Of)
}

func (c Composed) timed() bool { return isTimed(c.Law) }

var noisePurpose, workerPurpose = purpose("noise"), purpose("worker")

// ForWorker implements Spec.
func (c Composed) ForWorker(worker int, key stream.Key) Law { return c.ForPlace(worker, key, key) }

// ForPlace draws a worker's factor from place, for a purpose of its own, so that it moves nothing
// else.
func (c Composed) ForPlace(worker int, key, place stream.Key) Law {
	l := composed{of: At(c.Law, worker, key, place), times: 1, most: math.Inf(1)}
	if r, common := value(c.Correlation), value(c.Common); r != 0 || common != 0 {
		inverse, ok := AsInverse(l.of)
		if !ok {
			panic("delay: a law without an inverse is correlated; params.Check refuses it")
		}
		l.of = newCorrelated(inverse, r, common)
	}
	if c.Noise != nil {
		l.noise = c.Noise.forWorker(worker, place.Fork(noisePurpose))
	}
	if c.Worker != nil {
		sub := place.Fork(workerPurpose)
		r := sub.At(uint64(worker), 1)
		l.times = exactly(c.Worker.forWorker(worker, sub)).ns(&r) / unit
	}
	if c.Scale != nil {
		l.times = float64(l.times * *c.Scale)
	}
	l.times = min(l.times, longest)
	if c.Shift != nil {
		l.shift = float64(*c.Shift)
	}
	if c.Min != nil {
		l.least = float64(*c.Min)
	}
	if c.Max != nil {
		l.most = float64(*c.Max)
	}
	return l.law()
}

func value(x *float64) float64 {
	if x == nil {
		return 0
	}
	return *x
}

// composed is a law of max(least, min(most, draw * noise * times + shift)).
type composed struct {
	of, noise          Law // noise: of factors, or nil
	times              float64
	shift, least, most float64 // ns

	draw, factor durationer // of and noise
}

// law makes the law draw, in the simplest way that there is.
func (l composed) law() Law {
	l.draw = exactly(l.of)
	if l.noise != nil {
		l.factor = exactly(l.noise)
	}
	a := awareComposed{composed: l}
	_, first := l.of.(Aware)
	_, second := l.noise.(Aware)
	switch {
	case !first && !second && l.noise == nil && !Forks(l.of):
		return &l
	case !first && !second:
		return &forkingComposed{l}
	}
	a.turns, a.words = turning(l.of)
	if l.noise != nil {
		a.factors, a.more = turning(l.noise)
	}
	return &a
}

func (l *composed) Draw(r *stream.Rand) time.Duration { return nearest(l.ns(r)) }

// ns draws noise from a stream beside r, so that it moves no other draw.
func (l *composed) ns(r *stream.Rand) float64 {
	beside := *r
	x := l.draw.ns(r)
	if l.factor != nil {
		after := *r
		*r = beside.Fork(noisePurpose)
		x *= l.factor.ns(r) / unit
		*r = after
		moved(r, beside)
	}
	return l.finish(x, 1)
}

// forkingComposed is a composed law that draws noise, or of a law that forks.
type forkingComposed struct{ composed }

func (*forkingComposed) forks() {}

// finish does what is not drawn, for a task of so many times.
func (l *composed) finish(x, times float64) float64 {
	x = float64(x*l.times) + float64(l.shift*times)
	if x > l.most*times { // infinite times 0 is not
		x = l.most * times
	}
	return min(max(x, l.least*times), longest)
}

// awareComposed is a composed law of which something is Aware.
type awareComposed struct {
	composed
	turns, factors nexter
	words, more    int // of their memory
}

var _ Aware = (*awareComposed)(nil)

func (*awareComposed) forks() {}

func (l *awareComposed) Memory() int                { return l.words + l.more }
func (l *awareComposed) Next(t *Turn) time.Duration { return toNever(l.next(t)) }

func (l *awareComposed) next(t *Turn) float64 {
	all := t.Memory
	beside := t.Own
	t.Memory = all[:l.words]
	x := l.turns.next(t)
	t.Memory = all
	times := t.Times
	noise := 1.0
	if l.factors != nil { // drawn even where x is infinite, for it may remember
		t.Own, t.Times = beside, 1
		noise = forked(l.factors, t, noisePurpose, all[l.words:]) / unit
		t.Times = times
	}
	if math.IsInf(x, 1) {
		return l.most * times
	}
	return l.finish(x*noise, times)
}
