package draw

import (
	"math"
	"testing"
)

func TestScale(t *testing.T) {
	log := scale{0.1, 10, true}
	for v, want := range map[float64]float64{0.1: 0, 1: 0.5, 10: 1, 0: -off, -0.5: -off, -3: -off, math.Inf(1): off, math.Inf(-1): -off} {
		if got, ok := log.norm(v); !ok || math.Abs(got-want) > 1e-12 {
			t.Errorf("log: %v is at %v, want %v", v, got, want)
		}
	}
	if _, ok := log.norm(math.NaN()); ok {
		t.Error("NaN has a place")
	}
	wide := scale{-math.MaxFloat64, math.MaxFloat64, false}
	if got, ok := wide.norm(0); !ok || got != 0.5 {
		t.Errorf("the middle of everything is at %v", got)
	}
}
