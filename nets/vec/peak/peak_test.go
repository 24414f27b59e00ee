package peak_test

import (
	"bytes"
	"testing"

	"staleness/nets/vec"
	"staleness/nets/vec/peak"
)

func TestPeak(t *testing.T) {
	x, y, w := make([]byte, 1280), bytes.Repeat([]byte{1}, 1280), bytes.Repeat([]byte{2}, 1280)
	for _, name := range vec.Paths() {
		p := peak.Path(name)
		single, double := peak.FMA(p, 4), peak.FMA(p, 8)
		if name == "purego" {
			if single != 0 || double != 0 {
				t.Errorf("plain Go has a peak of %v and %v", single, double)
			}
			continue
		}
		t.Logf("%s: %.0f and %.0f GFLOP/s", name, single*1e-9, double*1e-9)
		if single <= 0 || double <= 0 {
			t.Errorf("%s: %v and %v operations per second", name, single, double)
		}
		if peak.Traffic(p, 2, 1, 1280, x, y, w) <= 0 || peak.Traffic(p, 3, 2, 1280, x, y, w) <= 0 {
			t.Errorf("%s: no time for the traffic", name)
		}
	}
	if !bytes.Equal(x, make([]byte, 1280)) || !bytes.Equal(y, bytes.Repeat([]byte{1}, 1280)) || !bytes.Equal(w, bytes.Repeat([]byte{2}, 1280)) {
		t.Error("the traffic changed the arrays")
	}
}
