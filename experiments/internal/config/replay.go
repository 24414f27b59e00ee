package config

import (
	"crypto/sha256"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/fit"
	"staleness/experiments/internal/measured"
	"staleness/experiments/internal/prose"
	"staleness/internal/files"
	"staleness/internal/params"
	"staleness/sim"
	"staleness/sim/delay"
	"staleness/sim/record"
)

// A recording is durations that were recorded, as they were read, for all runs that replay them.
type recording struct {
	replay  sim.Replay
	workers int
	hash    string
	err     error
}

// replayEnds are the words of cluster.replay_end.
var replayEnds = map[string]sim.ReplayEnd{"stop": sim.ReplayStop, "cycle": sim.ReplayCycle, "fit": sim.ReplayFit}

// readReplay reads the durations that the cluster is to replay. From then on they have an absolute
// path.
func (c *Config) readReplay(ps *Problems) error {
	if c.Cluster.Replay == nil {
		return nil
	}
	written := *c.Cluster.Replay
	if c.Cluster.Faults != nil {
		return params.Errorf("cluster.replay", "does not go with cluster.faults: what was lost, sent again and cut short is in the recorded durations already; take one of them out")
	}
	path := written
	if !filepath.IsAbs(path) {
		abs, err := filepath.Abs(filepath.Join(c.Doc.Base("cluster.replay"), path))
		if err != nil {
			return params.At("cluster.replay", err)
		}
		path = abs
	}
	end := "stop"
	if c.Cluster.ReplayEnd != nil {
		end = *c.Cluster.ReplayEnd
	}
	e := ps.entry(ps.laws, "replay "+end+" "+path)
	e.once.Do(func() { e.p = readRecording(path, replayEnds[end]) })
	r := e.p.(*recording)
	if r.err != nil {
		return fault.Bad("cluster.replay", written, "cannot be replayed: %v", r.err)
	}
	if r.workers < c.Cluster.Workers {
		return fault.Bad("cluster.replay", written, "holds durations of %s, and cluster.workers is %d: take fewer workers; or draw from what was recorded by the law empirical, whose workers may be more", prose.Count(r.workers, "worker"), c.Cluster.Workers)
	}
	c.Cluster.Replay = &path
	if c.lawHashes == nil {
		c.lawHashes = map[string]string{}
	}
	c.lawHashes[path] = r.hash
	c.Cluster.recorded = r
	return nil
}

func readRecording(path string, end sim.ReplayEnd) *recording {
	r := &recording{}
	text, err := files.Read(path)
	if err != nil {
		r.err = err
		return r
	}
	r.hash = fmt.Sprintf("sha256:%x", sha256.Sum256(text))
	s, err := measured.Read(path, measured.Columns{})
	if err != nil {
		r.err = err
		return r
	}
	if s.Trace != nil {
		if r.workers, err = r.ofTrace(s.Trace); err != nil {
			r.err = fmt.Errorf("%s:%w", path, err)
		}
	} else {
		for _, w := range s.Sample.Workers {
			var to sim.Recording
			for _, t := range w.Times {
				to.Times = append(to.Times, nanoseconds(t))
			}
			r.replay.Compute = append(r.replay.Compute, to)
		}
		r.workers = len(r.replay.Compute)
	}
	if r.replay.End = end; end == sim.ReplayFit && r.err == nil {
		r.err = r.fit()
	}
	return r
}

func nanoseconds(s float64) time.Duration {
	return time.Duration(math.Round(min(s*1e9, math.MaxInt64/2)))
}

// A sent part is one on its way to its shard.
type sentPart struct {
	end  time.Duration
	mere bool // a pull alone
}

// ofTrace takes the durations of computations and of the legs of messages.
func (r *recording) ofTrace(rows []record.Interval) (workers int, err error) {
	shards := 1
	for i := range rows {
		workers, shards = max(workers, int(rows[i].Worker)+1), max(shards, int(rows[i].Shard)+1)
	}
	const most = 1 << 24
	if workers > most/shards {
		return 0, fmt.Errorf("it speaks of worker %d: at most %d can be replayed", workers-1, most/shards)
	}
	n := workers * shards
	p := &r.replay
	p.Shards, p.Compute = shards, make([]sim.Recording, workers)
	p.Up, p.Serve, p.Down, p.Signals = make([]sim.Recording, n), make([]sim.Recording, n), make([]sim.Recording, n), make([]sim.Recording, n)
	sent := make([][]sentPart, n)
	passed := make([]int, n) // those before are past the card
	for line, i := range rows {
		start, end := nanoseconds(i.StartS), nanoseconds(i.EndS)
		at := int(i.Worker)*shards + max(0, int(i.Shard))
		to := map[string]*sim.Recording{record.Compute: &p.Compute[i.Worker], record.Push: &p.Up[at], record.Serve: &p.Serve[at], record.Pull: &p.Down[at]}[i.Kind]
		switch {
		case i.Kind == record.Compute && i.Update < 0:
			end++ // it was cut short, so it would have taken longer
		case i.Kind == record.Push:
			sent[at] = append(sent[at], sentPart{end, i.Version < 0})
		case i.Kind == record.Pull && i.Job < 0:
			to = &p.Signals[at]
		case i.Kind == record.NIC:
			k := slices.Index(sent[at][passed[at]:], sentPart{start, i.Version < 0})
			if k < 0 {
				return 0, fmt.Errorf("%d: a part of worker %d is at the network card from %g s on, but none was sent until then", line+2, i.Worker, i.StartS)
			}
			passed[at] += k
			p.Up[at].Times[passed[at]] += end - start
			passed[at]++
		}
		if to != nil {
			to.Times = append(to.Times, end-start)
		}
	}
	return workers, nil
}

// fit finds the laws of what comes beyond the recordings: of each worker's own computations, if
// there are enough of them, else of all; of the legs of messages of all.
func (r *recording) fit() error {
	own := func(of []sim.Recording, least int) error {
		var all []float64
		for _, x := range of {
			all = append(all, inSeconds(x.Times)...)
		}
		rest, err := bestLaw(all)
		if err != nil {
			return err
		}
		for i := range of {
			if of[i].Rest = rest; len(of[i].Times) >= least {
				if of[i].Rest, err = bestLaw(inSeconds(of[i].Times)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for _, x := range []struct {
		of    []sim.Recording
		least int
	}{{r.replay.Compute, 30}, {r.replay.Up, math.MaxInt}, {r.replay.Serve, math.MaxInt}, {r.replay.Down, math.MaxInt}, {r.replay.Signals, math.MaxInt}} {
		if err := own(x.of, x.least); err != nil {
			return err
		}
	}
	return nil
}

func inSeconds(times []time.Duration) (out []float64) {
	for _, d := range times {
		out = append(out, d.Seconds())
	}
	return out
}

// bestLaw is the law that fits best, of five digits; nil where nothing takes time.
func bestLaw(times []float64) (delay.Law, error) {
	if len(times) == 0 || slices.Max(times) == 0 {
		return nil, nil
	}
	table := map[string]any{"law": "constant", "mean": fit.Seconds(fit.Mean(times))}
	if laws, _ := fit.Rank(times); len(laws) > 0 {
		table = laws[0].Table()
	}
	s, err := delay.Laws().Decode("law", table)
	if err != nil {
		return nil, err
	}
	return s.(delay.Spec).ForWorker(0, 0), nil
}

// nominal is the mean of a worker's recorded computations, of whom no law is given.
func (r *recording) nominal(worker int) delay.Law {
	if x := inSeconds(r.replay.Compute[worker].Times); len(x) > 0 {
		return delay.Constant{Mean: nanoseconds(fit.Mean(x))}.ForWorker(0, 0)
	}
	return delay.Constant{}.ForWorker(0, 0)
}

// Replays is what is to be said of a run that replays durations; "" of others.
func (c *Config) Replays() string {
	if c.Cluster.recorded == nil {
		return ""
	}
	what := "computations"
	if c.Cluster.recorded.replay.Up != nil {
		what = "computations, transfers and services"
	}
	return fmt.Sprintf("%s take the durations of %s, by worker and index; what happens in which order, and what waits, follows from the method", what, *c.Cluster.Replay)
}
