package optimizertest

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"staleness/internal/state"
	"staleness/nets/vec"
	o "staleness/optimizers"
	"staleness/optimizers/hub"
)

// Check reports the first rule that method or hub broke.
func (r *Run[F]) Check() error {
	if r.complain != "" {
		return fmt.Errorf("%s", r.complain)
	}
	if i := r.idle(); i >= 0 {
		return fmt.Errorf("worker %d waits, and nothing will ever wake it", i)
	}
	for j, h := range r.hubs {
		var inFlight []hub.Header
		for _, e := range r.queue {
			if e.kind == serve && e.shard == j && e.act&o.Push != 0 {
				inFlight = append(inFlight, e.head)
			}
		}
		if err := h.Check(inFlight); err != nil {
			return fmt.Errorf("shard %d: %w", j, err)
		}
	}
	return nil
}

// idle finds a worker that nothing will ever wake, or returns -1: nothing of it is on its way, and
// no hub owes it a reply.
func (r *Run[F]) idle() int {
	awake := make([]bool, len(r.workers))
	for i := range r.queue {
		awake[r.queue[i].worker] = true
	}
	for _, h := range r.hubs {
		for i, owed := range h.Owed() {
			awake[i] = awake[i] || owed != hub.NotOwed
		}
	}
	return slices.Index(awake, false)
}

// Center is the center, all shards of it.
func (r *Run[F]) Center() (x []F) {
	for _, h := range r.hubs {
		x = append(x, h.Center()...)
	}
	return x
}

// Points are where the workers are.
func (r *Run[F]) Points() (p [][]F) {
	for i := range r.workers {
		p = append(p, vec.Clone(r.workers[i].half.Point()))
	}
	return p
}

// Hub is that of a shard.
func (r *Run[F]) Hub(shard int) *hub.Hub[F] { return r.hubs[shard] }

// Save and Load are a checkpoint between two events.
func (r *Run[F]) Save(w io.Writer) error { return state.Save(w, r) }

// Load restores what a run of the same setup saved, whatever r went through.
func (r *Run[F]) Load(from io.Reader) error {
	if err := state.Load(from, r); err != nil {
		return err
	}
	for i := range r.workers {
		w := &r.workers[i]
		if b, ok := w.half.(o.Borrower[F]); ok && w.lent != nil {
			var own bytes.Buffer
			if err := state.Save(&own, &w.half); err != nil {
				return err
			}
			b.Borrow(w.lent)
			if err := state.Load(&own, &w.half); err != nil {
				return err
			}
		}
		w.live = nil
	}
	return nil
}
