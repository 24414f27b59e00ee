package hub

import "fmt"

// What is different where the server half stands for replicas: each has versions and a ledger of
// its own, and a worker reads its own.

// A book is the versions and the ledger of a replica.
type book struct {
	version int
	ledger  ledger
}

// book is what the reads of a worker are of: the center, or its replica.
func (h *Hub[F]) book(worker int) (version int, l *ledger) {
	if h.peering == nil {
		return h.version, &h.ledger
	}
	b := &h.replicas[worker]
	return b.version, &b.ledger
}

// changed makes versions of the replicas that have changed, and says whether there are any.
func (h *Hub[F]) changed() (any bool) {
	for _, i := range h.peering.Changed() {
		b := &h.replicas[i]
		b.version++
		b.ledger.update()
		any = true
	}
	return any
}

// Hear gives the server half a letter, and says whether that has changed a replica. Due may list
// replies that have waited for it.
func (h *Hub[F]) Hear(to, from int, letter []F) (changed bool) {
	h.correspondent.Hear(to, from, letter)
	if changed = h.changed(); changed {
		h.version++
	}
	h.ready = append(h.ready, h.choice...)
	h.choice = h.choice[:0]
	return changed
}

// checkReplicas is Check for each replica.
func (h *Hub[F]) checkReplicas(inFlight []Header) error {
	all := make([]ledger, len(h.replicas))
	for i, b := range h.replicas {
		all[i] = b.ledger
		h.close(&all[i], i)
	}
	for _, p := range inFlight {
		all[p.From].close(h.replicas[p.From].version, p.Read)
	}
	for i := range all {
		all[i].wrong = h.ledger.wrong
		if err := all[i].settle(); err != nil {
			return fmt.Errorf("replica %d: %w", i, err)
		}
	}
	return nil
}
