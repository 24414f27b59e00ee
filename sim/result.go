package sim

import (
	"math"

	"staleness/sim/record"
)

// result sums a run up; what depends on the engine is left to it.
func (s *core[F]) result() Result {
	s.noteEnd()
	t := &s.totals
	r := Result{Status: s.end.status, Reason: s.end.reason, Fingerprint: s.record.fingerprint(),
		Updates: t.Updates, Pushes: t.Pushes, Gradients: t.Gradients, Used: t.Used, Samples: t.Samples,
		Discarded: t.Dropped + t.Lost + t.Aborted, BytesUp: t.Up, BytesDown: t.Down,
		Last: s.eval.final, InitialLoss: s.eval.initial, Growth: s.growth.slope(t.Updates),
		Idle: math.NaN(), Utilization: math.NaN(), Down: math.NaN(), Busy: duration(s.busy.Load())}
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
	if s.faults.on {
		all.plus(s.spent[down].Hi, s.spent[down].Lo)
		r.Faulty = true
		r.Crashes, r.LostMessages, r.Retransmissions = s.totals.Crashes, s.totals.LostMessages, s.totals.Retransmissions
		if all != (wide{}) {
			r.Down = s.spent[down].float() / all.float()
		}
	}
	if s.c.Cluster.Server.serves() && s.now > 0 {
		var busy wide
		for j := range s.servers {
			busy.add(s.servers[j].busy)
		}
		r.Utilization = busy.float() / (float64(s.station(s.shards-1)+1) * float64(s.now))
	}
	r.Classes, r.Clients = s.classes.counts(), s.clients.counts()
	r.Invariants = s.invariants()
	return r
}

// Summary is what summary.json says of the run, but for its seed and build, which the simulator
// does not know. A violated invariant makes it a failed one.
func (r *Result) Summary() *record.Summary {
	out := record.NewSummary()
	out.Status, out.Reason = string(r.Status), r.Reason
	out.Fingerprint = r.Fingerprint
	out.Updates, out.Pushes, out.Gradients, out.UsedGradients = r.Updates, r.Pushes, r.Gradients, r.Used
	out.Samples, out.Discarded = r.Samples, r.Discarded
	if r.Timed {
		out.VirtualTimeS = record.Seconds(r.VirtualTime)
		out.IdleFraction, out.Utilization = r.Idle, r.Utilization
		out.BytesUp, out.BytesDown = r.BytesUp, r.BytesDown
	}
	if r.Faulty {
		out.Crashes, out.LostMessages, out.Retransmissions, out.DownFraction = r.Crashes, r.LostMessages, r.Retransmissions, r.Down
	}
	out.FinalTrainLoss, out.FinalTestLoss, out.FinalTestAccuracy = r.Last.TrainLoss, r.Last.TestLoss, r.Last.TestAccuracy
	out.FinalSuboptimality, out.Growth = r.Last.Suboptimality, r.Growth
	if len(r.Staleness) == 1 {
		out.Staleness = record.StalenessOf(r.Staleness[0].Histogram)
	} else {
		out.Staleness, out.StalenessShards = pooled(r.Staleness)
	}
	out.Classes, out.Clients = r.Classes, r.Clients
	out.Invariants = map[string]string{}
	for _, i := range r.Invariants {
		out.Invariants[i.Name] = record.Held
		if i.Err != nil {
			out.Invariants[i.Name] = i.Err.Error()
			out.Status = record.Failed
			out.Reason = "self-check " + i.Name + ": " + i.Err.Error()
		}
	}
	return out
}

// pooled is the staleness over all shards, and that of each.
func pooled(shards []StalenessStats) (all *record.Staleness, each []record.Staleness) {
	var counts []int64
	for _, shard := range shards {
		for tau, n := range shard.Histogram {
			for len(counts) <= tau {
				counts = append(counts, 0)
			}
			counts[tau] += n
		}
		if one := record.StalenessOf(shard.Histogram); one != nil {
			each = append(each, *one)
		}
	}
	return record.StalenessOf(counts), each
}
