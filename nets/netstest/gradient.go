package netstest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"staleness/internal/testspeed"
	"staleness/nets"
	"staleness/nets/vec"
)

func (s *subject[F]) checkInit() error {
	var xs [2][]F
	for i := range xs {
		xs[i] = make([]F, s.p.Dim())
		vec.Fill(xs[i], F(math.NaN()))
		s.p.Init(xs[i], rand.New(rand.NewPCG(3, 4)))
	}
	if !vec.Finite(xs[0]) {
		return fmt.Errorf("leaves a coordinate unset, or not finite")
	}
	if !slices.Equal(xs[0], xs[1]) {
		return fmt.Errorf("equal generators give different points")
	}
	return nil
}

// checkDifferences compares the gradient with central differences, coordinate by coordinate and
// along random directions. It is exact enough in float64 only; float32 is compared with float64 by
// Kind.
func (s *subject[F]) checkDifferences() error {
	if s.eps > 1e-6 {
		return nil
	}
	g, _ := s.grad(s.x, s.batch)
	size := math.Sqrt(vec.SumSq(g) / float64(len(g)))
	const h = 1e-5
	along := func(v []F) float64 {
		y := slices.Clone(s.x)
		vec.Axpy(y, h, v)
		_, up := s.grad(y, s.batch)
		copy(y, s.x)
		vec.Axpy(y, -h, v)
		_, down := s.grad(y, s.batch)
		return (up - down) / (2 * h)
	}
	v := make([]F, len(s.x))
	r := s.key.At(2, 0)
	// A kink of ReLU or of a maximum between the two points makes their difference wrong by chance;
	// few may be.
	kinks, tried := 0, 0
	var first error
	for k := range min(len(v), 300) {
		j := k
		if len(v) > 300 {
			j = r.IntN(len(v))
		}
		clear(v)
		v[j] = 1
		tried++
		if d := along(v); !(math.Abs(d-float64(g[j])) <= 1e-5*(size+math.Abs(d))+1e-9) {
			if kinks++; first == nil {
				first = fmt.Errorf("coordinate %d: %v, differences give %v", j, g[j], d)
			}
		}
	}
	if kinks > tried/50 {
		return fmt.Errorf("%w; %d of %d coordinates are wrong", first, kinks, tried)
	}
	for range 5 {
		for j := range v {
			v[j] = F(r.Float64() - .5)
		}
		vec.Scale(v, F(1/math.Sqrt(vec.SumSq(v))))
		want, scale := vec.Dot(g, v), math.Sqrt(vec.SumSq(g))
		if d := along(v); !(math.Abs(d-want) <= 2e-4*scale+1e-9) {
			return fmt.Errorf("along a random direction: %v, differences give %v", want, d)
		}
	}
	return nil
}

func (s *subject[F]) checkPure() error {
	x, batch := slices.Clone(s.x), slices.Clone(s.batch)
	want, wantLoss := s.grad(s.x, s.batch)
	if !same(x, s.x) || !slices.Equal(batch, s.batch) {
		return fmt.Errorf("writes x or batch")
	}
	if !vec.Finite(want) || math.IsNaN(wantLoss) || math.IsInf(wantLoss, 0) {
		return fmt.Errorf("loss %v or its gradient is not finite near the initial point", wantLoss)
	}
	s.grad(x, s.all) // another batch, another size
	for what, ws := range map[string]*nets.Workspace[F]{"used": s.ws, "fresh": new(nets.Workspace[F]), "dirty": new(nets.Workspace[F])} {
		if what == "dirty" {
			dirty(ws)
		}
		for range 2 {
			g := make([]F, len(x))
			vec.Fill(g, F(math.NaN()))
			loss := s.p.Grad(ws, g, x, batch)
			if !same(g, want) || math.Float64bits(loss) != math.Float64bits(wantLoss) {
				return fmt.Errorf("the result depends on the workspace (%s), on what grad held, or on earlier calls", what)
			}
		}
	}
	return nil
}

func (s *subject[F]) checkConcurrent() error {
	want, wantLoss := s.grad(s.x, s.batch)
	n := max(4, runtime.GOMAXPROCS(0))
	wrong := make([]bool, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			ws, g := new(nets.Workspace[F]), make([]F, len(s.x))
			for range 5 {
				loss := s.p.Grad(ws, g, s.x, s.batch)
				wrong[i] = wrong[i] || !same(g, want) || loss != wantLoss
			}
		})
	}
	wg.Wait()
	if slices.Contains(wrong, true) {
		return fmt.Errorf("results differ between goroutines")
	}
	return nil
}

func (s *subject[F]) checkAllocations() error {
	g := make([]F, len(s.x))
	if testspeed.Race { // pools forget at random
		return nil
	}
	if n := testing.AllocsPerRun(10, func() { s.p.Grad(s.ws, g, s.x, s.batch) }); n != 0 {
		return fmt.Errorf("%v times in a call", n)
	}
	e, ok := s.p.(nets.Evaluator[F])
	if !ok {
		return nil
	}
	if n := testing.AllocsPerRun(3, func() { e.Evaluate(s.ws, s.x, nets.Train, 0, e.PartLen(nets.Train)) }); n != 0 {
		return fmt.Errorf("it does not, but Evaluate does, %v times in a call", n)
	}
	return nil
}

func (s *subject[F]) checkMean() error {
	if s.noisy { // noise may belong to the batch as a whole
		return nil
	}
	sum, loss := make([]F, len(s.x)), 0.
	for _, i := range s.batch {
		g, l := s.grad(s.x, []int{i})
		vec.Axpy(sum, 1/F(len(s.batch)), g)
		loss += l / float64(len(s.batch))
	}
	g, l := s.grad(s.x, s.batch)
	if d, size := distance(g, sum); !(d <= 10*s.eps*(size+1e-3)) {
		return fmt.Errorf("gradient differs from the mean of its samples' by %v of %v", d, size)
	}
	if !s.near(l, loss, 1e-3) {
		return fmt.Errorf("loss %v, mean of its samples' %v", l, loss)
	}
	return nil
}
