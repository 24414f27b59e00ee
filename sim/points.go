package sim

import (
	"math"

	"staleness/nets/vec"
	"staleness/optimizers"
)

// What an evaluation looks at.

// choose copies what e measures.
func (s *core[F]) choose(e *evaluation[F]) {
	v := &s.eval
	e.models, e.xs = e.models[:0], e.xs[:0]
	var points [][]F
	if v.points || s.peering != nil {
		points = s.points()
		e.row.Consensus = consensus(points)
	}
	keep := func(x []F) {
		h, y := s.store.take()
		copy(y, x)
		e.models = append(e.models, h)
	}
	switch {
	case v.plan.Of == OfAverage:
		e.row.Point = "average"
		keep(v.average)
	case v.plan.Of == OfMean:
		e.row.Point = "workers-mean"
		h, x := s.store.take()
		mean(x[:s.dim], points)
		e.models = append(e.models, h)
	case v.plan.Of == OfEnsemble:
		e.row.Point = "ensemble"
		for _, p := range points {
			keep(p)
		}
	case v.points:
		models := s.c.Strategy.Models(s.center(), points)
		if e.row.Point = "model"; len(models) > 1 {
			e.row.Point = "ensemble"
		}
		for _, m := range models {
			keep(m)
		}
	default:
		e.models = append(e.models, s.snapshot())
	}
	for _, h := range e.models {
		e.xs = append(e.xs, s.store.at(h)[:s.dim])
	}
}

// points are the replicas of peers, or the own variables of the workers that have one: where they
// compute, or, while they wait, where they would, unless a method tells the two apart.
func (s *core[F]) points() [][]F {
	points := make([][]F, 0, s.workers)
	if s.peering != nil {
		for i := range s.workers {
			points = append(points, s.peering.Replica(i))
		}
		return points
	}
	for i := range s.tasks {
		if s.unborn != nil && s.unborn[i] {
			continue
		}
		t := &s.tasks[i]
		var x []F
		if h, ok := t.half.(optimizers.Holder[F]); ok {
			x = h.Variable()
		} else if x = t.point; t.point == nil {
			x = t.half.Point()
		}
		if len(x) == 0 { // it has not received anything yet
			x = s.center()
		}
		points = append(points, x)
	}
	if len(points) == 0 { // nobody is there
		points = append(points, s.center())
	}
	return points
}

// mean writes the mean of the points to dst, added in their order.
func mean[F vec.Float](dst []F, points [][]F) {
	copy(dst, points[0])
	for _, p := range points[1:] {
		vec.Add(dst, dst, p)
	}
	vec.Scale(dst, 1/F(len(points)))
}

// consensus is the root-mean-square distance per coordinate of the points from their mean.
func consensus[F vec.Float](points [][]F) float64 {
	m := make([]F, len(points[0]))
	mean(m, points)
	sum := 0.
	for _, p := range points {
		sum += vec.DistSq(p, m)
	}
	return math.Sqrt(sum / float64(len(points)*len(m)))
}
