package optimizers

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// count is a strategy of dimension 1 whose center counts what was applied.
func count(combine Combine) Strategy[float64] {
	return Strategy[float64]{Worker: newGradients[float64](Exchange), Server: newAdder[float64], Combine: combine}
}

func newCount(t testing.TB, c Consistency, workers int) *Hub[float64] {
	t.Helper()
	h, err := NewHub(count(Sum), c, Env[float64]{Workers: workers, X0: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// A cluster drives a hub at random: every message takes as long as it likes, workers leave and join, pushes are lost.
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
	hold    Consistency
	round   map[int]bool // live workers that are in the round
}

type reply struct {
	to, version, inc int
	interrupt        bool
}

func newCluster(t *testing.T, c Consistency, workers int, seed uint64) *cluster {
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
	if k.hold.Gather != All {
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
		case !k.asked[i], k.hold.Hold == HoldNews && k.pushed[i] && k.h.version <= k.has[i], k.hold.Hold == HoldClock && k.clock[i]-slowest > k.hold.Slack:
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
		o := k.h.Serve(p, Exchange, []float64{1})
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

var everyKind = []Consistency{Async(), BSP(), SSP(0), SSP(2), Softsync(3), KAsync(2), KSync(3, false), KSync(2, true), KBatchSync(3, false),
	KBatchSync(2, true), Bounded(1, true), Bounded(3, false), Bounded(3, true)}

// TestHubAgainstScan: what is due is what looking at every worker finds, and no read is lost, whatever happens in whatever
// order.
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

// TestCheckNotices: the books find a driver that stamps reads wrongly, loses a push or delivers what was not sent.
func TestCheckNotices(t *testing.T) {
	for what, wrong := range map[string]func(h *Hub[float64], p Header) Header{
		"a read stamped late":  func(h *Hub[float64], p Header) Header { p.Read++; return p },
		"a read stamped early": func(h *Hub[float64], p Header) Header { p.Read--; return p },
	} {
		h := newCount(t, Async(), 3)
		for _, d := range h.Due() {
			v, _ := h.Reply(make([]float64, 1), d.To)
			h.Delivered(d.To, v)
		}
		for k := range 9 {
			h.Begin(k % 3)
			p := h.Send(k%3, 0)
			if k == 4 {
				p = wrong(h, p)
			}
			h.Serve(p, Exchange, []float64{1})
			for _, d := range h.Due() {
				v, _ := h.Reply(make([]float64, 1), d.To)
				h.Delivered(d.To, v)
			}
		}
		if err := h.Check(nil); err == nil || !strings.Contains(err.Error(), "not conserved") {
			t.Errorf("%s: %v", what, err)
		}
	}
	h := newCount(t, Async(), 1)
	h.Due()
	v, _ := h.Reply(make([]float64, 1), 0)
	h.Delivered(0, v)
	h.Begin(0)
	h.Send(0, 0)
	if err := h.Check(nil); err == nil || !strings.Contains(err.Error(), "balance") {
		t.Errorf("a lost push: %v", err)
	}
	h.Delivered(0, 7)
	if err := h.Check(nil); err == nil || !strings.Contains(err.Error(), "delivered version 7") {
		t.Errorf("a reply that was not sent: %v", err)
	}
}

// a script drives a hub without time: "2" is a push of worker 2 with its answer delivered at once where there is one.
type script struct {
	t *testing.T
	h *Hub[float64]
}

func play(t *testing.T, c Consistency, workers int) *script {
	s := &script{t, newCount(t, c, workers)}
	s.deliver()
	return s
}

func (s *script) deliver() (to []int) {
	for _, d := range slices.Clone(s.h.Due()) {
		v, _ := s.h.Reply(make([]float64, 1), d.To)
		to = append(to, d.To)
		if d.Interrupt {
			s.h.Interrupted(d.To, v)
		} else {
			s.h.Delivered(d.To, v)
		}
		s.h.Begin(d.To)
	}
	return to
}

// push lets worker i push, and wants this outcome and these answers.
func (s *script) push(i int, verdict Verdict, version, tau int, answered ...int) Outcome {
	s.t.Helper()
	o := s.h.Serve(s.h.Send(i, float64(i)), Exchange, []float64{1})
	if to := s.deliver(); o.Verdict != verdict || o.Version != version || o.Tau != tau || !slices.Equal(to, answered) {
		s.t.Errorf("push of %d: %+v, answered %v; want verdict %d, version %d, staleness %d, answered %v", i, o, to, verdict, version, tau, answered)
	}
	if err := s.h.Check(nil); err != nil {
		s.t.Error(err)
	}
	return o
}

func TestAsync(t *testing.T) {
	s := play(t, Async(), 3)
	s.push(0, Applied, 0, 0, 0)
	s.push(1, Applied, 1, 1, 1)
	s.push(2, Applied, 2, 2, 2)
	s.push(0, Applied, 3, 2, 0)
}

func TestRounds(t *testing.T) {
	s := play(t, BSP(), 3)
	if o := s.push(2, Buffered, 0, 0); !o.Held {
		t.Error("a push of a round is not held")
	}
	s.push(0, Buffered, 0, 0)
	if o := s.push(1, Applied, 0, 0, 0, 1, 2); !slices.Equal(o.Round, []int{0, 1, 2}) {
		t.Errorf("in the round: %v", o.Round)
	}
	if got := s.h.Center()[0]; got != 3 {
		t.Errorf("center %v", got)
	}
	s.push(1, Buffered, 1, 0)
	s.push(0, Buffered, 1, 0)
	if o := s.h.Leave(2); o.Verdict != Applied || !slices.Equal(o.Round, []int{0, 1}) { // it waited for nobody else
		t.Errorf("the last one leaves: %+v", o)
	}
	if to := s.deliver(); !slices.Equal(to, []int{0, 1}) {
		t.Errorf("answered %v", to)
	}
	if err := s.h.Check(nil); err != nil {
		t.Error(err)
	}
}

// witness is a server that keeps what it was given.
type witness struct {
	broadcast[float64]
	last Message[float64]
}

func (s *witness) Apply(m Message[float64]) Verdict {
	s.last = m
	s.last.Vec = slices.Clone(m.Vec)
	return Applied
}

// TestMerged: what the server sees of a merged push, also when it is completed by one who leaves.
func TestMerged(t *testing.T) {
	s := count(Mean)
	s.Server = func(e Env[float64]) Server[float64] { return &witness{broadcast: newBroadcast(e)} }
	h, err := NewHub(s, BSP(), Env[float64]{Workers: 3, X0: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	h.Serve(Header{From: 2, Loss: 5, Sched: .5}, Exchange, []float64{1})
	h.Serve(Header{From: 0, Loss: 2, Sched: .25}, Exchange, []float64{4})
	h.Leave(1)
	got := h.Server().(*witness).last
	if got.From != -1 || got.N != 2 || got.Vec[0] != 2.5 || got.Loss != 3.5 || got.Sched != .25 || got.Tau != 0 {
		t.Errorf("%+v", got)
	}
}

// TestServeInto: a center that a driver houses is not written to by updates that it gives no room for.
func TestServeInto(t *testing.T) {
	h, err := NewHub(count(Mean), BSP(), Env[float64]{Workers: 2, X0: []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	first, second := []float64{2}, []float64{4}
	if _, moved := h.ServeInto(Header{From: 0}, Exchange, first); moved {
		t.Error("a push that is held is the center")
	}
	if _, moved := h.ServeInto(Header{From: 1}, Exchange, second); !moved || &h.Center()[0] != &second[0] || second[0] != 1+3 {
		t.Errorf("the center is %v, not in the last push", h.Center())
	}
	h.Serve(Header{From: 0}, Exchange, []float64{2})
	if h.Leave(1); second[0] != 4 || h.Center()[0] != 6 {
		t.Errorf("the center is %v, and where it was stands %v", h.Center(), second)
	}
	lone, err := NewHub(Strategy[float64]{Worker: newGradients[float64](Exchange), Server: func(e Env[float64]) Server[float64] { return &witness{broadcast: newBroadcast(e)} }},
		Async(), Env[float64]{Workers: 1, X0: []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	if o, moved := lone.ServeInto(Header{From: 0}, Exchange, []float64{1}); moved || o.Verdict != Applied {
		t.Error("a server that keeps its center has moved")
	}
}

func TestSSP(t *testing.T) {
	s := play(t, SSP(1), 2)
	s.push(0, Applied, 0, 0, 0)
	s.push(0, Applied, 1, 0) // two ahead: held
	s.push(1, Applied, 2, 2, 0, 1)
	if s.h.Lead(0) != 1 || s.h.Lead(1) != 0 {
		t.Errorf("leads %d, %d", s.h.Lead(0), s.h.Lead(1))
	}
	s.push(0, Applied, 3, 0)
	s.h.Leave(1) // the slowest is gone
	if to := s.deliver(); !slices.Equal(to, []int{0}) {
		t.Errorf("answered %v", to)
	}
}

func TestKSync(t *testing.T) {
	s := play(t, KSync(2, false), 3)
	s.push(0, Buffered, 0, 0)
	s.push(1, Applied, 0, 0, 0, 1)
	s.push(2, Dropped, 1, 1, 2)
	s.push(2, Buffered, 1, 0)
	s = play(t, KSync(2, true), 3)
	s.push(0, Buffered, 0, 0)
	s.push(1, Applied, 0, 0, 0, 1, 2) // 2 is interrupted
	s.push(2, Buffered, 1, 0)
}

// TestPullAlone: who has pushed nothing since its last reply is not kept waiting for news.
func TestPullAlone(t *testing.T) {
	s := play(t, KAsync(2), 2)
	pull := func(i int, answered ...int) {
		t.Helper()
		s.h.Serve(Header{From: i}, Pull|Wait, nil)
		if to := s.deliver(); !slices.Equal(to, answered) {
			t.Errorf("answered %v, want %v", to, answered)
		}
	}
	pull(0, 0)
	s.push(0, Buffered, 0, 0)
	s.push(1, Applied, 0, 0, 0, 1)
	pull(0, 0)
	pull(0, 0)
}

func TestKBatchSync(t *testing.T) {
	s := play(t, KBatchSync(3, false), 2)
	s.push(0, Buffered, 0, 0, 0)
	s.push(0, Buffered, 0, 0, 0)
	s.push(0, Applied, 0, 0, 0)
	s.push(1, Dropped, 1, 1, 1)
}

func TestSoftsync(t *testing.T) {
	s := play(t, Softsync(2), 3)
	s.push(0, Buffered, 0, 0, 0)
	s.push(0, Applied, 0, 0, 0)
	s.push(1, Buffered, 1, 1, 1)
	s.push(2, Applied, 1, 1, 2)
}

func TestBounded(t *testing.T) {
	s := play(t, Bounded(2, false), 3)
	s.push(0, Applied, 0, 0, 0)
	s.push(1, Applied, 1, 1, 1)
	s.push(2, Dropped, 2, 2, 2)
	s = play(t, Bounded(2, true), 3)
	s.push(0, Applied, 0, 0, 0)
	s.push(1, Applied, 1, 1, 1, 2) // 2 can only be refused: it starts again
	s.push(2, Applied, 2, 0, 0, 2) // and now 0, who read version 1
}

// TestReadOld: the reply is what the center was before the push, and is read then.
func TestReadOld(t *testing.T) {
	h := newCount(t, Async(), 2)
	for _, d := range h.Due() {
		h.Reply(make([]float64, 1), d.To)
		h.Delivered(d.To, 0)
		h.Begin(d.To)
	}
	v := make([]float64, 1)
	for k := range 6 {
		o := h.Serve(h.Send(k%2, 0), Exchange|ReadOld, []float64{1})
		want := 2
		if k < 2 {
			want = k
		}
		if o.Tau != want {
			t.Errorf("push %d: staleness %d, want %d: the own last push counts", k, o.Tau, want)
		}
		h.Due()
		if !h.Kept(k % 2) {
			t.Error("the old reply is not kept")
		}
		version, _ := h.Reply(v, k%2)
		if v[0] != float64(k) || version != k {
			t.Errorf("reply %v of version %d, want %d", v[0], version, k)
		}
		h.Delivered(k%2, version)
		h.Begin(k % 2)
		if err := h.Check(nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWeightAndClip: pushes are clipped, then weighted by their own staleness, then merged.
func TestWeightAndClip(t *testing.T) {
	s := count(Mean)
	s.Weight = InversePlusOne{}.Of
	s.Clip = Clip{Push: 2}
	h, err := NewHub(s, Softsync(2), Env[float64]{Workers: 4, X0: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	for i, push := range []float64{1, 6, -3, 1} { // read at version 0: staleness 0, 0, 1, 1
		h.Serve(Header{From: i}, Push, []float64{push})
	}
	if got, want := h.Center()[0], (1.+2)/2+(-2./2+1./2)/2; got != want {
		t.Errorf("center %v, want %v", got, want)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		what    string
		s       Strategy[float64]
		run     Consistency
		workers int
		says    string
	}{
		{"merging what may not be", count(Alone), BSP(), 2, "cannot be merged"},
		{"merging what may not be", count(Alone), Softsync(2), 2, "take async"},
		{"nobody to merge", count(Alone), BSP(), 1, ""},
		{"a limit that is missing", count(Mean), Consistency{Stop: true}, 2, "needs a limit"},
		{"more than there are", count(Mean), KSync(3, false), 2, "at most 2"},
		{"more than there are, nobody waits", count(Mean), KBatchSync(3, false), 2, ""},
		{"slack without clock", count(Mean), Consistency{Slack: 1}, 2, "only ssp"},
		{"a round with slack", count(Mean), Consistency{Gather: All, Hold: HoldClock, Slack: 1}, 2, "take bsp"},
		{"a round nobody waits for", count(Mean), Consistency{Gather: All}, 2, "take bsp"},
		{"a round with a limit", count(Mean), Consistency{Gather: All, Hold: HoldClock, Limit: 1}, 2, "k-sync"},
		{"gathering by the clock", count(Mean), Consistency{Gather: 2, Hold: HoldClock}, 2, "k-async"},
		{"negative", count(Mean), Consistency{Gather: -2}, 2, "negative"},
		{"its own", Strategy[float64]{Consistency: BSP(), Combine: Mean}, SSP(1), 2, "leave [consistency] out"},
		{"too many", Strategy[float64]{MaxWorkers: 1}, Async(), 2, "at most 1"},
		{"none", count(Mean), Async(), 0, "at least one"},
		{"never waits", Strategy[float64]{Overlaps: true}, SSP(1), 2, "never waits"},
		{"peers", Strategy[float64]{Peers: true}, SSP(1), 2, "no server"},
		{"cannot start again", Strategy[float64]{Keeps: true}, Bounded(2, true), 2, "stops = false"},
		{"trails", Strategy[float64]{Trails: true}, Bounded(1, false), 2, "limit of 2"},
	} {
		_, err := c.s.Resolve(c.run, c.workers)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

// BenchmarkHub is one push and its answer, at the server; it must not grow with the number of workers.
func BenchmarkHub(b *testing.B) {
	for _, c := range []Consistency{Async(), SSP(3), Softsync(4), Bounded(1000, true), BSP()} {
		for _, workers := range []int{100, 10_000, 1_000_000} {
			b.Run(fmt.Sprintf("%v/M=%d", c, workers), func(b *testing.B) {
				h := newCount(b, c, workers)
				v := make([]float64, 1)
				start := func() {
					for _, d := range h.Due() {
						version, _ := h.Read(d.To)
						h.Delivered(d.To, version)
						h.Begin(d.To)
					}
				}
				start()
				i := 0
				for b.Loop() {
					h.Serve(h.Send(i, 0), Exchange, v)
					start()
					if i++; i == workers {
						i = 0
					}
				}
			})
		}
	}
}
