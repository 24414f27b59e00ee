package plots

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestScale(t *testing.T) {
	log := scale{0.1, 10, true}
	for v, want := range map[float64]float64{0.1: 0, 1: 0.5, 10: 1, 0: -off, -0.5: -off, -3: -off, inf: off, -inf: -off} {
		if got, ok := log.norm(v); !ok || math.Abs(got-want) > 1e-12 {
			t.Errorf("log: %v is at %v, want %v", v, got, want)
		}
	}
	if _, ok := log.norm(nan); ok {
		t.Error("NaN has a place")
	}
	wide := scale{-math.MaxFloat64, math.MaxFloat64, false}
	if got, ok := wide.norm(0); !ok || got != 0.5 {
		t.Errorf("the middle of everything is at %v", got)
	}
}

// Whatever an axis has seen, its scale can be drawn and has ticks in range with labels that differ.
func TestAnySpanHasTicks(t *testing.T) {
	values := []float64{0, -1, 1, 5e-324, 1e-300, 1e-9, 0.1, 0.3, 0.99, 1.01, 2, 7, 1000, 123456, 1e9, 1e300, math.MaxFloat64, -math.MaxFloat64, inf, -inf, nan}
	for _, log := range []bool{false, true} {
		for _, a := range values {
			for _, b := range values {
				for _, zero := range []bool{false, true} {
					ax := Axis{Log: log, Zero: zero}
					r := newSpan(log)
					r.grow(a)
					r.grow(b)
					s := r.scale(ax)
					if !(s.min < s.max) || !finite(s.min) || !finite(s.max) || log && s.min <= 0 {
						t.Fatalf("log %v, %v, %v: scale %+v", log, a, b, s)
					}
					for _, n := range []int{2, 4, 9} {
						ts, _ := ax.ticks(s, n)
						seen := map[string]bool{}
						labeled := 0
						for _, tk := range ts {
							if u, ok := s.norm(tk.at); !ok || u < -1e-6 || u > 1+1e-6 {
								t.Errorf("log %v, %v to %v: tick %v is outside", log, s.min, s.max, tk)
							}
							if tk.label == "" {
								continue
							}
							labeled++
							if seen[tk.label] {
								t.Errorf("log %v, %v to %v: two ticks say %q", log, s.min, s.max, tk.label)
							}
							seen[tk.label] = true
						}
						if labeled < 1 || labeled > 3*n+3 {
							t.Errorf("log %v, %v to %v: %d labels where about %d were asked for", log, s.min, s.max, labeled, n)
						}
					}
				}
			}
		}
	}
}

func TestTickLabels(t *testing.T) {
	for _, c := range []struct {
		s    scale
		n    int
		want string
		e    int
	}{
		{scale{0, 1, false}, 5, "0.0 0.2 0.4 0.6 0.8 1.0", 0},
		{scale{-2, 3, false}, 6, "−2 −1 0 1 2 3", 0},
		{scale{0, 300000, false}, 3, "0 100 200 300", 3},
		{scale{0, 5e-6, false}, 5, "0 1 2 3 4 5", -6},
		{scale{0.1, 1000, true}, 5, "0.1 1 10 100 1000", 0},
		{scale{1e-6, 1, true}, 4, "10^{−6} 10^{−4} 10^{−2} 10^{0}", 0},
		{scale{0.15, 0.6, true}, 4, "0.2 0.5", 0},
		{scale{1e-130, 1, true}, 8, "10^{−120} 10^{−100} 10^{−80} 10^{−60} 10^{−40} 10^{−20} 10^{0}", 0},
	} {
		ts, e := Axis{Log: c.s.log}.ticks(c.s, c.n)
		var got []string
		for _, x := range ts {
			if x.label != "" {
				got = append(got, x.label)
			}
		}
		if strings.Join(got, " ") != c.want || e != c.e {
			t.Errorf("%v: %v (10^%d), want %s (10^%d)", c.s, got, e, c.want, c.e)
		}
	}
	if got := withExponent("model time (s)", 3) + withExponent("updates", 6); got != "model time (10^{3} s)updates (10^{6})" {
		t.Error(got)
	}
}

// What leaves the frame is cut at its edge, and comes back where it comes back.
func TestClip(t *testing.T) {
	f := frame{x0: 0, y0: 0, x1: 10, y1: 10}
	parts := f.clip([]point{{-5, 5}, {5, 5}, {5, 15}, {7, 15}, {7, 5}, {8, 5}})
	if len(parts) != 2 || parts[0][0] != (point{0, 5}) || parts[0][2] != (point{5, 10}) || parts[1][0] != (point{7, 10}) {
		t.Errorf("%v", parts)
	}
	if parts := f.clip([]point{{-1, 12}, {11, 12}}); len(parts) != 0 {
		t.Errorf("%v lies outside", parts)
	}
	area := 0.0
	ps := f.clipPolygon([]point{{-5, -5}, {15, -5}, {15, 5}, {-5, 5}})
	for i, a := range ps {
		b := ps[(i+1)%len(ps)]
		area += (a.x*b.y - b.x*a.y) / 2
	}
	if math.Abs(math.Abs(area)-50) > 1e-9 {
		t.Errorf("area %v of %v, want 50", area, ps)
	}
}

// The last gate: nothing that is not finite is in a scene, so in no format.
func TestSceneRefusesWhatIsNotFinite(t *testing.T) {
	var s scene
	for _, a := range []point{{nan, 0}, {0, inf}, {-inf, 0}, {1e9, 0}} {
		s.stroke(polyline([]point{{0, 0}, a}), ink, 1, nil)
		s.fill(polygon([]point{{0, 0}, {1, 1}, a}), ink)
	}
	if len(s.items) != 0 {
		t.Errorf("%d items", len(s.items))
	}
	s.fill(rectangle(0, 0, 1, 1), ink)
	if len(s.items) != 1 {
		t.Error("nor what is")
	}
}

// Neither the date nor anything else but the records is in a file.
func TestFilesHoldNoDate(t *testing.T) {
	dir := t.TempDir()
	fig := Curves{Common: Defaults(), XLabel: "x", YLabel: "τ ≥ ∞ – 10^{−3}", XScale: "linear", YScale: "linear", Curve: []Curve{{X: []float64{0, 1}, Y: []float64{0, 1}}}}
	_, files, err := Draw(t.Context(), fig, nil, dir, "c")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range regexp.MustCompile(`D:(\d{4})|20[2-9]\d-\d\d-\d\d`).FindAllSubmatch(b, -1) {
			if string(d[1]) != "1970" {
				t.Errorf("%s says %s", filepath.Base(f), d[0])
			}
		}
		if filepath.Ext(f) == ".pdf" && (!bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.Contains(b, []byte("startxref")) || bytes.Count(b, []byte("D:1970")) != 2) {
			t.Errorf("%s is no PDF of 1970", f)
		}
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWriteFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "below", "a")
	for _, s := range []string{"one", "two", "two"} {
		if err := writeFile(file, []byte(s)); err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(file); string(b) != s {
			t.Errorf("%q", b)
		}
	}
	if err := writeFile(filepath.Join(file, "b"), nil); err == nil {
		t.Error("a file became a folder")
	}
}

// The lightness of cividis rises evenly; the ends of the diverging map are dark alike and its middle is light.
func TestColorMaps(t *testing.T) {
	light := func(m colorMap, x float64) float64 { return math.Sqrt(luminance(m.at(x))) }
	last := -1.0
	for i := range 101 {
		l := light(cividis, float64(i)/100)
		if l <= last {
			t.Fatalf("lightness falls at %d %%", i)
		}
		last = l
	}
	if a, b, m := light(diverging, 0), light(diverging, 1), light(diverging, 0.5); m < 2*a || m < 2*b {
		t.Errorf("lightness %v, %v, %v", a, m, b)
	}
	for _, x := range []float64{nan, -1, 0} {
		if cividis.at(x) != cividis[0] {
			t.Errorf("at %v: %v", x, cividis.at(x))
		}
	}
}

// No two of the first sixteen styles look alike, and neighbours differ in all of color, dash and marker.
func TestStyles(t *testing.T) {
	type look struct {
		c any
		d int
	}
	seen := map[look]int{}
	for i := range 16 {
		s := styleOf(i)
		l := look{s.Color, len(s.Dashes)*100 + i/8}
		if len(s.Dashes) > 0 {
			l.d += int(1000 * s.Dashes[0])
		}
		if j, ok := seen[l]; ok {
			t.Errorf("%d and %d look alike", i, j)
		}
		seen[l] = i
		n := styleOf(i + 1)
		if s.Color == n.Color || s.Marker == n.Marker {
			t.Errorf("%d and %d share a color or a marker", i, i+1)
		}
	}
}

func TestText(t *testing.T) {
	if got := plain("10^{−3} x_{k}"); got != "10^−3 xk" {
		t.Error(got)
	}
	if a, b := textWidth("10^{3}", 8), textWidth("103", 8); !(a < b && a > 0.7*b) {
		t.Errorf("an exponent is %v wide, digits %v", a, b)
	}
	for _, s := range []string{"^{", "_{x", "", "日本", "\x00\xff"} {
		var p path
		outline(s, 8, &p)
	}
	for _, l := range fold("a few words that do not fit on one line", 8, 60) {
		if textWidth(l, 8) > 60 {
			t.Errorf("%q is too long", l)
		}
	}
}

// Names of any length, any number of groups and facets: an error, or a picture inside its page.
func TestLongNamesStayOnThePage(t *testing.T) {
	long := strings.Repeat("a rather long name of a method ", 6)
	for _, panels := range []int{1, 2, 7, 30} {
		p := Picture{Title: long, Shared: true, Notes: []string{long, strings.Repeat("x", 300)}}
		for i := range panels {
			p.Panels = append(p.Panels, Panel{Title: long, X: Axis{Label: "steps (1)"}, Y: Axis{Label: "loss", Log: i%2 == 0}, Marks: []Mark{Line{X: []float64{0, 1e7}, Y: []float64{1e-9, 1e9}, Style: styleOf(i)}}})
			p.Key = append(p.Key, Key{Name: long, Style: styleOf(i), Line: true})
		}
		for _, width := range []string{"column", "page"} {
			p.adopt(Common{Width: width, Notes: true})
			s, err := p.lay(t.Context())
			if err != nil {
				t.Logf("%d panels in a %s: %v", panels, width, err)
				continue
			}
			for _, k := range s.items {
				for _, g := range k.path {
					for _, a := range g.p[:g.points()] {
						if a.y < -1 || a.y > s.h+1 {
							t.Fatalf("%d panels in a %s: %v is off the page of height %v", panels, width, a, s.h)
						}
					}
				}
			}
			for _, row := range p.legendRows(t) {
				if w := keyWidth(row[0]); w > p.width {
					t.Errorf("a legend entry is %v wide", w)
				}
			}
		}
	}
}

func (p *Picture) legendRows(t *testing.T) [][]Key {
	t.Helper()
	l := layout{Picture: p, s: &scene{w: p.width}}
	l.measureLegend()
	return l.legend
}
