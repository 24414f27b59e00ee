package sim

import (
	"fmt"
	"math"
	"time"

	"staleness/internal/stream"
	"staleness/sim/delay"
)

// A Replay is the durations of a recorded run, by worker and index, that take the place of those
// of a cluster: of its laws, its links and its network cards. What happens in which order follows
// from the method all the same. Of what is nil the cluster's own durations count.
type Replay struct {
	Compute []Recording // by worker: its gradients, in the order in which they were begun
	// by worker and shard, worker*Shards + shard; a part's way from the worker to the queue, with
	// the network card if there was one; its service; the way of its reply; that of interrupts
	Shards                   int
	Up, Serve, Down, Signals []Recording
	End                      ReplayEnd
}

// A Recording is what was recorded of one worker at one place.
type Recording struct {
	Times []time.Duration
	Rest  delay.Law // under ReplayFit: what is drawn beyond its end; nil: no time
}

// ReplayEnd says what comes beyond the end of what was recorded.
type ReplayEnd uint8

const (
	ReplayStop  ReplayEnd = iota // the run ends
	ReplayCycle                  // the beginning
	ReplayFit                    // draws of a law
)

// Replay puts recorded durations in the place of the cluster's own, of so many workers and shards.
// Nominal times stay, for a method may go by them.
func (c *Cluster) Replay(r *Replay, workers, shards int) {
	c.replayed = true
	law := func(of []Recording, at func(turn *delay.Turn) (owner int, index uint64), counted, ordered bool) delay.Law {
		l := &replayed{of: of, at: at, end: r.End, counted: counted, ordered: ordered}
		for _, x := range of {
			for _, d := range x.Times {
				if d != 0 {
					return l
				}
			}
		}
		return nil // nothing of it took time
	}
	if r.Compute != nil {
		c.Compute = make([]delay.Law, workers)
		own := law(r.Compute, func(t *delay.Turn) (int, uint64) { return int(t.Worker), t.Index }, false, false)
		for i := range c.Compute {
			c.Compute[i] = own
		}
	}
	if r.Up == nil {
		return
	}
	// A recording of fewer shards serves more.
	shardOf := func(worker, shard int) int { return worker*r.Shards + shard%r.Shards }
	up := law(r.Up, func(t *delay.Turn) (int, uint64) {
		return shardOf(int(t.Worker)/shards, int(t.Worker)%shards), t.Index >> 16
	}, false, true)
	down := law(append(append([]Recording(nil), r.Down...), r.Signals...), func(t *delay.Turn) (int, uint64) {
		of := shardOf(int(t.Worker)/2/shards, int(t.Worker)/2%shards)
		if t.Worker%2 == 1 {
			of += len(r.Down)
		}
		return of, 0
	}, true, true)
	c.Server.Service = law(r.Serve, func(t *delay.Turn) (int, uint64) { return shardOf(int(t.For), int(t.Worker)), t.Index >> 16 }, false, false)
	c.Server.NIC, c.Server.PerByte = 0, 0 // their times are in those of the way up and of services
	c.Up, c.Down = links(up, workers), links(down, workers)
}

func links(l delay.Law, workers int) (out []Link) {
	for range workers {
		if l != nil {
			out = append(out, Link{Latency: l})
		}
	}
	return out
}

// replayed is the law of recorded durations.
type replayed struct {
	of      []Recording
	at      func(t *delay.Turn) (owner int, index uint64)
	end     ReplayEnd
	counted bool // the index is the number of the draw at its place
	ordered bool // what is sent later never arrives earlier
}

var _ delay.Aware = (*replayed)(nil)

// Memory is the number of draws, and when the last of them ended.
func (l *replayed) Memory() int {
	if l.counted || l.ordered {
		return 2
	}
	return 0
}

// Next is the recorded duration, or Never beyond their end.
func (l *replayed) Next(t *delay.Turn) time.Duration {
	owner, k := l.at(t)
	if l.counted {
		k = t.Memory[0]
		t.Memory[0]++
	}
	d := l.recorded(&l.of[owner], k, t)
	if l.ordered && d != delay.Never {
		d = max(d, time.Duration(int64(t.Memory[1])-t.Now))
		t.Memory[1] = uint64(later(t.Now, int64(d)))
	}
	return d
}

func (l *replayed) recorded(r *Recording, k uint64, t *delay.Turn) time.Duration {
	n := uint64(len(r.Times))
	switch {
	case k < n:
		return r.Times[k]
	case l.end == ReplayCycle && n > 0:
		return r.Times[k%n]
	case l.end == ReplayFit && r.Rest != nil:
		return r.Rest.Draw(&t.Own)
	case l.end == ReplayFit:
		return 0
	}
	return delay.Never
}

// Draw is one of the durations of worker 0.
func (l *replayed) Draw(r *stream.Rand) time.Duration {
	if n := len(l.of[0].Times); n > 0 {
		return l.of[0].Times[r.IntN(n)]
	}
	return 0
}

// Mean implements delay.Law: that of all.
func (l *replayed) Mean() float64 {
	sum, n := 0.0, 0.0
	for _, r := range l.of {
		for _, d := range r.Times {
			sum, n = sum+d.Seconds(), n+1
		}
	}
	return sum / n
}

// CV implements delay.Law.
func (l *replayed) CV() float64 {
	mean, sum, n := l.Mean(), 0.0, 0.0
	for _, r := range l.of {
		for _, d := range r.Times {
			sum, n = sum+float64((d.Seconds()-mean)*(d.Seconds()-mean)), n+1
		}
	}
	return math.Sqrt(sum/n) / mean
}

// usedUp ends a run whose recorded durations are at their end.
func (s *core[F]) usedUp(worker int) {
	if s.c.Cluster.replayed {
		s.stop(Completed, fmt.Sprintf("the recorded durations of worker %d are used up", worker))
	}
}
