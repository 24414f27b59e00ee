package optimizertest

import (
	"slices"

	"staleness/nets/vec"
	o "staleness/optimizers"
	"staleness/optimizers/hub"
)

// What the driver does for methods of peers: a push takes effect at its worker's partner, or at
// home, where nothing takes time; letters take as long as a request.

// peering is the server half of a method of peers, else nil.
func (r *Run[F]) peering() o.Peering[F] {
	p, _ := r.hubs[0].Server().(o.Peering[F])
	return p
}

// declared finds a half that is a Peering where the strategy has no Peers, or the reverse.
func (r *Run[F]) declared() {
	if p := r.peering(); (p != nil) != r.Setup.Strategy.Peers {
		r.fault("Strategy.Peers is %v, but the server half is a Peering: %v", r.Setup.Strategy.Peers, p != nil)
	}
}

// way is how long a push takes to where it takes effect, and whether that is at home.
func (r *Run[F]) way(from int) (after int64, home bool) {
	p := r.peering()
	switch {
	case p == nil:
		return r.Setup.Up, false
	case p.Partner(from) == from:
		return 0, true
	}
	return r.Setup.Up, false
}

// replicas are copies of all replicas.
func (r *Run[F]) replicas() (x [][]F) {
	if p := r.peering(); p != nil {
		for i := range r.workers {
			x = append(x, vec.Clone(p.Replica(i)))
		}
	}
	return x
}

// watch finds a replica that has changed since it was copied, and is not said to have.
func (r *Run[F]) watch(before [][]F) {
	for i, x := range before {
		if p := r.peering(); !identical(x, p.Replica(i)) && !slices.Contains(p.Changed(), i) {
			r.fault("replica %d has changed, and Changed lists %v", i, p.Changed())
		}
	}
}

// post sends the letters of a push of a worker that has just been applied.
func (r *Run[F]) post(from int) {
	c, ok := r.peering().(o.Correspondent[F])
	if !ok {
		return
	}
	for _, to := range c.Letters(from) {
		v := make([]F, len(r.Setup.X0))
		spoil(v)
		c.Letter(v, from)
		r.push(event[F]{at: r.Now + r.Setup.Up, worker: to, kind: letter, head: hub.Header{From: from}, v: v})
	}
}

// hear delivers a letter.
func (r *Run[F]) hear(e event[F]) {
	before := r.replicas()
	r.hubs[0].Hear(e.worker, e.head.From, e.v)
	r.watch(before)
	spoil(e.v)
	r.answer(0, 0)
}
