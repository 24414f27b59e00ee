package vec

import "math"

// Block is the length of the blocks of a reduction. A long vector may be reduced block by block, by
// several goroutines, and the results added in order, starting from 0: the sum has the same bits.
const Block = 4096

// lanes is how many partial sums a block has.
const lanes = 32

// Dot returns Σ xᵢyᵢ.
//
// The tree of this and every other sum over a vector: within a block of Block elements, element i
// belongs to lane i mod 32; each lane is a chain of float64 FMAs from 0 in order of i; lanes j and
// j+16 are added, then j and j+8, +4, +2, +1. The blocks are added in order, from 0. For float32
// the products are exact, so the result is better than any float32 sum.
func Dot[F Float](x, y []F) (sum float64) {
	sameLength("Dot", len(x), len(y))
	for len(x) > 0 {
		n := min(Block, len(x))
		sum += dotBlock(x[:n], y[:n])
		x, y = x[n:], y[n:]
	}
	return sum
}

// Sum returns Σ xᵢ, as a tree like Dot's.
func Sum[F Float](x []F) (sum float64) {
	for len(x) > 0 {
		n := min(Block, len(x))
		sum += sumBlock(x[:n])
		x = x[n:]
	}
	return sum
}

// SumSq returns |x|² = Σ xᵢ², as a tree like Dot's.
func SumSq[F Float](x []F) (sum float64) {
	for len(x) > 0 {
		n := min(Block, len(x))
		sum += sumSqBlock(x[:n])
		x = x[n:]
	}
	return sum
}

// DistSq returns |x - y|² = Σ (xᵢ-yᵢ)², as a tree like Dot's, the differences taken in float64.
func DistSq[F Float](x, y []F) (sum float64) {
	sameLength("DistSq", len(x), len(y))
	for len(x) > 0 {
		n := min(Block, len(x))
		sum += distSqBlock(x[:n], y[:n])
		x, y = x[n:], y[n:]
	}
	return sum
}

func dotBlock[F Float](x, y []F) float64 {
	if s, ok := dotFast(x, y); ok {
		return s
	}
	var lane [lanes]float64
	y = y[:len(x)]
	for i, v := range x {
		lane[i%lanes] = math.FMA(float64(v), float64(y[i]), lane[i%lanes])
	}
	return foldLanes(&lane)
}

func sumSqBlock[F Float](x []F) float64 {
	if s, ok := sumSqFast(x); ok {
		return s
	}
	return dotBlock(x, x)
}

func sumBlock[F Float](x []F) float64 {
	if s, ok := sumFast(x); ok {
		return s
	}
	var lane [lanes]float64
	for i, v := range x {
		lane[i%lanes] += float64(v)
	}
	return foldLanes(&lane)
}

func distSqBlock[F Float](x, y []F) float64 {
	if s, ok := distSqFast(x, y); ok {
		return s
	}
	var lane [lanes]float64
	y = y[:len(x)]
	for i, v := range x {
		d := float64(v) - float64(y[i])
		lane[i%lanes] = math.FMA(d, d, lane[i%lanes])
	}
	return foldLanes(&lane)
}

func foldLanes(lane *[lanes]float64) float64 {
	for w := lanes / 2; w > 0; w /= 2 {
		for j := range w {
			lane[j] += lane[j+w]
		}
	}
	return lane[0]
}
