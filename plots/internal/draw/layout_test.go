package draw

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"

	"staleness/plots/internal/boxes"
)

// Names of any length, any number of groups and facets: an error, or a picture inside its page.
func TestLongNamesStayOnThePage(t *testing.T) {
	long := strings.Repeat("a rather long name of a method ", 6)
	for _, panels := range []int{1, 2, 7, 30} {
		p := Picture{Title: long, Shared: true, Notes: []string{long, strings.Repeat("x", 300)}}
		for i := range panels {
			p.Panels = append(p.Panels, Panel{Title: long, X: Axis{Label: "steps (1)"}, Y: Axis{Label: "loss", Log: i%2 == 0},
				Marks: []Mark{Line{X: []float64{0, 1e7}, Y: []float64{1e-9, 1e9}, Style: StyleOf(i)}}})
			p.Key = append(p.Key, Key{Name: long, Style: StyleOf(i), Line: true})
		}
		for _, width := range []vg.Length{ColumnWidth, PageWidth} {
			d, err := Lay(&p, Page{Look: Paper, Width: width, Fine: true})
			if err != nil {
				t.Logf("%d panels in %v: %v", panels, width, err)
				continue
			}
			rec := new(recorder.Canvas)
			if err := d.On(t.Context(), rec); err != nil {
				t.Fatal(err)
			}
			for _, a := range points(rec) {
				if a.Y < -1 || a.Y > d.Height+1 || a.X < -1 || a.X > d.Width+1 {
					t.Fatalf("%d panels in %v: %v is off the page of height %v", panels, width, a, d.Height)
				}
			}
			for _, row := range d.layout.legend.rows {
				if w := d.layout.keyWidth(row[0]); w > width {
					t.Errorf("a legend entry is %v wide", w)
				}
			}
		}
	}
}

// A tall label gets the room it needs.
func TestTallLabels(t *testing.T) {
	heights := map[string]vg.Length{}
	for _, label := range []string{"loss", `$\frac{1}{1+\tau}$`} {
		p := Picture{Panels: []Panel{{X: Axis{Label: label}, Marks: []Mark{Line{X: []float64{0, 1}, Y: []float64{0, 1}}}}}}
		d, err := Lay(&p, Page{Look: Paper, Width: ColumnWidth, Ratio: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		heights[label] = d.Height
	}
	if !(heights[`$\frac{1}{1+\tau}$`] > heights["loss"]+2) {
		t.Errorf("%v", heights)
	}
}

// A label of any length is shrunk, or set in lines that are no longer than the room there is.
func TestBlock(t *testing.T) {
	for _, s := range []string{"", "loss", strings.Repeat("rather ", 5), strings.Repeat("a rather long label ", 20), strings.Repeat("x", 500), `$\frac{1}{2}$ ` + strings.Repeat("of it ", 30)} {
		b := Paper.block(s, 8, 100)
		var all []string
		for _, line := range b.lines {
			if w := Paper.width(line, b.size); w > 100+1e-6 || b.size < 8*2./3 {
				t.Errorf("%q is %v wide, of size %v", line, w, b.size)
			}
			all = append(all, line)
		}
		if got := strings.Join(all, " "); strings.TrimSpace(got) != strings.TrimSpace(s) && !strings.Contains(got, "…") {
			t.Errorf("%q became %q", s, got)
		}
	}
}

// boxesOf are the texts of a picture, and which of them touch.
func boxesOf(t *testing.T, p *Picture, page Page) (texts []boxes.Text, faults []string) {
	t.Helper()
	d, err := Lay(p, page)
	if err != nil {
		t.Fatal(err)
	}
	c := boxes.New()
	if err := d.On(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c.Texts, c.Overlaps(d.Width, d.Height)
}

// The label at the end of one panel does not touch that at the beginning of the next.
func TestTicksOfNeighboursDoNotTouch(t *testing.T) {
	for _, end := range []float64{1, 100, 10000, 99999, 3e6} {
		for _, log := range []bool{false, true} {
			for _, own := range []bool{false, true} {
				p := Picture{Shared: true, OwnX: own}
				for range 4 {
					x := Axis{Fit: true, Log: log}
					p.Panels = append(p.Panels, Panel{X: x, Marks: []Mark{Line{X: []float64{end / 1e4 * 9999, end, end / 1e5, 0}[:3], Y: []float64{1, 2, 3}}}})
					if !log {
						p.Panels[len(p.Panels)-1].Marks = []Mark{Line{X: []float64{0, end}, Y: []float64{1, 2}}}
					}
				}
				for _, width := range []vg.Length{ColumnWidth, PageWidth} {
					if _, faults := boxesOf(t, &p, Page{Look: Paper, Width: width, Ratio: 0.6}); len(faults) > 0 {
						t.Errorf("to %v, log %v, own %v: %v", end, log, own, faults)
					}
				}
			}
		}
	}
}

// Counts have whole numbers at their ticks, however few they are, unless there is none.
func TestCountsHaveWholeTicks(t *testing.T) {
	for _, s := range []scale{{0, 3, false}, {0.9, 1.1, false}, {-0.5, 2.5, false}, {1, 40, false}, {0, 7e6, false}} {
		for n := 2; n < 12; n++ {
			ts, _ := Axis{Counts: true}.ticks(s, n)
			for _, k := range ts {
				if k.at != math.Trunc(k.at) || strings.Contains(k.label(), ".") {
					t.Errorf("%v to %v: a tick at %v, %q", s.min, s.max, k.at, k.label())
				}
			}
			if len(ts) == 0 {
				t.Errorf("%v to %v: no tick", s.min, s.max)
			}
		}
	}
	if ts, _ := (Axis{Counts: true}).ticks(scale{1.2, 1.8, false}, 4); len(ts) < 2 {
		t.Errorf("ticks %v where there is no whole number", ts)
	}
}

// Where a logarithmic axis goes on beyond its last label by a factor of two and more, there is
// another label, unless it would touch.
func TestLogAxesAreLabelledToTheirEnds(t *testing.T) {
	for _, s := range []scale{{0.15, 30, true}, {1, 4100, true}, {0.002, 0.9, true}, {1, 21, true}, {3e-9, 6, true}, {0.7, 12, true}} {
		ts, _ := Axis{Log: true}.ticks(s, 6)
		lo, hi := math.Inf(1), 0.
		for _, k := range ts {
			if k.lines != nil {
				lo, hi = min(lo, k.at), max(hi, k.at)
			}
		}
		if stride := 2.5; hi*stride < s.max || lo > s.min*stride {
			t.Errorf("%v to %v is labelled from %v to %v", s.min, s.max, lo, hi)
		}
	}
}

// Each category has its name, whatever it takes: shrunk, in lines, or turned; beyond what can be
// read there is an error with a way out.
func TestCategoriesAreNeverDropped(t *testing.T) {
	for _, n := range []int{1, 2, 5, 12, 24, 60} {
		for _, long := range []int{1, 3, 9} {
			x := Axis{Min: -0.5, Max: float64(n) - 0.5}
			for i := range n {
				x.At, x.Names = append(x.At, float64(i)), append(x.Names, fmt.Sprintf("n%02d", i)+strings.Repeat(" word", long-1))
			}
			for _, vertical := range []bool{false, true} {
				p := Picture{Panels: []Panel{{X: x, Y: Axis{Max: 1}, Marks: []Mark{Level{Y: 0.5}}}}}
				if vertical {
					p.Panels[0].X, p.Panels[0].Y = p.Panels[0].Y, p.Panels[0].X
				}
				page := Page{Look: Paper, Width: ColumnWidth, Ratio: 0.8}
				if _, err := Lay(&p, page); err != nil {
					if n < 60 || !strings.Contains(err.Error(), "cannot be read: ") {
						t.Errorf("%d names of %d words: %v", n, long, err)
					}
					continue
				}
				texts, faults := boxesOf(t, &p, page)
				if len(faults) > 0 {
					t.Errorf("%d names of %d words: %v", n, long, faults)
				}
				for _, name := range x.Names {
					if !slices.ContainsFunc(texts, func(b boxes.Text) bool { return strings.HasPrefix(b.Text, name[:3]) }) {
						t.Errorf("%d names of %d words: %s stands nowhere", n, long, name)
					}
				}
			}
		}
	}
}
