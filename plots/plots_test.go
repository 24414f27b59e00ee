package plots

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"staleness/internal/stream"
	"staleness/plots/internal/draw"
	"staleness/results"
)

var regen = flag.Bool("regen", false, "write the golden pictures anew; look at each")

// A made is a run made up for a test.
type made struct {
	labels map[string]string
	config map[string]any // dotted keys
	seed   uint64
	status string
	rows   []results.EvalRow
	finish func(s *results.Summary)
}

// store writes made-up runs as records and returns them as the store would.
func store(t testing.TB, ms []made) (runs []results.Run) {
	t.Helper()
	root := t.TempDir()
	for i, m := range ms {
		id := fmt.Sprintf("%04d", i)
		dir := filepath.Join(root, id)
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := results.WriteEvals(&b, m.rows); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, results.EvalFile), b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		s := results.NewSummary()
		s.Status, s.Seed, s.Build = m.status, m.seed, "b1"
		if s.Status == "" {
			s.Status = results.Completed
		}
		if n := len(m.rows); n > 0 {
			e := m.rows[n-1]
			s.VirtualTimeS, s.FinalTrainLoss, s.FinalTestLoss, s.FinalTestAccuracy = e.TimeS, e.TrainLoss, e.TestLoss, e.TestAccuracy
			s.Updates, s.Gradients, s.FinalSuboptimality = e.Updates, e.Gradients, e.Suboptimality
		}
		if m.finish != nil {
			m.finish(s)
		}
		config := map[string]any{"name": "made", "seed": int64(m.seed)}
		for k, v := range m.config {
			put(config, k, v)
		}
		labels := m.labels
		if labels == nil {
			labels = map[string]string{}
		}
		runs = append(runs, results.Run{Dir: dir, Name: "made", ID: id, Config: config, Labels: labels, Summary: *s})
	}
	return runs
}

func put(t map[string]any, key string, v any) {
	for i := range len(key) {
		if key[i] == '.' {
			if t[key[:i]] == nil {
				t[key[:i]] = map[string]any{}
			}
			put(t[key[:i]].(map[string]any), key[i+1:], v)
			return
		}
	}
	t[key] = v
}

// row is an evaluation to which nothing applies yet.
func row(t float64) results.EvalRow {
	na := math.NaN()
	return results.EvalRow{TimeS: t, Updates: int64(100 * t), Pushes: int64(100 * t), Gradients: int64(200 * t), Samples: int64(3200 * t), Epoch: t / 2,
		Bytes: int64(1e6 * t), Point: "center", TrainLoss: na, TestLoss: na, TestAccuracy: na, ValidationLoss: na, ValidationAccuracy: na, GradNorm: na,
		Suboptimality: na, Consensus: na}
}

// training is a plausible run: loss falls from 2.3 to a floor with noise, its times jittered by seed.
func training(seed uint64, rate, floor, noise float64, n int) (rows []results.EvalRow) {
	key := stream.NewKey(seed, "made up")
	for i := range n {
		r := key.At(uint64(i), 0)
		e := row(draw.Round(float64(i)*(0.5+0.02*float64(seed)), 6))
		l := floor + (2.3-floor)*math.Exp(-rate*e.TimeS) + noise*(r.Float64()-.5)*math.Sqrt(float64(i)/float64(n))
		// Six digits, the same on any machine.
		e.TrainLoss, e.TestLoss, e.TestAccuracy = draw.Round(l, 6), draw.Round(l*1.1+0.05, 6), draw.Round(1-0.9*l/2.3, 6)
		e.Suboptimality = draw.Round(math.Abs(l-floor)+1e-9, 6)
		rows = append(rows, e)
	}
	return rows
}

// blowUp makes a run diverge from its k-th evaluation on.
func blowUp(rows []results.EvalRow, k int) []results.EvalRow {
	for i := k; i < len(rows); i++ {
		rows[i].TrainLoss *= math.Pow(4, float64(i-k+1))
		rows[i].TestAccuracy = 0.1
	}
	rows = rows[:min(len(rows), k+9)]
	rows[len(rows)-1].TrainLoss = math.NaN()
	return rows
}

// golden draws a figure, checks what must hold of any, and compares it with the picture in testdata.
func golden(t *testing.T, name string, fig Figure, runs []results.Run) {
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

// difference is the share of pixels that differ visibly. Bytes may differ from one machine to another: a fused multiply-add,
// another version of the compressor.
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
