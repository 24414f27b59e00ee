package optimizertest

import (
	"strings"
	"testing"

	"staleness/nets/vec"
	o "staleness/optimizers"
)

// A method that breaks one clause of the contract at a time: each check must notice.

type broken struct {
	Rate float64 `doc:"step size" in:"(0,)"`
}

// a server of many faults.
type server struct {
	x       []float64
	rate    float64
	hidden  float64 `state:"-"`
	shared  *int    `state:"-"`
	fault   string
	updates int
}

func (s *server) Center() []float64 { return s.x }

func (s *server) Reply(dst []float64, to int) {
	if s.fault == "reply not written" {
		dst = dst[1:]
	}
	copy(dst, s.x[len(s.x)-len(dst):])
}

func (s *server) Apply(m o.Message[float64]) o.Verdict {
	s.updates++
	step := s.rate * m.Sched
	switch s.fault {
	case "ascends":
		step = -step
	case "writes its rate":
		s.rate *= .999
	case "ignores the schedule":
		step = s.rate
	case "shares memory":
		*s.shared++
		step /= float64(*s.shared)
	case "hides state":
		s.hidden++
		step /= s.hidden
	case "has a favourite":
		step /= float64(1 + m.From)
	case "norm":
		step /= 1 + vec.SumSq(m.Vec)
	case "keeps the message":
		if s.updates == 1 {
			s.x = m.Vec
		}
	}
	vec.Axpy(s.x, -step, m.Vec)
	return o.Applied
}

// liar is a server that says it sends everybody the same.
type liar struct{ server }

func (*liar) Uniform()                      {}
func (s *liar) Reply(dst []float64, to int) { vec.ScaleTo(dst, 1+float64(to)/100, s.x) }

// a worker of many faults.
type wrongWorker struct {
	kept  []float64 `state:"-"`
	at    []float64
	t     int
	asked bool
	fault string
}

func (w *wrongWorker) Point() []float64 {
	if w.fault == "keeps the reply" {
		return w.kept
	}
	return w.at
}

func (w *wrongWorker) Receive(v []float64) o.Action {
	w.kept = v
	w.at = append(w.at[:0], v...)
	if w.fault == "pushes an old gradient" && w.t > 0 || w.fault == "answers an interrupt" && !w.asked {
		clear(v)
		return o.Push
	}
	w.asked = false
	return o.Compute
}

func (w *wrongWorker) Step(g []float64, sched float64) o.Action {
	w.t++
	w.asked = true
	switch w.fault {
	case "grows tired":
		vec.Scale(g, 1/float64(w.t))
	case "waits for nothing":
		return o.Push | o.Wait
	case "reads old":
		return o.Exchange | o.ReadOld
	case "overlaps":
		return o.Push | o.Pull
	case "reads nothing old":
		return o.Push | o.ReadOld
	case "never pulls":
		return o.Pull | o.Wait
	}
	return o.Exchange
}

type planner struct{ wrongWorker }

func (planner) Horizon() int { return 2 }

type borrower struct{ wrongWorker }

func (w *borrower) Borrow(v []float64) { w.at = append(w.at[:0], v...); w.at[0]++ }

// mover says that its step is plain, but pushes something else when it is taken for it.
type mover struct{ wrongWorker }

func (w *mover) Move([]float64, float64) (o.Move[float64], bool) {
	m := o.Move[float64]{Rate: .1, From: w.at}
	if w.fault == "moves from elsewhere" {
		m.From = vec.Clone(w.at)
		m.From[0]++
	}
	return m, true
}

func (w *mover) Moved(buf []float64, sched float64) o.Action {
	vec.Fill(buf, 1)
	return w.Step(buf, sched)
}

// returner gives back what it borrowed, and uses it again.
type returner struct{ borrower }

func (w *returner) Borrow(v []float64) { w.at = v }
func (w *returner) Move([]float64, float64) (o.Move[float64], bool) {
	return o.Move[float64]{Rate: .1, From: w.at, Base: w.at, Returns: true}, true
}
func (w *returner) Step(g []float64, _ float64) o.Action {
	vec.ScaleTo(g, -.1, g)
	return o.Exchange
}
func (w *returner) Moved(buf []float64, _ float64) o.Action {
	buf[0] = w.at[0]
	return o.Exchange
}

// lodger takes two steps where the message will be, and believes that it may stay when that has
// been sent.
type lodger struct {
	wrongWorker
	base []float64
	n    int
}

func (w *lodger) Receive(v []float64) o.Action {
	w.at, w.base, w.n = append(w.at[:0], v...), append(w.base[:0], v...), 0
	return o.Compute
}

func (w *lodger) Step(g []float64, _ float64) o.Action {
	vec.Axpy(w.at, -.1, g)
	vec.Sub(g, w.at, w.base)
	return w.Moved(nil, 0)
}

func (w *lodger) Move(room []float64, _ float64) (o.Move[float64], bool) {
	m := o.Move[float64]{Rate: .1, From: w.at, To: w.at}
	switch {
	case w.n == 1:
		m.To, m.Base = nil, w.base
	case room != nil:
		w.at, m.To = room, room
	}
	return m, w.n == 0 || w.fault != "steps in the room"
}

func (w *lodger) Moved([]float64, float64) o.Action {
	if w.n++; w.n == 2 {
		return o.Exchange
	}
	return o.Compute
}

// versioner is a server that writes versions elsewhere, or says so.
type versioner struct{ server }

func (*versioner) Uniform() {}
func (s *versioner) ApplyTo(next []float64, m o.Message[float64]) o.Verdict {
	step := s.rate * m.Sched
	switch s.fault {
	case "another update":
		step *= 1 + 1e-15
	case "stays":
		return s.Apply(m)
	}
	last := s.x
	vec.AxpyTo(next, -step, m.Vec, s.x)
	s.x = next
	if s.fault == "spoils" {
		last[1] = 0
	}
	return o.Applied
}

// brokenStrategy is a sound method, but for its fault.
func brokenStrategy(fault string, shared *int) o.Strategy[float64] {
	s := o.Strategy[float64]{
		Elementwise: true, Combine: o.Mean, Serial: o.PlainSGD{Rate: .1}, Jobs: o.Fresh,
		Server: func(e o.Env[float64]) o.Server[float64] {
			s := server{x: vec.Clone(e.X0), rate: .1, fault: fault, shared: shared}
			switch fault {
			case "uniform":
				return &liar{s}
			case "another update", "stays", "spoils":
				return &versioner{s}
			}
			return &s
		},
		Worker: func(e o.Env[float64]) o.Worker[float64] {
			w := wrongWorker{fault: fault, asked: true}
			switch fault {
			case "horizon":
				return &planner{w}
			case "borrow":
				return &borrower{w}
			case "move", "moves from elsewhere":
				return &mover{w}
			case "stays too long", "steps in the room":
				return &lodger{wrongWorker: w}
			case "uses what it gave back":
				return &returner{borrower{w}}
			}
			return &w
		},
	}
	s.Trails = fault == "answers an interrupt"
	s.Silent = fault == "called silent"
	if fault == "another serial rule" {
		s.Serial = o.PlainSGD{Rate: .11}
	}
	return s
}

func TestBrokenMethodsAreNoticed(t *testing.T) {
	spec := o.Spec{Method: broken{.1}}
	count := 0
	for _, c := range []struct{ fault, check, says string }{
		{"", "", ""},
		{"ascends", "converges", "did not fall"},
		{"another serial rule", "serial", "serial descent"},
		{"writes its rate", "hyperparameters", "has written"},
		{"shares memory", "pure", "differ"},
		{"keeps the message", "pure", "not finite"},
		{"keeps the reply", "pure", "not finite"},
		{"reply not written", "pure", "not finite"},
		{"hides state", "checkpoint", "another way"},
		{"norm", "shards", "not elementwise"},
		{"ignores the schedule", "frozen", "the schedule is 0"},
		{"uniform", "pure", "Uniform"},
		{"horizon", "pure", "Horizon said 2"},
		{"borrow", "borrow", "ends elsewhere"},
		{"move", "move", "ends elsewhere"},
		{"moves from elsewhere", "move", "start at Point"},
		{"uses what it gave back", "move", "ends elsewhere"},
		{"stays too long", "move", "Point changed"},
		{"steps in the room", "move", "takes a Step"},
		{"another update", "versions", "ends elsewhere"},
		{"stays", "versions", "elsewhere than it was told"},
		{"spoils", "versions", "has left"},
		{"has a favourite", "jobs", "which worker"},
		{"grows tired", "jobs", "which half"},
		{"never pulls", "jobs", "ends with an Exchange"},
		{"pushes an old gradient", "jobs", "ends with an Exchange after a Step"},
		{"waits for nothing", "pure", "waits for nothing"},
		{"reads old", "pure", "Trails"},
		{"reads nothing old", "pure", "ReadOld belongs"},
		{"pushes an old gradient", "pure", "Trails"},
		{"overlaps", "pure", "Overlaps"},
		{"answers an interrupt", "consistencies", "answers an interrupt"},
		{"never pulls", "consistencies", "no update"},
		{"called silent", "consistencies", "Silent"},
	} {
		s := brokenStrategy(c.fault, &count)
		noticed := false
		for _, k := range checksOf(spec) {
			err := k.run(s)
			switch {
			case c.fault == "" && err != nil:
				t.Errorf("a sound method fails %s: %v", k.name, err)
			case k.name == c.check && err == nil:
				t.Errorf("%q passes %s", c.fault, k.name)
			case k.name == c.check && !strings.Contains(err.Error(), c.says):
				t.Errorf("%q: %s says %q, not %q", c.fault, k.name, err, c.says)
			case k.name == c.check:
				noticed = true
			}
		}
		if !noticed && c.fault != "" {
			t.Errorf("%q: there is no check %s", c.fault, c.check)
		}
	}
}

// checksOf are the checks for a method that is not registered.
func checksOf(spec o.Spec) []check[float64] {
	cs := checks[float64](spec)
	for i := range cs {
		if cs[i].name == "hyperparameters" {
			cs[i].run = func(s o.Strategy[float64]) error { return unwritten(s, map[string]bool{"rate": true}) }
		}
	}
	return cs
}
