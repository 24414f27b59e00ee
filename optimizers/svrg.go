package optimizers

import (
	"math"

	"staleness/nets/vec"
)

// SVRG is asynchronous variance-reduced descent: all workers together compute the full gradient at
// a snapshot y of the center, then each subtracts from the gradient of its samples theirs at y, so
// that the noise vanishes with the distance from it:
//
//	x <- x - rate (g_B(x_{k-tau}) - g_B(y) + grad f(y))
//
// An epoch is its full gradient, which is the first step, and then a fixed number of pushes; the
// next begins when the last of them has come. Displacement per push: rate.
//
// Johnson & Zhang 2013, NIPS; Reddi, Hefny, Sra, Poczos & Smola 2015, NIPS, arXiv 1506.06840; Mania
// et al. 2017, arXiv 1507.06970.
type SVRG struct {
	Rate   float64 `doc:"step size (eta)" in:"(0,1e30]"`
	Passes float64 `doc:"passes over the data between snapshots (m over N; Johnson & Zhang: 2, not convex: 5)" in:"(0,1e6]"`
}

type svrgServer[F vec.Float] struct {
	SVRG
	center[F]
	y      []F      // snapshot
	full   []F      // grad f(y), as far as it has come in
	batch  portions // of it
	inner  bool     // it is there
	length int      // pushes of an epoch
	come   int      // of them
	out    []bool   // by worker: it computes a pair
	begun  int      // how many do
}

var (
	_ Dispatcher = (*svrgServer[float32])(nil)
	_ Roster     = (*svrgServer[float32])(nil)
)

// Leave implements Roster: what a worker had will not return, so that others may have it.
func (s *svrgServer[F]) Leave(worker int) {
	s.batch.give(worker)
	s.recall(worker)
}

// Join implements Roster: there is nothing to do until the worker asks for something.
func (s *svrgServer[F]) Join(int, bool) {}

// recall notes that a worker computes no pair, and says whether it did.
func (s *svrgServer[F]) recall(worker int) bool {
	was := s.out[worker]
	if was {
		s.out[worker] = false
		s.begun--
	}
	return was
}

// Portion implements Dispatcher.
func (s *svrgServer[F]) Portion(to int) (lo, hi int, ok bool) {
	s.recall(to)
	if !s.inner {
		return s.batch.hand(to, false)
	}
	if s.come+s.begun >= s.length {
		return 0, 0, false // the epoch ends with those who are at work
	}
	s.out[to] = true
	s.begun++
	return 0, 0, true
}

// Reply sends the center and the snapshot.
func (s *svrgServer[F]) Reply(dst []F, _ int) {
	copy(dst, s.x)
	copy(dst[len(s.x):], s.y)
}

func (s *svrgServer[F]) Apply(m Message[F]) Verdict {
	d := len(s.x)
	g, h, rate := m.Vec[:d], m.Vec[d:], F(s.Rate*m.Sched)
	if s.inner {
		if !s.recall(m.From) {
			return Dropped // it had left, and another has done it
		}
		for i, f := range s.full {
			// x <- x - rate (g_B(x_read) - g_B(y) + grad f(y))
			s.x[i] -= F(rate * (g[i] - h[i] + f))
		}
		if s.come++; s.come == s.length {
			s.snapshot()
		}
		return Applied
	}
	share, ok := s.batch.take(m.From)
	if !ok {
		return Dropped
	}
	vec.Axpy(s.full, F(share), g) // grad f(y) = sum over portions of n_p/N g_p
	if s.batch.left > 0 {
		return Buffered
	}
	s.inner, s.come = true, 0
	vec.Axpy(s.x, -rate, s.full) // at x = y the two gradients of a pair are one
	return Applied
}

// snapshot begins an epoch.
func (s *svrgServer[F]) snapshot() {
	copy(s.y, s.x)
	vec.Fill(s.full, 0)
	s.batch.reset()
	s.inner = false
}

// samplesOf is how many samples there are; without data, as where only times count, as many as
// given.
func samplesOf[F vec.Float](e Env[F], otherwise int) int {
	if e.Samples > 0 {
		return e.Samples
	}
	return otherwise
}

// pushesIn is how many batches make so many passes over the data; without data there are ten.
func pushesIn[F vec.Float](e Env[F], passes float64) int {
	if e.Samples == 0 || e.Batch == 0 {
		return 10
	}
	return int(max(1, math.Ceil(min(passes*float64(e.Samples)/float64(e.Batch), 1<<31))))
}

func svrg[F vec.Float](c SVRG) Strategy[F] {
	return Strategy[F]{
		Worker: newPairs[F],
		Server: func(e Env[F]) Server[F] {
			n := samplesOf(e, e.Workers)
			return &svrgServer[F]{SVRG: c, center: newCenter(e), y: vec.Clone(e.X0), full: make([]F, len(e.X0)),
				batch: newPortions(n, portionsOf(n, 1, e.Workers), e.Workers), length: pushesIn(e, c.Passes), out: make([]bool, e.Workers)}
		},
		Width: 2,
	}
}

// Facts implements Factual.
func (SVRG) Facts() Facts {
	return Facts{Up: "gradients of the same samples at x and at y", Down: "x and y, or which portion"}
}

func init() {
	Register("svrg", "variance-reduced descent by full gradients at snapshots", "Johnson & Zhang 2013, NIPS; Reddi et al. 2015, arXiv 1506.06840",
		SVRG{.1, 2}, svrg[float32], svrg[float64])
}
