package sim

import "slices"

// A queue gives events in their order. A few are in a 4-ary heap, by value; of many, those to come
// later are in a wheel, the next ones in a sorted batch, and the heap has what was pushed since
// into the time of that batch. In front of all one event is cached: a hop that takes no time is
// pushed and popped again without touching anything else. Nothing of that changes the order.
type queue struct {
	heap   []event
	front  event // before all others
	cached bool
	seq    uint64
	wheel  *wheel `state:"-"` // nil: all are in the heap
	// looks is told of events that will come soon, to fetch what they will touch: those
	// aheadFar events from now, and again aheadNear events from now; only where there are many
	looks func(e *event, near bool)
}

const (
	manyEvents = 2048 // more are not all kept in a heap
	aheadFar   = 12
	aheadNear  = 5
)

func (q *queue) len() int {
	n := len(q.heap)
	if q.cached {
		n++
	}
	if w := q.wheel; w != nil {
		n += w.held + len(w.batch) - w.next
	}
	return n
}

func (q *queue) push(at int64, worker int, k kind, arg uint32) {
	e := event{at, newKey(worker, k, q.seq), arg}
	q.seq++
	switch {
	case q.cached:
		if e.before(&q.front) {
			e, q.front = q.front, e
		}
	case q.wheel == nil && len(q.heap) > 0:
		if e.before(&q.heap[0]) {
			q.front, q.cached = e, true
			return
		}
	case q.leads(&e):
		q.front, q.cached = e, true
		return
	}
	q.insert(e)
}

// leads says whether an event is known to come before all others; none is cached.
func (q *queue) leads(e *event) bool {
	if w := q.wheel; w != nil && (uint64(e.at) >= w.limit || w.next < len(w.batch) && !e.before(&w.batch[w.next])) {
		return false
	}
	return len(q.heap) == 0 || e.before(&q.heap[0])
}

// pop returns the first event; the queue must not be empty.
func (q *queue) pop() event {
	if q.cached {
		q.cached = false
		return q.front
	}
	w := q.wheel
	if w == nil {
		return q.remove()
	}
	if w.next == len(w.batch) && len(q.heap) == 0 {
		q.refill()
	}
	if w.next == len(w.batch) || len(q.heap) > 0 && q.heap[0].before(&w.batch[w.next]) {
		return q.remove()
	}
	k := w.next
	w.next++
	if q.looks != nil {
		if k+aheadFar < len(w.batch) {
			q.looks(&w.batch[k+aheadFar], false)
		}
		if k+aheadNear < len(w.batch) {
			q.looks(&w.batch[k+aheadNear], true)
		}
	}
	return w.batch[k]
}

// refill makes the next batch; there is nothing outside the wheel.
func (q *queue) refill() {
	w := q.wheel
	w.refill()
	if q.looks == nil {
		return
	}
	for k := range w.batch[:min(len(w.batch), aheadFar)] {
		q.looks(&w.batch[k], false)
	}
	for k := range w.batch[:min(len(w.batch), aheadNear)] {
		q.looks(&w.batch[k], true)
	}
}

// back puts the event that was just popped back.
func (q *queue) back(e event) { q.front, q.cached = e, true }

// each calls f with every event, in no order.
func (q *queue) each(f func(e *event)) {
	q.until(func(e *event) bool { f(e); return true })
}

// until calls f with every event, in no order, until it has seen enough.
func (q *queue) until(f func(e *event) bool) {
	if q.cached && !f(&q.front) {
		return
	}
	for i := range q.heap {
		if !f(&q.heap[i]) {
			return
		}
	}
	if w := q.wheel; w != nil {
		for i := range w.batch[w.next:] {
			if !f(&w.batch[w.next+i]) {
				return
			}
		}
		w.until(f)
	}
}

// flush puts all events into the heap, in order: what a checkpoint has of them.
func (q *queue) flush() {
	all := make([]event, 0, q.len())
	q.each(func(e *event) { all = append(all, *e) })
	slices.SortFunc(all, event.compare)
	q.heap, q.cached, q.wheel = all, false, nil
}

func (q *queue) insert(e event) {
	if w := q.wheel; w != nil && uint64(e.at) >= w.limit {
		w.add(e)
		return
	}
	q.heap = append(q.heap, e)
	h := q.heap
	i := len(h) - 1
	for i > 0 {
		p := (i - 1) / 4
		if !e.before(&h[p]) {
			break
		}
		h[i] = h[p]
		i = p
	}
	h[i] = e
	if len(h) > manyEvents {
		q.spread()
	}
}

// spread puts the events of the heap into the wheel, if it is not all one instant there.
func (q *queue) spread() {
	w := q.wheel
	if w == nil {
		w = new(wheel)
		q.wheel = w
	} else if w.limit-w.base <= 1 {
		return
	}
	w.limit = w.base
	for _, e := range w.batch[w.next:] {
		w.add(e)
	}
	w.batch, w.next = w.batch[:0], 0
	for _, e := range q.heap {
		w.add(e)
	}
	q.heap = q.heap[:0:min(cap(q.heap), 2*manyEvents)]
}

func (q *queue) remove() event {
	top := q.heap[0]
	n := len(q.heap) - 1
	e := q.heap[n]
	q.heap = q.heap[:n]
	if n == 0 {
		return top
	}
	h := q.heap
	i := 0
	for c := 1; c < n; c = 4*i + 1 {
		least := c
		for j := c + 1; j < min(c+4, n); j++ {
			if h[j].before(&h[least]) {
				least = j
			}
		}
		if !h[least].before(&e) {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = e
	return top
}
