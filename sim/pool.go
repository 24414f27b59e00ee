package sim

import (
	"sync"
	"sync/atomic"

	"staleness/internal/crew"
	"staleness/nets"
	"staleness/nets/vec"
)

// A pool computes tasks, the one with the earliest completion time first. The loop is its last
// member: it runs what it would wait for, so a pool of one has no goroutine at all. Which goroutine
// runs a task, and when, cannot be observed in a result.
type pool[F vec.Float] struct {
	mu      sync.Mutex
	work    *sync.Cond // for the goroutines: there is something to do, or room to do it
	done    *sync.Cond // for the loop: a task has ended
	queue   []*task[F]
	running int
	ahead   int // gradients running or computed but not joined
	limit   int // bound on ahead
	closed  bool
	held    bool        // nothing new starts
	alone   bool        // no other goroutine: tasks are run when they are joined
	cut     atomic.Bool // tasks are to return early, at their next step
	wg      sync.WaitGroup
	own     workspace[F] // the loop's
	cores   *Cores       // shared with other runs
}

// A workspace is the scratch memory of one goroutine.
type workspace[F vec.Float] struct {
	ws          nets.Workspace[F]
	batch       []int
	full, piece []F // gradients
}

// A task is computed by one goroutine: a worker's next gradients, or a piece of an evaluation.
type task[F vec.Float] struct {
	at    int64                    // deadline: model time at which its result is needed
	rank  int                      // of equal deadlines the lowest first
	run   func(*workspace[F]) bool // computes, and reports whether it came to the end
	short bool                     // not counted as running ahead: holds no vector
	state taskState
	index int // in the queue
	// what it panicked with: thrown again where it is joined, so that a bug in a method ends its
	// run, not the program
	bug any
}

// try runs the task. One that panics has come to its end.
func (t *task[F]) try(d *workspace[F]) (complete bool) {
	defer func() {
		if bug := recover(); bug != nil {
			t.bug, complete = crew.Caught(bug), true
		}
	}()
	return t.run(d)
}

type taskState uint8

const (
	idle taskState = iota
	queued
	running
	finished
)

// newPool starts a pool of so many members, the caller included, on cores that it may share. At
// most 16 gradients per member are computed ahead of need: that bounds memory, not speed.
func newPool[F vec.Float](members int, cores *Cores) *pool[F] {
	p := &pool[F]{limit: 16 * members, alone: members == 1, cores: cores}
	cores.enter()
	p.work, p.done = sync.NewCond(&p.mu), sync.NewCond(&p.mu)
	for range members - 1 {
		p.wg.Go(p.member)
	}
	return p
}

func (p *pool[F]) member() {
	var d workspace[F]
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		for !p.closed && !(p.ready() && p.cores.take(p)) {
			p.work.Wait()
		}
		if p.closed {
			return
		}
		p.execute(p.queue[0], &d)
		p.mu.Unlock()
		p.cores.give()
		p.mu.Lock()
	}
}

// wake implements waker.
func (p *pool[F]) wake() {
	p.mu.Lock() // who is about to wait, waits before it is told
	p.work.Broadcast()
	p.mu.Unlock()
}

// ready says whether the first task may start.
func (p *pool[F]) ready() bool {
	return !p.held && len(p.queue) > 0 && (p.ahead < p.limit || p.queue[0].short)
}

// execute is called and returns with the lock held.
func (p *pool[F]) execute(t *task[F], d *workspace[F]) {
	p.remove(t)
	t.state = running
	p.running++
	if !t.short {
		p.ahead++
	}
	p.mu.Unlock()
	complete := t.try(d)
	p.mu.Lock()
	p.running--
	if complete {
		t.state = finished
	} else { // cut short: the rest is to be done
		p.insert(t)
		if !t.short {
			p.ahead--
		}
	}
	p.done.Signal()
}

func (p *pool[F]) add(t *task[F]) {
	if p.alone {
		t.state = queued
		return
	}
	p.mu.Lock()
	p.insert(t)
	p.mu.Unlock()
	p.work.Signal()
}

// join returns when t is done. Until then the caller works too.
func (p *pool[F]) join(t *task[F]) {
	if p.alone {
		for t.state == queued && !t.run(&p.own) {
		}
		t.state = idle
		return
	}
	p.mu.Lock()
	for t.state != finished {
		switch {
		case t.state == queued:
			p.execute(t, &p.own)
		case p.ready() && !p.cut.Load():
			p.execute(p.queue[0], &p.own)
		default:
			p.done.Wait()
		}
	}
	p.settle(t)
	p.mu.Unlock()
	if t.bug != nil {
		panic(t.bug)
	}
}

// cancel takes a task back: one that runs is waited for. It reports whether the task has run.
func (p *pool[F]) cancel(t *task[F]) bool {
	if p.alone {
		ran := t.state == finished
		t.state = idle
		return ran
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.state == queued {
		p.remove(t)
		t.state = idle
		return false
	}
	for t.state == running {
		p.done.Wait()
	}
	p.settle(t)
	return true
}

// settle takes note of a result that is fetched; the lock is held.
func (p *pool[F]) settle(t *task[F]) {
	t.state = idle
	if !t.short {
		p.ahead--
		p.work.Signal()
	}
}

// restore brings back a task that had been computed.
func (p *pool[F]) restore(t *task[F]) {
	t.state = finished
	if !p.alone {
		p.ahead++
	}
}

// hold lets nothing new start and waits until what runs has ended a step; release goes on.
func (p *pool[F]) hold() {
	p.cut.Store(true)
	p.mu.Lock()
	p.held = true
	for p.running > 0 {
		p.done.Wait()
	}
	p.mu.Unlock()
}

func (p *pool[F]) release() {
	p.cut.Store(false)
	p.mu.Lock()
	p.held = false
	p.mu.Unlock()
	p.work.Broadcast()
}

// close ends the goroutines; a second time, nothing is left to end. What runs is cut short at its
// next step.
func (p *pool[F]) close() {
	p.cut.Store(true)
	p.mu.Lock()
	again := p.closed
	p.closed = true
	p.mu.Unlock()
	p.work.Broadcast()
	p.wg.Wait()
	if !again {
		p.cores.give()
	}
}

func (p *pool[F]) before(i, j int) bool {
	a, b := p.queue[i], p.queue[j]
	return a.at < b.at || a.at == b.at && a.rank < b.rank
}

func (p *pool[F]) swap(i, j int) {
	q := p.queue
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (p *pool[F]) insert(t *task[F]) {
	t.state, t.index = queued, len(p.queue)
	p.queue = append(p.queue, t)
	p.up(t.index)
}

func (p *pool[F]) remove(t *task[F]) {
	i, n := t.index, len(p.queue)-1
	if i != n {
		p.swap(i, n)
	}
	p.queue[n] = nil
	p.queue = p.queue[:n]
	if i < n {
		p.up(i)
		p.down(i)
	}
}

func (p *pool[F]) up(i int) {
	for i > 0 && p.before(i, (i-1)/2) {
		p.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (p *pool[F]) down(i int) {
	for c := 2*i + 1; c < len(p.queue); c = 2*i + 1 {
		if c+1 < len(p.queue) && p.before(c+1, c) {
			c++
		}
		if !p.before(c, i) {
			return
		}
		p.swap(i, c)
		i = c
	}
}
