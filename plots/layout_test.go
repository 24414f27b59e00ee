package plots

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"staleness/internal/params"
	"staleness/internal/testspeed"
	"staleness/plots/internal/boxes"
	"staleness/plots/internal/draw"
	mock "staleness/plots/internal/made"
	"staleness/sim/record"
)

// nasty are runs of groups with long names, in so many panels that differ by orders of magnitude,
// some of which diverge.
func nasty(panels, groups int) (runs []mock.Run) {
	for p := range panels {
		for g := range groups {
			rows := mock.Training(uint64(p*groups+g), .1+.02*float64(g), .2, .1, 12)
			for i := range rows {
				k := []float64{1, 1e-5, 4e3}[p%3]
				rows[i].TrainLoss *= k
				rows[i].TimeS *= []float64{1, 77, 1e-3}[(p+1)%3]
				rows[i].Consensus = rows[i].TrainLoss / 10
			}
			status := record.Completed
			if g%5 == 3 {
				rows, status = mock.BlowUp(rows, 5), record.Diverged
			}
			name := fmt.Sprintf("g%02d%s", g, []string{"", " asynchronous", " a method with a rather long name, by letters"}[g%3])
			runs = append(runs, mock.Run{
				Seed: 1, Rows: rows, Status: status, Updates: mock.Pushes(uint64(g)),
				Labels: map[string]string{"method": name, "panel": fmt.Sprintf("panel number %d, of some length", p)},
				Config: map[string]any{
					"strategy.kind": name, "strategy.rate": []float64{1e-3, 0.5, 30}[p%3] * float64(g+1), "strategy.window": int64(1) << g,
					"cluster.workers": int64(g + 1), "staleness.tau": int64(g), "problem.curvature": []any{1.0, 0.1},
					"problem.batch": int64(1), "record.updates": true, "record.center": true,
				},
				Finish: func(s *record.Summary) {
					s.Staleness, s.Growth = mock.Queue(uint64(g), 3*(g+1)*(p+1), 300), -0.02*float64(g)+0.01
					s.BytesUp, s.BytesDown, s.IdleFraction, s.Utilization = 1e6, 1e6, 0.2, 0.7
				},
			})
		}
	}
	return runs
}

// faultsOf measures the texts of a figure.
func faultsOf(t *testing.T, paper Paper, table map[string]any, runs []record.Run) (texts []boxes.Text, faults []string) {
	t.Helper()
	fig := decode(t, table)
	pic, err := Make(fig, runs)
	if err != nil {
		return nil, nil // what cannot be made is told elsewhere
	}
	d, err := draw.Lay(pic, paper.page(fig.common()))
	if err != nil {
		if !strings.Contains(err.Error(), "width = \"page\"") && !strings.Contains(err.Error(), "ratio") {
			t.Errorf("%v: no way out of %v", table, err)
		}
		return nil, nil
	}
	c := boxes.New()
	if err := d.On(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c.Texts, c.Overlaps(d.Width, d.Height)
}

// Whatever is drawn, no text touches another or leaves the page: of every kind, of one panel and of
// nine, with long names and twelve groups, on linear and logarithmic axes, shared or not, in the
// style of one journal or another.
func TestNoTextTouchesAnother(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("not again under the race detector and without assembly: one goroutine draws, with no kernel")
	}
	bases := maps.Clone(keyBases)
	delete(bases, "stability")
	drawn := 0
	papers := []Paper{{}, {Family: "serif", FontSize: "9pt", LineWidth: "1pt", Column: "246pt", Page: "510pt"}}
	for _, size := range [][2]int{{1, 12}, {2, 3}, {9, 4}} {
		runs := mock.Store(t, nasty(size[0], size[1]))
		for _, kind := range Kinds() {
			if strings.HasPrefix(kind.Name, "test-") || kind.Name == "waste" {
				continue
			}
			has := func(key string) bool {
				return slices.ContainsFunc(kind.Keys, func(k params.KeyDoc) bool { return k.Key == key })
			}
			for i, share := range []bool{true, false} {
				table := map[string]any{"kind": kind.Name, "width": []string{"column", "page"}[i]}
				for _, more := range []map[string]any{Example(kind.Name), bases[kind.Name]} {
					for k, v := range more {
						table[k] = v
					}
				}
				if size[0] > 1 && has("facet") {
					table["facet"] = "panel"
				}
				// others have axes of their own, and refuse these keys
				if panelBases[kind.Name] != nil {
					table["share_x"], table["share_y"] = share, share
				}
				if has("y_scale") && i == 0 {
					table["y_scale"] = "log"
				}
				for _, x := range []string{"", "method"} {
					if x != "" {
						if _, swept := table["x"]; !swept || !has("x_scale") && kind.Name != "heatmap" {
							continue
						}
						table = with(with(table, "x", x), "group", "cluster.workers")
						if kind.Name == "heatmap" {
							delete(table, "group")
						}
					}
					texts, faults := faultsOf(t, papers[i], table, runs)
					for _, f := range faults {
						t.Errorf("%d panels of %d groups, %v: %s", size[0], size[1], table, f)
					}
					if len(texts) > 0 {
						drawn++
					}
					if x != "" && len(texts) > 0 {
						everyName(t, texts, size[1])
					}
				}
			}
		}
	}
	if drawn < 60 {
		t.Errorf("%d figures were drawn", drawn)
	}
}

// everyName wants each group's name at an axis, as far as it has room.
func everyName(t *testing.T, texts []boxes.Text, groups int) {
	t.Helper()
	for g := range groups {
		name := fmt.Sprintf("g%02d", g)
		if !slices.ContainsFunc(texts, func(x boxes.Text) bool { return strings.HasPrefix(x.Text, name) }) {
			t.Errorf("the name %s... stands nowhere", name)
		}
	}
}
