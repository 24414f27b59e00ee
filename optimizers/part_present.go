package optimizers

// present is embedded by servers that go by who takes part: it counts them.
type present struct {
	away []bool // who has left
	n    int    // how many have not
}

func newPresent(workers int) present { return present{make([]bool, workers), workers} }

// leave takes a worker out, and says whether it was there.
func (p *present) leave(worker int) bool {
	was := !p.away[worker]
	if was {
		p.away[worker] = true
		p.n--
	}
	return was
}

// join takes a worker back.
func (p *present) join(worker int) {
	if p.away[worker] {
		p.away[worker] = false
		p.n++
	}
}
