package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// CA2FL is FedBuff that calibrates what comes by what each worker sent last, h_i, so that those who
// are in no buffer are still represented:
//
//	buffer <- buffer + Delta_i - h_i;  h_i <- Delta_i
//	after K:  v = h + buffer/K;  x <- x + eta v;  h <- mean_i h_i
//
// where h stays as it is between two updates. Displacement per gradient: eta rate/K, and less in
// each update until its worker comes again.
//
// Wang, Cao, Wu, Chen & Chen 2024, Tackling the Data Heterogeneity in Asynchronous Federated
// Learning with Cached Update Calibration, ICLR.
type CA2FL struct {
	Buffer     int        `doc:"changes in one update (K)" in:"[1,1000000]"`
	Window     int        `doc:"local steps (H)" in:"[1,1000000]"`
	ServerRate float64    `doc:"step size of the server (eta)" in:"(0,1e30]"`
	Local      RuleConfig `doc:"the worker's own optimizer"`
	Proximal
}

var _ params.Validator = CA2FL{}

// Validate wants a local optimizer.
func (c CA2FL) Validate() error { return needLocal(c.Local) }

type ca2flServer[F vec.Float] struct {
	CA2FL
	broadcast[F]
	last   [][]F // h_i
	mean   []F   // h
	next   []F   // mean_i h_i as it is now
	sum    []F   // of Delta_i - h_i
	pushes int   // in it
}

var (
	_ Uniform = (*ca2flServer[float32])(nil)
	_ Roster  = (*ca2flServer[float32])(nil)
)

func (s *ca2flServer[F]) Apply(m Message[F]) Verdict {
	h, share := s.last[m.From], 1/F(len(s.last))
	for j, delta := range m.Vec {
		change := delta - h[j]
		s.sum[j] += change // buffer <- buffer + Delta_i - h_i
		s.next[j] += F(share * change)
		h[j] = delta // h_i <- Delta_i
	}
	if s.pushes++; s.pushes < s.Buffer {
		return Buffered
	}
	eta, mean := F(s.ServerRate), 1/F(s.Buffer)
	for j, sum := range s.sum {
		s.x[j] += F(eta * (s.mean[j] + F(mean*sum))) // x <- x + eta (h + buffer/K)
	}
	copy(s.mean, s.next) // h <- mean_i h_i
	clear(s.sum)
	s.pushes = 0
	return Applied
}

// Leave implements Roster: what a worker sent last goes on to stand for its data.
func (*ca2flServer[F]) Leave(int) {}

// Join implements Roster: one that is born anew has sent nothing yet.
func (s *ca2flServer[F]) Join(worker int, anew bool) {
	if anew {
		vec.Axpy(s.next, -1/F(len(s.last)), s.last[worker])
		clear(s.last[worker])
	}
}

func ca2fl[F vec.Float](c CA2FL) Strategy[F] {
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] { return newChange(e, c.Local, c.Window, c.Prox, false) },
		Server: func(e Env[F]) Server[F] {
			d := len(e.X0)
			return &ca2flServer[F]{CA2FL: c, broadcast: newBroadcast(e), last: vectors[F](e.Workers, d), mean: make([]F, d),
				next: make([]F, d), sum: make([]F, d)}
		},
		Elementwise: true,
	}
}

// Facts implements Factual.
func (CA2FL) Facts() Facts { return Facts{Up: "the sum of a window's steps", Down: "x"} }

func init() {
	Register("ca2fl", "a buffer of changes, calibrated by what each worker sent last", "Wang et al. 2024, ICLR",
		CA2FL{Buffer: 10, Window: 10, ServerRate: 1, Local: PlainSGD{Rate: .1}}, ca2fl[float32], ca2fl[float64])
}
