package delay

import (
	"math"
	"sort"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
)

func init() {
	Register("mixture", "one of several laws, drawn by weight for each duration: fast ones, and now and then a slow one", "", Mixture{})
}

// Mixture draws one of the laws with probability proportional to its weight, and from it a
// duration. The choice is a draw of its own, so each law's durations are those that it has alone.
type Mixture struct {
	Of      []Spec    `doc:"the laws" len:"[1,64]" required:""`
	Weights []float64 `doc:"of each law; absent: all alike" in:"[0,1e9]"`
}

// Validate wants a weight for each law, and one above 0.
func (m Mixture) Validate() error {
	switch sum := 0.0; {
	case m.Weights == nil:
		return nil
	case len(m.Weights) != len(m.Of):
		return params.Errorf("weights", "%d weights for %d laws: give one for each", len(m.Weights), len(m.Of))
	default:
		for _, w := range m.Weights {
			sum += w
		}
		if sum == 0 {
			return &params.Error{Path: "weights", Problem: "are all 0", Allowed: "at least one above 0"}
		}
	}
	return nil
}

// Example implements params.Exampler.
func (Mixture) Example() map[string]any {
	return map[string]any{"of": []any{exampleWork(), map[string]any{"law": "uniform", "mean": "40ms"}}, "weights": []any{3.0, 1.0}}
}

func exampleWork() map[string]any { return map[string]any{"law": "exponential", "mean": "10ms"} }

var (
	_ params.Exampler  = Mixture{}
	_ params.Validator = Mixture{}
	_ Placed           = Mixture{}
)

func (m Mixture) aware() bool {
	for _, s := range m.Of {
		if isAware(s) {
			return true
		}
	}
	return false
}

func (m Mixture) timed() bool {
	for _, s := range m.Of {
		if isTimed(s) {
			return true
		}
	}
	return false
}

func (Mixture) invertible() bool { return false }

func (m Mixture) ForWorker(worker int, key stream.Key) Law { return m.ForPlace(worker, key, key) }

func (m Mixture) ForPlace(worker int, key, place stream.Key) Law {
	l := &mixture{}
	sum := 0.0
	for i, s := range m.Of {
		sub := component(i)
		law := At(s, worker, key.Fork(sub), place.Fork(sub))
		if sum++; m.Weights != nil {
			sum += m.Weights[i] - 1
		}
		l.cum = append(l.cum, sum)
		l.of = append(l.of, law)
		l.draws = append(l.draws, exactly(law))
		turn, words := turning(law)
		l.turns, l.words = append(l.turns, turn), append(l.words, words)
		l.memory += words
		_, is := law.(Aware)
		l.any = l.any || is
	}
	if l.any {
		return awareMixture{l}
	}
	return l
}

var choicePurpose = purpose("choice")

func component(i int) stream.Key { return purpose("component").Fork(stream.Key(i)) }

type mixture struct {
	of     []Law
	cum    []float64 // sums of the weights
	draws  []durationer
	turns  []nexter
	words  []int
	memory int
	any    bool // one is Aware
}

// choose draws a law from a stream beside that of the duration.
func (l *mixture) choose(own stream.Rand) int {
	r := own.Fork(choicePurpose)
	x := r.Float64() * l.cum[len(l.cum)-1]
	return min(sort.Search(len(l.cum), func(i int) bool { return l.cum[i] > x }), len(l.cum)-1)
}

func (l *mixture) ns(r *stream.Rand) float64 {
	beside := *r
	x := l.draws[l.choose(beside)].ns(r)
	moved(r, beside)
	return x
}

func (l *mixture) Draw(r *stream.Rand) time.Duration { return nearest(l.ns(r)) }

func (*mixture) forks() {}

func (l *mixture) Mean() float64 { m, _ := l.moments(); return m }

func (l *mixture) CV() float64 {
	m, square := l.moments()
	if m == 0 {
		return 0
	}
	return math.Sqrt(max(0, square/(m*m)-1))
}

// moments are the means of the duration, in s, and of its square.
func (l *mixture) moments() (mean, square float64) {
	last := 0.0
	for i, law := range l.of {
		p := (l.cum[i] - last) / l.cum[len(l.cum)-1]
		last = l.cum[i]
		if p == 0 {
			continue
		}
		m, cv := law.Mean(), law.CV()
		mean += float64(p * m)
		if m > 0 {
			square += float64(p * m * m * (1 + squareOf(cv)))
		}
	}
	return mean, square
}

// awareMixture lets each law that remembers draw each time, so that what it remembers goes by the
// index, whichever is chosen.
type awareMixture struct{ *mixture }

var _ Aware = awareMixture{}

func (l awareMixture) Memory() int                { return l.memory }
func (l awareMixture) Next(t *Turn) time.Duration { return toNever(l.next(t)) }

func (l awareMixture) next(t *Turn) (x float64) {
	own, key, all := t.Own, t.Key, t.Memory
	chosen, from := l.choose(own), 0
	for i, law := range l.turns {
		to := from + l.words[i]
		if i == chosen || to > from {
			t.Own, t.Key, t.Memory = own, key.Fork(component(i)), all[from:to]
			if y := law.next(t); i == chosen {
				x = y
			}
		}
		from = to
	}
	t.Key, t.Memory = key, all
	return x
}
