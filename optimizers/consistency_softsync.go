package optimizers

// SoftSynchronous is the kind softsync: see Softsync.
type SoftSynchronous struct {
	Gather int `doc:"pushes merged into one update (c; n-softsync: M/n)" in:"[1,1000000]"`
}

// Among implements ConsistencyKind.
func (c SoftSynchronous) Among(int) (Consistency, error) { return Softsync(c.Gather), nil }

func init() {
	RegisterConsistency("softsync", "so many pushes make an update, nobody waits", "Gupta et al. 2015, arXiv 1509.04210", SoftSynchronous{1})
}
