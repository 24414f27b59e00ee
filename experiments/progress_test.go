package experiments

import (
	"bytes"
	"testing"
	"time"

	"staleness/sim/record"
)

// The line says what is done of how much, how fast, and how long the rest takes at that pace.
func TestProgressLine(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, 10)
	defer p.close()
	if got := p.line(0); got != "0/10 runs" {
		t.Errorf("at the start: %s", got)
	}
	diverged := &record.Summary{Status: record.Diverged}
	p.end(0, Outcome{Reused: true, Summary: diverged})
	p.end(1, Outcome{Summary: diverged})
	p.end(2, Outcome{Summary: &record.Summary{Status: record.Completed}})
	p.begin(3, func() float64 { return .5 })
	// 2.5 runs in 10 s; 6.5 are left, which take 26 s.
	if got, want := p.line(10*time.Second), "3/10 runs (35%), 1 reused, 1 diverged, 15 runs/min, 26s left"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Ages are said to be ages.
func TestTimeLeft(t *testing.T) {
	for seconds, want := range map[float64]string{0.5: "under 1s left", 61: "1m1s left", 1e9: "277777h46m40s left", 1e10: "over 100 years left", 1e300: "over 100 years left"} {
		if got := left(seconds); got != want {
			t.Errorf("%v: %q, want %q", seconds, got, want)
		}
	}
}
