package plots_test

import (
	"fmt"

	"staleness/plots"
	"staleness/sim/record"
)

// Waste is a kind of figure of one's own: the share of gradients that entered no update, against
// model time.
type Waste struct {
	plots.Common
	Max float64 `doc:"upper end of the vertical axis, in percent" in:"(0,100]"`
}

func init() {
	plots.Register("waste", "share of discarded gradients against model time", Waste{Common: plots.Defaults(), Max: 100})
}

// Picture implements plots.Figure.
func (f Waste) Picture(runs []*plots.Run) (*plots.Picture, error) {
	var d plots.Dots
	for _, r := range runs {
		d.X = append(d.X, r.Summary.VirtualTimeS)
		d.Y = append(d.Y, 100*float64(r.Summary.Discarded)/float64(r.Summary.Gradients))
	}
	d.Seeds = []int{1} // behind each marker, for the table of its numbers
	return &plots.Picture{
		Panels: []plots.Panel{{
			X:     plots.Axis{Label: "model time (s)"},
			Y:     plots.Axis{Label: "discarded gradients (%)", Min: 0, Max: f.Max},
			Marks: []plots.Mark{d},
		}},
		Notes: []string{"One marker per run"},
	}, nil
}

// A new kind of figure is a struct with a method; style, formats and checks come with it.
func Example() {
	fig, err := plots.Decode("figure[0]", map[string]any{"kind": "waste", "max": 20.0})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := record.NewSummary()
	s.Status, s.VirtualTimeS, s.Gradients, s.Discarded = record.Completed, 12, 600, 30
	pic, err := plots.Make(fig, []record.Run{{ID: "a", Summary: *s}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(pic.Caption())
	_, err = plots.Decode("figure[0]", map[string]any{"kind": "waste", "max": 200.0})
	fmt.Println(err)
	// Output:
	// Discarded gradients against model time.
	// No tuning is on record.
	// 1 run, seed 0.
	// One marker per run.
	// figure[0].max = 200.0: is outside (0,100]; upper end of the vertical axis, in percent
}
