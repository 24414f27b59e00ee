package sim

import (
	"fmt"
	"slices"

	"staleness/internal/stream"
	"staleness/optimizers"
)

// Clients: more of those who compute than jobs under way at a time. A job goes from the read that
// it begins with to the service of the push that rests on it, and has a slot, which the next job
// takes over. Hubs know slots alone, as their workers; all else is the client's.

// Assignment says whose the next job is.
type Assignment uint8

const (
	OwnJobs  Assignment = iota // whoever has ended a job begins the next
	Idle                       // drawn from the clients without a job
	Randomly                   // drawn from all; who is busy queues its jobs
	Shuffled                   // the next of a random order of all, a new one when it is used up
)

// clients returns how many compute.
func (c *Config[F]) clients() int {
	if c.Population > 0 {
		return c.Population
	}
	return c.Workers
}

// clients is the state of an assignment; where whoever ends a job begins the next, it is empty.
type clients struct {
	on    bool       `state:"-"`
	rule  Assignment `state:"-"`
	key   stream.Key `state:"-"`
	Count uint64     // assignments so far
	Of    []client
	Slots []slot
	Jobs  []job   // by message
	Idle  []int32 // those without a job, if that decides
	order []int32 `state:"-"` // the present order of all, of round
	round uint64  `state:"-"` // plus one; 0: none
}

// client is what is kept of one.
type client struct {
	First, Last messageHandle // of the jobs that wait at it, or none
	Slot        int32         // of the job that it computes; none
	Place       int32         // in Idle; none
	Taken       uint32        // jobs that were ever assigned to it
	Sent        uint32        // replies that were ever sent to it
	Before      int64         // gradients completed by all when its job began, and
	Own         int64         // by itself
	Wait        int64         // ns: how long the job waited
	Used        int64         // pushes that entered an update
}

// slot is where the next job of one is being put together, from the reads of several hubs.
type slot struct {
	Next  messageHandle
	Reads int32
}

// job is what is kept of one with the message that brings it or its push.
type job struct {
	Slot int32
	Next messageHandle // job that waits behind it
	Wait int64         // ns
	Over bool          // the server has acted on its push
}

func (s *engine[F]) initClients() {
	c := &s.clients
	if c.rule = s.c.Assignment; c.rule == OwnJobs {
		return
	}
	c.on, c.key = true, stream.NewKey(s.c.Seeds.Delays, "assignment")
	c.Of, c.Slots = make([]client, s.workers), make([]slot, s.jobs)
	for i := range c.Of {
		c.Of[i] = client{First: none, Last: none, Slot: none, Place: none}
		if c.rule == Idle {
			c.free(i)
		}
	}
	for t := range c.Slots {
		c.Slots[t].Next = none
	}
	if s.c.Strategy.Jobs == optimizers.Fresh {
		s.desks = slices.Repeat([]int32{none}, s.workers)
	}
}

// seat is as whom the hubs know the worker of a message.
func (s *engine[F]) seat(m messageHandle) int {
	if s.clients.on {
		return int(s.clients.Jobs[m].Slot)
	}
	return int(s.messages[m].Worker)
}

// seatOf is as whom the hubs know a worker that computes.
func (s *engine[F]) seatOf(i int) int {
	if s.clients.on {
		return int(s.clients.Of[i].Slot)
	}
	return i
}

// free puts a client among those without a job.
func (c *clients) free(i int) {
	c.Of[i].Place = int32(len(c.Idle))
	c.Idle = append(c.Idle, int32(i))
}

// engage takes it out.
func (c *clients) engage(i int) {
	n := len(c.Idle) - 1
	last, place := c.Idle[n], c.Of[i].Place
	c.Idle[place], c.Of[last].Place = last, place
	c.Idle, c.Of[i].Place = c.Idle[:n], none
}

// searches is how many clients of all are drawn in search of one without a job before one of those
// is: so runs in which others are busy still mostly choose the same.
const searches = 16

// draw is who gets the next job.
func (c *clients) draw() int {
	k, n := c.Count, len(c.Of)
	c.Count++
	switch c.rule {
	case Shuffled:
		return c.next(k)
	case Randomly:
		r := c.key.At(k, 0)
		return r.IntN(n)
	}
	r := c.key.At(k, 0)
	for range searches {
		if i := r.IntN(n); c.Of[i].Place != none {
			return i
		}
	}
	return int(c.Idle[r.IntN(len(c.Idle))])
}

// next is place k of the orders of all, one after the other.
func (c *clients) next(k uint64) int {
	n := uint64(len(c.Of))
	if round := k / n; c.round != round+1 {
		if c.round, c.order = round+1, slices.Grow(c.order[:0], int(n))[:n]; n > 0 {
			r := c.key.At(round, 1)
			for i := range c.order {
				j := r.IntN(i + 1)
				c.order[i] = c.order[j]
				c.order[j] = int32(i)
			}
		}
	}
	return int(c.order[k%n])
}

// assign gives the next job of a slot to a client and returns the message that brings it; each hub
// asks once.
func (s *engine[F]) assign(t int) messageHandle {
	c := &s.clients
	at := &c.Slots[t]
	if at.Next == none {
		i := c.draw()
		if c.rule == Idle {
			c.engage(i)
		}
		x := &c.Of[i]
		m := s.post(i, x.Sent)
		g := &s.messages[m]
		g.Action, g.Open, g.Unserved = optimizers.Pull, openReply, 0
		c.Jobs[m].Slot = int32(t)
		if s.trace != nil {
			s.trace.assigned(m, int64(x.Taken))
		}
		x.Taken++
		x.Sent++
		at.Next, at.Reads = m, 0
	}
	m := at.Next
	s.messages[m].Read = s.now
	if at.Reads++; int(at.Reads) == len(s.hubs) {
		at.Next = none
	}
	return m
}

// openClients gives each slot a job, at time 0 and free of charge.
func (s *engine[F]) openClients() {
	for _, h := range s.hubs {
		h.Due() // all slots, in order
	}
	for t := range s.clients.Slots {
		m := messageHandle(none)
		for j := range s.hubs {
			m = s.assign(t)
			s.read(m, j, false)
		}
		g := &s.messages[m]
		s.clients.Of[g.Worker].Sent-- // that did not take a link
		g.Undue = 0
		s.queueJob(int(g.Worker), m)
	}
}

// queueJob lets a job that has arrived wait its turn at its client.
func (s *engine[F]) queueJob(i int, m messageHandle) {
	c := &s.clients
	x := &c.Of[i]
	if x.First == none {
		x.First = m
	} else {
		c.Jobs[x.Last].Next = m
	}
	x.Last, s.messages[m].Received = m, s.now
	s.takeUp(i)
}

// takeUp lets a client that computes nothing begin the first of the jobs that wait at it.
func (s *engine[F]) takeUp(i int) {
	c := &s.clients
	x := &c.Of[i]
	m := x.First
	if m == none || x.Slot != none || s.ended() {
		return
	}
	if x.First = c.Jobs[m].Next; x.First == none {
		x.Last = none
	}
	x.Slot, x.Wait = c.Jobs[m].Slot, s.now-s.messages[m].Received
	x.Before, x.Own = s.totals.Gradients, int64(s.fleet[i].Begun-s.cold[i].Cancelled)
	if s.trace != nil && x.Wait > 0 {
		s.trace.queuedAt(m)
	}
	if s.desks != nil {
		s.desks[i] = x.Slot
		if s.real {
			t := &s.tasks[x.Slot]
			t.worker, t.source = i, i
		}
	}
	if a, _ := s.adopt(i, m); a != optimizers.Compute {
		panic(fmt.Sprintf("sim: worker %d answers a reply with %b, which does not go with Strategy.Jobs", i, a))
	}
	s.proceed(i)
}

// endJob is the sending of a job's push: what is kept for it is let go.
func (s *engine[F]) endJob(i int, m messageHandle) {
	c := &s.clients
	x := &c.Of[i]
	c.Jobs[m].Slot, c.Jobs[m].Wait = x.Slot, x.Wait
	if s.real {
		t := &s.tasks[s.desk(i)]
		if b, ok := t.half.(optimizers.Borrower[F]); ok && t.lent != none {
			b.Borrow(nil)
			s.store.drop(t.lent)
			t.lent = none
		}
		s.store.drop(s.holds[i].Has)
		s.holds[i].Has = none
	}
	x.Slot = none
	if s.desks != nil {
		s.desks[i] = none
	}
}

// over notes that the server acts on a push: its client has that job no more.
func (s *engine[F]) over(m messageHandle) {
	c := &s.clients
	if j := &c.Jobs[m]; !j.Over {
		j.Over = true
		if c.rule == Idle {
			c.free(int(s.messages[m].Worker))
		}
	}
}

// progress is how many gradients have been completed, by worker i and by all, when it begins
// gradient k, as far as it can know: it counts those of others up to the beginning of its job, and
// takes it from then on that all are as fast.
func (s *engine[F]) progress(i int, k uint32) (own, all int64) {
	own = int64(k - s.cold[i].Cancelled)
	if !s.clients.on {
		return own, own * int64(s.jobs)
	}
	x := &s.clients.Of[i]
	return own, x.Before + (own-x.Own)*int64(s.jobs)
}
