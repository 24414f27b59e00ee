package sim

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"slices"

	"staleness/internal/state"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/sim/record"
)

// Checkpointing says when to keep the state of a run, and where.
type Checkpointing struct {
	// Due is asked now and then between two events; nil: only when the run is interrupted.
	Due func() bool
	// Keep is called when a checkpoint is due, and when the run is interrupted. It must call save
	// once, with what Resume will read; what the Recorder was given so far belongs to the
	// checkpoint, what comes later does not. An error ends the run.
	Keep func(save func(io.Writer) error) error
}

// askDueEvery is how many events pass between two calls of Due.
const askDueEvery = 32

// ErrCheckpoint is in the error of a Resume from what is no checkpoint of this run. Nothing was
// given to the Recorder.
var ErrCheckpoint = errors.New("checkpoint")

// ticket says what run a checkpoint is of, as far as its state depends on it.
type ticket struct {
	Workers, Jobs, Dim, Width, Hubs, Shards int
	Seeds                                   Seeds
	Real, Injected                          bool
}

func (s *core[F]) ticket() ticket {
	return ticket{Workers: s.workers, Jobs: s.jobs, Dim: s.dim, Width: s.width, Hubs: len(s.hubs), Shards: 1, Seeds: s.c.Seeds, Real: s.c.Problem != nil}
}

// A snapshotter is an engine whose state can be kept between two events.
type snapshotter interface {
	ticket() ticket
	state() []any             // pointers to all state but that of halves and hubs
	pack()                    // before saving: brings state into a form without pointers
	unpack()                  // after loading
	machines() []any          // pointers to halves and hubs
	rewire()                  // when all is loaded
	still(func() error) error // runs its argument while the pool does nothing
}

// save writes the state between two events. A gradient under way is finished or, in the middle of a
// window, cut; what waits is saved as to be done.
func save(s snapshotter, w io.Writer) error {
	return s.still(func() error {
		s.pack()
		t := s.ticket()
		if err := state.Save(w, &t); err != nil {
			return err
		}
		if err := state.Save(w, s.state()...); err != nil {
			return err
		}
		return state.Save(w, s.machines()...)
	})
}

// load brings a freshly built engine to a saved state.
func load(s snapshotter, r io.Reader) error {
	var saved ticket
	if err := state.Load(r, &saved); err != nil {
		return fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	if here := s.ticket(); saved != here {
		return fmt.Errorf("%w: it is of another run: %+v, here %+v", ErrCheckpoint, saved, here)
	}
	return s.still(func() error {
		if err := state.Load(r, s.state()...); err != nil {
			return fmt.Errorf("%w: %w", ErrCheckpoint, err)
		}
		s.unpack() // lends vectors to halves, before their own state is put back
		if err := state.Load(r, s.machines()...); err != nil {
			return fmt.Errorf("%w: %w", ErrCheckpoint, err)
		}
		s.rewire()
		return nil
	})
}

// packed is what of a core cannot be saved as it lies in memory.
type packed[F vec.Float] struct {
	Fingerprint []byte
	Vectors     []packedVector[F]
	Tasks       []packedTask
	Evaluations []packedEvaluation
}

type packedVector[F vec.Float] struct {
	X    []F // nil if nobody refers to it
	Refs int32
}

type packedTask struct {
	At, Start, Before, All, Version int64
	First                           uint32
	N, Done, From, To               int
	Vec, Lent                       vectorHandle
	Ends                            []int64
	Sum                             sums
	Sched                           float64
	State                           taskState
	GradientOnly, Finite            bool
	Paired                          bool
	Action                          optimizers.Action
	Losses                          []float64
}

type packedEvaluation struct {
	Row    record.Evaluation
	At     int64
	Models []vectorHandle
}

func (s *core[F]) still(f func() error) error {
	s.pool.hold()
	defer s.pool.release()
	for i := range s.tasks {
		if bug := s.tasks[i].bug; bug != nil {
			panic(bug) // a checkpoint would forget it
		}
	}
	return f()
}

func (s *core[F]) state() []any {
	g, v := &s.growth, &s.eval
	return []any{&s.now, &s.snap, &s.totals, &s.ages, &g.Stride, &g.Update, &g.Log,
		&v.initial, &v.asked, &v.askedAt, &v.version, &v.count, &v.final, &v.written, &v.average, &v.model, &s.end.status, &s.end.reason,
		&s.unborn, &s.desks, &s.scratch.shown, &s.store.free, &s.packed}
}

func (s *core[F]) machines() []any { return []any{&s.hubs, &s.halves} }

func (s *core[F]) pack() {
	s.packed = packed[F]{}
	p := &s.packed
	s.record.flush()
	var err error
	if p.Fingerprint, err = s.record.sum.(encoding.BinaryMarshaler).MarshalBinary(); err != nil {
		panic("sim: SHA-256 cannot be saved: " + err.Error())
	}
	for i := range s.store.vecs {
		v := &s.store.vecs[i]
		q := packedVector[F]{Refs: v.refs}
		if v.refs > 0 {
			q.X = v.x
		}
		p.Vectors = append(p.Vectors, q)
	}
	for i := range s.tasks {
		t := &s.tasks[i]
		p.Tasks = append(p.Tasks, packedTask{t.at, t.start, t.before, t.all, t.version, t.first, t.n, t.done, t.from, t.to, t.vec, t.lent, t.ends, t.sum, t.sched, t.state, t.gradientOnly, t.finite, t.paired, t.action, t.losses})
	}
	for _, e := range s.eval.pending {
		p.Evaluations = append(p.Evaluations, packedEvaluation{e.row, e.at, e.models})
	}
}

func (s *core[F]) unpack() {
	p := &s.packed
	if err := s.record.sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(p.Fingerprint); err != nil {
		panic("sim: SHA-256 cannot be loaded: " + err.Error())
	}
	s.store.vecs, s.store.live = nil, 0
	for _, q := range p.Vectors {
		s.store.vecs = append(s.store.vecs, vector[F]{q.X, q.Refs})
		if q.Refs > 0 {
			s.store.live++
		}
	}
	for i, q := range p.Tasks {
		t := &s.tasks[i]
		t.at, t.start, t.before, t.all, t.version, t.first, t.n, t.done, t.from, t.to = q.At, q.Start, q.Before, q.All, q.Version, q.First, q.N, q.Done, q.From, q.To
		t.vec, t.lent, t.ends, t.sum, t.sched, t.gradientOnly, t.finite, t.action = q.Vec, q.Lent, q.Ends, q.Sum, q.Sched, q.GradientOnly, q.Finite, q.Action
		t.losses, t.paired = q.Losses, q.Paired
		if t.vec != none {
			t.x = s.store.at(t.vec)
		}
		if b, ok := t.half.(optimizers.Borrower[F]); ok && t.lent != none {
			b.Borrow(s.store.at(t.lent))
		}
		switch q.State {
		case queued:
			s.pool.add(&t.task)
		case finished:
			s.pool.restore(&t.task)
		}
	}
	for _, q := range p.Evaluations {
		e := &evaluation[F]{row: q.Row, models: q.Models}
		for _, h := range e.models {
			e.xs = append(e.xs, s.store.at(h)[:s.dim])
		}
		s.eval.pending = append(s.eval.pending, e)
		if len(e.models) > 0 {
			s.submitEvaluation(e, q.At)
		}
	}
	s.packed = packed[F]{}
}

func (s *core[F]) rewire() {
	for i := range s.tasks {
		if t := &s.tasks[i]; t.gradientOnly && t.state != idle {
			t.point = t.half.Point()
			t.second, _ = pairOf(t.half)
		}
	}
}

func (s *engine[F]) ticket() ticket {
	t := s.core.ticket()
	t.Shards = s.shards
	return t
}

func (s *engine[F]) state() []any {
	own := []any{&s.queue, &s.fleet, &s.cold, &s.couples, &s.holds, &s.links, &s.messages, &s.unused, &s.parts, &s.inbox, &s.servers, &s.around, &s.spent, &s.checks, &s.quiet, &s.legs, &s.faults, &s.society, &s.clients, &s.classes.Offered, &s.classes.Trained, &s.classes.Pushes}
	return slices.Concat(s.core.state(), own, s.places.state())
}

func (s *engine[F]) pack() {
	s.queue.flush()
	s.core.pack()
}

// unpack also seats at the tasks whoever computes there.
func (s *engine[F]) unpack() {
	for i, t := range s.desks {
		if s.real && t != none {
			s.tasks[t].worker, s.tasks[t].source = i, i
		}
	}
	s.core.unpack()
}

func (s *injection[F]) ticket() ticket {
	t := s.core.ticket()
	t.Injected = true
	return t
}

func (s *injection[F]) state() []any {
	c := s.script
	all := s.core.state()
	if s.points != nil {
		all = append(all, s.points.state()...)
	}
	return append(all, &s.window, &s.pairs, &s.flight, &s.lent, &s.reads, &s.k, &c.drawn, &c.read, &c.first, &c.last, &c.next)
}

// unpack also lends the halves again what they had.
func (s *injection[F]) unpack() {
	s.core.unpack()
	for i, h := range s.lent {
		if h != none {
			s.half(i).(optimizers.Borrower[F]).Borrow(s.store.at(h))
		}
	}
}

// rewire finds the points of gradients that need no half.
func (s *injection[F]) rewire() {
	for k := s.k; s.beside && k < s.k+min(s.slots, s.script.size); k++ {
		if f := &s.flight[k%s.script.size]; f.started {
			s.tasks[k%s.slots].point = s.store.at(f.x)[:s.dim]
		}
	}
}

// keep makes a checkpoint if one is due or the run ends here.
func (s *core[F]) keep(engine snapshotter, must bool) {
	c := s.c.Checkpoint
	if c == nil || c.Keep == nil || !must && (c.Due == nil || !c.Due()) {
		return
	}
	if err := c.Keep(func(w io.Writer) error { return save(engine, w) }); err != nil {
		s.fail(fmt.Errorf("checkpoint: %w", err))
	}
}
