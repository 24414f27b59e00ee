package sim

import (
	"staleness/internal/stream"
	"staleness/optimizers"
	"staleness/optimizers/hub"
)

// Transmissions that get lost, and what a worker does about it: it sends a part again until that is
// acknowledged. What came twice is known by the state of its part, and changes nothing.

// mail is what faults have to know of a message.
type mail struct {
	Life  uint32 // of the worker when it was sent
	Refs  int32  // transmissions and timers under way, which name the message
	Birth bool   // a worker's first: it is to be taken in
	Cut   bool   // a part of it will never arrive
}

// delivery is what faults have to know of a part.
type delivery struct {
	Up, Down uint32 // transmissions so far
	Copies   int32  // under way up
	State    partState
	AtNIC    bool
}

type partState uint8

const (
	sent      partState = iota // on its way up, or lost there
	early                      // at the server, where what was sent before it is missing
	atServer                   // not seen to
	held                       // seen to; the reply is withheld
	replied                    // on its way down, or lost there
	delivered                  // nothing more to be done
)

// openCopies keeps a message that transmissions or timers name.
const openCopies = 1 << 2

// enter makes room for a message.
func (f *faults) enter(m messageHandle, parts int, life uint32) {
	for len(f.Mail) <= int(m) {
		f.Mail = append(f.Mail, mail{})
		for range parts {
			f.Parts = append(f.Parts, delivery{})
		}
	}
	f.Mail[m] = mail{Life: life}
	clear(f.Parts[int(m)*parts : (int(m)+1)*parts])
}

func (s *engine[F]) hold(m messageHandle) {
	if s.faults.Mail[m].Refs++; s.faults.Mail[m].Refs == 1 {
		s.messages[m].Open |= openCopies
	}
}

func (s *engine[F]) release(m messageHandle) {
	if s.faults.Mail[m].Refs--; s.faults.Mail[m].Refs == 0 {
		s.close(m, openCopies)
	}
}

// current says whether the worker of a message still lives the life in which it was sent.
func (s *engine[F]) current(m messageHandle) bool {
	return s.faults.Mail[m].Life == s.faults.Workers[s.messages[m].Worker].Life
}

// tries is the address of transmission k of worker i's messages: the first has that of a message
// that never gets lost.
func tries(i int, part uint64, k uint32) (a, b uint64) {
	return uint64(i) | uint64(k>>8)<<32, part | uint64(k&255)
}

// loses draws whether a transmission gets lost, and counts it.
func (s *engine[F]) loses(key stream.Key, a, b uint64) bool {
	if !s.faults.loses {
		return false
	}
	s.rand = key.At(a, b)
	if s.rand.Float64() >= s.faults.plan.Loss {
		return false
	}
	s.totals.LostMessages++
	return true
}

// launch notes that a part goes up once more, and says the address of its draws.
func (s *engine[F]) launch(m messageHandle, shard int) (a, b uint64) {
	g, p := &s.messages[m], s.number(m, shard)
	d := &s.faults.Parts[p]
	k := d.Up
	d.Up++
	d.Copies++
	s.hold(m)
	if s.faults.loses {
		s.hold(m)
		wait := int64(s.faults.plan.Timeout) << min(k, 6)
		s.queue.push(later(s.now, wait), int(g.Worker), onTimer, uint32(p))
	}
	return tries(int(g.Worker), address(g.N, shard), k)
}

// dispatch notes that a part of a reply leaves, and says the address of its draws.
func (s *engine[F]) dispatch(m messageHandle, shard int) (a, b uint64) {
	g, d := &s.messages[m], &s.faults.Parts[s.number(m, shard)]
	k := d.Down
	d.Down++
	d.State = replied
	s.hold(m)
	return tries(int(g.Worker), address(g.N, shard), k)
}

// repeats says whether the part of a reply that is about to leave has left before.
func (s *engine[F]) repeats(m messageHandle, shard int) bool {
	return s.faults.on && s.faults.Parts[s.number(m, shard)].Down > 0
}

// crowded says whether a part that comes to the NIC is there already: then it is passed over.
func (s *engine[F]) crowded(p partHandle) bool {
	d := &s.faults.Parts[p]
	if !d.AtNIC {
		d.AtNIC = true
		return false
	}
	m, _ := s.of(p)
	s.vain()
	s.sunk(m, p)
	return true
}

// sunk notes that a part on its way up is gone.
func (s *engine[F]) sunk(m messageHandle, p partHandle) {
	s.faults.Parts[p].Copies--
	s.release(m)
}

// accept takes a part in at the server, and says whether it is new there. One that was answered
// before is answered again.
func (s *engine[F]) accept(p partHandle) bool {
	m, shard := s.of(p)
	d := &s.faults.Parts[p]
	was := d.State
	if was != sent {
		s.vain()
	}
	fresh := was == sent
	switch {
	case fresh && s.faults.loses && !s.inOrder(m, shard):
		d.State, fresh = early, false
		o := s.order(m, shard)
		o.Early = append(o.Early, p)
	case fresh:
		d.State = atServer
	case was == replied && s.current(m):
		s.totals.Retransmissions++
		s.answer(m, shard)
	}
	s.sunk(m, p)
	return fresh
}

// order is the order in which a shard takes what a worker sends: that in which it was sent. What
// comes early, since something before it got lost, waits. Otherwise a pull could overtake a push,
// and shards that hold replies back wait for each other.
type order struct {
	Next  uint32       // number of the message to be taken next
	Early []partHandle // what came early
}

func (s *engine[F]) order(m messageHandle, shard int) *order {
	return &s.faults.Order[int(s.messages[m].Worker)*s.shards+shard]
}

// inOrder says whether a part is the next to be taken. With the first of a new life, all of the
// old one that was to come has come.
func (s *engine[F]) inOrder(m messageHandle, shard int) bool {
	g, o := &s.messages[m], s.order(m, shard)
	if s.faults.Mail[m].Birth {
		for s.takeEarly(o, func(n uint32) bool { return true }) {
		}
		o.Next = g.N
	}
	if g.N != o.Next {
		return false
	}
	o.Next++
	return true
}

// follow takes what came early and is next after a part that has been taken, or will never come.
func (s *engine[F]) follow(p partHandle) {
	m, shard := s.of(p)
	for o := s.order(m, shard); s.takeEarly(o, func(n uint32) bool { return n == o.Next }); o.Next++ {
	}
}

// takeEarly takes the first part that came early, if its number will do.
func (s *engine[F]) takeEarly(o *order, do func(n uint32) bool) bool {
	first := -1
	var least uint32
	for k, p := range o.Early {
		m, _ := s.of(p)
		if n := s.messages[m].N; first < 0 || n < least {
			first, least = k, n
		}
	}
	if first < 0 || !do(least) {
		return false
	}
	p := o.Early[first]
	o.Early = append(o.Early[:first], o.Early[first+1:]...)
	s.faults.Parts[p].State = atServer
	s.join(p)
	return true
}

// seenTo notes that hub j is about to act on a message, which acknowledges a mere push, and returns
// what is left of its action: nobody answers one whose life is over.
func (s *engine[F]) seenTo(m messageHandle, j int) optimizers.Action {
	g := &s.messages[m]
	lo, hi := j, j+1
	if s.whole {
		lo, hi = 0, s.shards
	}
	current, asks := s.current(m), g.Action&optimizers.Pull != 0
	for shard := lo; shard < hi; shard++ {
		d := &s.faults.Parts[s.number(m, shard)]
		switch {
		case !current || !asks && !s.faults.loses:
			d.State = delivered
		case asks:
			d.State = held
		default:
			d.State = replied
			s.answer(m, shard)
		}
	}
	if !current {
		return g.Action &^ (optimizers.Pull | optimizers.Wait | optimizers.ReadOld)
	}
	return g.Action
}

// withheld notes that the server owes the reply to a request that nobody has sent.
func (s *engine[F]) withheld(m messageHandle) {
	for shard := range s.shards {
		s.faults.Parts[s.number(m, shard)].State = held
	}
}

// landed takes a part of a reply in at its worker, and says whether it is one that is waited for.
func (s *engine[F]) landed(p partHandle) bool {
	m, _ := s.of(p)
	g, d := &s.messages[m], &s.faults.Parts[p]
	defer s.release(m)
	if d.State == delivered {
		s.vain()
		return false
	}
	d.State = delivered
	switch {
	case s.current(m):
		return g.Interrupt || g.Action&optimizers.Pull != 0 // else it is an acknowledgement
	case g.Interrupt:
		if g.Undue--; g.Undue == 0 {
			s.close(m, openReply)
		}
	}
	return false
}

// timer is the end of a worker's patience with a part. While it is down its patience has no end.
func (s *engine[F]) timer(p partHandle) {
	m, shard := s.of(p)
	d := &s.faults.Parts[p]
	i := int(s.messages[m].Worker)
	switch {
	case d.State == delivered:
	case !s.current(m):
		if d.State == sent && d.Copies == 0 { // nobody will ever send it again
			d.State = delivered
			s.lose(m, shard)
		}
	case s.fleet[i].State == down:
		f := &s.faults.Workers[i]
		f.Parked = append(f.Parked, p)
		return
	default:
		s.totals.Retransmissions++
		s.transmit(m, shard)
	}
	s.release(m)
}

// unpark lets the patience end that was to end while a worker was down.
func (s *engine[F]) unpark(i int) {
	f := &s.faults.Workers[i]
	list := f.Parked
	f.Parked = nil
	for _, p := range list {
		s.queue.push(s.now, i, onTimer, uint32(p))
	}
}

// lose notes that a part will never arrive: its worker is gone, and so are all copies.
func (s *engine[F]) lose(m messageHandle, shard int) {
	g := &s.messages[m]
	if o := s.order(m, shard); o.Next == g.N {
		o.Next++
		defer s.follow(s.number(m, shard))
	}
	s.faults.Mail[m].Cut = true
	switch {
	case s.whole && g.Unserved > 1: // what has come waits for the rest
		g.Unserved--
	case s.whole:
		s.giveUp(m)
	case g.Action&optimizers.Push == 0:
		s.pulled(m)
	default:
		s.loseHeader(m, shard)
		s.processed(m, shard, Lost, 0, 0, 0)
	}
}

// giveUp ends a message of which all has come that will, and not everything has.
func (s *engine[F]) giveUp(m messageHandle) {
	if s.messages[m].Action&optimizers.Push == 0 {
		s.pulled(m)
		return
	}
	s.loseHeader(m, 0)
	s.processed(m, 0, Lost, 0, 0, 0)
}

func (s *engine[F]) loseHeader(m messageHandle, j int) {
	p := &s.parts[s.number(m, j)]
	s.hubs[j].Lose(hub.Header{From: int(s.messages[m].Worker), Read: int(p.Header)})
	p.Header = none
}

// stray says whether an interrupt that is about to leave gets lost. It is not sent again: its
// worker computes on in vain, and is refused.
func (s *engine[F]) stray(m messageHandle) bool {
	g, lost := &s.messages[m], false
	for shard := range s.shards {
		a, b := tries(int(g.Worker), address(g.N, shard), 0)
		lost = s.loses(s.faults.keys.interrupt, a, b) || lost
	}
	if !lost {
		return false
	}
	for shard := range s.shards {
		s.charge(&s.totals.Down, s.partBytes(shard))
	}
	s.hubs[0].Unsent(int(g.Worker))
	s.close(m, openReply)
	return true
}
