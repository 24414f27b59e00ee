package sim

import (
	"time"

	"staleness/internal/stream"
	"staleness/sim/delay"
)

// Faults are what goes wrong in a cluster, and who comes and goes.
type Faults struct {
	Crash  []delay.Law // per worker: how long it is up before it crashes; empty: for good
	Repair []delay.Law // per worker: how long it is down after a crash; empty: for good
	// a crashed worker keeps its state, and what arrives meanwhile waits for it; else it is born
	// anew
	Keep    bool
	Loss    float64       // of each transmission of a part, the probability that it gets lost
	Timeout time.Duration // until the first retransmission; doubles to 64 times; with Loss
	Detect  time.Duration // from a crash until the worker is no member any more; or Unnoticed
	Events  []FaultEvent
}

// Unnoticed as Faults.Detect: a worker that has crashed remains a member.
const Unnoticed time.Duration = endOfTime

// A FaultEvent is a fault at a given time. Where laws have brought its worker elsewhere meanwhile,
// such as down when it is to crash, nothing happens.
type FaultEvent struct {
	At     time.Duration
	Do     Deed
	Worker int           // whose; or
	Server bool          // the server's: all shards pause
	For    time.Duration // of a pause
}

// Deed is what happens at a FaultEvent.
type Deed uint8

const (
	DoCrash   Deed = iota
	DoRecover      // from a crash
	DoLeave        // for good, or until it joins; all know at once
	DoJoin         // one whose first event this is is not there before
	DoPause        // stands still for a while, and loses nothing
)

var deeds = [...]string{"crash", "recover", "leave", "join", "pause"}

func (d Deed) String() string { return deeds[d] }

// faults is the state of what goes wrong. Without faults it is empty, and not looked at.
type faults struct {
	on      bool    `state:"-"` // there are faults
	loses   bool    `state:"-"` // transmissions get lost
	plan    *Faults `state:"-"`
	keys    faultKeys
	Workers []fated
	Mail    []mail     // by message
	Parts   []delivery // by part
	Order   []order    // by worker and shard, if transmissions get lost
	Idle    standstill
}

type faultKeys struct{ crash, repair, up, down, interrupt stream.Key }

// fated is what faults do to a worker.
type fated struct {
	Ends   int64  // ns: when the gradient under way ends
	Cost   int64  // ns: how long it takes in all
	Rest   int64  // ns: what is left of it in a pause; none if it waits
	Until  int64  // ns: end of the pause
	Life   uint32 // a message of an older one is nobody's
	Turn   uint32 // counts when it goes down or up: what was planned in an older one is void
	Ups    uint32 // times up so far: the number of a draw
	State  presence
	Parked []partHandle // whose timers ended while it was down
	Redo   bool         // it computed when it crashed, and kept its state
}

// presence is where a worker is.
type presence uint8

const (
	present presence = iota
	paused
	crashed
	away // has left, or not joined yet
)

// What a world event is about, in the top bits of its argument; the rest is a number.
const (
	listed   = iota << turnBits // an event of the plan, by its number
	planned                     // a crash or a recovery by law, in a turn
	noticed                     // that a worker is down, in a turn
	unpaused                    // a pause of a worker may be over
	reopened                    // a pause of a server is over, by shard

	turnBits = 28
	turnMask = 1<<turnBits - 1
)

func (s *engine[F]) initFaults() {
	plan := s.c.Cluster.Faults
	if plan == nil {
		return
	}
	f := &s.faults
	f.on, f.loses, f.plan = true, plan.Loss > 0, plan
	key := func(purpose string) stream.Key { return stream.NewKey(s.c.Seeds.Delays, purpose) }
	f.keys = faultKeys{key("crash"), key("repair"), key("lost up"), key("lost down"), key("lost interrupt")}
	f.Workers = make([]fated, s.workers)
	s.unborn = make([]bool, s.workers)
	if f.loses {
		f.Order = make([]order, s.workers*s.shards)
	}
	for i := range f.Workers {
		f.Workers[i].Rest = none
	}
	pauses := false
	first := make([]bool, s.workers)
	for k := range plan.Events {
		e := &plan.Events[k]
		pauses = pauses || e.Do == DoPause && !e.Server
		if e.Server || first[e.Worker] {
			continue
		}
		first[e.Worker] = true
		if joinsLate(plan.Events, e.Worker) {
			f.Workers[e.Worker].State = away
			s.unborn[e.Worker] = true
		}
	}
	// a worker that keeps its state must not have run ahead of its crash, and steps that look at
	// the clock must not have been taken before a pause
	s.touched = s.touched || plan.Keep || pauses && s.c.Strategy.Schedule != nil
}

// joinsLate says whether the first event of a worker brings it in.
func joinsLate(events []FaultEvent, worker int) bool {
	first := -1
	for k := range events {
		e := &events[k]
		if !e.Server && e.Worker == worker && (first < 0 || e.At < events[first].At) {
			first = k
		}
	}
	return first >= 0 && events[first].Do == DoJoin
}

// openFaults plans what is listed, takes out who is not there yet, and lets the others grow old.
func (s *engine[F]) openFaults() {
	f := &s.faults
	for i := range f.Workers {
		if f.Workers[i].State == away {
			for _, h := range s.hubs {
				h.Leave(i)
			}
			s.set(i, down)
		} else {
			s.grow(i)
		}
	}
	for k := range f.plan.Events {
		e := &f.plan.Events[k]
		who := e.Worker
		if e.Server {
			who = nobody
		}
		s.queue.push(int64(e.At), who, onWorld, listed|uint32(k))
	}
}

// grow plans the crash of a worker that has come up.
func (s *engine[F]) grow(i int) {
	f := &s.faults.Workers[i]
	f.Ups++
	if laws := s.faults.plan.Crash; len(laws) > 0 {
		s.age(i, laws[i], origin{&s.places.crash, i, s.faults.keys.crash})
	}
}

// begin notes that a gradient begins.
func (f *fated) begin(now, lasts int64) {
	if f.Cost, f.Ends = 0, endOfTime; lasts != never {
		f.Cost, f.Ends = lasts, later(now, lasts)
	}
}

// age plans the next turn of a worker's life.
func (s *engine[F]) age(i int, law delay.Law, from origin) {
	d := max(1, s.draw(law, from, uint64(i), uint64(s.faults.Workers[i].Ups-1)))
	if at := later(s.now, d); at != endOfTime { // else never
		s.queue.push(at, i, onWorld, planned|s.faults.Workers[i].Turn&turnMask)
	}
}

// world lets something happen to a worker or to the server.
func (s *engine[F]) world(e *event) {
	i, n := e.worker(), e.arg&turnMask
	switch e.arg &^ turnMask {
	case listed:
		s.happen(&s.faults.plan.Events[n])
	case planned:
		if f := &s.faults.Workers[i]; f.Turn&turnMask != n {
			return
		} else if f.State == crashed {
			s.recover(i)
		} else {
			s.crash(i)
		}
	case noticed:
		if s.faults.Workers[i].Turn&turnMask == n {
			s.miss(i)
		}
	case unpaused:
		s.resume(i)
	case reopened:
		s.reopen(int(n))
	}
}

// happen carries out a listed event, unless laws have brought the worker elsewhere.
func (s *engine[F]) happen(e *FaultEvent) {
	if e.Server {
		s.shut(int64(e.For))
		return
	}
	switch st := s.faults.Workers[e.Worker].State; e.Do {
	case DoCrash:
		if st == present || st == paused {
			s.crash(e.Worker)
		}
	case DoRecover:
		if st == crashed {
			s.recover(e.Worker)
		}
	case DoLeave:
		if st != away {
			s.leave(e.Worker)
		}
	case DoJoin:
		if st == away {
			s.bear(e.Worker)
		}
	case DoPause:
		if st == present || st == paused {
			s.pause(e.Worker, int64(e.For))
		}
	}
}
