package optimizers

import (
	"math"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// AsyncDiLoCo is DiLoCo without rounds. From the x_s it was sent a worker takes H inner steps and
// sends Delta = x_s - x_local. The server, in two variants:
//
// delayed-nesterov: with N pushes in a cycle, momentum enters at its end, or a part c of it before,
//
//	D <- D + Delta
//	at the end of a cycle:  m <- beta m + D/N;  x <- x - eta ((1 - cN + c) beta m + Delta/N);  D <- 0
//	else:                   x <- x - eta (c beta m + Delta/N)
//
// notebook, as in DeepMind's: D <- D + s Delta/M, s = 1/sqrt(M), and at every M-th push a step of
// Nesterov along D, which is then 0:  m <- beta m + D;  x <- x - eta (D + beta m).
//
// With dylu (dynamic local updates) a slow worker takes fewer steps, H_i = floor(H v_i/v_max). A
// schedule acts on the inner steps. Displacement per gradient: inner rate times eta/(1 - beta)/N.
//
// Liu et al. 2024, Asynchronous Local-SGD Training for Language Modeling, arXiv 2401.09135.
type AsyncDiLoCo struct {
	Variant  string     `doc:"the server" in:"delayed-nesterov|notebook"`
	Rate     float64    `doc:"outer step size (eta; notebook: .07, where synchronous .7)" in:"(0,1e30]"`
	Momentum float64    `doc:"outer momentum (beta; published: .9)" in:"[0,1)"`
	Buffer   int        `doc:"pushes in a cycle (N)" in:"[1,1000000]" when:"variant=delayed-nesterov"`
	Early    float64    `doc:"share of the momentum in each step within a cycle (c): at most 1/N" in:"[0,1]" when:"variant=delayed-nesterov"`
	Weight   Weight     `doc:"a factor s(staleness) on a push (notebook: polynomial, a = .5, or none)"`
	Window   int        `doc:"inner steps (H)" in:"[1,1000000]"`
	DyLU     bool       `key:"dylu" doc:"slower workers take fewer inner steps, in proportion to their nominal speed"`
	Least    int        `doc:"inner steps of the slowest (notebook: 5)" in:"[1,1000000]" when:"dylu"`
	Local    RuleConfig `doc:"the inner optimizer (notebook: AdamW, rate 2e-4, decay 1e-3)"`
}

var _ params.Validator = AsyncDiLoCo{}

// Validate wants a local optimizer, and no more momentum than there is.
func (c AsyncDiLoCo) Validate() error {
	if c.Variant == "delayed-nesterov" && float64(c.Early*float64(c.Buffer)) > 1 {
		return params.Errorf("early", "%g: may be at most 1/buffer, or the end of a cycle would take momentum back", c.Early)
	}
	return needLocal(c.Local)
}

// window is H_i of a worker of that speed.
func (c AsyncDiLoCo) window(speed float64) int {
	if !c.DyLU {
		return c.Window
	}
	return max(min(c.Least, c.Window), int(float64(c.Window)*speed))
}

type asyncDiLoCoServer[F vec.Float] struct {
	AsyncDiLoCo
	broadcast[F]
	m, sum  []F // momentum; D
	pushes  int // in it
	workers int
}

var _ Uniform = (*asyncDiLoCoServer[float32])(nil)

// Apply takes m.Vec = -Delta.
func (s *asyncDiLoCoServer[F]) Apply(m Message[F]) Verdict {
	s.pushes++
	if s.Variant == "notebook" {
		return s.notebook(m.Vec)
	}
	n, c := float64(s.Buffer), s.Early
	beta, eta, share := F(s.Momentum), F(s.Rate), F(1/n)
	vec.Sub(s.sum, s.sum, m.Vec) // D <- D + Delta
	part := F(c)
	if s.pushes == s.Buffer {
		for i, d := range s.sum {
			s.m[i] = F(beta*s.m[i]) + F(share*d) // m <- beta m + D/N
		}
		part = F(1 - float64(c*n) + c)
		clear(s.sum)
		s.pushes = 0
	}
	for i, v := range m.Vec { // x <- x - eta (part beta m + Delta/N)
		s.x[i] -= F(eta * (F(part*F(beta*s.m[i])) - F(share*v)))
	}
	return Applied
}

func (s *asyncDiLoCoServer[F]) notebook(v []F) Verdict {
	workers := float64(s.workers)
	vec.Axpy(s.sum, -F(1/(workers*math.Sqrt(workers))), v) // D <- D + Delta/(M sqrt(M))
	if s.pushes < s.workers {
		return Applied // a version, though x stays
	}
	beta, eta := F(s.Momentum), F(s.Rate)
	for i, d := range s.sum {
		s.m[i] = F(beta*s.m[i]) + d             // m <- beta m + D
		s.x[i] -= F(eta * (d + F(beta*s.m[i]))) // x <- x - eta (D + beta m)
	}
	clear(s.sum)
	s.pushes = 0
	return Applied
}

func asyncDiLoCo[F vec.Float](c AsyncDiLoCo) Strategy[F] {
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] { return newChange(e, c.Local, c.window(e.Speed), 0, false) },
		Server: func(e Env[F]) Server[F] {
			d := len(e.X0)
			return &asyncDiLoCoServer[F]{c, newBroadcast(e), make([]F, d), make([]F, d), 0, e.Workers}
		},
		Weight:      Serving{1, c.Weight}.weigh(),
		Elementwise: true,
		Timed:       c.DyLU,
	}
}

// Facts implements Factual.
func (AsyncDiLoCo) Facts() Facts {
	return Facts{
		Staleness: "by `weight`, if given", Momentum: "Nesterov's, at the server, delayed",
		Up: "x_i - x_read after a window", Down: "x", Scales: []string{"buffer"},
	}
}

func init() {
	Register("async-diloco", "diloco without rounds: delayed Nesterov, dynamic local updates", "Liu et al. 2024, arXiv 2401.09135",
		AsyncDiLoCo{Variant: "delayed-nesterov", Rate: .7, Momentum: .9, Buffer: 4, Window: 10, Weight: NoWeight{}, Least: 5,
			Local: Adam{Rate: 4e-4, Beta1: .9, Beta2: .999, Epsilon: 1e-8}}, asyncDiLoCo[float32], asyncDiLoCo[float64])
}
