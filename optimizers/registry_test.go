package optimizers

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"staleness/internal/params"
	"staleness/nets/vec"
)

type tab = map[string]any

func TestDecodeStrategy(t *testing.T) {
	elastic := func(e Elastic, window int, local RuleConfig) AEASGD {
		m := Default[AEASGD]()
		m.Elastic, m.Window, m.Local = e, window, local
		return m
	}
	for _, c := range []struct {
		in   tab
		want Spec
	}{
		{tab{"kind": "asgd", "rate": .5}, Spec{Method: ASGD{.5, "commit-pull", plainServing}}},
		{tab{"kind": "aeasgd", "rate": .05, "alpha": .1}, Spec{Method: elastic(Elastic{Alpha: .1}, 10, PlainSGD{Rate: .05})}},
		{tab{"kind": "aeasgd", "beta": .5, "window": int64(4), "local": tab{"kind": "adam", "decay": .01}},
			Spec{Method: elastic(Elastic{Beta: .5}, 4, Adam{.001, .9, .999, 1e-8, Decay{.01}})}},
		{tab{"kind": "asgd", "weight": tab{"kind": "hinge", "b": int64(2)}, "server_rate": .5},
			Spec{Method: ASGD{.1, "commit-pull", Serving{.5, Hinge{10, 2}}}}},
		{tab{"kind": "sgd", "clip": tab{"gradient": 1., "push": int64(2)}, "schedule": tab{"kind": "warmup", "length": 5., "then": tab{"kind": "step", "at": []any{80., int64(120)}}}},
			Spec{SGD{PlainSGD{Rate: .1}}, Parts{Warmup{ByClock{"sample"}, 5, 0, StepDecay{ByClock{"sample"}, .1, []float64{80, 120}, 0}}, Clip{1, 2}}}},
	} {
		got, err := Decode("strategy", c.in)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v:\ngot  %+v, %v\nwant %+v", c.in, got, err, c.want)
			continue
		}
		again, err := Decode("strategy", got.Encode())
		if err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("encoded and decoded: %+v, %v", again, err)
		}
		s, err := Build[float32](got)
		if err != nil || s.Worker == nil || s.Server == nil || s.Clip != got.Clip || s.Schedule != nil && got.Schedule == nil {
			t.Errorf("built %+v, %v", s, err)
		}
	}
}

func TestDecodeStrategyErrors(t *testing.T) {
	for _, c := range []struct {
		in         tab
		path, says string
	}{
		{tab{"kind": "aesgd"}, "strategy.kind", `did you mean "aeasgd"`},
		{tab{"kind": "aeasgd", "alpha": .1, "beta": .1}, "strategy.beta", "exactly one"},
		{tab{"kind": "aeasgd", "beta": 0.}, "strategy.beta", "exactly one"},
		{tab{"kind": "aeasgd", "window": int64(0)}, "strategy.window", "[1,1000000]"},
		{tab{"kind": "aeasgd", "window": int64(0)}, "strategy.window", "arXiv 1412.6651"},
		{tab{"kind": "downpour", "rate": -1.}, "strategy.rate", "outside (0,1e30]"},
		{tab{"kind": "downpour", "rate": math.NaN()}, "strategy.rate", "not a number"},
		{tab{"kind": "downpour", "rate": .1, "local": tab{"kind": "adam"}}, "strategy.rate", "leave one out"},
		{tab{"kind": "downpour", "server": "adagrad"}, "strategy.server", "means nothing here: it applies only with form = \"distbelief\""},
		{tab{"kind": "downpour", "form": "distbelief", "epsilon": 1e-3}, "strategy.epsilon", "server = \"adagrad\""},
		{tab{"kind": "downpour", "form": "distbeleif", "n_push": int64(2)}, "strategy.form", "did you mean \"distbelief\""},
		{tab{"kind": "local-sgd", "state": "reset"}, "strategy.state", "no memory"},
		{tab{"kind": "asdg"}, "strategy.kind", `did you mean "asgd"`},
		{tab{"kind": "asgd", "schedule": "step"}, "strategy.schedule.at", "no step"},
		{tab{"kind": "asgd", "schedule": tab{"kind": "inverse", "power": 2.}}, "strategy.schedule.decay", "is missing"},
		{tab{"kind": "asgd", "schedule": tab{"kind": "inverse", "decay": 0., "power": 2.}}, "strategy.schedule.power", "only with decay"},
		{tab{"kind": "downpour", "form": "distbelief", "local": tab{"kind": "adam"}}, "strategy.local", "take sgd"},
		{tab{"kind": "asgd", "local": tab{"kind": "sgd"}}, "strategy.local", "unknown key"},
		{tab{"kind": "asgd", "schedule": tab{"kind": "cosine", "clock": "wall"}}, "strategy.schedule.clock", "sample, local, update, time"},
		{tab{"kind": "asgd", "schedule": tab{"kind": "warmup", "then": tab{"kind": "step", "clock": "time", "every": 1.}}}, "strategy.schedule.then.clock", "clock of the warm-up"},
		{tab{"kind": "asgd", "clip": tab{"gradients": 1.}}, "strategy.clip.gradients", `did you mean "gradient"`},
		{tab{"kind": "asgd", "clip": tab{"push": -1.}}, "strategy.clip.push", "outside"},
		{tab{"kind": "asgd", "weight": "inverse-plus-on"}, "strategy.weight.kind", `did you mean "inverse-plus-one"`},
		{tab{"kind": "sgd", "local": tab{"kind": "adam", "beta1": 1.}}, "strategy.local.beta1", "[0,1)"},
	} {
		got, err := Decode("strategy", c.in)
		var e *params.Error
		if !errors.As(err, &e) || e.Path != c.path || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %+v, %v; want %s: ... %s", c.in, got, err, c.path, c.says)
		}
	}
	in := tab{"kind": "aeasgd", "rate": .1, "alpha": .2}
	if _, err := Decode("strategy", in); err != nil || len(in) != 3 {
		t.Errorf("the table was changed: %v, %v", in, err)
	}
}

func TestDecodeConsistency(t *testing.T) {
	for _, c := range []struct {
		in   tab
		want Consistency
		err  string
	}{
		{tab{"kind": "async"}, Async(), ""},
		{tab{"kind": "bsp"}, BSP(), ""},
		{tab{"kind": "ssp", "slack": int64(3)}, SSP(3), ""},
		{tab{"kind": "softsync", "gather": int64(4)}, Softsync(4), ""},
		{tab{"kind": "k-sync", "k": int64(3), "late": "abort"}, KSync(3, true), ""},
		{tab{"kind": "k-sync", "extra": int64(2)}, KSync(6, false), ""},
		{tab{"kind": "k-sync"}, Consistency{}, "exactly one"},
		{tab{"kind": "k-sync", "k": int64(3), "extra": int64(2)}, Consistency{}, "exactly one"},
		{tab{"kind": "k-sync", "k": int64(9)}, Consistency{}, "at most 8"},
		{tab{"kind": "k-sync", "k": int64(3), "late": "never"}, Consistency{}, "finish, abort"},
		{tab{"kind": "backup", "extra": int64(1), "late": "abort"}, KSync(7, true), ""},
		{tab{"kind": "backup", "extra": int64(8)}, Consistency{}, "at most 7"},
		{tab{"kind": "k-batch-sync", "k": int64(20)}, KBatchSync(20, false), ""},
		{tab{"kind": "k-async", "k": int64(2)}, KAsync(2), ""},
		{tab{"kind": "k-async", "k": int64(20)}, Consistency{}, "at most 8"},
		{tab{"kind": "bounded", "limit": int64(5), "stops": true}, Bounded(5, true), ""},
		{tab{"kind": "bounded", "limit": int64(0)}, Consistency{}, "[1,1000000000]"},
	} {
		k, err := DecodeConsistency("consistency", c.in)
		var got Consistency
		if err == nil {
			got, err = k.Among(8)
		}
		if c.err == "" && (err != nil || got != c.want) || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%v: %v, %v; want %v, %q", c.in, got, err, c.want, c.err)
		}
	}
}

// TestEverythingIsDocumented: whoever lists a method finds keys, ranges and the paper; its encoded
// defaults are read back.
func TestEverythingIsDocumented(t *testing.T) {
	for _, r := range []*params.Registry{Strategies(), Rules(), Weights(), Schedules(), Consistencies()} {
		for _, d := range r.Describe() {
			if d.Doc == "" || r == Strategies() && d.Source == "" {
				t.Errorf("%s %s: no doc or source", r.What(), d.Name)
			}
			e, _ := r.Lookup(d.Name)
			if got, err := r.Decode("x", r.EncodeApplying(e.Defaults)); params.Check("x", e.Defaults) == nil && (err != nil || !reflect.DeepEqual(got, e.Defaults)) {
				t.Errorf("%s %s: %+v, %v", r.What(), d.Name, got, err)
			}
		}
	}
}

func TestWeights(t *testing.T) {
	for _, c := range []struct {
		w    Weight
		want []float64 // of 0, 1, 2 ...
	}{
		{NoWeight{}, []float64{1, 1, 1}},
		{Inverse{}, []float64{1, 1, 1. / 2, 1. / 3}},
		{InversePlusOne{}, []float64{1, 1. / 2, 1. / 3}},
		{Polynomial{.5}, []float64{1, math.Sqrt(.5), math.Sqrt(1. / 3), .5}},
		{Polynomial{0}, []float64{1, 1, 1}},
		{Hinge{10, 2}, []float64{1, 1, 1, 1. / 11, 1. / 21}},
		{Exponential{.5}, []float64{1, math.Exp(-.5), math.Exp(-1)}},
		{Table{[]float64{1, .5}}, []float64{1, .5, .5, .5}},
	} {
		for tau, want := range c.want {
			if got := c.w.Of(tau); math.Abs(got-want) > 1e-15 {
				t.Errorf("%+v of %d: %v, want %v", c.w, tau, got, want)
			}
		}
	}
}

func TestSchedules(t *testing.T) {
	sample := ByClock{"sample"}
	for _, c := range []struct {
		s        Schedule
		at, want []float64
	}{
		{ConstantRate{}, []float64{0, 7}, []float64{1, 1}},
		{StepDecay{sample, .1, []float64{80, 120}, 0}, []float64{0, 79.9, 80, 120, 1e9}, []float64{1, 1, .1, .01, .01}},
		{StepDecay{sample, .5, nil, 2}, []float64{0, 1.9, 2, 6.5}, []float64{1, 1, .5, .125}},
		{InverseDecay{sample, .5, 1}, []float64{0, 2, 6}, []float64{1, .5, .25}},
		{InverseDecay{sample, 1, .5}, []float64{0, 3}, []float64{1, .5}},
		{CosineDecay{sample, 8, .2}, []float64{0, 2, 4, 8, 20}, []float64{1, .2 + .8*(1+math.Sqrt(.5))/2, .6, .2, .2}},
		{Warmup{sample, 4, .2, nil}, []float64{0, 2, 4, 9}, []float64{.2, .6, 1, 1}},
		{Warmup{sample, 4, 0, InverseDecay{sample, .5, 1}}, []float64{0, 2, 6}, []float64{0, .25, .25}},
	} {
		for i, at := range c.at {
			if got := c.s.At(at); math.Abs(got-c.want[i]) > 1e-15 {
				t.Errorf("%+v at %v: %v, want %v", c.s, at, got, c.want[i])
			}
		}
	}
	for x := 0.; x <= 1; x += 1. / 1024 {
		if got, want := cosPi(x), math.Cos(math.Pi*x); math.Abs(got-want) > 5e-16 {
			t.Errorf("cos(pi %v) = %v, want %v", x, got, want)
		}
	}
	for name, want := range map[string]Clock{"sample": SampleClock, "local": LocalClock, "update": UpdateClock, "time": TimeClock} {
		if got := (ByClock{name}).Clock(); got != want {
			t.Errorf("clock %s is %d", name, got)
		}
	}
}

// ownsMemory wants the vectors of Memory to be the rule's own: what is written there is felt.
func ownsMemory(t *testing.T, r Rule[float64]) {
	t.Helper()
	m := r.Memory()
	if len(m) == 0 {
		return
	}
	for _, v := range m {
		vec.Fill(v, 100)
	}
	x := []float64{1, 0}
	r.Step(x, []float64{1, 0}, 1)
	y := []float64{1, 0}
	r.Reset()
	r.Step(y, []float64{1, 0}, 1)
	if x[0] == y[0] {
		t.Error("Memory is not the rule's memory")
	}
}

// TestRules holds each local optimizer to its formula, one coordinate at a time in float64, over a
// schedule that changes.
func TestRules(t *testing.T) {
	type one func(x, g, eta float64) float64 // next x
	var a, b, t1, t2 float64
	var step int
	const mu, eps, d = .9, 1e-6, .01
	tested := map[string]bool{}
	for _, c := range []struct {
		rule RuleConfig
		rate float64
		next one
	}{
		{PlainSGD{Rate: .1}, .1, func(x, g, eta float64) float64 { return x - eta*g }},
		{PlainSGD{.1, Decay{d}}, .1, func(x, g, eta float64) float64 { return (1-eta*d)*x - eta*g }},
		{HeavyBall{Rate: .1, Momentum: mu}, .1, func(x, g, eta float64) float64 { a = mu*a - eta*g; return x + a }},
		{Nesterov{Rate: .1, Momentum: mu}, .1, func(x, g, eta float64) float64 { a = mu*a - eta*g; return x + mu*a - eta*g }},
		{Adagrad{Rate: .1, Epsilon: eps}, .1, func(x, g, eta float64) float64 { a += g * g; return x - eta*g/(math.Sqrt(a)+eps) }},
		{RMSProp{Rate: .1, Rho: .8, Epsilon: eps}, .1, func(x, g, eta float64) float64 {
			a = .8*a + .2*g*g
			return x - eta*g/(math.Sqrt(a)+eps)
		}},
		{Adam{.1, .9, .99, eps, Decay{d}}, .1, func(x, g, eta float64) float64 {
			a, b, t1, t2 = .9*a+.1*g, .99*b+.01*g*g, t1*.9, t2*.99
			return x - eta*(a/(1-t1)/(math.Sqrt(b/(1-t2))+eps)+d*x)
		}},
		{AMSGrad{.1, .9, .99, eps, Decay{d}}, .1, func(x, g, eta float64) float64 {
			a, b, t1, step = .9*a+.1*g, .99*b+.01*g*g, t1*min(float64(step), 1), step+1
			t1 = max(t1, b) // the largest b
			return x - eta*d*x - eta*a/(math.Sqrt(t1)+eps)
		}},
		{Adadelta{Rate: .5, Rho: .8, Epsilon: eps}, .5, func(x, g, eta float64) float64 {
			a = .8*a + .2*g*g
			u := g * math.Sqrt(b+eps) / math.Sqrt(a+eps)
			b = .8*b + .2*u*u
			return x - eta*u
		}},
		{Adamax{Rate: .1, Beta1: .9, Beta2: .99, Epsilon: eps}, .1, func(x, g, eta float64) float64 {
			a, b, t1 = .9*a+.1*g, math.Max(.99*b, math.Abs(g)), t1*.9
			return x - eta/(1-t1)*a/(b+eps)
		}},
		{Nadam{Rate: .1, Beta1: .9, Beta2: .99, Epsilon: eps}, .1, func(x, g, eta float64) float64 {
			step++
			mu := func(t int) float64 { return .9 * (1 - math.Pow(.96, .004*float64(t))/2) }
			a, b, t1, t2 = .9*a+.1*g, .99*b+.01*g*g, t1*mu(step), t2*.99
			hat := (1-mu(step))*g/(1-t1) + mu(step+1)*a/(1-t1*mu(step+1))
			return x - eta*hat/(math.Sqrt(b/(1-t2))+eps)
		}},
	} {
		t.Run(fmt.Sprintf("%+v", c.rule), func(t *testing.T) {
			e, _ := Rules().Of(c.rule)
			tested[e.Name] = true
			r := NewRule[float64](c.rule, 2)
			walk := func() (xs []float64) {
				a, b, t1, t2, step = 0, 0, 1, 1, 0
				x, want := []float64{1, 0}, 1.
				for k := range 20 {
					sched := 1 / (1 + float64(k)/5)
					g := []float64{3*x[0] + math.Sin(float64(k)), 0}
					want = c.next(want, g[0], c.rate*sched)
					r.Step(x, g, sched)
					if math.Abs(x[0]-want) > 1e-13 || x[1] != 0 {
						t.Fatalf("step %d: %v, want %v and 0", k, x, want)
					}
					xs = append(xs, x[0])
				}
				return xs
			}
			first := walk()
			r.Reset()
			if again := walk(); !slices.Equal(first, again) {
				t.Error("after Reset it is not as it was made")
			}
			ownsMemory(t, r)
		})
	}
	for _, name := range Rules().Names() {
		if !tested[name] {
			t.Errorf("%s is held to no formula", name)
		}
	}
}

func TestClipNorm(t *testing.T) {
	for _, c := range []struct {
		bound float64
		want  []float64
	}{{0, []float64{3, 4}}, {5, []float64{3, 4}}, {10, []float64{3, 4}}, {2.5, []float64{1.5, 2}}} {
		v := []float64{3, 4}
		if ClipNorm(v, c.bound); !slices.Equal(v, c.want) {
			t.Errorf("clipped to %v: %v", c.bound, v)
		}
	}
}

func TestDraw(t *testing.T) {
	var count [2][3]int
	for id := range 2 {
		for k := range 3000 {
			count[id][Draw(7, id-1, k, 3)]++
		}
	}
	for id, c := range count {
		for _, n := range c {
			if n < 850 || n > 1150 { // 5 standard deviations
				t.Errorf("half %d: %v", id-1, c)
			}
		}
	}
	if first, again := Draw(7, 0, 5, 1000), Draw(7, 0, 5, 1000); first != again || count[0] == count[1] {
		t.Error("a draw is not a function of its address")
	}
}

// FuzzDecode feeds arbitrary tables: they are refused with a path, or decoded and built, and never
// panic.
func FuzzDecode(f *testing.F) {
	for _, name := range Strategies().Names() {
		e, _ := Strategies().Lookup(name)
		b, err := json.Marshal(Spec{Method: e.Defaults}.EncodeApplying())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, 4)
	}
	for _, name := range Consistencies().Names() {
		f.Add([]byte(`{"kind": "`+name+`", "k": 2, "schedule": {"kind": "warmup", "then": {"kind": "cosine"}}}`), 1)
	}
	f.Add([]byte(`{"kind": "aeasgd", "alpha": 1e-300, "rate": "x", "clip": {"push": 1}}`), 3)
	f.Fuzz(func(t *testing.T, data []byte, workers int) {
		var table map[string]any
		if json.Unmarshal(data, &table) != nil {
			return
		}
		table = whole(table).(map[string]any)
		var e *params.Error
		if k, err := DecodeConsistency("consistency", table); err == nil {
			if c, err := k.Among(workers); err == nil {
				s := Strategy[float64]{Combine: Mean}
				_, _ = s.Resolve(c, workers)
			}
		} else if !errors.As(err, &e) {
			t.Fatalf("no place: %v", err)
		}
		s, err := Decode("strategy", table)
		if err != nil {
			if !errors.As(err, &e) {
				t.Fatalf("no place: %v", err)
			}
			return
		}
		if _, err := Build[float64](s); err != nil {
			t.Fatalf("decoded, but not built: %v", err)
		}
		if s.Schedule != nil {
			for _, at := range []float64{0, 1, 1e9} {
				if f := s.Schedule.At(at); math.IsNaN(f) || f < 0 {
					t.Fatalf("%+v at %v is %v", s.Schedule, at, f)
				}
			}
		}
		if _, err := Decode("strategy", s.EncodeApplying()); err != nil {
			t.Fatalf("%+v is not read back: %v", s, err)
		}
	})
}

// whole makes int64 of JSON numbers without a fraction, as TOML has them.
func whole(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case float64:
		if v == math.Floor(v) && math.Abs(v) < 1e15 {
			return int64(v)
		}
	}
	return v
}
