package vec

// AddBias adds b to every row: y_ij <- y_ij + b_j.
func AddBias[F Float](y Mat[F], b []F) {
	sameLength("AddBias", y.Cols, len(b))
	y.check("AddBias")
	if addBiasFast(b, y) {
		return
	}
	for i := range y.Rows {
		row := y.Row(i)
		Add(row, row, b)
	}
}

// BiasReLU adds b to every row and cuts at 0: y_ij <- y_ij + b_j, then 0 where that is negative. A
// NaN stays.
func BiasReLU[F Float](y Mat[F], b []F) {
	sameLength("BiasReLU", y.Cols, len(b))
	y.check("BiasReLU")
	if biasReLUFast(b, y) {
		return
	}
	for i := range y.Rows {
		row := y.Row(i)
		for j := range row {
			if row[j] += b[j]; row[j] < 0 {
				row[j] = 0
			}
		}
	}
}

// BiasTanh adds b to every row and takes tanh: y_ij <- tanh(y_ij + b_j).
func BiasTanh[F Float](y Mat[F], b []F) {
	sameLength("BiasTanh", y.Cols, len(b))
	for i := range y.Rows {
		row := y.Row(i)
		Add(row, row, b)
		TanhTo(row, row)
	}
}

// ColSums adds up the rows, in order, from 0: dst_j <- Σ_i a_ij. It is the gradient of a bias.
func ColSums[F Float](dst []F, a Mat[F]) {
	sameLength("ColSums", a.Cols, len(dst))
	a.checkRead("ColSums")
	if colSumsFast(dst, a) {
		return
	}
	clear(dst)
	for i := range a.Rows {
		Add(dst, dst, a.Row(i))
	}
}

// ReLUGradColSums is ReLUGrad of every row of d by that of y, and then ColSums, in one pass.
func ReLUGradColSums[F Float](dst []F, d, y Mat[F]) {
	sameLength("ReLUGradColSums", d.Cols, len(dst))
	sameShape("ReLUGradColSums", d, y)
	if reluColSumsFast(dst, d, y) {
		return
	}
	for i := range d.Rows {
		ReLUGrad(d.Row(i), y.Row(i))
	}
	ColSums(dst, d)
}

// ArgMax returns the index of the greatest element, the first of equals; NaN counts as nothing. x
// must not be empty.
func ArgMax[F Float](x []F) int {
	best := 0
	for i, v := range x {
		if v > x[best] || x[best] != x[best] && v == v {
			best = i
		}
	}
	return best
}
