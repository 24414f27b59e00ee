package extending

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/plotter"

	"staleness/plots"
)

// Waste shows which share of the computed gradients entered no update: run by run, the smallest
// first, and how many runs have which.
type Waste struct {
	plots.Common
	Bins int `doc:"number of bars of the histogram" in:"[1,100]"`
}

// Picture implements plots.Figure.
func (f Waste) Picture(runs []*plots.Run) (*plots.Picture, error) {
	var x, y []float64
	for _, r := range runs {
		if s := r.Summary; s.Gradients > 0 {
			x = append(x, float64(len(x)+1))
			y = append(y, 1-float64(s.UsedGradients)/float64(s.Gradients))
		}
	}
	if len(y) == 0 {
		return nil, fmt.Errorf("none of the %d runs computed a gradient", len(runs))
	}
	slices.Sort(y)
	hist, err := plotter.NewHist(plotter.Values(y), f.Bins) // of gonum/plot
	if err != nil {
		return nil, err
	}
	hist.FillColor = plots.StyleOf(0).Color
	one := plots.Whose{Seeds: []int{1}} // behind each point, for the table of the numbers
	share := plots.Axis{Label: `share unused, $1 - n_{\mathrm{used}}/n$`, Zero: true}
	return &plots.Picture{
		Panels: []plots.Panel{
			{X: plots.Axis{Label: "run, by rank"}, Y: share, Marks: []plots.Mark{plots.Line{Whose: one, X: x, Y: y, Style: plots.StyleOf(0), Dots: true}}},
			{X: share, Y: plots.Axis{Label: "runs", Zero: true}, Marks: []plots.Mark{hist}},
		},
		Notes: []string{fmt.Sprintf("%d runs", len(y))},
	}, nil
}

func init() {
	plots.Register("waste", "share of gradients that entered no update", Waste{plots.Defaults(), 10})
}
