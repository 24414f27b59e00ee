package optimizers

import (
	"math"

	"staleness/nets/vec"
)

// PAGE steps along an estimate that is mostly corrected and now and then computed anew,
//
//	with probability p:  g = grad f(x), by all workers together;
//	else                 g <- g + 1/B sum over B pushes of (g_B(x) - g_B(x_prev))
//	x_prev <- x;  x <- x - rate g
//
// from whomever is fast enough, always at the present points: staleness is 0 (Rennala PAGE, called
// Freya PAGE). Displacement per push: rate/B.
//
// Li, Bao, Zhang & Richtarik 2021, ICML, arXiv 2008.10898; Tyurin, Gruntkowska & Richtarik 2024,
// arXiv 2405.15545.
type PAGE struct {
	Rate        float64 `doc:"step size (gamma)" in:"(0,1e30]"`
	Pairs       int     `doc:"pushes of a pair in a correction (B over the batch); 0: ceil(sqrt(N)) samples, at least one push" in:"[0,1000000000]"`
	Probability float64 `doc:"of a full gradient (p); 0: B/(B+N), in samples" in:"[0,1]"`
	Portions    int     `doc:"portions of a full gradient per worker" in:"[1,1000000]"`
	Late        string  `doc:"workers at an old point abort at once, or finish and are ignored" in:"abort|finish"`
}

type pageServer[F vec.Float] struct {
	PAGE
	center[F]
	last  []F // x_prev
	g     []F // the estimate
	sum   []F // what corrects it, or what replaces it, as far as it has come in
	batch portions
	whole bool // it is to be replaced
	need  int  // B, in pushes
	odds  int  // p, of 2^30
	come  int  // pushes of a correction
	steps int
	seed  uint64
}

var (
	_ Dispatcher = (*pageServer[float32])(nil)
	_ Roster     = (*pageServer[float32])(nil)
)

// Leave implements Roster: what a worker had will not return, so that others may have it.
func (s *pageServer[F]) Leave(worker int) { s.batch.give(worker) }

// Join implements Roster: there is nothing to do until the worker asks for something.
func (s *pageServer[F]) Join(int, bool) {}

// Portion implements Dispatcher: copies of what is out are for those who would be idle.
func (s *pageServer[F]) Portion(to int) (lo, hi int, ok bool) {
	if s.whole {
		return s.batch.hand(to, true)
	}
	return 0, 0, true
}

// Reply sends the center and the one before.
func (s *pageServer[F]) Reply(dst []F, _ int) {
	copy(dst, s.x)
	copy(dst[len(s.x):], s.last)
}

func (s *pageServer[F]) Apply(m Message[F]) Verdict {
	d := len(s.x)
	g, h := m.Vec[:d], m.Vec[d:]
	if s.whole {
		share, ok := s.batch.take(m.From)
		if !ok {
			return Dropped // a copy was faster
		}
		vec.Axpy(s.sum, F(share), g) // grad f(x) = sum over portions of n_p/N g_p
		if s.batch.left > 0 {
			return Buffered
		}
		copy(s.g, s.sum)
	} else {
		over := F(1 / float64(s.need))
		for i := range s.sum {
			s.sum[i] += F(over * (g[i] - h[i])) // 1/B (g_B(x) - g_B(x_prev))
		}
		if s.come++; s.come < s.need {
			return Buffered
		}
		vec.Add(s.g, s.g, s.sum)
	}
	copy(s.last, s.x)
	vec.Axpy(s.x, F(-s.Rate*m.Sched), s.g) // x <- x - rate g
	s.next()
	return Applied
}

// next decides where the next estimate comes from.
func (s *pageServer[F]) next() {
	s.whole = Draw(s.seed, -1, s.steps, 1<<30) < s.odds
	s.steps++
	s.come = 0
	vec.Fill(s.sum, 0)
	s.batch.reset()
}

func page[F vec.Float](c PAGE) Strategy[F] {
	return Strategy[F]{
		Worker:      newPairs[F],
		Width:       2,
		Consistency: Bounded(1, c.Late == "abort"),
		Server: func(e Env[F]) Server[F] {
			d, n, each := len(e.X0), samplesOf(e, c.Portions*e.Workers), max(e.Batch, 1)
			need, p := c.Pairs, c.Probability
			if need == 0 {
				need = (int(math.Ceil(math.Sqrt(float64(n)))) + each - 1) / each
			}
			if p == 0 {
				b := float64(float64(need) * float64(each))
				p = b / (b + float64(n))
			}
			return &pageServer[F]{PAGE: c, center: newCenter(e), last: vec.Clone(e.X0), g: make([]F, d), sum: make([]F, d),
				batch: newPortions(n, portionsOf(n, c.Portions, e.Workers), e.Workers), whole: true, need: need, odds: int(float64(p * (1 << 30))), seed: e.Seed}
		},
	}
}

// Facts implements Factual.
func (PAGE) Facts() Facts {
	return Facts{Staleness: "takes fresh gradients alone", Up: "gradients of the same samples at x and at the x before", Down: "both, or which portion"}
}

func init() {
	Register("page", "an estimate corrected by pairs, now and then computed anew", "Li et al. 2021, arXiv 2008.10898; Tyurin, Gruntkowska & Richtarik 2024, arXiv 2405.15545",
		PAGE{Rate: .1, Portions: 4, Late: "abort"}, page[float32], page[float64])
}
