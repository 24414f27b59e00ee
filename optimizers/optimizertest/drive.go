package optimizertest

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"staleness/nets/vec"
	o "staleness/optimizers"
)

// A Run drives one strategy on a problem with exact gradients, event by event in the order (time, worker, kind, sequence):
// the smallest honest driver, an oracle for others. It is hostile: what it lends it spoils when the loan ends.
type Run[F vec.Float] struct {
	Setup    *Setup[F] `state:"-"`
	Updates  int
	Counts   [3]int // pushes by verdict
	Now      int64
	seq      int64
	hubs     []*o.Hub[F]
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
	Shards      int                                                  // 0: one
	Compute     func(worker, k int) int64                            // time of gradient k; nil: 1000
	Up, Down    int64                                                // time of every request and reply
	Grad        func(g, x []F, worker, k, lo, hi int) (loss float64) // nil: Quadratic()
	Sched       func(k int) float64                                  // of a worker's k-th step; servers: of the k-th update; nil: by Strategy.Schedule
	NoBorrow    bool                                                 // copy to all workers, even those who would borrow
	Move        bool                                                 // take the plain steps of Movers for them
	NoRoom      bool                                                 // give them no room where the message will be
	Into        bool                                                 // give pushes away to Versioners
	OnPush      func(from int, out o.Outcome, center []F)            // after every push
	OnReply     func(to int, version int, reply []F)                 // when a reply is read
}

type kind uint8

const (
	task kind = iota
	serve
	deliver
)

type event[F vec.Float] struct {
	at, seq   int64
	worker    int
	kind      kind
	inc       int // of the worker's computation
	shard     int
	head      o.Header
	act       o.Action
	v         []F
	version   int
	clock     int
	lo, hi    int
	interrupt bool
}

type worker[F vec.Float] struct {
	half      o.Worker[F]
	inc       int
	k         int     // gradients begun
	steps     int     // Step calls
	has       int     // version last received
	sched     float64 // factor of its last step
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
		h, err := o.NewHub(s.Strategy, s.Consistency, o.Env[F]{Workers: s.Workers, Speed: 1, Seed: 1, X0: x0})
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
	for i := range r.hubs {
		r.answer(i, 0)
	}
	return r, nil
}

// Quadratic is the gradient of sum x^2/2, with the curvatures given cyclically for the coordinates (nothing: 1).
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

// part applies f to a shard's piece of each vector of a whole message, and the piece in the shard's own message.
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
	}
	return true
}

// finish ends a gradient.
func (r *Run[F]) finish(i int) {
	w, d := &r.workers[i], len(r.Setup.X0)
	w.computing = false
	g := make([]F, d, d*r.width)
	spoil(g)
	loss := r.Setup.Grad(g, w.point, i, w.k-1, w.lo, w.hi)
	if w.live != nil && !slices.Equal(w.live, w.point) && vec.Finite(w.point) {
		r.fault("worker %d: Point changed while a gradient was computed at it", i)
	}
	late := w.inbox
	if late { // it came before the gradient's end
		r.receive(i)
	}
	o.ClipNorm(g, r.Setup.Strategy.Clip.Gradient)
	w.sched = r.factor(i)
	w.steps++
	a := r.step(i, g, w.sched, r.Setup.Move && !late)
	if w.horizon > 0 && (a != o.Compute) != (w.horizon == 1) {
		r.fault("worker %d: Horizon said %d, Step said %v", i, w.horizon, a)
	}
	r.act(i, a, g, loss)
	if a&o.Wait == 0 {
		r.begin(i)
	}
}

// epoch is how many gradients make one, whoever computes them.
const epoch = 8

// factor is what the schedule makes of the rates for the gradient that worker i ends now.
func (r *Run[F]) factor(i int) float64 {
	w := &r.workers[i]
	if r.Setup.Sched != nil {
		return r.Setup.Sched(w.steps + 1)
	}
	p := o.Progress{Epochs: float64(w.steps*len(r.workers)) / epoch, Gradients: w.steps, Version: w.has, Seconds: float64(r.Now) / 1e9}
	return p.Factor(r.Setup.Strategy.Schedule)
}

func (r *Run[F]) begin(i int) {
	w := &r.workers[i]
	for _, h := range r.hubs {
		h.Begin(i)
	}
	w.live = w.half.Point()
	w.point = vec.Clone(w.live)
	w.horizon = 0
	if p, ok := w.half.(o.Planner); ok {
		w.horizon = p.Horizon()
		if w.horizon < 1 {
			r.fault("worker %d: Horizon is %d", i, w.horizon)
		}
	}
	w.computing = true
	r.push(event[F]{at: r.Now + max(1, r.Setup.Compute(i, w.k)), worker: i, kind: task, inc: w.inc})
	w.k++
}

// act carries out what a worker says; v holds its message.
func (r *Run[F]) act(i int, a o.Action, v []F, loss float64) {
	w := &r.workers[i]
	switch {
	case a&o.Wait != 0 && a&o.Pull == 0:
		r.fault("worker %d waits for nothing: %v", i, a)
	case a&o.ReadOld != 0 && a&(o.Push|o.Pull) != o.Push|o.Pull:
		r.fault("worker %d: ReadOld belongs to Push and Pull: %v", i, a)
	case a&o.Pull != 0 && a&o.Wait == 0 && !r.Setup.Strategy.Overlaps:
		r.fault("worker %d computes on while it waits for a reply: the strategy must say that it Overlaps", i)
	case a&o.ReadOld != 0 && !r.Setup.Strategy.Trails:
		r.fault("worker %d reads before its own push is applied: the strategy must say that it Trails", i)
	case a&o.Pull != 0 && w.pulling:
		a &^= o.Pull | o.ReadOld // one at a time
	}
	if a&o.Pull != 0 {
		w.pulling, w.missing = true, len(r.hubs)
	}
	w.waiting = a&o.Wait != 0
	if a&(o.Push|o.Pull) != 0 {
		v = v[:len(r.Setup.X0)*r.width]
		for j, h := range r.hubs {
			e := event[F]{at: r.Now + r.Setup.Up, worker: i, kind: serve, shard: j, act: a, head: o.Header{From: i}}
			if a&o.Push != 0 {
				e.head = h.Send(i, loss)
				e.head.Sched = w.sched
				e.v = make([]F, (r.cut[j+1]-r.cut[j])*r.width)
				r.part(v, j, e.v, func(whole, part []F) { copy(part, whole) })
			}
			r.push(e)
		}
	}
	spoil(v)
}

func (r *Run[F]) serve(e event[F]) {
	h := r.hubs[e.shard]
	if r.Setup.Sched != nil {
		e.head.Sched = r.Setup.Sched(r.Updates + 1)
	}
	out, moved := r.give(h, &e)
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
	r.answer(e.shard, r.Setup.Down)
}

// give lets a hub have a request; moved: its vector is the center now.
func (r *Run[F]) give(h *o.Hub[F], e *event[F]) (out o.Outcome, moved bool) {
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
		w.computing, w.pulling, w.inbox = false, false, false
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
	if e.hi > e.lo {
		w.lo, w.hi = e.lo, e.hi
	}
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

// step gives a worker its gradient or, if it may, moves a Mover.
func (r *Run[F]) step(i int, g []F, sched float64, may bool) o.Action {
	w := &r.workers[i]
	m, ok := w.half.(o.Mover[F])
	if !ok || !may {
		return w.half.Step(g, sched)
	}
	if w.room == nil && !r.Setup.NoRoom {
		if n := len(r.rooms); n > 0 {
			w.room, r.rooms = r.rooms[n-1], r.rooms[:n-1]
		} else {
			w.room = make([]F, len(g))
		}
		spoil(w.room)
	}
	move, ok := m.Move(w.room, sched)
	if !ok {
		if w.lodged {
			r.fault("worker %d takes a Step, though it has moved to where its message will be", i)
		}
		return w.half.Step(g, sched)
	}
	w.lodged = w.lodged || w.room != nil && move.To != nil && &move.To[0] == &w.room[0]
	if !identical(move.From, w.point) {
		r.fault("worker %d: a Move does not start at Point", i)
	}
	to := move.To
	if to == nil {
		to = g
	}
	vec.AxpyTo(to, -move.Rate, g, move.From)
	if move.Base != nil {
		vec.Sub(to, to, move.Base)
	}
	if move.To != nil {
		spoil(g)
	}
	if move.Returns {
		spoil(w.lent)
	}
	a := m.Moved(g, sched)
	if a != o.Compute && w.room != nil {
		spoil(w.room)
		r.rooms = append(r.rooms, w.room)
		w.room, w.lodged = nil, false
	}
	return a
}

// receive hands a whole reply to its worker.
func (r *Run[F]) receive(i int) o.Action {
	w := &r.workers[i]
	w.inbox, w.pulling, w.waiting = false, false, false
	for j, h := range r.hubs {
		h.Delivered(i, w.versions[j])
	}
	w.has = w.versions[0]
	return r.hand(i)
}

func (r *Run[F]) hand(i int) o.Action {
	w := &r.workers[i]
	if c, ok := w.half.(o.Clocked); ok {
		c.SetClock(w.clock)
	}
	if b, ok := w.half.(o.Borrower[F]); ok && !r.Setup.NoBorrow {
		v := vec.Clone(w.reply)
		b.Borrow(v)
		spoil(w.lent)
		w.lent = v
		return o.Compute
	}
	v := vec.Clone(w.reply)
	a := w.half.Receive(v)
	if a&o.Push != 0 && !r.Setup.Strategy.Trails {
		r.fault("worker %d pushes from Receive what it computed with an older reply: the strategy must say that it Trails", i)
	}
	r.act(i, a, v, 0)
	return a
}
