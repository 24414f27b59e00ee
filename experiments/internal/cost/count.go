package cost

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
	"unsafe"

	"staleness/experiments/internal/config"
	"staleness/internal/cputime"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/sim"
)

// How many gradients fit into a time, and how many go into an update, depends on who waits for
// what: links, stragglers, rounds, refusals. So a run is rehearsed with gradients that cost
// nothing, as far as a person does not notice.
const (
	mostCounted  = 20_000          // gradients of a rehearsal, and a few of each worker
	countingTime = 2 * time.Second // of all rehearsals; what is left is counted by arithmetic
)

// A tally is what a whole run comes to.
type tally struct{ gradients, updates, seconds float64 }

// A counter remembers the tallies of runs that differ by seeds and rates alone.
type counter struct {
	tallies map[string]*tally // nil: it could not be counted
	spent   time.Duration
}

// of is the tally of a run; nil: not known.
func (t *counter) of(c *config.Config, w *workload, ps *config.Problems) *tally {
	key := fmt.Sprintf("%d %d %d", w.dim, w.batch, w.samples)
	tables := c.Applying()
	for _, section := range slices.Sorted(maps.Keys(tables)) {
		x := tables[section]
		switch section {
		case "problem", "seed", "seeds", "eval", "record":
			continue // they change no times, but by the sizes above
		case "strategy":
			x = withoutNumbers(x)
		}
		key += " " + section + params.Literal(x)
	}
	n, known := t.tallies[key]
	if !known {
		if t.spent < countingTime {
			began := cputime.Used()
			if c.Precision() == "float64" {
				n = rehearse[float64](c, w, ps)
			} else {
				n = rehearse[float32](c, w, ps)
			}
			t.spent += cputime.Used() - began
		}
		t.tallies[key] = n
	}
	return n
}

// withoutNumbers is a table without what is no whole number: rates and their kin change no times.
func withoutNumbers(x any) any {
	table, ok := x.(map[string]any)
	if !ok {
		return x
	}
	rest := map[string]any{}
	for k, v := range table {
		if _, is := v.(float64); !is {
			rest[k] = withoutNumbers(v)
		}
	}
	return rest
}

// rehearse counts a run by its events, or its beginning and the rest in proportion.
func rehearse[F vec.Float](c *config.Config, w *workload, ps *config.Problems) (n *tally) {
	defer func() {
		if recover() != nil { // a bug in a method is a failed run, when it is run
			n = nil
		}
	}()
	most := max(mostCounted, 4*w.inFlight)
	if most > 20*mostCounted {
		return nil
	}
	sc, _, err := config.Simulation[F](c, ps)
	if err != nil {
		return nil
	}
	whole := sc.Stop
	whole.TrainLoss, whole.TestAccuracy = nil, nil
	sc.Stop = whole
	if sc.Stop.Gradients == 0 || sc.Stop.Gradients > int64(most) {
		sc.Stop.Gradients = int64(most)
	}
	if sc.Cluster.Message == 0 {
		sc.Cluster.Message = int64(w.dim) * int64(unsafe.Sizeof(F(0)))
	}
	m := mute[F]{dim: max(1, min(w.dim, sc.Cluster.Server.Shards)), samples: w.samples, batch: w.batch}
	sc.Problem, sc.Batches, sc.X0 = m, m, make([]F, m.dim)
	sc.Parallel, sc.Record, sc.Eval = 1, sim.Record{}, sim.EvalPlan[F]{}
	r, err := sim.Run(context.Background(), sc, nil)
	if err != nil || r.Gradients == 0 {
		return nil
	}
	times := 1.
	if r.Gradients >= int64(most) && (whole.Gradients == 0 || whole.Gradients > int64(most)) {
		times = timesLonger(whole, &r)
	}
	if times == 0 {
		return nil
	}
	return &tally{float64(r.Gradients) * times, float64(r.Updates) * times, r.VirtualTime.Seconds() * times}
}

// timesLonger is how many times longer than a beginning a run is; 0: that is not known.
func timesLonger(whole sim.Stop, begun *sim.Result) (times float64) {
	for _, x := range [][2]int64{
		{whole.Updates, begun.Updates}, {whole.Pushes, begun.Pushes}, {whole.Gradients, begun.Gradients}, {whole.Samples, begun.Samples},
		{int64(whole.Time), int64(begun.VirtualTime)},
	} {
		if x[0] > 0 && x[1] > 0 {
			if t := float64(x[0]) / float64(x[1]); times == 0 || t < times {
				times = t
			}
		}
	}
	return times
}

// mute is a problem of that size whose gradients are 0.
type mute[F vec.Float] struct{ dim, samples, batch int }

func (m mute[F]) Dim() int                 { return m.dim }
func (m mute[F]) Len() int                 { return m.samples }
func (m mute[F]) Size() int                { return m.batch }
func (m mute[F]) Init(x []F, _ *rand.Rand) { clear(x) }

func (m mute[F]) Batch(dst []int, _, _ int) []int { return dst[:0] }

func (m mute[F]) Grad(_ *nets.Workspace[F], grad, _ []F, _ []int) float64 {
	clear(grad)
	return 0
}

var (
	_ nets.Problem[float32] = mute[float32]{}
	_ sim.Batches           = mute[float32]{}
)
