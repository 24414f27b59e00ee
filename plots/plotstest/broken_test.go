package plotstest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"staleness/internal/testspeed"
	"staleness/plots"
)

// A figure that breaks one clause of the contract at a time: each check must notice.
type broken struct {
	plots.Common
	Fault string `doc:"what is wrong"`
}

var drawings int

func (f broken) Picture(runs []*plots.Run) (*plots.Picture, error) {
	line := plots.Line{X: []float64{0, 1}, Y: []float64{0, 1}, Style: plots.StyleOf(0)}
	panel := plots.Panel{X: plots.Axis{Label: "x"}, Y: plots.Axis{Label: "y"}, Marks: []plots.Mark{line}}
	p := &plots.Picture{Notes: []string{"A line"}}
	switch f.Fault {
	case "silent":
		return nil, errors.New("no")
	case "format":
		p.Note("%!d(string=three) runs")
	case "no caption":
		p.Notes = nil
	case "order":
		line.Y[1] = float64(runs[0].Summary.Seed)
	case "history":
		drawings++
		line.Y[1] = float64(drawings)
	case "modifies":
		runs[0].Config["seed"] = int64(7)
	case "no number":
		panel.Title = fmt.Sprint(math.NaN())
	case "never":
		return nil, errors.New("of these records nothing at all can be drawn")
	case "empty":
		return &plots.Picture{}, nil
	case "bare":
		panel.Marks = []plots.Mark{nothing{}}
	}
	p.Panels = []plots.Panel{panel}
	return p, nil
}

// nothing is a plotter that draws nothing, which is fine.
type nothing struct{}

func (nothing) Plot(draw.Canvas, *plot.Plot) {}

// A listener hears what is complained of.
type listener struct {
	*testing.T
	heard []string
}

func (l *listener) Errorf(format string, args ...any) {
	l.heard = append(l.heard, fmt.Sprintf(format, args...))
}

func TestKindSeesFaults(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("less is checked under the race detector and without assembly, so not all is noticed there")
	}
	three := sets()[0]
	for fault, want := range map[string]string{
		"": "", "bare": "", "silent": "should say what is missing", "format": "the caption is", "no caption": "the caption is",
		"order": "in another order", "history": "drawn again", "modifies": "it modifies the runs", "no number": "NaN",
		"never": "of good records", "empty": "of good records",
	} {
		l := &listener{T: t}
		inspect(l, broken{plots.Defaults(), fault}, three)
		if all := strings.Join(l.heard, "\n"); want == "" && all != "" || !strings.Contains(all, want) {
			t.Errorf("%q: want %q, heard %q", fault, want, all)
		}
	}
}
