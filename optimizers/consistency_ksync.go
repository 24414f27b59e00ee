package optimizers

import "staleness/internal/params"

// KSynchronous is the kind k-sync: see KSync. It takes k or extra.
type KSynchronous struct {
	K     *int   `doc:"pushes that make an update" in:"[1,1000000]"`
	Extra *int   `doc:"workers an update does without (b): k = M - extra" in:"[0,1000000]"`
	Late  string `doc:"the others finish and are refused, or abort at once" in:"finish|abort"`
}

var _ params.Validator = KSynchronous{}

// Validate wants k or extra.
func (c KSynchronous) Validate() error {
	if (c.K == nil) == (c.Extra == nil) {
		return params.Errorf("k", "give k or extra, exactly one")
	}
	return nil
}

// Among implements ConsistencyKind.
func (c KSynchronous) Among(workers int) (Consistency, error) {
	if c.K == nil {
		return Backup{*c.Extra, c.Late}.Among(workers)
	}
	if *c.K > workers {
		return Consistency{}, tooMany(*c.K, workers)
	}
	return KSync(*c.K, c.Late == "abort"), nil
}

// tooMany refuses to wait for more different workers than there are.
func tooMany(k, workers int) error {
	return params.Errorf("k", "%d of %d workers can never come together: take at most %d", k, workers, workers)
}

func init() {
	RegisterConsistency("k-sync", "the first k fresh pushes make an update, the rest are refused", "Dutta et al. 2018, arXiv 1803.01113", KSynchronous{Late: "finish"})
}
