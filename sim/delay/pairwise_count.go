package delay

import (
	"staleness/internal/params"
)

func init() {
	RegisterCounts("pairwise", "private caches: an update reaches each worker after a delay of its own",
		"Dai et al. 2018, Toward Understanding the Impact of Staleness, arXiv 1810.03264", PairwiseCount{})
}

// A Private staleness law is of private caches: the update that worker p makes in iteration t
// reaches the cache of worker q before iteration t + 1 + r, and Counts draws r for each pair and
// iteration. All workers, p itself too, compute iteration t at their caches.
type Private interface {
	CountSpec
	Caches() bool // there are some
}

// PairwiseCount delays the update of each worker on its way to each cache by a number of
// iterations uniform on {Lo, ..., Hi}. Both 0 is synchronous.
type PairwiseCount struct {
	Lo int `doc:"the least further delay of an update on its way to one worker, in iterations of all" in:"[0,65536]"`
	Hi int `doc:"the largest; 0: every update is in every cache before the next iteration" in:"[0,65536]" required:""`
}

var _ Private = PairwiseCount{}

// Validate checks the order.
func (p PairwiseCount) Validate() error { return UniformCount{Lo: p.Lo, Hi: p.Hi}.Validate() }

var _ params.Validator = PairwiseCount{}

func (p PairwiseCount) Counts() Counts { return uniformCount{Lo: p.Lo, Hi: p.Hi} }

// Monotone implements CountSpec: a cache lacks what is late, whatever came after it.
func (p PairwiseCount) Monotone() bool { return false }

// Caches implements Private.
func (p PairwiseCount) Caches() bool { return true }
