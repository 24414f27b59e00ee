package sim

import (
	"container/heap"
	"testing"

	"staleness/internal/stream"
	"staleness/internal/testspeed"
)

// plainHeap is the binary heap of the standard library.
type plainHeap []event

func (h plainHeap) Len() int           { return len(h) }
func (h plainHeap) Less(i, j int) bool { return h[i].before(&h[j]) }
func (h plainHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *plainHeap) Push(e any)        { *h = append(*h, e.(event)) }
func (h *plainHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}

// streams of events: how long after the present one the next is.
var gaps = map[string]func(r *stream.Rand) int64{
	"one scale": func(r *stream.Rand) int64 { return int64(r.IntN(1e7)) },
	"all scales": func(r *stream.Rand) int64 {
		return int64(r.Uint64() >> (4 + r.IntN(60)))
	},
	"ties":        func(r *stream.Rand) int64 { return int64(r.IntN(3)) * 1e6 },
	"one instant": func(r *stream.Rand) int64 { return int64(r.IntN(2000) / 1999) },
	// one far away first, then many below it: the bucket that was its own is dealt out again
	"outliers": func(r *stream.Rand) int64 { return int64(r.IntN(100)/99)<<40 + int64(r.IntN(1e6)) },
	"the end": func(r *stream.Rand) int64 {
		if r.IntN(3) == 0 {
			return endOfTime
		}
		return int64(r.IntN(1e9))
	},
}

// A queue of many events gives what a plain heap gives, whatever comes together, is put back, or
// laid out for a checkpoint between; and says how many there are, and which.
func TestQueueOfManyIsHeap(t *testing.T) {
	n := max(6/testspeed.Slower, 2) * manyEvents
	for name, gap := range gaps {
		t.Run(name, func(t *testing.T) {
			r := stream.NewKey(3, name).At(0, 0)
			var q queue
			var plain plainHeap
			now, soon, many := int64(0), 0, false
			q.looks = func(e *event, near bool) {
				if e.at < now {
					t.Fatalf("at %d, %v is said to come", now, e)
				}
				soon++
			}
			push := func() {
				at, w, k, arg := later(now, gap(&r)), r.IntN(maxWorkers), kind(r.IntN(int(onTick))), uint32(r.Uint64())
				heap.Push(&plain, event{at, newKey(w, k, q.seq), arg})
				q.push(at, w, k, arg)
				many = many || q.wheel != nil
			}
			pop := func() {
				got, want := q.pop(), heap.Pop(&plain).(event)
				if got != want {
					t.Fatalf("popped %v, first of %d is %v", got, len(plain)+1, want)
				}
				if now = got.at; r.IntN(20) == 0 {
					q.back(got)
					if again := q.pop(); again != want {
						t.Fatalf("put back %v, popped %v", want, again)
					}
				}
			}
			// few, many, in equilibrium, none
			for _, grow := range []int{9, 5, 2} {
				for range n {
					if r.IntN(10) < grow || len(plain) == 0 {
						push()
					} else {
						pop()
					}
					switch r.IntN(n / 3) {
					case 0:
						q.flush()
					case 1:
						checkAll(t, &q, plain)
					}
				}
			}
			if !many || soon == 0 {
				t.Error("the queue has never held many events")
			}
			for len(plain) > 0 {
				pop()
			}
			if q.len() != 0 {
				t.Errorf("%d events are left", q.len())
			}
		})
	}
}

// checkAll compares what a queue says it holds with a heap.
func checkAll(t *testing.T, q *queue, plain plainHeap) {
	t.Helper()
	have := map[event]int{}
	for _, e := range plain {
		have[e]++
	}
	q.each(func(e *event) { have[*e]-- })
	for e, n := range have {
		if n != 0 {
			t.Fatalf("%v is missing %d times", e, n)
		}
	}
	if q.len() != len(plain) {
		t.Fatalf("%d events, not %d", q.len(), len(plain))
	}
}
