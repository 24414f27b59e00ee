package nets

import (
	"context"
	"fmt"
	"math"

	"staleness/nets/vec"
)

// convexLinear is a linear problem whose minimum and curvature are computed.
type convexLinear[F vec.Float] struct {
	*linear[F]
	// Pure functions of the data, computed when first asked for.
	solved lazy[minimum]
	curved lazy[interval]
}

var (
	_ Solved[float32] = (*convexLinear[float32])(nil)
	_ Smooth          = (*convexLinear[float32])(nil)
	_ Preparer        = (*convexLinear[float32])(nil)
)

type minimum struct {
	x     []float64 // nil: not attained, not unique or not known
	value float64   // NaN: not known
}

type interval struct{ least, most float64 }

// Minimum implements Solved. x is nil where the minimum is not attained or not unique, f NaN where
// there are too many features to solve for.
func (p *convexLinear[F]) Minimum() (x []F, f float64) {
	m, _ := p.solved.get(context.Background(), p.minimize)
	if m.x == nil {
		return nil, m.value
	}
	x = make([]F, len(m.x))
	for j, v := range m.x {
		x[j] = F(v)
	}
	return x, m.value
}

// Curvature implements Smooth: the extreme eigenvalues of a'a/N times phi's bounds, plus l2.
func (p *convexLinear[F]) Curvature() (mu, l float64) {
	c, _ := p.curved.get(context.Background(), p.extremes)
	return c.least, c.most
}

// Prepare implements Preparer.
func (p *convexLinear[F]) Prepare(ctx context.Context) error {
	_, err := p.solved.get(ctx, p.minimize)
	return err
}

// Preparation implements Preparer: every step of Newton's method makes a matrix of all samples and
// factors it.
func (p *convexLinear[F]) Preparation() (what string, operations float64) {
	n := float64(p.Dim())
	if n > mostSolved {
		return "", 0
	}
	return fmt.Sprintf("the exact minimum of %d variables on %d samples", p.Dim(), p.Len()), 10 * n * n * (2*float64(p.Len()) + n)
}

// rows calls f with every training row in float64, an intercept's 1 appended.
func (p *convexLinear[F]) rows(ctx context.Context, f func(i int, row []float64)) error {
	t := p.train()
	row, room := make([]float64, p.Dim()), make([]F, t.Features())
	row[len(row)-1] = 1 // the intercept's, or overwritten
	for i := range t.Len() {
		if i%gramBlock == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for j, v := range t.Rows(room, i, i+1) {
			row[j] = float64(v)
		}
		f(i, row)
	}
	return nil
}

// mostSolved is the number of variables up to which minima and eigenvalues are computed.
const mostSolved = 4096

// hessian is sum_i bend_i a_i a_i' / N + l2 without the intercept, a full square.
func (p *convexLinear[F]) hessian(ctx context.Context, bend func(i int) float64) (square, error) {
	g := newGram(p.Dim())
	if err := p.rows(ctx, func(i int, row []float64) { g.add(row, bend(i)) }); err != nil {
		return square{}, err
	}
	h := g.matrix(1 / float64(p.Len()))
	for j := range p.train().Features() {
		h.a[j*h.n+j] += p.l2
	}
	return h, nil
}

// spectrum is the extreme eigenvalues of the Hessian.
func (p *convexLinear[F]) spectrum(ctx context.Context, bend func(i int) float64) (least, most float64, err error) {
	h, err := p.hessian(ctx, bend)
	if err != nil {
		return 0, 0, err
	}
	return h.extremes(ctx)
}

func (p *convexLinear[F]) extremes(ctx context.Context) (interval, error) {
	least, most := p.phi.bounds()
	if p.Dim() > mostSolved {
		// The trace bounds the largest eigenvalue.
		trace, err := p.trace(ctx)
		mu := p.l2
		if p.intercept {
			mu = 0
		}
		return interval{mu, float64(most*trace/float64(p.Len())) + p.l2}, err
	}
	_, hi, err := p.spectrum(ctx, func(int) float64 { return most })
	if least == 0 || err != nil {
		if p.intercept {
			return interval{0, hi}, err
		}
		return interval{p.l2, hi}, err
	}
	lo, _, err := p.spectrum(ctx, func(int) float64 { return least })
	return interval{max(0, lo), hi}, err
}

// trace is the sum of the squares of all samples, an intercept's 1 appended to each.
func (p *convexLinear[F]) trace(ctx context.Context) (trace float64, err error) {
	t := p.train()
	if !t.Sparse() {
		err = p.rows(ctx, func(_ int, row []float64) { trace += vec.SumSq(row) })
		return trace, err
	}
	for i := range t.Len() {
		index, value := t.Nonzeros(i)
		if p.intercept {
			index, value = append(index, int32(t.Features())), append(value, 1)
		}
		trace += vec.SumSqSparse(index, value)
	}
	return trace, nil
}

// minimize is Newton's method with halved steps, until the gradient no longer falls. A
// least-squares problem is at its minimum after one step; the next ones refine it.
func (p *convexLinear[F]) minimize(ctx context.Context) (minimum, error) {
	if p.Dim() > mostSolved {
		return minimum{nil, math.NaN()}, nil
	}
	best, first, err := p.newton(ctx)
	if err != nil || p.l2 > 0 && !p.intercept {
		return minimum{best.x, best.value}, err
	}
	lo, hi, err := p.spectrum(ctx, func(i int) float64 { return best.bend[i] })
	// Without l2, losses that fall to nothing say that the classes are separable: there is no
	// minimum.
	least, most := p.phi.bounds()
	if lo <= 1e-11*hi || least < most && best.value < 1e-6*first {
		return minimum{nil, best.value}, err
	}
	return minimum{best.x, best.value}, err
}

// newton is the best point that Newton's method finds, and the value at the origin, where it
// begins.
func (p *convexLinear[F]) newton(ctx context.Context) (best *point, first float64, err error) {
	n := p.Dim()
	here, next, best := p.newPoint(), p.newPoint(), p.newPoint()
	if err := p.measure(ctx, here); err != nil {
		return best, 0, err
	}
	first = here.value
	best.copy(here)
	least, most := p.phi.bounds()
	var factor square
	step := make([]float64, n)
	for k := 0; k < 200 && here.norm > 0; k++ {
		if k == 0 || least < most { // otherwise the Hessian is constant
			h, err := p.hessian(ctx, func(i int) float64 { return here.bend[i] })
			if err != nil {
				return best, first, err
			}
			if factor, err = h.cholesky(ctx); err != nil {
				return best, first, err
			}
		}
		copy(step, here.gradient)
		factor.solve(step)
		for rate := 1.; rate > 1e-10; rate /= 2 {
			vec.AxpyTo(next.x, -rate, step, here.x)
			// Near the minimum differences of f are rounding; there the gradient decides.
			if err := p.measure(ctx, next); err != nil {
				return best, first, err
			}
			if next.value <= here.value+float64(1e-14*math.Abs(here.value)) {
				break
			}
		}
		if next.norm >= here.norm && next.value >= here.value {
			break
		}
		here, next = next, here
		if here.value <= best.value || here.norm < best.norm {
			best.copy(here)
		}
	}
	return best, first, nil
}

// A point is an iterate of minimize and what was measured there, in float64.
type point struct {
	x, gradient []float64
	bend        []float64 // the second derivative of every phi
	value, norm float64   // f, |gradient|
}

func (p *convexLinear[F]) newPoint() *point {
	return &point{x: make([]float64, p.Dim()), gradient: make([]float64, p.Dim()), bend: make([]float64, p.Len())}
}

func (q *point) copy(from *point) {
	copy(q.x, from.x)
	copy(q.gradient, from.gradient)
	copy(q.bend, from.bend)
	q.value, q.norm = from.value, from.norm
}

// measure computes everything at q.x.
func (p *convexLinear[F]) measure(ctx context.Context, q *point) error {
	clear(q.gradient)
	sum, over := 0., 1/float64(p.Len())
	err := p.rows(ctx, func(i int, row []float64) {
		l, slope, b := p.phi.at(vec.Dot(row, q.x), p.targets[Train][i])
		sum += l
		q.bend[i] = b
		vec.Axpy(q.gradient, slope*over, row)
	})
	d := p.train().Features()
	vec.Axpy(q.gradient[:d], p.l2, q.x[:d])
	q.value = float64(sum*over) + float64(p.l2/2*vec.SumSq(q.x[:d]))
	q.norm = math.Sqrt(vec.SumSq(q.gradient))
	return err
}
