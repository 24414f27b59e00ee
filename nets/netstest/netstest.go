// Package netstest holds what every problem must keep. A kind of one's own is tested by one line:
//
//	func TestMine(t *testing.T) { netstest.Kind(t, map[string]any{"kind": "mine", "data": netstest.Data}) }
//
// and Test runs the same over everything that is registered.
package netstest

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"staleness/internal/stream"
	"staleness/nets"
	"staleness/nets/vec"
)

// Data and Images are small synthetic data sets of two classes (or targets), as values of the key data.
var (
	Data   = map[string]any{"kind": "gaussian", "samples": int64(60), "features": int64(7), "noise": 1.}
	Images = map[string]any{"kind": "patches", "samples": int64(24), "rows": int64(20), "cols": int64(18), "channels": int64(2), "classes": int64(3)}
)

// Test checks every registered kind with its defaults, on the first of Data and Images that it takes.
func Test(t *testing.T) {
	for _, name := range nets.Kinds().Names() {
		t.Run(name, func(t *testing.T) {
			table, err := Example(name)
			if err != nil {
				t.Fatal(err)
			}
			Kind(t, table)
		})
	}
}

// Example is a table that a kind can be built from.
func Example(name string) (map[string]any, error) {
	var last error
	for _, d := range []map[string]any{nil, Data, Images} {
		table := map[string]any{"kind": name}
		if d != nil {
			table["data"] = d
			table["test"], table["validation"] = .2, .2
		}
		c, err := nets.Decode("problem", table)
		if err == nil {
			if _, err = nets.Build[float64](c, nets.Env{}); err == nil {
				return table, nil
			}
		}
		last = err
	}
	return nil, fmt.Errorf("no example of %s can be built: %w", name, last)
}

// Kind checks one [problem] table in both precisions.
func Kind(t *testing.T, table map[string]any) {
	t.Helper()
	c, err := nets.Decode("problem", table)
	if err != nil {
		t.Fatal(err)
	}
	p, err := nets.Build[float64](c, nets.Env{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	q, err := nets.Build[float32](c, nets.Env{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range Check(p) {
		t.Errorf("float64: %v", e)
	}
	for _, e := range Check(q) {
		t.Errorf("float32: %v", e)
	}
	if err := precisions(p, q); err != nil {
		t.Error(err)
	}
	again, err := nets.Build[float64](c, nets.Env{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	if err := rebuilt(p, again); err != nil {
		t.Error(err)
	}
}

const pure = "Grad is pure"

// Check returns what is wrong with a problem: all of it, if Grad is pure.
func Check[F vec.Float](p nets.Problem[F]) (wrong []error) {
	if p.Dim() < 1 || p.Len() < 1 {
		return []error{fmt.Errorf("dimension %d, %d samples: want at least 1", p.Dim(), p.Len())}
	}
	c := newSubject(p)
	for _, check := range []struct {
		what string
		f    func() error
	}{
		{"Init", c.checkInit},
		{"Grad against finite differences", c.checkDifferences},
		{pure, c.checkPure},
		{"Grad may be called concurrently", c.checkConcurrent},
		{"Grad allocates nothing", c.checkAllocations},
		{"Grad is the mean over the batch", c.checkMean},
		{"Step is Grad and an update", c.checkStep},
		{"Evaluate", c.checkEvaluate},
		{"Minimum", c.checkMinimum},
		{"Curvature", c.checkCurvature},
		{"Predict", c.checkPredict},
	} {
		if err := check.f(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", check.what, err))
			if check.what == pure {
				break // calls side by side would only race
			}
		}
	}
	return wrong
}

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
	for i := range min(p.Len(), 2000) {
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

// checkDifferences compares the gradient with central differences, coordinate by coordinate and along random directions. It is
// exact enough in float64 only; float32 is compared with float64 by Kind.
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
	// A kink of ReLU or of a maximum between the two points makes their difference wrong by chance; few may be.
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
	if n := testing.AllocsPerRun(10, func() { s.p.Grad(s.ws, g, s.x, s.batch) }); n != 0 {
		return fmt.Errorf("%v times in a call", n)
	}
	e, ok := s.p.(nets.Evaluator[F])
	if !ok {
		return nil
	}
	if n := testing.AllocsPerRun(10, func() { e.Evaluate(s.ws, s.x, nets.Train, 0, e.PartLen(nets.Train)) }); n != 0 {
		return fmt.Errorf("it does not, but Evaluate does, %v times in a call", n)
	}
	return nil
}

// checkStep compares with what Step replaces, in each of its forms, on a small batch and on all samples: one answer, to the bit.
func (s *subject[F]) checkStep() error {
	p, ok := s.p.(nets.Stepper[F])
	if !ok {
		return nil
	}
	for _, batch := range [][]int{s.batch, s.all} {
		for _, form := range []struct {
			what string
			of   func(x, y, z []F) (dst, base []F)
		}{
			{"x <- x - rate g", func(x, y, z []F) (dst, base []F) { return x, nil }},
			{"z <- x - rate g", func(x, y, z []F) (dst, base []F) { return z, nil }},
			{"x <- (x - rate g) - x", func(x, y, z []F) (dst, base []F) { return x, x }},
			{"x <- (x - rate g) - y", func(x, y, z []F) (dst, base []F) { return x, y }},
			{"y <- (x - rate g) - y", func(x, y, z []F) (dst, base []F) { return y, y }},
			{"z <- (x - rate g) - x", func(x, y, z []F) (dst, base []F) { return z, x }},
			{"z <- (x - rate g) - y", func(x, y, z []F) (dst, base []F) { return z, y }},
		} {
			if err := s.checkForm(p, batch, form.of); err != nil {
				return fmt.Errorf("%d samples, %s: %w", len(batch), form.what, err)
			}
		}
	}
	return nil
}

// checkForm compares one form of Step with Grad and what Step saves. of chooses among x, another vector and a fresh one.
func (s *subject[F]) checkForm(p nets.Stepper[F], batch []int, of func(x, y, z []F) (dst, base []F)) error {
	const rate = .1
	x, y, z := vec.Clone(s.x), vec.Clone(s.x), make([]F, len(s.x))
	s.perturb(y, 3)
	vec.Fill(z, F(math.NaN()))
	dst, base := of(x, y, z)
	g, wantLoss := s.grad(x, batch)
	want := vec.Clone(x)
	vec.Axpy(want, -rate, g)
	if base != nil {
		vec.Sub(want, want, base)
	}
	var kept [2][]F // x and y afterwards
	for i, v := range [][]F{x, y} {
		if kept[i] = vec.Clone(v); &v[0] == &dst[0] {
			kept[i] = want
		}
	}
	ws := new(nets.Workspace[F])
	dirty(ws)
	if loss := p.Step(ws, dst, x, base, rate, batch); math.Float64bits(loss) != math.Float64bits(wantLoss) {
		return fmt.Errorf("loss %v, want %v", loss, wantLoss)
	}
	if !same(dst, want) {
		return fmt.Errorf("other bits")
	}
	if !same(x, kept[0]) || !same(y, kept[1]) {
		return fmt.Errorf("it writes what is only to be read")
	}
	if n := testing.AllocsPerRun(10, func() { p.Step(ws, dst, x, base, rate, batch) }); n != 0 {
		return fmt.Errorf("it allocates %v times in a call", n)
	}
	return nil
}

// near compares with a tolerance relative to scale.
func (s *subject[F]) near(a, b, scale float64) bool {
	return math.Abs(a-b) <= s.eps*(math.Abs(a)+math.Abs(b)+scale)
}

// distance is |a - b|, and |b|.
func distance[F vec.Float](a, b []F) (d, size float64) {
	return math.Sqrt(vec.DistSq(a, b)), math.Sqrt(vec.SumSq(b))
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

// checkCurvature holds the bounds against gradients of f at pairs of points; mu and L must also be met, nearly, by the best of many
// pairs where the Hessian is constant, but that is for the tests of a kind.
func (s *subject[F]) checkCurvature() error {
	p, ok := s.p.(nets.Smooth)
	if !ok {
		return nil
	}
	mu, l := p.Curvature()
	if !(mu >= 0 && l >= mu && l > 0) || math.IsInf(l, 0) {
		return fmt.Errorf("mu %v, L %v", mu, l)
	}
	for k := range uint64(50) {
		x, y := slices.Clone(s.x), slices.Clone(s.x)
		s.perturb(x, 10+k)
		s.perturb(y, 100+k)
		gx, _ := s.grad(x, s.all)
		gy, _ := s.grad(y, s.all)
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

// precisions compares the two precisions of one problem at the same point.
func precisions(p nets.Problem[float64], q nets.Problem[float32]) error {
	if p.Dim() != q.Dim() || p.Len() != q.Len() {
		return fmt.Errorf("float64 has Dim %d, Len %d; float32 %d, %d", p.Dim(), p.Len(), q.Dim(), q.Len())
	}
	s, r := newSubject(p), newSubject(q)
	for j, v := range r.x {
		s.x[j] = float64(v)
	}
	g, loss := s.grad(s.x, s.batch)
	h, loss32 := r.grad(r.x, r.batch)
	wide := make([]float64, len(h))
	for j, v := range h {
		wide[j] = float64(v)
	}
	if d, size := distance(wide, g); !(d <= 1e-4*size+1e-6) || math.Abs(loss-loss32) > 1e-4*(1+math.Abs(loss)) {
		return fmt.Errorf("precisions differ: loss %v and %v, gradients apart by %v of %v", loss, loss32, d, size)
	}
	return nil
}

// rebuilt compares two problems of one configuration and seed.
func rebuilt(p, q nets.Problem[float64]) error {
	s, r := newSubject(p), newSubject(q)
	g, loss := s.grad(s.x, s.batch)
	h, again := r.grad(r.x, r.batch)
	if !same(g, h) || loss != again {
		return fmt.Errorf("one configuration and seed give two different problems")
	}
	return nil
}

// With is a table with some keys added or replaced.
func With(table map[string]any, more map[string]any) map[string]any {
	t := maps.Clone(table)
	maps.Copy(t, more)
	return t
}
