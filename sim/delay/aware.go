package delay

import (
	"math"
	"time"

	"staleness/internal/stream"
)

// Never is how long a task takes that does not end.
const Never = time.Duration(math.MinInt64)

// An Aware law looks at more than a stream of its own: at the time, at other workers, at what it
// drew before. Its Draw is one of its durations regardless of all that, the same law in the long
// run.
type Aware interface {
	Law
	// Memory is how many words it remembers of each worker. They are 0 before its first draw.
	Memory() int
	// Next is a draw, or Never. Of t it changes Memory and, for draws are made from it, Own. Draws
	// of one worker come in order: neither Index nor Now falls.
	Next(t *Turn) time.Duration
}

// A Turn is one draw of an Aware law. Like a Rand, a caller on a hot path keeps it on the heap.
type Turn struct {
	Own stream.Rand // the stream that Draw would be given
	// the family of streams of the place where the law stands, for further purposes
	Key           stream.Key
	Worker, Index uint64  // whose draw it is, and the number of the draw: common to all workers
	For           uint64  // at a server: the worker that is served
	Now           int64   // model time at which the task begins, ns
	Times         float64 // the task is so many times what the law is of; 1
	Memory        []uint64
}

// A durationer draws ns, not rounded, at most longest.
type durationer interface{ ns(r *stream.Rand) float64 }

// A nexter does so for a Turn; there +Inf is Never.
type nexter interface{ next(t *Turn) float64 }

// longest stands for all that is longer.
const longest = 1 << 63

// exactly is l as what draws without rounding, if it can.
func exactly(l Law) durationer {
	switch l := l.(type) {
	case durationer:
		return l
	case Inverse:
		return inverted{l}
	}
	return rounded{l}
}

type inverted struct{ of Inverse }

func (l inverted) ns(r *stream.Rand) float64 { return min(l.of.Tail(r.Float64()), longest) }

type rounded struct{ of Law }

func (l rounded) ns(r *stream.Rand) float64 { return float64(l.of.Draw(r)) }

// turning is l as what draws at a Turn, and how many words it remembers.
func turning(l Law) (n nexter, memory int) {
	switch l := l.(type) {
	case Aware:
		if n, ok := l.(nexter); ok {
			return n, l.Memory()
		}
		return foreign{l}, l.Memory()
	}
	return plain{exactly(l)}, 0
}

// foreign is an Aware law that is not of this package.
type foreign struct{ of Aware }

func (l foreign) next(t *Turn) float64 { return fromNever(l.of.Next(t)) }

func fromNever(d time.Duration) float64 {
	if d == Never {
		return math.Inf(1)
	}
	return float64(d)
}

// toNever rounds what next gives.
func toNever(ns float64) time.Duration {
	if math.IsInf(ns, 1) {
		return Never
	}
	return nearest(ns)
}

// plain is a law that is not Aware.
type plain struct{ of durationer }

func (l plain) next(t *Turn) float64 { return min(l.of.ns(&t.Own)*t.Times, longest) }

// Forks says whether a law draws from other streams beside the one that it is given.
func Forks(l Law) bool {
	_, forks := l.(forker)
	return forks
}

type forker interface{ forks() }

// moved lets r be another than it was, so that the next draw from it has other streams beside.
func moved(r *stream.Rand, was stream.Rand) {
	if *r == was {
		r.Uint64()
	}
}

// forked gives l the streams of a purpose of its own, and words of memory from a given one on.
func forked(l nexter, t *Turn, purpose stream.Key, memory []uint64) float64 {
	own, key, all := t.Own, t.Key, t.Memory
	t.Own, t.Key, t.Memory = own.Fork(purpose), key.Fork(purpose), memory
	x := l.next(t)
	t.Own, t.Key, t.Memory = own, key, all
	return x
}

// purpose names what a law draws besides.
func purpose(name string) stream.Key { return stream.NewKey(0, "delay "+name) }

// A Placed Spec has draws of purposes of its own that differ from place to place.
type Placed interface {
	Spec
	// ForPlace is ForWorker with a further key, that of the place where the law stands.
	ForPlace(worker int, key, place stream.Key) Law
}

// At is the law of a worker at a place: of compute times, say. What a law draws once for each
// worker comes from key, and of Placed ones, which have it as one of several things, from place.
func At(s Spec, worker int, key, place stream.Key) Law {
	if p, ok := s.(Placed); ok {
		return p.ForPlace(worker, key, place)
	}
	return s.ForWorker(worker, key)
}
