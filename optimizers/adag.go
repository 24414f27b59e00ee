package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// ADAG is AGN whose server shrinks each coordinate of a push by how far the center has moved there
// since the worker read it:
//
//	x <- x + Delta / (1/eta (x - x_read)^2 + 1), element by element
//
// Staleness is a distance here, not a count. If nobody else has pushed, x_read = x and this is AGN.
// The thesis also writes the scale as a length gamma, ((x - x_read)/gamma)^2 + 1: that is eta =
// gamma^2.
//
// Hermans 2017, On Scalable Deep Learning and Parallelizing Gradient Descent, master's thesis,
// Maastricht University, chapter 4; class Experimental of Distributed Keras. What Distributed Keras
// calls ADAG is AGN.
type ADAG struct {
	Window     int        `doc:"local steps between exchanges (w; released code: 5)" in:"[1,1000000]"`
	Local      RuleConfig `doc:"the worker's own optimizer"`
	ServerRate float64    `doc:"scale of the squared distance (eta; released code: 1): a coordinate that moved by its root is halved" in:"(0,1e30]"`
}

var _ params.Validator = ADAG{}

// Validate wants a local optimizer.
func (c ADAG) Validate() error { return needLocal(c.Local) }

type adagServer[F vec.Float] struct {
	inverse F // 1/eta
	remembering[F]
}

var _ Recaller[float32] = (*adagServer[float32])(nil)

func (s *adagServer[F]) Apply(m Message[F]) Verdict {
	xRead := s.xRead[m.From]
	for i, delta := range m.Vec {
		moved := s.x[i] - xRead[i]
		// x <- x + Delta / (1/eta (x - x_read)^2 + 1)
		s.x[i] += delta / (F(s.inverse*F(moved*moved)) + 1)
	}
	return Applied
}

func adag[F vec.Float](c ADAG) Strategy[F] {
	return Strategy[F]{
		Worker: newAGNWorker[F](c.Local, c.Window),
		Server: func(e Env[F]) Server[F] {
			return &adagServer[F]{F(1 / c.ServerRate), newRemembering(e)}
		},
		Elementwise: true,
		Jobs:        jobsOf(c.Local),
	}
}

// Facts implements Factual.
func (ADAG) Facts() Facts {
	return Facts{Staleness: "takes less of a coordinate, the further the center moved there since the read", Up: "the mean of a window's steps", Down: "x"}
}

func init() {
	Register("adag", "agn, less where the center has moved since the read (the thesis' ADAG, class Experimental of Distributed Keras)", "Hermans 2017, master's thesis",
		ADAG{Window: 10, Local: PlainSGD{Rate: .1}, ServerRate: 1}, adag[float32], adag[float64])
}
