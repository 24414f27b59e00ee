package sim

import (
	"slices"

	"staleness/sim/record"
)

// Classes make durations depend on the samples of a batch.
type Classes struct {
	Of []int // class of each training sample, from 0
	N  int   // how many there are
	// per worker: factors on the time of a gradient by the class of a sample, averaged over its
	// batch; nil: none
	Factors [][]float64
}

// classes count samples by class: those of gradients begun, and of gradients in pushes that entered
// an update.
type classes struct {
	Offered, Trained []int64
	Pushes           []sampled // by message
	batch            []int
}

// sampled says what the gradients of a push were computed on: batches from First on, or, where the
// server chose, samples.
type sampled struct {
	First    uint32
	From, To int32
	Pairs    int32 // among its gradients
}

func newClasses(c *Cluster) *classes {
	if c.Classes == nil {
		return &classes{}
	}
	return &classes{Offered: make([]int64, c.Classes.N), Trained: make([]int64, c.Classes.N)}
}

// batchOf are the samples of gradient k of worker i: those chosen, or its batch. They are lent
// until the next call.
func (s *engine[F]) batchOf(i int, k uint32, from, to int) []int {
	b := s.classes.batch[:0]
	if to > from {
		for j := from; j < to; j++ {
			b = append(b, j)
		}
	} else {
		b = s.c.Batches.Batch(b, i, int(k))
	}
	s.classes.batch = b
	return b
}

// slowed is the factor on the duration of a gradient by the classes of its samples.
func (s *engine[F]) slowed(i int, k uint32, from, to int) float64 {
	c := s.c.Cluster.Classes
	if c == nil || c.Factors[i] == nil {
		return 1
	}
	batch := s.batchOf(i, k, from, to)
	if len(batch) == 0 {
		return 1
	}
	sum := 0.0
	for _, j := range batch {
		sum += c.Factors[i][c.Of[j]]
	}
	return sum / float64(len(batch))
}

// offer counts the samples of a gradient that is begun.
func (s *engine[F]) offer(i int, k uint32) {
	if c := s.c.Cluster.Classes; c != nil {
		for _, j := range s.batchOf(i, k, int(s.cold[i].Lo), int(s.cold[i].Hi)) {
			s.classes.Offered[c.Of[j]]++
		}
	}
}

// carries notes what the gradients of message m, all that its worker has begun last, are of.
func (s *engine[F]) carries(i int, m messageHandle) {
	if s.c.Cluster.Classes == nil {
		return
	}
	for len(s.classes.Pushes) <= int(m) {
		s.classes.Pushes = append(s.classes.Pushes, sampled{})
	}
	w, x := &s.fleet[i], &s.cold[i]
	s.classes.Pushes[m] = sampled{w.Begun - uint32(w.Grads-s.pairs(i)), x.Lo, x.Hi, s.pairs(i)}
}

// train counts the samples of a push that has entered an update.
func (s *engine[F]) train(m messageHandle) {
	c := s.c.Cluster.Classes
	if c == nil {
		return
	}
	g, p := &s.messages[m], &s.classes.Pushes[m]
	for k := range uint32(g.Grads - p.Pairs) {
		for _, j := range s.batchOf(int(g.Worker), p.First+k, int(p.From), int(p.To)) {
			s.classes.Trained[c.Of[j]]++
		}
	}
}

// counts are for the summary; nil where nothing is counted.
func (c *classes) counts() *record.ClassCounts {
	if c.Offered == nil {
		return nil
	}
	return &record.ClassCounts{Offered: slices.Clone(c.Offered), Trained: slices.Clone(c.Trained)}
}

func (c *Config[F]) checkClasses() error {
	k := c.Cluster.Classes
	if k == nil {
		return nil
	}
	switch {
	case c.Problem == nil:
		return mistake("cluster.compute.by_class", "without a problem there are no samples, and no classes of them")
	case len(k.Of) != c.Problem.Len():
		return mistake("cluster.compute.by_class", "the classes of %d samples are known, of %d", len(k.Of), c.Problem.Len())
	case len(k.Factors) != c.clients():
		return mistake("cluster.compute.by_class", "there are factors of %d workers, of %d", len(k.Factors), c.clients())
	}
	for i, f := range k.Factors {
		if f != nil && len(f) != k.N {
			return mistake("cluster.compute.by_class", "worker %d has factors of %d classes, and there are %d: give one for each", i, len(f), k.N)
		}
		for class, x := range f {
			if !(x > 0 && x <= 1e9) {
				return mistake("cluster.compute.by_class", "the factor of class %d is %g: give a number above 0, at most 1e9", class, x)
			}
		}
	}
	return nil
}
