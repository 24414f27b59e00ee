package vec

// productGo is one block of a product in plain Go: c <- [c +] alpha a b, each element one chain over the rows of b.
func productGo[F Float](c Mat[F], alpha F, a left[F], b Mat[F], acc bool) {
	for i := range c.Rows {
		row := c.Row(i)
		for j := range row {
			var s F
			for p := range b.Rows {
				s = FMA(a.data[i*a.row+p*a.col], b.Data[p*b.Stride+j], s)
			}
			s *= alpha
			if acc {
				s = row[j] + s
			}
			row[j] = s
		}
	}
}
