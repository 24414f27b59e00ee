package optimizertest

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"staleness/nets/vec"
	o "staleness/optimizers"
	"staleness/optimizers/hub"
)

// A Run drives one strategy on a problem with exact gradients, event by event in the order (time,
// worker, kind, sequence): the smallest honest driver, an oracle for others. It is hostile: what it
// lends it spoils when the loan ends.
type Run[F vec.Float] struct {
	Setup    *Setup[F] `state:"-"`
	Updates  int
	Counts   [3]int // pushes by verdict
	Now      int64
	seq      int64
	hubs     []*hub.Hub[F]
	cut      []int // where shards begin and end
	width    int
	workers  []worker[F]
	queue    []event[F]
	rooms    [][]F       `state:"-"` // that are free
	centers  []center[F] `state:"-"` // under Into: those that were left behind
	complain string
}

// A center that updates have passed, and a copy of it.
type center[F vec.Float] struct{ is, was []F }

// A Setup is what a Run runs. Only Strategy, Workers and X0 must be given.
type Setup[F vec.Float] struct {
	Strategy    o.Strategy[F]
	Consistency o.Consistency
	Workers     int
	X0          []F
	Shards      int // 0: one
	// time of gradient k; nil: 1000
	Compute func(worker, k int) int64
	// time of every request and reply
	Up, Down int64
	Grad     func(g, x []F, worker, k, lo, hi int) (loss float64) // nil: Quadratic()
	// of a worker's k-th step; servers: of the k-th update; nil: by Strategy.Schedule
	Sched func(k int) float64
	// copy to all workers, even those who would borrow
	NoBorrow bool
	// take the plain steps of Movers for them
	Move bool
	// give them no room where the message will be
	NoRoom bool
	// give pushes away to Versioners
	Into    bool
	OnPush  func(from int, out hub.Outcome, center []F) // after every push
	OnReply func(to int, version int, reply []F)        // when a reply is read
}

type kind uint8

const (
	task kind = iota
	serve
	deliver
	letter // between peers
)

type event[F vec.Float] struct {
	at, seq   int64
	worker    int
	kind      kind
	inc       int // of the worker's computation
	shard     int
	head      hub.Header
	act       o.Action
	v         []F
	version   int
	clock     int
	lo, hi    int
	interrupt bool
	home      bool // of peers: it takes effect at its worker
}

type worker[F vec.Float] struct {
	half      o.Worker[F]
	inc       int
	k         int     // gradients begun
	steps     int     // Step calls
	has       int     // version last received
	sched     float64 // factor of its last step
	took      int64   // its gradients since its last push
	waiting   bool
	computing bool
	pulling   bool
	missing   int   // parts of the reply that are still to come
	reply     []F   // what came so far
	versions  []int // of its parts
	clock     int
	lo, hi    int
	inbox     bool // a whole reply is there
	point     []F  // where the gradient is being computed
	live      []F  `state:"-"` // the same, as the worker keeps it
	second    []F  // the other point of a pair; nil: it is none
	horizon   int  // Step calls until it speaks; 0: it does not say
	lent      []F
	room      []F  `state:"-"` // for a Mover, until it speaks
	lodged    bool // it has moved there
	old       []F  `state:"-"` // under Into: the center before its push, if that is what it reads
}

// New makes a run and delivers the start to every worker.
func New[F vec.Float](s Setup[F]) (*Run[F], error) {
	c, err := s.Strategy.Resolve(s.Consistency, s.Workers)
	if err != nil {
		return nil, err
	}
	if s.Shards == 0 || s.Strategy.Shardable(c) != nil {
		s.Shards = 1
	}
	if s.Compute == nil {
		s.Compute = func(int, int) int64 { return 1000 }
	}
	if s.Grad == nil {
		s.Grad = Quadratic[F]()
	}
	r := &Run[F]{Setup: &s, width: max(1, s.Strategy.Width)}
	d := len(s.X0)
	for i := range s.Shards + 1 {
		r.cut = append(r.cut, i*d/s.Shards)
	}
	for i := range s.Shards {
		x0 := vec.Clone(s.X0[r.cut[i]:r.cut[i+1]])
		h, err := hub.New(s.Strategy, s.Consistency, o.Env[F]{Workers: s.Workers, Speed: 1, Seed: 1, X0: x0})
		if err != nil {
			return nil, err
		}
		spoil(x0)
		r.hubs = append(r.hubs, h)
	}
	for i := range s.Workers {
		x0 := vec.Clone(s.X0)
		w := worker[F]{half: s.Strategy.Worker(o.Env[F]{Workers: s.Workers, ID: i, Speed: 1, Seed: 1, X0: x0}), waiting: true, pulling: true,
			missing: s.Shards, reply: make([]F, d*r.width), versions: make([]int, s.Shards)}
		spoil(x0)
		r.workers = append(r.workers, w)
	}
	r.declared()
	for i := range r.hubs {
		r.answer(i, 0)
	}
	return r, nil
}

// Quadratic is the gradient of sum x^2/2, with the curvatures given cyclically for the coordinates
// (nothing: 1).
func Quadratic[F vec.Float](curvature ...float64) func(g, x []F, worker, k, lo, hi int) float64 {
	if len(curvature) == 0 {
		curvature = []float64{1}
	}
	return func(g, x []F, _, _, _, _ int) (loss float64) {
		for i := range x {
			h := F(curvature[i%len(curvature)])
			g[i] = h * x[i]
			loss += float64(g[i]) * float64(x[i]) / 2
		}
		return loss
	}
}

// spoil makes whoever kept a loan regret it.
func spoil[F vec.Float](v []F) { vec.Fill(v[:cap(v)], F(math.NaN())) }

func (r *Run[F]) push(e event[F]) {
	e.seq = r.seq
	r.seq++
	i, _ := slices.BinarySearchFunc(r.queue, e, func(a, b event[F]) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.worker, b.worker), cmp.Compare(a.kind, b.kind), cmp.Compare(a.seq, b.seq))
	})
	r.queue = slices.Insert(r.queue, i, e)
}

// part applies f to a shard's piece of each vector of a whole message, and the piece in the shard's
// own message.
func (r *Run[F]) part(whole []F, shard int, part []F, f func(whole, part []F)) {
	d, n := len(r.Setup.X0), r.cut[shard+1]-r.cut[shard]
	for i := range r.width {
		f(whole[i*d+r.cut[shard]:][:n], part[i*n:(i+1)*n])
	}
}

// answer sends what a hub has due.
func (r *Run[F]) answer(shard int, after int64) {
	h := r.hubs[shard]
	for _, d := range h.Due() {
		v := make([]F, (r.cut[shard+1]-r.cut[shard])*r.width)
		spoil(v)
		_, uniform := h.Server().(o.Uniform)
		uniform = uniform && !h.Kept(d.To)
		var version, clock int
		if _, ok := h.Server().(o.Versioner[F]); ok && r.Setup.Into && h.Kept(d.To) {
			copy(v, r.workers[d.To].old)
			version, clock = h.Read(d.To)
		} else {
			version, clock = h.Reply(v, d.To)
		}
		if uniform && !slices.Equal(v, h.Center()) && vec.Finite(v) {
			r.fault("the server is declared Uniform, but worker %d was sent something else than the center", d.To)
		}
		if r.Setup.OnReply != nil {
			r.Setup.OnReply(d.To, version, v)
		}
		r.push(event[F]{at: r.Now + after, worker: d.To, kind: deliver, shard: shard, v: v, version: version, clock: clock, lo: d.Lo, hi: d.Hi, interrupt: d.Interrupt})
	}
}

func (r *Run[F]) fault(format string, a ...any) {
	if r.complain == "" {
		r.complain = fmt.Sprintf(format, a...)
	}
}

// Step handles one event; false: there is none.
func (r *Run[F]) Step() bool {
	if len(r.queue) == 0 {
		return false
	}
	e := r.queue[0]
	r.queue = slices.Delete(r.queue, 0, 1)
	r.Now = e.at
	switch w := &r.workers[e.worker]; e.kind {
	case task:
		if e.inc == w.inc {
			r.finish(e.worker)
		}
	case serve:
		r.serve(e)
	case deliver:
		r.deliver(e)
	case letter:
		r.hear(e)
	}
	return true
}

func (r *Run[F]) serve(e event[F]) {
	h := r.hubs[e.shard]
	if r.Setup.Sched != nil {
		e.head.Sched = r.Setup.Sched(r.Updates + 1)
	}
	before := r.replicas()
	out, moved := r.give(h, &e)
	r.watch(before)
	if e.act&o.Push != 0 {
		if e.shard == 0 {
			r.Counts[out.Verdict]++
			if out.Verdict == o.Applied {
				r.Updates++
			}
		}
		if r.Setup.OnPush != nil {
			r.Setup.OnPush(e.worker, out, h.Center())
		}
		if !moved {
			spoil(e.v)
		}
	}
	if e.act&o.Push != 0 {
		r.post(e.worker)
	}
	if e.home {
		r.answer(e.shard, 0)
		return
	}
	r.answer(e.shard, r.Setup.Down)
}

// give lets a hub have a request; moved: its vector is the center now.
func (r *Run[F]) give(h *hub.Hub[F], e *event[F]) (out hub.Outcome, moved bool) {
	if !r.Setup.Into {
		return h.Serve(e.head, e.act, e.v), false
	}
	last := h.Center()
	was := vec.Clone(last)
	if e.act&o.ReadOld != 0 {
		r.workers[e.worker].old = was
	}
	if out, moved = h.ServeInto(e.head, e.act, e.v); !moved {
		return out, false
	}
	if &h.Center()[0] != &e.v[0] {
		r.fault("the server says that it is a Versioner, but its center is elsewhere than it was told")
	}
	if r.centers = append(r.centers, center[F]{last, was}); len(r.centers) > 8 {
		r.centers = r.centers[1:]
	}
	for _, c := range r.centers {
		if !identical(c.is, c.was) {
			r.fault("the server says that it is a Versioner, but writes to a center that it has left")
		}
	}
	return out, true
}

// identical says whether two vectors are the same to the bit, but for which NaN one is.
func identical[F vec.Float](x, y []F) bool {
	return slices.EqualFunc(x, y, func(a, b F) bool {
		return a == b && math.Signbit(float64(a)) == math.Signbit(float64(b)) || a != a && b != b
	})
}

func (r *Run[F]) deliver(e event[F]) {
	w := &r.workers[e.worker]
	if e.interrupt {
		if !w.computing {
			r.hubs[e.shard].Ignored(e.worker) // its push crossed the interrupt
			return
		}
		w.inc++
		w.computing, w.pulling, w.inbox, w.took = false, false, false, 0
		r.hubs[e.shard].Interrupted(e.worker, e.version)
		w.has = e.version
		copy(w.reply, e.v)
		w.clock, w.lo, w.hi = e.clock, e.lo, e.hi
		if a := r.hand(e.worker); a != o.Compute {
			r.fault("worker %d answers an interrupt by %v: what it had computed is void", e.worker, a)
		}
		r.begin(e.worker)
		return
	}
	r.part(w.reply, e.shard, e.v, func(whole, part []F) { copy(whole, part) })
	w.versions[e.shard], w.clock = e.version, e.clock
	w.lo, w.hi = e.lo, e.hi
	if w.missing--; w.missing > 0 {
		return
	}
	w.inbox = true
	if w.waiting {
		if a := r.receive(e.worker); a&o.Wait == 0 {
			r.begin(e.worker)
		}
	}
}
