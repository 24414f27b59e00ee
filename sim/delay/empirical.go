package delay

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
)

func init() {
	Register("empirical", "measured times, a list or a column of a file, drawn again", "", Empirical{})
}

// Empirical draws measured times again, such that their mean, over all of them, is m, or in the
// unit in which they were logged: single ones with equal probability, or blocks of successive ones,
// which keeps what correlation is within them (a block begins anywhere and goes on at the beginning
// when the end is reached), or all in their order, again and again. With worker_column each worker
// draws the times of one that was logged: the first workers those of their own, in the order in
// which they appear in the file, further ones each those of one that is drawn by the seed; in order
// they begin somewhere.
type Empirical struct {
	Mean         *time.Duration `doc:"what the mean of the times is scaled to; absent: they are in unit" in:"(0,)"`
	Times        []float64      `doc:"measured times in any unit, if only their ratios count; or give file" in:"[0,1e18]" len:"[1,1000000]"`
	File         *string        `doc:"or: a CSV file whose first line names its columns"`
	Column       *string        `when:"file" doc:"the column of times"`
	WorkerColumn *string        `when:"file" doc:"the column that says whose time it is; absent: nobody's in particular"`
	Unit         *string        `in:"ns|us|ms|s|m|h" when:"!mean" doc:"of the times, without mean"`
	Draw         *string        `in:"bootstrap|blocks|cyclic" doc:"single times, blocks of successive ones, or all in order; absent: bootstrap"`
	Block        *int           `in:"[1,1000000]" when:"draw=blocks" doc:"how many times make a block; absent: 50"`
	Pooled       *bool          `when:"worker_column" doc:"whether every worker draws from the times of all; absent: no"`

	log *empiricalLog
}

// empiricalLog is what was measured, scaled to ns: read-only, for all workers.
type empiricalLog struct {
	times  []float64 // in the order in which they were logged, worker by worker
	starts []int     // of the workers' times, and their end
	sorted [][]float64
	sum    []moment
}

type moment struct{ mean, cv float64 } // mean in ns

// Validate checks that there is something to draw, in some unit.
func (e Empirical) Validate() error {
	switch {
	case (len(e.Times) == 0) == (e.File == nil):
		return params.Errorf("times", "give times or file, exactly one: what was measured")
	case e.File != nil && e.Column == nil:
		return &params.Error{Path: "column", Problem: "is missing", Allowed: "the name of the column of times"}
	case e.Mean == nil && e.Unit == nil:
		return params.Errorf("mean", `is missing: give mean, to which times are scaled, or unit, such as "ms", in which they are`)
	case e.File == nil && slices.Max(e.Times) == 0:
		return &params.Error{Path: "times", Problem: "are all 0", Allowed: "at least one above 0"}
	}
	return nil
}

// Example implements params.Exampler.
func (Empirical) Example() map[string]any {
	return map[string]any{"mean": "10ms", "times": []any{3.0, 1.0, 2.0, 8.0, 1.0}}
}

var (
	_ params.Exampler  = Empirical{}
	_ params.Validator = Empirical{}
	_ Loader           = Empirical{}
	_ Placed           = Empirical{}
)

func (e Empirical) aware() bool      { return e.Draw != nil && *e.Draw != "bootstrap" }
func (e Empirical) invertible() bool { return !e.aware() }

// Load reads the file, and scales times once for all workers.
func (e Empirical) Load(f Files) (Spec, error) {
	if e.File == nil {
		e.log = e.scaled([][]float64{e.Times})
		return e, nil
	}
	columns := []string{*e.Column}
	if e.WorkerColumn != nil {
		columns = append(columns, *e.WorkerColumn)
	}
	of, series, largest := map[string]int{}, [][]float64(nil), 0.0
	err := f.rows(&e.File, columns, func(v []string) error {
		x, err := strconv.ParseFloat(v[0], 64)
		if err != nil || !(x >= 0 && x <= 1e18) {
			return fmt.Errorf("%s is %q: want a time, a number from 0 to 1e18", *e.Column, v[0])
		}
		largest = max(largest, x)
		name := ""
		if len(v) > 1 {
			name = v[1]
		}
		i, ok := of[name]
		if !ok {
			i = len(series)
			of[strings.Clone(name)] = i
			series = append(series, nil)
		}
		series[i] = append(series[i], x)
		return nil
	})
	if err == nil && largest == 0 {
		err = fmt.Errorf("all times of column %s are 0", *e.Column)
	}
	if err != nil {
		return nil, params.At("file", err)
	}
	e.log = e.scaled(series)
	return e, nil
}

var units = map[string]float64{"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9}

// scaled is what was measured in ns.
func (e Empirical) scaled(series [][]float64) *empiricalLog {
	l := &empiricalLog{}
	sum, n := 0.0, 0.0
	for _, s := range series {
		for _, x := range s {
			sum += x
		}
		n += float64(len(s))
	}
	for _, s := range series {
		l.starts = append(l.starts, len(l.times))
		for _, x := range s {
			if e.Mean != nil {
				x = x / (sum / n) * float64(*e.Mean)
			} else {
				x *= units[*e.Unit]
			}
			l.times = append(l.times, min(x, longest))
		}
	}
	l.starts = append(l.starts, len(l.times))
	pools := [][]float64{l.times}
	if !e.pooled() {
		pools = nil
		for i := range series {
			pools = append(pools, l.times[l.starts[i]:l.starts[i+1]])
		}
	}
	for _, p := range pools {
		m := momentOf(p)
		if e.Mean != nil && len(pools) == 1 {
			m.mean = float64(*e.Mean)
		}
		l.sum = append(l.sum, m)
		if !e.aware() {
			s := slices.Clone(p)
			slices.Sort(s)
			slices.Reverse(s) // the smaller the uniform number, the longer
			l.sorted = append(l.sorted, s)
		}
	}
	return l
}

func momentOf(times []float64) (m moment) {
	n := float64(len(times))
	for _, x := range times {
		m.mean += x
	}
	if m.mean /= n; m.mean == 0 {
		return m
	}
	for _, x := range times {
		m.cv += squareOf(x/m.mean - 1)
	}
	m.cv = math.Sqrt(m.cv / n)
	return m
}

func (e Empirical) pooled() bool { return e.Pooled != nil && *e.Pooled }

func (e Empirical) ForWorker(worker int, key stream.Key) Law { return e.ForPlace(worker, key, key) }

func (e Empirical) ForPlace(worker int, _, place stream.Key) Law {
	log := e.log
	if log == nil {
		if e.File != nil {
			panic("delay: an empirical law draws before Load has read its file")
		}
		log = e.scaled([][]float64{e.Times})
	}
	which := 0
	if !e.pooled() {
		which = logged(worker, len(log.starts)-1, place)
	}
	if !e.aware() {
		return empirical{log.sorted[which], log.sum[which]}
	}
	l := &resampled{empiricalLog: log, of: log.sum[which], from: log.starts[which], to: log.starts[which+1], block: 50}
	if e.Block != nil {
		l.block = *e.Block
	}
	if e.pooled() {
		l.from, l.to = 0, len(log.times)
	}
	if *e.Draw == "cyclic" {
		l.block = 0
		if e.pooled() || worker >= len(log.starts)-1 {
			r := place.Fork(startPurpose).At(uint64(worker), 0)
			l.start = r.IntN(l.to - l.from)
		}
	}
	return l
}

// empirical draws single times.
type empirical struct {
	draws []float64 // ns, falling
	of    moment
}

func (l empirical) Draw(r *stream.Rand) time.Duration { return nearest(l.ns(r)) }
func (l empirical) ns(r *stream.Rand) float64         { return l.draws[r.IntN(len(l.draws))] }
func (l empirical) Mean() float64                     { return l.of.mean / 1e9 }
func (l empirical) CV() float64                       { return l.of.cv }

func (l empirical) Tail(u float64) float64 {
	return l.draws[min(int(u*float64(len(l.draws))), len(l.draws)-1)]
}

// resampled draws successive times, from those at from to to.
type resampled struct {
	*empiricalLog
	of       moment
	from, to int
	block    int // 0: all in order,
	start    int // from here on
}

var (
	_ Inverse = empirical{}
	_ Aware   = (*resampled)(nil)
)

var startPurpose, blockPurpose = purpose("start"), purpose("block")

func (l *resampled) Mean() float64                     { return l.of.mean / 1e9 }
func (l *resampled) CV() float64                       { return l.of.cv }
func (l *resampled) Memory() int                       { return 0 }
func (l *resampled) Draw(r *stream.Rand) time.Duration { return nearest(l.ns(r)) }
func (l *resampled) Next(t *Turn) time.Duration        { return toNever(l.next(t)) }

func (l *resampled) ns(r *stream.Rand) float64 { return l.times[l.from+r.IntN(l.to-l.from)] }

// next goes by the index: block b of a worker is drawn at an address of its own.
func (l *resampled) next(t *Turn) float64 {
	from, to, at := l.from, l.to, 0
	if l.block == 0 {
		at = from + int((uint64(l.start)+t.Index)%uint64(to-from))
	} else {
		r := t.Key.Fork(blockPurpose).At(t.Worker, t.Index/uint64(l.block))
		at = from + r.IntN(to-from)
		// a block stays with whoever logged it
		i, _ := slices.BinarySearch(l.starts, at+1)
		from, to = l.starts[i-1], l.starts[i]
		at = from + (at-from+int(t.Index%uint64(l.block)))%(to-from)
	}
	return min(l.times[at]*t.Times, longest)
}
