package optimizers_test

import (
	"testing"

	o "staleness/optimizers"
)

// A consistency is named as [consistency] would have it.
func TestConsistencyNames(t *testing.T) {
	for _, c := range []struct {
		is   o.Consistency
		want string
	}{
		{o.Async(), "async"}, {o.BSP(), "bsp"}, {o.SSP(3), "ssp(slack 3)"}, {o.Softsync(4), "softsync(gather 4)"}, {o.KAsync(2), "k-async(2)"},
		{o.KSync(2, true), "k-sync(2, abort)"}, {o.KBatchSync(2, false), "k-batch-sync(2, finish)"}, {o.Bounded(1, true), "bounded(limit 1, stops true)"},
		{o.Bounded(5, false), "bounded(limit 5, stops false)"}, {o.Consistency{Gather: 4, Limit: 3}, "softsync(gather 4, limit 3)"},
	} {
		if got := c.is.String(); got != c.want {
			t.Errorf("%#v is called %q, want %q", c.is, got, c.want)
		}
	}
}
