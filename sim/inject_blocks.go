package sim

import (
	"slices"

	"staleness/nets/vec"
)

// A Block is coordinates of the vector, up to but without End, from where the block before ends,
// which lag the center by a number of pushes.
type Block struct{ End, Lag int }

// checkBlocks finds what is wrong with blocks of d coordinates.
func checkBlocks(blocks []Block, d int) error {
	end := 0
	for i, b := range blocks {
		if b.End <= end || b.End > d || b.Lag < 0 {
			return mistake("staleness.stages", "block %d ends at %d and lags %d: blocks follow each other within the %d coordinates, and lag 0 or more", i+1, b.End, b.Lag, d)
		}
		end = b.End
	}
	if end != d {
		return mistake("staleness.stages", "the blocks end at %d, the vector at %d", end, d)
	}
	return nil
}

// blocks are points of which each block is of a version of its own.
type blocks[F vec.Float] struct {
	s              *injection[F]
	of             []Block
	least, largest int64          // lags
	recent         []vectorHandle // ring by state: the center, as long as a point may need it
}

func newBlocks[F vec.Float](s *injection[F], of []Block) *blocks[F] {
	lag := func(a, b Block) int { return a.Lag - b.Lag }
	b := &blocks[F]{s: s, of: of, least: int64(slices.MinFunc(of, lag).Lag), largest: int64(slices.MaxFunc(of, lag).Lag)}
	b.recent = slices.Repeat([]vectorHandle{none}, int(b.largest-b.least)+1)
	return b
}

func (b *blocks[F]) tau(int64) int64 { return b.largest }
func (b *blocks[F]) most() int64     { return b.largest }

func (b *blocks[F]) arrive(state int64) {
	at := state % int64(len(b.recent))
	b.s.store.drop(b.recent[at])
	b.recent[at] = b.s.snapshot()
}

// complete: the last block of push k is of version k - least; nothing is older than version 0.
func (b *blocks[F]) complete(state int64) (first, last int64) {
	if state == 0 {
		return 0, b.least + 1
	}
	return state + b.least, state + b.least + 1
}

func (b *blocks[F]) fill(k int64, x []F) {
	from := 0
	for _, block := range b.of {
		version := max(0, k-int64(block.Lag))
		copy(x[from:block.End], b.s.store.at(b.recent[version%int64(len(b.recent))])[from:block.End])
		from = block.End
	}
}

func (b *blocks[F]) commit(int64, vectorHandle)         {}
func (b *blocks[F]) wants() bool                        { return false }
func (b *blocks[F]) holders(hold func(...vectorHandle)) { hold(b.recent...) }
func (b *blocks[F]) state() []any                       { return []any{&b.recent} }
