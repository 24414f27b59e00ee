package optimizers

// BoundedStaleness is the kind bounded: see Bounded.
type BoundedStaleness struct {
	Limit int  `doc:"staleness from which a push is refused (R)" in:"[1,1000000000]"`
	Stops bool `doc:"interrupt workers that can only be refused"`
}

// Among implements ConsistencyKind.
func (c BoundedStaleness) Among(int) (Consistency, error) { return Bounded(c.Limit, c.Stops), nil }

func init() {
	RegisterConsistency("bounded", "a push too stale is refused", "Maranjyan et al. 2025, arXiv 2501.16168", BoundedStaleness{1, false})
}
