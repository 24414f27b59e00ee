package optimizers

import (
	"staleness/internal/params"
)

// A ConsistencyKind is a [consistency] table: a plain struct that says which Consistency it is
// among so many workers.
type ConsistencyKind interface {
	Among(workers int) (Consistency, error)
}

var consistencies = params.Serve[ConsistencyKind](params.New("consistency", "kind"))

// Consistencies lists what is registered.
func Consistencies() *params.Registry { return consistencies }

// RegisterConsistency adds a consistency: a plain struct that says which Consistency it is. Panics
// and timing are Register's; optimizertest.Consistency tests it.
func RegisterConsistency(name, doc, source string, defaults ConsistencyKind) {
	consistencies.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults})
}

// DecodeConsistency reads a [consistency] table. Errors are *params.Error with paths below path; so
// are those of Among, with paths below the table's.
func DecodeConsistency(path string, table map[string]any) (ConsistencyKind, error) {
	c, err := consistencies.Decode(path, table)
	if err != nil {
		return nil, err
	}
	return c.(ConsistencyKind), nil
}

// Asynchronous, BulkSynchronous and so on are the kinds; the functions Async, BSP and so on say
// what they do.
type (
	Asynchronous    struct{}
	BulkSynchronous struct{}

	StaleSynchronous struct {
		Slack int `doc:"pushes a worker may be ahead of the slowest (s)" in:"[0,1000000000]"`
	}
	SoftSynchronous struct {
		Gather int `doc:"pushes merged into one update (c; n-softsync: M/n)" in:"[1,1000000]"`
	}
	// KSynchronous takes k or extra.
	KSynchronous struct {
		K     *int   `doc:"pushes that make an update" in:"[1,1000000]"`
		Extra *int   `doc:"workers an update does without (b): k = M - extra" in:"[0,1000000]"`
		Late  string `doc:"the others finish and are refused, or abort at once" in:"finish|abort"`
	}
	// Backup is KSynchronous by the number of workers an update does without.
	Backup struct {
		Extra int    `doc:"workers an update does without (b)" in:"[0,1000000]"`
		Late  string `doc:"they finish and are refused, or abort at once" in:"finish|abort"`
	}
	KBatchSynchronous struct {
		K    int    `doc:"gradients that make an update, from whomever" in:"[1,1000000]"`
		Late string `doc:"the others finish and are refused, or abort at once" in:"finish|abort"`
	}
	KAsynchronous struct {
		K int `doc:"pushes of different workers that make an update" in:"[1,1000000]"`
	}
	BoundedStaleness struct {
		Limit int  `doc:"staleness from which a push is refused (R)" in:"[1,1000000000]"`
		Stops bool `doc:"interrupt workers that can only be refused"`
	}
)

func (Asynchronous) Among(int) (Consistency, error)       { return Async(), nil }
func (BulkSynchronous) Among(int) (Consistency, error)    { return BSP(), nil }
func (c StaleSynchronous) Among(int) (Consistency, error) { return SSP(c.Slack), nil }
func (c SoftSynchronous) Among(int) (Consistency, error)  { return Softsync(c.Gather), nil }
func (c KBatchSynchronous) Among(int) (Consistency, error) {
	return KBatchSync(c.K, c.Late == "abort"), nil
}
func (c BoundedStaleness) Among(int) (Consistency, error) { return Bounded(c.Limit, c.Stops), nil }

func (c KAsynchronous) Among(workers int) (Consistency, error) {
	if c.K > workers {
		return Consistency{}, params.Errorf("k", "%d of %d workers can never come together: take at most %d", c.K, workers, workers)
	}
	return KAsync(c.K), nil
}

func (c KSynchronous) Among(workers int) (Consistency, error) {
	if c.K == nil {
		return Backup{*c.Extra, c.Late}.Among(workers)
	}
	if *c.K > workers {
		return Consistency{}, params.Errorf("k", "%d of %d workers can never come together: take at most %d", *c.K, workers, workers)
	}
	return KSync(*c.K, c.Late == "abort"), nil
}

var _ params.Validator = KSynchronous{}

// Validate wants k or extra.
func (c KSynchronous) Validate() error {
	if (c.K == nil) == (c.Extra == nil) {
		return params.Errorf("k", "give k or extra, exactly one")
	}
	return nil
}

func (c Backup) Among(workers int) (Consistency, error) {
	if c.Extra >= workers {
		return Consistency{}, params.Errorf("extra", "%d of %d workers leave nobody: take at most %d", c.Extra, workers, workers-1)
	}
	return KSync(workers-c.Extra, c.Late == "abort"), nil
}

func init() {
	RegisterConsistency("async", "each push is applied and answered at once", "", Asynchronous{})
	RegisterConsistency("bsp", "rounds: one push of each worker makes one update", "Valiant 1990", BulkSynchronous{})
	RegisterConsistency("ssp", "a worker waits while it is more than slack pushes ahead of the slowest", "Ho et al. 2013, NIPS", StaleSynchronous{})
	RegisterConsistency("softsync", "so many pushes make an update, nobody waits", "Gupta et al. 2015, arXiv 1509.04210", SoftSynchronous{1})
	RegisterConsistency("k-sync", "the first k fresh pushes make an update, the rest are refused", "Dutta et al. 2018, arXiv 1803.01113", KSynchronous{Late: "finish"})
	RegisterConsistency("backup", "k-sync that does without the slowest extra workers", "Chen et al. 2016, arXiv 1604.00981", Backup{1, "finish"})
	RegisterConsistency("k-batch-sync", "the first k fresh gradients make an update, nobody waits", "Dutta et al. 2018, arXiv 1803.01113; Tyurin & Richtarik 2023, arXiv 2305.12387", KBatchSynchronous{1, "finish"})
	RegisterConsistency("k-async", "k pushes of different workers make an update, they wait for it", "Dutta et al. 2018, arXiv 1803.01113", KAsynchronous{1})
	RegisterConsistency("bounded", "a push too stale is refused", "Maranjyan et al. 2025, arXiv 2501.16168", BoundedStaleness{1, false})
}
