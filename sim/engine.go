package sim

import (
	"fmt"
	"slices"
	"unsafe"

	"staleness/internal/stream"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/sim/delay"
)

// engine simulates a cluster in model time. One goroutine, the loop, owns all of it. Its records
// are slabs of fixed-size structs without pointers, named by index: what a handler touches at each
// event is in worker, the rest in coldWorker.
type engine[F vec.Float] struct {
	core[F]
	queue    queue
	fleet    []worker
	cold     []coldWorker
	couples  []couple    // by worker; nil: nobody computes pairs
	holds    []holdings  // by worker, if there is a problem
	links    []bothLinks // by worker, if there are links
	messages []message
	unused   []messageHandle // messages
	parts    []part          // of message m at shard j: m*shards + j
	// by worker: replies that wait for the end of a gradient; nil until there is one
	inbox    [][]messageHandle
	servers  []server
	spent    [workerStates]wide // ns, summed over workers
	checks   checks
	faults   faults
	society  society
	quiet    int64 // events since the last gradient or push
	asks     int64 // events until the next question whether a checkpoint is due
	askEvery int64 // events between two such questions
	patience int64 // quiet events until the run is given up

	shards int
	ring   bool            // pushes go round a ring of workers
	around []messageHandle // those that wait for the others there
	whole  bool            // one hub for all shards: it acts when all parts of a message have come
	real   bool            // gradients are computed; else only time passes
	// each step is looked at, that which ends the run too: where it leads, or its loss
	seen bool
	// workers may be looked at or interrupted while they compute: one gradient a task, the loop
	// calls Step
	touched bool
	bytes   int64 // of a vector message
	keys    struct{ up, down, interrupt, service, queue, peers stream.Key }
	rand    stream.Rand
	turn    delay.Turn
	places  places      // what laws remember
	classes *classes    // samples counted by class
	ahead   []uint64    // likewise, of a worker, while it is looked ahead
	watch   func(event) // sees every event before it happens
	trace   *trace[F]   // nil: none is kept
	legs    legs
	clients clients
	// peers that write letters; else nil
	correspondent optimizers.Correspondent[F]
}

func newEngine[F vec.Float](c *Config[F], rec Recorder[F], o options) (*engine[F], error) {
	consistency, err := c.Strategy.Resolve(c.Consistency, c.Workers)
	if err != nil {
		return nil, err
	}
	s := &engine[F]{shards: max(1, c.Cluster.Server.Shards), real: c.Problem != nil,
		ring: c.Strategy.Ring && !c.Cluster.replayed} // a recorded push has what it waited
	hubs := s.shards
	if s.whole = c.Strategy.Shardable(consistency) != nil; s.whole {
		hubs = 1
	}
	if err := s.core.init(c, rec, c.clients(), c.Workers, hubs); err != nil {
		return nil, err
	}
	s.store.poison, s.couples = o.poison, s.newCouples()
	s.watch, s.askEvery = o.watch, o.ask()
	s.asks = s.askEvery
	if s.patience = o.quiet; s.patience == 0 {
		s.patience = max(1e6, int64(64*s.workers*s.shards))
	}
	s.seen = s.eval.points || c.Strategy.Silent
	s.touched = o.single || consistency.Stop || s.seen
	if s.bytes = c.Cluster.Message; s.bytes == 0 {
		var f F
		s.bytes = int64(s.dim) * sizeOf(f)
	}
	s.bytes *= int64(s.width)
	key := func(purpose string) stream.Key { return stream.NewKey(c.Seeds.Delays, purpose) }
	s.keys.up, s.keys.down, s.keys.interrupt = key("up"), key("down"), key("interrupt")
	s.keys.service, s.keys.queue, s.keys.peers = key("service"), key("queue"), key("peers")
	s.places, s.classes = newPlaces(&c.Cluster, s.shards), newClasses(&c.Cluster)
	s.servers = make([]server, s.shards)
	for i := range s.servers {
		v := &s.servers[i]
		v.serving, v.line.order = none, c.Cluster.Server.Queue
		if c.Cluster.Server.Queue == Fair {
			v.share.flows, v.share.apart = slices.Repeat([]partHandle{none}, s.workers), c.Cluster.replayed
		}
		if c.Cluster.Server.NIC > 0 {
			v.nic.flows = slices.Repeat([]partHandle{none}, s.workers)
		}
	}
	if s.peering != nil {
		s.correspondent, _ = s.peering.(optimizers.Correspondent[F])
		s.society.Written = make([]uint32, c.Workers)
	}
	s.initClients()
	s.fleet, s.cold = make([]worker, s.workers), make([]coldWorker, s.workers)
	for i := range s.fleet {
		s.fleet[i].Rests, s.fleet[i].Asked = none, none
	}
	if s.real {
		s.holds = slices.Repeat([]holdings{{Has: none, Rests: none, Old: none}}, s.workers)
	}
	if len(c.Cluster.Up)+len(c.Cluster.Down) > 0 || c.Cluster.Pairs != nil {
		s.links = make([]bothLinks, s.workers)
	}
	s.checks.consistency = consistency
	s.queue.looks = s.foresight
	s.initFaults()
	return s, s.startTrace(rec)
}

// options are a test's.
type options struct {
	single bool // one gradient a task
	poison bool // freed vectors become NaN
	watch  func(event)
	every  int64 // ask for checkpoints
	quiet  int64 // events without a gradient or a push until the run is given up
}

func (o *options) ask() int64 {
	if o.every > 0 {
		return o.every
	}
	return askDueEvery
}

// open gives all workers x0, version 0, at time 0 and free of charge, and lets them compute. Whom a
// Dispatcher has nothing for waits.
func (s *engine[F]) open() {
	if s.faults.on {
		s.openFaults()
	}
	if s.clients.on {
		s.openClients()
		s.evaluate()
		s.tick()
		return
	}
	due := make([][]hub.Due, len(s.hubs)) // in order of worker
	for j, h := range s.hubs {
		due[j] = h.Due()
	}
	for i := range s.fleet {
		if s.fleet[i].State == down { // it joins later
			continue
		}
		m := s.post(i, 0)
		g := &s.messages[m]
		g.Open, g.Unserved = openReply, 0
		s.fleet[i].Asked, s.fleet[i].Waits = m, true
		for j, d := range due {
			if len(d) == 0 || d[0].To != i {
				continue
			}
			s.read(m, j, false)
			g.Lo, g.Hi = int32(d[0].Lo), int32(d[0].Hi)
			due[j] = d[1:]
			if g.Undue--; s.whole {
				g.Undue = 0
			}
		}
		if s.faults.on && g.Undue > 0 {
			s.withheld(m)
		}
		if g.Undue == 0 {
			a, v := s.adopt(i, m)
			s.request(i, a, v)
			s.proceed(i)
		}
	}
	s.evaluate()
	s.tick()
}

// tick plans the next evaluation.
func (s *engine[F]) tick() {
	if every := int64(s.c.Eval.Every); every > 0 && s.real {
		s.queue.push(later(s.now, every), nobody, onTick, 0)
	}
}

// loop lets events happen until the run ends.
func (s *engine[F]) loop() {
	limit := s.patience
	s.await()
	for !s.ended() {
		if s.queue.len() == 0 {
			s.stall()
			return
		}
		if s.interrupted.Load() {
			s.keep(s, true)
			s.stop(Interrupted, "")
			return
		}
		if s.asks--; s.asks <= 0 {
			s.asks = s.askEvery
			if s.keep(s, false); s.ended() {
				return
			}
		}
		e := s.queue.pop()
		if s.idle(&e) && s.stalls(&e) {
			s.queue.back(e)
			s.stall()
			return
		}
		if t := int64(s.c.Stop.Time); t > 0 && e.at > t {
			s.queue.back(e)
			s.now = t
			s.stop(Completed, fmt.Sprintf("%v of model time", s.c.Stop.Time))
			return
		}
		if e.at == endOfTime {
			s.fail(s.late(&e))
			return
		}
		if e.at < s.now {
			s.checks.backwards++
		}
		s.now = e.at
		if s.watch != nil {
			s.watch(e)
		}
		s.handle(&e)
		if len(s.eval.pending) > 0 {
			s.await()
		}
		if e.kind() != onTick { // evaluations may be as many as somebody wants
			s.quiet++
		}
		if s.faults.on {
			s.lively(&e)
		}
		if s.quiet > limit && s.revolves() {
			s.stall()
			return
		}
		if s.quiet > limit {
			s.fail(lasting(fmt.Errorf("%d events passed at model time %v without a gradient or a push: the cluster only talks to itself%s", limit, duration(s.now), s.faults.remedy())))
		}
		if s.queue.seq > maxSeq {
			s.fail(lasting(fmt.Errorf("a run has at most %d events: stop it earlier", int64(maxSeq))))
		}
	}
}

// late says that an event would come when model time is over.
func (s *engine[F]) late(e *event) error {
	what := "an evaluation"
	switch k := e.kind(); {
	case k == onStep:
		what = fmt.Sprintf("the end of gradient %d of worker %d", s.fleet[e.worker()].Begun-1, e.worker())
	case k != onTick:
		what = fmt.Sprintf("a message of worker %d (%v)", e.worker(), k)
	}
	return lasting(fmt.Errorf("model time ends at %v, 292 years, and %s would be later; it is %v now: shorten times, or set stop.time to what is meant", duration(endOfTime), what, duration(s.now)))
}

func (s *engine[F]) handle(e *event) {
	switch e.kind() {
	case onStep:
		if i := e.worker(); s.fleet[i].Gen == e.arg {
			s.step(i)
		}
	case onPort:
		s.port(partHandle(e.arg))
	case onNIC:
		s.transferred(e.arg)
	case onArrive:
		s.arrive(partHandle(e.arg))
	case onServed:
		if s.fair() {
			s.shared(e.arg)
		} else {
			s.served(partHandle(e.arg))
		}
	case onDeliver:
		s.deliver(partHandle(e.arg))
	case onTimer:
		s.timer(partHandle(e.arg))
	case onWorld:
		s.world(e)
	case onHear:
		s.hear(letterHandle(e.arg))
	case onTick:
		s.evaluate()
		s.tick()
	}
}

// finish brings all clocks to the end of the run.
func (s *engine[F]) finish() {
	for i := range s.fleet {
		s.set(i, s.fleet[i].State)
	}
	for j := range s.servers {
		s.servers[j].advance(s.now)
	}
	s.atEnd(s)
	if s.trace != nil && s.end.status != Interrupted {
		s.trace.finish()
	}
}

// sizeOf is how many bytes an element takes on a wire.
func sizeOf[F vec.Float](f F) int64 { return int64(unsafe.Sizeof(f)) }
