package delay

import (
	"math"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/vec"
)

func init() {
	Register("markov", "work at a speed that changes by itself: each worker is in a state, such as fast or slow, for exponential sojourns", "", Markov{})
}

// Markov is Markov-modulated speed. Each worker is in one of the states; it leaves one after a
// sojourn that is exponential in model time, whether it works or waits, for any of the others
// alike, and starts in the law that this is stationary in: a state has the worker for a share of
// its time that is as its stay. Work goes on at speed 1/scale, so the duration of a task is the
// integral over changes; it has mean E[work] / E[speed] in the long run.
type Markov struct {
	Of     Spec          `doc:"the law of work: the duration at scale 1" required:""`
	States []MarkovState `doc:"the states, tables of scale and stay" len:"[1,64]" required:""`
}

// MarkovState is one state.
type MarkovState struct {
	Scale float64       `doc:"work takes so many times as long" in:"(0,1e9]" required:""`
	Stay  time.Duration `doc:"mean of a sojourn" in:"[1us,)" required:""`
}

// Validate refuses work that goes by model time itself.
func (m Markov) Validate() error { return workOnly(m.Of) }

func workOnly(of Spec) error {
	if isTimed(of) {
		return params.Errorf("of", "goes by model time itself: work is an amount; take the law without")
	}
	return nil
}

// Example implements params.Exampler.
func (Markov) Example() map[string]any {
	return map[string]any{"of": exampleWork(), "states": []any{
		map[string]any{"scale": 1.0, "stay": "100ms"}, map[string]any{"scale": 5.0, "stay": "30ms"},
	}}
}

var (
	_ params.Exampler  = Markov{}
	_ params.Validator = Markov{}
	_ Placed           = Markov{}
)

func (Markov) aware() bool      { return true }
func (Markov) timed() bool      { return true }
func (Markov) invertible() bool { return false }

func (m Markov) ForWorker(worker int, key stream.Key) Law { return m.ForPlace(worker, key, key) }

func (m Markov) ForPlace(worker int, key, place stream.Key) Law {
	l := &markov{work: At(m.Of, worker, key, place)}
	l.draw = exactly(l.work)
	l.turn, l.words = turning(l.work)
	sum := 0.0
	for _, s := range m.States {
		sum += float64(s.Stay)
		l.cum = append(l.cum, sum)
		l.states = append(l.states, markovState{s.Scale, float64(s.Stay)})
	}
	return l
}

type markov struct {
	work   Law
	draw   durationer
	turn   nexter
	words  int
	states []markovState
	cum    []float64 // sums of the stays
}

type markovState struct{ scale, stay float64 }

var _ Aware = (*markov)(nil)

// Mean is that of a worker that is always at work.
func (l *markov) Mean() float64 {
	speed := 0.0
	for _, s := range l.states {
		speed += s.stay / s.scale
	}
	return l.work.Mean() * l.cum[len(l.cum)-1] / speed
}

// CV is unknown in closed form.
func (l *markov) CV() float64 { return math.NaN() }

func (*markov) forks() {}

// Memory is where the worker was when it last began a task: the number of the sojourn, its state,
// and its end; then what the law of work remembers.
func (l *markov) Memory() int { return 3 + l.words }

// A sojourn is one of a worker's, whose draws have addresses of their own.
type sojourn struct {
	n     uint64 // counted from 1; 0: none yet
	state uint64
	end   int64 // ns of model time
}

var sojournPurpose = purpose("sojourn")

// first is the sojourn at time 0.
func (l *markov) first(key stream.Key, worker uint64) sojourn {
	r := key.At(worker, 0)
	x := r.Float64() * l.cum[len(l.cum)-1]
	state := 0
	for state+1 < len(l.cum) && l.cum[state] <= x {
		state++
	}
	return l.lasting(sojourn{n: 1, state: uint64(state)}, &r)
}

// after is the next sojourn.
func (l *markov) after(s sojourn, key stream.Key, worker uint64) sojourn {
	r := key.At(worker, s.n)
	s.n++
	if n := len(l.states); n > 1 {
		next := uint64(r.IntN(n - 1))
		if next >= s.state {
			next++
		}
		s.state = next
	}
	return l.lasting(s, &r)
}

// lasting moves the end of a sojourn by how long it lasts, at least 1 ns.
func (l *markov) lasting(s sojourn, r *stream.Rand) sojourn {
	d := int64(nearest(max(1, -l.states[s.state].stay*vec.Log(r.Float64()))))
	if s.end > math.MaxInt64-d {
		s.end = math.MaxInt64
	} else {
		s.end += d
	}
	return s
}

func (l *markov) Next(t *Turn) time.Duration { return toNever(l.next(t)) }

func (l *markov) next(t *Turn) float64 {
	all := t.Memory
	t.Memory = all[3:]
	work := l.turn.next(t)
	t.Memory = all
	key := t.Key.Fork(sojournPurpose)
	s := sojourn{all[0], all[1], int64(all[2])}
	if s.n == 0 {
		s = l.first(key, t.Worker)
	}
	for s.end <= t.Now && s.end != math.MaxInt64 {
		s = l.after(s, key, t.Worker)
	}
	all[0], all[1], all[2] = s.n, s.state, uint64(s.end)
	return l.through(work, t.Now, s, key, t.Worker)
}

// through is how long work takes that begins at a time in a sojourn.
func (l *markov) through(work float64, from int64, s sojourn, key stream.Key, worker uint64) float64 {
	for now := from; ; {
		scale := l.states[s.state].scale
		left := float64(s.end - now)
		if need := float64(work * scale); need <= left || s.end == math.MaxInt64 {
			return min(float64(now-from)+need, longest)
		}
		work = max(0, work-float64(left/scale))
		now = s.end
		s = l.after(s, key, worker)
	}
}

// ns begins at time 0 of another worker each time.
func (l *markov) ns(r *stream.Rand) float64 {
	beside := r.Fork(sojournPurpose)
	key := stream.Key(beside.Uint64())
	return l.through(l.draw.ns(r), 0, l.first(key, 0), key, 0)
}

func (l *markov) Draw(r *stream.Rand) time.Duration { return nearest(l.ns(r)) }
