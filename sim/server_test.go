package sim

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"staleness/internal/stream"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// queueing is m workers that think for 10 ms and then meet at a server.
func queueing(t testing.TB, m int, service delay.Law, q Queue) Config[float64] {
	c := config(asgd(t), m, 0)
	c.Cluster.Compute = each(m, exponential(10*ms))
	c.Cluster.Server = Server{Service: service, Queue: q}
	c.Stop.Updates = 60000
	return c
}

// meanValue is the throughput of a closed network of m customers, who think for z and meet one
// queue of service time d: exact mean-value analysis (Reiser & Lavenberg 1980).
func meanValue(m int, z, d float64) (x float64) {
	queue := 0.
	for n := 1; n <= m; n++ {
		stay := d * (1 + queue)
		x = float64(n) / (z + stay)
		queue = x * stay
	}
	return x
}

// A server that serves all at once has the throughput of mean-value analysis under every law of its
// service (insensitivity of processor sharing); a line has it for exponential ones only.
func TestProcessorSharing(t *testing.T) {
	loopOnly(t)
	const m, d = 6, .003
	mean := time.Duration(d * 1e9)
	want := meanValue(m, .01, d)
	laws := map[string]delay.Law{
		"constant": constant(mean), "exponential": exponential(mean),
		"lognormal, cv 2": delay.Lognormal{Mean: mean, CV: 2}.ForWorker(0, 0),
	}
	for name, law := range laws {
		r, _ := must(t, queueing(t, m, law, Fair), options{})
		x := float64(r.Updates) / r.VirtualTime.Seconds()
		if math.Abs(x/want-1) > .01 {
			t.Errorf("%s: %.2f messages/s, theory %.2f", name, x, want)
		}
		if u := x * d; math.Abs(r.Utilization/u-1) > .01 {
			t.Errorf("%s: utilization %.4f, the law of utilization says %.4f", name, r.Utilization, u)
		}
	}
	r, _ := must(t, queueing(t, m, laws["constant"], FIFO), options{})
	if x := float64(r.Updates) / r.VirtualTime.Seconds(); x/want < 1.02 {
		t.Errorf("a line of constant services: %.2f messages/s, no faster than %.2f", x, want)
	}
	for _, q := range []Queue{FIFO, Rank, Random} {
		r, _ := must(t, queueing(t, m, laws["exponential"], q), options{})
		if x := float64(r.Updates) / r.VirtualTime.Seconds(); math.Abs(x/want-1) > .01 {
			t.Errorf("order %d: %.2f messages/s, theory %.2f", q, x, want)
		}
	}
}

// Two parts share the server: by hand.
func TestFairByHand(t *testing.T) {
	c := config(asgd(t), 2, 1)
	c.Cluster.Compute = []delay.Law{constant(10 * ms), constant(12 * ms)}
	c.Cluster.Server = Server{Service: constant(6 * ms), Queue: Fair}
	c.Record, c.Stop.Updates = Record{Updates: true}, 2
	_, rec := must(t, c, options{})
	// from 10 ms alone, from 12 together: 4 ms are left and take 8, then the other's 2
	for k, want := range []time.Duration{20 * ms, 22 * ms} {
		row := rec.push[k]
		if ns(row.TimeS) != want || row.QueueS != 0 || ns(row.ServiceS) != []time.Duration{10 * ms, 10 * ms}[k] {
			t.Errorf("push %d: %+v, at %v by hand", k, row, want)
		}
	}
}

// A line at the network card lets one transfer pass after the other; bytes cost service.
func TestLineAtTheNIC(t *testing.T) {
	c := config(asgd(t), 3, 1)
	c.Cluster.Message = 1000
	c.Cluster.Server = Server{NIC: 1e6, NICFIFO: true, PerByte: 2000} // 1 ms to pass, 2 ms to serve
	c.Record, c.Stop.Updates = Record{Updates: true}, 3
	_, rec := must(t, c, options{})
	for k, row := range rec.push { // they come at 10 ms, pass at 11, 12, 13, and are served at 13, 15, 17
		if at := time.Duration(13+2*k) * ms; ns(row.TimeS) != at || ns(row.PushS) != time.Duration(k+1)*ms || ns(row.ServiceS) != 2*ms || ns(row.QueueS) != time.Duration(k)*ms {
			t.Errorf("push %d: %+v, at %v by hand", k, row, at)
		}
	}
}

// Torn: two shards in one queue read and write when their own parts are served, so that another
// worker's write comes between.
func TestTornReads(t *testing.T) {
	c := config(asgd(t), 2, 2)
	c.Cluster.Up = each(2, Link{Bandwidth: 1e6})
	c.Cluster.Message = 2000 // 1 ms a shard on the link
	c.Cluster.Server = Server{Shards: 2, Torn: true, Service: constant(ms)}
	c.Record, c.Stop.Updates = Record{Updates: true, Center: true}, 12
	r, rec := must(t, c, options{poison: true})
	torn := false
	for _, x := range rec.centers {
		torn = torn || x[0] != x[1]
	}
	if !torn || r.Utilization <= .1 {
		t.Errorf("shards of one queue agree at every push: %v", rec.centers)
	}
	whole := c
	whole.Cluster.Server.Torn = false
	if r2, rec2 := must(t, whole, options{}); digest(r, rec) == digest(r2, rec2) {
		t.Error("torn changes nothing")
	}
	c.Cluster.Server.Shards = 1
	refused(t, c, "one shard")
	c.Cluster.Server.Shards, c.Consistency = 2, optimizers.Bounded(3, false)
	refused(t, c, "written apart")
}

// refused wants an error that says so.
func refused(t *testing.T, c Config[float64], says string) {
	t.Helper()
	if _, err := Run(context.Background(), c, nil); err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("%v, want %q", err, says)
	}
}

// randomServer draws what else a server may do, apart from all other draws.
func randomServer(seed uint64, c *Config[float64]) {
	d, v := &draws{stream.NewKey(seed, "random server").At(0, 0)}, &c.Cluster.Server
	if d.one(4) {
		v.Queue = Fair
	}
	v.NICFIFO = v.NIC > 0 && d.one(2)
	if d.one(4) { // a service of the length of a gradient or less
		if v.PerByte = int64(d.n(int(unitOf(c))/80 + 1)); v.PerByte == 0 {
			v.PerByte, c.Cluster.Message = 1, int64(1+d.n(3))
		}
	}
	if takes, err := c.Strategy.Resolve(c.Consistency, c.Workers); err == nil && v.Shards > 1 && c.Strategy.Shardable(takes) == nil {
		v.Torn = d.one(2)
	}
	randomRing(d, c)
}
