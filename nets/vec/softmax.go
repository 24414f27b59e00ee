package vec

import "fmt"

// xentGroup is how many rows' logarithms SoftmaxXent takes at once.
const xentGroup = 32

// SoftmaxXent returns the sum over the rows of logits of the cross-entropy between their softmax
// and the labels,
//
//	-log p_iy,  p_ij = e^(x_ij - m_i) / s_i,  m_i = max_j x_ij,  s_i = Σ_j e^(x_ij - m_i),
//
// and writes its gradient with respect to the logits, times scale: d_ij <- (p_ij - [j = y_i])
// scale. d may be logits. The exponentials are ExpTo's, s is Sum's, p multiplies by 1/s rounded to
// F, and a row's loss is log(s) - (x_iy - m) in float64; the rows are added in order. A row with a
// NaN or +Inf has a NaN loss and NaN gradients.
func SoftmaxXent[F Float](d, logits Mat[F], labels []int, scale F) (loss float64) {
	sameShape("SoftmaxXent", d, logits)
	sameLength("SoftmaxXent", logits.Rows, len(labels))
	var sums, atLabel [xentGroup]float64
	for i, y := range labels {
		if uint(y) >= uint(logits.Cols) {
			panic(fmt.Sprintf("vec.SoftmaxXent: label %d of row %d, with %d classes", y, i, logits.Cols))
		}
	}
	for lo := 0; lo < len(labels); lo += xentGroup {
		hi := min(lo+xentGroup, len(labels))
		some := labels[lo:hi]
		if !xentFast(d.rows(lo, hi), logits.rows(lo, hi), some, scale, sums[:], atLabel[:]) {
			for i, y := range some {
				sums[i], atLabel[i] = xentRow(d.Row(lo+i), logits.Row(lo+i), y, scale)
			}
		}
		logNormal(sums[:hi-lo])
		for i, s := range sums[:hi-lo] {
			loss += s - atLabel[i]
		}
	}
	return loss
}

// xentRow is one row of SoftmaxXent: it returns s and x_iy - m.
func xentRow[F Float](p, x []F, y int, scale F) (sum, atLabel float64) {
	m := maxOf(x)
	atLabel = float64(x[y]) - float64(m)
	expShift(p, x, m)
	sum = Sum(p)
	inv := F(1 / sum)
	dy := (F(p[y]*inv) - 1) * scale
	for j := softmaxGradFast(p, inv, scale); j < len(p); j++ {
		p[j] = F(p[j]*inv) * scale
	}
	p[y] = dy
	return sum, atLabel
}

// logNormal takes the logarithm of each element, none of which is negative, denormal or infinite.
func logNormal(x []float64) {
	for i := logNormalFast(x, x); i < len(x); i++ {
		x[i] = Log(x[i])
	}
}

// Softmax turns rows of logits into probabilities: dst_ij <- p_ij as SoftmaxXent has it. dst may be
// logits.
func Softmax[F Float](dst, logits Mat[F]) {
	sameShape("Softmax", dst, logits)
	for i := range logits.Rows {
		x, p := logits.Row(i), dst.Row(i)
		if len(x) == 0 {
			continue
		}
		expShift(p, x, maxOf(x))
		Scale(p, F(1/Sum(p)))
	}
}

// expShift writes dst <- e^(x - m), the difference rounded to F.
func expShift[F Float](dst, x []F, m F) {
	for i := expShiftFast(dst, x, m); i < len(dst); i++ {
		dst[i] = F(Exp(float64(x[i] - m)))
	}
}

// maxOf returns the greatest element. With a NaN among them it may return any: whatever is then
// computed is NaN.
func maxOf[F Float](x []F) F {
	if m, ok := maxFast(x); ok {
		return m
	}
	m := x[0]
	for _, v := range x[1:] {
		if v > m {
			m = v
		}
	}
	return m
}
