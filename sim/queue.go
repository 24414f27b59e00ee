package sim

// A queue is a 4-ary heap of events, by value, with one event cached in front: a hop that takes no
// time is pushed and popped again without touching the heap. The cache changes no order.
type queue struct {
	heap   []event
	front  event // before all of heap
	cached bool
	seq    uint64
}

func (q *queue) len() int {
	if q.cached {
		return len(q.heap) + 1
	}
	return len(q.heap)
}

func (q *queue) push(at int64, worker int, k kind, arg uint32) {
	e := event{at, newKey(worker, k, q.seq), arg}
	q.seq++
	switch {
	case q.cached && e.before(&q.front):
		e, q.front = q.front, e
		q.insert(e)
	case !q.cached && (len(q.heap) == 0 || e.before(&q.heap[0])):
		q.front, q.cached = e, true
	default:
		q.insert(e)
	}
}

// pop returns the first event; the queue must not be empty.
func (q *queue) pop() event {
	if q.cached {
		q.cached = false
		return q.front
	}
	return q.remove()
}

// back puts the event that was just popped back.
func (q *queue) back(e event) { q.front, q.cached = e, true }

// each calls f with every event, in no order.
func (q *queue) each(f func(e *event)) {
	if q.cached {
		f(&q.front)
	}
	for i := range q.heap {
		f(&q.heap[i])
	}
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
}

// flush puts the cached event back among the others.
func (q *queue) flush() {
	if q.cached {
		q.cached = false
		q.insert(q.front)
	}
}

func (q *queue) insert(e event) {
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
