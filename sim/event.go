package sim

import (
	"cmp"
	"fmt"
)

// kind is what happens at an event. At one instant and for one worker, events happen in this order:
// what ends now has ended before anything that arrives now is seen.
type kind uint8

const (
	onStep    kind = iota // a gradient of a worker is complete; arg: the worker's task generation
	onPort                // a part reaches the NIC of its shard; arg: part
	onNIC                 // the NIC completes its head transfer; arg: shard and NIC generation
	onArrive              // a part joins the service queue of its shard; arg: part
	onServed              // the service of a part ends: the hub acts; arg: part
	onDeliver             // a part of a reply reaches its worker; arg: part
	onTimer               // a worker's patience with a part ends; arg: part
	onWorld               // a worker or the server goes down or comes up; arg: see faults.go
	onHear                // a letter reaches a peer; arg: letter
	// an evaluation is due; belongs to nobody, so it sees all else that happens at its time
	onTick
)

var kindNames = [...]string{"step", "port", "nic", "arrive", "served", "deliver", "timer", "world", "hear", "tick"}

func (k kind) String() string { return kindNames[k] }

const (
	workerBits, kindBits, seqBits = 24, 4, 36

	nobody     = 1<<workerBits - 1 // the worker of a tick: last of all
	maxWorkers = nobody
	maxSeq     = 1<<seqBits - 1
)

// An event is ordered by (time, worker, kind, sequence number): a total order, in which worker 0
// finishes all it can do at an instant before worker 1 does anything. Ordered by (time, sequence),
// ties would depend on unrelated events.
type event struct {
	at  int64  // ns
	key uint64 // worker, kind, sequence number, from the top bits down
	arg uint32
}

func newKey(worker int, k kind, seq uint64) uint64 {
	return uint64(worker)<<(kindBits+seqBits) | uint64(k)<<seqBits | seq
}

func (e *event) worker() int { return int(e.key >> (kindBits + seqBits)) }
func (e *event) kind() kind  { return kind(e.key >> seqBits & (1<<kindBits - 1)) }

func (e *event) before(o *event) bool { return e.at < o.at || e.at == o.at && e.key < o.key }

func (e event) compare(o event) int {
	if c := cmp.Compare(e.at, o.at); c != 0 {
		return c
	}
	return cmp.Compare(e.key, o.key)
}

func (e event) String() string {
	if e.worker() == nobody {
		return fmt.Sprintf("%d %v", e.at, e.kind())
	}
	return fmt.Sprintf("%d w%d %v", e.at, e.worker(), e.kind())
}
