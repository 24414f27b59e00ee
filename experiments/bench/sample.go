package main

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"time"
)

// slice is how long a row runs at a time: long enough for its caches to be its own, short enough for both sides of a ratio to see the
// same machine.
const slice = 5 * time.Millisecond

// rate calls f for a slice of time, after one call that does not count, and returns calls per second of processor time. The
// goroutine is locked to its thread.
func rate(f func()) float64 {
	f()
	n, from := 0, used()
	for used()-from < slice {
		f()
		n++
	}
	return float64(n) / (used() - from).Seconds()
}

// A sample is what repeats of one measurement gave.
type sample []float64

// quantile is the element that a share q of them do not exceed.
func (s sample) quantile(q float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	x := slices.Sorted(slices.Values(s))
	return x[int(math.Round(q*float64(len(x)-1)))]
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
