package hub

import "slices"

// keyed is a worker in a minHeap. Equal keys come out in order of worker.
type keyed struct{ key, worker int }

func (a keyed) less(b keyed) bool { return a.key < b.key || a.key == b.key && a.worker < b.worker }

type minHeap []keyed

func (h *minHeap) push(key, worker int) {
	*h = append(*h, keyed{key, worker})
	h.up(len(*h) - 1)
}

func (h *minHeap) pop() keyed {
	s := *h
	top := s[0]
	n := len(s) - 1
	s[0] = s[n]
	*h = s[:n]
	h.down(0)
	return top
}

// keep drops what f does not want.
func (h *minHeap) keep(f func(keyed) bool) {
	*h = slices.DeleteFunc(*h, func(e keyed) bool { return !f(e) })
	for i := len(*h)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

func (h minHeap) up(i int) {
	for i > 0 {
		p := (i - 1) / 2
		if !h[i].less(h[p]) {
			return
		}
		h[i], h[p] = h[p], h[i]
		i = p
	}
}

func (h minHeap) down(i int) {
	for {
		c := 2*i + 1
		if c >= len(h) {
			return
		}
		if c+1 < len(h) && h[c+1].less(h[c]) {
			c++
		}
		if !h[c].less(h[i]) {
			return
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
}
