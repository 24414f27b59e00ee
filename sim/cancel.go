package sim

// cancel throws away what a worker computes, and what it has computed since its last push.
func (s *engine[F]) cancel(i int) {
	s.drop(i)
	s.abandon(i)
}

// drop throws away the gradient that a worker computes.
func (s *engine[F]) drop(i int) {
	if s.trace != nil && s.fleet[i].State == computing {
		s.trace.computed(i, s.now, false)
	}
	if s.real {
		t := &s.tasks[i]
		s.pool.cancel(&t.task)
		s.store.drop(t.vec)
		t.vec, t.x, t.point, t.second, t.stays = none, nil, nil, nil, false
	}
	s.fleet[i].Gen++
	s.cold[i].Cancelled++
}

// abandon throws away the gradients of a worker's next push.
func (s *engine[F]) abandon(i int) {
	w := &s.fleet[i]
	s.totals.Aborted += int64(w.Grads)
	w.Rests, w.Grads, w.Compute = none, 0, 0
	s.uncouple(i)
	if s.real {
		x := &s.holds[i]
		s.store.drop(x.Rests)
		x.Sum, x.Rests = sums{}, none
	}
}
