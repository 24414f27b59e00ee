package sim

import (
	"context"
	"io"
	"math"
	"slices"
	"time"

	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/sim/record"
)

// injection is the engine without time: push k is computed by worker k mod M, on the next batches
// of its own, at the state that it reads by script, and committed as the k-th. It uses the same
// halves, hub, pool and record as the cluster. A worker has as many pushes under way as the
// staleness asks for; its half sees them one after another, in the order of commits.
type injection[F vec.Float] struct {
	core[F]
	script   *script
	points   points[F] // nil: each push is computed at one version
	k        int64     // the push to be committed next
	askEvery int64
	window   int64  // computations in a push
	pairs    bool   // each is of a pair
	flight   []push // ring by push: those that are read and not committed
	slots    int64  // task of push k: k mod slots. It starts when that is free
	// a push is one gradient at what is read: the pool needs no half for it, so those of a worker
	// may go beside each other
	beside bool
	lent   []vectorHandle // by worker, if beside: what its half borrows
	reads  []readState    // by worker
	recall optimizers.Recaller[F]
}

// push is one under way.
type push struct {
	read    int64        // version
	x       vectorHandle // what was read, as long as it is needed, or none
	base    vectorHandle // center as read, kept for the gap
	here    bool         // it has been read
	started bool
}

// readState is what a worker's reads have come to.
type readState struct {
	Noted    int64 // the push for which the server knows what was sent
	UnderWay int32 // without a commit yet
}

// slotsApart is how many gradients are at the pool at once, if it needs no halves: many more than
// it runs ahead.
const slotsApart = 4096

// pushesAtMost bounds how many pushes a run makes.
func (c *Config[F]) pushesAtMost() int64 {
	n := int64(math.MaxUint32)
	for _, limit := range []int64{c.Stop.Pushes, c.Stop.Gradients} {
		if limit > 0 {
			n = min(n, limit)
		}
	}
	return n
}

func newInjection[F vec.Float](c *Config[F], rec Recorder[F], o options) (*injection[F], error) {
	s := &injection[F]{}
	if err := s.core.init(c, rec, max(1, c.Workers), max(1, c.Workers), 1); err != nil {
		return nil, err
	}
	s.store.poison, s.askEvery = o.poison, o.ask()
	var tau func(int64) int64
	var most int64
	if s.points = s.newPoints(c.Inject, c.Seeds.Delays); s.points == nil {
		tau, most = drawnTau(c.Inject, s.workers, c.Seeds.Delays)
	} else {
		if !s.uniform {
			return nil, mistake("staleness", "the server of this method sends each worker something of its own, or several vectors, so no point can be put together from versions of the center: give a law of one staleness")
		}
		tau, most = s.points.tau, s.points.most()
	}
	s.script = newScript(tau, most, c.Inject.FIFO, c.pushesAtMost())
	if _, ok := s.half(0).(optimizers.Directed); ok {
		return nil, mistake("staleness", "the server of this method shares the samples out to whoever is done, so no staleness can be injected into it")
	}
	s.recall, _ = s.hubs[0].Server().(optimizers.Recaller[F])
	s.reads = make([]readState, s.workers)
	s.flight = make([]push, s.script.size)
	for k := range s.flight {
		s.flight[k].x, s.flight[k].base = none, none
	}
	s.slots = int64(s.workers)
	if s.beside = s.independent(); s.beside {
		s.slots *= max(1, min(s.script.size, slotsApart)/s.slots)
		s.tasks = make([]steps[F], s.slots)
		for i := range s.tasks {
			s.tasks[i].init(&s.core, i%s.workers)
		}
		s.lent = slices.Repeat([]vectorHandle{none}, s.workers)
	}
	return s, nil
}

// independent says whether a push is one gradient, taken at what the worker was sent.
func (s *injection[F]) independent() bool {
	_, borrows := s.halves[0].(optimizers.Borrower[F])
	n := 1
	if p, ok := s.halves[0].(optimizers.Planner); ok {
		n = p.Horizon()
	}
	return borrows && n == 1 && s.width == 1
}

func runInjected[F vec.Float](ctx context.Context, c *Config[F], rec Recorder[F], from io.Reader, o options) (Result, error) {
	start := time.Now()
	s, err := newInjection(c, rec, o)
	if err != nil {
		return Result{}, err
	}
	done := s.begin(ctx)
	defer done() // when a method panics
	if from == nil {
		s.evaluate()
	} else if err := load(s, from); err != nil {
		done()
		return Result{}, err
	}
	s.loop()
	s.atEnd(s)
	done()
	if s.end.err != nil {
		return Result{}, s.end.err
	}
	r := s.core.result()
	r.Invariants = s.invariants()
	r.Wall = time.Since(start)
	return r, nil
}

func (s *injection[F]) loop() {
	s.await()
	for !s.ended() {
		if s.interrupted.Load() {
			s.keep(s, true)
			s.stop(Interrupted, "")
			return
		}
		if s.k > 0 && s.k%s.askEvery == 0 {
			if s.keep(s, false); s.ended() {
				return
			}
		}
		if err := s.arrive(); err != nil {
			s.fail(err)
			return
		}
		if s.commit(s.k); !s.ended() {
			s.next()
		}
		s.await()
	}
}

// arrive lets the pushes read that read this state.
func (s *injection[F]) arrive() error {
	if s.points == nil {
		return s.script.readers(s.k, s.read)
	}
	s.points.arrive(s.k)
	if err := s.script.readers(s.k, s.read); err != nil {
		return err
	}
	return s.assemble()
}

// next goes on to the next push: the task of the one before is free.
func (s *injection[F]) next() {
	s.k++
	if s.slots < s.script.size { // else all that is read has a task
		if err := s.start(s.k + s.slots - 1); err != nil {
			s.fail(err)
		}
	}
}

// read keeps the center as it is now for push k, which starts as soon as it can.
func (s *injection[F]) read(k int64) error {
	i, h := s.worker(k), s.hubs[0]
	f := push{here: true, base: none}
	r := &s.reads[i]
	if s.points != nil { // its point comes later
		f.x, f.read = none, int64(h.Lease(nil, i))
	} else if s.uniform {
		f.x, f.read = s.snapshot(), int64(h.Lease(nil, i))
	} else {
		if r.UnderWay > 0 && s.recall == nil {
			return mistake("cluster.workers", "workers = %d: push %d is read while one of the same worker is under way, and the server of this method may know of one only: give more workers than the largest staleness (%d), or the server a Recall", s.workers, k, s.script.most)
		}
		var x []F
		f.x, x = s.store.take()
		f.read = int64(h.Lease(x, i))
	}
	r.Noted = k
	r.UnderWay++
	if s.gap && s.points == nil {
		f.base = s.snapshot()
	}
	s.flight[k%s.script.size] = f
	return s.start(k)
}

// worker is whose push k is.
func (s *injection[F]) worker(k int64) int { return int(k % int64(s.workers)) }

// start hands push k to the pool if it has been read, and what had its task before has been
// committed.
func (s *injection[F]) start(k int64) error {
	f := &s.flight[k%s.script.size]
	if !f.here || f.started || k >= s.k+s.slots || s.points != nil && f.x == none {
		return nil
	}
	f.started = true
	if !s.beside {
		if err := s.lend(s.worker(k), f); err != nil {
			return err
		}
	}
	return s.submit(k, f)
}

// lend gives the half of worker i what was read for its push.
func (s *injection[F]) lend(i int, f *push) error {
	h := f.x
	if f.x = none; s.recall != nil {
		f.x = s.store.ref(h)
	}
	if b, ok := s.half(i).(optimizers.Borrower[F]); ok {
		s.tasks[i].lend(b, h)
		return nil
	}
	h = s.own(h)
	a := s.half(i).Receive(s.store.at(h))
	s.store.drop(h)
	if a != optimizers.Compute {
		return errNotInjectable
	}
	return nil
}

var errNotInjectable = mistake("staleness", "this method does not push what it computes at one read (it pulls before it pushes), so no staleness can be injected into it")

// submit gives the pool the gradients of push k.
func (s *injection[F]) submit(k int64, f *push) error {
	t := &s.tasks[k%s.slots]
	n := 1
	if p, ok := t.half.(optimizers.Planner); ok && !s.beside {
		n = p.Horizon()
	}
	if _, t.paired = pairOf(t.half); s.window != 0 && t.paired != s.pairs {
		return mistake("staleness", "this method computes a pair of gradients here and one there; only pushes that are alike can be injected")
	}
	s.pairs = t.paired
	if err := s.planned(n); err != nil {
		return err
	}
	if k > math.MaxUint32/s.window {
		return mistake("staleness", "a run has at most %d gradients", math.MaxUint32)
	}
	own := k / int64(s.workers) * s.window // gradients of this worker before
	t.first, t.n, t.done = uint32(own), n, 0
	t.at, t.before, t.all, t.version = k, own, own*int64(s.workers), f.read
	t.sum, t.action, t.gradientOnly = sums{}, optimizers.Compute, s.beside
	if s.beside {
		t.point = s.store.at(f.x)[:s.dim]
	}
	s.totals.Begun += int64(n) * int64(worth(t.paired))
	s.pool.add(&t.task)
	return nil
}

// planned notes that a push is made of n gradients, as all are.
func (s *injection[F]) planned(n int) error {
	if s.window == 0 {
		s.window = int64(n)
	}
	if s.window != int64(n) {
		return mistake("staleness", "this method pushes after %d gradients here and %d there; only constant windows can be injected", s.window, n)
	}
	return nil
}

// step gives the half of worker i the gradient that was computed without it, at what it is lent
// now.
func (s *injection[F]) step(i int, f *push, t *steps[F]) {
	t.half.(optimizers.Borrower[F]).Borrow(s.store.at(f.x))
	s.store.drop(s.lent[i])
	s.lent[i] = s.store.ref(f.x)
	if p, ok := t.half.(optimizers.Planner); ok {
		if err := s.planned(p.Horizon()); err != nil {
			s.fail(err)
			return
		}
	}
	t.step(0)
}

// commit waits for push k and applies it.
func (s *injection[F]) commit(k int64) {
	f := &s.flight[k%s.script.size]
	i := s.worker(k)
	t := &s.tasks[k%s.slots]
	s.pool.join(&t.task)
	for j := range t.n {
		s.completed(i, t.first+uint32(j), t.paired)
		if s.evaluateDue(); s.ended() {
			return
		}
	}
	if s.beside {
		if s.step(i, f, t); s.ended() {
			return
		}
	}
	if t.action&^optimizers.ReadOld != optimizers.Exchange {
		s.fail(errNotInjectable)
		return
	}
	if s.judge(i, t.sum.Loss/float64(t.gradients()), t.finite); s.ended() {
		return
	}
	r := &s.reads[i]
	if s.recall != nil && r.Noted != k {
		r.Noted = k
		s.recall.Recall(i, s.store.at(f.x))
	}
	r.UnderWay--
	s.serve(k, f, t)
}

// serve lets the hub have push k, and writes its row.
func (s *injection[F]) serve(k int64, f *push, t *steps[F]) {
	i, h := s.worker(k), s.hubs[0]
	header := hub.Header{From: i, Read: int(f.read), Loss: t.sum.Last, Sched: t.sched}
	row := &s.record.row
	before := vectorHandle(none)
	if s.record.rows {
		nan := math.NaN() // there is no model time
		*row = record.Row{Worker: int64(i), Gap: nan, GradNorm: nan, UpdateNorm: nan,
			TimeS: nan, QueueS: nan, ServiceS: nan, ComputeS: nan, PushS: nan, PullS: nan}
	}
	if s.gap || s.points != nil && s.points.wants() {
		before = s.snapshot()
	}
	if s.gap {
		d := float64(s.dim)
		row.Gap = math.Sqrt(vec.DistSq(s.store.at(before)[:s.dim], s.store.at(f.base)[:s.dim]) / d)
		row.GradNorm = math.Sqrt(t.sum.Norm / float64(t.gradients()))
		row.UpdateNorm = 0
	}
	out, moved := s.apply(0, header, optimizers.Push, t.vec, t.x)
	if out.Verdict == optimizers.Applied && s.gap {
		row.UpdateNorm = math.Sqrt(vec.DistSq(h.Center(), s.store.at(before)[:s.dim]))
	}
	if s.points != nil && out.Verdict == optimizers.Applied {
		s.points.commit(k, before)
	}
	s.store.drop(before)
	s.store.drop(f.base)
	s.store.drop(f.x)
	if !moved {
		s.store.drop(t.vec)
	}
	read := f.read
	*f = push{x: none, base: none}
	t.vec, t.x, t.point, t.stays = none, nil, nil, false
	verdict := Verdict(out.Verdict)
	if verdict != Dropped {
		s.ages[0].add(int64(out.Tau))
	}
	row.VersionRead, row.Version, row.Staleness, row.Verdict = read, int64(out.Version), int64(out.Tau), verdict.String()
	s.settle(settled{0, i, t.gradients(), verdict, read, int64(out.Version), t.sum.Loss / float64(t.gradients())})
}

func (s *injection[F]) invariants() []Invariant {
	return []Invariant{
		{"staleness is conserved", s.hubs[0].CheckLeases(s.outstanding)},
		{"gradients are accounted for", s.totals.check(s.underWay() * s.window * int64(worth(s.pairs)))},
		{"vectors are referred to as often as counted", s.checkVectors()},
	}
}

// outstanding yields the versions of all reads that no push has used.
func (s *injection[F]) outstanding(yield func(int) bool) {
	for i := range s.flight {
		if f := &s.flight[i]; f.here && !yield(int(f.read)) {
			return
		}
	}
}

// underWay is how many pushes have begun to be computed and are not committed.
func (s *injection[F]) underWay() (n int64) {
	for i := range s.flight {
		if s.flight[i].started {
			n++
		}
	}
	return n
}

func (s *injection[F]) checkVectors() error {
	found := make([]int32, len(s.store.vecs))
	hold := func(handles ...vectorHandle) {
		for _, h := range handles {
			if h != none {
				found[h]++
			}
		}
	}
	for k := range s.flight {
		hold(s.flight[k].x, s.flight[k].base)
	}
	hold(s.lent...)
	if s.points != nil {
		s.points.holders(hold)
	}
	s.holders(hold)
	return s.store.check(found)
}
