package optimizers_test

import (
	"math"
	"slices"
	"testing"

	o "staleness/optimizers"
)

// pushAll lets all peers push, in order, the gradients of sum (x - b)^2/2 at their replicas, and
// then all letters arrive.
func pushAll(p o.Peering[float64], b []float64) {
	n := len(b)
	at := make([]float64, n)
	for i := range n {
		at[i] = p.Replica(i)[0] // nobody has moved yet
	}
	type letter struct {
		to, from int
		v        []float64
	}
	var post []letter
	for i := range n {
		p.Partner(i)
		p.Apply(o.Message[float64]{From: i, Vec: []float64{at[i] - b[i]}, N: 1, Sched: 1})
		if c, ok := p.(o.Correspondent[float64]); ok {
			for _, j := range c.Letters(i) {
				v := []float64{math.NaN()}
				c.Letter(v, i)
				post = append(post, letter{j, i, v})
			}
		}
	}
	// whatever comes first
	slices.SortStableFunc(post, func(a, b letter) int { return (a.to*7+a.from*3)%5 - (b.to*7+b.from*3)%5 })
	for _, l := range post {
		p.(o.Correspondent[float64]).Hear(l.to, l.from, l.v)
	}
}

func all(p o.Peering[float64], n int) (x []float64) {
	for i := range n {
		x = append(x, p.Replica(i)[0])
	}
	return x
}

// Decentralised SGD on the complete graph, models sent after the step, is minibatch SGD: all
// replicas are where all-reduce would have them.
func TestDSGDOnTheCompleteGraph(t *testing.T) {
	b := []float64{3, -1, 4, 1, -5, 9}
	p, _ := replicasOf(t, o.DSGD{Graph: o.Complete{}, Local: o.PlainSGD{Rate: .3}, Order: "step-average"}, make([]float64, len(b)))
	mean, x := 11./6, 0.
	for k := range 40 {
		pushAll(p, b)
		x -= .3 * (x - mean)
		for i, got := range all(p, len(b)) {
			if math.Abs(got-x) > 1e-12 {
				t.Fatalf("round %d: replica %d is at %.15g, all-reduce at %.15g", k, i, got, x)
			}
		}
	}
}

// Without gradients the slowest mode of a ring shrinks in each round by the second eigenvalue of W,
// 1 - 2/3 (1 - cos(2 pi/n)), and the mean stays.
func TestDSGDContracts(t *testing.T) {
	const n = 9
	mode := make([]float64, n)
	for i := range mode {
		mode[i] = 1 + math.Cos(2*math.Pi*float64(i)/n)
	}
	for _, order := range []string{"average-step", "step-average"} {
		p, _ := replicasOf(t, o.DSGD{Graph: o.Ring{}, Local: o.PlainSGD{Rate: .1}, Order: order}, mode)
		lambda := 1.
		for range 20 {
			pushAll(p, all(p, n)) // gradients are 0
			lambda *= 1 - 2./3*(1-math.Cos(2*math.Pi/n))
			for i, x := range all(p, n) {
				if want := 1 + lambda*(mode[i]-1); math.Abs(x-want) > 1e-12 {
					t.Fatalf("%s: replica %d is %.15g, want %.15g", order, i, x, want)
				}
			}
		}
	}
}

// SWIFT whose letters come before the next step is D-PSGD, to the bit, on every graph; the form
// that saves memory too.
func TestSWIFTWithoutDelay(t *testing.T) {
	b := []float64{3, -1, 4, 1, -5, 9, 2, -6}
	for _, g := range []o.GraphKind{o.Ring{}, o.Torus{}, o.Complete{}, o.ExponentialGraph{}} {
		d, _ := replicasOf(t, o.DSGD{Graph: g, Local: o.PlainSGD{Rate: .2}, Order: "average-step"}, make([]float64, len(b)))
		for _, fresh := range []bool{false, true} {
			s, _ := replicasOf(t, o.SWIFT{Graph: g, Every: 1, Fresh: fresh, Local: o.PlainSGD{Rate: .2}}, make([]float64, len(b)))
			ref := d
			if fresh {
				ref, _ = replicasOf(t, o.DSGD{Graph: g, Local: o.PlainSGD{Rate: .2}, Order: "average-step"}, make([]float64, len(b)))
			}
			for k := range 30 {
				pushAll(ref, b)
				pushAll(s, b)
				if x, y := all(ref, len(b)), all(s, len(b)); !slices.Equal(x, y) {
					t.Fatalf("%T, fresh %v, round %d: D-PSGD %v, SWIFT %v", g, fresh, k, x, y)
				}
			}
		}
	}
}

// A neighbour who has sent nothing since the last average counts as its last copy, or, in the form
// that saves memory, not at all.
func TestSWIFTCopies(t *testing.T) {
	for fresh, want := range map[bool]float64{false: 2, true: 3} {
		p, _ := replicasOf(t, o.SWIFT{Graph: o.Ring{}, Every: 1, Fresh: fresh, Local: o.PlainSGD{Rate: .1}}, []float64{4, 0})
		c := p.(o.Correspondent[float64])
		c.Hear(0, 1, []float64{2})
		meet(p, 0) // (4 + 2)/2
		if x := p.Replica(0)[0]; x != 3 {
			t.Errorf("fresh %v: after the first average %g, want 3", fresh, x)
		}
		c.Hear(0, 1, []float64{1})
		if !fresh {
			meet(p, 0) // (3 + 1)/2
		} else {
			c.Hear(0, 1, []float64{3})
			meet(p, 0) // (3 + 3)/2
			c.Hear(1, 0, []float64{9})
			meet(p, 0)
		}
		if x := p.Replica(0)[0]; x != want {
			t.Errorf("fresh %v: then %g, want %g", fresh, x, want)
		}
	}
}

// A2CiD2 that does not mix is AD-PSGD, to the bit, whatever alpha is.
func TestA2CiD2IsADPSGD(t *testing.T) {
	b := []float64{3, -1, 4, 1, -5}
	for _, order := range []string{"average-step", "step-average"} {
		a, _ := replicasOf(t, o.A2CiD2{Graph: o.Ring{}, Local: o.PlainSGD{Rate: .3}, Order: order, Rates: "given", Alpha: .7}, b)
		p, _ := replicasOf(t, o.ADPSGD{Graph: o.Ring{}, Local: o.PlainSGD{Rate: .3}, Order: order}, b)
		for k := range 30 {
			pushAll(a, b)
			pushAll(p, b)
			if x, y := all(a, len(b)), all(p, len(b)); !slices.Equal(x, y) {
				t.Fatalf("%s, round %d: A2CiD2 %v, AD-PSGD %v", order, k, x, y)
			}
		}
	}
}

// Rates by theory: on the complete graph of n workers chi_1 = chi_2 = (n-1)/2n; on a ring chi_1 is
// 1/(2 - 2 cos(2 pi/n)), chi_2 (n-1)/2n. On a long ring mixing shrinks the distance from consensus
// faster.
func TestA2CiD2Accelerates(t *testing.T) {
	const n = 24
	for _, c := range []struct {
		graph      o.GraphKind
		chi1, chi2 float64
	}{{o.Complete{}, (n - 1.) / (2 * n), (n - 1.) / (2 * n)}, {o.Ring{}, 1 / (2 - 2*math.Cos(2*math.Pi/n)), (n - 1.) / (2 * n)}} {
		m := o.Default[o.A2CiD2]()
		m.Graph = c.graph
		e, a := o.RatesOf(m, n)
		alpha := math.Sqrt(c.chi1/c.chi2) / 2
		if want := 1 / (2 * math.Sqrt(c.chi1*c.chi2)); math.Abs(e-want) > 1e-10*want || math.Abs(a-alpha) > 1e-10*alpha {
			t.Errorf("%T: eta %.12g, alpha %.12g; want %.12g, %.12g", c.graph, e, a, want, alpha)
		}
	}
	start := make([]float64, n)
	for i := range start {
		start[i] = math.Cos(2 * math.Pi * float64(i) / n)
	}
	m := o.Default[o.A2CiD2]()
	fast, _ := replicasOf(t, m, start)
	o.SetTilde(fast, start)
	slow, _ := replicasOf(t, o.Default[o.ADPSGD](), start)
	for k := range 60 * n {
		i := (k*7 + k/n) % n
		meet(fast, i)
		meet(slow, i)
	}
	f, _ := spread(fast, n)
	s, _ := spread(slow, n)
	if f > 1e-6 || s < .1 {
		t.Errorf("after 60 turns the squared distance is %.3g with mixing, %.3g without", f, s)
	}
}

// Mixing leaves x_i + x~_i as it is, and what two exchange of x~ adds up to nothing.
func TestA2CiD2Conserves(t *testing.T) {
	start := []float64{3, -1, 4, 1, -5, 9}
	p, _ := replicasOf(t, o.Default[o.A2CiD2](), start)
	o.SetTilde(p, []float64{2, 7, 1, 8, 2, 8})
	sum := func() (x, tilde float64) {
		for i, y := range o.Tilde(p) {
			x, tilde = x+p.Replica(i)[0], tilde+y
		}
		return x, tilde
	}
	x0, t0 := sum()
	for k := range 100 {
		meet(p, k*5%len(start))
	}
	if x, tl := sum(); math.Abs(x+tl-x0-t0) > 1e-12 {
		t.Errorf("x and x~ add up to %.15g, then to %.15g", x0+t0, x+tl)
	}
}
