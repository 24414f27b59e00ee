package optimizers

import (
	"math"

	"staleness/nets/vec"
)

// ATA is synchronous minibatch SGD that learns how to share a batch out, so that it is complete
// early and nobody works in vain. In round k worker i computes B_i gradients, sum_i B_i = B, such
// that
//
//	max_i s_i B_i is least,  s_i = max(0, mean_i - 4 e alpha (sqrt(L_i) + L_i)),  L_i = ln(2 k^2)/N_i,
//
// mean_i being what its N_i gradients took so far, alpha their spread; whoever has computed nothing
// yet comes first. s_i is a lower bound of its mean: who is little known is tried out. Then
//
//	x <- x - gamma 1/B sum of the B gradients.
//
// Staleness is 0. Displacement per gradient: rate/B.
//
// Maranjyan, Saad, Richtarik & Orabona 2025, ATA: Adaptive Task Allocation for Efficient Resource
// Management in Distributed Machine Learning, arXiv 2502.00775.
type ATA struct {
	Rate   float64 `doc:"step size (gamma)" in:"(0,1e30]"`
	Batch  int     `doc:"gradients in a step (B)" in:"[1,1000000]"`
	Spread string  `doc:"alpha: empirical, twice mean_i (ATA-Empirical); given" in:"empirical|given"`
	Alpha  float64 `doc:"bound on the spread of times, in seconds (alpha); 0: trust the means" in:"[0,1e30]" when:"spread=given"`
}

type ataServer[F vec.Float] struct {
	ATA
	broadcast[F]
	present
	times         workTimes
	quota         []int // B_i
	sent, arrived []int // in this round
	spare         int   // gradients of this round that are nobody's, since nobody is there
	round         int
	sum           []F
	n             int // gradients in sum
}

var (
	_ Uniform    = (*ataServer[float32])(nil)
	_ Dispatcher = (*ataServer[float32])(nil)
	_ Roster     = (*ataServer[float32])(nil)
)

func (s *ataServer[F]) Apply(m Message[F]) Verdict {
	if s.arrived[m.From] >= s.quota[m.From] {
		return Dropped // it had left, and others compute what it was to
	}
	s.arrived[m.From]++
	s.times.note(m.From, m.Seconds)
	vec.Add(s.sum, s.sum, m.Vec)
	if s.n++; s.n < s.Batch {
		return Buffered
	}
	vec.Axpy(s.x, -F(s.Rate*m.Sched/float64(s.Batch)), s.sum) // x <- x - gamma 1/B sum g
	clear(s.sum)
	s.n = 0
	s.share()
	return Applied
}

// share begins a round.
func (s *ataServer[F]) share() {
	s.round++
	clear(s.quota)
	clear(s.sent)
	clear(s.arrived)
	s.assign(s.Batch)
}

// assign shares n gradients out to those who take part.
func (s *ataServer[F]) assign(n int) {
	if s.present.n == 0 {
		s.spare += n
		return
	}
	leastMax(s.quota, s.bounds(), n)
}

// bounds are s_i; infinite for those who are away, -1 for those of whom nothing is known.
func (s *ataServer[F]) bounds() []float64 {
	bounds := make([]float64, len(s.quota))
	k := float64(s.round)
	for i := range bounds {
		mean, known := s.times.mean(i)
		switch {
		case s.away[i]:
			bounds[i] = math.Inf(1)
		case !known:
			bounds[i] = -1
		default:
			alpha := s.Alpha
			if s.Spread == "empirical" {
				alpha = 2 * mean
			}
			l := vec.Log(2*k*k) / s.times.count[i]
			bounds[i] = max(0, mean-float64(4*math.E*alpha*(math.Sqrt(l)+l))) // s_i
		}
	}
	return bounds
}

// leastMax adds n to the numbers b, one by one where cost times b is least then: so the largest of
// these products is as small as it can be. Those of negative cost have one each at first; of equals
// the one with the smaller b, then the first, is taken.
func leastMax(b []int, cost []float64, n int) {
	for ; n > 0; n-- {
		best := -1
		for i, c := range cost {
			if c < 0 && b[i] == 0 {
				best = i
				break
			}
			if math.IsInf(c, 1) {
				continue
			}
			if best < 0 || max(0, c)*float64(b[i]+1) < max(0, cost[best])*float64(b[best]+1) ||
				max(0, c)*float64(b[i]+1) == max(0, cost[best])*float64(b[best]+1) && b[i] < b[best] {
				best = i
			}
		}
		b[best]++
	}
}

// Portion implements Dispatcher: a worker that has its share waits for the next round. Samples are
// the run's to choose.
func (s *ataServer[F]) Portion(to int) (lo, hi int, ok bool) {
	if s.sent[to] >= s.quota[to] {
		return 0, 0, false
	}
	s.sent[to]++
	return 0, 0, true
}

// Leave implements Roster: others compute what a worker that is gone was to.
func (s *ataServer[F]) Leave(worker int) {
	if !s.leave(worker) {
		return
	}
	rest := s.quota[worker] - s.arrived[worker]
	s.quota[worker] = s.arrived[worker]
	s.assign(rest)
}

// Join implements Roster: it has a share in the next round, unless this one waits for somebody.
func (s *ataServer[F]) Join(worker int, _ bool) {
	s.join(worker)
	s.sent[worker] = s.arrived[worker]
	if n := s.spare; n > 0 {
		s.spare = 0
		s.assign(n)
	}
}

func ata[F vec.Float](c ATA) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			s := &ataServer[F]{ATA: c, broadcast: newBroadcast(e), present: newPresent(e.Workers), times: newWorkTimes(e.Workers),
				quota: make([]int, e.Workers), sent: make([]int, e.Workers), arrived: make([]int, e.Workers), sum: make([]F, len(e.X0))}
			s.share()
			return s
		},
		Consistency: Bounded(1, false), // all of a round's gradients are taken at its x
		Elementwise: true,
		Timed:       true,
	}
}

// Facts implements Factual.
func (ATA) Facts() Facts {
	return Facts{Staleness: "all gradients are fresh", Up: "a gradient", Down: "x"}
}

func init() {
	Register("ata", "minibatches shared out by learned speeds", "Maranjyan et al. 2025, arXiv 2502.00775",
		ATA{Rate: .1, Batch: 8, Spread: "empirical"}, ata[float32], ata[float64])
}
