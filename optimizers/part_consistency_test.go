package optimizers

import (
	"strings"
	"testing"
)

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		what    string
		s       Strategy[float64]
		run     Consistency
		workers int
		says    string
	}{
		{"merging what may not be", Strategy[float64]{}, BSP(), 2, "cannot be merged"},
		{"merging what may not be", Strategy[float64]{}, Softsync(2), 2, "take async"},
		{"nobody to merge", Strategy[float64]{}, BSP(), 1, ""},
		{"a limit that is missing", Strategy[float64]{Combine: Mean}, Consistency{Stop: true}, 2, "needs a limit"},
		{"more than there are", Strategy[float64]{Combine: Mean}, KSync(3, false), 2, "at most 2"},
		{"more than there are, nobody waits", Strategy[float64]{Combine: Mean}, KBatchSync(3, false), 2, ""},
		{"slack without clock", Strategy[float64]{Combine: Mean}, Consistency{Slack: 1}, 2, "only ssp"},
		{"a round with slack", Strategy[float64]{Combine: Mean}, Consistency{Gather: All, Hold: HoldClock, Slack: 1}, 2, "take bsp"},
		{"a round nobody waits for", Strategy[float64]{Combine: Mean}, Consistency{Gather: All}, 2, "take bsp"},
		{"a round with a limit", Strategy[float64]{Combine: Mean}, Consistency{Gather: All, Hold: HoldClock, Limit: 1}, 2, "k-sync"},
		{"gathering by the clock", Strategy[float64]{Combine: Mean}, Consistency{Gather: 2, Hold: HoldClock}, 2, "k-async"},
		{"negative", Strategy[float64]{Combine: Mean}, Consistency{Gather: -2}, 2, "negative"},
		{"its own", Strategy[float64]{Consistency: BSP(), Combine: Mean}, SSP(1), 2, "leave [consistency] out"},
		{"too many", Strategy[float64]{MaxWorkers: 1}, Async(), 2, "at most 1"},
		{"none", Strategy[float64]{Combine: Mean}, Async(), 0, "at least one"},
		{"never waits", Strategy[float64]{Overlaps: true}, SSP(1), 2, "never waits"},
		{"peers", Strategy[float64]{Peers: true}, SSP(1), 2, "no server"},
		{"cannot start again", Strategy[float64]{Keeps: true}, Bounded(2, true), 2, "stops = false"},
		{"trails", Strategy[float64]{Trails: true}, Bounded(1, false), 2, "limit of 2"},
	} {
		_, err := c.s.Resolve(c.run, c.workers)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}
