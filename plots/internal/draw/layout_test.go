package draw

import (
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"
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
