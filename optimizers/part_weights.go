package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// A Weight is a factor s(tau) on what a server does with a push of staleness tau.
type Weight interface{ Of(tau int) float64 }

var weights = params.Serve[Weight](params.New("staleness weight", "kind"))

// Weights lists what is registered.
func Weights() *params.Registry { return weights }

// RegisterWeight adds a staleness weight: a plain struct that computes it itself. Panics and timing
// are Register's; optimizertest.Weight tests it.
func RegisterWeight(name, doc, source string, defaults Weight) {
	weights.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults})
}

// NoWeight is 1.
type NoWeight struct{}

func (NoWeight) Of(int) float64 { return 1 }

// Inverse is 1/tau, and 1 for tau = 0 (Zhang et al. 2016, arXiv 1511.05950).
type Inverse struct{}

func (Inverse) Of(tau int) float64 { return 1 / float64(max(tau, 1)) }

// InversePlusOne is 1/(tau + 1) (DynSGD: Jiang et al. 2017).
type InversePlusOne struct{}

func (InversePlusOne) Of(tau int) float64 { return 1 / float64(tau+1) }

// Polynomial is (tau + 1)^-a (Xie et al. 2019, arXiv 1903.03934; FedBuff: a = 1/2).
type Polynomial struct {
	A float64 `doc:"a of (tau+1)^-a" in:"[0,1e30]"`
}

func (w Polynomial) Of(tau int) float64 { return vec.Pow(float64(tau+1), -w.A) }

// Hinge is 1 up to b, then 1/(a (tau - b) + 1) (Xie et al. 2019).
type Hinge struct {
	A float64 `doc:"a of 1/(a (tau-b) + 1)" in:"[0,1e30]"`
	B int     `doc:"the largest staleness that counts in full" in:"[0,1000000000]"`
}

func (w Hinge) Of(tau int) float64 {
	if tau <= w.B {
		return 1
	}
	return 1 / (float64(w.A*float64(tau-w.B)) + 1)
}

// Exponential is exp(-a tau).
type Exponential struct {
	A float64 `doc:"a of exp(-a tau)" in:"[0,1e30]"`
}

func (w Exponential) Of(tau int) float64 { return vec.Exp(-w.A * float64(tau)) }

// Table lists the weights of tau = 0, 1, 2 ...; the last holds for all that follow.
type Table struct {
	Values []float64 `doc:"weights of staleness 0, 1, 2 ..., the last for all beyond" in:"[0,1e30]" len:"[1,1000000]"`
}

func (w Table) Of(tau int) float64 { return w.Values[min(tau, len(w.Values)-1)] }

func init() {
	RegisterWeight("none", "1", "", NoWeight{})
	RegisterWeight("inverse", "1/tau, 1 for tau = 0", "Zhang et al. 2016, arXiv 1511.05950", Inverse{})
	RegisterWeight("inverse-plus-one", "1/(tau+1)", "Jiang et al. 2017, SIGMOD", InversePlusOne{})
	RegisterWeight("polynomial", "(tau+1)^-a", "Xie et al. 2019, arXiv 1903.03934", Polynomial{.5})
	RegisterWeight("hinge", "1 up to b, then 1/(a (tau-b) + 1)", "Xie et al. 2019, arXiv 1903.03934", Hinge{10, 4})
	RegisterWeight("exponential", "exp(-a tau)", "Xie et al. 2019, arXiv 1903.03934", Exponential{.5})
	RegisterWeight("table", "given weights", "", Table{[]float64{1}})
}
