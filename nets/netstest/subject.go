package netstest

import (
	"math"
	"math/rand/v2"
	"slices"

	"staleness/internal/stream"
	"staleness/internal/testspeed"
	"staleness/nets"
	"staleness/nets/vec"
)

// A subject is a problem under test, with a point near its start.
type subject[F vec.Float] struct {
	p     nets.Problem[F]
	ws    *nets.Workspace[F]
	x     []F
	batch []int // some samples, one of them twice
	all   []int // all samples, or the first ones of very many
	noisy bool
	eps   float64 // relative rounding error to be expected
	key   stream.Key
}

func newSubject[F vec.Float](p nets.Problem[F]) *subject[F] {
	s := &subject[F]{p: p, ws: new(nets.Workspace[F]), x: make([]F, p.Dim()), eps: 1e-10, key: stream.NewKey(5, "netstest")}
	if _, single := any(F(0)).(float32); single {
		s.eps = 1e-4
	}
	for i := range min(p.Len(), 10) {
		s.batch = append(s.batch, i*7%p.Len())
	}
	s.batch = append(s.batch, s.batch[0])
	for i := range min(p.Len(), 2000/testspeed.Slower) {
		s.all = append(s.all, i)
	}
	if n, ok := p.(nets.Noisy); ok {
		s.noisy = n.Noisy()
	}
	p.Init(s.x, rand.New(rand.NewPCG(1, 2)))
	s.perturb(s.x, 1)
	return s
}

// perturb adds a random vector, so that nothing sits at a symmetric point such as 0.
func (s *subject[F]) perturb(x []F, stage uint64) {
	r := s.key.At(stage, 0)
	for j := range x {
		x[j] += F(.2 * (r.Float64() - .5))
	}
}

func (s *subject[F]) grad(x []F, batch []int) ([]F, float64) {
	g := make([]F, len(x))
	loss := s.p.Grad(s.ws, g, x, batch)
	return g, loss
}

// same tells whether two gradients have the same bits.
func same[F vec.Float](a, b []F) bool {
	return slices.EqualFunc(a, b, func(x, y F) bool { return math.Float64bits(float64(x)) == math.Float64bits(float64(y)) })
}

// dirty fills a workspace with NaN.
func dirty[F vec.Float](ws *nets.Workspace[F]) {
	for range 2 { // the first round only makes it grow
		ws.Reset()
		vec.Fill(ws.Vec(1<<16), F(math.NaN()))
		vec.Fill(ws.Float64s(1<<12), math.NaN())
		for i, p := 0, ws.Ints(1<<12); i < len(p); i++ {
			p[i] = math.MaxInt
		}
	}
	ws.Reset()
}

// near compares with a tolerance relative to scale.
func (s *subject[F]) near(a, b, scale float64) bool {
	return math.Abs(a-b) <= s.eps*(math.Abs(a)+math.Abs(b)+scale)
}

// distance is |a - b|, and |b|.
func distance[F vec.Float](a, b []F) (d, size float64) {
	return math.Sqrt(vec.DistSq(a, b)), math.Sqrt(vec.SumSq(b))
}
