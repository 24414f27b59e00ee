package config

import (
	"staleness/experiments/internal/fault"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/sim"
	"staleness/sim/delay"
)

// readStaleness reads [staleness]; laws by worker need no name.
func readStaleness(table map[string]any) (delay.CountSpec, error) {
	if _, named := table["law"]; !named && table["worker"] != nil {
		full := map[string]any{"law": "by-worker"}
		for k, v := range table {
			full[k] = v
		}
		table = full
	}
	s, err := delay.CountLaws().Decode("staleness", table)
	if err != nil {
		return nil, err
	}
	return s.(delay.CountSpec), nil
}

// checkStaleness finds what is wrong between the law and the workers.
func (c *Config) checkStaleness() error {
	if b, ok := c.Staleness.(delay.ByWorkerCount); ok && len(b.Worker) != c.Cluster.Workers {
		return params.Errorf("staleness.worker", "has %d laws for %d workers: give one for each of cluster.workers", len(b.Worker), c.Cluster.Workers)
	}
	return nil
}

// injection is what the simulator injects, into a problem if there is one.
func injection[F vec.Float](law delay.CountSpec, p nets.Problem[F]) (*sim.Injection, error) {
	switch law := law.(type) {
	case delay.Blocked:
		lags := law.Lags()
		var ends []int
		if p != nil { // else the simulator refuses it
			var err error
			if ends, err = blockEnds(law, p); err != nil {
				return nil, err
			}
		}
		in := &sim.Injection{Blocks: []sim.Block{}}
		for i, end := range ends {
			in.Blocks = append(in.Blocks, sim.Block{End: end, Lag: lags[i]})
		}
		return in, nil
	case delay.Private:
		return &sim.Injection{Private: law.Counts()}, nil
	case delay.ByWorkerCount:
		return &sim.Injection{Worker: law.Laws(), FIFO: law.Monotone()}, nil
	}
	return &sim.Injection{Tau: law.Counts(), FIFO: law.Monotone()}, nil
}

// blockEnds is where each block of the vector ends.
func blockEnds[F vec.Float](law delay.Blocked, p nets.Problem[F]) ([]int, error) {
	n := len(law.Lags())
	if !law.ByLayer() {
		d := p.Dim()
		if n > d {
			return nil, fault.Bad("staleness.stages", int64(n), "is more than there are parameters: %d", d)
		}
		ends := make([]int, n)
		for i := range ends {
			ends[i] = (i + 1) * d / n
		}
		return ends, nil
	}
	var ends []int
	if s, ok := any(p).(nets.Shaped); ok {
		ends = nets.LayerEnds(s.Parameters())
	}
	if ends == nil {
		return nil, fault.Bad("staleness.blocks", "layers", `is for problems with layers, and this one has none; take "equal"`)
	}
	if n > len(ends) {
		return nil, fault.Bad("staleness.stages", int64(n), "is more than there are layers with parameters: %d", len(ends))
	}
	return balanced(ends, n), nil
}

// balanced cuts what ends at the given places into n contiguous blocks, of which the largest is as
// small as it can be; blocks at the front take what they can.
func balanced(ends []int, n int) []int {
	most := func(limit int) []int { // blocks of at most limit; nil if n are not enough
		var cut []int
		from := 0
		for i, end := range ends {
			start := 0
			if i > 0 {
				start = ends[i-1]
			}
			if end-start > limit {
				return nil
			}
			// a new block, where this one is full or each of the rest is needed as one
			if i > 0 && (end-from > limit || len(ends)-i < n-len(cut)) {
				cut = append(cut, start)
				from = start
			}
		}
		if cut = append(cut, ends[len(ends)-1]); len(cut) > n {
			return nil
		}
		return cut
	}
	low, high := 0, ends[len(ends)-1] // low does not do, high does
	for high-low > 1 {
		if mid := low + (high-low)/2; most(mid) != nil {
			high = mid
		} else {
			low = mid
		}
	}
	return most(high)
}
