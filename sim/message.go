package sim

import (
	"fmt"

	"staleness/optimizers"
)

// A message is a request of a worker together with the reply to it, or an interrupt, which is a
// reply that nobody asked for. It has one part for each shard. Times are ns of model time.
type message struct {
	Sent     int64 // the request left the worker
	Arrived  int64 // the part that was processed last joined its queue,
	Started  int64 // came to be served,
	Served   int64 // and had been served
	Read     int64 // the reply was read
	Received int64 // and was complete at the worker

	Compute int64   // ns: its gradients, together
	Pull    int64   // ns: how long the read that it rests on was on its way
	Sum     sums    // over its gradients
	Sched   float64 // factor on the rates, of the last of them
	Moved   float64 // squared change of the center, over shards
	Gap     float64 // squared distance of the center from what the push rests on, over shards
	ReadAt  int64   // version_read, and
	Version int64   // version, of
	Tau     int64   // the stalest shard
	Clock   int64   // of the slowest worker when the reply was read: the least over shards

	Worker    int32
	Grads     int32        // gradients in the push
	Vec       vectorHandle // what is pushed
	Reply     vectorHandle // what is sent back
	Base      vectorHandle // the center that the push rests on, kept for its gap
	ReplyBase vectorHandle // the center that the reply shows
	Lo, Hi    int32        // samples to compute on next, if the server chooses
	N         uint32
	Unserved  int16 // parts of the request not processed
	Undue     int16 // parts of the reply not delivered
	Action    optimizers.Action
	Verdict   Verdict
	Judged    bool // Verdict says something
	Interrupt bool
	Home      bool  // of peers: it does not leave its worker
	Open      uint8 // what keeps the message: openRequest, openReply
}

const (
	openRequest = 1 << iota // not all parts processed
	openReply               // not handed to the worker
)

// A part is what of a message concerns one shard.
type part struct {
	Arrived int64      // ns
	Started int64      // ns
	Header  int64      // version read by the push; none once the hub has it
	Reply   int64      // version read by the reply
	Next    partHandle // part of the same worker that waits behind this one at the NIC, or none
	Behind  partHandle // likewise where the server serves all at once
}

// post makes a message of worker i.
func (s *engine[F]) post(i int, n uint32) messageHandle {
	var m messageHandle
	if n := len(s.unused); n > 0 {
		m = s.unused[n-1]
		s.unused = s.unused[:n-1]
	} else {
		m = messageHandle(len(s.messages))
		s.messages = append(s.messages, message{})
		for range s.shards {
			s.parts = append(s.parts, part{})
		}
	}
	s.messages[m] = message{Sent: s.now, Worker: int32(i), N: n, Vec: none, Reply: none, Base: none, ReplyBase: none,
		Unserved: int16(s.shards), Undue: int16(s.shards)}
	for sh := range s.shards {
		s.parts[s.number(m, sh)] = part{Header: none, Reply: none, Next: none, Behind: none}
	}
	if s.clients.on {
		for len(s.clients.Jobs) <= int(m) {
			s.clients.Jobs = append(s.clients.Jobs, job{})
		}
		s.clients.Jobs[m] = job{Slot: none, Next: none}
	}
	if s.faults.on {
		s.faults.enter(m, s.shards, s.faults.Workers[i].Life)
	}
	return m
}

// close notes that one reason to keep a message is gone, and forgets it with the last.
func (s *engine[F]) close(m messageHandle, why uint8) {
	g := &s.messages[m]
	if g.Open&why == 0 {
		panic(fmt.Sprintf("sim: message %d of worker %d closed twice", g.N, g.Worker))
	}
	if g.Open &^= why; g.Open&^openCopies != 0 {
		return
	}
	if s.real {
		s.store.drop(g.Vec)
		s.store.drop(g.Reply)
		s.store.drop(g.Base)
		s.store.drop(g.ReplyBase)
	}
	if g.Open != 0 { // it is named, and nothing in it is wanted
		g.Vec, g.Reply, g.Base, g.ReplyBase = none, none, none, none
		return
	}
	s.unused = append(s.unused, m)
}

// of splits a part number into message and shard.
func (s *engine[F]) of(p partHandle) (m messageHandle, shard int) {
	if s.shards == 1 {
		return messageHandle(p), 0
	}
	return messageHandle(uint32(p) / uint32(s.shards)), int(uint32(p) % uint32(s.shards))
}

func (s *engine[F]) number(m messageHandle, shard int) partHandle {
	return partHandle(uint32(m)*uint32(s.shards) + uint32(shard))
}
