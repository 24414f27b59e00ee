package optimizers_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	o "staleness/optimizers"
	"staleness/optimizers/optimizertest"
)

// Methods with momentum at the server, against their equations: F = x^2/2, x0 = 1.

const gamma = .9

// sent are the first coordinates of all replies after the start.
func sent(t *testing.T, m o.Method, s optimizertest.Setup[float64], n int) (xs []float64) {
	t.Helper()
	start := max(s.Workers, 2)
	if s.Workers == 1 {
		start = 1
	}
	s.OnReply = func(_, _ int, v []float64) { xs = append(xs, v[0]) }
	r := run(t, m, s)
	for len(xs) < n+start && r.Step() {
	}
	return xs[start:][:n]
}

// serverOf makes the server half of a method.
func serverOf(t *testing.T, m o.Method, workers int, x0 ...float64) o.Server[float64] {
	t.Helper()
	s, err := o.New[float64](m)
	if err != nil {
		t.Fatal(err)
	}
	return s.Server(o.Env[float64]{Workers: workers, ID: -1, Speed: 1, X0: x0})
}

// alone is a run of one worker.
var alone = optimizertest.Setup[float64]{Workers: 1}

func TestNAGTraces(t *testing.T) {
	for name, own := range map[string]bool{"nag-asgd": false, "multi-asgd": true} {
		x, v, at := 1., []float64{0, 0}, []float64{1, 1}
		var want []float64
		for k := range commits {
			i, j := k%2, 0
			if own {
				j = i
			}
			v[j] = gamma*v[j] + at[i]
			x -= eta * v[j]
			at[i] = x - eta*gamma*v[j]
			want = append(want, x)
		}
		var m o.Method = o.NAGASGD{Rate: eta, Momentum: gamma}
		if own {
			m = o.MultiASGD{Rate: eta, Momentum: gamma}
		}
		same(t, name, trace(t, m, optimizertest.Setup[float64]{}, commits), want)
	}
}

// One worker is Nesterov's method: what it is sent is the variable of the form whose variable is
// where gradients are taken, and the center that of msgd. The sum over workers has one term then.
func TestNAGAlone(t *testing.T) {
	nag := o.NAGASGD{Rate: eta, Momentum: gamma}
	const n = 30
	same(t, "points", sent(t, nag, alone, n), trace(t, o.SGD{Local: o.Nesterov{Rate: eta, Momentum: gamma}}, alone, n))
	center := trace(t, nag, alone, n)
	same(t, "msgd", center, trace(t, o.MSGD{Rate: eta, Momentum: gamma}, alone, n))
	same(t, "multi-asgd", trace(t, o.MultiASGD{Rate: eta, Momentum: gamma}, alone, n), center)
	same(t, "dana", trace(t, o.DANA{Rate: eta, Momentum: gamma, Form: "zero"}, alone, n), center)
	same(t, "smega2 of one", trace(t, o.SMEGA2{Rate: eta, Momentum: gamma, Cycle: 1}, alone, n), center)
	heavy := trace(t, o.SGD{Local: o.HeavyBall{Rate: eta, Momentum: gamma}}, alone, n)
	same(t, "shifted-momentum", trace(t, o.ShiftedMomentum{Rate: eta, Momentum: gamma}, alone, n), heavy)
	same(t, "weight-prediction", trace(t, o.WeightPrediction{Rate: eta, Momentum: gamma}, alone, n), heavy)
	same(t, "ormo", trace(t, o.OrMo{Rate: eta, Momentum: gamma, Form: "plain"}, alone, n), heavy)
}

// Whatever the number of workers, nag-asgd takes its gradients where mdownpour does, and a cycle of
// one makes smega2 nag-asgd.
func TestNAGOfMany(t *testing.T) {
	s := optimizertest.Setup[float64]{Workers: 4, Compute: func(worker, k int) int64 { return int64(100 + 37*worker + k*13%29) }}
	nag := sent(t, o.NAGASGD{Rate: .02, Momentum: gamma}, s, 40)
	same(t, "mdownpour", sent(t, o.MDOWNPOUR{Rate: .02, Momentum: gamma}, s, 40), nag)
	same(t, "smega2", sent(t, o.SMEGA2{Rate: .02, Momentum: gamma, Cycle: 1}, s, 40), nag)
}

// Without momentum they are asgd.
func TestNoMomentum(t *testing.T) {
	s := optimizertest.Setup[float64]{Workers: 3, Compute: func(worker, _ int) int64 { return []int64{100, 330, 250}[worker] }}
	want := trace(t, asynchronous("commit-pull"), s, 30)
	for _, m := range []o.Method{
		o.NAGASGD{Rate: eta}, o.MultiASGD{Rate: eta}, o.ShiftedMomentum{Rate: eta}, o.WeightPrediction{Rate: eta}, o.SMEGA2{Rate: eta},
		o.OrMo{Rate: eta, Form: "plain"},
	} {
		same(t, "no momentum", trace(t, m, s, 30), want)
	}
}

// In a round robin the delay is M - 1, and the rule of the paper needs no memory but of x:
// x_{k+1} = x_k - eta g(x_{k-tau}) + gamma (x_{k-tau} - x_{k-tau-1}).
func TestShiftedMomentum(t *testing.T) {
	const m, n = 3, 30
	xs := []float64{1}
	at := func(k int) float64 { return xs[max(k, 0)] } // before the start nothing moved
	for k := range n {
		read := k - (m - 1)
		xs = append(xs, at(k)-eta*at(read)+gamma*(at(read)-at(read-1)))
	}
	got := trace(t, o.ShiftedMomentum{Rate: eta, Momentum: gamma}, optimizertest.Setup[float64]{Workers: m}, n)
	same(t, "round robin", got, xs[1:])
}

// What is sent is x after as many steps without a gradient as the worker's delay was.
func TestWeightPredictionIsExact(t *testing.T) {
	const workers = 5
	r := rand.New(rand.NewPCG(1, 2))
	for tau := range 9 {
		s := serverOf(t, o.WeightPrediction{Rate: eta, Momentum: gamma}, workers, 1, -2)
		for range 10 {
			s.Apply(o.Message[float64]{From: 1, Vec: []float64{r.NormFloat64(), r.NormFloat64()}, Tau: tau, N: 1, Sched: .5})
		}
		led := make([]float64, 2)
		s.Reply(led, 1)
		for range tau {
			s.Apply(o.Message[float64]{From: 2, Vec: []float64{0, 0}, N: 1, Sched: .5})
		}
		near(t, "the point predicted", led, s.Center())
	}
	// Before a worker has pushed, M - 1 is expected of it.
	s := serverOf(t, o.WeightPrediction{Rate: eta, Momentum: gamma}, workers, 1)
	s.Apply(o.Message[float64]{From: 1, Vec: []float64{1}, N: 1, Sched: 1})
	led := make([]float64, 1)
	s.Reply(led, 0)
	near(t, "of a newcomer", led, []float64{.9 - eta*(gamma+gamma*gamma+math.Pow(gamma, 3)+math.Pow(gamma, 4))})
}

func TestWeightPredictionTrace(t *testing.T) {
	x, v, at, version := 1., 0., []float64{1, 1}, []int{0, 0}
	var want []float64
	for k := range commits {
		i := k % 2
		n := float64(k - version[i])
		v = gamma*v + at[i]
		x -= eta * v
		at[i], version[i] = x-eta*(gamma-math.Pow(gamma, n+1))/(1-gamma)*v, k+1
		want = append(want, x)
	}
	same(t, "weight-prediction", trace(t, o.WeightPrediction{Rate: eta, Momentum: gamma}, optimizertest.Setup[float64]{}, commits), want)
}

// What is sent is x after N steps without a gradient, wherever in its cycle the server is.
func TestSMEGA2LooksAhead(t *testing.T) {
	const n = 4
	r := rand.New(rand.NewPCG(3, 4))
	s := serverOf(t, o.SMEGA2{Rate: eta, Momentum: gamma}, n, 1, -2)
	apply := func(g ...float64) { s.Apply(o.Message[float64]{Vec: g, N: 1, Sched: .5}) }
	for range 3*n + 1 {
		apply(r.NormFloat64(), r.NormFloat64())
		led := make([]float64, 2)
		s.Reply(led, 0)
		for range n { // which leaves it where it was in its cycle
			apply(0, 0)
		}
		near(t, "the look-ahead", led, s.Center())
	}
}

func TestSMEGA2Trace(t *testing.T) {
	x, v, b, at := 1., 0., 0., []float64{1, 1}
	var want []float64
	for k := range commits {
		g := at[k%2]
		b += g
		x -= eta * (g + gamma*v)
		c := float64((k + 1) % 2)
		if c == 0 {
			v = gamma*v + b/2
			b = 0
		}
		at[k%2] = x - eta*gamma*c/2*b - eta*gamma*(2+c*(gamma-1))*v
		want = append(want, x)
	}
	same(t, "smega2", trace(t, o.SMEGA2{Rate: eta, Momentum: gamma}, optimizertest.Setup[float64]{}, commits), want)
}

// ordered is synchronous momentum in the order of groups, each of the gradients that are there.
func ordered(x0, rate, beta float64, groups [][]float64) float64 {
	x, u := x0, 0.
	for _, gs := range groups {
		u *= beta
		for _, g := range gs {
			u += rate * g
		}
		x -= u
	}
	return x
}

// After every arrival, in any order, ormo is where ordered momentum is without the missing ones.
func TestOrMoIsOrdered(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, workers := range []int{1, 2, 3, 5} {
		for range 20 {
			s := serverOf(t, o.OrMo{Rate: eta, Momentum: gamma, Form: "plain"}, workers, 1)
			read, groups := make([]int, workers), [][]float64{nil}
			for k := range 60 {
				i, g := r.IntN(workers), r.NormFloat64()
				group := func(j int) int { return int(math.Ceil(float64(j) / float64(workers))) }
				for len(groups) <= group(k) {
					groups = append(groups, nil)
				}
				j := group(read[i])
				groups[j] = append(groups[j], g)
				s.Apply(o.Message[float64]{From: i, Vec: []float64{g}, Tau: k - read[i], N: 1, Sched: 1})
				read[i] = k + 1
				near(t, "after an arrival", slices.Clone(s.Center()), []float64{ordered(1, eta, gamma, groups)})
			}
			for j, gs := range groups[:len(groups)-1] {
				if len(gs) > workers {
					t.Errorf("%d workers, %d gradients in group %d", workers, len(gs), j)
				}
			}
		}
	}
}

// OrMo-DA is OrMo of gradients that are scaled down beyond a delay of M.
func TestOrMoDA(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	plain, da := serverOf(t, o.OrMo{Rate: eta, Momentum: gamma, Form: "plain"}, 2, 1), serverOf(t, o.OrMo{Rate: eta, Momentum: gamma, Form: "da"}, 2, 1)
	for k := range 40 {
		g, tau := r.NormFloat64(), r.IntN(k+1)
		plain.Apply(o.Message[float64]{Vec: []float64{g * 2 / float64(max(2, tau))}, Tau: tau, N: 1, Sched: 1})
		da.Apply(o.Message[float64]{Vec: []float64{g}, Tau: tau, N: 1, Sched: 1})
		near(t, "da", da.Center(), plain.Center())
	}
}

// One who is born anew has neither a momentum nor a delay.
func TestMomentumOfNewborns(t *testing.T) {
	for _, m := range []o.Method{o.MultiASGD{Rate: eta, Momentum: gamma}, o.ShiftedMomentum{Rate: eta, Momentum: gamma}, o.WeightPrediction{Rate: eta, Momentum: gamma}} {
		s := serverOf(t, m, 3, 1)
		send := func() float64 {
			x := s.Center()[0]
			s.Apply(o.Message[float64]{From: 1, Vec: []float64{1}, Tau: 1, N: 1, Sched: 1})
			return x - s.Center()[0]
		}
		send()
		s.(o.Roster).Leave(1)
		s.(o.Roster).Join(1, true)
		if step := send(); m != (o.WeightPrediction{Rate: eta, Momentum: gamma}) && math.Abs(step-eta) > 1e-15 {
			t.Errorf("%T: the first step after a birth is %v", m, step)
		}
		led := make([]float64, 1)
		s.(o.Roster).Join(1, true)
		s.Reply(led, 1)
		if _, ok := m.(o.WeightPrediction); ok {
			v := 1 + gamma
			near(t, "expected of a newcomer", led, []float64{s.Center()[0] - eta*(gamma+gamma*gamma)*v})
		} else {
			near(t, "sent to a newcomer", led, s.Center())
		}
	}
}
