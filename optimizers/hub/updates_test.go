package hub

import (
	"slices"
	"testing"

	"staleness/optimizers"
)

// witness is a server that keeps what it was given, and its center where it is.
type witness struct {
	x    []float64
	last optimizers.Message[float64]
}

func newWitness(e optimizers.Env[float64]) optimizers.Server[float64] {
	return &witness{x: slices.Clone(e.X0)}
}

func (s *witness) Center() []float64          { return s.x }
func (s *witness) Reply(dst []float64, _ int) { copy(dst, s.x) }

func (s *witness) Apply(m optimizers.Message[float64]) optimizers.Verdict {
	s.last = m
	s.last.Vec = slices.Clone(m.Vec)
	return optimizers.Applied
}

// keeper is a server that buffers every push but each third, or refuses them.
type keeper struct {
	witness
	instead optimizers.Verdict
	n       int
}

func (s *keeper) Apply(optimizers.Message[float64]) optimizers.Verdict {
	if s.n++; s.n%3 == 0 {
		return optimizers.Applied
	}
	return s.instead
}

// TestNoNews: who waits for news of a push of which the server makes none is answered.
func TestNoNews(t *testing.T) {
	for _, instead := range []optimizers.Verdict{optimizers.Buffered, optimizers.Dropped} {
		s := count(optimizers.Mean)
		s.Server = func(e optimizers.Env[float64]) optimizers.Server[float64] {
			return &keeper{witness: witness{x: slices.Clone(e.X0)}, instead: instead}
		}
		h, err := New(s, optimizers.KAsync(2), optimizers.Env[float64]{Workers: 2, X0: []float64{0}})
		if err != nil {
			t.Fatal(err)
		}
		p := &script{t: t, h: h}
		p.deliver()
		for version := 0; version < 2; {
			p.push(0, optimizers.Buffered, version, 0)
			o := p.h.Serve(p.h.Send(1, 1), optimizers.Exchange, []float64{1})
			if to := p.deliver(); !slices.Equal(to, []int{0, 1}) {
				t.Fatalf("verdict %d, then %d: answered %v", instead, o.Verdict, to)
			}
			if o.Verdict == optimizers.Applied {
				version++
			}
		}
	}
}

// TestMerged: what the server sees of a merged push, also when it is completed by one who leaves.
func TestMerged(t *testing.T) {
	s := count(optimizers.Mean)
	s.Server = newWitness
	h, err := New(s, optimizers.BSP(), optimizers.Env[float64]{Workers: 3, X0: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	h.Serve(Header{From: 2, Loss: 5, Sched: .5}, optimizers.Exchange, []float64{1})
	h.Serve(Header{From: 0, Loss: 2, Sched: .25}, optimizers.Exchange, []float64{4})
	h.Leave(1)
	got := h.Server().(*witness).last
	if got.From != -1 || got.N != 2 || got.Vec[0] != 2.5 || got.Loss != 3.5 || got.Sched != .25 || got.Tau != 0 {
		t.Errorf("%+v", got)
	}
}

// TestServeInto: a center that a driver houses is not written to by updates that it gives no room
// for.
func TestServeInto(t *testing.T) {
	h, err := New(count(optimizers.Mean), optimizers.BSP(), optimizers.Env[float64]{Workers: 2, X0: []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	first, second := []float64{2}, []float64{4}
	if _, moved := h.ServeInto(Header{From: 0}, optimizers.Exchange, first); moved {
		t.Error("a push that is held is the center")
	}
	if _, moved := h.ServeInto(Header{From: 1}, optimizers.Exchange, second); !moved || &h.Center()[0] != &second[0] || second[0] != 1+3 {
		t.Errorf("the center is %v, not in the last push", h.Center())
	}
	h.Serve(Header{From: 0}, optimizers.Exchange, []float64{2})
	if h.Leave(1); second[0] != 4 || h.Center()[0] != 6 {
		t.Errorf("the center is %v, and where it was stands %v", h.Center(), second)
	}
	lone, err := New(optimizers.Strategy[float64]{Worker: optimizers.Gradients[float64], Server: newWitness},
		optimizers.Async(), optimizers.Env[float64]{Workers: 1, X0: []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	if o, moved := lone.ServeInto(Header{From: 0}, optimizers.Exchange, []float64{1}); moved || o.Verdict != optimizers.Applied {
		t.Error("a server that keeps its center has moved")
	}
}

// TestWeightAndClip: pushes are clipped, then weighted by their own staleness, then merged.
func TestWeightAndClip(t *testing.T) {
	s := count(optimizers.Mean)
	s.Weight = optimizers.InversePlusOne{}.Of
	s.Clip = optimizers.Clip{Push: 2}
	h, err := New(s, optimizers.Softsync(2), optimizers.Env[float64]{Workers: 4, X0: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	for i, push := range []float64{1, 6, -3, 1} { // read at version 0: staleness 0, 0, 1, 1
		h.Serve(Header{From: i}, optimizers.Push, []float64{push})
	}
	if got, want := h.Center()[0], (1.+2)/2+(-2./2+1./2)/2; got != want {
		t.Errorf("center %v, want %v", got, want)
	}
}

// TestReturnAlone: a round that waited for those who have left ends when its worker returns.
func TestReturnAlone(t *testing.T) {
	h, err := New(count(optimizers.Mean), optimizers.BSP(), optimizers.Env[float64]{Workers: 2, X0: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	h.Serve(Header{From: 0}, optimizers.Exchange, []float64{1})
	h.Miss(0)
	h.Leave(1)
	if h.Version() != 0 {
		t.Fatalf("version %d", h.Version())
	}
	if o := h.Return(0); h.Version() != 1 || len(o.Round) != 1 {
		t.Errorf("version %d, %+v", h.Version(), o)
	}
}
