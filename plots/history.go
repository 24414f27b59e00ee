package plots

import (
	"fmt"
	"image/color"
	"slices"

	"staleness/results"
)

// History is the loss at the gradients of each worker along a run, and of all of them: the histories and the averaged history that
// Distributed Keras keeps. It needs updates.csv.
type History struct {
	Common
	Facet  Keys   `doc:"what tells panels apart; left out: whatever the runs differ in beside the seed"`
	X      string `doc:"the horizontal axis" in:"time|updates|pushes"`
	YScale string `doc:"linear or log" in:"linear|log"`
	Pieces int    `doc:"along the axis each line is the mean over so many pieces of equal length" in:"[2,1000]"`
}

func init() {
	Register("history", "the loss of each worker along a run, and their average", History{Common: Defaults(), X: "time", YScale: "linear", Pieces: 40})
}

// single is how a worker's line looks, together how that of all does.
var (
	single   = Style{Color: color.NRGBA{0x9c, 0x9c, 0x9c, 0xff}, Width: 0.5}
	together = Style{Color: hues[0], Width: 1.4}
)

// Picture implements Figure. Of runs that differ in their seed only the one with the lowest seed is drawn: workers of two runs have
// nothing in common.
func (f History) Picture(runs []*Run) (*Picture, error) {
	keys := f.Facet
	if len(keys) == 0 {
		keys = missing(runs, nil)
	}
	s, err := Grouping{Group: keys}.split(runs)
	if err != nil {
		return nil, err
	}
	p := &Picture{Shared: true, Key: []Key{{Name: "a worker", Style: single, Line: true}, {Name: "all workers", Style: together, Line: true}}}
	left := 0
	for _, c := range s.cells {
		r := slices.MinFunc(c.runs, func(a, b *Run) int { return natural(fmt.Sprint(a.Summary.Seed), fmt.Sprint(b.Summary.Seed)) })
		left += len(c.runs) - 1
		rows, err := r.Updates()
		if err != nil {
			return nil, fmt.Errorf("%w; a run writes updates.csv under record.updates = true", err)
		}
		panel := Panel{Title: s.groups[c.group], X: Axis{Label: map[string]string{"time": "model time (s)", "updates": "updates", "pushes": "pushes"}[f.X], Fit: true},
			Y: Axis{Label: "minibatch loss", Log: f.YScale == "log"}}
		if panel.Marks = f.lines(rows); len(panel.Marks) == 0 {
			panel.Empty = "no push has a loss and a place on this axis"
		}
		p.Panels = append(p.Panels, panel)
	}
	p.note(fmt.Sprintf("Means over %d pieces of the axis of the loss at the gradients of each push", f.Pieces))
	if left > 0 {
		p.note("One run of each panel: that with the lowest seed")
	}
	return p, nil
}

// lines are those of the workers, then that of all.
func (f History) lines(rows []results.UpdateRow) []Mark {
	at := func(i int) float64 {
		switch f.X {
		case "time":
			return rows[i].TimeS
		case "updates":
			return float64(rows[i].Update)
		}
		return float64(i + 1)
	}
	end, workers := 0., int64(0)
	for i, r := range rows {
		if x := at(i); finite(x) {
			end = max(end, x)
		}
		workers = max(workers, r.Worker+1)
	}
	if !(end > 0) {
		return nil
	}
	type sum struct {
		loss float64
		n    int
	}
	sums := make([][]sum, workers+1) // the last: of all
	for w := range sums {
		sums[w] = make([]sum, f.Pieces)
	}
	for i, r := range rows {
		if x := at(i); finite(x) && finite(r.Loss) {
			piece := min(f.Pieces-1, int(x/end*float64(f.Pieces)))
			for _, w := range []int64{r.Worker, workers} {
				sums[w][piece].loss += r.Loss
				sums[w][piece].n++
			}
		}
	}
	var marks []Mark
	for w, pieces := range sums {
		l := Line{Style: single}
		if w == int(workers) {
			l.Style = together
		}
		for k, s := range pieces {
			if s.n > 0 { // a slow worker may not push in every piece
				l.X = append(l.X, end*(float64(k)+.5)/float64(f.Pieces))
				l.Y = append(l.Y, s.loss/float64(s.n))
			}
		}
		if len(l.X) > 0 {
			marks = append(marks, l)
		}
	}
	return marks
}
