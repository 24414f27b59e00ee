package sim

import (
	"math/bits"
	"slices"
)

// A nic shares its capacity fairly among the transfers under way, in integers (generalised
// processor sharing in virtual time, Parekh & Gallager 1993). progress is the work done for each of
// them since the nic was last idle; a transfer leaves when progress has grown by its work, so the
// order of leaving never changes while others come.
type nic struct {
	progress int64 // 2^-20 ns
	last     int64 // ns: when progress was brought up to date; of a line: when it is free
	jobs     []transfer
	gen      uint32
	count    uint64 // transfers begun, to tell equals apart
	// by worker: the last part it has here, or none; one flow carries its parts one after another
	flows []partHandle
	// nobody's share is taken: a replay, whose recorded times are those of what was shared
	apart bool
}

type transfer struct {
	tag  int64  // progress at which it is complete
	key  uint64 // worker and count, against ties
	part partHandle
}

const (
	workUnit  = 1 << 20     // of progress in a nanosecond
	rebaseAt  = 1 << 62     // progress from which tags are shifted down, long before they overflow
	maxNICJob = 1 << 42 / 2 // ns: the longest transfer alone, 36 model minutes
)

func (a *transfer) before(b *transfer) bool { return a.tag < b.tag || a.tag == b.tag && a.key < b.key }

// sharers is how many share the capacity.
func (f *nic) sharers() uint64 {
	if f.apart {
		return 1
	}
	return uint64(len(f.jobs))
}

func (f *nic) advance(now int64) {
	switch n := f.sharers(); {
	case len(f.jobs) == 0:
		f.progress = 0
	default:
		hi, lo := bits.Mul64(uint64(now-f.last), workUnit)
		q, _ := bits.Div64(hi, lo, n) // fits: work is bounded by that of the jobs
		f.progress += int64(q)
	}
	f.last = now
	if f.progress >= rebaseAt {
		for i := range f.jobs {
			f.jobs[i].tag -= f.progress
		}
		f.progress = 0
	}
}

// add starts a transfer of so many ns alone; advance must have been called for this instant.
func (f *nic) add(work int64, worker int, part partHandle) {
	f.jobs = append(f.jobs, transfer{f.progress + work*workUnit, newKey(worker, onNIC, f.count), part})
	f.count++
	j := f.jobs
	for i := len(j) - 1; i > 0; {
		p := (i - 1) / 2
		if !j[i].before(&j[p]) {
			return
		}
		j[i], j[p] = j[p], j[i]
		i = p
	}
}

// leave is when the head will be complete if nothing else comes: rounded up, so that it is complete
// then.
func (f *nic) leave() int64 {
	left := f.jobs[0].tag - f.progress
	if left <= 0 {
		return f.last
	}
	hi, lo := bits.Mul64(uint64(left), f.sharers())
	lo, carry := bits.Add64(lo, workUnit-1, 0)
	hi += carry
	if hi>>19 != 0 {
		return endOfTime
	}
	return later(f.last, int64(hi<<(64-20)|lo>>20))
}

// drain lets a copy of it work on until it is empty, if nothing else comes.
func (f nic) drain(now int64, left func(p partHandle, at int64)) {
	f.jobs = slices.Clone(f.jobs)
	f.advance(now)
	for len(f.jobs) > 0 {
		at := f.leave()
		if at == endOfTime {
			return
		}
		f.advance(at)
		left(f.remove().part, at)
	}
}

// remove takes the head out.
func (f *nic) remove() transfer {
	j := f.jobs
	top := j[0]
	n := len(j) - 1
	j[0] = j[n]
	f.jobs = j[:n]
	j = f.jobs
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			return top
		}
		if c+1 < n && j[c+1].before(&j[c]) {
			c++
		}
		if !j[c].before(&j[i]) {
			return top
		}
		j[i], j[c] = j[c], j[i]
		i = c
	}
}

// port is the arrival of a part at the NIC of its shard. What the same worker sent before has to
// pass first.
func (s *engine[F]) port(p partHandle) {
	m, shard := s.of(p)
	i := int(s.messages[m].Worker)
	if s.faults.loses && s.crowded(p) {
		return
	}
	if s.trace != nil {
		s.trace.sent(p)
	}
	f := &s.servers[shard].nic
	if s.c.Cluster.Server.NICFIFO {
		f.last = later(max(f.last, s.now), transferTime(s.requestBytes(&s.messages[m], shard), s.c.Cluster.Server.NIC))
		s.queue.push(f.last, i, onNIC, uint32(p))
		return
	}
	last := f.flows[i]
	f.flows[i] = p
	if last != none {
		s.parts[last].Next = p
		return
	}
	s.transfer(f, i, shard, p)
}

// transfer lets a part pass the NIC; one without bytes takes no time.
func (s *engine[F]) transfer(f *nic, i, shard int, p partHandle) {
	m, _ := s.of(p)
	bytes := s.requestBytes(&s.messages[m], shard)
	if bytes == 0 {
		s.passed(f, i, shard, p)
		return
	}
	f.advance(s.now)
	f.add(transferTime(bytes, s.c.Cluster.Server.NIC), i, p)
	s.armNIC(shard)
}

// transferred is the completion of the NIC's head transfer.
func (s *engine[F]) transferred(arg uint32) {
	if s.c.Cluster.Server.NICFIFO {
		if p := partHandle(arg); s.faults.loses {
			s.faults.Parts[p].AtNIC = false
		}
		s.arrive(partHandle(arg))
		return
	}
	shard := int(arg % maxShards)
	f := &s.servers[shard].nic
	if f.gen%nicGens != arg/maxShards {
		return // the head was to leave at another time when this was planned
	}
	f.advance(s.now)
	p := f.remove().part
	m, _ := s.of(p)
	if len(f.jobs) > 0 {
		s.armNIC(shard)
	} else {
		f.gen++
	}
	s.passed(f, int(s.messages[m].Worker), shard, p)
}

// passed lets a part go on from the NIC, and what its worker sent after it come.
func (s *engine[F]) passed(f *nic, i, shard int, p partHandle) {
	next := s.parts[p].Next
	s.parts[p].Next = none
	if s.faults.loses {
		s.faults.Parts[p].AtNIC = false
	}
	s.arrive(p)
	if next == none {
		f.flows[i] = none
		return
	}
	s.transfer(f, i, shard, next)
}

const (
	maxShards = 256 // in the argument of an event, beside
	nicGens   = 1 << 24
)

func (s *engine[F]) armNIC(shard int) {
	f := &s.servers[shard].nic
	f.gen++
	head := event{key: f.jobs[0].key}
	s.queue.push(f.leave(), head.worker(), onNIC, f.gen%nicGens*maxShards+uint32(shard))
}
