package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"staleness/sim/record"
)

// A crossing is where the growth of one row of the map changes its sign.
type crossing struct {
	part          string
	tau           int64
	measured, law float64
	off           float64 // the largest difference of a growth in the row from what it is in theory
}

// crossings are those of the runs beside the boundary, by part and delay.
func crossings(runs []record.Run) ([]crossing, error) {
	type point struct{ step, growth, theory float64 }
	rows := map[crossing][]point{}
	for _, r := range runs {
		c := crossing{part: r.Labels["part"]}
		switch c.part {
		case "injected-boundary":
			c.tau = whole(r, "staleness.tau")
		case "workers-boundary":
			c.tau = whole(r, "cluster.workers") - 1
		default:
			continue
		}
		step, _ := r.Value("strategy.rate")
		rate, _ := step.(float64)
		theory, err := growth(rate, int(c.tau))
		if err != nil {
			return nil, err
		}
		rows[c] = append(rows[c], point{rate, r.Summary.Growth, theory})
	}
	var out []crossing
	for c, row := range rows {
		slices.SortFunc(row, func(a, b point) int { return cmp.Compare(a.step, b.step) })
		c.measured = math.NaN() // it need not cross
		for _, p := range row {
			c.off = math.Max(c.off, math.Abs(p.growth-p.theory))
		}
		for i := 1; i < len(row); i++ {
			if a, b := row[i-1], row[i]; a.growth < 0 && b.growth >= 0 {
				c.measured = a.step + (b.step-a.step)*a.growth/(a.growth-b.growth)
			}
		}
		c.law = 2 * math.Sin(math.Pi/float64(2*(2*c.tau+1)))
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b crossing) int {
		return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.tau, b.tau))
	})
	return out, nil
}

func whole(r record.Run, key string) int64 {
	v, _ := r.Value(key)
	n, _ := v.(int64)
	return n
}

// report shows the crossings and writes them to boundary.txt.
func report(_ context.Context, w io.Writer, dir string, runs []record.Run) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-18s %4s  %-8s  %-8s  %-10s  %s\n", "", "tau", "measured", "law", "difference", "growth off by at most")
	found, err := crossings(runs)
	if err != nil {
		return err
	}
	for _, c := range found {
		fmt.Fprintf(&b, "%-18s %4d  %.6f  %.6f  %+.4f %%  %.1e\n", c.part, c.tau, c.measured, c.law, 100*(c.measured/c.law-1), c.off)
	}
	file := filepath.Join(dir, "boundary.txt")
	fmt.Fprintf(w, "table: %s\n\n%s\n", file, &b)
	return os.WriteFile(file, []byte(b.String()), 0o644)
}
