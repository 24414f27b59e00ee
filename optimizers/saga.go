package optimizers

import "staleness/nets/vec"

// SAGA is asynchronous variance-reduced descent by a table: the server keeps the last gradient a_j
// of each block of samples, and their mean,
//
//	x <- x - rate (g_j(x_{k-tau}) - a_j + mean a);  a_j <- g_j(x_{k-tau})
//
// with j drawn by the server. The table is filled at the start by all workers together, and the
// first step is that full gradient. Displacement per push: rate.
//
// Defazio, Bach & Lacoste-Julien 2014, NIPS, arXiv 1407.0202; Leblond, Pedregosa & Lacoste-Julien
// 2017, AISTATS, arXiv 1606.04809.
type SAGA struct {
	Rate  float64 `doc:"step size (gamma; Defazio et al.: 1/(3 L))" in:"(0,1e30]"`
	Block int     `doc:"samples in a block, each block with a gradient in the table" in:"[1,2147483647]"`
}

type sagaServer[F vec.Float] struct {
	SAGA
	broadcast[F]
	table [][]F // a_j; nil: not known yet
	mean  []F   // sum of n_j/N a_j
	fill  portions
	full  bool  // the table is
	with  []int // block of each worker; -1: none
	drawn int
	seed  uint64
}

var (
	_ Dispatcher = (*sagaServer[float32])(nil)
	_ Roster     = (*sagaServer[float32])(nil)
	_ Uniform    = (*sagaServer[float32])(nil)
)

// Leave implements Roster: what a worker had will not return.
func (s *sagaServer[F]) Leave(worker int) {
	s.fill.give(worker)
	s.with[worker] = -1
}

// Join implements Roster: there is nothing to do until the worker asks for a block.
func (s *sagaServer[F]) Join(int, bool) {}

// Portion implements Dispatcher.
func (s *sagaServer[F]) Portion(to int) (lo, hi int, ok bool) {
	if !s.full {
		return s.fill.hand(to, false)
	}
	j := Draw(s.seed, -1, s.drawn, len(s.table))
	s.drawn++
	s.with[to] = j
	lo, hi = s.fill.bounds(j)
	return lo, hi, true
}

func (s *sagaServer[F]) Apply(m Message[F]) Verdict {
	if !s.full {
		return s.enter(m)
	}
	j := s.with[m.From]
	if s.with[m.From] = -1; j < 0 {
		return Dropped // it had left
	}
	rate, a, share := F(s.Rate*m.Sched), s.table[j], s.share(j)
	even, part := F(share*float64(len(s.table))), F(share) // blocks differ by a sample
	for i, g := range m.Vec {
		change := g - a[i]
		s.x[i] -= F(rate * (F(even*change) + s.mean[i])) // x <- x - rate (g_j - a_j + mean a)
		s.mean[i] += F(part * change)
		a[i] = g
	}
	return Applied
}

// share is that of block j in the samples.
func (s *sagaServer[F]) share(j int) float64 {
	lo, hi := s.fill.bounds(j)
	return float64(hi-lo) / float64(s.fill.samples)
}

// enter fills the table.
func (s *sagaServer[F]) enter(m Message[F]) Verdict {
	j := s.fill.with[m.From]
	if _, ok := s.fill.take(m.From); !ok {
		return Dropped
	}
	s.table[j] = vec.Clone(m.Vec)
	if s.fill.left > 0 {
		return Buffered
	}
	for j, a := range s.table { // in their order, whoever came first
		vec.Axpy(s.mean, F(s.share(j)), a)
	}
	s.full = true
	vec.Axpy(s.x, F(-s.Rate*m.Sched), s.mean)
	return Applied
}

// blockWorker sends the gradient of the block that its server has drawn.
type blockWorker[F vec.Float] struct{ gradients[F] }

var _ Directed = (*blockWorker[float32])(nil)

// Direct implements Directed: a block is computed as any batch.
func (*blockWorker[F]) Direct(int, int) {}

func saga[F vec.Float](c SAGA) Strategy[F] {
	return Strategy[F]{
		Worker: func(Env[F]) Worker[F] { return &blockWorker[F]{gradients[F]{after: Exchange}} },
		Server: func(e Env[F]) Server[F] {
			n := samplesOf(e, 10*e.Workers)
			blocks := (n-1)/c.Block + 1
			s := &sagaServer[F]{SAGA: c, broadcast: newBroadcast(e), table: make([][]F, blocks), mean: make([]F, len(e.X0)),
				fill: newPortions(n, blocks, e.Workers), with: make([]int, e.Workers), seed: e.Seed}
			for i := range s.with {
				s.with[i] = -1
			}
			return s
		},
	}
}

// Facts implements Factual.
func (SAGA) Facts() Facts {
	return Facts{Up: "the gradient of a block", Down: "x, and which block", Memory: "one for each block"}
}

func init() {
	Register("saga", "variance-reduced descent by a table of the last gradients", "Defazio et al. 2014, arXiv 1407.0202; Leblond et al. 2017, arXiv 1606.04809",
		SAGA{.1, 32}, saga[float32], saga[float64])
}
