package optimizers

import "staleness/nets/vec"

// CosineGate is exp(-a tau) times a gate that closes smoothly: (1 + cos(pi tau/cutoff))/2, and 0
// from the cutoff on.
type CosineGate struct {
	A      float64 `doc:"a of exp(-a tau)" in:"[0,1e30]"`
	Cutoff int     `doc:"the staleness from which it is 0 (tau_c)" in:"[1,1000000000]"`
}

// Of is the weight.
func (w CosineGate) Of(tau int) float64 {
	if tau >= w.Cutoff {
		return 0
	}
	gate := (1 + cosPi(float64(tau)/float64(w.Cutoff))) / 2
	return gate * vec.Exp(-w.A*float64(tau))
}

func init() {
	RegisterWeight("cosine-gate", "exp(-a tau) times a cosine that is 0 from a cutoff on", "after arXiv 2605.09126", CosineGate{.05, 32})
}
