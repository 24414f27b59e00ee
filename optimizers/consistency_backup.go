package optimizers

import "staleness/internal/params"

// Backup is the kind backup: KSynchronous by the number of workers an update does without.
type Backup struct {
	Extra int    `doc:"workers an update does without (b)" in:"[0,1000000]"`
	Late  string `doc:"they finish and are refused, or abort at once" in:"finish|abort"`
}

// Among implements ConsistencyKind.
func (c Backup) Among(workers int) (Consistency, error) {
	if c.Extra >= workers {
		return Consistency{}, params.Errorf("extra", "%d of %d workers leave nobody: take at most %d", c.Extra, workers, workers-1)
	}
	return KSync(workers-c.Extra, c.Late == "abort"), nil
}

func init() {
	RegisterConsistency("backup", "k-sync that does without the slowest extra workers", "Chen et al. 2016, arXiv 1604.00981", Backup{1, "finish"})
}
