package hub

import "slices"

// clocks counts live workers by their clock, to know the least without looking for it.
type clocks struct {
	min   int
	count []int // of clocks min, min+1, ...; from head on
	head  int
}

// join brings in a worker, at the least clock.
func (c *clocks) join() int { c.at(c.min, 1); return c.min }

func (c *clocks) leave(clock int) { c.at(clock, -1); c.advance() }

func (c *clocks) tick(clock int) { c.at(clock+1, 1); c.at(clock, -1); c.advance() }

func (c *clocks) at(clock, by int) {
	i := c.head + clock - c.min
	for i >= len(c.count) {
		c.count = append(c.count, 0)
	}
	c.count[i] += by
}

// advance moves past clocks that nobody is at, if somebody is ahead.
func (c *clocks) advance() {
	skip := 0
	for c.head+skip < len(c.count) && c.count[c.head+skip] == 0 {
		skip++
	}
	if c.head+skip == len(c.count) {
		return // nobody is left: whoever joins takes up here
	}
	c.head += skip
	c.min += skip
	if c.head > 64 && c.head > len(c.count)/2 {
		c.count = slices.Delete(c.count, 0, c.head)
		c.head = 0
	}
}

// resume brings a worker back in at its own clock, or at the least if that is higher.
func (c *clocks) resume(clock int) int {
	if clock <= c.min {
		return c.join()
	}
	c.at(clock, 1)
	c.advance()
	return clock
}
