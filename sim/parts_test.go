package sim

import (
	"slices"
	"testing"

	"staleness/internal/stream"
)

// The heap with its front cache is a sorted slice, only faster.
func TestQueueIsSortedSlice(t *testing.T) {
	r := stream.NewKey(1, "queue test").At(0, 0)
	for range 200 {
		var q queue
		var sorted []event
		for range 300 {
			if r.IntN(5) > 1 || len(sorted) == 0 {
				at, w, k := int64(r.IntN(6)), r.IntN(4), kind(r.IntN(6))
				if r.IntN(3) == 0 && len(sorted) > 0 {
					at = sorted[0].at
				}
				sorted = append(sorted, event{at, newKey(w, k, q.seq), uint32(len(sorted))})
				slices.SortFunc(sorted, func(a, b event) int {
					if a.before(&b) {
						return -1
					}
					return 1
				})
				e := sorted[slices.IndexFunc(sorted, func(e event) bool { return e.key == newKey(w, k, q.seq) && e.at == at })]
				q.push(at, w, k, e.arg)
			} else {
				if got := q.pop(); got != sorted[0] {
					t.Fatalf("popped %v, first is %v", got, sorted[0])
				}
				sorted = sorted[1:]
			}
			if r.IntN(50) == 0 {
				q.flush()
			}
			if q.len() != len(sorted) {
				t.Fatalf("%d events, not %d", q.len(), len(sorted))
			}
		}
	}
}

func TestEventKey(t *testing.T) {
	e := event{5, newKey(maxWorkers-1, onDeliver, maxSeq), 7}
	if e.worker() != maxWorkers-1 || e.kind() != onDeliver || e.String() != "5 w16777214 deliver" {
		t.Errorf("%v: worker %d, kind %v", e, e.worker(), e.kind())
	}
	tick := event{5, newKey(nobody, onTick, 0), 0}
	if !e.before(&tick) || tick.before(&e) {
		t.Error("a tick must come last")
	}
}

// Equal transfers that begin together end together; the NIC is never faster than it can be and
// hardly slower.
func TestFairShare(t *testing.T) {
	var f nic
	f.advance(1000)
	for i := range 7 {
		f.add(1001, i, partHandle(i))
	}
	now := int64(0)
	for i := range 7 {
		now = f.leave()
		f.advance(now)
		if got := f.remove().part; got != partHandle(i) {
			t.Fatalf("part %d left as number %d", got, i)
		}
	}
	if now != 1000+7*1001 {
		t.Fatalf("seven equal transfers took until %d", now)
	}
	r := stream.NewKey(3, "fair").At(0, 0)
	for range 300 {
		var f nic
		now, work, idle, next := int64(0), int64(0), int64(0), int64(0)
		for left := 200; left > 0 || len(f.jobs) > 0; {
			if left > 0 && (len(f.jobs) == 0 || next <= f.leave()) {
				if len(f.jobs) == 0 {
					idle += next - now
				}
				now = next
				f.advance(now)
				w := int64(1 + r.IntN(1e6))
				work += w
				f.add(w, left, 0)
				left--
				next = now + int64(r.IntN(8e5))
				continue
			}
			now = f.leave()
			f.advance(now)
			if f.jobs[0].tag > f.progress {
				t.Fatal("the head is not complete at its event")
			}
			f.remove()
		}
		if late := now - idle - work; late < 0 || late > 20 {
			t.Fatalf("200 transfers of %d ns together were busy for %d ns more", work, late)
		}
	}
}

// Tags are shifted down before they overflow.
func TestFairShareForDays(t *testing.T) {
	var f nic
	f.add(maxNICJob, 0, 0)
	now := int64(0)
	for k := range 200 { // never idle for 200 half-hours
		f.add(maxNICJob, k, partHandle(k+1))
		now = f.leave()
		f.advance(now)
		if f.progress < 0 || f.jobs[0].tag > f.progress {
			t.Fatalf("transfer %d: progress %d, tag %d", k, f.progress, f.jobs[0].tag)
		}
		f.remove()
	}
	if want := int64(200 * maxNICJob); now < want || now > want+400 {
		t.Errorf("200 transfers ended at %d, their work is %d", now, want)
	}
}

func TestWaitlines(t *testing.T) {
	key := stream.NewKey(1, "queue")
	for _, order := range []Queue{FIFO, Rank, Random} {
		l := waitline{order: order}
		r := stream.NewKey(2, "wait").At(0, 0)
		var in, out []partHandle
		rank := map[partHandle]uint64{}
		n := uint64(0)
		for p := range partHandle(2000) {
			n++
			rank[p] = uint64(r.IntN(5))<<40 | n
			l.push(rank[p], p)
			in = append(in, p)
			for l.len() > 0 && r.IntN(20) > 9 {
				if next := l.pop(key, 0); order == Rank {
					for _, w := range l.parts {
						if w.rank < rank[next] {
							t.Fatal("not the lowest worker first")
						}
					}
					out = append(out, next)
				} else {
					out = append(out, next)
				}
			}
		}
		for l.len() > 0 {
			out = append(out, l.pop(key, 0))
		}
		if order == FIFO && !slices.Equal(in, out) {
			t.Error("not first in, first out")
		}
		last := map[uint64]uint64{}
		for _, p := range out {
			if w := rank[p] >> 40; rank[p] < last[w] {
				t.Fatalf("order %d: a worker's parts changed their order", order)
			} else {
				last[w] = rank[p]
			}
		}
		slices.Sort(out)
		if !slices.Equal(in, out) {
			t.Error("parts were lost")
		}
	}
}
