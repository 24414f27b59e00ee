package sim

import (
	"fmt"
	"math"

	"staleness/sim/record"
)

// outcome counts a push whose fate is known, and writes its row.
func (s *engine[F]) outcome(m messageHandle) {
	g := &s.messages[m]
	if g.Verdict == Lost {
		s.totals.Lost += int64(g.Grads)
		return
	}
	if s.clients.on && g.Verdict != Dropped {
		s.clients.Of[g.Worker].Used++
	}
	row := &s.record.row
	if s.record.rows {
		*row = record.Row{TimeS: seconds(s.now), Worker: int64(g.Worker), VersionRead: g.ReadAt, Version: g.Version, Staleness: g.Tau,
			Gap: math.NaN(), GradNorm: math.NaN(), UpdateNorm: math.NaN(), Verdict: g.Verdict.String(), Loss: math.NaN(),
			QueueS: seconds(g.Started - g.Arrived), ServiceS: seconds(g.Served - g.Started), ComputeS: seconds(g.Compute),
			PushS: seconds(g.Arrived - g.Sent), PullS: seconds(g.Pull), WaitS: math.NaN()}
		if s.clients.on {
			row.WaitS = seconds(s.clients.Jobs[m].Wait)
		}
		if s.gap {
			d := float64(s.dim)
			row.Gap = math.Sqrt(g.Gap / d)
			row.GradNorm = math.Sqrt(g.Sum.Norm / float64(g.Grads))
			row.UpdateNorm = math.Sqrt(g.Moved)
		}
	}
	loss := math.NaN()
	if s.c.Problem != nil {
		loss = g.Sum.Loss / float64(g.Grads)
	}
	s.settle(settled{s.now, int(g.Worker), int64(g.Grads), g.Verdict, g.ReadAt, g.Version, loss})
}

// settled is what counts of a push, in either engine.
type settled struct {
	at            int64
	worker        int
	gradients     int64
	verdict       Verdict
	read, version int64
	loss          float64
}

// settle counts a push, records it, and sees whether it ends the run.
func (s *core[F]) settle(p settled) {
	t := &s.totals
	t.Pushes++
	if p.verdict == Dropped {
		t.Dropped += p.gradients
	} else {
		t.Used += p.gradients
	}
	updated := p.verdict == Applied || p.verdict == Mixed
	if updated {
		s.count()
	}
	s.record.note(p.at, p.worker, p.verdict, p.read, p.version, p.loss)
	if s.record.rows {
		row := &s.record.row
		row.Update, row.Loss = t.Updates, p.loss
		var center []F
		if center = s.record.before; s.record.center && center == nil {
			center = s.center()
		}
		if err := s.record.rec.Push(row, center); err != nil {
			s.fail(fmt.Errorf("recording a push: %w", err))
		}
	}
	s.updated(updated)
}

// count counts an update.
func (s *core[F]) count() {
	t := &s.totals
	t.Updates++
	s.growth.add(t.Updates, s.center)
	s.eval.follow(t.Updates, s.center)
}

// updated sees whether the run ends or is to be evaluated, after a push or an update without one.
func (s *core[F]) updated(is bool) {
	t, stop := &s.totals, &s.c.Stop
	switch {
	case stop.Updates > 0 && t.Updates >= stop.Updates:
		s.stop(Completed, fmt.Sprintf("%d updates", t.Updates))
	case stop.Pushes > 0 && t.Pushes >= stop.Pushes:
		s.stop(Completed, fmt.Sprintf("%d pushes", t.Pushes))
	}
	if e := s.c.Eval.Updates; e > 0 && is && t.Updates%e == 0 {
		s.evaluate()
	}
}
