package optimizers

import (
	"math"
	"slices"
	"testing"
)

// With the exact pairs of a quadratic of two variables, the direction is Newton's; without pairs it
// is -g.
func TestLBFGSDirection(t *testing.T) {
	l := lbfgs[float64]{size: 3}
	g, d := []float64{2, -3}, make([]float64, 2)
	l.direction(d, g)
	if !slices.Equal(d, []float64{-2, 3}) {
		t.Errorf("without pairs: %v", d)
	}
	l.remember([]float64{1, 0}, []float64{4, 0}) // Hessian diag(4, 10)
	l.remember([]float64{0, 1}, []float64{0, 10})
	l.direction(d, g)
	if want := []float64{-2. / 4, 3. / 10}; math.Abs(d[0]-want[0]) > 1e-15 || math.Abs(d[1]-want[1]) > 1e-15 {
		t.Errorf("Newton's direction is %v, got %v", want, d)
	}
}

// A pair without positive curvature is left out, and beyond the size the oldest is forgotten. Pairs
// are copies.
func TestLBFGSRemembers(t *testing.T) {
	l := lbfgs[float64]{size: 2}
	for _, y := range []float64{-1, 0, math.NaN()} {
		if l.remember([]float64{1}, []float64{y}); len(l.s) != 0 {
			t.Errorf("the pair of s = 1, y = %v was kept", y)
		}
	}
	s := []float64{1}
	for k := range 3 {
		s[0] = float64(k + 1)
		l.remember(s, s)
	}
	if len(l.s) != 2 || l.s[0][0] != 2 || l.s[1][0] != 3 || len(l.y) != 2 {
		t.Errorf("after 1, 2 and 3 it holds %v", l.s)
	}
}

// If rounding has made the direction one of ascent, the memory is given up and the search goes
// along -g.
func TestSandblasterGivesUpBadMemory(t *testing.T) {
	c := Default[Sandblaster]()
	s := sandblaster[float64](c).Server(Env[float64]{Workers: 1, X0: []float64{1}}).(*sandblasterServer[float64])
	s.memory.s, s.memory.y = [][]float64{{1}}, [][]float64{{-2}}
	s.g0[0] = 3
	s.turn()
	if s.d[0] != -3 || s.slope != -9 || len(s.memory.s) != 0 || s.t != 1./3 {
		t.Errorf("direction %v, slope %v, first step %v, %d pairs", s.d, s.slope, s.t, len(s.memory.s))
	}
}
