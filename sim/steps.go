package sim

import (
	"fmt"
	"math"
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
	"staleness/optimizers"
)

// steps is the task of one worker: its next gradients, up to the one after which it speaks.
// Whatever it needs is in it before it is handed to the pool, and it touches nothing but the
// worker's half, so it can run at any time until it is joined.
type steps[F vec.Float] struct {
	task[F]
	s      *core[F]
	worker int
	source int // the worker whose batches it computes on
	half   optimizers.Worker[F]
	mover  optimizers.Mover[F]  // half, if it is one
	pairer optimizers.Pairer[F] // likewise

	first        uint32 // index of the first gradient among all that the worker begins
	n            int    // how many
	gradientOnly bool   // only the gradient is computed here; the loop calls Step
	point        []F    // where, if the loop asked; nil: the task asks
	paired       bool   // the same samples at a second point too
	second       []F    // likewise
	start        int64  // model time
	before       int64  // gradients completed before, and
	all          int64  // by all workers
	version      int64  // of the last read
	from, to     int    // samples to compute on; to = 0: the next batch

	done int          // steps taken
	lent vectorHandle // the vector that a Borrower computes at, or none
	vec  vectorHandle // gradient, then message; none until it is needed
	x    []F          // vec's
	// the half's own variable is there: it keeps vec until it speaks (not in a checkpoint: a loaded
	// half has a copy)
	stays  bool
	sum    sums
	ends   []int64   // of each gradient, where the task cannot tell; else empty
	losses []float64 // of the gradients of this task, if there are several
	sched  float64   // factor on the rates, of the last step
	action optimizers.Action
	finite bool // what is to be pushed
	rand   stream.Rand
}

// sums add over the gradients of one push, in their order.
type sums struct {
	Loss float64
	Norm float64 // squared norms
	Last float64 // loss of the last
}

func (t *steps[F]) init(s *core[F], worker int) {
	t.s, t.worker, t.source, t.rank, t.vec, t.lent = s, worker, worker, worker, none, none
	t.half = s.half(worker)
	t.mover, _ = t.half.(optimizers.Mover[F])
	t.pairer, _ = t.half.(optimizers.Pairer[F])
	t.run = t.compute
}

// reborn takes the half of a new life.
func (t *steps[F]) reborn(half optimizers.Worker[F]) {
	t.s.store.drop(t.lent)
	t.lent, t.half = none, half
	t.mover, _ = half.(optimizers.Mover[F])
	t.pairer, _ = half.(optimizers.Pairer[F])
}

// compute runs what is left of the task and reports whether it is complete; the pool may cut it
// short between two steps.
func (t *steps[F]) compute(d *workspace[F]) bool {
	s := t.s
	at, sched := t.start, s.c.Strategy.Schedule
	// else nobody asks, and injected staleness knows no time
	timed := sched != nil && sched.Clock() == optimizers.TimeClock
	draws := timed && len(t.ends) == 0 && t.n > 1
	for j := 0; draws && j < t.done; j++ { // a part was done before
		at += s.duration(&t.rand, t.worker, t.first+uint32(j), t.to-t.from)
	}
	for t.done < t.n {
		k := t.first + uint32(t.done)
		if draws {
			at += s.duration(&t.rand, t.worker, k, t.to-t.from)
		} else if len(t.ends) > 0 {
			at = t.ends[t.done]
		} else {
			at = t.at // of a pair, or of one that is given up, no draw alone says when it ends
		}
		if t.gradientOnly {
			t.gradient(d, k)
			t.done++
		} else {
			t.advance(d, k, at)
			if t.action != optimizers.Compute && t.done < t.n {
				panic(fmt.Sprintf("sim: worker %d asked for %b after %d steps, but its Horizon was %d", t.worker, t.action, t.done, t.n))
			}
		}
		if t.done < t.n && s.pool.cut.Load() {
			return false
		}
	}
	return true
}

// advance takes gradient k, which ends at the given time, to the worker's half, or makes the move
// that the half says it leads to.
func (t *steps[F]) advance(d *workspace[F], k uint32, at int64) {
	t.sched = t.s.factor(t.before+int64(t.done), t.all+int64(t.done*t.s.jobs), t.version, at)
	sched := t.sched
	var m optimizers.Move[F]
	plain := t.mover != nil
	if plain {
		var room []F
		if t.s.stepper != nil { // else the gradient needs it
			room = t.message()
		}
		m, plain = t.mover.Move(room, sched)
	}
	if !plain {
		t.gradient(d, k)
		t.done++
		t.asked(t.half.Step(t.x[:t.s.dim], sched))
		return
	}
	if t.s.stepper != nil {
		t.stride(d, k, &m)
	} else {
		t.move(d, k, &m)
	}
	t.done++
	t.asked(t.mover.Moved(t.x[:t.s.dim], sched))
}

// stride lets the problem make a move in one go with gradient k.
func (t *steps[F]) stride(d *workspace[F], k uint32, m *optimizers.Move[F]) {
	s := t.s
	// nobody else reads it: the message may be written there
	if m.Returns && !t.stays && t.lent != none && s.store.refs(t.lent) == 1 {
		s.store.drop(t.vec)
		t.vec, t.x, t.lent = t.lent, s.store.at(t.lent), none
	}
	to := t.message()
	if m.To != nil {
		t.stays = &m.To[0] == &to[0]
		to = m.To
	}
	t.choose(d, k)
	from := s.clock()
	t.lost(s.stepper.Step(&d.ws, to, m.From, m.Base, m.Rate, d.batch), from)
}

// move makes a move once there is gradient k.
func (t *steps[F]) move(d *workspace[F], k uint32, m *optimizers.Move[F]) {
	t.gradient(d, k)
	g := t.x[:t.s.dim]
	to := g
	if m.To != nil {
		to = m.To
	}
	if m.Base == nil {
		vec.AxpyTo(to, -m.Rate, g, m.From)
	} else {
		vec.AxpySub(to, -m.Rate, g, m.From, m.Base)
	}
}

// message is the buffer of the gradient, and of the message made of it.
func (t *steps[F]) message() []F {
	if t.vec == none {
		t.vec, t.x = t.s.store.take()
	}
	return t.x[:t.s.dim]
}

// lend gives a Borrower the vector that it computes at from now on, and takes back the one before.
func (t *steps[F]) lend(b optimizers.Borrower[F], h vectorHandle) {
	b.Borrow(t.s.store.at(h))
	t.s.store.drop(t.lent)
	t.lent = h
}

// choose puts the samples of gradient k into the workspace's batch.
func (t *steps[F]) choose(d *workspace[F], k uint32) {
	d.batch = d.batch[:0]
	if t.to > 0 {
		for i := t.from; i < t.to; i++ {
			d.batch = append(d.batch, i)
		}
		return
	}
	d.batch = t.s.c.Batches.Batch(d.batch, t.source, int(k))
}

// gradient computes gradient k into x.
func (t *steps[F]) gradient(d *workspace[F], k uint32) {
	s := t.s
	t.choose(d, k)
	x := t.point
	if x == nil {
		x = t.half.Point()
	}
	g := t.message()
	from := s.clock()
	loss := s.c.Problem.Grad(&d.ws, g, x, d.batch)
	t.lost(loss, from)
	t.took(g)
	if !t.paired {
		return
	}
	if x = t.second; x == nil {
		x, _ = t.pairer.Second()
	}
	g = t.x[s.dim : 2*s.dim]
	from = s.clock()
	t.lost(s.c.Problem.Grad(&d.ws, g, x, d.batch), from)
	t.sum.Last = loss
	t.took(g)
}

// took notes a gradient's norm, and bounds it.
func (t *steps[F]) took(g []F) {
	if t.s.gap {
		t.sum.Norm += vec.SumSq(g)
	}
	optimizers.ClipNorm(g, t.s.c.Strategy.Clip.Gradient)
}

// lost notes the loss of a gradient that was begun at a time on the wall.
func (t *steps[F]) lost(loss float64, from time.Time) {
	if t.s.clocked {
		t.s.busy.Add(int64(time.Since(from)))
	}
	t.sum.Loss += loss
	t.sum.Last = loss
	if t.n > 1 {
		t.losses = append(t.losses, loss)
	}
}

// step hands the gradient to the worker's half; at is when it ends.
func (t *steps[F]) step(at int64) {
	s := t.s
	t.sched = s.factor(t.before+int64(t.done)-1, t.all+int64((t.done-1)*s.jobs), t.version, at)
	t.asked(t.half.Step(t.x[:s.dim], t.sched))
}

// asked notes what the half wants after a step.
func (t *steps[F]) asked(a optimizers.Action) {
	t.action = a
	t.finite = a&optimizers.Push == 0 || finite(t.x)
}

// clock reads the wall clock if gradients are long enough for it.
func (s *core[F]) clock() (now time.Time) {
	if s.clocked {
		now = time.Now()
	}
	return now
}

// finite says whether the norm of x is, as a sum of squares; overflow counts as not, but squares of
// float32 do not.
func finite[F vec.Float](x []F) bool {
	if sizeOf(F(0)) == 4 {
		return vec.Finite(x)
	}
	s := vec.SumSq(x)
	return !math.IsNaN(s) && !math.IsInf(s, 0)
}

// gradients is how many the task is.
func (t *steps[F]) gradients() int64 { return int64(t.n) * int64(worth(t.paired)) }
