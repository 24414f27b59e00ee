package plots

import (
	"image/color"
	"slices"

	"staleness/internal/params"
)

// Heatmap is a number of each run over two keys that were swept, as color: the median over seeds.
type Heatmap struct {
	Common
	X       string   `doc:"the key along the horizontal axis" required:""`
	Y       string   `doc:"the key along the vertical axis" required:""`
	Facet   Keys     `doc:"what tells panels apart; left out: one panel"`
	Value   string   `doc:"the number: train_loss, test_accuracy, growth, time, staleness_mean, ..."`
	Scale   string   `doc:"of the colors" in:"linear|log"`
	Center  *float64 `doc:"a value of its own meaning, such as 0, in the unit of the record: colors then diverge from it"`
	Against string   `doc:"the title of one panel: the others then show their difference to it, seed by seed, blue where they are better"`
	Text    bool     `doc:"whether the numbers stand in the cells, where they fit"`
}

var _ Checker = Heatmap{}

func init() {
	Register("heatmap", "a final number over two keys that were swept, as color", Heatmap{
		Common: Defaults(), Value: "train_loss", Scale: "linear", Text: true,
	})
}

var (
	// a diverged median on a perceptual map, which has no red
	lostColor = color.NRGBA{0xb8, 0x3a, 0x3a, 0xff}
	darkColor = color.NRGBA{0x2b, 0x2b, 0x2b, 0xff} // the same on a diverging map, which has
	// no value, on a perceptual map, which has no white
	absentColor = color.NRGBA{0xf4, 0xf4, 0xf4, 0xff}
	grayColor   = color.NRGBA{0xb4, 0xb4, 0xb4, 0xff} // the same on a diverging map
)

// Validate implements params.Validator.
func (f Heatmap) Validate() error {
	if _, err := lookup("value", f.Value, summarised); err != nil {
		return err
	}
	switch {
	case f.Center != nil && f.Against != "":
		return params.Errorf("center", "means nothing with against: differences have their center at 0")
	case f.Scale == "log" && f.Center != nil:
		return params.Errorf("center", `colors diverge from it along a linear scale: leave scale = "log" out`)
	case f.Scale == "log" && f.Against != "":
		return params.Errorf("scale", "differences may be negative: leave it out with against")
	}
	return nil
}

// Check implements Checker.
func (f Heatmap) Check(runs []*Run) error {
	if err := checkHeat(f.X, f.Y, f.Facet, "category", runs); err != nil {
		return err
	}
	if f.Against != "" && !slices.ContainsFunc(runs, func(r *Run) bool { return r.tentative }) {
		s, err := Grouping{Facet: f.Facet, Group: Keys{f.Y}}.split(runs, f.X)
		if err == nil {
			_, err = facetAgainst(s, f.Against)
		}
		if err != nil {
			return err
		}
	}
	return recorded("value", f.Value, runs)
}

// Picture implements Figure.
func (f Heatmap) Picture(runs []*Run) (*Picture, error) {
	q, err := lookup("value", f.Value, summarised)
	if err != nil {
		return nil, err
	}
	m := heat{q: q, ownX: !f.ShareX, ownY: !f.ShareY, log: f.Scale == "log", text: f.Text, against: f.Against}
	if f.Center != nil {
		c := *f.Center * q.unit()
		m.center = &c
	}
	return m.picture(runs, f.X, f.Y, f.Facet, "category")
}
