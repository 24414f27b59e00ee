package nets

import (
	"context"
	"math"

	"staleness/nets/vec"
)

// A square is a symmetric matrix, row by row, with the little linear algebra that minima and
// curvatures need. It stands on vec instead of a library so that rates such as "0.5/L" and
// suboptimality have the same bits on every machine.
type square struct {
	n int
	a []float64
}

func (s square) row(i int) []float64 { return s.a[i*s.n : (i+1)*s.n] }

// A gram adds up weighted outer products of rows, a block at a time.
type gram struct {
	sum            square
	rows, weighted []float64
	used           int
}

const gramBlock = 128

func newGram(n int) *gram {
	return &gram{sum: square{n, make([]float64, n*n)}, rows: make([]float64, gramBlock*n), weighted: make([]float64, gramBlock*n)}
}

func (g *gram) add(row []float64, weight float64) {
	n := g.sum.n
	at := g.used * n
	copy(g.rows[at:at+n], row)
	for j, v := range row {
		g.weighted[at+j] = weight * v
	}
	if g.used++; g.used == gramBlock {
		g.flush()
	}
}

func (g *gram) flush() {
	n := g.sum.n
	vec.MulTN(vec.NewMat(g.sum.a, n, n), 1, vec.NewMat(g.weighted, g.used, n), vec.NewMat(g.rows, g.used, n), true)
	g.used = 0
}

// matrix is the sum times scale.
func (g *gram) matrix(scale float64) square {
	g.flush()
	vec.Scale(g.sum.a, scale)
	return g.sum
}

// cholesky factors s + epsilon I = r r', with an epsilon at the level of rounding so that a
// singular matrix has a factor too.
func (s square) cholesky(ctx context.Context) (r square, err error) {
	n := s.n
	r = square{n, make([]float64, n*n)}
	epsilon := 0.
	for i := range n {
		epsilon = max(epsilon, 1e-13*s.a[i*n+i])
	}
	if epsilon == 0 {
		epsilon = 1
	}
	for i := range n {
		if ctx.Err() != nil {
			return square{}, ctx.Err()
		}
		row := r.row(i)
		for j := range i {
			row[j] = (s.a[i*n+j] - vec.Dot(row[:j], r.row(j)[:j])) / r.a[j*n+j]
		}
		row[i] = math.Sqrt(max(s.a[i*n+i]-vec.SumSq(row[:i]), 0) + epsilon)
	}
	return r, nil
}

// solve overwrites b with the solution y of r r' y = b.
func (r square) solve(b []float64) {
	for i := range r.n {
		b[i] = (b[i] - vec.Dot(r.row(i)[:i], b[:i])) / r.a[i*r.n+i]
	}
	for i := r.n - 1; i >= 0; i-- {
		b[i] /= r.a[i*r.n+i]
		vec.Axpy(b[:i], -b[i], r.row(i)[:i])
	}
}

// extremes are the least and the largest eigenvalue, to rounding: Householder's reduction to a
// tridiagonal matrix, then bisection on Sturm's count (Golub and Van Loan, Matrix computations, 8.3
// and 8.4). It overwrites s.
func (s square) extremes(ctx context.Context) (least, largest float64, err error) {
	diagonal, off, err := s.tridiagonal(ctx)
	if err != nil {
		return 0, 0, err
	}
	// Gershgorin's discs hold all eigenvalues.
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range diagonal {
		radius := math.Abs(off[i])
		if i+1 < len(off) {
			radius += math.Abs(off[i+1])
		}
		lo, hi = min(lo, diagonal[i]-radius), max(hi, diagonal[i]+radius)
	}
	n := len(diagonal)
	return bisect(diagonal, off, lo, hi, 1), bisect(diagonal, off, lo, hi, n), nil
}

// tridiagonal reduces s; off[i] stands beside diagonal[i] and diagonal[i-1], off[0] is 0.
func (s square) tridiagonal(ctx context.Context) (diagonal, off []float64, err error) {
	n := s.n
	diagonal, off = make([]float64, n), make([]float64, n)
	v, w := make([]float64, n), make([]float64, n)
	for k := range n - 1 {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		// Reflect column k below the diagonal onto its first entry.
		x := s.row(k)[k+1:]
		v, w := v[:len(x)], w[:len(x)]
		copy(v, x)
		norm := math.Sqrt(vec.SumSq(v))
		if v[0] > 0 {
			norm = -norm
		}
		off[k+1] = norm
		if norm == 0 {
			continue
		}
		v[0] -= norm
		beta := 2 / vec.SumSq(v)
		for i := range w {
			w[i] = beta * vec.Dot(s.row(k + 1 + i)[k+1:], v)
		}
		vec.Axpy(w, -beta/2*vec.Dot(w, v), v)
		for i := range w {
			row := s.row(k + 1 + i)[k+1:]
			vec.Axpy(row, -v[i], w)
			vec.Axpy(row, -w[i], v)
		}
	}
	for i := range diagonal {
		diagonal[i] = s.a[i*n+i]
	}
	return diagonal, off, nil
}

// bisect finds the k-th eigenvalue from below in [lo, hi].
func bisect(diagonal, off []float64, lo, hi float64, k int) float64 {
	for range 200 {
		mid := lo + float64((hi-lo)/2)
		if mid <= lo || mid >= hi {
			break
		}
		if countBelow(diagonal, off, mid) >= k {
			hi = mid
		} else {
			lo = mid
		}
	}
	return lo + float64((hi-lo)/2)
}

// countBelow is the number of eigenvalues below x.
func countBelow(diagonal, off []float64, x float64) (count int) {
	q := 1.
	for i, d := range diagonal {
		e := 0.
		if off[i] != 0 {
			e = off[i] / q * off[i]
		}
		if q = d - x - e; q < 0 {
			count++
		} else if q == 0 {
			q = 1e-300
		}
	}
	return count
}
