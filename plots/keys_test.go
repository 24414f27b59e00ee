package plots

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"staleness/internal/params"
	"staleness/internal/testspeed"
	"staleness/plots/internal/draw"
	mock "staleness/plots/internal/made"
	"staleness/sim/record"
)

// Every key of every kind of figure changes what is drawn, in some figure of that kind, or it means
// nothing. Words and switches are changed first, since a key may apply only beside some of them.
func TestEveryKeyOfEveryFigure(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("not again under the race detector and without assembly: what keys mean depends on no kernel, and one goroutine draws")
	}
	runs := mock.Store(t, keyRuns())
	for _, kind := range Kinds() {
		if strings.HasPrefix(kind.Name, "test-") {
			continue
		}
		t.Run(kind.Name, func(t *testing.T) {
			p := figureProber{t, runs, map[string]string{}}
			base := map[string]any{"kind": kind.Name}
			for k, v := range keyBases[kind.Name] {
				base[k] = v
			}
			for k, v := range Example(kind.Name) {
				if _, ok := base[k]; !ok {
					base[k] = v
				}
			}
			if out := p.draw(base); strings.HasPrefix(out, "refused") {
				t.Fatalf("%s: %s", params.Literal(base), out)
			}
			for _, k := range kind.Keys {
				if kind.Name == "waste" && strings.HasPrefix(k.Key, "share_") { // it has one panel
					continue
				}
				base := base
				if strings.HasPrefix(k.Key, "share_") {
					for key, v := range panelBases[kind.Name] {
						base = with(base, key, v)
					}
				}
				if k.Key != "name" && !p.changes(base, k, kind.Keys) { // which names files
					t.Errorf("%s: nothing that was tried changes the figure: %v", k.Key, figureValues(k))
				}
			}
		})
	}
}

// keyBases hold what a kind is probed with beside what it needs: where most of its keys apply.
var keyBases = map[string]map[string]any{
	"curves":         {"x_label": "a", "y_label": "b"},
	"final":          {"x": "strategy.window", "group": []any{"method"}},
	"heatmap":        {"x": "strategy.window", "y": "cluster.workers", "facet": []any{"method"}},
	"speed-up":       {"target": 1.5, "group": []any{"method"}},
	"stability":      {"where": map[string]any{"method": "ASGD"}},
	"time-to-target": {"x": "strategy.window", "target": 1.5, "group": []any{"method"}},
}

// panelBases add what makes several panels that differ in what they show.
var panelBases = map[string]map[string]any{
	"consensus":           {"facet": "method"},
	"convergence":         {"facet": "method"},
	"curves":              {"curve": []any{map[string]any{"facet": "a", "x": []any{1., 2.}, "y": []any{1., 3.}}, map[string]any{"facet": "b", "x": []any{1., 4.}, "y": []any{1., 9.}}}},
	"final":               {"facet": "cluster.workers"},
	"heatmap":             {"facet": "cluster.workers", "y": "strategy.rate"},
	"momentum":            {"facet": "strategy.window"},
	"pareto":              {"facet": "cluster.workers"},
	"speed-up":            {"facet": "method"},
	"stability":           {"facet": "cluster.workers"},
	"staleness":           {"facet": "cluster.workers"},
	"staleness-over-time": {"facet": "cluster.workers"},
	"time-to-target":      {"facet": "cluster.workers"},
}

// keyValues hold what to try where it is no word or number.
var keyValues = map[string][]any{
	"curves curve":          {[]any{map[string]any{"name": "one", "x": []any{1., 2.}, "y": []any{1., 3.}}}},
	"fit law":               {map[string]any{"law": "exponential", "mean": "20ms"}},
	"fit times":             {[]any{1., 2., 4.}},
	"heatmap y":             {"strategy.rate"},
	"sensitivity where":     {map[string]any{"method": "ASGD"}},
	"sensitivity x":         {[]any{"strategy.rate"}},
	"speed-up against":      {map[string]any{"cluster.workers": int64(4), "method": "ASGD"}},
	"stability where":       {map[string]any{"method": "EASGD"}},
	"time-to-target y":      {"test_loss"},
	"heatmap against":       {"ASGD"},
	"speed-up target":       {1.2, 1.8},
	"speed-up metric":       {"test_loss"},
	"time-to-target metric": {"test_loss"},
}

// keyRuns are two methods at three windows and as many numbers of workers, three seeds each, one of
// the methods for less long.
func keyRuns() (runs []mock.Run) {
	for m, method := range []string{"ASGD", "EASGD"} {
		for w, window := range []int64{1, 4, []int64{16, 8}[m]} {
			for seed := uint64(1); seed <= 3; seed++ {
				rate := .1 + .03*float64(m) + .02*float64(w)
				rows := mock.Training(seed, rate, .2, .1, 20-3*m)
				for i := range rows {
					rows[i].Consensus = rows[i].TrainLoss / float64(10+m)
				}
				runs = append(runs, mock.Run{
					Seed: seed, Rows: rows, Updates: mock.Pushes(seed + uint64(10*w)), Trace: mock.Intervals(seed + uint64(10*w)),
					Labels: map[string]string{"method": method},
					Config: map[string]any{
						"strategy.kind": method, "strategy.rate": float64(window), "strategy.window": window,
						"cluster.workers": window, "staleness.tau": window, "problem.curvature": []any{1.0, 0.1},
						"problem.batch": int64(1), "record.updates": true, "record.center": true, "record.trace": true,
					},
					Finish: func(s *record.Summary) {
						s.Staleness, s.Growth = mock.Queue(seed, 3*(w+1), 500), -0.02*float64(w)+0.01+0.004*float64(m)
						s.BytesUp, s.BytesDown, s.IdleFraction, s.Utilization = 1e6, 1e6, 0.2, 0.7
					},
				})
			}
		}
	}
	return runs
}

type figureProber struct {
	t    *testing.T
	runs []record.Run
	done map[string]string
}

// draw is a figure as text: its SVG and its caption, or why it is refused.
func (p *figureProber) draw(table map[string]any) (out string) {
	key := params.Literal(table)
	if out, ok := p.done[key]; ok {
		return out
	}
	defer func() { p.done[key] = out }()
	fig, err := Decode("figure[0]", table)
	if err != nil {
		return "refused: " + err.Error()
	}
	if err := Check(fig, Plan{Runs: p.runs}); err != nil {
		return "refused: " + err.Error()
	}
	pic, err := Make(fig, p.runs)
	if err != nil {
		return "refused: " + err.Error()
	}
	drawing, err := draw.Lay(pic, fig.common().page())
	if err != nil {
		return "refused: " + err.Error()
	}
	svg, err := drawing.SVG(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return fmt.Sprintf("%s\n%s", svg, pic.Caption())
}

// changes says whether a value of a key changes the figure, in the base or in one that differs from
// it by a word or a switch, or whether the kind refuses the key.
func (p *figureProber) changes(base map[string]any, k params.KeyDoc, keys []params.KeyDoc) bool {
	modes := []map[string]any{base}
	for _, other := range keys {
		if other.Key == k.Key || other.Type != "true or false" && (other.In == "" || strings.ContainsAny(other.In, "[(")) {
			continue
		}
		for _, v := range figureValues(other) {
			modes = append(modes, with(base, other.Key, v))
		}
	}
	try := append(figureValues(k), keyValues[base["kind"].(string)+" "+k.Key]...)
	refused := true // whatever it says
	for _, mode := range modes {
		before := p.draw(mode)
		if strings.HasPrefix(before, "refused") {
			continue
		}
		for _, v := range try {
			after := p.draw(with(mode, k.Key, v))
			if after != before && !strings.HasPrefix(after, "refused") {
				return true
			}
			refused = refused && after == before && fmt.Sprint(v) == k.Default || strings.HasPrefix(after, "refused: figure[0]."+k.Key+": ")
		}
	}
	return refused
}

func with(table map[string]any, key string, value any) map[string]any {
	out := map[string]any{key: value}
	for k, v := range table {
		if k != key {
			out[k] = v
		}
	}
	return out
}

// figureValues are what to try for a key of a figure.
func figureValues(k params.KeyDoc) (vs []any) {
	d, _ := strconv.ParseFloat(k.Default, 64)
	words := []any{"strategy.window", "method", "cluster.workers", "train_loss", "test_accuracy", "updates", "time_s", "gradients", "something"}
	switch {
	case k.In != "" && !strings.ContainsAny(k.In, "[("):
		for _, v := range strings.Split(k.In, "|") {
			vs = append(vs, v)
		}
	case k.Type == "true or false":
		vs = []any{true, false}
	case k.Key == "where":
		vs = []any{map[string]any{"method": "ASGD"}, map[string]any{"strategy.window": []any{int64(1), int64(4)}}}
	case k.Key == "against":
		vs = []any{map[string]any{"method": "ASGD"}, map[string]any{"cluster.workers": int64(4)}, "ASGD"}
	case strings.HasPrefix(k.Type, "a duration"):
		vs = []any{"100ms", "300ms"}
	case strings.Contains(k.Type, "whole number"):
		for _, n := range []int64{2, 1, 3, 5, int64(d) + 1, 7} {
			vs = append(vs, n, []any{n})
		}
	case strings.Contains(k.Type, "number"):
		for _, x := range []float64{d * 1.5, .5, .25, .01, 2.5, 30} {
			vs = append(vs, x, []any{x})
		}
	default:
		vs = slices.Clone(words)
		for _, w := range words {
			vs = append(vs, []any{w})
		}
		vs = append(vs, []any{"EASGD", "ASGD"}, []any{"method", "strategy.window"}, []any{"16", "4", "1"})
	}
	return vs
}
