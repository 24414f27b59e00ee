package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// QuAFL averages the center S with the models C_i of s workers at a time, from values before:
//
//	p = 1/(s + 1)
//	S   <- p S + (1 - p) 1/s sum_i C_i
//	C_i <- p S_old + (1 - p) C_i
//
// and in between worker i takes K local steps of rate eta/(1 - p). S + sum_i C_i over those that
// meet stays what it was. Here the s workers that have their K steps first meet the server; who is
// ready earlier waits for them. Displacement per gradient: rate/s.
//
// Zakerinia, Talaei, Nadiradze & Alistarh 2022, QuAFL, arXiv 2206.10032, after released code, as we
// read it; what is sent is not quantised.
type QuAFL struct {
	Contacts int        `doc:"workers that meet the server at a time (s); all, if there are fewer" in:"[1,1000000]"`
	Window   int        `doc:"local steps between two contacts (K)" in:"[1,1000000]"`
	Local    RuleConfig `doc:"the worker's own optimizer; its rate is that of the method (eta), its steps are eta/(1 - p)"`
}

var _ params.Validator = QuAFL{}

// Validate wants a local optimizer.
func (c QuAFL) Validate() error { return needLocal(c.Local) }

// p is the weight of what was there.
func (c QuAFL) p(workers int) float64 { return 1 / float64(min(c.Contacts, workers)+1) }

type quaflWorker[F vec.Float] struct {
	localSteps[F]
	p    float64
	sent bool
}

var _ Planner = (*quaflWorker[float32])(nil)

func (w *quaflWorker[F]) Step(g []F, sched float64) Action {
	if !w.step(g, sched/(1-w.p)) { // C_i <- C_i - eta/(1 - p) g
		return Compute
	}
	copy(g, w.x)
	w.sent = true
	return Exchange
}

func (w *quaflWorker[F]) Receive(v []F) Action {
	if w.sent {
		w.sent = false
		vec.Lerp(v, F(1-w.p), w.x) // C_i <- p S_old + (1 - p) C_i
	}
	return w.localSteps.Receive(v)
}

// quaflServer answers who has come to it once s have.
type quaflServer[F vec.Float] struct {
	center[F]
	present
	old     []F // S before the last update
	sum     []F // of the C_i that have come
	p       float64
	contact int
	here    []bool // whose C_i has, and waits
	n       int    // how many
}

var (
	_ Dispatcher = (*quaflServer[float32])(nil)
	_ Roster     = (*quaflServer[float32])(nil)
)

func (s *quaflServer[F]) Apply(m Message[F]) Verdict {
	vec.Add(s.sum, s.sum, m.Vec)
	s.here[m.From] = true
	if s.n++; s.n < s.contact {
		return Buffered
	}
	copy(s.old, s.x)
	vec.Scale(s.sum, 1/F(s.n))
	vec.Lerp(s.x, F(1-s.p), s.sum) // S <- p S + (1 - p) 1/s sum_i C_i
	s.part()
	return Applied
}

// part ends a contact.
func (s *quaflServer[F]) part() {
	clear(s.sum)
	clear(s.here)
	s.n = 0
}

func (s *quaflServer[F]) Reply(dst []F, _ int) { copy(dst, s.old) }

// Portion implements Dispatcher: who has come waits until its contact is over. Samples are the
// run's to choose.
func (s *quaflServer[F]) Portion(to int) (lo, hi int, ok bool) { return 0, 0, !s.here[to] }

// Leave implements Roster: if those who are left cannot be enough, they go on without contact.
func (s *quaflServer[F]) Leave(worker int) {
	if s.leave(worker); s.n > 0 && s.present.n < s.contact {
		s.part()
	}
}

// Join implements Roster.
func (s *quaflServer[F]) Join(worker int, anew bool) {
	s.join(worker)
	if anew {
		s.here[worker] = false
	}
}

func quafl[F vec.Float](c QuAFL) Strategy[F] {
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] {
			return &quaflWorker[F]{localSteps: newLocalSteps(e, c.Local, c.Window), p: c.p(e.Workers)}
		},
		Server: func(e Env[F]) Server[F] {
			return &quaflServer[F]{center: newCenter(e), present: newPresent(e.Workers), old: vec.Clone(e.X0), sum: make([]F, len(e.X0)),
				p: c.p(e.Workers), contact: min(c.Contacts, e.Workers), here: make([]bool, e.Workers)}
		},
		Elementwise: true,
		Keeps:       true,
	}
}

// Facts implements Factual.
func (QuAFL) Facts() Facts { return Facts{Up: "C_i", Down: "S before the update"} }

func init() {
	Register("quafl", "the center averaged with some models at a time, which stay their own", "Zakerinia et al. 2022, arXiv 2206.10032",
		QuAFL{Contacts: 2, Window: 10, Local: PlainSGD{Rate: .1}}, quafl[float32], quafl[float64])
}
