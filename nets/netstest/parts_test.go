package netstest

import (
	"testing"

	"staleness/nets/data"
)

// What is wrong with shares is seen.
func TestSharedSeesFaults(t *testing.T) {
	for _, c := range []struct {
		what   string
		shares data.Shares
		wrong  bool
	}{
		{"good", data.SharesOf(4, [][]int32{{3, 1}, {0, 2}}), false},
		{"all see all", data.Everything(4, 2), false},
		{"one is lost", data.SharesOf(4, [][]int32{{3, 1}, {0}}), true},
		{"one is seen twice", data.SharesOf(4, [][]int32{{3, 1}, {0, 2, 1}}), true},
		{"there is none such", data.SharesOf(4, [][]int32{{4, 1}, {0, 2}}), true},
		{"three workers", data.SharesOf(4, [][]int32{{3}, {1}, {0, 2}}), true},
	} {
		if err := shared(c.shares, 4, 2); (err != nil) != c.wrong {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}
