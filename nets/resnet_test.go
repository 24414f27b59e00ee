package nets_test

import (
	"strings"
	"testing"

	"staleness/nets"
	"staleness/nets/netstest"
)

// The family has the parameters that one counts by hand: 9 in out + out of a convolution, two for
// each plane of a norm.
func TestResNetIsTheFamily(t *testing.T) {
	images := netstest.With(netstest.Images, map[string]any{"rows": int64(9), "cols": int64(8), "samples": int64(8)})
	for _, depth := range []int{8, 14} {
		want, w := 0, 4
		conv := func(in, out int) { want += 9*in*out + out + 2*out }
		conv(2, w)
		in := w
		for stage := range 3 {
			for range (depth - 2) / 6 {
				conv(in, w<<stage)
				conv(w<<stage, w<<stage)
				in = w << stage
			}
		}
		want += 4*w*3 + 3
		p := build[float64](t, map[string]any{"kind": "resnet", "data": images, "depth": int64(depth), "width": int64(w), "groups": int64(2)})
		if p.Dim() != want {
			t.Errorf("depth %d: %d parameters, want %d", depth, p.Dim(), want)
		}
		at := 0
		for _, q := range p.(nets.Shaped).Parameters() {
			if q.Offset != at {
				t.Fatalf("depth %d: %s stands at %d, the one before it ends at %d", depth, q.Path(), q.Offset, at)
			}
			at += q.Size()
		}
		if at != want {
			t.Errorf("depth %d: the parameters named end at %d of %d", depth, at, want)
		}
	}
	for want, more := range map[string]map[string]any{
		"depth = 10 is not 6 n + 2": {"depth": int64(10)}, "groups = 3 does not divide": {"groups": int64(3)},
	} {
		if _, err := nets.Decode("problem", netstest.With(map[string]any{"kind": "resnet", "data": images}, more)); err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), ": ", " "), strings.ReplaceAll(want, ": ", " ")) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	netstest.Kind(t, map[string]any{"kind": "resnet", "data": images, "width": int64(2), "groups": int64(0), "l2": .1})
}
