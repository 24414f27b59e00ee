package delay

import (
	"slices"
)

func init() {
	RegisterCounts("stages", "pipeline with weight stashing: block s of P lags P - s versions",
		"Narayanan et al. 2019, PipeDream (SOSP), section 3.3", StagesCount{Blocks: "equal"})
}

// A Blocked staleness law lags each block of the vector by a number of its own: a gradient is
// computed at one point put together from blocks of different versions. Counts is the law of the
// block that lags most.
type Blocked interface {
	CountSpec
	Lags() []int   // by block, in the order of the vector
	ByLayer() bool // blocks end where layers do; else they are of equal length
}

// StagesCount is the staleness of a pipeline of P stages with weight stashing: the forward and the
// backward pass of a sample use one version of a stage, and its update comes P - s updates later.
type StagesCount struct {
	Stages int    `doc:"stages of the pipeline (P): block s, from 1 to P, lags P - s versions" in:"[1,65536]" required:""`
	Blocks string `doc:"how the vector is cut: into blocks of equal length, or into whole layers, in order, so that the largest block is as small as it can be" in:"equal|layers"`
}

var _ Blocked = StagesCount{}

func (s StagesCount) Counts() Counts { return constantCount(s.Stages - 1) }
func (s StagesCount) Monotone() bool { return true } // of constant age
func (s StagesCount) ByLayer() bool  { return s.Blocks == "layers" }

// Lags implements Blocked.
func (s StagesCount) Lags() []int {
	lags := make([]int, s.Stages)
	for i := range lags {
		lags[i] = i
	}
	slices.Reverse(lags)
	return lags
}
