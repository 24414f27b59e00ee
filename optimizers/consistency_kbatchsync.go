package optimizers

// KBatchSynchronous is the kind k-batch-sync: see KBatchSync.
type KBatchSynchronous struct {
	K    int    `doc:"gradients that make an update, from whomever" in:"[1,1000000]"`
	Late string `doc:"the others finish and are refused, or abort at once" in:"finish|abort"`
}

// Among implements ConsistencyKind.
func (c KBatchSynchronous) Among(int) (Consistency, error) {
	return KBatchSync(c.K, c.Late == "abort"), nil
}

func init() {
	RegisterConsistency("k-batch-sync", "the first k fresh gradients make an update, nobody waits", "Dutta et al. 2018, arXiv 1803.01113; Tyurin & Richtarik 2023, arXiv 2305.12387", KBatchSynchronous{1, "finish"})
}
