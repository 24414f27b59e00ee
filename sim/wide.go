package sim

import "math/bits"

// wide is a sum of numbers that are not negative, where 64 bits may not hold it: times of many
// workers, squares.
type wide struct{ Hi, Lo uint64 }

func (w *wide) add(x int64) { w.plus(0, uint64(x)) }

func (w *wide) addProduct(a, b int64) { w.plus(bits.Mul64(uint64(a), uint64(b))) }

func (w *wide) plus(hi, lo uint64) {
	var carry uint64
	w.Lo, carry = bits.Add64(w.Lo, lo, 0)
	w.Hi += hi + carry
}

func (w wide) float() float64 { return float64(float64(w.Hi)*0x1p64) + float64(w.Lo) }
