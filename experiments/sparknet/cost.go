package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"staleness/plots"
	"staleness/sim/record"
)

// target is the accuracy a of N_a and M_a.
const target = 0.95

// A setting is K workers that average every window steps; of one worker there is no window.
type setting struct{ workers, window int64 }

// steps are the serial steps after which the median run of each setting reaches the target, w M_a
// for windows; +Inf where the median does not reach it.
func steps(runs []record.Run) (map[setting]float64, error) {
	all := map[setting][]float64{}
	for _, r := range runs {
		if m := r.Labels["momentum"]; m != "serial" && m != "kept" {
			continue
		}
		rows, err := r.Evals()
		if err != nil {
			return nil, err
		}
		n := math.Inf(1)
		k := setting{whole(r, "cluster.workers"), whole(r, "strategy.window")}
		for _, row := range rows {
			if row.TestAccuracy >= target {
				n = float64(row.Gradients) / float64(k.workers)
				break
			}
		}
		all[k] = append(all[k], n)
	}
	median := map[setting]float64{}
	for k, n := range all {
		slices.Sort(n)
		median[k] = plots.Quantile(n, .5)
	}
	return median, nil
}

func whole(r record.Run, key string) int64 {
	v, _ := r.Value(key)
	n, _ := v.(int64)
	return n
}

// A model is SparkNet's cost model with all times in units of C(b), the time of a serial step, and
// s that of a communication.
type model struct{ n float64 } // N_a(b), serial steps

func (m model) split(k, s float64) float64       { return m.n / (m.n * (1/k + s)) }
func (m model) average(ma, w, s float64) float64 { return m.n / (ma * (w + s)) }

// shown are the windows with a curve of their own.
var shown = []int64{1, 10, 50, 100}

// report draws the speed-up of the cost model over the time of a communication.
func report(ctx context.Context, w io.Writer, dir string, runs []record.Run) error {
	median, err := steps(runs)
	if err != nil {
		return err
	}
	serial, ok := median[setting{1, 0}]
	if !ok || math.IsInf(serial, 1) {
		fmt.Fprintf(w, "no cost model: the serial runs do not reach %v %%\n", 100*target)
		return nil
	}
	m := model{serial}
	fmt.Fprintf(w, "cost model: N_a = %v serial steps to %v %%\n", serial, 100*target)
	fig := plots.Curves{Common: plots.Defaults(), XScale: "log", YScale: "log", XLabel: "communication S / C(b)", YLabel: "speed-up over serial",
		Note: "SparkNet's model; steps to 95 % are measured, medians of the seeds"}
	fig.Width = "page"
	var axis []float64
	for i := range 61 {
		axis = append(axis, math.Pow(10, -1.5+float64(i)/15))
	}
	settings := slices.SortedFunc(maps.Keys(median), func(a, b setting) int {
		return cmp.Or(cmp.Compare(a.workers, b.workers), cmp.Compare(a.window, b.window))
	})
	drawn := int64(0)
	for _, k := range settings {
		if k.workers == 1 {
			continue
		}
		facet := fmt.Sprintf("K = %d workers", k.workers)
		ma := median[k] / float64(k.window)
		fmt.Fprintf(w, "  K = %2d, w = %3d: M_a = %v averages; %.2f times faster at S = 0, as fast as the naive split at S = %.3g C\n",
			k.workers, k.window, ma, m.average(ma, float64(k.window), 0), crossing(m, float64(k.workers), ma, float64(k.window)))
		if k.workers != drawn {
			drawn = k.workers
			one, split := plots.Curve{Name: "serial", Facet: facet, X: axis, Gray: true}, plots.Curve{Name: "naive split", Facet: facet, X: axis}
			for _, s := range axis {
				one.Y = append(one.Y, 1)
				split.Y = append(split.Y, m.split(float64(k.workers), s))
			}
			fig.Curve = append(fig.Curve, one, split)
		}
		if !slices.Contains(shown, k.window) || math.IsInf(ma, 1) {
			continue
		}
		c := plots.Curve{Name: fmt.Sprintf("w = %d", k.window), Facet: facet, X: axis}
		for _, s := range axis {
			c.Y = append(c.Y, m.average(ma, float64(k.window), s))
		}
		fig.Curve = append(fig.Curve, c)
	}
	pic, files, err := plots.Draw(ctx, fig, nil, dir, "cost-model")
	if err == nil {
		fmt.Fprintf(w, "figure: %s (.svg, .pdf; numbers in .csv, caption in .txt)\n", files[0])
		_, err = plots.WriteFigures(dir, []plots.Captioned{{Name: "cost-model", Figure: fig, Picture: pic}}, false)
	}
	return err
}

// crossing is the S from which on averaging is faster than the naive split: N (1/K + S) = M (w +
// S); 0 if it always is, +Inf if it never is.
func crossing(m model, k, ma, w float64) float64 {
	switch gain := ma*w - m.n/k; {
	case gain <= 0 && m.n >= ma:
		return 0
	case m.n <= ma:
		return math.Inf(1)
	default:
		return gain / (m.n - ma)
	}
}
