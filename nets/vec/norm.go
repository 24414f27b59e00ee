package vec

import "fmt"

// LayerNorm normalizes every row and scales it (Ba, Kiros and Hinton 2016, arXiv 1607.06450), n the
// length of a row:
//
//	m = (Σ_j x_j)/n, rounded to F;  c_j = x_j - m
//	s = 1/√((Σ_j c_j c_j)/n + eps), in float64, rounded to F
//	unit_j <- c_j s
//	y_j <- unit_j gain_j + bias_j
//
// The sums are Sum's and SumSq's. unit and the s of each row are what LayerNormGrad needs. y may be
// x; unit is another matrix.
func LayerNorm[F Float](y, unit Mat[F], s []F, x Mat[F], gain, bias []F, eps float64) {
	sameShape("LayerNorm", y, x)
	sameShape("LayerNorm", unit, x)
	sameLength("LayerNorm", x.Cols, len(gain), len(bias))
	sameLength("LayerNorm", x.Rows, len(s))
	n := float64(x.Cols)
	for i := range x.Rows {
		row, c := x.Row(i), unit.Row(i)
		shift(c, row, F(Sum(row)/n))
		s[i] = F(1 / sqrt(SumSq(c)/n+eps))
		normTo(y.Row(i), c, gain, bias, s[i])
	}
}

// shift subtracts a number: dst <- x - m.
func shift[F Float](dst, x []F, m F) {
	sameLength("shift", len(dst), len(x))
	for i := shiftFast(dst, x, m); i < len(dst); i++ {
		dst[i] = x[i] - m
	}
}

// normTo is the end of LayerNorm: c <- c s, y <- c gain + bias.
func normTo[F Float](y, c, gain, bias []F, s F) {
	sameLength("LayerNorm", len(y), len(c), len(gain), len(bias))
	for i := normToFast(y, c, gain, bias, s); i < len(y); i++ {
		c[i] *= s
		y[i] = F(c[i]*gain[i]) + bias[i]
	}
}

// LayerNormGrad takes the gradient d by y back through LayerNorm. It overwrites d with that by x,
// and dgain and dbias:
//
//	dgain_j <- Σ_i d_ij unit_ij, dbias_j <- Σ_i d_ij, from 0 over rows in order, products rounded
//	a_j = d_j gain_j;  m = (Σ_j a_j)/n, q = (Σ_j a_j unit_j)/n, rounded to F
//	d_j <- s ((a_j - m) - unit_j q)
func LayerNormGrad[F Float](dgain, dbias []F, d, unit Mat[F], s, gain []F) {
	sameShape("LayerNormGrad", d, unit)
	sameLength("LayerNormGrad", d.Cols, len(dgain), len(dbias), len(gain))
	sameLength("LayerNormGrad", d.Rows, len(s))
	ColSums(dbias, d)
	clear(dgain)
	n := float64(d.Cols)
	for i := range d.Rows {
		row, u := d.Row(i), unit.Row(i)
		MulAdd(dgain, row, u, dgain)
		Mul(row, row, gain)
		m, q := F(Sum(row)/n), F(Dot(row, u)/n)
		normGrad(row, u, m, q, s[i])
	}
}

// normGrad is the end of a row of LayerNormGrad: d <- s ((d - m) - unit q).
func normGrad[F Float](d, unit []F, m, q, s F) {
	sameLength("LayerNormGrad", len(d), len(unit))
	for i := normGradFast(d, unit, m, q, s); i < len(d); i++ {
		d[i] = s * ((d[i] - m) - F(unit[i]*q))
	}
}

// SoftmaxGrad takes the gradient d by the probabilities p of a row back to the logits: d_j <- (d_j
// - Σ_k d_k p_k) p_j, the sum Dot's, rounded to F.
func SoftmaxGrad[F Float](d, p []F) {
	sameLength("SoftmaxGrad", len(d), len(p))
	sum := F(Dot(d, p))
	for i := softmaxBackFast(d, p, sum); i < len(d); i++ {
		d[i] = (d[i] - sum) * p[i]
	}
}

// GatherRows copies the rows of a table that index names: dst_i <- table_index[i].
func GatherRows[F Float](dst, table Mat[F], index []int) {
	sameLength("GatherRows", dst.Rows, len(index))
	sameLength("GatherRows", dst.Cols, table.Cols)
	checkIndex("GatherRows", table, index)
	for i, k := range index {
		copy(dst.Row(i), table.Row(k))
	}
}

// ScatterAddRows adds each row of src to the row of the table that index names, in order: table_k
// <- table_k + src_i for k = index[i].
func ScatterAddRows[F Float](table Mat[F], index []int, src Mat[F]) {
	sameLength("ScatterAddRows", src.Rows, len(index))
	sameLength("ScatterAddRows", src.Cols, table.Cols)
	checkIndex("ScatterAddRows", table, index)
	for i, k := range index {
		row := table.Row(k)
		Add(row, row, src.Row(i))
	}
}

func checkIndex[F Float](what string, table Mat[F], index []int) {
	table.check(what)
	for i, k := range index {
		if uint(k) >= uint(table.Rows) {
			panic(fmt.Sprintf("vec.%s: row %d, the %dth, of a table of %d", what, k, i, table.Rows))
		}
	}
}
