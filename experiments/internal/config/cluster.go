package config

import (
	"errors"
	"math"
	"time"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/sim"
	"staleness/sim/delay"
)

// Cluster is what takes time.
type Cluster struct {
	Workers    int         `in:"[1,1000000]" doc:"number of workers M: jobs at a time"`
	Population *int        `in:"[1,1000000]" doc:"number of clients, who are the workers of laws, links, groups and shares of the data; absent: as many as workers"`
	Assignment string      `in:"own|idle|random|shuffled" doc:"who gets the next job: whoever has ended one; one drawn from the clients without a job; one drawn from all, or the next of a random order of all, where whoever is busy queues its jobs"`
	Message    params.Size `doc:"bytes charged per vector; 0B: its true size"`
	Compute    computeTime `doc:"time of one gradient: a law, with per = \"sample\" where its mean is that of one sample of the batch, and by_class = [1, 1, 4] where its time has a factor by the class of each sample, averaged over the batch"`
	Up         Link        `doc:"from a worker to the server"`
	Down       Link        `doc:"from the server to a worker"`
	Server     Server      `doc:"the parameter server"`
	Faults     *Faults     `doc:"what goes wrong, and who comes and goes"`
	Group      []Group     `doc:"workers that differ: each group takes the first of those not yet in one"`
	Regions    *Regions    `doc:"where workers and the server stand, in place of up and down"`

	Replay    *string `doc:"file of durations, a trace.csv or what experiments/trace -durations writes: computations and, of a trace, transfers and services take them, by worker and index"`
	ReplayEnd *string `in:"stop|cycle|fit" when:"replay" doc:"beyond the end of a worker's durations: the run ends, they begin again, or a law that fits them draws; absent: stop"`

	recorded *recording // what replay names
}

// Link is one direction of a worker's connection.
type Link struct {
	Latency   delay.Spec       `doc:"time before the first byte arrives: a duration or a law"`
	Bandwidth params.Bandwidth `doc:"of the worker's link"`
}

// Server is the server's side of time.
type Server struct {
	Shards   int              `in:"[1,256]" doc:"independent parts of the vector, each with a queue of its own"`
	Service  delay.Spec       `doc:"time to apply one message, per shard: a duration or a law"`
	PerByte  time.Duration    `key:"per_byte" in:"[0,1h]" doc:"beside service: for each byte of a push"`
	Queue    string           `in:"fifo|fair|rank|random" doc:"who is served next: whoever came first, the lowest worker, or one drawn; fair: all at once, each at an equal share of the server's speed"`
	NIC      params.Bandwidth `key:"nic" doc:"of a shard's network card, for all that sends to it"`
	NICQueue string           `key:"nic_queue" in:"fair|fifo" doc:"how transfers pass the network card: all at once, each with an equal share, or one after another" when:"nic"`
	Torn     bool             `doc:"shards stand in one queue, and each reads and writes when its own part of a message is served"`
}

// Group is some of the workers. What it does not give is the cluster's.
type Group struct {
	Share   *float64    `in:"(0,1]" doc:"of all workers, rounded to the nearest number"`
	Count   *int        `in:"[1,1000000]" doc:"or: how many"`
	Compute computeTime `doc:"time of one gradient"`
	Scale   *float64    `in:"(0,1e9]" doc:"or: so many times the cluster's compute time"`
	Up      *Link       `doc:"from a worker to the server"`
	Down    *Link       `doc:"from the server to a worker"`
}

// serves says whether a service takes time.
func (s *Server) serves() bool { return !isZero(s.Service) || s.PerByte > 0 }

func DefaultCluster() Cluster {
	return Cluster{Workers: 1, Assignment: "own", Server: Server{Shards: 1, Queue: "fifo", NICQueue: "fair"}}
}

// Validate wants one measure and something that differs.
func (g Group) Validate() error {
	switch {
	case (g.Share == nil) == (g.Count == nil):
		return errors.New("give share or count, exactly one")
	case g.Scale != nil && g.Compute.Law != nil:
		return errors.New("compute replaces the cluster's and scale multiplies it; give one of them")
	case g.Scale == nil && g.Compute.Law == nil && g.Up == nil && g.Down == nil:
		return errors.New("a group differs in something: give compute, scale, up or down")
	}
	return nil
}

// sizes is how many workers each group takes.
func (c *Cluster) sizes() ([]int, error) {
	left := c.Clients()
	sizes := make([]int, len(c.Group))
	for i, g := range c.Group {
		n := 0
		if g.Count != nil {
			n = *g.Count
		} else {
			n = int(math.Floor(*g.Share*float64(c.Clients()) + .5))
		}
		if n == 0 {
			e := fault.Bad(document.Element("group", i)+".share", *g.Share, "of %s is nobody: a group has at least one; take a larger share, a count, or the group out", prose.Count(c.Clients(), "worker"))
			return nil, e
		}
		if n > left {
			return nil, params.Errorf(document.Element("group", i), "takes %d workers where %d of %d are left", n, left, c.Clients())
		}
		sizes[i] = n
		left -= n
	}
	return sizes, nil
}

// covered says whether every worker is in a group of which own says that it has something of its
// own.
func (c *Cluster) covered(own func(g Group) bool) bool {
	for _, g := range c.Group {
		if g.Validate() != nil {
			return false
		}
	}
	sizes, err := c.sizes()
	if err != nil {
		return false
	}
	left := c.Clients()
	for i, n := range sizes {
		left -= n
		if !own(c.Group[i]) {
			return false
		}
	}
	return left == 0 && len(sizes) > 0
}

// computes are the laws of compute times, of groups too.
func (c *Cluster) computes() []computeTime {
	all := []computeTime{c.Compute}
	for i := range c.Group {
		all = append(all, c.Group[i].Compute)
	}
	return all
}

// wantsCompute says whether there is a worker whose time is not known.
func (c *Cluster) wantsCompute() bool {
	return c.Replay == nil && c.Compute.Law == nil && c.Idle()["compute"] == ""
}

// Idle names what every worker has of its own group.
func (c Cluster) Idle() map[string]string {
	out := map[string]string{}
	if c.Regions != nil {
		out["up"], out["down"] = "regions give every worker its links", "regions give every worker its links"
	}
	for key, own := range map[string]func(g Group) bool{
		"compute": func(g Group) bool { return g.Compute.Law != nil },
		"up":      func(g Group) bool { return g.Up != nil },
		"down":    func(g Group) bool { return g.Down != nil },
	} {
		if c.covered(own) {
			out[key] = "every worker is in a group with " + key + " of its own"
		}
	}
	return out
}

// groupOf lists the group of each worker; -1: none.
func (c *Cluster) groupOf() ([]int, error) {
	sizes, err := c.sizes()
	if err != nil {
		return nil, err
	}
	of := make([]int, 0, c.Clients())
	for g, n := range sizes {
		for range n {
			of = append(of, g)
		}
	}
	for len(of) < c.Clients() {
		of = append(of, -1)
	}
	return of, nil
}

// Sim is the cluster as the simulator wants it, for batches of so many samples; what machines are
// like is drawn from seed.
func (c *Cluster) Sim(batch int, seed uint64) (sim.Cluster, error) {
	out := sim.Cluster{Message: int64(c.Message), Server: sim.Server{
		Shards: c.Server.Shards, NIC: float64(c.Server.NIC),
		Queue:   map[string]sim.Queue{"fifo": sim.FIFO, "fair": sim.Fair, "rank": sim.Rank, "random": sim.Random}[c.Server.Queue],
		PerByte: int64(c.Server.PerByte), NICFIFO: c.Server.NICQueue == "fifo", Torn: c.Server.Torn,
	}}
	of, err := c.groupOf()
	if err != nil {
		return out, err
	}
	machines := stream.NewKey(seed, "machine")
	place := func(name string) stream.Key { return stream.NewKey(seed, "machine "+name) }
	computes, ups, downs := place("compute"), place("up"), place("down")
	out.Server.Service = lawOf(c.Server.Service, 0, machines, place("service"))
	var regions []int
	if c.Regions != nil {
		if regions, err = c.Regions.of(c.Clients()); err != nil {
			return out, err
		}
	}
	linked := false
	for w := range c.Clients() {
		compute, scale := c.Compute, 1.
		var g *Group
		if of[w] >= 0 {
			g = &c.Group[of[w]]
			if g.Compute.Law != nil {
				compute = g.Compute
			}
			if g.Scale != nil {
				scale = *g.Scale
			}
		}
		up, down := c.linksOf(regions, w, g)
		if compute.PerSample {
			scale *= float64(batch)
		}
		own := lawOf(compute.Law, w, machines, computes)
		if own == nil {
			own = c.recorded.nominal(w)
		}
		law := delay.Scaled(own, scale)
		out.Compute = append(out.Compute, law)
		if compute.PerSample && out.Scales == nil {
			out.Scales = make([]bool, c.Clients())
		}
		if compute.PerSample {
			out.Scales[w] = true
		}
		if out.Classes == nil && compute.ByClass != nil {
			out.Classes = &sim.Classes{Factors: make([][]float64, c.Clients())}
		}
		if compute.ByClass != nil {
			out.Classes.Factors[w] = compute.ByClass
		}
		out.Nominal = append(out.Nominal, law.Mean())
		u := sim.Link{Latency: lawOf(up.Latency, w, machines, ups), Bandwidth: float64(up.Bandwidth)}
		d := sim.Link{Latency: lawOf(down.Latency, w, machines, downs), Bandwidth: float64(down.Bandwidth)}
		out.Up, out.Down = append(out.Up, u), append(out.Down, d)
		linked = linked || u.Latency != nil || u.Bandwidth > 0 || d.Latency != nil || d.Bandwidth > 0
	}
	if !linked {
		out.Up, out.Down = nil, nil
	}
	if c.Regions != nil {
		out.Pairs = c.Regions.pairs(regions, machines, place("pairs"))
	}
	out.Faults = c.Faults.sim(c.Clients(), machines, place("crash"), place("repair"))
	if c.recorded != nil {
		out.Replay(&c.recorded.replay, c.Clients(), c.Server.Shards)
	}
	return out, nil
}
