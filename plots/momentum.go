package plots

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// Momentum is the momentum that asynchrony begets, measured on the recorded centers, against the
// number of workers, beside the 1 - 1/M of Mitliagkas, Zhang, Hadjis and Ré, "Asynchrony begets
// Momentum, with an Application to Deep Learning" (2016, arXiv:1605.09774). See [implicit] for how
// it is measured. It needs updates.csv with centers.
type Momentum struct {
	Common
	Grouping
	X       string `doc:"the key of the number of workers"`
	XScale  string `doc:"auto: log if the values are spread over a factor of 16 or more" in:"auto|linear|log"`
	Updates *int   `doc:"only so many updates from the start are used: where all is noise there is nothing to measure; left out: all that every seed has" in:"[4,1000000000]"`
}

var _ Checker = Momentum{}

func init() {
	Register("momentum", "momentum that asynchrony begets, measured on recorded centers, beside 1 - 1/M", Momentum{
		Common: Defaults(), X: "cluster.workers", XScale: "auto",
	})
}

// Check implements Checker. It also wants the table that the figure is made of.
func (f Momentum) Check(runs []*Run) error {
	for _, r := range runs {
		for _, key := range []string{"record.updates", "record.center"} {
			if on, ok := r.Value(key); ok && on != true {
				return errors.New("this figure is made of the centers in updates.csv, which not all of its runs write: give record.updates = true and record.center = true, or choose by where")
			}
		}
	}
	if err := f.sweep().check(f.Grouping, runs); err != nil {
		return err
	}
	return countable(f.X, runs)
}

func (f Momentum) sweep() Sweep { return Sweep{X: f.X, XScale: f.XScale} }

// Picture implements Figure.
func (f Momentum) Picture(runs []*Run) (*Picture, error) {
	if err := countable(f.X, runs); err != nil {
		return nil, err
	}
	s, err := f.split(runs, f.X)
	if err != nil {
		return nil, err
	}
	m := momenta{Momentum: f, s: s}
	p := &Picture{Shared: true}
	for i, name := range s.facets {
		var x Axis
		if x, m.place, err = f.sweep().axisIn(s, i, runs, !f.ShareX); err != nil {
			return nil, err
		}
		panel := Panel{Title: name, X: x, Y: Axis{Label: "implicit momentum", Zero: true}, Marks: []Mark{begotten(x)}}
		for _, c := range s.cells {
			if c.facet == i {
				marks, err := m.cell(c)
				if err != nil {
					return nil, err
				}
				panel.Marks = append(panel.Marks, marks...)
			}
		}
		p.Panels = append(p.Panels, panel)
	}
	if m.drawn == 0 {
		return nil, fmt.Errorf("no momentum can be measured: %s", some(m.because, "; "))
	}
	p.Key = append(s.legend(true, true), Key{Name: "1 − 1/M", Style: draw.Reference, Line: true})
	m.notes(p)
	return p, nil
}

// begotten is the law of M workers.
func begotten(x Axis) Line {
	l := Line{Whose: Whose{Group: "1 − 1/M"}, Style: draw.Reference}
	for i := range 201 {
		m := x.Min + (x.Max-x.Min)*float64(i)/200
		if x.Log {
			m = x.Min * math.Pow(x.Max/x.Min, float64(i)/200)
		}
		if m >= 1 {
			l.X, l.Y = append(l.X, m), append(l.Y, 1-1/m)
		}
	}
	return l
}

// momenta makes marks and keeps count of what has to be said.
type momenta struct {
	Momentum
	s     *split
	place func(r *Run) (float64, bool)

	drawn, diverged int
	seeds, updates  tally
	because         []string
}

// cell measures a group at each of its numbers of workers.
func (m *momenta) cell(c cell) ([]Mark, error) {
	at := map[float64][]*Run{}
	for _, r := range c.runs {
		if x, ok := m.place(r); ok {
			at[x] = append(at[x], r)
		} else {
			m.say(m.s.nameOf(c) + ": no " + m.X)
		}
	}
	line := Line{Whose: m.s.whose(c), Style: m.s.styles[c.group], Dots: true}
	bars := Whiskers{Style: line.Style}
	for _, x := range slices.Sorted(maps.Keys(at)) {
		name := fmt.Sprintf("%s at %s", m.s.nameOf(c), draw.Short(x))
		paths, err := m.paths(at[x])
		if err != nil {
			return nil, err
		}
		if len(paths) == 0 {
			m.say(name + ": too few centers; a run writes them under record.updates = true and record.center = true")
			continue
		}
		mu, ok := implicit(paths)
		if !ok {
			m.say(name + ": its steps are told by its points alone, so what is momentum and what is gradient cannot be told apart")
			continue
		}
		m.drawn++
		m.seeds.add(len(paths))
		m.updates.add(len(paths[0]))
		line.X, line.Y, line.Seeds = append(line.X, x), append(line.Y, mu), append(line.Seeds, len(paths))
		if se := jackknife(paths); !math.IsNaN(se) {
			bars.X, bars.Lo, bars.Hi = append(bars.X, x), append(bars.Lo, mu-se), append(bars.Hi, mu+se)
		}
	}
	if len(line.X) == 0 {
		return nil, nil
	}
	bars.Group = line.Group // their seeds stand with the line
	return []Mark{bars, line}, nil
}

func (m *momenta) say(why string) {
	if !slices.Contains(m.because, why) {
		m.because = append(m.because, why)
	}
}

// paths are the centers of runs after each update, as many of each run as all have.
func (m *momenta) paths(runs []*Run) (paths [][][]float64, err error) {
	n := math.MaxInt
	if m.Updates != nil {
		n = *m.Updates
	}
	for _, r := range runs {
		rows, err := r.Updates()
		if err != nil {
			return nil, fmt.Errorf("%w; a run writes updates.csv under record.updates = true", err)
		}
		path := centers(rows)
		if len(path) < 4 {
			continue
		}
		if r.Diverged() {
			m.diverged++
		}
		n = min(n, len(path))
		paths = append(paths, path)
	}
	for i := range paths {
		paths[i] = paths[i][:n]
	}
	return paths, nil
}

// centers are those after each update, up to the first that is not finite.
func centers(rows []record.Row) (path [][]float64) {
	last := int64(math.MinInt64)
	for _, r := range rows {
		if len(r.Center) == 0 || slices.ContainsFunc(r.Center, func(v float64) bool { return !(math.Abs(v) < 1e150) }) {
			return path
		}
		if r.Update > last { // what was buffered or dropped changes nothing
			path, last = append(path, r.Center), r.Update
		}
	}
	return path
}

// implicit is the momentum mu of the mean dynamics
//
//	E[x(t+1) - x(t)] = mu E[x(t) - x(t-1)] - g(E[x(t)])
//
// with a gradient g that is linear in each coordinate, as it is on a quadratic and near a minimum:
// the least-squares fit over all t and coordinates, mu common, slope and offset of g free in each.
// Of two seeds and more the moments are those between different seeds: the noise of one has no
// part in another, and so does not pull mu towards 0. Not ok if the steps are a function of the
// points.
func implicit(paths [][][]float64) (mu float64, ok bool) {
	top, bottom, whole := 0., 0., 0.
	for k := range paths[0][0] {
		sv := between(paths, k) // of step, step before, point
		if sv[2][2] <= 0 {
			continue
		}
		top += sv[0][1] - sv[0][2]*sv[1][2]/sv[2][2]
		bottom += sv[1][1] - sv[1][2]*sv[1][2]/sv[2][2]
		whole += sv[1][1]
	}
	if !(bottom > 1e-9*whole) {
		return math.NaN(), false
	}
	return top / bottom, true
}

// between are the second moments over time of the step, the step before and the point of
// coordinate k, between different seeds if there are several.
func between(paths [][][]float64, k int) (s [3][3]float64) {
	var sum [][3]float64 // over seeds, at each time
	for _, path := range paths {
		n := len(path) - 2
		own := make([][3]float64, n)
		var mean [3]float64
		for t := range own {
			a, b, c := path[t][k], path[t+1][k], path[t+2][k]
			own[t] = [3]float64{c - b, b - a, b}
			for i := range mean {
				mean[i] += own[t][i] / float64(n)
			}
		}
		if sum == nil {
			sum = make([][3]float64, n)
		}
		for t := range own {
			for i := range mean {
				own[t][i] -= mean[i]
				sum[t][i] += own[t][i]
			}
			if len(paths) > 1 {
				addOuter(&s, own[t], -1)
			}
		}
	}
	for t := range sum {
		addOuter(&s, sum[t], 1)
	}
	return s
}

func addOuter(s *[3][3]float64, v [3]float64, sign float64) {
	for i := range v {
		for j := range v {
			s[i][j] += float64(sign * v[i] * v[j])
		}
	}
}

// jackknife is the standard error over seeds (Tukey 1958), each left out once; NaN of fewer than
// three.
func jackknife(paths [][][]float64) float64 {
	n := len(paths)
	if n < 3 {
		return math.NaN()
	}
	var mus []float64
	mean := 0.
	for i := range paths {
		mu, ok := implicit(slices.Delete(slices.Clone(paths), i, i+1))
		if !ok {
			return math.NaN()
		}
		mus = append(mus, mu)
		mean += mu / float64(n)
	}
	sum := 0.
	for _, mu := range mus {
		sum += float64((mu - mean) * (mu - mean))
	}
	return math.Sqrt(sum * float64(n-1) / float64(n))
}

func (m *momenta) notes(p *Picture) {
	of := func(t tally, one, many string) string {
		if t.least < t.most {
			return fmt.Sprintf("%d to %d %s", t.least, t.most, many)
		}
		return plural(t.most, one, many)
	}
	note := fmt.Sprintf("Markers: weight of the step before in the mean step of the center, fitted over %s of %s", of(m.updates, "update", "updates"), of(m.seeds, "seed", "seeds"))
	if m.seeds.most >= 3 {
		note += "; whisker: one standard error, by the jackknife over seeds"
	}
	p.Note(note)
	if m.seeds.least == 1 {
		p.Note("Of one seed noise draws it towards 0")
	}
	if m.diverged > 0 {
		p.Note(plural(m.diverged, "run that diverged counts", "runs that diverged count") + " up to where the center is no number")
	}
	if m.s.note != "" {
		p.Note(m.s.note)
	}
	if len(m.because) > 0 {
		p.Note("Not measured: " + some(m.because, "; "))
	}
}
