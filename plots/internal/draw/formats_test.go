package draw

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
)

// everything is a picture that uses all there is: every mark of ours, plotters of gonum/plot,
// mathematics, foreign letters.
func everything(t *testing.T) *Drawing {
	t.Helper()
	x, y, z := []float64{0, 1, 2, 3}, []float64{1, 10, 5, 20}, []float64{2, 15, 8, 30}
	hist, err := plotter.NewHist(plotter.Values{1, 2, 2, 3, 3, 3}, 3)
	if err != nil {
		t.Fatal(err)
	}
	square := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	square.Set(0, 0, color.NRGBA{0xff, 0, 0, 0xff})
	p := &Picture{
		Title: "τ ≥ ∞, AVATAR & <b>", Notes: []string{"Lines: median of 3 seeds", "漢字 𝔼"},
		Key: []Key{{Name: "EAMSGD", Style: StyleOf(1), Line: true, Dot: true}, {Name: "a box", Style: StyleOf(2), Fill: true}, {Name: "bins", Thumb: hist}},
		Panels: []Panel{
			{Title: "window = 16", X: Axis{Label: `delay $\tau_{\max}$ (updates)`}, Y: Axis{Label: "train loss", Log: true}, Marks: []Mark{
				Band{X: x, Lo: y, Hi: z, Style: StyleOf(0)}, Line{X: x, Y: y, Style: StyleOf(0)}, Line{X: x, Y: z, Style: StyleOf(1), Dots: true},
				Dots{X: x, Y: y, Style: StyleOf(2)}, Whiskers{X: x, Lo: y, Hi: z, Style: StyleOf(3)}, Level{Y: 3, Style: Reference},
				Gone{X: 1, N: 3, Style: StyleOf(4)}, Departures{X: [][]float64{x}, Y: [][]float64{{1, 1e9, 1, 1}}, Style: StyleOf(5)},
			}},
			{X: Axis{Label: "10^{−3} s"}, Y: Axis{Label: "count"}, Marks: []Mark{hist, plotter.NewImage(square, 1, 1, 2, 2)}},
			{X: Axis{Label: "workers"}, Y: Axis{Label: "share"}, Marks: []Mark{Bars{X: x, H: y, Width: 0.5, Style: StyleOf(0)}}},
			{X: Axis{Label: "x"}, Y: Axis{Label: "y"}, Marks: []Mark{Cells{X0: []float64{0}, X1: []float64{1}, Y0: []float64{0}, Y1: []float64{1},
				Color: []color.Color{Cividis.At(0.3)}, Text: []string{"0.25^{×2}"}}}},
			{Empty: "there is nothing to see"},
		},
		Bar: &ColorBar{Axis: Axis{Label: "final loss", Min: 0, Max: 1}, Color: Cividis.At, Miss: []Key{{Name: "diverged", Fill: true}}},
	}
	d, err := Lay(p, Page{Look: Paper, Width: PageWidth, Fine: true})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

type format struct {
	ext    string
	encode func(context.Context) ([]byte, error)
}

func formats(d *Drawing) []format {
	return []format{{".png", d.PNG}, {".svg", d.SVG}, {".pdf", d.PDF}}
}

func encode(t *testing.T, f format) []byte {
	t.Helper()
	b, err := f.encode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The same picture has the same bytes, drawn again or laid out again, on one core or several. (Maps
// that are walked in their own order show in a few attempts.)
func TestSameBytes(t *testing.T) {
	first := everything(t)
	for _, f := range formats(first) {
		want := encode(t, f)
		for _, procs := range []int{1, 8} {
			if f.ext == ".png" && procs == 1 { // compression takes long
				continue
			}
			before := runtime.GOMAXPROCS(procs)
			for _, again := range append(formats(first), formats(everything(t))...) {
				if again.ext == f.ext && !bytes.Equal(encode(t, again), want) {
					t.Errorf("%s: other bytes with %d processors", f.ext, procs)
				}
			}
			runtime.GOMAXPROCS(before)
		}
	}
}

// A drawing may be written by several goroutines at once.
func TestDrawingAtOnce(t *testing.T) {
	d := everything(t)
	want := encode(t, format{".svg", d.SVG})
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			svg, err := d.SVG(t.Context())
			if _, bad := d.PDF(t.Context()); bad != nil || err != nil || !bytes.Equal(svg, want) {
				t.Errorf("%v, %v, or other bytes", err, bad)
			}
			if i > 1 { // compression takes long
				return
			}
			if _, err := d.PNG(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestDrawingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, f := range formats(everything(t)) {
		if _, err := f.encode(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", f.ext, err)
		}
	}
}

func TestPNG(t *testing.T) {
	d := everything(t)
	m, err := png.Decode(bytes.NewReader(encode(t, formats(d)[0])))
	if err != nil {
		t.Fatal(err)
	}
	if w := m.Bounds().Dx(); w != 2040 {
		t.Errorf("%d pixels wide, want 6.8 inches of 300", w)
	}
	red := 0
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if r, g, b, _ := m.At(x, y).RGBA(); r > 0xf000 && g < 0x1000 && b < 0x1000 {
				red++
			}
		}
	}
	if red < 2000 {
		t.Errorf("%d red pixels: the image of a plotter is missing", red)
	}
}

// Text is text, in fonts that every viewer has something like; the file is XML and stands within
// HTML as it is.
func TestSVG(t *testing.T) {
	b := encode(t, formats(everything(t))[1])
	if !bytes.HasPrefix(b, []byte("<svg ")) {
		t.Errorf("begins with %.40q", b)
	}
	var texts []string
	for d := xml.NewDecoder(bytes.NewReader(b)); ; {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "text" {
			var s string
			if err := d.DecodeElement(&s, &e); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, s)
		}
	}
	all := "|" + strings.Join(texts, "|") + "|"
	for _, want := range []string{"τ ≥ ∞, AVATAR & <b>", "EAMSGD", "window = 16", "delay", "τ", "max", "(updates)", "train loss", "漢字 𝔼.", "0.25", "×2", "diverged"} {
		if !strings.Contains(all, want) {
			t.Errorf("no text %q in %s", want, all)
		}
	}
	for _, want := range []string{"font-family:Liberation Sans, Arial, Helvetica, sans-serif;", "font-family:Liberation Serif, Times New Roman, Times, serif;",
		"font-style:italic", `stroke-linejoin="round"`, "data:image/png;base64,", "<desc>Lines: median of 3 seeds."} {
		if !bytes.Contains(b, []byte(want)) {
			t.Errorf("no %s", want)
		}
	}
	if left := regexp.MustCompile(`font-family:Liberation \w+;`).Find(b); left != nil {
		t.Errorf("%s has nothing to fall back on", left)
	}
}

func TestPDF(t *testing.T) {
	b := encode(t, formats(everything(t))[2])
	if !bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.Contains(b, []byte("startxref")) || bytes.Count(b, []byte("D:1970")) != 2 {
		t.Error("no PDF of 1970")
	}
	if n := len(b); n > 200e3 {
		t.Errorf("%d bytes: whole fonts", n)
	}
}

// Other programs find the fonts and the words of a PDF.
func TestPDFOfPoppler(t *testing.T) {
	for _, tool := range []string{"pdffonts", "pdftotext"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed (Debian: poppler-utils), so what other programs read in a PDF cannot be tested", tool)
		}
	}
	file := filepath.Join(t.TempDir(), "all.pdf")
	if err := os.WriteFile(file, encode(t, formats(everything(t))[2]), 0o666); err != nil {
		t.Fatal(err)
	}
	run := func(name string, args ...string) string {
		out, err := exec.Command(name, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	fonts := run("pdffonts", file)
	for _, name := range []string{"LiberationSans", "LiberationSerif-Italic", "LiberationSerif"} {
		if !regexp.MustCompile(`(?m)^[A-Z]{6}\+` + name + ` +CID TrueType +Identity-H +yes yes yes `).MatchString(fonts) {
			t.Errorf("%s is not embedded, in part, with Unicode:\n%s", name, fonts)
		}
	}
	text := run("pdftotext", "-layout", file, "-")
	for _, want := range []string{"τ ≥ ∞, AVATAR & <b>", "EAMSGD", "window = 16", "delay τmax (updates)", "workers", "there is nothing to see", "漢字"} {
		if !strings.Contains(text, want) {
			t.Errorf("pdftotext finds no %q in\n%s", want, text)
		}
	}
	upright := strings.Join(strings.Fields(run("pdftotext", "-raw", file, "-")), " ")
	for _, want := range []string{"train loss", "final loss"} {
		if !strings.Contains(upright, want) {
			t.Errorf("pdftotext finds no turned %q in\n%s", want, upright)
		}
	}
}

// PDF moves letters together only where the text is broken, and the parts stand as far apart as the
// font has it.
func TestKerning(t *testing.T) {
	face := fonts().Lookup(Paper.font(100), 100)
	for _, s := range []string{"AVATAR", "To 11 Tau", "loss", "x"} {
		var all string
		parts := kerned(face, s)
		for _, p := range parts {
			if w := float64(face.Width(all + p.text)); p.text != "" && w-p.x-unkerned(p.text, face) > 1e-6 {
				t.Errorf("%s: %q stands at %v, but ends at %v", s, p.text, p.x, w)
			}
			all += p.text
		}
		if all != s || s == "AVATAR" && len(parts) < 4 || s == "loss" && len(parts) != 1 {
			t.Errorf("%s: %+v", s, parts)
		}
	}
}

// unkerned is the length of a text whose letters are not moved together.
func unkerned(s string, face font.Face) (w float64) {
	for _, r := range s {
		w += float64(face.Width(string(r)))
	}
	return w
}
