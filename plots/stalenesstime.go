package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// StalenessOverTime is how stale messages are along a run: quantiles over all workers, or the mean
// of each worker. It needs updates.csv.
type StalenessOverTime struct {
	Common
	Facet  Keys   `doc:"what tells panels apart; left out: whatever the runs differ in beside the seed"`
	By     string `doc:"quantiles of all messages, of all seeds together; or workers: the mean of each, of the run with the lowest seed" in:"quantiles|workers"`
	X      string `doc:"the horizontal axis" in:"time|updates|pushes"`
	YScale string `doc:"linear or log" in:"linear|log"`
	Pieces int    `doc:"the axis is taken in so many pieces of equal length" in:"[2,1000]"`
}

var _ Checker = StalenessOverTime{}

func init() {
	Register("staleness-over-time", "staleness of messages along a run, quantiles or by worker", StalenessOverTime{
		Common: Defaults(), By: "quantiles", X: "time", YScale: "linear", Pieces: 40,
	})
}

// history is the kind that has the same panels, and lines by worker.
func (f StalenessOverTime) history() History {
	return History{Common: f.Common, Facet: f.Facet, X: f.X, YScale: f.YScale, Pieces: f.Pieces}
}

// Check implements Checker.
func (f StalenessOverTime) Check(runs []*Run) error { return f.history().Check(runs) }

// Picture implements Figure.
func (f StalenessOverTime) Picture(runs []*Run) (*Picture, error) {
	s, err := f.history().panels(runs)
	if err != nil {
		return nil, err
	}
	if err := tooManyPanels(len(s.groups)); err != nil {
		return nil, err
	}
	p := &Picture{Shared: true}
	a := ages{StalenessOverTime: f}
	for _, c := range s.cells {
		panel := Panel{Title: s.groups[c.group], X: Axis{Label: map[string]string{"time": "model time (s)", "updates": "updates", "pushes": "pushes"}[f.X], Fit: true, Counts: f.X != "time"},
			Y: Axis{Label: "message staleness τ (updates)", Log: f.YScale == "log", Zero: true, Counts: a.By == "quantiles"}}
		if panel.Marks, err = a.cell(c); err != nil {
			return nil, err
		}
		if len(panel.Marks) == 0 {
			panel.Empty = "no push has a staleness and a place on this axis"
		}
		p.Panels = append(p.Panels, panel)
	}
	if a.drawn == 0 {
		return nil, errors.New("no push of these runs has a staleness: none entered an update, or the methods have no server")
	}
	a.explain(p)
	return p, nil
}

// ages makes marks and keeps count of what has to be said.
type ages struct {
	StalenessOverTime
	drawn, left, hidden int
	few, many           bool // workers
	seeds               tally
}

// cell draws a panel.
func (a *ages) cell(c cell) ([]Mark, error) {
	if a.By == "workers" {
		r := slices.MinFunc(c.runs, func(x, y *Run) int { return natural(fmt.Sprint(x.Summary.Seed), fmt.Sprint(y.Summary.Seed)) })
		a.left += len(c.runs) - 1
		rows, err := r.Updates()
		if err != nil {
			return nil, fmt.Errorf("%w; a run writes updates.csv under record.updates = true", err)
		}
		rows = slices.Clone(rows)
		for i := range rows {
			rows[i].Loss = ageOf(rows[i]) // what the lines of a history are means of
		}
		marks, workers, hidden := a.history().lines(rows)
		if len(marks) > 0 {
			a.drawn++
		}
		a.few, a.many = a.few || 0 < workers && workers <= manyWorkers, a.many || workers > manyWorkers
		a.hidden += hidden
		return marks, nil
	}
	var all []stale
	end, seeds := math.Inf(1), 0
	for _, r := range c.runs {
		rows, err := r.Updates()
		if err != nil {
			return nil, fmt.Errorf("%w; a run writes updates.csv under record.updates = true", err)
		}
		mine, last := a.messages(rows)
		if len(mine) == 0 {
			continue
		}
		all, end, seeds = append(all, mine...), min(end, last), seeds+1
	}
	if len(all) == 0 || !(end > 0) {
		return nil, nil
	}
	a.drawn++
	a.seeds.add(seeds)
	return a.quantiles(all, end, seeds), nil
}

// ageOf is the staleness of a push; NaN if it has none.
func ageOf(r record.Row) float64 {
	if r.Staleness < 0 {
		return math.NaN()
	}
	return float64(r.Staleness)
}

// A stale is a message at its place on the axis.
type stale struct{ x, tau float64 }

// messages are those of a run that have a place, and the last of the places.
func (a *ages) messages(rows []record.Row) (all []stale, last float64) {
	for i, r := range rows {
		x := float64(i + 1)
		switch a.X {
		case "time":
			x = r.TimeS
		case "updates":
			x = float64(r.Update)
		}
		if tau := ageOf(r); !math.IsNaN(tau) && draw.Finite(x) && x >= 0 {
			all, last = append(all, stale{x, tau}), max(last, x)
		}
	}
	return all, last
}

// quantiles are those of the messages of each piece.
func (a *ages) quantiles(all []stale, end float64, seeds int) []Mark {
	pieces := make([][]float64, a.Pieces)
	for _, m := range all {
		if m.x <= end {
			k := min(a.Pieces-1, int(m.x/end*float64(a.Pieces)))
			pieces[k] = append(pieces[k], m.tau)
		}
	}
	median, largest := Whose{Group: "median", Seeds: []int{seeds}}, Whose{Group: "largest", Seeds: []int{seeds}}
	band, mid, most := Band{Whose: median, Style: together}, Line{Whose: median, Style: together}, Line{Whose: largest, Style: stalest}
	for k, taus := range pieces {
		if len(taus) == 0 {
			continue
		}
		slices.Sort(taus)
		x := end * (float64(k) + .5) / float64(a.Pieces)
		band.X, mid.X, most.X = append(band.X, x), append(mid.X, x), append(most.X, x)
		band.Lo, band.Hi = append(band.Lo, Quantile(taus, 0.1)), append(band.Hi, Quantile(taus, 0.9))
		mid.Y, most.Y = append(mid.Y, Quantile(taus, 0.5)), append(most.Y, taus[len(taus)-1])
		if a.YScale == "log" && mid.Y[len(mid.Y)-1] <= 0 {
			a.hidden++
		}
	}
	return []Mark{band, most, mid}
}

// stalest is the look of the largest.
var stalest = Style{Color: draw.Hues[1], Width: 0.8}

// explain makes the legend and the notes.
func (a *ages) explain(p *Picture) {
	if a.By == "workers" {
		if a.few {
			p.Key = append(p.Key, Key{Name: "a worker", Style: single, Line: true})
		}
		if a.many {
			p.Key = append(p.Key, Key{Name: "80 % of the workers", Style: Style{Color: single.Faint(0x38)}, Fill: true})
			p.Note(fmt.Sprintf("Of more than %d workers the band holds the middle 80 %%", manyWorkers))
		}
		p.Key = append(p.Key, Key{Name: "all workers", Style: together, Line: true})
		p.Note(fmt.Sprintf("Means over %d pieces of the axis of the staleness of each push", a.Pieces))
		if a.left > 0 {
			p.Note("One run of each panel: that with the lowest seed")
		}
	} else {
		p.Key = []Key{{Name: "largest", Style: stalest, Line: true}, {Name: "median", Style: together, Line: true},
			{Name: "80 % of the messages", Style: Style{Color: together.Faint(0x38)}, Fill: true}}
		n := fmt.Sprint(a.seeds.most)
		if a.seeds.least < a.seeds.most {
			n = fmt.Sprintf("%d to %d", a.seeds.least, a.seeds.most)
		}
		if n == "1" {
			n += " seed"
		} else {
			n += " seeds together, as far as the first of them goes"
		}
		p.Note(fmt.Sprintf("Quantiles of the staleness of the pushes in each of %d pieces of the axis, of %s; band: first to ninth decile", a.Pieces, n))
	}
	if a.hidden > 0 {
		p.Note(plural(a.hidden, "value of 0 has", "values of 0 have") + " no place on the logarithmic axis; lines are broken there")
	}
}
