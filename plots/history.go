package plots

import (
	"errors"
	"fmt"
	"image/color"
	"maps"
	"slices"

	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// History is the loss at the gradients of each worker along a run, and of all of them: the
// histories and the averaged history that Distributed Keras keeps. It needs updates.csv.
type History struct {
	Common
	Facet  Keys   `doc:"what tells panels apart; left out: whatever the runs differ in beside the seed"`
	X      string `doc:"the horizontal axis" in:"time|updates|pushes"`
	YScale string `doc:"linear or log" in:"linear|log"`
	Pieces int    `doc:"along the axis each line is the mean over so many pieces of equal length" in:"[2,1000]"`
}

var _ Checker = History{}

func init() {
	Register("history", "the loss of each worker along a run, and their average", History{Common: Defaults(), X: "time", YScale: "linear", Pieces: 40})
}

// single is how a worker's line looks, together how that of all does.
var (
	single   = Style{Color: color.NRGBA{0x9c, 0x9c, 0x9c, 0xff}, Width: 0.5}
	together = Style{Color: draw.Hues[0], Width: 1.4}
)

// Check implements Checker. It also wants the table that the figure is made of.
func (f History) Check(runs []*Run) error {
	for _, r := range runs {
		if on, ok := r.Value("record.updates"); ok && on != true {
			return errors.New("this figure is made of updates.csv, which not all of its runs write: give record.updates = true, or choose by where")
		}
	}
	if f.X == "time" {
		if err := recorded("x", f.X, runs); err != nil {
			return err
		}
	}
	s, err := f.panels(runs)
	if err == nil {
		err = tooManyPanels(len(s.groups))
	}
	return keyIs("group", "facet", err)
}

// Picture implements Figure. Of runs that differ in their seed only the one with the lowest seed is
// drawn: workers of two runs have nothing in common.
func (f History) Picture(runs []*Run) (*Picture, error) {
	s, err := f.panels(runs)
	if err != nil {
		return nil, err
	}
	if err := tooManyPanels(len(s.groups)); err != nil {
		return nil, err
	}
	p := &Picture{Shared: true}
	few, many := false, false
	left, hidden := 0, 0
	for _, c := range s.cells {
		r := slices.MinFunc(c.runs, func(a, b *Run) int { return natural(fmt.Sprint(a.Summary.Seed), fmt.Sprint(b.Summary.Seed)) })
		left += len(c.runs) - 1
		rows, err := r.Updates()
		if err != nil {
			return nil, fmt.Errorf("%w; a run writes updates.csv under record.updates = true", err)
		}
		panel := Panel{Title: s.groups[c.group], X: Axis{Label: map[string]string{"time": "model time (s)", "updates": "updates", "pushes": "pushes"}[f.X], Fit: true, Counts: f.X != "time"},
			Y: Axis{Label: "minibatch loss", Log: f.YScale == "log"}}
		var workers, below int
		panel.Marks, workers, below = f.lines(rows)
		few, many = few || 0 < workers && workers <= manyWorkers, many || workers > manyWorkers
		if hidden += below; len(panel.Marks) == 0 {
			panel.Empty = "no push has a loss and a place on this axis"
		}
		p.Panels = append(p.Panels, panel)
	}
	if few {
		p.Key = append(p.Key, Key{Name: "a worker", Style: single, Line: true})
	}
	if many {
		p.Key = append(p.Key, Key{Name: "80 % of the workers", Style: Style{Color: single.Faint(0x38)}, Fill: true})
		p.Note(fmt.Sprintf("Of more than %d workers the band holds the middle 80 %%", manyWorkers))
	}
	p.Key = append(p.Key, Key{Name: "all workers", Style: together, Line: true})
	p.Note(fmt.Sprintf("Means over %d pieces of the axis of the loss at the gradients of each push", f.Pieces))
	if left > 0 {
		p.Note("One run of each panel: that with the lowest seed")
	}
	if hidden > 0 {
		p.Note(plural(hidden, "mean of 0 or below has", "means of 0 or below have") + " no place on the logarithmic axis; lines are broken there")
	}
	return p, nil
}

// manyWorkers is how many workers have a line each; of more of them one sees the spread alone.
const manyWorkers = 64

// A pushMean is the sum of the losses of n pushes.
type pushMean struct {
	loss float64
	n    int
}

// panels are the settings of the runs.
func (f History) panels(runs []*Run) (*split, error) {
	keys := f.Facet
	if len(keys) == 0 {
		keys = missing(runs, nil)
	}
	return Grouping{Group: keys}.split(runs)
}

// lines are those of the workers, or the spread of many, then that of all; and how many means a
// logarithmic axis hides.
func (f History) lines(rows []record.Row) (marks []Mark, workers, hidden int) {
	by, all, end := f.means(rows)
	if len(all) == 0 {
		return nil, 0, 0
	}
	line := func(group string, pieces map[int]pushMean, st Style) Line {
		l := Line{Whose: Whose{Group: group, Seeds: []int{1}}, Style: st}
		// a slow worker may not push in every piece
		for _, k := range slices.Sorted(maps.Keys(pieces)) {
			l.X = append(l.X, end*(float64(k)+.5)/float64(f.Pieces))
			l.Y = append(l.Y, pieces[k].loss/float64(pieces[k].n))
		}
		return l
	}
	var lines []Line
	for _, w := range slices.Sorted(maps.Keys(by)) {
		lines = append(lines, line(fmt.Sprintf("worker %d", w), by[w], single))
	}
	if len(lines) > manyWorkers {
		marks = append(marks, middle(lines))
	} else {
		for _, l := range lines {
			marks = append(marks, l)
		}
	}
	total := line("all workers", all, together)
	for _, l := range append(lines, total) {
		for _, y := range l.Y {
			if f.YScale == "log" && y <= 0 {
				hidden++
			}
		}
	}
	return append(marks, total), len(lines), hidden
}

// means are those of each worker that is there and of all, by piece, and the end of the axis.
func (f History) means(rows []record.Row) (by map[int64]map[int]pushMean, all map[int]pushMean, end float64) {
	at := func(i int) float64 {
		switch f.X {
		case "time":
			return rows[i].TimeS
		case "updates":
			return float64(rows[i].Update)
		}
		return float64(i + 1)
	}
	for i := range rows {
		if x := at(i); draw.Finite(x) {
			end = max(end, x)
		}
	}
	by, all = map[int64]map[int]pushMean{}, map[int]pushMean{}
	for i, r := range rows {
		x := at(i)
		if !(end > 0 && x >= 0 && draw.Finite(x) && draw.Finite(r.Loss)) {
			continue
		}
		piece := min(f.Pieces-1, int(x/end*float64(f.Pieces)))
		add := func(to map[int]pushMean) {
			m := to[piece]
			to[piece] = pushMean{m.loss + r.Loss, m.n + 1}
		}
		add(all)
		if r.Worker < 0 { // the table has no such column
			continue
		}
		if by[r.Worker] == nil {
			by[r.Worker] = map[int]pushMean{}
		}
		add(by[r.Worker])
	}
	return by, all, end
}

// middle is the band of the middle four fifths of many lines, where any is.
func middle(lines []Line) Band {
	at := map[float64][]float64{}
	for _, l := range lines {
		for i, x := range l.X {
			at[x] = append(at[x], l.Y[i])
		}
	}
	b := Band{Whose: Whose{Group: "80 % of the workers", Seeds: []int{1}}, Style: single}
	for _, x := range slices.Sorted(maps.Keys(at)) {
		ys := at[x]
		slices.Sort(ys)
		b.X, b.Lo, b.Hi = append(b.X, x), append(b.Lo, Quantile(ys, 0.1)), append(b.Hi, Quantile(ys, 0.9))
	}
	return b
}
