package optimizertest

import (
	"slices"

	"staleness/nets/vec"
	o "staleness/optimizers"
	"staleness/optimizers/hub"
)

// finish ends a gradient.
func (r *Run[F]) finish(i int) {
	w, d := &r.workers[i], len(r.Setup.X0)
	w.computing = false
	g := make([]F, d, d*r.width)
	spoil(g)
	loss := r.Setup.Grad(g, w.point, i, w.k-1, w.lo, w.hi)
	if w.second != nil {
		r.Setup.Grad(g[d:2*d], w.second, i, w.k-1, w.lo, w.hi)
		o.ClipNorm(g[d:2*d], r.Setup.Strategy.Clip.Gradient)
	}
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
	lasts := max(1, r.Setup.Compute(i, w.k))
	if y, pair := r.second(w.half); pair {
		w.second = y
		lasts *= 2
	} else {
		w.second = nil
	}
	if p, ok := w.half.(o.Patient); ok {
		most := p.Patience()
		p.Lapse(most > 0 && lasts > most)
		if most > 0 {
			lasts = min(lasts, most)
		}
	}
	w.took += lasts
	r.push(event[F]{at: r.Now + lasts, worker: i, kind: task, inc: w.inc})
	w.k++
}

// second is the other point of a pair.
func (r *Run[F]) second(half o.Worker[F]) (y []F, ok bool) {
	p, is := half.(o.Pairer[F])
	if !is {
		return nil, false
	}
	if y, ok = p.Second(); ok && r.width < 2 {
		r.fault("a Pairer has nowhere to find the second gradient: the strategy must have Width 2")
		return nil, false
	}
	return vec.Clone(y), ok
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
			after, home := r.way(i)
			e := event[F]{at: r.Now + after, worker: i, kind: serve, shard: j, act: a, home: home, head: hub.Header{From: i}}
			if a&o.Push != 0 {
				e.head = h.Send(i, loss)
				e.head.Sched, e.head.Seconds = w.sched, float64(w.took)/1e9
				e.v = make([]F, (r.cut[j+1]-r.cut[j])*r.width)
				r.part(v, j, e.v, func(whole, part []F) { copy(part, whole) })
			}
			r.push(e)
		}
		if a&o.Push != 0 {
			w.took = 0
		}
	}
	spoil(v)
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
	if d, ok := w.half.(o.Directed); ok {
		d.Direct(w.lo, w.hi)
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
