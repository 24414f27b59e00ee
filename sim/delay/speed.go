package delay

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strconv"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
)

func init() {
	Register("speed", "work at a speed that is given over model time, with outages: the universal computation model", "Tyurin 2024, arXiv 2408.04929", Speed{})
}

// Speed is the universal computation model of A. Tyurin, Tight time complexities in parallel
// stochastic optimization with arbitrary computation dynamics, 2024: a task ends when the integral
// of the worker's speed since its beginning is its work. Speeds are constant between times. The end
// is found by exact inversion: what each piece can do is taken off the work, in float64, in the
// order of time, whole periods at once; so it is off by a few roundings of the work, and a task
// that is done when an outage begins ends at that instant. The result is rounded once, to ns. A
// worker whose speed is 0 for good never ends what it then has.
type Speed struct {
	Of     Spec           `doc:"the law of work: the duration at speed 1" required:""`
	Pieces []Piece        `doc:"speeds of every worker and the times from which they hold, in order, the first from 0s; or give file" len:"[1,1000000]"`
	Period *time.Duration `doc:"when the pieces begin again; absent: the last holds for good" in:"(0,)"`
	File   *string        `doc:"or: a CSV file with the columns worker, time_s and speed. Its workers are the first ones, in the order in which they appear; further workers are each as one of them, drawn by the seed"`

	tracks []*track // of the file
}

// A Piece is a time and the speed from then on.
type Piece struct {
	At    time.Duration
	Speed float64
}

// FromParam decodes ["5s", 0.5].
func (p *Piece) FromParam(value any) error {
	list, ok := value.([]any)
	if !ok || len(list) != 2 {
		return fmt.Errorf("want %s", p.Wants())
	}
	var d struct{ At time.Duration }
	if err := params.Decode("", map[string]any{"at": list[0]}, &d); err != nil {
		return fmt.Errorf("want %s", p.Wants())
	}
	v, ok := number(list[1])
	if !ok || !(v >= 0 && v <= 1e9) {
		return fmt.Errorf("a speed is a number from 0 to 1e9")
	}
	*p = Piece{d.At, v}
	return nil
}

// ToParam is the inverse of FromParam.
func (p Piece) ToParam() any { return []any{p.At.String(), p.Speed} }

// Wants says how it is written.
func (Piece) Wants() string { return `a time and a speed, such as ["5s", 0.5]` }

// Validate wants one source of speeds, in order.
func (s Speed) Validate() error {
	if (len(s.Pieces) == 0) == (s.File == nil) {
		return errors.New("give pieces or file, exactly one: how fast the workers are")
	}
	t := &track{}
	for i, p := range s.Pieces {
		if err := t.add(int64(p.At), p.Speed); err != nil {
			return params.Errorf(fmt.Sprintf("pieces[%d]", i), "%v", err)
		}
	}
	if s.File == nil {
		if err := t.end(s.Period); err != nil {
			return params.At("period", err)
		}
	}
	return workOnly(s.Of)
}

// Example implements params.Exampler.
func (Speed) Example() map[string]any {
	return map[string]any{"of": exampleWork(), "period": "120ms", "pieces": []any{
		[]any{"0s", 1.0}, []any{"50ms", 0.0}, []any{"90ms", 2.0},
	}}
}

var (
	_ params.Exampler  = Speed{}
	_ Placed           = Speed{}
	_ params.Validator = Speed{}
	_ Loader           = Speed{}
)

func (Speed) aware() bool      { return true }
func (Speed) timed() bool      { return true }
func (Speed) invertible() bool { return false }

// Load reads the file.
func (s Speed) Load(f Files) (Spec, error) {
	if s.File == nil {
		s.tracks = []*track{s.given()} // one for all workers
		return s, nil
	}
	of := map[string]*track{}
	err := f.rows(&s.File, []string{"worker", "time_s", "speed"}, func(v []string) error {
		t := of[v[0]]
		if t == nil {
			t = &track{}
			of[v[0]] = t
			s.tracks = append(s.tracks[:len(s.tracks):len(s.tracks)], t)
		}
		at, err := strconv.ParseFloat(v[1], 64)
		if err != nil || !(at >= 0 && at < longest/1e9) {
			return fmt.Errorf("time_s is %q: want seconds, not negative", v[1])
		}
		speed, err := strconv.ParseFloat(v[2], 64)
		if err != nil || !(speed >= 0 && speed <= 1e9) {
			return fmt.Errorf("speed is %q: want a number from 0 to 1e9", v[2])
		}
		return t.add(int64(nearest(at*1e9)), speed)
	})
	if err != nil {
		return nil, params.At("file", err)
	}
	for _, t := range s.tracks {
		if err := t.end(s.Period); err != nil {
			return nil, params.At("period", err)
		}
	}
	return s, nil
}

func (s Speed) ForWorker(worker int, key stream.Key) Law { return s.ForPlace(worker, key, key) }

func (s Speed) ForPlace(worker int, key, place stream.Key) Law {
	l := &speed{work: At(s.Of, worker, key, place)}
	l.draw = exactly(l.work)
	l.turn, l.words = turning(l.work)
	switch {
	case s.File != nil && s.tracks == nil:
		panic("delay: a law of speeds draws before Load has read its file")
	case s.tracks == nil:
		l.track = s.given()
	case s.File == nil:
		l.track = s.tracks[0]
	default:
		l.track = s.tracks[logged(worker, len(s.tracks), place)]
	}
	return l
}

// given is the track of pieces.
func (s Speed) given() *track {
	t := &track{}
	for _, p := range s.Pieces {
		t.add(int64(p.At), p.Speed) // Validate has seen that they can be
	}
	t.end(s.Period)
	return t
}

var loggedPurpose = purpose("logged")

// logged is which of n that were logged a worker is: itself, or one that is drawn.
func logged(worker, n int, place stream.Key) int {
	if worker < n {
		return worker
	}
	r := place.Fork(loggedPurpose).At(uint64(worker), 0)
	return r.IntN(n)
}

// A track is the speed of a worker: v[i] from at[i] on.
type track struct {
	at     []int64
	v      []float64
	period int64   // 0: none
	each   float64 // work of a period
}

func (t *track) add(at int64, v float64) error {
	switch n := len(t.at); {
	case n == 0 && at != 0:
		return fmt.Errorf("begins at %v: the first speed holds from 0s", time.Duration(at))
	case n > 0 && at <= t.at[n-1]:
		return fmt.Errorf("begins at %v, not after the one before it, at %v", time.Duration(at), time.Duration(t.at[n-1]))
	}
	t.at, t.v = append(t.at, at), append(t.v, v)
	return nil
}

// end sets the period, when all is added.
func (t *track) end(period *time.Duration) error {
	if period == nil {
		return nil
	}
	if t.period = int64(*period); t.period <= t.at[len(t.at)-1] {
		return fmt.Errorf("is %v, but the last speed holds from %v on: it must be later", *period, time.Duration(t.at[len(t.at)-1]))
	}
	for i := range t.at {
		t.each += float64(float64(t.until(i)-t.at[i]) * t.v[i])
	}
	return nil
}

// until is the end of piece i: the largest number for never.
func (t *track) until(i int) int64 {
	switch {
	case i+1 < len(t.at):
		return t.at[i+1]
	case t.period > 0:
		return t.period
	}
	return math.MaxInt64
}

// through is how long work takes that begins at a time: +Inf for ever.
func (t *track) through(work float64, from int64) float64 {
	now := from
	if t.period > 0 {
		now %= t.period
	}
	i := sort.Search(len(t.at), func(i int) bool { return t.at[i] > now }) - 1
	took, whole := 0.0, t.period == 0
	for {
		left := float64(t.until(i) - now)
		can := left * t.v[i]
		switch {
		case work == 0:
			return min(took, longest)
		case t.until(i) == math.MaxInt64 && t.v[i] == 0:
			return math.Inf(1)
		case work <= can || t.until(i) == math.MaxInt64:
			return min(took+work/t.v[i], longest)
		}
		work = max(0, work-float64(can))
		took += left
		if now, i = t.until(i), i+1; i < len(t.at) {
			continue
		}
		now, i = 0, 0
		if !whole { // at the beginning of a period, once
			whole = true
			if t.each == 0 {
				return math.Inf(1)
			}
			n := max(0, math.Floor(work/t.each)-1)
			work -= float64(n * t.each)
			took += float64(n * float64(t.period))
		}
	}
}

// mean is the mean speed in the long run.
func (t *track) mean() float64 {
	if t.period > 0 {
		return t.each / float64(t.period)
	}
	return t.v[len(t.v)-1]
}

type speed struct {
	work  Law
	draw  durationer
	turn  nexter
	words int
	track *track
}

var _ Aware = (*speed)(nil)

// Mean is that in the long run, of a worker that is always at work: +Inf if it ends.
func (l *speed) Mean() float64 {
	if m := l.work.Mean(); m > 0 {
		return m / l.track.mean()
	}
	return 0
}

// CV is unknown in closed form.
func (l *speed) CV() float64 { return math.NaN() }

func (*speed) forks() {}

// Memory is what the law of work remembers.
func (l *speed) Memory() int                { return l.words }
func (l *speed) Next(t *Turn) time.Duration { return toNever(l.next(t)) }
func (l *speed) next(t *Turn) float64       { return l.track.through(l.turn.next(t), t.Now) }

// ns begins at time 0; what never ends is longest.
func (l *speed) ns(r *stream.Rand) float64 {
	return min(l.track.through(l.draw.ns(r), 0), longest)
}

func (l *speed) Draw(r *stream.Rand) time.Duration { return nearest(l.ns(r)) }
