package nets

import (
	"math/rand/v2"

	"staleness/nets/vec"
)

// A Problem is f(x) = 1/N sum f_i(x). Grad is pure: it depends on x and batch alone, and may be
// called concurrently, each caller with a workspace of its own.
type Problem[F vec.Float] interface {
	Dim() int // length of x
	Len() int // N, the number of samples in the training part
	// writes a starting point, with the same bits on every machine: uniform draws only
	Init(x []F, r *rand.Rand)
	// Grad overwrites grad with the gradient of the mean loss over the samples in batch and returns
	// that mean. It resets the workspace, and allocates nothing once that has seen a batch of that
	// size.
	Grad(ws *Workspace[F], grad, x []F, batch []int) (loss float64)
}

// A Stepper can take a plain step at the gradient g without writing g down: in one pass over the
// parameters, where Grad and an update make three. With base nil,
//
//	dst <- x - rate g, and else
//	dst <- (x - rate g) - base,
//
// with the bits that Grad, then vec.Axpy on a copy of x by -rate, then vec.Sub of base, give; and
// so the loss, which is Grad's. All three are of length Dim. dst may be x or base themselves, and
// base may be x; else x and base are only read. It is as pure as Grad is.
type Stepper[F vec.Float] interface {
	Step(ws *Workspace[F], dst, x, base []F, rate F, batch []int) (loss float64)
}

// A Workspace is the scratch memory of one goroutine, for any problem: Reset, then take what the
// call needs. It grows to the largest call it has seen and allocates nothing after that. The zero
// value is ready.
type Workspace[F vec.Float] struct {
	floats arena[F]
	wide   arena[float64]
	ints   arena[int]
}

// Reset takes back everything that was handed out.
func (w *Workspace[F]) Reset() { w.floats.reset(); w.wide.reset(); w.ints.reset() }

// Vec hands out n elements, dirty, valid until the next Reset.
func (w *Workspace[F]) Vec(n int) []F { return w.floats.take(n) }

// Float64s and Ints are Vec for the other types.
func (w *Workspace[F]) Float64s(n int) []float64 { return w.wide.take(n) }
func (w *Workspace[F]) Ints(n int) []int         { return w.ints.take(n) }

// A mark is how much of a workspace was handed out at some time.
type mark struct{ floats, wide, ints int }

func (w *Workspace[F]) mark() mark { return mark{w.floats.used, w.wide.used, w.ints.used} }

// release takes back what was handed out since.
func (w *Workspace[F]) release(m mark) {
	w.floats.used, w.wide.used, w.ints.used = m.floats, m.wide, m.ints
}

// An arena hands out pieces of one slice; what did not fit is allocated apart once and makes the
// slice larger next time.
type arena[T any] struct {
	mem  []T
	used int
	most int // that was used at once
}

func (a *arena[T]) take(n int) []T {
	lo := a.used
	a.used += n
	a.most = max(a.most, a.used)
	if a.used > len(a.mem) {
		return make([]T, n)
	}
	return a.mem[lo:a.used:a.used]
}

func (a *arena[T]) reset() {
	if a.most > len(a.mem) {
		a.mem = make([]T, a.most)
	}
	a.used = 0
}

// A Part is one of the disjoint parts of a data set.
type Part uint8

const (
	Train Part = iota
	Validation
	Test
)

// Sums are losses and hits added up over samples; those of two ranges add.
type Sums struct {
	Samples int
	Loss    float64 // sum of the samples' losses, without l2
	Correct int     // rightly classified; meaningful if the problem classifies
}

// An Evaluator can be measured on its parts. Evaluate is pure and concurrent like Grad; the driver
// adds ranges of a fixed size in a fixed order, so the sum does not depend on who computed what.
type Evaluator[F vec.Float] interface {
	PartLen(p Part) int // 0: there is none
	Evaluate(ws *Workspace[F], x []F, p Part, lo, hi int) Sums
	Classifies() bool
}

// A Regularized problem has a term in f that no sample carries: l2/2 |x|^2 without biases.
type Regularized[F vec.Float] interface{ Penalty(x []F) float64 }

// A Noisy problem's gradients carry noise (gradient noise, dropout) that Evaluate and Value do not:
// they agree in the mean only.
type Noisy interface{ Noisy() bool }

// A Solved problem knows its minimum.
type Solved[F vec.Float] interface {
	// x nil where only the value is known, f NaN where not even that; read-only
	Minimum() (x []F, f float64)
	Value(ws *Workspace[F], x []F) float64 // f(x) exactly: all samples, or the expectation
}

// A Smooth problem knows its constants: mu <= curvature <= L. mu is below 0, and not below -L,
// where f is not convex.
type Smooth interface{ Curvature() (mu, l float64) }

// A Predictor gives class probabilities: row j of dst (classes wide) for sample lo+j of part p.
type Predictor[F vec.Float] interface {
	Classes() int
	Predict(ws *Workspace[F], dst []F, x []F, p Part, lo, hi int)
	Label(p Part, i int) int
}
