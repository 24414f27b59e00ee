package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"staleness/plots/internal/draw"
)

// Staleness is the distribution of message staleness: bars where a panel shows one group, lines
// where it shows several.
type Staleness struct {
	Common
	Grouping
	Overlay string `doc:"a law to draw for comparison; geometric is the one of M workers with exponential times, P(tau) = (1/M)(1 - 1/M)^tau" in:"none|geometric"`
	Show    string `doc:"share: of the messages at each staleness; ccdf: of those at least as stale" in:"share|ccdf"`
	XScale  string `doc:"log is logarithmic in tau + 1, and bins grow with tau; auto: log if the largest staleness is 16 times that which 1 % of the messages exceed, or more" in:"auto|linear|log"`
	YScale  string `doc:"auto: log with a ccdf and where the horizontal axis is" in:"auto|linear|log"`
	Max     *int   `doc:"largest staleness shown; left out: that which 1 % of the messages exceed; on a logarithmic axis, the largest of all" in:"[0,16777216]"`
	Band    string `doc:"what the whiskers, or the band, around the median of the seeds are" in:"min-max|quartiles|none"`
}

var _ Checker = Staleness{}

func init() {
	Register("staleness", "histogram of message staleness", Staleness{
		Common: Defaults(), Overlay: "none", Show: "share", XScale: "auto", YScale: "auto", Band: "min-max",
	})
}

// Picture implements Figure.
func (f Staleness) Picture(runs []*Run) (*Picture, error) {
	s, err := f.split(runs)
	if err != nil {
		return nil, err
	}
	f.Band = s.crowd(f.Band)
	p := &Picture{Shared: true}
	pooledAll, none := histogram(runs)
	if none == len(runs) {
		return nil, fmt.Errorf("none of %s has a staleness: no message entered an update, or the methods have no server", plural(none, "run", "runs"))
	}
	top, beyond := cutoff(pooledAll, f.Max)
	largest := max(0, len(pooledAll)-1)
	logX := f.XScale == "log" || f.XScale == "auto" && f.Max == nil && largest >= 16*(top+1)
	if logX && f.Max == nil {
		top, beyond = largest, 0
	}
	if f.YScale == "auto" && (logX || f.Show == "ccdf") {
		f.YScale = "log"
	}
	// max may be far beyond
	b := bins{Staleness: f, s: s, top: top, there: min(top, largest), logX: logX}
	whole := b
	for i, name := range s.facets {
		if b.top, b.there = whole.top, whole.there; !f.ShareX && f.Max == nil {
			b.reach(s.runsIn(i))
		}
		x, y := b.axes()
		panel := Panel{Title: name, X: x, Y: y}
		if panel.Marks = b.facet(i); len(panel.Marks) == 0 {
			panel.Empty = "no message entered an update"
		}
		p.Panels = append(p.Panels, panel)
	}
	several := len(s.cells) > len(s.facets)
	p.Key = s.legend(several, several)
	if b.law {
		st := draw.Reference
		if !several && b.bars() {
			st = lawOnBars
		}
		p.Key = append(p.Key, Key{Name: "geometric(1/M)", Style: st, Line: true})
	}
	if several || !b.bars() {
		p.Note(s.bandNote("Lines", f.Band, b.seeds))
	} else {
		p.Note(strings.Replace(s.bandNote("Bars", f.Band, b.seeds), "band", "whisker", 1))
	}
	if beyond > 0 {
		p.Note(fmt.Sprintf("%.2g %% of the messages are staler than %d, the largest was %d", 100*beyond, top, len(pooledAll)-1))
	}
	if b.top, b.there = whole.top, whole.there; !f.ShareX && f.Max == nil && !b.logX {
		p.Note("Each panel ends where 1 % of its messages are staler")
	}
	if b.logX {
		p.Note(fmt.Sprintf("The horizontal axis is logarithmic in τ + 1; the largest staleness was %d", largest))
		if f.Show == "share" && b.there > exact {
			p.Note(fmt.Sprintf("Beyond τ = %d shares are means over bins that grow with τ", exact))
		}
	}
	if b.hidden > 0 {
		p.Note(plural(b.hidden, "share of 0 has", "shares of 0 have") + " no place on the logarithmic axis")
	}
	if s.note != "" {
		p.Note(s.note)
	}
	if none > 0 {
		p.Note(fmt.Sprintf("Not drawn: %s without a staleness", plural(none, "run", "runs")))
	}
	if f.Overlay == "geometric" && !b.law {
		p.Note("No law is drawn: the runs give no cluster.workers, or several within a group")
	}
	return p, nil
}

// bins makes marks of histograms and keeps count of what has to be said.
type bins struct {
	Staleness
	s          *split
	top, there int // the largest staleness on the axis, and of any message up to that
	seeds      tally
	logX       bool // the horizontal axis is logarithmic in tau + 1
	hidden     int  // shares that a logarithmic axis cannot show
	law        bool // whether one is drawn
}

// reach ends the axis where that of these runs alone would end.
func (b *bins) reach(runs []*Run) {
	h, none := histogram(runs)
	if none == len(runs) {
		return
	}
	top, _ := cutoff(h, nil)
	if b.logX {
		top = max(0, len(h)-1)
	}
	b.top, b.there = min(b.top, top), min(b.there, top)
}

// facet makes the marks of a panel.
func (b *bins) facet(i int) (marks []Mark) {
	mine := slices.DeleteFunc(slices.Clone(b.s.cells), func(c cell) bool { return c.facet != i })
	for k, c := range mine {
		h, n := b.shares(c.runs)
		if n == 0 {
			continue
		}
		b.seeds.add(n)
		if b.YScale == "log" {
			b.hidden += h.hide()
		}
		marks = append(marks, b.marks(h, b.s.whose(c, n), b.s.styles[c.group], len(mine), k)...)
	}
	if b.Overlay == "geometric" {
		laws := b.geometric(mine)
		b.law = b.law || len(laws) > 0
		marks = append(marks, laws...)
	}
	return marks
}

// histogram counts the messages of all runs by staleness, and the runs that have none.
func histogram(runs []*Run) (all []int64, none int) {
	for _, r := range runs {
		if r.Summary.Staleness == nil {
			none++
			continue
		}
		for tau, n := range r.Summary.Staleness.Histogram {
			if tau >= len(all) {
				all = append(all, 0)
			}
			all[tau] += n
		}
	}
	return all, none
}

// cutoff is the largest staleness to show, and the share of messages beyond.
func cutoff(h []int64, given *int) (top int, beyond float64) {
	total, seen := 0.0, 0.0
	for _, n := range h {
		total += float64(n)
	}
	top = len(h) - 1
	for tau, n := range h {
		if seen += float64(n); seen >= 0.99*total {
			top = tau
			break
		}
	}
	if given != nil {
		top = *given
	}
	seen = 0
	for tau, n := range h {
		if tau <= top {
			seen += float64(n)
		}
	}
	return max(top, 0), 1 - seen/total
}

// hide takes out the medians that have no place on a logarithmic axis, and says how many there
// were.
func (p *pooled) hide() (n int) {
	for i := range p.mid {
		if p.mid[i] <= 0 {
			p.mid[i] = math.NaN()
			n++
		}
		if p.hi[i] <= 0 {
			p.lo[i], p.hi[i] = math.NaN(), math.NaN()
		}
	}
	return n
}

func (b *bins) marks(h pooled, whose Whose, st Style, groups, k int) (ms []Mark) {
	f, n := b.Staleness, whose.Seeds[0]
	if groups == 1 && b.bars() {
		bar := st
		bar.Color.A = 0xb0
		ms = append(ms, Bars{Whose: whose, X: h.x, H: h.mid, Width: 0.8, Style: bar})
		if n > 1 && f.Band != "none" {
			ms = append(ms, Whiskers{Whose: whose, X: h.x, Lo: h.lo, Hi: h.hi, Style: Style{Color: draw.Ink}})
		}
		return ms
	}
	if n > 1 && f.Band != "none" {
		ms = append(ms, Band{Whose: whose, X: h.x, Lo: h.lo, Hi: h.hi, Style: st})
	}
	return append(ms, Line{Whose: whose, X: h.x, Y: h.mid, Style: st, Dots: len(h.x) <= 40, Phase: float64(k) / float64(groups)})
}

// lawOnBars is the look of a law in front of bars.
var lawOnBars = Style{Color: draw.Hues[1], Width: 1.2}

// geometric draws the law for each number of workers among the cells.
func (b *bins) geometric(cells []cell) (ms []Mark) {
	var done []float64
	for _, c := range cells {
		m, ok := c.runs[0].Number("cluster.workers")
		if !ok || m < 1 || slices.Contains(done, m) || slices.ContainsFunc(c.runs, func(r *Run) bool { v, _ := r.Number("cluster.workers"); return v != m }) {
			continue
		}
		done = append(done, m)
		l := Line{Whose: Whose{Group: "geometric(1/" + draw.Short(m) + ")"}}
		for _, tau := range b.places() {
			share := math.Pow(1-1/m, float64(tau))
			if b.Show == "share" {
				share /= m
			}
			l.X, l.Y = append(l.X, b.at(float64(tau))), append(l.Y, share)
		}
		l.Style, l.Loose = draw.Reference, true
		if len(cells) == 1 && b.bars() {
			l.Style = lawOnBars
		}
		ms = append(ms, l)
	}
	return ms
}
