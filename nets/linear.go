package nets

import (
	"math/rand/v2"

	"staleness/nets/data"
	"staleness/nets/vec"
)

// linear is f(x) = 1/N sum_i phi_i(a_i.x) + l2/2 |x|^2 for a convex phi of one variable; the last
// coordinate is an intercept if there is one, which l2 leaves out.
type linear[F vec.Float] struct {
	dataset[F]
	phi       link
	l2        float64
	intercept bool
	targets   [3][]float64 // of each part: what phi depends on beside the score
}

var (
	_ Problem[float32]     = (*linear[float32])(nil)
	_ Evaluator[float32]   = (*linear[float32])(nil)
	_ Regularized[float32] = (*linear[float32])(nil)
	_ Named                = (*linear[float32])(nil)
	_ labelled             = (*linear[float32])(nil)
	_ Shaped               = (*linear[float32])(nil)
)

// A link is phi: the loss of one score against one target.
type link interface {
	// at is the loss, and its first and second derivatives with respect to the score.
	at(score, target float64) (loss, slope, bend float64)
	// bounds are the least and the largest bend.
	bounds() (least, most float64)
	classifies() bool
}

// newLinear takes the targets of every part from target.
func newLinear[F vec.Float](d dataset[F], phi link, l2 float64, intercept bool, target func(*data.Set[F], int) float64) *linear[F] {
	p := &linear[F]{dataset: d, phi: phi, l2: l2, intercept: intercept}
	for part, s := range d.parts {
		for i := range s.Len() {
			p.targets[part] = append(p.targets[part], target(s, i))
		}
	}
	return p
}

func (p *linear[F]) Dim() int {
	if p.intercept {
		return p.train().Features() + 1
	}
	return p.train().Features()
}

// Init starts at the origin, as convex problems may.
func (p *linear[F]) Init(x []F, _ *rand.Rand) { clear(x) }

func (p *linear[F]) Classifies() bool { return p.phi.classifies() }

// A sample is a_i: all features, or those at index.
type sample[F vec.Float] struct {
	index []int32
	value []F
	whole bool
}

// sample is the i-th of a part. Where it has to be copied it is to room.
func (p *linear[F]) sample(set *data.Set[F], room []F, i int) (s sample[F]) {
	if set.Sparse() {
		s.index, s.value = set.Nonzeros(i)
		return s
	}
	return sample[F]{value: set.Rows(room, i, i+1), whole: true}
}

func (s sample[F]) dot(x []F) float64 {
	if s.whole {
		return vec.Dot(s.value, x)
	}
	return vec.DotSparse(s.index, s.value, x)
}

// axpy adds a times the sample to y.
func (s sample[F]) axpy(y []F, a F) {
	if s.whole {
		vec.Axpy(y, a, s.value)
	} else {
		vec.AxpySparse(y, a, s.index, s.value)
	}
}

// score is a_i.x plus the intercept.
func (p *linear[F]) score(a sample[F], x []F) float64 {
	d := p.train().Features()
	s := a.dot(x[:d])
	if p.intercept {
		s += float64(x[d])
	}
	return s
}

// oneRow is room for a sample that has to be copied.
func (p *linear[F]) oneRow(ws *Workspace[F], s *data.Set[F]) []F {
	if ws != nil {
		ws.Reset()
	}
	if s.Sparse() {
		return nil
	}
	return p.room(ws, s, 1)
}

func (p *linear[F]) Grad(ws *Workspace[F], grad, x []F, batch []int) (loss float64) {
	t := p.train()
	room := p.oneRow(ws, t)
	d := t.Features()
	clear(grad)
	over := 1 / float64(len(batch))
	constant := 0.
	for _, i := range batch {
		s := p.sample(t, room, i)
		l, slope, _ := p.phi.at(p.score(s, x), p.targets[Train][i])
		loss += l
		constant += slope
		s.axpy(grad[:d], F(slope*over))
	}
	if p.intercept {
		grad[d] = F(constant * over)
	}
	loss = float64(loss * over)
	if p.l2 > 0 {
		vec.Axpy(grad[:d], F(p.l2), x[:d])
		loss += p.Penalty(x)
	}
	return loss
}

// Penalty implements Regularized.
func (p *linear[F]) Penalty(x []F) float64 {
	if p.l2 == 0 {
		return 0
	}
	return float64(p.l2 / 2 * vec.SumSq(x[:p.train().Features()]))
}

func (p *linear[F]) Evaluate(ws *Workspace[F], x []F, part Part, lo, hi int) Sums {
	s := Sums{Samples: hi - lo}
	set, classifies := p.parts[part], p.phi.classifies()
	room := p.oneRow(ws, set)
	for i := lo; i < hi; i++ {
		score, target := p.score(p.sample(set, room, i), x), p.targets[part][i]
		l, _, _ := p.phi.at(score, target)
		s.Loss += l
		if classifies && score*target > 0 {
			s.Correct++
		}
	}
	return s
}

// Value is f on all training samples.
func (p *linear[F]) Value(ws *Workspace[F], x []F) float64 {
	return p.Evaluate(ws, x, Train, 0, p.Len()).Loss/float64(p.Len()) + p.Penalty(x)
}
