package sim

import "math/bits"

// A nic shares its capacity fairly among the transfers under way, in integers (generalised processor sharing in virtual time,
// Parekh & Gallager 1993). progress is the work done for each of them since the nic was last idle; a transfer leaves when
// progress has grown by its work, so the order of leaving never changes while others come.
type nic struct {
	progress int64 // 2^-20 ns
	last     int64 // ns: when progress was brought up to date
	jobs     []transfer
	gen      uint32
	count    uint64  // transfers begun, to tell equals apart
	flows    []int32 // by worker: the last part it has here, or none; one flow carries its parts one after another
}

type transfer struct {
	tag  int64  // progress at which it is complete
	key  uint64 // worker and count, against ties
	part uint32
}

const (
	workUnit  = 1 << 20     // of progress in a nanosecond
	rebaseAt  = 1 << 62     // progress from which tags are shifted down, long before they overflow
	maxNICJob = 1 << 42 / 2 // ns: the longest transfer alone, 36 model minutes
)

func (a *transfer) before(b *transfer) bool { return a.tag < b.tag || a.tag == b.tag && a.key < b.key }

func (f *nic) advance(now int64) {
	switch n := uint64(len(f.jobs)); n {
	case 0:
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
func (f *nic) add(work int64, worker int, part uint32) {
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

// leave is when the head will be complete if nothing else comes: rounded up, so that it is complete then.
func (f *nic) leave() int64 {
	left := f.jobs[0].tag - f.progress
	if left <= 0 {
		return f.last
	}
	hi, lo := bits.Mul64(uint64(left), uint64(len(f.jobs)))
	lo, carry := bits.Add64(lo, workUnit-1, 0)
	hi += carry
	if hi>>19 != 0 {
		return endOfTime
	}
	return later(f.last, int64(hi<<(64-20)|lo>>20))
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
