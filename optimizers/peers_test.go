package optimizers_test

import (
	"math"
	"testing"

	o "staleness/optimizers"
)

// replicasOf makes the server half of a method, its replicas at x.
func replicasOf(t *testing.T, m o.Method, x []float64) (o.Peering[float64], o.Strategy[float64]) {
	t.Helper()
	s, err := o.New[float64](m)
	if err != nil {
		t.Fatal(err)
	}
	p := s.Server(o.Env[float64]{Workers: len(x), ID: -1, Speed: 1, Seed: 3, X0: []float64{0}}).(o.Peering[float64])
	for i := range x {
		copy(p.Replica(i), x[i:i+1])
	}
	return p, s
}

// spread is the sum of squares of the replicas' distances from their mean, and sum their sum.
func spread(p o.Peering[float64], n int) (squares, sum float64) {
	for i := range n {
		sum += p.Replica(i)[0]
	}
	for i := range n {
		d := p.Replica(i)[0] - sum/float64(n)
		squares += d * d
	}
	return squares, sum
}

// meet lets worker i push a gradient of 0.
func meet(p o.Peering[float64], i int) (partner int) {
	partner = p.Partner(i)
	p.Apply(o.Message[float64]{From: i, Vec: []float64{0}, N: 1, Sched: 1})
	return partner
}

// Where two meet the sum stays, to rounding, and the expected squared distance from consensus
// shrinks by lambda_2 of the mean matrix, which the slowest mode attains: on a ring 1 - (1 - cos(2
// pi/n))/n, on the complete graph 1 - 1/(n-1), else 1 - lambda_2 of the rates of meetings over 2n.
// The expectation is over all that may be drawn, each as often as it may.
func TestMeetingsContract(t *testing.T) {
	const n = 8
	mode := make([]float64, n) // of a ring, and as good as any on the complete graph
	for i := range mode {
		mode[i] = math.Cos(2 * math.Pi * float64(i) / n)
	}
	for _, c := range []struct {
		graph  o.GraphKind
		lambda float64
	}{{o.Ring{}, 1 - (1-math.Cos(2*math.Pi/n))/n}, {o.Complete{}, 1 - 1./(n-1)}} {
		g := graph(t, c.graph, n)
		if l := 1 - g.Meetings().Connectivity()/(2*n); math.Abs(l-c.lambda) > 1e-12 {
			t.Errorf("%T: lambda_2 = %.15g, want %.15g", c.graph, l, c.lambda)
		}
		for _, m := range []o.Method{
			o.ADPSGD{Graph: c.graph, Local: o.PlainSGD{Rate: .1}, Order: "average-step"},
			o.ADPSGD{Graph: c.graph, Local: o.PlainSGD{Rate: .1}, Order: "step-average"},
			o.Gossip{Graph: c.graph, Window: 1, Local: o.PlainSGD{Rate: .1}},
		} {
			p, _ := replicasOf(t, m, mode)
			before, sum := spread(p, n)
			mean := 0.
			for i := range n {
				seen := map[int]bool{}
				for len(seen) < len(g.Near[i]) { // until each neighbour has been drawn
					for k := range n {
						copy(p.Replica(k), mode[k:k+1])
					}
					j := meet(p, i)
					after, same := spread(p, n)
					if math.Abs(same-sum) > 1e-12 {
						t.Fatalf("%T on %T: %d and %d meet and the sum goes from %g to %g", m, c.graph, i, j, sum, same)
					}
					if !seen[j] {
						seen[j] = true
						mean += after / float64(n*len(g.Near[i]))
					}
				}
			}
			if got := mean / before; math.Abs(got-c.lambda) > 1e-12 {
				t.Errorf("%T on %T: the distance shrinks by %.15g, want %.15g", m, c.graph, got, c.lambda)
			}
		}
	}
}

// A one-sided average leaves the partner as it is, so the sum is not conserved.
func TestOneSided(t *testing.T) {
	p, _ := replicasOf(t, o.ADPSGD{Graph: o.Ring{}, Local: o.PlainSGD{Rate: .1}, Order: "average-step", OneSided: true}, []float64{0, 4})
	meet(p, 0)
	if a, b := p.Replica(0)[0], p.Replica(1)[0]; a != 2 || b != 4 {
		t.Errorf("worker 0 at 0 averages one-sidedly with 4: %g, %g", a, b)
	}
}

// The order of step and average is the flag's: x = (0, 4), gradient 1, rate 1/2.
func TestOrderOfStepAndAverage(t *testing.T) {
	for order, want := range map[string][2]float64{"average-step": {1.5, 2}, "step-average": {1.75, 1.75}} {
		p, _ := replicasOf(t, o.ADPSGD{Graph: o.Ring{}, Local: o.PlainSGD{Rate: .5}, Order: order}, []float64{0, 4})
		p.Partner(0)
		p.Apply(o.Message[float64]{From: 0, Vec: []float64{1}, N: 1, Sched: 1})
		if got := [2]float64{p.Replica(0)[0], p.Replica(1)[0]}; got != want {
			t.Errorf("%s: %v, want %v", order, got, want)
		}
	}
}

// Only the last step of a window is a meeting.
func TestGossipWindow(t *testing.T) {
	p, _ := replicasOf(t, o.Gossip{Graph: o.Ring{}, Window: 3, Local: o.PlainSGD{Rate: .1}}, []float64{0, 0, 0, 0})
	for k := range 9 {
		if j := meet(p, 2); (j != 2) != (k%3 == 2) {
			t.Errorf("step %d: worker 2 meets %d", k, j)
		}
	}
}

// Gossip with a window of 1 is AD-PSGD that steps first, to the bit.
func TestGossipIsADPSGD(t *testing.T) {
	x := []float64{3, -1, 4, 1, 5}
	a, _ := replicasOf(t, o.Gossip{Graph: o.Ring{}, Window: 1, Local: o.PlainSGD{Rate: .3}}, x)
	b, _ := replicasOf(t, o.ADPSGD{Graph: o.Ring{}, Local: o.PlainSGD{Rate: .3}, Order: "step-average"}, x)
	for k := range 50 {
		i := k * k % len(x)
		for _, p := range []o.Peering[float64]{a, b} {
			p.Partner(i)
			p.Apply(o.Message[float64]{From: i, Vec: []float64{p.Replica(i)[0] - 1}, N: 1, Sched: 1})
		}
		for i := range x {
			if a.Replica(i)[0] != b.Replica(i)[0] {
				t.Fatalf("after %d pushes replica %d is %g and %g", k+1, i, a.Replica(i)[0], b.Replica(i)[0])
			}
		}
	}
}
