package sim

import (
	"staleness/internal/stream"
)

// A waitline holds the parts that wait for a server and picks the next one when it gets free.
type waitline struct {
	order  Queue
	parts  []waiter
	head   int // FIFO: those before have been served
	served uint64
}

type waiter struct {
	rank uint64 // worker, message number, shard
	part partHandle
}

func (l *waitline) len() int { return len(l.parts) - l.head }

func (l *waitline) push(rank uint64, part partHandle) {
	l.parts = append(l.parts, waiter{rank, part})
	if l.order != Rank {
		return
	}
	p := l.parts
	for i := len(p) - 1; i > 0; {
		up := (i - 1) / 2
		if p[i].rank >= p[up].rank {
			return
		}
		p[i], p[up] = p[up], p[i]
		i = up
	}
}

// pop takes the next part out; key and shard name the draws of a Random line.
func (l *waitline) pop(key stream.Key, shard int) partHandle {
	switch l.order {
	case Rank:
		return l.popLeast()
	case Random:
		r := key.At(uint64(shard), l.served)
		l.served++
		n := len(l.parts) - 1
		k := r.IntN(n + 1)
		for j, w := range l.parts { // a worker's own parts keep their order
			if w.rank>>40 == l.parts[k].rank>>40 && w.rank < l.parts[k].rank {
				k = j
			}
		}
		part := l.parts[k].part
		l.parts[k] = l.parts[n]
		l.parts = l.parts[:n]
		return part
	}
	part := l.parts[l.head].part
	if l.head++; l.head == len(l.parts) {
		l.parts, l.head = l.parts[:0], 0
	} else if l.head >= 32 && l.head > len(l.parts)/2 {
		l.parts = l.parts[:copy(l.parts, l.parts[l.head:])]
		l.head = 0
	}
	return part
}

func (l *waitline) popLeast() partHandle {
	p := l.parts
	part := p[0].part
	n := len(p) - 1
	p[0] = p[n]
	p = p[:n]
	l.parts = p
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			return part
		}
		if c+1 < n && p[c+1].rank < p[c].rank {
			c++
		}
		if p[c].rank >= p[i].rank {
			return part
		}
		p[i], p[c] = p[c], p[i]
		i = c
	}
}
