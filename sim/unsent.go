package sim

import "math"

// empty says whether nothing has entered the fingerprint.
func (r *recorder[F]) empty() bool {
	var none recorder[F]
	none.init(&Config[F]{}, nil)
	return r.fingerprint() == none.fingerprint()
}

// noteEnd enters the last evaluation into a fingerprint that nothing else has entered.
func (s *core[F]) noteEnd() {
	if s.end.status != Interrupted && s.record.empty() {
		s.record.note(s.now, 0, silent, s.totals.Updates, s.totals.Gradients, s.eval.final.TrainLoss)
	}
}

// noteUnsent enters into the fingerprint of a run that ended before its first push what there is:
// the losses of gradients that were to be pushed, and their times. The pool is closed: whoever
// computes ahead has either computed a task or not begun it, so what is left of it is computed
// here.
func (s *engine[F]) noteUnsent() {
	if s.end.status == Interrupted || s.totals.Gradients == 0 || !s.record.empty() {
		return
	}
	s.noteEnd()
	for i := range s.fleet {
		w, loss := &s.fleet[i], math.NaN()
		if s.clients.on && s.clients.Of[i].Slot == none {
			continue
		}
		if s.real {
			t := &s.tasks[s.desk(i)]
			loss = s.holds[i].Sum.Last
			if t.state != idle {
				for t.state == queued && !t.try(&s.pool.own) {
				}
				if loss = t.sum.Last; t.n > 1 { // which may have run ahead
					loss = t.losses[w.Begun-1-t.first]
				}
			}
		}
		s.record.note(s.now, i, silent, int64(w.Begun), w.Compute, loss)
	}
}
