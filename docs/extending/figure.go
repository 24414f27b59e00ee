package extending

import (
	"fmt"
	"slices"

	"staleness/plots"
)

// Waste shows which share of the computed gradients entered no update, run by run, the smallest first.
type Waste struct {
	plots.Common
}

// Picture implements plots.Figure.
func (Waste) Picture(runs []*plots.Run) (*plots.Picture, error) {
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
	return &plots.Picture{
		Panels: []plots.Panel{{
			X:     plots.Axis{Label: "run, by rank"},
			Y:     plots.Axis{Label: "share of gradients unused", Zero: true},
			Marks: []plots.Mark{plots.Line{X: x, Y: y, Dots: true}},
		}},
		Notes: []string{fmt.Sprintf("%d runs", len(y))},
	}, nil
}

func init() {
	plots.Register("waste", "share of gradients that entered no update", Waste{plots.Defaults()})
}
