package sim

import (
	"testing"
	"time"

	"staleness/optimizers"
)

// ringed is rounds of m workers that take 10 ms for a gradient, and a link of 1 MB/s and 3 ms for
// messages of 6 kB.
func ringed(t *testing.T, m int) Config[float64] {
	method := optimizers.Default[optimizers.Sync]()
	method.ReduceCost = "ring"
	c := config(strategy(t, method), m, 3)
	c.Cluster.Message = 6000
	c.Cluster.Up, c.Cluster.Down = each(m, Link{Bandwidth: 1e6, Latency: constant(3 * ms)}), each(m, Link{Bandwidth: 2e6})
	c.Cluster.Server = Server{Service: constant(time.Hour), NIC: 1000} // in nobody's way
	c.Stop, c.Record.Updates = Stop{Updates: 3}, true
	return c
}

// A ring all-reduce of M takes 2(M-1)/M of a message at the bandwidth of the slowest and 2(M-1) of
// its latencies, from when the last has sent; so many bytes go through each link.
func TestRing(t *testing.T) {
	for m := 1; m <= 5; m++ {
		for _, shards := range []int{1, 3} {
			c := ringed(t, m)
			c.Cluster.Server.Shards = shards
			bandwidth := int64(1000) // bytes per ms
			if m > 2 {
				c.Cluster.Down[1].Bandwidth, bandwidth = 5e5, 500
			}
			c.Cluster.Compute[0] = constant(14 * ms) // the last
			r, rec := must(t, c, options{poison: true})
			n := int64(m)
			round := 14*ms + time.Duration(2*(n-1)*6000)*ms/time.Duration(n*bandwidth) + time.Duration(2*(n-1))*3*ms
			if r.VirtualTime != 3*round || r.Updates != 3 {
				t.Errorf("%d workers, %d shards: %d rounds in %v, theory 3 in %v", m, shards, r.Updates, r.VirtualTime, 3*round)
			}
			if bytes := 3 * 2 * (n - 1) * 6000; r.BytesUp+r.BytesDown != bytes {
				t.Errorf("%d workers: %d bytes up and %d down, theory %d in all", m, r.BytesUp, r.BytesDown, bytes)
			}
			for _, row := range rec.push {
				if row.QueueS != 0 || row.ServiceS != 0 || row.PullS != 0 {
					t.Errorf("%d workers: a server is in the way: %+v", m, row)
				}
			}
		}
	}
}

// What it costs changes no mean.
func TestRingMeans(t *testing.T) {
	ring := ringed(t, 3)
	ring.Record.Center = true
	_, a := must(t, ring, options{})
	server := ring
	server.Strategy = strategy(t, optimizers.Default[optimizers.Sync]())
	server.Cluster.Server = Server{}
	_, b := must(t, server, options{})
	for k := range a.push {
		if x, y := a.centers[k], b.centers[k]; x[0] != y[0] || a.push[k].Loss != b.push[k].Loss {
			t.Errorf("row %d: %v, with a server %v", k, x, y)
		}
	}
}

// Nobody waits in a ring for those who have gone, nor for what was lost.
func TestRingWithoutSome(t *testing.T) {
	c := ringed(t, 3)
	c.Stop.Updates = 4
	c.Cluster.Faults = &Faults{Detect: 15 * ms, Events: []FaultEvent{{At: 31 * ms, Do: DoCrash, Worker: 2}}}
	r, rec := must(t, c, options{poison: true})
	// 10 ms and 8 + 12 of three; the second round waits from 40 to 46 ms for the third, then takes
	// 6 + 6 ms of two
	if first, second := ns(rec.push[2].TimeS), ns(rec.push[4].TimeS); first != 30*ms || second != 58*ms {
		t.Errorf("rounds end at %v and %v, by hand at 30 and 58 ms", first, second)
	}
	if r.Updates != 4 {
		t.Errorf("%d updates: %s", r.Updates, r.Reason)
	}
	c.Cluster.Faults = &Faults{Loss: .1, Timeout: ms}
	refused(t, c, "take reduce_cost = \"server\"")
	s := optimizers.Default[optimizers.Sync]()
	s.ReduceCost = "ring"
	method := strategy(t, s)
	if _, err := method.Resolve(optimizers.KSync(2, false), 3); err == nil {
		t.Error("a ring of the first two of three is accepted")
	}
}

// randomRing lets half of the rounds of all workers be all-reduces.
func randomRing(d *draws, c *Config[float64]) {
	takes, err := c.Strategy.Resolve(c.Consistency, c.Workers)
	if err != nil || takes.Gather != optimizers.All || c.Strategy.Trails || c.Cluster.Faults != nil && c.Cluster.Faults.Loss > 0 {
		return
	}
	c.Strategy.Ring = d.one(2)
}
