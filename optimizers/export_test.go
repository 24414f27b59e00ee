package optimizers

// RatesOf, Tilde and SetTilde let tests look into A2CiD2.
func RatesOf(c A2CiD2, workers int) (eta, alpha float64) { return c.rates(workers) }

func Tilde(p Peering[float64]) (all []float64) {
	for _, x := range p.(*a2cid2Server[float64]).tilde {
		all = append(all, x[0])
	}
	return all
}

func SetTilde(p Peering[float64], to []float64) {
	for i, x := range to {
		p.(*a2cid2Server[float64]).tilde[i][0] = x
	}
}
