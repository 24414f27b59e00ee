package hub

import (
	"strings"
	"testing"

	"staleness/optimizers"
)

// TestCheckNotices: the books find a driver that stamps reads wrongly, loses a push or delivers
// what was not sent.
func TestCheckNotices(t *testing.T) {
	for what, wrong := range map[string]func(h *Hub[float64], p Header) Header{
		"a read stamped late":  func(h *Hub[float64], p Header) Header { p.Read++; return p },
		"a read stamped early": func(h *Hub[float64], p Header) Header { p.Read--; return p },
	} {
		h := newCount(t, optimizers.Async(), 3)
		for _, d := range h.Due() {
			v, _ := h.Reply(make([]float64, 1), d.To)
			h.Delivered(d.To, v)
		}
		for k := range 9 {
			h.Begin(k % 3)
			p := h.Send(k%3, 0)
			if k == 4 {
				p = wrong(h, p)
			}
			h.Serve(p, optimizers.Exchange, []float64{1})
			for _, d := range h.Due() {
				v, _ := h.Reply(make([]float64, 1), d.To)
				h.Delivered(d.To, v)
			}
		}
		if err := h.Check(nil); err == nil || !strings.Contains(err.Error(), "not conserved") {
			t.Errorf("%s: %v", what, err)
		}
	}
	h := newCount(t, optimizers.Async(), 1)
	h.Due()
	v, _ := h.Reply(make([]float64, 1), 0)
	h.Delivered(0, v)
	h.Begin(0)
	h.Send(0, 0)
	if err := h.Check(nil); err == nil || !strings.Contains(err.Error(), "balance") {
		t.Errorf("a lost push: %v", err)
	}
	h.Delivered(0, 7)
	if err := h.Check(nil); err == nil || !strings.Contains(err.Error(), "delivered version 7") {
		t.Errorf("a reply that was not sent: %v", err)
	}
}
