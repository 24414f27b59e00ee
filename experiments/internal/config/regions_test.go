package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"staleness/internal/params"
	"staleness/sim/delay"
)

// Links are those of the matrix, from the row's region to the column's; workers are in order.
func TestRegions(t *testing.T) {
	ms := func(n int) delay.Spec { return delay.Constant{Mean: time.Duration(n) * time.Millisecond} }
	c := DefaultCluster()
	c.Workers, c.Compute.Law = 4, ms(10)
	c.Regions = &Regions{Names: []string{"eu", "us"}, Workers: []int{3, 1}, Server: "us",
		Bandwidth: [][]params.Bandwidth{{1, 2}, {3, 4}}, Latency: [][]delay.Spec{{ms(1), ms(2)}, {ms(3), ms(4)}}}
	out, err := c.Sim(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for w, want := range []struct{ up, down float64 }{{2, 3}, {2, 3}, {2, 3}, {4, 4}} {
		up, down := out.Up[w], out.Down[w]
		if up.Bandwidth != want.up || down.Bandwidth != want.down || up.Latency.Mean() != want.up/1000 || down.Latency.Mean() != want.down/1000 {
			t.Errorf("worker %d: %+v, %+v; want %v", w, up, down, want)
		}
	}
}

// Shares put every worker somewhere, and each region within one of its share.
func TestShares(t *testing.T) {
	r := Regions{Share: []float64{.5, .3, .2}}
	for workers := range 40 {
		of, err := r.of(workers)
		if err != nil || len(of) != workers || !slices.IsSorted(of) {
			t.Fatalf("%d workers: %v, %v", workers, of, err)
		}
		for region, share := range r.Share {
			n := 0
			for _, in := range of {
				if in == region {
					n++
				}
			}
			if d := float64(n) - share*float64(workers); d > 1 || d < -1 {
				t.Errorf("%d workers: region %d has %d", workers, region, n)
			}
		}
	}
}

func TestWrongRegions(t *testing.T) {
	good := func() Regions {
		return Regions{Names: []string{"a", "b"}, Workers: []int{1, 1}, Server: "a", Bandwidth: [][]params.Bandwidth{{1, 2}, {3, 4}}}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for says, spoil := range map[string]func(r *Regions){
		"is region 1 already": func(r *Regions) { r.Names[1] = "a" }, "is no region": func(r *Regions) { r.Server = "c" },
		"exactly one": func(r *Regions) { r.Share = []float64{.5, .5} }, "1 number for 2": func(r *Regions) { r.Workers = []int{2} },
		"1 row for 2": func(r *Regions) { r.Bandwidth = r.Bandwidth[:1] }, "1 column for 2": func(r *Regions) { r.Bandwidth[1] = r.Bandwidth[1][:1] },
		"adds up to 0.9": func(r *Regions) { r.Workers, r.Share = nil, []float64{.5, .4} }, "change nothing": func(r *Regions) { r.Bandwidth = nil },
	} {
		r := good()
		if spoil(&r); r.Validate() == nil || !strings.Contains(r.Validate().Error(), says) {
			t.Errorf("%v, want %q", r.Validate(), says)
		}
	}
}
