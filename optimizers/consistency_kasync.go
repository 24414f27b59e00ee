package optimizers

// KAsynchronous is the kind k-async: see KAsync.
type KAsynchronous struct {
	K int `doc:"pushes of different workers that make an update" in:"[1,1000000]"`
}

// Among implements ConsistencyKind.
func (c KAsynchronous) Among(workers int) (Consistency, error) {
	if c.K > workers {
		return Consistency{}, tooMany(c.K, workers)
	}
	return KAsync(c.K), nil
}

func init() {
	RegisterConsistency("k-async", "k pushes of different workers make an update, they wait for it", "Dutta et al. 2018, arXiv 1803.01113", KAsynchronous{1})
}
