package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fit"
	"staleness/experiments/internal/measured"
	"staleness/experiments/internal/prose"
	"staleness/plots"
	"staleness/sim/delay"
)

// A report is what the command says.
type report struct {
	w      io.Writer
	source *measured.Source
	model  *fit.Model
}

func (r *report) say(format string, args ...any) { fmt.Fprintf(r.w, format+"\n", args...) }

// seconds writes a duration for a person.
func seconds(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	for _, u := range []struct {
		name string
		of   float64
	}{{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}} {
		if x >= u.of {
			return strconv.FormatFloat(x/u.of, 'g', 4, 64) + " " + u.name
		}
	}
	return strconv.FormatFloat(x*1e9, 'g', 4, 64) + " ns"
}

func number(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// statistics describe the times.
func (r *report) statistics(s fit.Statistics) {
	of := ""
	if n := len(r.source.Sample.Workers); n > 1 || r.source.Sample.Workers[0].Name != "" {
		of = " of " + prose.Count(s.Workers, "worker")
	}
	r.say("%s: %d times%s (%s)", r.source.File, s.N, of, r.source.What)
	if r.source.Relative {
		r.say("  only their ratios count: the unit is a guess")
	}
	if r.source.Cut > 0 {
		r.say("  %s cut short left out: how long they would have taken is not known", prose.Count(r.source.Cut, "computation"))
	}
	r.say("  mean %s, cv %s", seconds(s.Mean), number(s.CV))
	var q []string
	for i, p := range fit.Levels {
		q = append(q, fmt.Sprintf("%s %s", percent(p), seconds(s.Quantiles[i])))
	}
	r.say("  quantiles: %s", strings.Join(q, ", "))
	if s.Workers > 1 {
		r.say("  within a worker: cv %s in the median, %s to %s", number(s.Within), number(s.WithinLow), number(s.WithinHigh))
		r.say("  between workers: cv of their means %s", number(s.Between))
		r.say("  in one iteration: cv over workers %s in the median", number(s.Iteration))
	}
	if !math.IsNaN(s.Lag) {
		r.say("  lag-1 correlation of a worker's times: %s in the median, %s to %s", number(s.Lag), number(s.LagLow), number(s.LagHigh))
		r.say("  drift, second half over first: %+.2g %% in the median, %+.2g %% at most", 100*s.Drift, 100*s.DriftMost)
	}
	if !math.IsNaN(s.Common) {
		r.say("  correlation of two workers at one index: %s in the mean", number(s.Common))
	}
}

func percent(p float64) string {
	switch p {
	case 0:
		return "least"
	case 1:
		return "largest"
	}
	return strconv.FormatFloat(100*p, 'g', -1, 64) + " %"
}

// laws ranks what was fitted.
func (r *report) laws() {
	if len(r.model.Laws) == 0 {
		r.say("no law has a density for these times; constant is what is left")
	} else {
		what := ""
		if !r.model.Once && len(r.source.Sample.Workers) > 1 {
			what = ", to the times of workers brought to one mean"
		}
		r.say("laws by maximum likelihood%s, by AIC (more than the best; standard errors as if times were independent):", what)
	}
	for _, l := range r.model.Laws {
		var ps []string
		for _, p := range l.Parameters {
			value, e := number(p.Value), number(p.Error)
			if p.Key == "mean" {
				value, e = seconds(p.Value), seconds(p.Error)
			}
			if math.IsNaN(p.Error) {
				ps = append(ps, fmt.Sprintf("%s %s", p.Key, value))
			} else {
				ps = append(ps, fmt.Sprintf("%s %s ± %s", p.Key, value, e))
			}
		}
		r.say("  %-20s %+12.1f  %s", l.Name, l.AIC-r.model.Laws[0].AIC, strings.Join(ps, ", "))
	}
	var reasons []string
	who := map[string][]string{}
	for _, x := range r.model.Refused {
		if who[x.Why] == nil {
			reasons = append(reasons, x.Why)
		}
		who[x.Why] = append(who[x.Why], x.Name)
	}
	for _, why := range reasons {
		r.say("  not fitted: %s: %s", prose.List(who[why]), why)
	}
}

// heldOut judges by what was not fitted.
func (r *report) heldOut(share float64, m *fit.Model, known, rest fit.Sample) {
	r.say("held out, the last %.3g %% of each worker's times: log-likelihood of one of them, and how far the distribution functions are apart:", 100*share)
	for _, h := range fit.HeldOut(m, known, rest) {
		r.say("  %-20s %+8.4f  %.4f", h.Name, h.LogLik, h.Kolmogorov)
	}
	a, b := fit.Describe(known), fit.Describe(rest)
	r.say("  mean %s before, %s held out; lag-1 correlation %s, %s; cv in one iteration %s, %s",
		seconds(a.Mean), seconds(b.Mean), number(a.Lag), number(b.Lag), number(a.Iteration), number(b.Iteration))
}

// quantiles sets the times beside the best law.
func (r *report) quantiles(s fit.Sample) {
	inverse, ok := inverseOf(r.model)
	if !ok {
		return
	}
	times := level(r.model, s)
	slices.Sort(times)
	r.say("quantiles of the times and of %s:", r.model.Law.Name)
	for _, p := range []float64{.01, .1, .25, .5, .75, .9, .99} {
		r.say("  %-5s %12s %12s", percent(p), seconds(times[int(p*float64(len(times)))]), seconds(inverse.Tail(1-p)/1e9))
	}
}

func inverseOf(m *fit.Model) (delay.Inverse, bool) {
	if m.Law.Law == nil {
		return nil, false
	}
	return delay.AsInverse(m.Law.Law)
}

// level are the times that the law was fitted to: those of all workers, brought to one mean.
func level(m *fit.Model, s fit.Sample) (times []float64) {
	if m.Once || len(s.Workers) == 1 {
		return s.All()
	}
	var means []float64
	all := 0.0
	for _, w := range s.Workers {
		mean := 0.0
		for _, t := range w.Times {
			mean += t / float64(len(w.Times))
		}
		means, all = append(means, mean), all+mean/float64(len(s.Workers))
	}
	for i, w := range s.Workers {
		for _, t := range w.Times {
			times = append(times, t/means[i]*all)
		}
	}
	return times
}

// clusterOf is the table [cluster] that simulates the times.
func clusterOf(s *measured.Source, m *fit.Model) string {
	compute := m.Table()
	if s.PerItem {
		compute["per"] = "sample"
	}
	t := map[string]any{"workers": int64(len(s.Sample.Workers)), "compute": compute}
	if n := len(s.Speeds); n > 0 {
		speeds := slices.Sorted(slices.Values(s.Speeds))
		link := map[string]any{"bandwidth": fmt.Sprintf("%.5gkbit/s", max(speeds[n/2]*8/1000, 1e-3))}
		t["up"], t["down"] = link, maps.Clone(link)
	}
	var b strings.Builder
	document.WriteSection(&b, "cluster", t)
	return strings.TrimLeft(b.String(), "\n")
}

func (r *report) cluster(text string) {
	r.say("what simulates them:\n%s", strings.TrimRight(text, "\n"))
	if len(r.source.Speeds) > 0 {
		r.say("# bandwidths differ from client to client; this is the median of theirs")
	}
}

// durations writes what the law empirical and cluster.replay read.
func durations(w io.Writer, s *measured.Source) error {
	b := bufio.NewWriter(w)
	b.WriteString(durationsHead)
	for _, series := range s.Sample.Workers {
		for _, t := range series.Times {
			name := series.Name
			if strings.ContainsAny(name, ",\"\n") {
				name = strconv.Quote(name)
			}
			fmt.Fprintf(b, "%s,%s\n", name, strconv.FormatFloat(t, 'g', -1, 64))
		}
	}
	return b.Flush()
}

// plot draws the quantiles.
func plot(ctx context.Context, name string, m *fit.Model, s fit.Sample) error {
	if _, ok := inverseOf(m); !ok {
		return &wrong{errors.New("-plot: no law was fitted, so there is nothing to set the times against")}
	}
	var times []any
	for _, t := range level(m, s) {
		times = append(times, t)
	}
	f, err := plots.Decode("-plot", map[string]any{"kind": "fit", "times": times, "law": m.Law.Table()})
	if err != nil {
		return err
	}
	_, _, err = plots.Draw(ctx, f, nil, filepath.Dir(name), filepath.Base(name))
	return err
}
