package hub

import (
	"slices"
	"testing"

	"staleness/optimizers"
)

// a script drives a hub without time: "2" is a push of worker 2 with its answer delivered at once
// where there is one.
type script struct {
	t *testing.T
	h *Hub[float64]
}

func play(t *testing.T, c optimizers.Consistency, workers int) *script {
	s := &script{t, newCount(t, c, workers)}
	s.deliver()
	return s
}

func (s *script) deliver() (to []int) {
	for _, d := range slices.Clone(s.h.Due()) {
		v, _ := s.h.Reply(make([]float64, 1), d.To)
		to = append(to, d.To)
		if d.Interrupt {
			s.h.Interrupted(d.To, v)
		} else {
			s.h.Delivered(d.To, v)
		}
		s.h.Begin(d.To)
	}
	return to
}

// push lets worker i push, and wants this outcome and these answers.
func (s *script) push(i int, verdict optimizers.Verdict, version, tau int, answered ...int) Outcome {
	s.t.Helper()
	o := s.h.Serve(s.h.Send(i, float64(i)), optimizers.Exchange, []float64{1})
	if to := s.deliver(); o.Verdict != verdict || o.Version != version || o.Tau != tau || !slices.Equal(to, answered) {
		s.t.Errorf("push of %d: %+v, answered %v; want verdict %d, version %d, staleness %d, answered %v", i, o, to, verdict, version, tau, answered)
	}
	if err := s.h.Check(nil); err != nil {
		s.t.Error(err)
	}
	return o
}

func TestAsync(t *testing.T) {
	s := play(t, optimizers.Async(), 3)
	s.push(0, optimizers.Applied, 0, 0, 0)
	s.push(1, optimizers.Applied, 1, 1, 1)
	s.push(2, optimizers.Applied, 2, 2, 2)
	s.push(0, optimizers.Applied, 3, 2, 0)
}

func TestRounds(t *testing.T) {
	s := play(t, optimizers.BSP(), 3)
	if o := s.push(2, optimizers.Buffered, 0, 0); !o.Held {
		t.Error("a push of a round is not held")
	}
	s.push(0, optimizers.Buffered, 0, 0)
	if o := s.push(1, optimizers.Applied, 0, 0, 0, 1, 2); !slices.Equal(o.Round, []int{0, 1, 2}) {
		t.Errorf("in the round: %v", o.Round)
	}
	if got := s.h.Center()[0]; got != 3 {
		t.Errorf("center %v", got)
	}
	s.push(1, optimizers.Buffered, 1, 0)
	s.push(0, optimizers.Buffered, 1, 0)
	// it waited for nobody else
	if o := s.h.Leave(2); o.Verdict != optimizers.Applied || !slices.Equal(o.Round, []int{0, 1}) {
		t.Errorf("the last one leaves: %+v", o)
	}
	if to := s.deliver(); !slices.Equal(to, []int{0, 1}) {
		t.Errorf("answered %v", to)
	}
	if err := s.h.Check(nil); err != nil {
		t.Error(err)
	}
}

func TestSSP(t *testing.T) {
	s := play(t, optimizers.SSP(1), 2)
	s.push(0, optimizers.Applied, 0, 0, 0)
	s.push(0, optimizers.Applied, 1, 0) // two ahead: held
	s.push(1, optimizers.Applied, 2, 2, 0, 1)
	if s.h.Lead(0) != 1 || s.h.Lead(1) != 0 {
		t.Errorf("leads %d, %d", s.h.Lead(0), s.h.Lead(1))
	}
	s.push(0, optimizers.Applied, 3, 0)
	s.h.Leave(1) // the slowest is gone
	if to := s.deliver(); !slices.Equal(to, []int{0}) {
		t.Errorf("answered %v", to)
	}
}

func TestKSync(t *testing.T) {
	s := play(t, optimizers.KSync(2, false), 3)
	s.push(0, optimizers.Buffered, 0, 0)
	s.push(1, optimizers.Applied, 0, 0, 0, 1)
	s.push(2, optimizers.Dropped, 1, 1, 2)
	s.push(2, optimizers.Buffered, 1, 0)
	s = play(t, optimizers.KSync(2, true), 3)
	s.push(0, optimizers.Buffered, 0, 0)
	s.push(1, optimizers.Applied, 0, 0, 0, 1, 2) // 2 is interrupted
	s.push(2, optimizers.Buffered, 1, 0)
}

// TestPullAlone: who has pushed nothing since its last reply is not kept waiting for news.
func TestPullAlone(t *testing.T) {
	s := play(t, optimizers.KAsync(2), 2)
	pull := func(i int, answered ...int) {
		t.Helper()
		s.h.Serve(Header{From: i}, optimizers.Pull|optimizers.Wait, nil)
		if to := s.deliver(); !slices.Equal(to, answered) {
			t.Errorf("answered %v, want %v", to, answered)
		}
	}
	pull(0, 0)
	s.push(0, optimizers.Buffered, 0, 0)
	s.push(1, optimizers.Applied, 0, 0, 0, 1)
	pull(0, 0)
	pull(0, 0)
}

func TestKBatchSync(t *testing.T) {
	s := play(t, optimizers.KBatchSync(3, false), 2)
	s.push(0, optimizers.Buffered, 0, 0, 0)
	s.push(0, optimizers.Buffered, 0, 0, 0)
	s.push(0, optimizers.Applied, 0, 0, 0)
	s.push(1, optimizers.Dropped, 1, 1, 1)
}

func TestSoftsync(t *testing.T) {
	s := play(t, optimizers.Softsync(2), 3)
	s.push(0, optimizers.Buffered, 0, 0, 0)
	s.push(0, optimizers.Applied, 0, 0, 0)
	s.push(1, optimizers.Buffered, 1, 1, 1)
	s.push(2, optimizers.Applied, 1, 1, 2)
}

func TestBounded(t *testing.T) {
	s := play(t, optimizers.Bounded(2, false), 3)
	s.push(0, optimizers.Applied, 0, 0, 0)
	s.push(1, optimizers.Applied, 1, 1, 1)
	s.push(2, optimizers.Dropped, 2, 2, 2)
	s = play(t, optimizers.Bounded(2, true), 3)
	s.push(0, optimizers.Applied, 0, 0, 0)
	s.push(1, optimizers.Applied, 1, 1, 1, 2) // 2 can only be refused: it starts again
	s.push(2, optimizers.Applied, 2, 0, 0, 2) // and now 0, who read version 1
}

// TestReadOld: the reply is what the center was before the push, and is read then.
func TestReadOld(t *testing.T) {
	h := newCount(t, optimizers.Async(), 2)
	for _, d := range h.Due() {
		h.Reply(make([]float64, 1), d.To)
		h.Delivered(d.To, 0)
		h.Begin(d.To)
	}
	v := make([]float64, 1)
	for k := range 6 {
		o := h.Serve(h.Send(k%2, 0), optimizers.Exchange|optimizers.ReadOld, []float64{1})
		want := 2
		if k < 2 {
			want = k
		}
		if o.Tau != want {
			t.Errorf("push %d: staleness %d, want %d: the own last push counts", k, o.Tau, want)
		}
		h.Due()
		if !h.Kept(k % 2) {
			t.Error("the old reply is not kept")
		}
		version, _ := h.Reply(v, k%2)
		if v[0] != float64(k) || version != k {
			t.Errorf("reply %v of version %d, want %d", v[0], version, k)
		}
		h.Delivered(k%2, version)
		h.Begin(k % 2)
		if err := h.Check(nil); err != nil {
			t.Fatal(err)
		}
	}
}
