package netstest

import (
	"fmt"
	"math"
	"slices"

	"staleness/internal/testspeed"
	"staleness/nets"
	"staleness/nets/vec"
)

func (s *subject[F]) checkEvaluate() error {
	e, ok := s.p.(nets.Evaluator[F])
	if !ok {
		return nil
	}
	for _, part := range []nets.Part{nets.Train, nets.Validation, nets.Test} {
		n := e.PartLen(part)
		whole := e.Evaluate(s.ws, s.x, part, 0, n)
		if whole.Samples != n {
			return fmt.Errorf("part %d: %d samples of %d", part, whole.Samples, n)
		}
		if whole.Correct < 0 || whole.Correct > n || !e.Classifies() && whole.Correct != 0 {
			return fmt.Errorf("part %d: %d right of %d (classifies: %v)", part, whole.Correct, n, e.Classifies())
		}
		var parts nets.Sums
		for lo, cut := 0, 1; lo < n; cut++ {
			hi := min(n, lo+cut)
			sum := e.Evaluate(s.ws, s.x, part, lo, hi)
			parts.Samples, parts.Loss, parts.Correct = parts.Samples+sum.Samples, parts.Loss+sum.Loss, parts.Correct+sum.Correct
			lo = hi
		}
		if parts.Samples != n || parts.Correct != whole.Correct || math.Abs(parts.Loss-whole.Loss) > 1e-9*math.Abs(whole.Loss) {
			return fmt.Errorf("part %d: ranges add to %+v, the whole is %+v", part, parts, whole)
		}
	}
	n := e.PartLen(nets.Train)
	if n == 0 {
		return fmt.Errorf("the training part is empty")
	}
	if s.noisy || n != len(s.all) {
		return nil
	}
	mean := e.Evaluate(s.ws, s.x, nets.Train, 0, n).Loss / float64(n)
	if r, ok := s.p.(nets.Regularized[F]); ok {
		mean += r.Penalty(s.x)
	}
	if _, loss := s.grad(s.x, s.all); !s.near(loss, mean, 1e-3) {
		return fmt.Errorf("mean loss with penalty %v, Grad on all samples gives %v", mean, loss)
	}
	return nil
}

func (s *subject[F]) checkMinimum() error {
	p, ok := s.p.(nets.Solved[F])
	if !ok {
		return nil
	}
	x, f := p.Minimum()
	at := p.Value(s.ws, s.x)
	if !(at >= f-s.eps*math.Abs(f)) {
		return fmt.Errorf("value %v at some point, minimum %v", at, f)
	}
	if !s.noisy && len(s.all) == s.p.Len() {
		if _, loss := s.grad(s.x, s.all); !s.near(loss, at, 1e-3) {
			return fmt.Errorf("value %v, Grad on all samples gives %v", at, loss)
		}
	}
	if x == nil {
		return nil
	}
	if v := p.Value(s.ws, x); !s.near(v, f, 1e-3) {
		return fmt.Errorf("value %v at the minimum of %v", v, f)
	}
	// With noise gradients of samples do not vanish; f then is checked by its value alone.
	if s.noisy || len(s.all) != s.p.Len() {
		return nil
	}
	g, _ := s.grad(x, s.all)
	far, _ := s.grad(s.x, s.all)
	if n, scale := math.Sqrt(vec.SumSq(g)), math.Sqrt(vec.SumSq(far)); !(n <= 10*s.eps*scale) {
		return fmt.Errorf("the gradient there is %v, elsewhere %v", n, scale)
	}
	return nil
}

// checkCurvature holds the bounds against gradients of f at pairs of points; mu and L must also be
// met, nearly, by the best of many pairs where the Hessian is constant, but that is for the tests
// of a kind.
func (s *subject[F]) checkCurvature() error {
	p, ok := s.p.(nets.Smooth)
	if !ok {
		return nil
	}
	mu, l := p.Curvature()
	if !(l >= mu && l >= -mu && l > 0) || math.IsInf(l, 0) {
		return fmt.Errorf("mu %v, L %v", mu, l)
	}
	whole := make([]int, s.p.Len()) // a mean over some of them has a curvature of its own
	for i := range whole {
		whole[i] = i
	}
	pairs := min(50, 1+2_000_000/(s.p.Len()*s.p.Dim()))
	for k := range uint64(1 + pairs/testspeed.Slower) {
		x, y := slices.Clone(s.x), slices.Clone(s.x)
		s.perturb(x, 10+k)
		s.perturb(y, 100+k)
		gx, _ := s.grad(x, whole)
		gy, _ := s.grad(y, whole)
		d := make([]F, len(x))
		vec.Sub(d, x, y)
		vec.Sub(gx, gx, gy)
		bend := vec.Dot(gx, d) / vec.SumSq(d)
		if slack := 1e-9*l + 10*s.eps*l; bend < mu-slack || bend > l+slack {
			return fmt.Errorf("curvature %v along some line is outside [%v, %v]", bend, mu, l)
		}
	}
	return nil
}

// checkParameters holds that parameters cover the vector, one after the other.
func (s *subject[F]) checkParameters() error {
	p, ok := s.p.(nets.Shaped)
	if !ok {
		return nil
	}
	at, paths, layers := 0, map[string]bool{}, map[string]bool{}
	last := ""
	for _, q := range p.Parameters() {
		switch {
		case q.Name == "" || len(q.Shape) == 0 || q.Size() < 1:
			return fmt.Errorf("%+v has no name or no elements", q)
		case q.Offset != at:
			return fmt.Errorf("%s begins at %d, the one before it ends at %d", q.Path(), q.Offset, at)
		case paths[q.Path()]:
			return fmt.Errorf("there are two of the name %s", q.Path())
		case q.Layer != last && layers[q.Layer]:
			return fmt.Errorf("the parameters of %s do not stand side by side", q.Layer)
		}
		paths[q.Path()], layers[q.Layer], last = true, true, q.Layer
		at += q.Size()
	}
	if at != s.p.Dim() {
		return fmt.Errorf("they are %d numbers, Dim is %d", at, s.p.Dim())
	}
	return nil
}

func (s *subject[F]) checkPredict() error {
	p, ok := s.p.(nets.Predictor[F])
	if !ok {
		return nil
	}
	e, ok := s.p.(nets.Evaluator[F])
	if !ok || !e.Classifies() {
		return fmt.Errorf("predicts classes but does not evaluate them")
	}
	n, k := e.PartLen(nets.Train), p.Classes()
	out := make([]F, n*k)
	vec.Fill(out, F(math.NaN()))
	p.Predict(s.ws, out, s.x, nets.Train, 0, n)
	right := 0
	for i := range n {
		row := out[i*k : (i+1)*k]
		if sum := vec.Sum(row); !(math.Abs(sum-1) < 1e-5) || slices.Min(row) < 0 {
			return fmt.Errorf("sample %d: probabilities %v", i, row)
		}
		label := p.Label(nets.Train, i)
		if label < 0 || label >= k {
			return fmt.Errorf("sample %d: label %d of %d classes", i, label, k)
		}
		if vec.ArgMax(row) == label {
			right++
		}
	}
	if sums := e.Evaluate(s.ws, s.x, nets.Train, 0, n); sums.Correct != right {
		return fmt.Errorf("%d predictions are right, Evaluate says %d", right, sums.Correct)
	}
	part := make([]F, k)
	p.Predict(s.ws, part, s.x, nets.Train, n-1, n)
	if !same(part, out[(n-1)*k:]) {
		return fmt.Errorf("a sample alone gives %v, among others %v", part, out[(n-1)*k:])
	}
	return nil
}
