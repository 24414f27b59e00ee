package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/sim"
	"staleness/sim/delay"
)

// Regions say where workers and the server stand, and what is between any two places.
type Regions struct {
	Names     []string             `doc:"of the regions" len:"[1,1000]" required:""`
	Workers   []int                `doc:"how many workers each region has; they are taken in order" in:"[0,1000000]"`
	Share     []float64            `doc:"or: the share of all workers that each has" in:"[0,1]"`
	Server    string               `doc:"the region of the server" required:""`
	Bandwidth [][]params.Bandwidth `doc:"of a worker's link, by region of the sender (row) and of the receiver (column); none: unlimited"`
	Latency   [][]delay.Spec       `doc:"by region of the sender (row) and of the receiver (column), each a duration or a law; none: no time"`
}

// Validate wants square matrices, and regions that are told apart.
func (r Regions) Validate() error {
	n := len(r.Names)
	for i, name := range r.Names {
		if j := slices.Index(r.Names, name); j < i {
			return &params.Error{Path: fmt.Sprintf("names[%d]", i), Value: strconv.Quote(name), Problem: fmt.Sprintf("is region %d already", j+1), Allowed: "names that differ"}
		}
	}
	switch {
	case !slices.Contains(r.Names, r.Server):
		return &params.Error{Path: "server", Value: strconv.Quote(r.Server), Problem: "is no region", Allowed: "one of " + prose.List(quoted(r.Names))}
	case (r.Workers == nil) == (r.Share == nil):
		return params.Errorf("workers", "give workers or share, exactly one: how many workers each region has")
	case r.Workers != nil && len(r.Workers) != n:
		return params.Errorf("workers", "has %s for %s: give one for each of names", prose.Count(len(r.Workers), "number"), prose.Count(n, "region"))
	case r.Share != nil && len(r.Share) != n:
		return params.Errorf("share", "has %s for %s: give one for each of names", prose.Count(len(r.Share), "number"), prose.Count(n, "region"))
	case r.Bandwidth == nil && r.Latency == nil:
		return params.Errorf("latency", "give latency or bandwidth, or both: without them regions change nothing")
	}
	if sum := sumOf(r.Share); r.Share != nil && math.Abs(sum-1) > 1e-9 {
		return &params.Error{Path: "share", Value: fmt.Sprint(r.Share), Problem: fmt.Sprintf("adds up to %g", sum), Allowed: "shares of all workers, 1 together"}
	}
	if err := square("bandwidth", r.Bandwidth, n); err != nil {
		return err
	}
	return square("latency", r.Latency, n)
}

var _ params.Validator = Regions{}

// square refuses a matrix, if there is one, that has not a row and a column for each region.
func square[T any](key string, m [][]T, n int) error {
	if m == nil {
		return nil
	}
	if len(m) != n {
		return params.Errorf(key, "has %s for %s: the matrix is square, a row and a column for each of names", prose.Count(len(m), "row"), prose.Count(n, "region"))
	}
	for i, row := range m {
		if len(row) != n {
			return params.Errorf(fmt.Sprintf("%s[%d]", key, i), "has %s for %s: the matrix is square, a row and a column for each of names", prose.Count(len(row), "column"), prose.Count(n, "region"))
		}
	}
	return nil
}

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strconv.Quote(n)
	}
	return out
}

func sumOf(xs []float64) (sum float64) {
	for _, x := range xs {
		sum += x
	}
	return sum
}

// of lists the region of each of so many workers.
func (r Regions) of(workers int) ([]int, error) {
	sizes := slices.Clone(r.Workers)
	if r.Share != nil {
		sizes = make([]int, len(r.Share))
		done, share := 0, 0.
		for i, s := range r.Share { // ends are rounded, so that all workers are somewhere
			share += s
			end := min(workers, int(math.Floor(share*float64(workers)+.5)))
			if i == len(r.Share)-1 {
				end = workers
			}
			sizes[i] = end - done
			done = end
		}
	}
	of := make([]int, 0, workers)
	for region, n := range sizes {
		if len(of)+n > workers {
			return nil, params.Errorf("regions.workers", "%v are more than the %s of the cluster", r.Workers, prose.Count(workers, "worker"))
		}
		of = append(of, slices.Repeat([]int{region}, n)...)
	}
	if len(of) < workers {
		return nil, params.Errorf("regions.workers", "%v are %d of %s: every worker is in a region", r.Workers, len(of), prose.Count(workers, "worker"))
	}
	return of, nil
}

// links are those between a worker of a region and the server.
func (r Regions) links(region int) (up, down Link) {
	server := slices.Index(r.Names, r.Server)
	if r.Bandwidth != nil {
		up.Bandwidth, down.Bandwidth = r.Bandwidth[region][server], r.Bandwidth[server][region]
	}
	if r.Latency != nil {
		up.Latency, down.Latency = r.Latency[region][server], r.Latency[server][region]
	}
	return up, down
}

// pairs are the links between workers, who are in the regions of.
func (r Regions) pairs(of []int, machines, place stream.Key) *sim.Pairs {
	n := len(r.Names)
	p := &sim.Pairs{Region: of, Links: make([][]sim.Link, n)}
	for i := range n {
		for j := range n {
			var l sim.Link
			if r.Bandwidth != nil {
				l.Bandwidth = float64(r.Bandwidth[i][j])
			}
			if r.Latency != nil {
				l.Latency = lawOf(r.Latency[i][j], i*n+j, machines, place)
			}
			p.Links[i] = append(p.Links[i], l)
		}
	}
	return p
}

// checkRegions finds what is wrong between regions and the rest of the cluster.
func (c *Cluster) checkRegions() error {
	if c.Regions == nil {
		return nil
	}
	for i, g := range c.Group {
		for key, link := range map[string]*Link{"up": g.Up, "down": g.Down} {
			if link != nil {
				return params.Errorf(document.Join(document.Element("group", i), key), "means nothing beside [cluster.regions], which gives every worker its links: take one of them out")
			}
		}
	}
	_, err := c.Regions.of(c.Clients())
	return err
}

// linksOf are the links of worker w in the region of, and group g.
func (c *Cluster) linksOf(of []int, w int, g *Group) (up, down Link) {
	if c.Regions != nil {
		return c.Regions.links(of[w])
	}
	up, down = c.Up, c.Down
	if g != nil && g.Up != nil {
		up = *g.Up
	}
	if g != nil && g.Down != nil {
		down = *g.Down
	}
	return up, down
}
