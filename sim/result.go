package sim

import "math"

// result sums a run up; what depends on the engine is left to it.
func (s *core[F]) result() Result {
	s.noteEnd()
	t := &s.totals
	r := Result{Status: s.end.status, Reason: s.end.reason, Fingerprint: s.record.fingerprint(),
		Updates: t.Updates, Pushes: t.Pushes, Gradients: t.Gradients, Used: t.Used, Samples: t.Samples,
		Discarded: t.Dropped + t.Lost + t.Aborted, BytesUp: t.Up, BytesDown: t.Down,
		Last: s.eval.final, InitialLoss: s.eval.initial, Growth: s.growth.slope(t.Updates),
		Idle: math.NaN(), Utilization: math.NaN(), Busy: duration(s.busy.Load())}
	if s.eval.written == 0 {
		r.Last = s.evaluationRow()
	}
	for j := range s.ages {
		r.Staleness = append(r.Staleness, s.ages[j].stats())
	}
	return r
}

func (s *engine[F]) result() Result {
	s.noteUnsent()
	r := s.core.result()
	r.VirtualTime, r.Timed = duration(s.now), true
	all := s.spent[waiting]
	all.plus(s.spent[computing].Hi, s.spent[computing].Lo)
	if all != (wide{}) {
		r.Idle = s.spent[waiting].float() / all.float()
	}
	if s.c.Cluster.Server.Service != nil && s.now > 0 {
		var busy wide
		for j := range s.servers {
			busy.add(s.servers[j].busy)
		}
		r.Utilization = busy.float() / (float64(s.shards) * float64(s.now))
	}
	r.Invariants = s.invariants()
	return r
}
