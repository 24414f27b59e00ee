package config

import (
	"staleness/internal/params"
	"staleness/sim"
)

var assignmentOf = map[string]sim.Assignment{
	"own": sim.OwnJobs, "idle": sim.Idle, "random": sim.Randomly, "shuffled": sim.Shuffled,
}

// Clients is how many compute: laws, links, regions and shares of the data are theirs.
func (c *Cluster) Clients() int {
	if c.Population != nil {
		return *c.Population
	}
	return c.Workers
}

// Assigned says whether the next job may go to another client.
func (c *Cluster) Assigned() bool { return c.Assignment != "own" }

// settleClients checks the two keys about clients. A population left to its default and one given
// as that are one run.
func (c *Cluster) settleClients() error {
	switch n := c.Clients(); {
	case n < c.Workers:
		return &params.Error{Path: "population", Value: params.Literal(int64(n)),
			Problem: "is less than the jobs at a time: workers = " + params.Literal(int64(c.Workers)), Allowed: "as many clients as workers or more; or fewer workers"}
	case n == c.Workers:
		c.Population = nil
	case !c.Assigned():
		return &params.Error{Path: "population", Value: params.Literal(int64(n)),
			Problem: "is more than workers = " + params.Literal(int64(c.Workers)) + `, and with assignment = "own", where whoever ends a job begins the next, the others would never have one`,
			Allowed: `assignment = "idle", "random" or "shuffled"; or a population of as many as workers`}
	}
	return nil
}
