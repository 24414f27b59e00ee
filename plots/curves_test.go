package plots

import (
	"math"
	"testing"
)

func TestCurves(t *testing.T) {
	var tau, naive, average []float64
	for k := 1; k <= 100; k++ {
		tau = append(tau, float64(k))
		naive = append(naive, 5/(1+1/float64(k)))
		average = append(average, 5*(1-math.Exp(-float64(k)/20)))
	}
	fig := Curves{Common: Defaults(), XLabel: "local steps between averages", YLabel: "speed-up over one worker", XScale: "log", YScale: "linear",
		Note:  "5 workers; communication takes the time of 20 steps",
		Curve: []Curve{{Name: "naive split", X: tau, Y: naive}, {Name: "averaging", X: tau, Y: average}, {Name: "linear", X: []float64{1, 100}, Y: []float64{5, 5}, Gray: true}}}
	golden(t, "curves", fig, nil)
}
