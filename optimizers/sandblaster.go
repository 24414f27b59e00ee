package optimizers

import (
	"math"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// Sandblaster is L-BFGS on batches computed by all workers: a coordinator hands out small portions
// of the batch, gives copies of what is still out to workers that would be idle near its end, and
// takes whichever copy returns first.
//
// Every point of the line search is a batch, and every finished batch a version. A push for an
// older version is refused, so staleness is 0 throughout; what asynchrony costs is time.
//
// Dean et al. 2012, Large Scale Distributed Deep Networks, NIPS, section 4.2 and algorithm 7.2.
type Sandblaster struct {
	Samples    int     `doc:"samples in a batch, the first of the data; 0, or more than there are: all" in:"[0,2147483647]"`
	Portions   int     `doc:"portions of a batch per worker: the paper asks for portions much smaller than 1/M of it" in:"[1,1000000000]"`
	Duplicates bool    `doc:"give copies of outstanding portions to workers that would be idle near the end of a batch"`
	Late       string  `doc:"workers on a portion that is no longer wanted abort at once, or finish in vain" in:"abort|finish" when:"duplicates"`
	History    int     `doc:"pairs that L-BFGS keeps (m)" in:"[1,1000]"`
	Armijo     float64 `doc:"c_1 of f(x+td) <= f(x) + c_1 t g.d (Nocedal & Wright: 1e-4)" in:"(0,1)"`
	Wolfe      float64 `doc:"c_2 of g(x+td).d >= c_2 g.d (Nocedal & Wright: .9)" in:"(0,1)"`
	Search     int     `doc:"batches in one line search, after which it starts afresh along -g" in:"[1,1000000]"`
}

var _ params.Validator = Sandblaster{}

// Validate wants room between the two conditions of the line search.
func (c Sandblaster) Validate() error {
	if c.Armijo >= c.Wolfe {
		return params.Errorf("armijo", "%v is not below wolfe = %v: no step need meet both (Nocedal & Wright 2006, lemma 3.1)", c.Armijo, c.Wolfe)
	}
	return nil
}

type sandblasterServer[F vec.Float] struct {
	Sandblaster
	center[F] // x: the point last accepted

	batch  portions
	trial  []F     // x + t d: where the present batch is taken
	g      []F     // its gradient, as far as it has come in
	f      float64 // its loss, likewise
	memory lbfgs[F]

	started bool
	d       []F // search direction
	f0      float64
	g0      []F     // at x
	slope   float64 // g(x).d
	t       float64 // step
	low     float64 // a step too short
	high    float64 // a step too long
	tries   int
}

var (
	_ Dispatcher = (*sandblasterServer[float32])(nil)
	_ Roster     = (*sandblasterServer[float32])(nil)
)

// Leave implements Roster: what a worker had will not return, so that others may have it.
func (s *sandblasterServer[F]) Leave(worker int) { s.batch.give(worker) }

// Join implements Roster: there is nothing to do until the worker asks for a portion.
func (s *sandblasterServer[F]) Join(int, bool) {}

func (s *sandblasterServer[F]) Portion(to int) (lo, hi int, ok bool) {
	return s.batch.hand(to, s.Duplicates)
}

func (s *sandblasterServer[F]) Reply(dst []F, _ int) { copy(dst, s.trial) }

func (s *sandblasterServer[F]) Apply(m Message[F]) Verdict {
	share, ok := s.batch.take(m.From)
	if !ok {
		return Dropped // a copy was faster
	}
	vec.Axpy(s.g, F(share), m.Vec) // g = sum over portions of n_p/n g_p
	s.f += float64(share * m.Loss) // f likewise
	if s.batch.left > 0 {
		return Buffered
	}
	s.advance()
	s.batch.reset()
	vec.Fill(s.g, 0)
	s.f = 0
	return Applied
}

// advance ends a batch: the trial point is accepted, or the line search goes on.
func (s *sandblasterServer[F]) advance() {
	if s.started {
		s.tries++
		switch slope := vec.Dot(s.g, s.d); {
		// not f(x+td) <= f(x) + c_1 t g.d: too long
		case !(s.f <= s.f0+float64(s.Armijo*float64(s.t*s.slope))):
			s.high = s.t
		case slope < s.Wolfe*s.slope: // not g(x+td).d >= c_2 g.d: too short
			s.low = s.t
		default:
			s.accept()
			return
		}
		if s.tries == s.Search {
			s.memory.forget()
			s.turn()
		} else if math.IsInf(s.high, 1) {
			s.t *= 2
		} else {
			s.t = (s.low + s.high) / 2
		}
		s.place()
		return
	}
	s.started = true
	s.f0 = s.f
	copy(s.g0, s.g)
	s.turn()
	s.place()
}

// accept makes the trial point the center and sets out from it.
func (s *sandblasterServer[F]) accept() {
	vec.Sub(s.x, s.trial, s.x) // s = x_{k+1} - x_k, in place of x_k
	vec.Sub(s.g0, s.g, s.g0)   // y = g_{k+1} - g_k
	s.memory.remember(s.x, s.g0)
	copy(s.x, s.trial)
	copy(s.g0, s.g)
	s.f0 = s.f
	s.turn()
	s.place()
}

// turn chooses the direction at x and the first step along it: 1, or 1/|g| where nothing is known
// of the curvature.
func (s *sandblasterServer[F]) turn() {
	s.memory.direction(s.d, s.g0)              // d = -H g
	s.slope = vec.Dot(s.g0, s.d)               // g.d
	if !(s.slope < 0) && len(s.memory.s) > 0 { // rounding has spoilt the memory
		s.memory.forget()
		s.memory.direction(s.d, s.g0)
		s.slope = vec.Dot(s.g0, s.d)
	}
	s.t, s.low, s.high, s.tries = 1, 0, math.Inf(1), 0
	if norm := math.Sqrt(-s.slope); len(s.memory.s) == 0 && norm > 0 {
		s.t = 1 / norm
	}
}

// place puts the trial point at x + t d.
func (s *sandblasterServer[F]) place() {
	copy(s.trial, s.x)
	vec.Axpy(s.trial, F(s.t), s.d) // x + t d
}

// portions keeps account of one batch: what is out, with whom, and what has come in.
type portions struct {
	samples int
	copies  []int // of each portion, at work now
	done    []bool
	left    int   // not yet done
	next    int   // the first never handed out
	with    []int // portion of each worker; -1: none
}

func newPortions(samples, count, workers int) portions {
	p := portions{samples: samples, copies: make([]int, count), done: make([]bool, count), with: make([]int, workers)}
	p.reset()
	return p
}

// portionsOf is how many portions a batch of n samples makes where each worker would have so many:
// one a sample at most.
func portionsOf(n, each, workers int) int {
	if each > n/workers { // before the product, which may not be an int
		return n
	}
	return each * workers
}

// reset begins the next batch.
func (p *portions) reset() {
	clear(p.copies)
	clear(p.done)
	p.left, p.next = len(p.done), 0
	for i := range p.with {
		p.with[i] = -1
	}
}

// hand gives a worker its next portion, samples lo to hi: one that nobody has, else, if it may be a
// duplicate, the one with the fewest copies at work. What the worker had before it will not return.
func (p *portions) hand(to int, duplicate bool) (lo, hi int, ok bool) {
	p.give(to)
	best := -1
	if p.next < len(p.done) {
		best = p.next
		p.next++
	} else {
		for i, done := range p.done {
			if !done && (duplicate || p.copies[i] == 0) && (best < 0 || p.copies[i] < p.copies[best]) {
				best = i
			}
		}
	}
	p.with[to] = best
	if best < 0 {
		return 0, 0, false
	}
	p.copies[best]++
	lo, hi = p.bounds(best)
	return lo, hi, true
}

// give takes back what a worker has: it will not return.
func (p *portions) give(worker int) {
	if i := p.with[worker]; i >= 0 {
		p.copies[i]--
	}
	p.with[worker] = -1
}

// take notes that a worker's portion came in, and returns its share of the batch; !ok: a copy came
// first.
func (p *portions) take(from int) (share float64, ok bool) {
	i := p.with[from]
	p.with[from] = -1
	if i < 0 {
		return 0, false
	}
	p.copies[i]--
	if p.done[i] {
		return 0, false
	}
	p.done[i] = true
	p.left--
	lo, hi := p.bounds(i)
	return float64(hi-lo) / float64(p.samples), true
}

// bounds spreads the samples evenly.
func (p *portions) bounds(i int) (lo, hi int) {
	n := len(p.done)
	return i * p.samples / n, (i + 1) * p.samples / n
}

func sandblaster[F vec.Float](c Sandblaster) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			d := len(e.X0)
			n := c.Samples
			if n == 0 || e.Samples > 0 && n > e.Samples {
				n = max(e.Samples, 1)
			}
			return &sandblasterServer[F]{Sandblaster: c, center: newCenter(e),
				batch: newPortions(n, portionsOf(n, c.Portions, e.Workers), e.Workers), memory: lbfgs[F]{size: c.History},
				trial: vec.Clone(e.X0), g: make([]F, d), d: make([]F, d), g0: make([]F, d)}
		},
		Consistency: Bounded(1, c.Late == "abort"),
		Rateless:    true,
	}
}

// Facts implements Factual.
func (Sandblaster) Facts() Facts {
	return Facts{
		Staleness: "takes fresh gradients alone", Up: "the gradient of a portion", Down: "the trial point, and which portion",
		Memory: "two for each step of its history",
	}
}

func init() {
	Register("sandblaster", "distributed batch L-BFGS", "Dean et al. 2012, NIPS",
		Sandblaster{Portions: 10, Duplicates: true, Late: "abort", History: 10, Armijo: 1e-4, Wolfe: .9, Search: 20},
		sandblaster[float32], sandblaster[float64])
}
