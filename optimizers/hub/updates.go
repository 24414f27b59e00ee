package hub

import (
	"cmp"
	"slices"

	"staleness/nets/vec"
	"staleness/optimizers"
)

// What becomes of pushes: refused, weighed, merged, applied.

// held is a push that waits for its round.
type held[F vec.Float] struct {
	from, tau int
	vec       []F
	loss      float64
	sched     float64
	seconds   float64
}

func (h *Hub[F]) push(p Header, v []F, o *Outcome) {
	o.Tau = h.staleness(p)
	version, l := h.book(p.From)
	l.close(version, p.Read)
	h.last = p.Sched
	if p.Read < h.floor || h.c.Limit > 0 && o.Tau >= h.c.Limit {
		o.Verdict = optimizers.Dropped
		return
	}
	optimizers.ClipNorm(v, h.strategy.Clip.Push)
	if h.strategy.Weight != nil {
		if f := h.strategy.Weight(o.Tau); f != 1 {
			vec.Scale(v, F(f))
		}
	}
	switch {
	case h.c.Gather == optimizers.All && len(h.workers) > 1:
		h.keep(p, v, o.Tau)
		if h.here < h.live || h.live == 0 {
			o.Verdict, o.Held = optimizers.Buffered, true
			return
		}
		h.endRound(o)
	case h.c.Gather > 1:
		h.add(v, p.Loss, p.Sched, p.Seconds, o.Tau)
		if h.merged < h.gather() {
			o.Verdict = optimizers.Buffered
			return
		}
		h.applySum(o)
	default:
		h.apply(optimizers.Message[F]{From: p.From, Vec: v, Tau: o.Tau, N: 1, Sched: p.Sched, Loss: p.Loss, Seconds: p.Seconds}, o)
	}
}

// keep puts a push into the round.
func (h *Hub[F]) keep(p Header, v []F, tau int) {
	n := len(h.round)
	h.round = slices.Grow(h.round, 1)[:n+1]
	r := &h.round[n]
	r.from, r.tau, r.loss, r.sched, r.seconds, r.vec = p.From, tau, p.Loss, p.Sched, p.Seconds, append(r.vec[:0], v...)
	if w := &h.workers[p.From]; !w.gone && !w.in {
		w.in = true
		h.here++
	}
}

// endRound merges the round in the order of workers.
func (h *Hub[F]) endRound(o *Outcome) {
	slices.SortStableFunc(h.round, func(a, b held[F]) int { return cmp.Compare(a.from, b.from) })
	h.who = h.who[:0]
	for i := range h.round {
		r := &h.round[i]
		h.add(r.vec, r.loss, r.sched, r.seconds, r.tau)
		h.who = append(h.who, r.from)
		h.workers[r.from].in = false
	}
	h.round, h.here = h.round[:0], 0
	o.Round = h.who
	h.applySum(o)
}

// add merges a push with those before it.
func (h *Hub[F]) add(v []F, loss, sched, seconds float64, tau int) {
	if h.merged++; h.merged == 1 {
		h.sum, h.loss, h.tau, h.sched, h.took = append(h.sum[:0], v...), loss, tau, sched, seconds
		return
	}
	h.level(v, sched)
	vec.Add(h.sum, h.sum, v)
	h.loss += loss
	h.took += seconds
	h.tau = max(h.tau, tau)
}

// level lets the sum and a push have one factor, the greater of the two, the other vector being
// made smaller; if the server is Linear.
func (h *Hub[F]) level(v []F, sched float64) {
	switch {
	case !h.linear || sched == h.sched:
	case sched < h.sched:
		vec.Scale(v, F(sched/h.sched))
	default:
		vec.Scale(h.sum, F(h.sched/sched))
		h.sched = sched
	}
}

func (h *Hub[F]) applySum(o *Outcome) {
	if h.strategy.Combine == optimizers.Mean {
		vec.Scale(h.sum, 1/F(h.merged))
	}
	sched := h.last
	if h.linear {
		sched = h.sched
	}
	m := optimizers.Message[F]{From: -1, Vec: h.sum, Tau: h.tau, N: h.merged, Sched: sched, Loss: h.loss / float64(h.merged), Seconds: h.took}
	h.merged = 0
	h.apply(m, o)
}

func (h *Hub[F]) apply(m optimizers.Message[F], o *Outcome) {
	if o.Verdict = h.update(m); o.Verdict != optimizers.Applied {
		h.noNews()
		return
	}
	h.version++
	if h.breaker != nil && h.breaker.Breaks() {
		h.floor = h.version
	}
	if h.peering != nil {
		h.changed()
	}
	h.ledger.update()
	h.ready = append(h.ready, h.news...)
	h.news = h.news[:0]
}

// noNews answers those who wait for news of pushes of which the server has made none, since it
// refused them or keeps them: if they waited on, nobody might be left to make any.
func (h *Hub[F]) noNews() {
	if h.c.Hold != optimizers.HoldNews {
		return
	}
	for i := range h.workers {
		h.workers[i].pushed = false
	}
	h.ready = append(h.ready, h.news...)
	h.news = h.news[:0]
}

// update lets the server have m. A center that is the driver's memory is never written to.
func (h *Hub[F]) update(m optimizers.Message[F]) optimizers.Verdict {
	into := h.into
	if into == nil && !h.away {
		return h.server.Apply(m)
	}
	if into == nil {
		into = make([]F, len(h.server.Center()))
	}
	v := h.versioner.ApplyTo(into, m)
	h.away = h.away || v == optimizers.Applied
	return v
}
