package plots

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"staleness/internal/testspeed"
	"staleness/plots/internal/draw"
	mock "staleness/plots/internal/made"
	"staleness/sim/record"
)

// faults are what can be wrong with a run of which a figure has to tell the truth.
var runFaults = []struct {
	name string
	do   func(r *mock.Run)
}{
	{"nothing", func(*mock.Run) {}},
	{"some NaN", func(r *mock.Run) {
		r.Rows[3].TrainLoss, r.Updates[5].Loss, r.Updates[9].TimeS = math.NaN(), math.NaN(), math.NaN()
	}},
	{"infinities", func(r *mock.Run) {
		for i := range r.Rows {
			r.Rows[i].TrainLoss, r.Rows[i].Consensus = math.Inf(1-2*(i%2)), math.Inf(1)
		}
		r.Updates[7].Loss = math.Inf(-1)
	}},
	{"zeros", func(r *mock.Run) {
		for i := range r.Rows {
			e := &r.Rows[i]
			e.TrainLoss, e.TestLoss, e.Suboptimality, e.Consensus, e.Bytes = 0, 0, 0, 0, 0
		}
	}},
	{"below 0", func(r *mock.Run) {
		for i := range r.Rows {
			r.Rows[i].TrainLoss -= 100
		}
	}},
	{"one point", func(r *mock.Run) { r.Rows, r.Updates = r.Rows[:1], r.Updates[:1] }},
	{"no point", func(r *mock.Run) { r.Rows = nil }},
	{"shorter", func(r *mock.Run) { r.Rows, r.Updates = r.Rows[:4], r.Updates[:40] }},
	{"diverged", func(r *mock.Run) { r.Rows, r.Status = mock.BlowUp(r.Rows, 2), record.Diverged }},
	{"diverged at once", func(r *mock.Run) { r.Rows, r.Status = mock.BlowUp(r.Rows, 0), record.Diverged }},
	{"no columns", func(r *mock.Run) {
		for i := range r.Rows {
			e := mock.Row(r.Rows[i].TimeS)
			e.TrainLoss = math.NaN()
			r.Rows[i] = e
		}
	}},
	{"interrupted", func(r *mock.Run) { r.Status = record.Interrupted }},
	{"another build", func(r *mock.Run) {
		finish := r.Finish
		r.Finish = func(s *record.Summary) { finish(s); s.Build = "b2" }
	}},
	{"no staleness", func(r *mock.Run) {
		finish := r.Finish
		r.Finish = func(s *record.Summary) { finish(s); s.Staleness = nil }
	}},
}

// faulty are three methods at some windows, two seeds, of which runs have faults; a sweep that is
// half finished lacks some. Methods have names with signs and letters of any kind.
func faulty(r *rand.Rand) (runs []mock.Run, what []string) {
	all := keyRuns()
	names := r.Perm(len(hostile))
	half := r.IntN(3) == 0
	whole := r.IntN(len(runFaults)) // all have this one, now and then
	if r.IntN(3) > 0 {
		whole = -1
	}
	for i, m := range all {
		if m.Seed == 3 || half && r.IntN(2) == 0 {
			continue
		}
		fault := whole
		if fault < 0 {
			if fault = 0; r.IntN(3) == 0 {
				fault = r.IntN(len(runFaults))
			}
		}
		m.Labels = map[string]string{"method": hostile[names[i*2/len(all)]]}
		m.Trace = mock.Intervals(m.Seed)
		runFaults[fault].do(&m)
		runs, what = append(runs, m), append(what, runFaults[fault].name)
	}
	return runs, what
}

// Whatever is wrong with runs, and whatever they are called, each kind of figure draws what is true
// or says clearly why it cannot: well-formed XML without a number that is none, a caption that
// names every group that is not drawn, and LaTeX that compiles.
func TestFiguresTellTheTruthInLaTeX(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("not again under the race detector and without assembly: it is LaTeX that runs")
	}
	dir := t.TempDir()
	var drawn []Captioned
	var pictures []string
	tries := max(1, 4/testspeed.Slower)
	for k, kind := range Kinds() {
		r := rand.New(rand.NewPCG(7, uint64(k)))
		refused := 0
		for try := range tries {
			table := map[string]any{"kind": kind.Name, "name": fmt.Sprintf("%s-%d", kind.Name, try)}
			for key, v := range keyBases[kind.Name] {
				table[key] = v
			}
			for key, v := range Example(kind.Name) {
				table[key] = v
			}
			delete(table, "where")
			if kind.Name == "stability" { // its runs are of both methods then
				table["facet"] = "method"
			}
			fig := decode(t, table)
			made, what := faulty(r)
			runs := mock.Store(t, made)
			pic, err := Make(fig, runs)
			if err != nil {
				refused++
				if s := err.Error(); len(s) < 20 || strings.Contains(s, "%!") {
					t.Errorf("%s of %v: an error should say what is missing: %q", kind.Name, what, s)
				}
				continue
			}
			svg := svg(t, fig, pic)
			wellFormed(t, kind.Name, svg)
			named(t, fig, pic, runs)
			drawn = append(drawn, Captioned{Name(fig), fig, pic})
			file := filepath.Join(dir, Name(fig)+".svg")
			if err := os.WriteFile(file, []byte(svg), 0o666); err != nil {
				t.Fatal(err)
			}
			pictures = append(pictures, file)
		}
		if refused == tries && tries > 3 {
			t.Errorf("%s: nothing of all this could be drawn", kind.Name)
		}
	}
	if lint, err := exec.LookPath("xmllint"); err == nil {
		if out, err := exec.Command(lint, append([]string{"--noout", "--nonet"}, pictures...)...).CombinedOutput(); err != nil {
			t.Errorf("xmllint: %v\n%s", err, out[:min(len(out), 2000)])
		}
	}
	var body strings.Builder
	for _, c := range drawn { // without the pictures, which are well-formed
		fmt.Fprintf(&body, "\\begin{figure}\\caption{%s}\\end{figure}\n\\clearpage\n", strings.ReplaceAll(c.caption(), "\n", " "))
	}
	doc := "\\documentclass{article}\\begin{document}\n" + body.String() + "\\end{document}\n"
	if err := os.WriteFile(filepath.Join(dir, "captions.tex"), []byte(doc), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Run("LaTeX", func(t *testing.T) { latex(t, dir, "captions.tex") })
}

func wellFormed(t *testing.T, kind, svg string) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader([]byte(svg))); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Errorf("%s: %v", kind, err)
			return
		}
	}
	for _, bad := range []string{"NaN", "Inf\"", "+Inf", "%!"} {
		if i := strings.Index(svg, bad); i >= 0 {
			t.Errorf("%s: %q in %s", kind, bad, svg[max(0, i-60):min(len(svg), i+60)])
		}
	}
}

// named says whether each method is in the numbers of a figure, its titles or its caption.
func named(t *testing.T, fig Figure, pic *Picture, runs []record.Run) {
	t.Helper()
	// which is of the tuning
	if _, alone := fig.(interface{ alone() }); alone || kindOf(fig) == "sensitivity" {
		return
	}
	said := pic.Caption() + strings.Join(pic.PanelNames(), "\n")
	for _, k := range pic.Key {
		said += "\n" + k.Name
	}
	var methods []string
	for _, r := range runs {
		if m := r.Labels["method"]; !slices.Contains(methods, m) {
			methods = append(methods, m)
		}
	}
	for _, m := range methods {
		if short := draw.Plain(draw.Legible(m)); len(methods) > 1 && !strings.Contains(said, short) {
			t.Errorf("%s: no word of %q in\n%s", kindOf(fig), m, said)
		}
	}
	if !strings.Contains(pic.Caption(), plural(len(runs), "run", "runs")) {
		t.Errorf("%s: the caption does not say that there are %d runs:\n%s", kindOf(fig), len(runs), pic.Caption())
	}
	for _, status := range []string{record.Diverged, record.Interrupted} {
		n := len(slices.DeleteFunc(slices.Clone(runs), func(r record.Run) bool { return r.Summary.Status != status }))
		if n > 0 && !strings.Contains(pic.Caption(), fmt.Sprintf("%d %s", n, status)) {
			t.Errorf("%s: the caption does not say that %d are %s:\n%s", kindOf(fig), n, status, pic.Caption())
		}
	}
}

// A damaged eval.csv is an error that names the file; figures that do not need it are drawn.
func TestDamagedEvaluations(t *testing.T) {
	for _, text := range []string{"", "time_s,train_loss\n1,", "time_s,train_loss\n0,x\n", "\x00\x01", "nonsense\n1\n"} {
		runs := mock.Store(t, keyRuns())
		file := filepath.Join(runs[0].Dir, record.EvalFile)
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := Make(decode(t, map[string]any{"kind": "convergence"}), runs)
		if err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%q: %v", text, err)
		}
		if _, err := Make(decode(t, map[string]any{"kind": "staleness"}), runs); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}
