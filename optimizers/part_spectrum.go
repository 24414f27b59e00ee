package optimizers

import (
	"math"
	"slices"
)

// What the eigenvalues of a graph say of how fast peers agree. They are solved here, in a fixed
// order of operations, since rates follow from them.

// A Laplacian is L = sum over edges of rate_ij (e_i - e_j)(e_i - e_j)^T, in the dense form.
type Laplacian struct {
	n int
	a []float64 // by row
}

// Meetings is the Laplacian of how often neighbours meet when each worker picks one of its
// neighbours, uniformly, once in a unit of time: rate_ij = 1/deg i + 1/deg j.
func (g *Graph) Meetings() Laplacian {
	l := Laplacian{len(g.Near), make([]float64, len(g.Near)*len(g.Near))}
	for _, e := range g.Edges() {
		l.add(e[0], e[1], 1/float64(len(g.Near[e[0]]))+1/float64(len(g.Near[e[1]])))
	}
	return l
}

// Laplacian is that of the graph itself: every rate is 1.
func (g *Graph) Laplacian() Laplacian {
	l := Laplacian{len(g.Near), make([]float64, len(g.Near)*len(g.Near))}
	for _, e := range g.Edges() {
		l.add(e[0], e[1], 1)
	}
	return l
}

func (l *Laplacian) add(i, j int, rate float64) {
	l.a[i*l.n+i] += rate
	l.a[j*l.n+j] += rate
	l.a[i*l.n+j] -= rate
	l.a[j*l.n+i] -= rate
}

// At is an entry.
func (l Laplacian) At(i, j int) float64 { return l.a[i*l.n+j] }

// Connectivity is the second smallest eigenvalue (lambda_2, the algebraic connectivity): above 0 if
// the graph is in one piece; 0 for one worker.
func (l Laplacian) Connectivity() float64 {
	if l.n < 2 {
		return 0
	}
	values, _ := jacobi(l.n, l.a)
	slices.Sort(values)
	return max(0, values[1])
}

// Resistance is the largest effective resistance between neighbours, (e_i - e_j)^T L^+ (e_i - e_j):
// that of the wires of a network whose conductances are the rates.
func (l Laplacian) Resistance() (most float64) {
	values, vectors := jacobi(l.n, l.a)
	top := 0.
	for _, v := range values {
		top = max(top, v)
	}
	for i := range l.n {
		for j := range i {
			if l.a[i*l.n+j] == 0 {
				continue
			}
			r := 0.
			for k, v := range values {
				if v > 1e-12*top {
					d := vectors[i*l.n+k] - vectors[j*l.n+k]
					r += float64(d*d) / v
				}
			}
			most = max(most, r)
		}
	}
	return most
}

// jacobi solves the symmetric eigenproblem by Jacobi's rotations, row by row (Golub & Van Loan,
// Matrix Computations, 8.5): the values and, in columns, the vectors.
func jacobi(n int, matrix []float64) (values, vectors []float64) {
	a := slices.Clone(matrix)
	v := make([]float64, n*n)
	for i := range n {
		v[i*n+i] = 1
	}
	for range 60 {
		off, all := 0., 0.
		for i := range n {
			for j := range n {
				x := float64(a[i*n+j] * a[i*n+j])
				if all += x; i != j {
					off += x
				}
			}
		}
		if off <= 1e-30*all {
			break
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				rotate(n, a, v, p, q)
			}
		}
	}
	for i := range n {
		values = append(values, a[i*n+i])
	}
	return values, v
}

// rotate makes the entry (p, q) zero.
func rotate(n int, a, v []float64, p, q int) {
	if a[p*n+q] == 0 {
		return
	}
	tau := (a[q*n+q] - a[p*n+p]) / float64(2*a[p*n+q])
	t := math.Copysign(1, tau) / (math.Abs(tau) + math.Sqrt(1+float64(tau*tau)))
	c := 1 / math.Sqrt(1+float64(t*t))
	s := float64(t * c)
	turn := func(m []float64, i, j int) {
		x, y := m[i], m[j]
		m[i] = float64(c*x) - float64(s*y)
		m[j] = float64(s*x) + float64(c*y)
	}
	for k := range n {
		turn(a, k*n+p, k*n+q)
		turn(v, k*n+p, k*n+q)
	}
	for k := range n {
		turn(a, p*n+k, q*n+k)
	}
}
