package plots

import (
	"cmp"
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	canvas "gonum.org/v1/plot/vg/draw"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// Timeline is who did what when, a lane for each worker: a Gantt chart. It needs trace.csv.
type Timeline struct {
	Common
	Facet   Keys           `doc:"what tells panels apart; left out: whatever the runs differ in beside the seed"`
	From    time.Duration  `doc:"model time at which it begins" in:"[0,)"`
	To      *time.Duration `doc:"and ends; left out: with the run" in:"(0,)"`
	Workers int            `doc:"the first so many workers" in:"[1,200]"`
}

var _ Checker = Timeline{}

func init() {
	Register("timeline", "who computed, sent, queued, waited, worked in vain or was down, when", Timeline{Common: Defaults(), Workers: 16})
}

// Validate implements params.Validator.
func (f Timeline) Validate() error {
	if err := cmp.Or(f.apart("share_x", f.ShareX), f.apart("share_y", f.ShareY)); err != nil {
		return err
	}
	if f.To != nil && *f.To <= f.From {
		e := params.Errorf("to", "is not after from, %s", f.From)
		e.Value = params.Literal(f.To.String())
		return e
	}
	return nil
}

// Check implements Checker. It also wants the table that the figure is made of.
func (f Timeline) Check(runs []*Run) error {
	for _, r := range runs {
		if r.has != nil && record.ModelTime.Lacking(r.has()) != "" {
			return errors.New("where staleness is injected there is no time to show; choose other runs by where")
		}
		if on, ok := r.Value("record.trace"); ok && on != true {
			return errors.New("this figure is made of trace.csv, which not all of its runs write: give record.trace = true, or choose by where")
		}
	}
	s, err := History{Facet: f.Facet}.panels(runs)
	if err == nil {
		err = tooManyPanels(len(s.groups))
	}
	return keyIs("group", "facet", err)
}

// Picture implements Figure. Of runs that differ in their seed only the one with the lowest seed is
// drawn.
func (f Timeline) Picture(runs []*Run) (*Picture, error) {
	s, err := History{Facet: f.Facet}.panels(runs)
	if err != nil {
		return nil, err
	}
	if err := tooManyPanels(len(s.groups)); err != nil {
		return nil, err
	}
	p := &Picture{Cols: 1}
	l := lanes{Timeline: f}
	for _, c := range s.cells {
		r := slices.MinFunc(c.runs, func(a, b *Run) int { return natural(fmt.Sprint(a.Summary.Seed), fmt.Sprint(b.Summary.Seed)) })
		l.left += len(c.runs) - 1
		rows, err := r.Trace()
		if err != nil {
			return nil, fmt.Errorf("%w; a run writes trace.csv under record.trace = true", err)
		}
		p.Panels = append(p.Panels, l.panel(s.groups[c.group], rows, r.Summary.VirtualTimeS))
	}
	if l.drawn == 0 {
		return nil, errors.New("no interval of these runs lies within the time shown")
	}
	l.explain(p)
	return p, nil
}

// Trace are the rows of trace.csv.
func (r *Run) Trace() ([]record.Interval, error) {
	if err := r.stopped(); err != nil {
		return nil, err
	}
	return r.Run.Trace()
}

// What a worker is at, the most telling last: of what goes on at one time that is shown.
const (
	idling = iota
	inQueue
	sending
	gone
	computing
	inVain
	doings
)

// doingNames and doingStyles are of the legend.
var (
	doingNames  = [doings]string{"waiting", "queued or served", "sending", "down", "computing", "computed in vain"}
	doingStyles = [doings]Style{{Color: color.NRGBA{0xd8, 0xd8, 0xd8, 0xff}}, {Color: draw.Hues[5]}, {Color: draw.Hues[6]}, {Color: draw.Gray}, {Color: draw.Hues[0]}, {Color: draw.Hues[1]}}
)

var doingOf = map[string]int{
	record.Compute: computing, record.Push: sending, record.NIC: sending, record.Pull: sending, record.Queued: inQueue, record.Serve: inQueue,
	record.Hold: idling, record.Wait: idling, record.Down: gone,
}

// A stretch is a piece of a lane.
type stretch struct {
	from, to float64
	what     int
}

// lanes make panels and keep count of what has to be said.
type lanes struct {
	Timeline
	drawn, left, hidden, most int
	coarse                    bool
	spent                     [doings]float64
}

// panel is that of one run.
func (l *lanes) panel(title string, rows []record.Interval, end float64) Panel {
	from := l.From.Seconds()
	if !draw.Finite(end) {
		end = 0
		for _, r := range rows {
			end = max(end, r.EndS)
		}
	}
	if l.To != nil {
		end = min(end, l.To.Seconds())
	}
	panel := Panel{Title: title, X: Axis{Label: "model time (s)", Fit: true}, Y: Axis{Label: "worker"}}
	by, workers := l.sort(rows, from, end)
	shown := min(workers, l.Workers)
	l.hidden, l.most = max(l.hidden, workers-shown), max(l.most, workers)
	marks := make([]gantt, doings)
	for what := range marks {
		marks[what] = gantt{Whose: Whose{Group: doingNames[what], Seeds: []int{1}}, Height: 0.8, Style: doingStyles[what]}
	}
	marks[idling].Height = 0.3
	for w := range shown {
		lane := resolve(by[w])
		for _, s := range lane {
			l.spent[s.what] += s.to - s.from
			l.drawn++
		}
		for _, s := range l.thin(lane, from, end) {
			m := &marks[s.what]
			m.Y, m.Lo, m.Hi = append(m.Y, -float64(w)), append(m.Lo, s.from), append(m.Hi, s.to)
		}
	}
	for _, m := range marks {
		if len(m.Y) > 0 {
			panel.Marks = append(panel.Marks, m)
		}
	}
	if len(panel.Marks) == 0 {
		panel.Empty = "nothing was traced in this time"
		return panel
	}
	panel.X.Min, panel.X.Max = from, end
	panel.Y.Min, panel.Y.Max = 0.4-float64(shown), 0.6
	for w := 0; w < shown; w += (shown + 15) / 16 {
		panel.Y.At, panel.Y.Names = append(panel.Y.At, -float64(w)), append(panel.Y.Names, strconv.Itoa(w))
	}
	return panel
}

// sort gives each worker its intervals, as far as they lie within the time shown, and tells what
// was computed in vain.
func (l *lanes) sort(rows []record.Interval, from, end float64) (by map[int][]stretch, workers int) {
	by = map[int][]stretch{}
	vain := wasted(rows, end)
	for i, r := range rows {
		workers = max(workers, int(r.Worker)+1)
		what, known := doingOf[r.Kind]
		s := stretch{max(r.StartS, from), min(r.EndS, end), what}
		if !known || r.Worker < 0 || int(r.Worker) >= l.Workers || !(s.from < s.to) {
			continue
		}
		if vain[i] {
			s.what = inVain
		}
		by[int(r.Worker)] = append(by[int(r.Worker)], s)
	}
	return by, workers
}

// wasted says of which rows are computations whose push was dropped, or that were cut short.
func wasted(rows []record.Interval, end float64) map[int]bool {
	type job struct{ worker, number int64 }
	type fate struct {
		computed     []int // rows of its computations
		sent, served int   // parts of the push
		used         bool
	}
	jobs := map[job]*fate{}
	vain := map[int]bool{}
	for i, r := range rows {
		k := job{r.Worker, r.Job}
		f := jobs[k]
		if f == nil {
			f = new(fate)
			jobs[k] = f
		}
		switch {
		case r.Kind == record.Compute:
			if f.computed = append(f.computed, i); r.Update >= 0 {
				break
			}
			for _, j := range f.computed {
				vain[j] = true
			}
			f.computed = nil
		case r.Version < 0 || r.EndS > end: // a mere pull; not yet known
		case r.Kind == record.Push:
			f.sent++
		case r.Kind == record.Serve:
			f.served++
			f.used = f.used || r.Update >= 0
		}
	}
	for _, f := range jobs {
		if f.sent > 0 && f.served == f.sent && !f.used {
			for _, j := range f.computed {
				vain[j] = true
			}
		}
	}
	return vain
}

// resolve makes pieces that do not overlap: of what goes on at one time, the most telling.
func resolve(all []stretch) (out []stretch) {
	type edge struct {
		at    float64
		what  int
		opens int
	}
	edges := make([]edge, 0, 2*len(all))
	for _, s := range all {
		edges = append(edges, edge{s.from, s.what, 1}, edge{s.to, s.what, -1})
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), b.opens-a.opens, a.what-b.what) })
	var open [doings]int
	at := 0.
	for _, e := range edges {
		if e.at > at {
			for what := doings - 1; what >= 0; what-- {
				if open[what] == 0 {
					continue
				}
				// two computations in a row stay two
				if n := len(out); n > 0 && out[n-1].what == what && out[n-1].to == at && what < computing {
					out[n-1].to = e.at
				} else {
					out = append(out, stretch{at, e.at, what})
				}
				break
			}
		}
		at = e.at
		open[e.what] += e.opens
	}
	return out
}

// laneCells are more pieces of a lane than can be told apart on paper.
const laneCells = 600

// thin gives a lane of more pieces than can be told apart at most that many: in each what took most
// of the time.
func (l *lanes) thin(all []stretch, from, end float64) []stretch {
	if len(all) <= laneCells {
		return all
	}
	l.coarse = true
	cells := make([][doings]float64, laneCells)
	width := (end - from) / laneCells
	for _, s := range all {
		for k := int((s.from - from) / width); k < laneCells; k++ {
			lo, hi := max(s.from, from+float64(k)*width), min(s.to, from+float64(k+1)*width)
			if lo >= s.to {
				break
			}
			cells[max(k, 0)][s.what] += max(0, hi-lo)
		}
	}
	var out []stretch
	for k, spent := range cells {
		what := 0
		for w := range spent {
			if spent[w] > spent[what] {
				what = w
			}
		}
		if spent[what] == 0 {
			continue
		}
		lo, hi := from+float64(k)*width, from+float64(k+1)*width
		if n := len(out); n > 0 && out[n-1].what == what && out[n-1].to >= lo-width/2 {
			out[n-1].to = hi
		} else {
			out = append(out, stretch{lo, hi, what})
		}
	}
	return out
}

// explain makes the legend and the notes.
func (l *lanes) explain(p *Picture) {
	total := 0.
	for _, x := range l.spent {
		total += x
	}
	var shares []string
	for _, what := range []int{computing, inVain, sending, inQueue, idling, gone} {
		if l.spent[what] > 0 {
			p.Key = append(p.Key, Key{Name: doingNames[what], Style: doingStyles[what], Fill: true})
			shares = append(shares, fmt.Sprintf("%s %.3g %%", doingNames[what], 100*l.spent[what]/total))
		}
	}
	p.Note("Of several things at one time the most telling is shown: computing, then being down, sending, being queued or served at the server, and waiting")
	p.Note("Of the time shown: " + strings.Join(shares, ", "))
	if l.hidden > 0 {
		p.Note(fmt.Sprintf("The first %d of %d workers", l.Workers, l.most))
	}
	if l.coarse {
		p.Note(fmt.Sprintf("Where a lane has more than %d pieces, each %dth of it shows what took most of its time; from and to show less time", laneCells, laneCells))
	}
	if l.left > 0 {
		p.Note("One run of each panel: that with the lowest seed")
	}
}

// A gantt are bars from Lo to Hi in lanes at Y.
type gantt struct {
	Whose
	Y, Lo, Hi []float64
	Height    float64 // of a lane's
	Style     Style
}

var (
	_ draw.Ranger  = gantt{}
	_ draw.Pointer = gantt{}
)

// Extent implements draw.Ranger.
func (g gantt) Extent(grow func(x, y float64)) {
	for i := range g.Y {
		grow(g.Lo[i], g.Y[i])
		grow(g.Hi[i], g.Y[i])
	}
}

// Points implements draw.Pointer.
func (g gantt) Points(x, y Axis, yield func(draw.Point)) {
	Spans{Whose: g.Whose, Y: g.Y, Lo: g.Lo, Hi: g.Hi}.Points(x, y, yield)
}

// Plot implements plot.Plotter. Bars that touch are told apart by a hair of white.
func (g gantt) Plot(c canvas.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i := range g.Y {
		a, b := max(x(g.Lo[i]), c.Min.X), min(x(g.Hi[i]), c.Max.X)
		if hair := vg.Length(0.25); b-a > 4*hair {
			b -= hair
		}
		lo, hi := y(g.Y[i]-g.Height/2), y(g.Y[i]+g.Height/2)
		if !(a < b) || math.IsNaN(float64(lo)) {
			continue
		}
		c.FillPolygon(g.Style.Color, []vg.Point{{X: a, Y: lo}, {X: b, Y: lo}, {X: b, Y: hi}, {X: a, Y: hi}})
	}
}
