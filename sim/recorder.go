package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"

	"staleness/nets/vec"
	"staleness/sim/record"
)

// recorder hands rows on and keeps the fingerprint of all of them.
type recorder[F vec.Float] struct {
	rec    Recorder[F]
	rows   bool
	center bool
	row    record.Row // the one row there is, lent to rec
	before []F        // the center of the rows to come, if that is not the present one
	sum    hash.Hash
	buffer []byte
}

const rowBytes = 40 // of the fingerprint

// silent takes the place of a verdict in the fingerprint where workers never push: it is of a
// gradient, with its number as the version read.
const silent Verdict = 255

func (r *recorder[F]) init(c *Config[F], rec Recorder[F]) {
	r.rec = rec
	r.rows = rec != nil && c.Record.Updates
	r.center = c.Record.Center
	r.sum = sha256.New()
	r.buffer = make([]byte, 0, 100*rowBytes)
}

// note enters a row into the fingerprint.
func (r *recorder[F]) note(at int64, worker int, v Verdict, read, version int64, loss float64) {
	b := binary.LittleEndian.AppendUint64(r.buffer, uint64(at))
	b = binary.LittleEndian.AppendUint64(b, uint64(worker)<<8|uint64(v))
	b = binary.LittleEndian.AppendUint64(b, uint64(read))
	b = binary.LittleEndian.AppendUint64(b, uint64(version))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(loss))
	r.buffer = b
	if len(b) == cap(b) {
		r.flush()
	}
}

func (r *recorder[F]) flush() {
	r.sum.Write(r.buffer)
	r.buffer = r.buffer[:0]
}

func (r *recorder[F]) fingerprint() string {
	r.flush()
	return hex.EncodeToString(r.sum.Sum(nil))
}

// ages are the statistics of the staleness of pushes that entered an update. Sums are integers, so
// exact.
type ages struct {
	Count, Sum int64
	Squares    wide
	// by staleness how many, modulo 2^32: with many workers the list is long
	Counts []uint32
	Wraps  []int64 // the staleness of each count that came to 2^32, as often as it did
}

func (a *ages) add(tau int64) {
	a.Count++
	a.Sum += tau
	a.Squares.addProduct(tau, tau)
	if int64(len(a.Counts)) <= tau || a.Counts[tau] == math.MaxUint32 {
		a.room(tau)
	}
	a.Counts[tau]++
}

// room lets a staleness be counted once more.
func (a *ages) room(tau int64) {
	for int64(len(a.Counts)) <= tau {
		a.Counts = append(a.Counts, 0)
	}
	if a.Counts[tau] == math.MaxUint32 {
		a.Wraps = append(a.Wraps, tau)
	}
}

// histogram is how many there are, by staleness.
func (a *ages) histogram() []int64 {
	var h []int64
	if a.Counts != nil {
		h = make([]int64, len(a.Counts))
	}
	for tau, n := range a.Counts {
		h[tau] = int64(n)
	}
	for _, tau := range a.Wraps {
		h[tau] += 1 << 32
	}
	return h
}

func (a *ages) stats() StalenessStats {
	st := StalenessStats{Mean: math.NaN(), Variance: math.NaN(), Max: int64(len(a.Counts)) - 1, Histogram: a.histogram()}
	if a.Count == 0 {
		st.Max = 0
		return st
	}
	n := float64(a.Count)
	st.Mean = float64(a.Sum) / n
	st.Variance = max(0, a.Squares.float()/n-float64(st.Mean*st.Mean))
	return st
}
