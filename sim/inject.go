package sim

import (
	"context"
	"io"
	"math"
	"time"

	"staleness/nets/vec"
	"staleness/optimizers"
)

// injection is the engine without time: push k is computed at the state that it reads by script, and committed as the k-th. It
// uses the same halves, hub, pool and record as the cluster. A worker is whoever is free; batches are those of push k, so two
// laws of staleness see the same ones.
type injection[F vec.Float] struct {
	core[F]
	script   *script
	k        int64 // the push to be committed next
	askEvery int64
	window   int64   // gradients in a push
	flight   []push  // ring by push: those under way
	flying   int64   // how many
	free     []int32 // workers, a heap: the lowest first
}

// push is one under way.
type push struct {
	worker int32
	base   int32 // center as read, kept for the gap
	read   int64 // version
}

func (c *Config[F]) checkInjection() error {
	consistency, err := c.Strategy.Resolve(c.Consistency, max(1, c.Workers))
	switch {
	case err != nil:
		return err
	case c.Inject.Tau == nil:
		return mistake("staleness", "no law is given")
	case consistency != optimizers.Async():
		return mistake("staleness", "injected staleness leaves nothing for a consistency (%v) to decide: take async", consistency)
	case c.Cluster.Server.Shards > 1:
		return mistake("staleness", "shards exist in time, and injected staleness has none: set shards = 1")
	case c.Eval.Every > 0 || c.Stop.Time > 0:
		return mistake("staleness", "there is no model time under injected staleness: count updates or gradients in [eval] and [stop]")
	case c.Strategy.Schedule != nil && c.Strategy.Schedule.Clock() == optimizers.TimeClock:
		return mistake("strategy.schedule", "there is no model time under injected staleness: let it count samples or updates")
	case c.Strategy.Overlaps:
		return mistake("staleness", "this method reads and pushes at moments of its own, so no staleness can be injected into it")
	case c.Eval.Of == OfMean || c.Eval.Of == OfEnsemble || c.Eval.Of == OfStrategy && c.Strategy.Models != nil:
		return mistake("eval", "under injected staleness no worker has a point of its own: evaluate the center or its average")
	}
	return nil
}

// injectedWorkers is how many workers take part: as many as there are pushes under way, or more if Workers says so.
func (c *Config[F]) injectedWorkers() (int, error) {
	n := int64(lookahead)
	for _, limit := range []int64{c.Stop.Updates, c.Stop.Pushes, c.Stop.Gradients} {
		n = max(n, min(limit, 1e7))
	}
	needed, err := concurrency(c.Inject, c.Seeds.Delays, n)
	return max(needed, c.Workers), err
}

func newInjection[F vec.Float](c *Config[F], rec Recorder[F], o options) (*injection[F], error) {
	workers, err := c.injectedWorkers()
	if err != nil {
		return nil, err
	}
	s := &injection[F]{script: newScript(c.Inject, c.Seeds.Delays), flight: make([]push, lookahead)}
	if err := s.core.init(c, rec, workers, 1); err != nil {
		return nil, err
	}
	s.share = 1
	s.store.poison, s.askEvery = o.poison, o.ask()
	for k := range s.flight {
		s.flight[k].base = none
	}
	for i := range workers {
		s.free = append(s.free, int32(i))
		s.tasks[i].source = 0
	}
	s.hubs[0].Due() // what new workers want is given them by script
	return s, nil
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
		if err := s.script.readers(s.k, s.read); err != nil {
			s.fail(err)
			return
		}
		s.commit(s.k)
		s.k++
		s.await()
	}
}

// read lets a free worker have the center as it is now, and starts push k with it.
func (s *injection[F]) read(k int64) error {
	if len(s.free) == 0 {
		return mistake("cluster.workers", "workers = %d: at push %d the staleness law has more pushes under way than in the first ten million: give more workers", s.workers, k)
	}
	i := int(s.takeFree())
	hub := s.hubs[0]
	var h int32
	var version int
	if s.uniform {
		h = s.snapshot()
		version, _ = hub.Read(i)
	} else {
		var x []F
		h, x = s.store.take()
		version, _ = hub.Reply(x, i)
	}
	hub.Delivered(i, version)
	f := push{int32(i), none, int64(version)}
	if s.gap {
		f.base = s.snapshot()
	}
	s.flight[k%lookahead] = f
	s.flying++
	hub.Begin(i)
	if err := s.lend(i, h); err != nil {
		return err
	}
	return s.submit(k)
}

// lend gives the half of worker i what it reads.
func (s *injection[F]) lend(i int, h int32) error {
	if b, ok := s.halves[i].(optimizers.Borrower[F]); ok {
		s.tasks[i].lend(b, h)
		return nil
	}
	h = s.own(h)
	a := s.halves[i].Receive(s.store.at(h))
	s.store.drop(h)
	if a != optimizers.Compute {
		return errNotInjectable
	}
	return nil
}

var errNotInjectable = mistake("staleness", "this method does not push what it computes at one read (it pulls before it pushes), so no staleness can be injected into it")

// submit starts the gradients of push k.
func (s *injection[F]) submit(k int64) error {
	f := &s.flight[k%lookahead]
	i := int(f.worker)
	n := 1
	if p, ok := s.halves[i].(optimizers.Planner); ok {
		n = p.Horizon()
	}
	switch {
	case s.window == 0:
		s.window = int64(n)
	case s.window != int64(n):
		return mistake("staleness", "this method pushes after %d gradients here and %d there; only constant windows can be injected", s.window, n)
	}
	if k > math.MaxUint32/s.window {
		return mistake("staleness", "a run has at most %d gradients", math.MaxUint32)
	}
	t := &s.tasks[i]
	t.first, t.n, t.done = uint32(k*s.window), n, 0
	t.at, t.before, t.version = k, k*s.window, f.read
	t.sum, t.action = sums{}, optimizers.Compute
	s.totals.Begun += int64(n)
	s.pool.add(&t.task)
	return nil
}

// commit waits for push k and applies it.
func (s *injection[F]) commit(k int64) {
	f := &s.flight[k%lookahead]
	i, hub := int(f.worker), s.hubs[0]
	t := &s.tasks[i]
	s.pool.join(&t.task)
	for j := range t.n {
		if s.completed(0, t.first+uint32(j)); s.ended() {
			return
		}
	}
	if t.action&^optimizers.ReadOld != optimizers.Exchange {
		s.fail(errNotInjectable)
		return
	}
	if s.judge(i, t.sum.Loss/float64(t.n), t.finite); s.ended() {
		return
	}
	header := hub.Send(i, t.sum.Last)
	header.Sched = s.serverSched(s.totals.Gradients)
	row := &s.record.row
	before := int32(none)
	if s.record.rows {
		*row = Row{Worker: i, Aged: true, Gap: math.NaN(), GradNorm: math.NaN(), UpdateNorm: math.NaN()}
	}
	if s.gap {
		before = s.snapshot()
		d := float64(s.dim)
		row.Gap = math.Sqrt(vec.DistSq(s.store.at(before)[:s.dim], s.store.at(f.base)[:s.dim]) / d)
		row.GradNorm = math.Sqrt(t.sum.Norm / float64(t.n))
		row.UpdateNorm = 0
	}
	out, moved := s.apply(0, header, optimizers.Push, t.vec, t.x)
	if out.Verdict == optimizers.Applied && s.gap {
		row.UpdateNorm = math.Sqrt(vec.DistSq(hub.Center(), s.store.at(before)[:s.dim]))
	}
	s.store.drop(before)
	s.store.drop(f.base)
	if !moved {
		s.store.drop(t.vec)
	}
	f.base, t.vec, t.x, t.stays = none, none, nil, false
	s.flying--
	s.putFree(int32(i))
	verdict := Verdict(out.Verdict)
	if verdict != Dropped {
		s.ages[0].add(int64(out.Tau))
	}
	row.Read, row.Version, row.Staleness, row.Verdict = f.read, int64(out.Version), int64(out.Tau), verdict
	s.settle(settled{0, i, int64(t.n), verdict, f.read, int64(out.Version), t.sum.Loss / float64(t.n)})
}

// takeFree takes the lowest free worker.
func (s *injection[F]) takeFree() int32 {
	f := s.free
	top, n := f[0], len(f)-1
	f[0] = f[n]
	f = f[:n]
	s.free = f
	for i, c := 0, 1; c < n; i, c = c, 2*c+1 {
		if c+1 < n && f[c+1] < f[c] {
			c++
		}
		if f[i] <= f[c] {
			break
		}
		f[i], f[c] = f[c], f[i]
	}
	return top
}

func (s *injection[F]) putFree(worker int32) {
	s.free = append(s.free, worker)
	f := s.free
	for i := len(f) - 1; i > 0 && f[i] < f[(i-1)/2]; i = (i - 1) / 2 {
		f[i], f[(i-1)/2] = f[(i-1)/2], f[i]
	}
}

func (s *injection[F]) invariants() []Invariant {
	return []Invariant{
		{"staleness is conserved", s.hubs[0].Check(nil)},
		{"gradients are accounted for", s.totals.check(s.flying * s.window)},
		{"vectors are referred to as often as counted", s.checkVectors()},
	}
}

func (s *injection[F]) checkVectors() error {
	found := make([]int32, len(s.store.vecs))
	hold := func(handles ...int32) {
		for _, h := range handles {
			if h != none {
				found[h]++
			}
		}
	}
	for k := range s.flight {
		hold(s.flight[k].base)
	}
	s.holders(hold)
	return s.store.check(found)
}
