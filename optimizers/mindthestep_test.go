package optimizers

import (
	"math"
	"testing"
)

// Of pushes whose staleness is geometric, the mean update is heavy ball's: the sum over tau of
// p(tau) alpha(tau) g(x_{t-tau}) is v of v <- mu v + (1 - mu) g, whatever the g are.
func TestMindTheStepIsHeavyBall(t *testing.T) {
	const rest = 40 // so many halvings, and one more like the last
	for _, mu := range []float64{0, .3, .5, .9} {
		s := mindServer[float64]{mu: mu, most: 1e30}
		for tau := range rest {
			s.seen = append(s.seen, 1<<(rest-1-tau)) // p = 1/2, 1/4, ... of all but one
			s.n += s.seen[tau]
		}
		g := func(k int) float64 { return 2 + math.Sin(float64(3*k)) } // at t - k
		mean, v := 0., 0.
		for tau := rest - 1; tau >= 0; tau-- {
			mean += float64(s.seen[tau]) / float64(s.n) * s.factor(tau) * g(tau)
			v = mu*v + (1-mu)*g(tau)
		}
		if math.Abs(mean-v) > 1e-12 {
			t.Errorf("mu = %v: the mean update is %v, heavy ball's %v", mu, mean, v)
		}
		if mu == .5 { // 1 - 1/M for that p
			for tau := range rest {
				if f := s.factor(tau); math.Abs(f-1) > 1e-11 {
					t.Errorf("the step for %d is %v alpha, want alpha", tau, f)
				}
			}
		}
	}
}

// The share counts the push itself, steps are capped, and what is rarer than anything is counted
// together.
func TestMindTheStepFactors(t *testing.T) {
	s := mindServer[float64]{mu: .5, most: 3}
	for _, c := range []struct {
		tau  int
		want float64
	}{
		{0, .5},             // of one push, one: (1 - mu)/1
		{0, .5},             // of two, two
		{1, .25 / (1. / 3)}, // of three, one: (1 - mu) mu/(1/3)
		{0, .5 / (3. / 4)},
		{rare + 5, 0}, {rare + 7, 0},
	} {
		s.note(c.tau)
		if f := s.factor(c.tau); math.Abs(f-c.want) > 1e-15 {
			t.Errorf("the step for %d after %d pushes is %v alpha, want %v", c.tau, s.n, f, c.want)
		}
	}
	if len(s.seen) != rare+1 || s.seen[rare] != 2 {
		t.Errorf("%d kinds are counted, the last %d times", len(s.seen), s.seen[len(s.seen)-1])
	}
	s = mindServer[float64]{mu: .1, most: 3}
	for range 99 {
		s.note(2)
	}
	s.note(0)
	if f := s.factor(0); f != 3 {
		t.Errorf("a rare fresh gradient has the step %v alpha, want the cap", f)
	}
}
