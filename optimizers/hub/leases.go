package hub

import (
	"iter"
)

// What a hub does for a driver that says itself which push rests on which read, and so may give a
// worker several reads before it takes the first push: it calls Lease for each read and Serve with
// a Header that it makes of it, and CheckLeases in place of Check.

// Lease writes what worker to is sent, to dst unless the driver shares the center of a Uniform
// server, and returns the version read.
func (h *Hub[F]) Lease(dst []F, to int) (version int) {
	if dst != nil {
		h.server.Reply(dst, to)
	}
	h.ledger.open()
	return h.version
}

// CheckLeases is Check for such a driver: reads are the versions of those that no push has used
// yet.
func (h *Hub[F]) CheckLeases(reads iter.Seq[int]) error {
	l := h.ledger
	for read := range reads {
		l.close(h.version, read)
	}
	return l.settle()
}
