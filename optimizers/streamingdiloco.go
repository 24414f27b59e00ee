package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// StreamingDiLoCo is DiLoCo in P fragments of the vector, one at a time, whose messages travel
// while the workers go on. The H inner steps of a round are P slots; in that of fragment p
//
//	tau steps before its end:  Delta_p = global_p - local_p is sent
//	                           global_p <- Outer(global_p, mean Delta_p), each fragment with an outer
//	                           memory of its own
//	at its end:                local_p <- (1 - alpha) global_p + alpha local_p
//
// and a worker that has not been answered by then waits. With one fragment, tau = 0 and alpha = 0
// it is diloco; with alpha = 1 locals never move to the center. A schedule acts on the inner steps.
// Displacement per gradient: as diloco's.
//
// Douillard et al. 2025, Streaming DiLoCo with overlapping communication, arXiv 2501.18512, after
// released code (torchft), as we read it.
type StreamingDiLoCo struct {
	Fragments int        `doc:"pieces of the vector (P)" in:"[1,1000000]"`
	Window    int        `doc:"inner steps in a round of all fragments (H), a multiple of P" in:"[1,1000000]"`
	Overlap   int        `doc:"inner steps while a message is on its way (tau): less than H/P" in:"[0,1000000]"`
	Mixing    float64    `doc:"weight of the local fragment where it meets the center's (alpha)" in:"[0,1]"`
	Outer     RuleConfig `doc:"the outer optimizer"`
	Local     RuleConfig `doc:"the inner optimizer"`
}

var _ params.Validator = StreamingDiLoCo{}

// Validate wants slots of a whole number of steps.
func (c StreamingDiLoCo) Validate() error {
	switch {
	case c.Window%c.Fragments != 0:
		return params.Errorf("window", "%d steps cannot be shared out to %d fragments: take a multiple", c.Window, c.Fragments)
	case c.Overlap >= c.Window/c.Fragments:
		return params.Errorf("overlap", "%d steps do not fit into a slot of %d: take less", c.Overlap, c.Window/c.Fragments)
	}
	return DiLoCo{c.Window, c.Outer, c.Local, ByServer()}.Validate()
}

// slot is how many inner steps there are for a fragment.
func (c StreamingDiLoCo) slot() int { return c.Window / c.Fragments }

// fragment is where fragment p of a vector of length dim begins and ends.
func (c StreamingDiLoCo) fragment(p, dim int) (lo, hi int) {
	return p * dim / c.Fragments, (p + 1) * dim / c.Fragments
}

type streamingWorker[F vec.Float] struct {
	StreamingDiLoCo
	rule    Rule[F]
	x       []F // local
	global  []F // as last received of each fragment
	p, t    int // fragment of this slot, steps in it
	round   int // of the slowest worker: all are in one
	born    bool
	arrived bool // what this slot's message was answered by is in global
}

var _ Clocked = (*streamingWorker[float32])(nil)

// SetClock implements Clocked: who is born later joins in at the fragment of the others.
func (w *streamingWorker[F]) SetClock(slowest int) { w.round = slowest }

func (w *streamingWorker[F]) Point() []F { return w.x }

func (w *streamingWorker[F]) Step(g []F, sched float64) Action {
	w.rule.Step(w.x, g, sched)
	w.t++
	a := Compute
	if w.t == w.slot()-w.Overlap { // Delta_p, with the sign of a change
		lo, hi := w.fragment(w.p, len(w.x))
		clear(g)
		vec.Sub(g[lo:hi], w.x[lo:hi], w.global[lo:hi])
		a = Push | Pull
	}
	if w.t < w.slot() {
		return a
	}
	if w.arrived {
		w.merge()
		return a
	}
	return a | Pull | Wait
}

func (w *streamingWorker[F]) Receive(v []F) Action {
	if !w.born {
		w.born, w.p = true, w.round%w.Fragments
		copy(w.x, v)
		copy(w.global, v)
		return Compute
	}
	lo, hi := w.fragment(w.p, len(w.x))
	copy(w.global[lo:hi], v[lo:hi])
	w.arrived = true
	if w.t == w.slot() { // it waited for it
		w.merge()
	}
	return Compute
}

// merge ends a slot: local_p <- (1 - alpha) global_p + alpha local_p.
func (w *streamingWorker[F]) merge() {
	lo, hi := w.fragment(w.p, len(w.x))
	vec.Lerp(w.x[lo:hi], F(1-w.Mixing), w.global[lo:hi])
	w.p, w.t, w.arrived = (w.p+1)%w.Fragments, 0, false
}

type streamingServer[F vec.Float] struct {
	StreamingDiLoCo
	broadcast[F]
	rules []Rule[F] // of each fragment
	p     int       // whose turn it is
}

var _ Uniform = (*streamingServer[float32])(nil)

func (s *streamingServer[F]) Apply(m Message[F]) Verdict {
	lo, hi := s.fragment(s.p, len(s.x))
	vec.Scale(m.Vec[lo:hi], -1)
	s.rules[s.p].Step(s.x[lo:hi], m.Vec[lo:hi], 1) // global_p <- Outer(global_p, mean Delta_p)
	s.p = (s.p + 1) % s.Fragments
	return Applied
}

func streamingDiLoCo[F vec.Float](c StreamingDiLoCo) Strategy[F] {
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] {
			d := len(e.X0)
			return &streamingWorker[F]{StreamingDiLoCo: c, rule: NewRule[F](c.Local, d), x: make([]F, d), global: make([]F, d)}
		},
		Server: func(e Env[F]) Server[F] {
			s := &streamingServer[F]{StreamingDiLoCo: c, broadcast: newBroadcast(e)}
			for p := range c.Fragments {
				lo, hi := c.fragment(p, len(e.X0))
				s.rules = append(s.rules, NewRule[F](c.Outer, hi-lo))
			}
			return s
		},
		Consistency: BSP(),
		Combine:     Mean,
		Elementwise: c.Fragments == 1,
		Keeps:       true,
		Overlaps:    c.Overlap > 0,
		Awaits:      c.Overlap > 0,
		Trails:      c.Overlap > 0,
	}
}

// Facts implements Factual.
func (StreamingDiLoCo) Facts() Facts {
	return Facts{Up: "a fragment of x_i less its last global one", Down: "x, of which a fragment is taken"}
}

func init() {
	Register("streaming-diloco", "diloco fragment by fragment, while the workers go on", "Douillard et al. 2025, arXiv 2501.18512",
		StreamingDiLoCo{2, 20, 5, 0, publishedOuter, Adam{Rate: 4e-4, Beta1: .9, Beta2: .999, Epsilon: 1e-8}},
		streamingDiLoCo[float32], streamingDiLoCo[float64])
}
