package optimizers_test

import (
	"math"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/optimizertest"
)

// far is how far two local steps lead from x on ownData.
func far(x float64, worker int) float64 {
	z := x
	for range 2 {
		z -= eta * (z - ownMinima[worker])
	}
	return z - x
}

func TestCA2FLTrace(t *testing.T) {
	const k, server = 3, .5
	x, n := 3., 0
	var h [4]float64
	mean, sum := 0., 0.
	m := o.CA2FL{Buffer: k, Window: 2, ServerRate: server, Local: plain}
	followed(t, m, ownData(), 120, func(a arrival) float64 {
		delta := far(a.read, a.from)
		sum += delta - h[a.from]
		h[a.from] = delta
		if n++; n%k == 0 {
			x += server * (mean + sum/k)
			mean, sum = (h[0]+h[1]+h[2]+h[3])/4, 0
		}
		return x
	})
}

// A worker that is born anew has sent nothing: what it sent before no longer stands for it.
func TestCA2FLForgets(t *testing.T) {
	s, err := o.New[float64](o.CA2FL{Buffer: 1, Window: 1, ServerRate: 1, Local: plain})
	if err != nil {
		t.Fatal(err)
	}
	server := s.Server(o.Env[float64]{Workers: 2, ID: -1, X0: []float64{0}})
	push := func(from int, v float64) {
		server.Apply(o.Message[float64]{From: from, Vec: []float64{v}, N: 1, Sched: 1})
	}
	push(0, 8)
	push(1, 0) // x = 8, then + h = 4
	near(t, "both", server.Center(), []float64{12})
	server.(o.Roster).Join(0, true)
	push(1, 0) // h is still that of the last update
	push(1, 0)
	near(t, "one that forgot", server.Center(), []float64{16})
}

func TestFADASTrace(t *testing.T) {
	const rate, b1, b2, epsilon, k = .3, .9, .99, 1e-8, 3
	for _, beyond := range []string{"paper", "code", "same"} {
		x, version, n, late := 3., 0, 0, 0
		sum, m, v, u, most := 0., 0., 0., 0., 0
		method := o.FADAS{Buffer: k, Window: 2, Delay: 1, Beyond: beyond, Rate: rate, Beta1: b1, Beta2: b2, Epsilon: epsilon, Local: plain}
		followed(t, method, ownData(), 90, func(a arrival) float64 {
			sum += far(a.read, a.from) / k
			most = max(most, version-a.at)
			if n++; n%k != 0 {
				return x
			}
			eta := rate
			if most > 1 {
				late++
				switch beyond {
				case "paper":
					eta = min(rate, 1/float64(most))
				case "code":
					eta = rate / float64(most)
				}
			}
			m, v = b1*m+(1-b1)*sum, b2*v+(1-b2)*sum*sum
			u = max(u, v)
			x += eta * m / (math.Sqrt(u) + epsilon)
			sum, most = 0, 0
			version++
			return x
		})
		if late == 0 {
			t.Error("no change was late")
		}
	}
}

// fedasync with an outer optimizer, of models and of changes; plain sgd of rate 1 changes nothing.
func TestFedAsyncOuterTrace(t *testing.T) {
	const alpha, mu = .6, .5
	for _, delta := range []bool{false, true} {
		x, version, v := 3., 0, 0.
		m := o.FedAsync{Alpha: alpha, Weight: o.Polynomial{A: .5}, Window: 2, Delta: delta, Local: plain, Outer: o.HeavyBall{Rate: .7, Momentum: mu}}
		followed(t, m, ownData(), 80, func(a arrival) float64 {
			move := far(a.read, a.from)
			if !delta {
				move += a.read - x
			}
			v = mu*v + .7*alpha*move/math.Sqrt(float64(1+version-a.at))
			x += v
			version++
			return x
		})
		m.Outer = o.PlainSGD{Rate: 1}
		want := m
		want.Outer = nil
		same(t, "plain", trace(t, m, ownData(), 60), trace(t, want, ownData(), 60))
	}
}

// The outer optimizer takes the negative mean change for a gradient; the local steps may be pulled
// back.
func TestFedBuffOuterTrace(t *testing.T) {
	const k, rate, mu, prox = 2, .7, .9, .25
	x, version, n, sum, v := 3., 0, 0, 0., 0.
	m := o.FedBuff{Buffer: k, Window: 2, Local: plain, Proximal: o.Proximal{Prox: prox}, Outer: o.Nesterov{Rate: rate, Momentum: mu},
		Serving: o.Serving{ServerRate: 1, Weight: o.Polynomial{A: .5}}}
	s := ownData()
	// acts on the outer steps alone
	falling := func(k int) float64 { return 1 / (1 + float64(k)/40) }
	s.Sched = falling
	updates := 0
	followed(t, m, s, 80, func(a arrival) float64 {
		z := a.read
		for range 2 {
			g := z - ownMinima[a.from]
			z += prox * (a.read - z)
			z -= eta * g
		}
		sum += (z - a.read) / math.Sqrt(float64(1+version-a.at)) / k
		if n++; n%k == 0 {
			eta := rate * falling(updates+1)
			v = mu*v + eta*sum
			x += mu*v + eta*sum
			sum = 0
			version++
			updates++
		}
		return x
	})
}

// With tau = 0, one local step of rate 1 and one worker, the server is Adam; where the gate is shut
// its moments decay, and nothing enters them.
func TestCGADIsGatedAdam(t *testing.T) {
	adam := o.Adam{Rate: .05, Beta1: .9, Beta2: .99, Epsilon: 1e-8}
	m := o.CGAD{Window: 1, Weight: o.CosineGate{A: .1, Cutoff: 4}, Rate: .05, Beta1: .9, Beta2: .99, Epsilon: 1e-8, Local: o.PlainSGD{Rate: 1}}
	same(t, "alone", trace(t, m, optimizertest.Setup[float64]{Workers: 1}, 50), trace(t, o.SGD{Local: adam}, optimizertest.Setup[float64]{Workers: 1}, 50))

	x, first, second, k, shut := 3., 0., 0., 0, 0
	followed(t, m, ownData(), 200, func(a arrival) float64 {
		weight := 0.
		if tau := float64(k - a.at); tau < 4 {
			weight = (1 + math.Cos(math.Pi*tau/4)) / 2 * math.Exp(-.1*tau)
		} else {
			shut++
		}
		k++
		g := weight * (a.read - ownMinima[a.from])
		first, second = .9*first+.1*g, .99*second+.01*g*g
		x -= .05 * first / (1 - math.Pow(.9, float64(k))) / (math.Sqrt(second/(1-math.Pow(.99, float64(k)))) + 1e-8)
		return x
	})
	if shut == 0 {
		t.Error("the gate was never shut")
	}
}

// The center is the mean of what everybody last sent, after each update; and where curvature is
// common it ends at the mean of the minima, at any speeds.
func TestAREAIsTheMean(t *testing.T) {
	const k = 3
	var y [4]float64
	for i := range y {
		y[i] = 3
	}
	x, n := 3., 0
	followed(t, o.AREA{Buffer: k, Window: 2, Local: plain}, ownData(), 120, func(a arrival) float64 {
		y[a.from] = a.read + far(a.read, a.from)
		if n++; n%k == 0 {
			x = (y[0] + y[1] + y[2] + y[3]) / 4
		}
		return x
	})
	xs := trace(t, o.AREA{Buffer: 1, Window: 5, Local: plain}, ownData(), 2000)
	near(t, "the end", xs[1999:], []float64{1})
}

// The rule written out: who comes waits until two have, they average with the center by values from
// before, and what the three have together is the same before and after.
func TestQuAFLConserves(t *testing.T) {
	const s, p = 2, 1. / 3
	S := 3.
	c := [4]float64{3, 3, 3, 3}
	var here []int
	contacts := 0
	followed(t, o.QuAFL{Contacts: s, Window: 2, Local: plain}, ownData(), 120, func(a arrival) float64 {
		for range 2 {
			c[a.from] -= eta / (1 - p) * (c[a.from] - ownMinima[a.from])
		}
		if here = append(here, a.from); len(here) < s {
			return S
		}
		before := S + c[here[0]] + c[here[1]]
		old := S
		S = p*S + (1-p)*(c[here[0]]+c[here[1]])/s
		for _, i := range here {
			c[i] = p*old + (1-p)*c[i]
		}
		near(t, "S + sum C_i", []float64{S + c[here[0]] + c[here[1]]}, []float64{before})
		here = here[:0]
		contacts++
		return S
	})
	if contacts != 60 {
		t.Errorf("%d contacts", contacts)
	}
}

// TestFederatedVariants: settings far from the defaults.
func TestFederatedVariants(t *testing.T) {
	adam := map[string]any{"kind": "adam", "rate": .05}
	for name, table := range map[string]map[string]any{
		"fedbuff outer":  {"kind": "fedbuff", "buffer": int64(2), "window": int64(3), "outer": adam},
		"fedbuff prox":   {"kind": "fedbuff", "buffer": int64(2), "prox": .1},
		"fedasync outer": {"kind": "fedasync", "outer": map[string]any{"kind": "momentum", "rate": .5}},
		"fadas code":     {"kind": "fadas", "beyond": "code", "prox": .1, "buffer": int64(2)},
		"ca2fl prox":     {"kind": "ca2fl", "prox": .1, "buffer": int64(2)},
		"area prox":      {"kind": "area", "prox": .1, "buffer": int64(2)},
		"quafl momentum": {"kind": "quafl", "contacts": int64(3), "local": map[string]any{"kind": "momentum", "rate": .02}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, err := o.Decode("strategy", table)
			if err != nil {
				t.Fatal(err)
			}
			optimizertest.TestSpec(t, spec)
		})
	}
}
