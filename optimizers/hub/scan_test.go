package hub

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"staleness/optimizers"
)

// A cluster drives a hub at random: every message takes as long as it likes, workers leave and
// join, pushes are lost.
type cluster struct {
	h       *Hub[float64]
	r       *rand.Rand
	work    []bool // computing
	wait    []bool
	replies []reply
	pushes  []Header
	inc     []int
	asked   map[int]bool // wants a reply; what a scan over all workers knows
	has     []int
	pushed  []bool
	clock   []int
	gone    []bool
	hold    optimizers.Consistency
	round   map[int]bool // live workers that are in the round
}

type reply struct {
	to, version, inc int
	interrupt        bool
}

func newCluster(t *testing.T, c optimizers.Consistency, workers int, seed uint64) *cluster {
	k := &cluster{h: newCount(t, c, workers), r: rand.New(rand.NewPCG(seed, 1)), work: make([]bool, workers), wait: make([]bool, workers),
		inc: make([]int, workers), asked: map[int]bool{}, has: make([]int, workers), pushed: make([]bool, workers), clock: make([]int, workers),
		gone: make([]bool, workers), hold: c, round: map[int]bool{}}
	for i := range workers {
		k.asked[i], k.has[i] = true, -1
	}
	return k
}

// slowest is the least clock of the living.
func (k *cluster) slowest() int {
	slowest := int(^uint(0) >> 1)
	for i, c := range k.clock {
		if !k.gone[i] {
			slowest = min(slowest, c)
		}
	}
	return slowest
}

// ends says whether a round ends now: everybody alive is in it.
func (k *cluster) ends(o Outcome) error {
	if k.hold.Gather != optimizers.All {
		return nil
	}
	all := len(k.round) > 0
	for i, gone := range k.gone {
		all = all && (gone || k.round[i])
	}
	if all != (o.Round != nil) {
		return fmt.Errorf("the round is %v, looking at everybody says complete: %t", o.Round, all)
	}
	if all {
		clear(k.round)
	}
	return nil
}

// expected is what should be due, by looking at everybody.
func (k *cluster) expected() (due []Due) {
	slowest := k.slowest()
	for i := range k.work {
		switch {
		case k.gone[i]:
		case k.hold.Stop && !k.asked[i] && k.late(i):
			due = append(due, Due{To: i, Interrupt: true})
		case !k.asked[i], k.hold.Hold == optimizers.HoldNews && k.pushed[i] && k.h.version <= k.has[i], k.hold.Hold == optimizers.HoldClock && k.clock[i]-slowest > k.hold.Slack:
		default:
			due = append(due, Due{To: i})
		}
	}
	return due
}

// late says whether all that worker i computes at or is being sent has reached the limit.
func (k *cluster) late(i int) bool {
	newest, computes := -1, k.work[i]
	if computes {
		newest = k.has[i]
	}
	for _, r := range k.replies {
		if r.to == i && r.inc == k.inc[i] {
			newest, computes = max(newest, r.version), computes || !r.interrupt
		}
	}
	return computes && k.h.version-newest >= k.hold.Limit
}

func (k *cluster) answer() error {
	want := k.expected()
	for i := range k.gone {
		if lead := k.h.Lead(i); !k.gone[i] && (lead < 0 || lead != k.clock[i]-k.slowest()) {
			return fmt.Errorf("worker %d is %d ahead, looking at everybody says %d", i, lead, k.clock[i]-k.slowest())
		}
	}
	got := k.h.Due()
	if !slices.Equal(got, want) {
		return fmt.Errorf("due %v, looking at everybody says %v", got, want)
	}
	for _, d := range got {
		version, _ := k.h.Reply(make([]float64, 1), d.To)
		k.replies = append(k.replies, reply{d.To, version, k.inc[d.To], d.Interrupt})
		delete(k.asked, d.To)
		k.pushed[d.To] = false
	}
	return nil
}

// step lets one thing happen.
func (k *cluster) step() error {
	switch n := k.r.IntN(100); {
	case n < 40 && len(k.replies) > 0: // in any order of workers, but in order for each
		j := k.r.IntN(len(k.replies))
		j = slices.IndexFunc(k.replies, func(r reply) bool { return r.to == k.replies[j].to })
		r := k.replies[j]
		k.replies = slices.Delete(k.replies, j, j+1)
		switch {
		case r.inc != k.inc[r.to]: // to one who died
			return nil
		case r.interrupt && !k.work[r.to]:
			k.h.Ignored(r.to)
			return nil
		case r.interrupt:
			k.h.Interrupted(r.to, r.version)
		default:
			k.h.Delivered(r.to, r.version)
		}
		k.has[r.to], k.work[r.to] = r.version, true
		k.h.Begin(r.to)
	case n < 70: // a gradient ends
		if i := k.r.IntN(len(k.work)); k.work[i] {
			k.work[i] = false
			k.pushes = append(k.pushes, k.h.Send(i, 1))
		}
	case n < 97 && len(k.pushes) > 0:
		j := k.r.IntN(len(k.pushes))
		p := k.pushes[j]
		k.pushes = slices.Delete(k.pushes, j, j+1)
		if k.r.IntN(50) == 0 && k.gone[p.From] {
			k.h.Lose(p)
			return nil
		}
		o := k.h.Serve(p, optimizers.Exchange, []float64{1})
		if want := o.Version - p.Read; o.Tau != want {
			return fmt.Errorf("staleness %d, versions say %d", o.Tau, want)
		}
		if !k.gone[p.From] {
			k.asked[p.From], k.pushed[p.From], k.round[p.From] = true, true, true
			k.clock[p.From]++
		}
		if err := k.ends(o); err != nil {
			return err
		}
		return k.answer()
	case n == 98:
		if i := k.r.IntN(len(k.work)); !k.gone[i] && k.r.IntN(4) == 0 {
			k.inc[i]++
			k.gone[i], k.work[i], k.pushed[i] = true, false, false
			delete(k.asked, i)
			delete(k.round, i)
			if err := k.ends(k.h.Leave(i)); err != nil {
				return err
			}
			return k.answer()
		}
	case n == 99:
		if i := k.r.IntN(len(k.work)); k.gone[i] && !slices.ContainsFunc(k.pushes, func(p Header) bool { return p.From == i }) {
			k.h.Join(i)
			k.gone[i], k.asked[i], k.has[i] = false, true, -1
			k.clock[i] = k.h.workers[i].clock
			return k.answer()
		}
	}
	return nil
}

var everyKind = []optimizers.Consistency{optimizers.Async(), optimizers.BSP(), optimizers.SSP(0), optimizers.SSP(2), optimizers.Softsync(3), optimizers.KAsync(2), optimizers.KSync(3, false), optimizers.KSync(2, true), optimizers.KBatchSync(3, false),
	optimizers.KBatchSync(2, true), optimizers.Bounded(1, true), optimizers.Bounded(3, false), optimizers.Bounded(3, true)}

// TestHubAgainstScan: what is due is what looking at every worker finds, and no read is lost,
// whatever happens in whatever order.
func TestHubAgainstScan(t *testing.T) {
	for _, c := range everyKind {
		for seed := range uint64(20) {
			k := newCluster(t, c, 5, seed)
			if err := k.answer(); err != nil {
				t.Fatal(err)
			}
			for i := range 1500 {
				if err := k.step(); err != nil {
					t.Fatalf("%v, seed %d, step %d: %v", c, seed, i, err)
				}
				if err := k.h.Check(k.pushes); err != nil {
					t.Fatalf("%v, seed %d, step %d: %v", c, seed, i, err)
				}
			}
			if k.h.Version() == 0 {
				t.Errorf("%v, seed %d: no update", c, seed)
			}
		}
	}
}
