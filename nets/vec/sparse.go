package vec

import "math"

// DotSparse returns Σ xᵢyᵢ for an x that is given by its elements that are not 0: value[k] stands
// at index[k], ascending. It has the bits of Dot on the whole of x, as long as y is finite: a chain
// of FMAs does not change by a product that is 0.
func DotSparse[F Float](index []int32, value, y []F) (sum float64) {
	sameLength("DotSparse", len(index), len(value))
	for k := 0; k < len(index); {
		var lane [lanes]float64
		end := (int(index[k])/Block + 1) * Block
		for ; k < len(index) && int(index[k]) < end; k++ {
			i := index[k]
			j := uint32(i) % lanes
			lane[j] = math.FMA(float64(value[k]), float64(y[i]), lane[j])
		}
		sum += foldLanes(&lane)
	}
	return sum
}

// SumSqSparse returns Σ xᵢ², likewise with the bits of SumSq.
func SumSqSparse[F Float](index []int32, value []F) (sum float64) {
	sameLength("SumSqSparse", len(index), len(value))
	for k := 0; k < len(index); {
		var lane [lanes]float64
		end := (int(index[k])/Block + 1) * Block
		for ; k < len(index) && int(index[k]) < end; k++ {
			j, v := uint32(index[k])%lanes, float64(value[k])
			lane[j] = math.FMA(v, v, lane[j])
		}
		sum += foldLanes(&lane)
	}
	return sum
}

// AxpySparse adds a multiple of such an x: y <- y + a x, with the bits of Axpy, but that an element
// of y which is -0 stays so.
func AxpySparse[F Float](y []F, a F, index []int32, value []F) {
	sameLength("AxpySparse", len(index), len(value))
	for k, i := range index {
		y[i] += F(a * value[k])
	}
}
