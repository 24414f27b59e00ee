package optimizers

import (
	"slices"

	"staleness/nets/vec"
)

// lbfgs is the memory of L-BFGS: pairs of steps and changes of the gradient, and the direction they
// make (Nocedal & Wright 2006, Numerical Optimization, algorithm 7.4).
type lbfgs[F vec.Float] struct {
	size int   // pairs kept (m)
	s    [][]F // s_k = x_{k+1} - x_k, oldest first
	y    [][]F // y_k = g_{k+1} - g_k
}

// remember adds a pair, of which it keeps copies, and forgets the oldest beyond size. A pair
// without positive curvature would make the matrix indefinite and is left out: s.y <= 1e-10 y.y.
func (l *lbfgs[F]) remember(s, y []F) {
	if !(vec.Dot(s, y) > 1e-10*vec.Dot(y, y)) {
		return
	}
	if len(l.s) == l.size {
		l.s, l.y = slices.Delete(l.s, 0, 1), slices.Delete(l.y, 0, 1)
	}
	l.s, l.y = append(l.s, vec.Clone(s)), append(l.y, vec.Clone(y))
}

// forget starts afresh.
func (l *lbfgs[F]) forget() { l.s, l.y = nil, nil }

// direction writes -H g to d, the two-loop recursion from H_0 = (s.y)/(y.y) of the newest pair.
func (l *lbfgs[F]) direction(d, g []F) {
	n := len(l.s)
	a := make([]float64, n)
	copy(d, g)
	for i := n - 1; i >= 0; i-- {
		a[i] = vec.Dot(l.s[i], d) / vec.Dot(l.s[i], l.y[i]) // a_i = rho_i s_i.q
		vec.Axpy(d, -F(a[i]), l.y[i])                       // q <- q - a_i y_i
	}
	if n > 0 {
		s, y := l.s[n-1], l.y[n-1]
		vec.Scale(d, F(vec.Dot(s, y)/vec.Dot(y, y))) // r = H_0 q
	}
	for i := range n {
		b := vec.Dot(l.y[i], d) / vec.Dot(l.s[i], l.y[i])
		vec.Axpy(d, F(a[i]-b), l.s[i]) // r <- r + (a_i - b) s_i
	}
	vec.Scale(d, -1)
}
