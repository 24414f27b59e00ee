package sim

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"staleness/internal/stream"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/optimizers"
	"staleness/optimizers/hub"
	"staleness/sim/delay"
)

// core is what the two engines share: the halves of the method, the pool that computes their
// gradients, and the record. The engines decide when things happen; everything else is here.
type core[F vec.Float] struct {
	c       *Config[F]
	dim     int
	width   int // vectors in a message
	workers int // who compute
	jobs    int // of them at a time: what the hubs know as workers

	hubs []*hub.Hub[F]
	// of peers: the server half, which stands for their replicas; else nil
	peering optimizers.Peering[F]
	bounds  []int // hub j owns coordinates bounds[j] to bounds[j+1]
	uniform bool  // the server sends everybody the center,
	// and makes each version in the vector of the push: snapshots are no copies
	versions bool
	halves   []optimizers.Worker[F] // by desk; one, if it stands for all
	some     traits
	desks    []int32                  // by worker: its half and task, or none; nil: its own
	speed    func(worker int) float64 // Env.Speed
	// by worker: it has no variable yet, or none any more; nil: none
	unborn  []bool
	tasks   []steps[F] // by worker; none without a problem
	store   store[F]
	pool    *pool[F]
	busy    atomic.Int64    // wall ns inside gradients
	clocked bool            // gradients are long enough to read the wall clock for
	gap     bool            // rows have gaps and norms
	stepper nets.Stepper[F] // the problem, if nobody looks at gradients; or nil

	now     int64        // model time, ns
	snap    vectorHandle // the center at the present version, if somebody has read it
	scratch struct {
		center []F // assembled from shards
		shown  []F // the center before a round, for its rows
		before []F // a shard's slice just before an update
		part   []F // a shard's part of a message of several vectors
		// a replica just before an update
		replica []F
	}
	compute stream.Key
	law     delay.Law // Cluster.Compute, if it is one law for all; or nil

	totals      totals
	ages        []ages // staleness of the pushes in updates, by hub
	record      recorder[F]
	eval        evaluations[F]
	growth      growth[F]
	end         ending
	interrupted atomic.Bool
	packed      packed[F] // while a checkpoint is written or read
}

// totals count what happened, exactly.
type totals struct {
	Updates, Pushes              int64 // pushes: processed by the server
	Crashes                      int64
	LostMessages                 int64 // transmissions that got lost
	Retransmissions              int64 // that repeated an earlier one
	Begun, Gradients             int64 // gradients begun; completed
	Used, Dropped, Lost, Aborted int64 // what became of them
	Samples                      int64
	Up, Down                     int64 // bytes
	Replies                      int64
}

// ending is how and why a run ends; status is empty while it goes on.
type ending struct {
	status Status
	reason string
	err    error
}

func (s *core[F]) stop(status Status, reason string) {
	if s.end.status == "" && s.end.err == nil {
		s.end.status, s.end.reason = status, reason
	}
}

func (s *core[F]) fail(err error) {
	if s.end.err == nil {
		s.end.err = err
	}
}

func (s *core[F]) ended() bool { return s.end.status != "" || s.end.err != nil }

// init builds the halves, with so many hubs, of so many workers of whom so many compute at a time.
func (s *core[F]) init(c *Config[F], rec Recorder[F], workers, jobs, hubs int) error {
	s.c, s.dim, s.width, s.snap = c, len(c.X0), max(1, c.Strategy.Width), none
	s.workers, s.jobs = workers, jobs
	desks := workers
	if c.Assignment != OwnJobs && c.Strategy.Jobs == optimizers.Fresh {
		desks = jobs
	}
	s.compute, s.law = stream.NewKey(c.Seeds.Delays, "compute"), sameLaw(c.Cluster.Compute)
	s.store.size = s.dim * s.width
	s.bounds = make([]int, hubs+1)
	for j := range s.bounds {
		s.bounds[j] = j * s.dim / hubs
	}
	s.speed = speeds(c.Cluster.Nominal, workers)
	env := s.env(-1)
	for j := range hubs {
		env.X0 = c.X0[s.bounds[j]:s.bounds[j+1]]
		h, err := hub.New(c.Strategy, c.Consistency, env)
		if err != nil {
			return err
		}
		s.hubs = append(s.hubs, h)
	}
	if hubs == 1 && s.width == 1 {
		_, s.uniform = s.hubs[0].Server().(optimizers.Uniform)
		_, s.versions = s.hubs[0].Server().(optimizers.Versioner[F])
		s.versions = s.versions && c.Problem != nil
	}
	if s.peering, _ = s.hubs[0].Server().(optimizers.Peering[F]); (s.peering != nil) != c.Strategy.Peers {
		return mistake("strategy", "a server half that is a Peering, and no other, makes a method of peers: set Peers to %v", s.peering != nil)
	}
	if hubs > 1 {
		s.scratch.center, s.scratch.before, s.scratch.part = make([]F, s.dim), make([]F, s.dim), make([]F, s.dim*s.width)
	}
	s.ages = make([]ages, hubs)
	if s.halves = s.common(desks); s.halves == nil {
		s.halves = make([]optimizers.Worker[F], desks)
		for i := range s.halves {
			s.halves[i] = c.Strategy.Worker(s.env(i))
		}
	}
	s.some = s.traits()
	if c.Problem != nil {
		s.tasks = make([]steps[F], desks)
		for i := range s.tasks {
			s.tasks[i].init(s, i)
		}
		s.clocked = s.dim*c.Batches.Size() >= 4096
	}
	s.record.init(c, rec)
	s.gap = c.Record.Gap && s.record.rows && c.Problem != nil
	if c.Problem != nil && !s.gap && c.Strategy.Clip.Gradient == 0 { // else gradients are looked at
		s.stepper, _ = problemAs[nets.Stepper[F]](c.Problem)
	}
	s.growth.init(c.Problem)
	s.eval.init(c)
	return nil
}

// env is what the half of worker i is told at birth; -1: that of the server.
func (s *core[F]) env(i int) optimizers.Env[F] {
	e := optimizers.Env[F]{Workers: s.workers, ID: i, Speed: 1, Seed: s.c.Seeds.Method, X0: s.c.X0}
	if s.c.Problem != nil {
		e.Samples, e.Batch = s.c.Problem.Len(), s.c.Batches.Size()
	}
	switch {
	case i >= 0:
		e.Speed = s.speed(i)
	default:
		e.Workers = s.jobs
		if s.c.Inject == nil && len(s.c.Cluster.Nominal) > 0 {
			e.Speeds = make([]float64, s.workers)
			for j := range e.Speeds {
				e.Speeds[j] = s.speed(j)
			}
		}
	}
	return e
}

// begin starts the pool, and listens for an interrupt; done must follow.
func (s *core[F]) begin(ctx context.Context) (done func()) {
	members := s.c.members()
	if s.c.Problem == nil {
		members = 1
	}
	s.pool = newPool[F](members, s.c.Cores)
	s.store.shared = members > 1
	undo := context.AfterFunc(ctx, func() {
		s.interrupted.Store(true)
		s.pool.cut.Store(true)
	})
	return func() {
		undo()
		s.pool.close()
	}
}

// speeds gives Env.Speed from nominal seconds per gradient.
func speeds(nominal []float64, workers int) func(i int) float64 {
	if len(nominal) == 0 {
		return func(int) float64 { return 1 }
	}
	fastest := math.Inf(1)
	for _, t := range nominal[:workers] {
		fastest = min(fastest, t)
	}
	return func(i int) float64 {
		if nominal[i] == fastest { // zero and infinity too
			return 1
		}
		return fastest / nominal[i]
	}
}

// center is the server's variable, read-only until the next update.
func (s *core[F]) center() []F {
	if len(s.hubs) == 1 {
		return s.hubs[0].Center()
	}
	for j, h := range s.hubs {
		copy(s.scratch.center[s.bounds[j]:], h.Center())
	}
	return s.scratch.center
}

// apply gives hub j a request whose push is v, vector h. Where the server is a Versioner, an update
// makes h its center: then moved, and h is the snapshot of the new version. Else an update leaves
// no snapshot.
func (s *core[F]) apply(j int, p hub.Header, a optimizers.Action, h vectorHandle, v []F) (out hub.Outcome, moved bool) {
	if s.versions {
		out, moved = s.hubs[j].ServeInto(p, a, v)
	} else {
		out = s.hubs[j].Serve(p, a, v)
	}
	if out.Verdict == optimizers.Applied {
		s.forget()
	}
	if moved {
		s.snap = h
	}
	return out, moved
}

// snapshot returns a reference to the center as it is now. Who reads one version shares one vector.
func (s *core[F]) snapshot() vectorHandle {
	if s.snap == none {
		h, x := s.store.take()
		copy(x, s.center())
		s.snap = h
	}
	return s.store.ref(s.snap)
}

// forget lets go of the snapshot of a version that has passed.
func (s *core[F]) forget() {
	s.store.drop(s.snap)
	s.snap = none
}

// own makes a vector that nobody else holds out of a reference, copying only if it must. The caller
// may write to it.
func (s *core[F]) own(h vectorHandle) vectorHandle {
	if h == s.snap && s.store.refs(h) == 2 && !s.versions { // else it may be the center itself
		s.forget() // the next reader of this version copies the center again
	}
	if s.store.refs(h) == 1 {
		return h
	}
	n, x := s.store.take()
	copy(x, s.store.at(h))
	s.store.drop(h)
	return n
}

// duration is the model time that gradient k of worker i takes: at least 1 ns, so that time goes
// on. It is pure but for r. chosen samples, if not 0, are what the server wants computed in place
// of a batch.
func (s *core[F]) duration(r *stream.Rand, i int, k uint32, chosen int) int64 {
	*r = s.compute.At(uint64(i), uint64(k))
	law := s.law
	if law == nil {
		law = s.c.Cluster.Compute[i]
	}
	d := int64(law.Draw(r))
	if n, size := s.portion(i, k, chosen); n != size {
		d = saturated(float64(d) * float64(n) / float64(size))
	}
	return max(1, d)
}

// portion is of how many samples gradient k of worker i is computed, and for how many its law is;
// the same where that makes no difference.
func (s *core[F]) portion(i int, k uint32, chosen int) (n, size int64) {
	if c := &s.c.Cluster; c.Scales == nil || !c.Scales[i] {
		return 1, 1
	}
	n, size = int64(chosen), 1
	if n == 0 {
		n = s.batchLen(i, k)
	}
	if s.c.Batches != nil {
		size = int64(s.c.Batches.Size())
	}
	if n == 0 {
		return size, size
	}
	return n, size
}

// times is a portion as a factor.
func (s *core[F]) times(i int, k uint32, chosen int) float64 {
	n, size := s.portion(i, k, chosen)
	return float64(n) / float64(size)
}

// samplesOf is how many samples gradient k of worker i is computed on.
func (s *core[F]) samplesOf(i int, k uint32) int64 {
	if s.tasks != nil {
		if t := &s.tasks[s.desk(i)]; t.to > 0 {
			return int64(t.to - t.from)
		}
	}
	return s.batchLen(i, k)
}

// batchLen is the size of batch k of worker i.
func (s *core[F]) batchLen(i int, k uint32) int64 {
	switch b := s.c.Batches.(type) {
	case nil:
		return 0
	case Sized:
		return int64(b.Len(i, int(k)))
	default:
		return int64(b.Size())
	}
}

// epochs is how many times so many samples make up the training part.
func (s *core[F]) epochs(samples int64) float64 {
	if s.c.Problem == nil || s.c.Problem.Len() == 0 {
		return 0
	}
	return float64(samples) / float64(s.c.Problem.Len())
}

// factor is what the schedule makes of the rates for one gradient: its worker has completed so many
// before, and all together so many; it last read that version, and ends it at a time.
func (s *core[F]) factor(done, all, version, at int64) float64 {
	schedule := s.c.Strategy.Schedule
	if schedule == nil {
		return 1
	}
	size := int64(0)
	if s.c.Batches != nil {
		size = int64(s.c.Batches.Size())
	}
	p := optimizers.Progress{Epochs: s.epochs(all * size), Gradients: int(done), Version: int(version), Seconds: seconds(at)}
	return p.Factor(schedule)
}

// completed counts a gradient, or a pair, whose computation has ended. What it asks to evaluate is
// for the caller to do, when the worker has stepped.
func (s *core[F]) completed(worker int, k uint32, paired bool) {
	t := &s.totals
	n := int64(worth(paired))
	t.Gradients += n
	t.Samples += n * s.samplesOf(worker, k)
	stop := &s.c.Stop
	switch {
	case stop.Gradients > 0 && t.Gradients >= stop.Gradients:
		s.stop(Completed, fmt.Sprintf("%d gradients", t.Gradients))
	case stop.Samples > 0 && t.Samples >= stop.Samples:
		s.stop(Completed, fmt.Sprintf("%d samples", t.Samples))
	}
	e := s.c.Eval.Gradients
	s.eval.due = e > 0 && t.Gradients%e < n
}

// judge ends the run if the loss of a gradient or what was made of it has left all bounds.
func (s *core[F]) judge(worker int, loss float64, finite bool) {
	bound := s.divergence()
	switch {
	case !finite || math.IsNaN(loss) || math.IsInf(loss, 0):
		s.stop(Diverged, fmt.Sprintf("worker %d: a gradient is not finite (loss %g)", worker, loss))
	case loss > bound:
		s.stop(Diverged, fmt.Sprintf("worker %d: loss %.4g is above %.4g", worker, loss, bound))
	}
}

func (s *core[F]) divergence() float64 {
	factor := s.c.Stop.Diverged
	if factor == 0 {
		factor = 1e6
	}
	if l := s.eval.initial; l > 1 && !math.IsInf(l, 0) {
		factor *= l
	}
	return factor
}

// problemAs returns the problem as one of its optional interfaces.
func problemAs[T any, F vec.Float](p nets.Problem[F]) (T, bool) {
	t, ok := any(p).(T)
	return t, ok
}
