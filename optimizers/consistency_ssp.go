package optimizers

// StaleSynchronous is the kind ssp, the stale synchronous parallel of Ho et al. 2013: see SSP.
type StaleSynchronous struct {
	Slack int `doc:"pushes a worker may be ahead of the slowest (s)" in:"[0,1000000000]"`
}

// Among implements ConsistencyKind.
func (c StaleSynchronous) Among(int) (Consistency, error) { return SSP(c.Slack), nil }

func init() {
	RegisterConsistency("ssp", "a worker waits while it is more than slack pushes ahead of the slowest", "Ho et al. 2013, NIPS", StaleSynchronous{})
}
