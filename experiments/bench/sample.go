package main

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"staleness/internal/cputime"
)

// slice is how long a row runs at a time: long enough for its caches to be its own, short enough
// for both sides of a ratio to see the same machine.
const slice = 5 * time.Millisecond

// A meter calls f for about a given time, and returns calls per second of processor time.
type meter struct {
	f     func()
	calls int // that take about that long: clocks are not for free
}

func (m *meter) rate(about time.Duration) float64 {
	if m.calls == 0 {
		m.f()
		from := cputime.Used()
		m.f()
		m.calls = max(1, int(about/max(time.Microsecond, cputime.Used()-from)))
	}
	from := cputime.Used()
	for range m.calls {
		m.f()
	}
	return float64(m.calls) / (cputime.Used() - from).Seconds()
}

// A sample is what repeats of one measurement gave.
type sample []float64

// quantile is the smallest element that a share q of them do not exceed.
func (s sample) quantile(q float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	return stat.Quantile(q, stat.Empirical, slices.Sorted(slices.Values(s)), nil)
}

func (s sample) median() float64 { return s.quantile(.5) }

// by divides element by element: what was measured in the same turn.
func (s sample) by(t sample) sample {
	r := make(sample, len(s))
	for i := range s {
		r[i] = s[i] / t[i]
	}
	return r
}

// times scales.
func (s sample) times(a float64) sample {
	r := make(sample, len(s))
	for i := range s {
		r[i] = a * s[i]
	}
	return r
}

// spread formats the median and the range of all but the outer tenths.
func (s sample) spread(format string) string {
	if m := s.median(); math.IsInf(m, 0) || math.IsNaN(m) {
		return "-" // of a limit that this path has no loop to measure
	}
	return fmt.Sprintf(format+" ["+format+" to "+format+"]", s.median(), s.quantile(.1), s.quantile(.9))
}

// processor is the kind of processor, where the system tells.
func processor() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if m := regexp.MustCompile(`model name\s*: (.*)`).FindSubmatch(b); err == nil && m != nil {
		return string(m[1])
	}
	return runtime.GOOS + "/" + runtime.GOARCH
}

// onProcessor turns a rate that f measures on the wall into one per second of processor time.
func onProcessor(f func() float64) float64 {
	wall, from := time.Now(), cputime.Used()
	r := f()
	return r * time.Since(wall).Seconds() / (cputime.Used() - from).Seconds()
}
