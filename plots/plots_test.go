package plots

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"staleness/plots/internal/draw"
	madeup "staleness/plots/internal/made"
	"staleness/sim/record"
)

var regen = flag.Bool("regen", false, "write the golden pictures anew; look at each")

// A made is a run made up for a test.
type made struct {
	labels map[string]string
	config map[string]any // dotted keys
	seed   uint64
	status string
	rows   []record.Evaluation
	finish func(s *record.Summary)
}

// store writes made-up runs as records and returns them as the store would.
func store(t testing.TB, ms []made) []record.Run {
	t.Helper()
	runs := make([]madeup.Run, len(ms))
	for i, m := range ms {
		runs[i] = madeup.Run{Labels: m.labels, Config: m.config, Seed: m.seed, Status: m.status, Rows: m.rows, Finish: m.finish}
	}
	return madeup.Store(t, runs)
}

// windows is the experiment of the EASGD paper, made up: methods and windows, three seeds.
func windows() (ms []made) {
	for _, r := range madeup.Windows() {
		ms = append(ms, made{labels: r.Labels, config: r.Config, seed: r.Seed, status: r.Status, rows: r.Rows})
	}
	return ms
}

var (
	row      = madeup.Row
	training = madeup.Training
	blowUp   = madeup.BlowUp
	queue    = madeup.Queue
)

// golden draws a figure, checks what must hold of any, and compares it with the picture in
// testdata.
func golden(t *testing.T, name string, fig Figure, runs []record.Run) {
	t.Helper()
	dir := t.TempDir()
	_, files, err := Draw(t.Context(), fig, runs, dir, name)
	if err != nil {
		t.Fatal(err)
	}
	pic, err := Make(fig, runs)
	if err != nil {
		t.Fatal(err)
	}
	d, err := draw.Lay(pic, fig.common().page())
	if err != nil {
		t.Fatal(err)
	}
	again := map[string][]byte{}
	again[".svg"], _ = d.SVG(t.Context())
	again[".pdf"], _ = d.PDF(t.Context())
	if name == "convergence-column" { // one is enough: compression takes long
		again[".png"], _ = d.PNG(t.Context())
	}
	for _, f := range files {
		a, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		x := filepath.Ext(f)
		if b := again[x]; b != nil && !bytes.Equal(a, b) {
			t.Errorf("%s has other bytes when drawn again", filepath.Base(f))
		}
		if x == ".svg" && (bytes.Contains(a, []byte("NaN")) || bytes.Contains(a, []byte("Inf"))) {
			t.Errorf("%s contains what is no number", filepath.Base(f))
		}
		if x == ".png" || x == ".txt" {
			compare(t, filepath.Join("testdata", name+x), a)
		}
	}
}

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if *regen {
		if err := writeFile(file, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; go test -regen makes it", err)
	}
	if filepath.Ext(file) != ".png" {
		if !bytes.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
		return
	}
	if d, err := difference(got, want); err != nil || d > 1e-3 {
		t.Errorf("%s: pictures differ in %.2g of all pixels (%v); if that is meant, go test -regen and look at it", file, d, err)
	}
}

// difference is the share of pixels that differ visibly. Bytes may differ from one machine to
// another: a fused multiply-add, another version of the compressor.
func difference(a, b []byte) (float64, error) {
	x, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		return 1, err
	}
	y, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return 1, err
	}
	if x.Bounds() != y.Bounds() {
		return 1, fmt.Errorf("sizes %v and %v", x.Bounds(), y.Bounds())
	}
	p, okp := x.(*image.RGBA)
	q, okq := y.(*image.RGBA)
	if !okp || !okq || len(p.Pix) != len(q.Pix) {
		return 1, fmt.Errorf("a %T and a %T, want pictures without transparency", x, y)
	}
	off := 0
	for i := 0; i < len(p.Pix); i += 4 {
		for k := i; k < i+4; k++ {
			if d := int(p.Pix[k]) - int(q.Pix[k]); d > 0x30 || d < -0x30 {
				off++
				break
			}
		}
	}
	return float64(off) / float64(len(p.Pix)/4), nil
}

// decode is a figure from a table, as a file would have it.
func decode(t *testing.T, table map[string]any) Figure {
	t.Helper()
	fig, err := Decode("figure[0]", table)
	if err != nil {
		t.Fatal(err)
	}
	return fig
}

// svg is a picture as text.
func svg(t *testing.T, fig Figure, pic *Picture) string {
	t.Helper()
	d, err := draw.Lay(pic, fig.common().page())
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.SVG(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sound checks what holds of any picture; an error means that it cannot be laid out.
func sound(t *testing.T, fig Figure, pic *Picture) error {
	t.Helper()
	d, err := draw.Lay(pic, fig.common().page())
	if err != nil {
		return err
	}
	svg, err := d.SVG(t.Context())
	if _, bad := d.PDF(t.Context()); bad != nil || err != nil {
		t.Errorf("%s: %v, %v", kindOf(fig), err, bad)
	}
	if n := bytes.Count(svg, []byte("<path")); n < 10 || bytes.Contains(svg, []byte("NaN")) || len(pic.Notes) == 0 {
		t.Errorf("%s: %d paths, notes %q", kindOf(fig), n, pic.Notes)
	}
	return nil
}
