package sim

import (
	"math"
	"testing"

	"staleness/optimizers"
)

// The hand-checkable traces: F = x^2/2, x0 = 1, eta = .1, two equal workers, w = 2, alpha = .1.
func TestHandTraces(t *testing.T) {
	local := optimizers.PlainSGD{Rate: .1}
	downpour := optimizers.Default[optimizers.Downpour]()
	downpour.Window, downpour.Local = 2, local
	asgd := optimizers.Default[optimizers.ASGD]()
	aeasgd := optimizers.Default[optimizers.AEASGD]()
	aeasgd.Window, aeasgd.Alpha, aeasgd.Beta, aeasgd.Local = 2, .1, 0, local
	agn := optimizers.Default[optimizers.AGN]()
	agn.Window, agn.Local = 2, local
	for _, c := range []struct {
		name   string
		method optimizers.Method
		want   []float64
	}{
		{"downpour", downpour, []float64{.81, .62, .4661, .3483, .259741, .193564}},
		{"agn", agn, []float64{.905, .81, .724025, .647075, .578292625, .5168205}},
		{"aeasgd", aeasgd, []float64{.981, .9639, .93483, .908496, .8747919, .84407346}},
		{"asgd", asgd, []float64{.9, .8, .71, .63, .559, .496}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := config(strategy(t, c.method), 2, 1)
			cfg.Stop.Updates = 6
			cfg.Record = Record{Updates: true, Gap: true, Center: true}
			_, rec := must(t, cfg, options{})
			if len(rec.centers) != len(c.want) {
				t.Fatalf("%d rows", len(rec.centers))
			}
			for k, want := range c.want {
				if got := rec.centers[k][0]; math.Abs(got-want) > 1e-12 {
					t.Errorf("update %d: center %.12g, by hand %.12g", k+1, got, want)
				}
			}
		})
	}
}
