package delay

import (
	"fmt"

	"staleness/internal/params"
	"staleness/internal/stream"
)

func init() {
	RegisterCounts("by-worker", "a law for each of the workers, which push in turn", "", ByWorkerCount{})
}

// ByWorkerCount gives each worker a staleness law of its own: push k is worker k mod M's, and its
// staleness is drawn from that worker's law.
type ByWorkerCount struct {
	Worker []CountSpec `doc:"a law for each of cluster.workers, such as {law = \"constant\", tau = 4}" len:"[1,65536]" required:""`
	Reads
}

// Validate refuses laws that say more than a number of versions.
func (b ByWorkerCount) Validate() error {
	for i, c := range b.Worker {
		path := fmt.Sprintf("worker[%d]", i)
		switch c := c.(type) {
		case ByWorkerCount, Blocked, Private:
			return params.Errorf(path, "says more than how old a read is: give a law such as constant, uniform or geometric")
		default:
			if params.Encode(c)["fifo"] == true {
				return params.Errorf(path+".fifo", "means nothing for one worker of several: give fifo beside worker, for all reads")
			}
		}
	}
	return nil
}

var _ params.Validator = ByWorkerCount{}

// Laws are those of the workers.
func (b ByWorkerCount) Laws() []Counts {
	laws := make([]Counts, len(b.Worker))
	for i, c := range b.Worker {
		laws[i] = c.Counts()
	}
	return laws
}

// Counts is the law over all workers.
func (b ByWorkerCount) Counts() Counts { return mixed(b.Laws()) }

// mixed draws from one of several laws, each as often.
type mixed []Counts

func (m mixed) DrawCount(r *stream.Rand) int { return m[r.IntN(len(m))].DrawCount(r) }

func (m mixed) Most() (most int) {
	for _, c := range m {
		most = max(most, c.Most())
	}
	return most
}
