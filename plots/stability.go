package plots

import (
	"math"
	"strings"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
)

// Stability is the growth of the error per update over step size and delay, with the boundary that
// theory gives.
type Stability struct {
	Common
	X         string   `doc:"the key of the step size"`
	Y         string   `doc:"the key of the delay in updates"`
	Facet     Keys     `doc:"what tells panels apart; left out: one panel"`
	Value     string   `doc:"the number; growth is the slope of log|x - x*| per update"`
	Theory    string   `doc:"the boundary to draw: constant-delay is step = 2 sin(pi / (2 (2 tau + 1))) / curvature, of x' = x - step * curvature * x(tau updates ago)" in:"constant-delay|none"`
	Curvature *float64 `doc:"the largest curvature; left out: the largest of problem.curvature" in:"(0,1e30]"`
	Limit     *float64 `doc:"growth beyond which the color no longer changes; left out: one and a half times the fastest shrinking" in:"(0,1e30]"`
	Scale     string   `doc:"of the axes" in:"linear|log"`
}

var _ Checker = Stability{}

func init() {
	Register("stability", "growth of the error over step size and delay, with the boundary of theory", Stability{
		Common: Defaults(), X: "strategy.rate", Y: "staleness.tau", Value: "growth", Theory: "constant-delay", Scale: "linear",
	})
}

// Validate implements params.Validator.
func (f Stability) Validate() error {
	if _, err := lookup("value", f.Value, summarised); err != nil {
		return err
	}
	if f.Theory == "none" && f.Curvature != nil {
		return params.Errorf("curvature", `means nothing with theory = "none"`)
	}
	return nil
}

// largest is the curvature of theory's boundary; nil without theory.
func (f Stability) largest(runs []*Run) (l *float64, err error) {
	if f.Theory == "none" {
		return nil, nil
	}
	if l = f.Curvature; l == nil {
		l = curvature(runs)
	}
	if l == nil {
		e := params.Errorf("curvature", "is missing, and the runs give none or several in problem.curvature")
		e.Allowed = "give the largest curvature, or theory = \"none\""
		return nil, e
	}
	return l, nil
}

// Check implements Checker.
func (f Stability) Check(runs []*Run) error {
	if err := checkHeat(f.X, f.Y, f.Facet, f.Scale, runs); err != nil {
		return err
	}
	if _, err := f.largest(runs); err != nil {
		return err
	}
	return recorded("value", f.Value, runs)
}

// Picture implements Figure.
func (f Stability) Picture(runs []*Run) (*Picture, error) {
	q, err := lookup("value", f.Value, summarised)
	if err != nil {
		return nil, err
	}
	zero := 0.0
	m := heat{q: q, ownX: !f.ShareX, ownY: !f.ShareY, center: &zero, limit: f.Limit}
	if m.limit == nil {
		most := 0.0
		for _, r := range runs {
			if v := r.last(q); draw.Finite(v) {
				most = math.Max(most, -v)
			}
		}
		if most *= 1.5; most > 0 {
			m.limit = &most
		}
	}
	p, err := m.picture(runs, f.X, f.Y, f.Facet, f.Scale)
	if err != nil {
		return nil, err
	}
	p.Note("Blue: the error shrinks; red: it grows")
	l, err := f.largest(runs)
	if l == nil {
		return p, err
	}
	st := Style{Color: draw.Ink, Dashes: draw.Dashes[1], Width: 1.2}
	for i := range p.Panels {
		p.Panels[i].Marks = append(p.Panels[i].Marks, boundary(p.Panels[i].Y, *l, st))
	}
	p.Key = append(p.Key, Key{Name: "2 sin(π / (2(2τ + 1))) / L", Style: st, Line: true})
	return p, nil
}

// boundary is where, by theory, errors neither shrink nor grow under the largest curvature.
func boundary(y Axis, curvature float64, st Style) Line {
	line := Line{Whose: Whose{Group: "theory"}, Style: st}
	for i := range 201 {
		tau := y.Min + (y.Max-y.Min)*float64(i)/200
		if y.Log {
			tau = y.Min * math.Pow(y.Max/y.Min, float64(i)/200)
		}
		if tau >= 0 {
			line.X = append(line.X, 2*math.Sin(math.Pi/(2*(2*tau+1)))/curvature)
			line.Y = append(line.Y, tau)
		}
	}
	return line
}

// curvature is the largest number of problem.curvature, if it is the same in all runs.
func curvature(runs []*Run) (l *float64) {
	for _, r := range runs {
		t, ok := r.Text("problem.curvature")
		if !ok {
			return nil
		}
		most := math.Inf(-1)
		for part := range strings.SplitSeq(strings.Trim(t, "[]"), ",") {
			v, ok := parse(strings.TrimSpace(part))
			if !ok {
				return nil
			}
			most = math.Max(most, v)
		}
		if l != nil && *l != most {
			return nil
		}
		l = &most
	}
	return l
}
