package plots

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"staleness/internal/testspeed"
	mock "staleness/plots/internal/made"
	"staleness/sim/record"
)

// latex compiles a document, if it is asked to and can.
func latex(t *testing.T, dir, name string) (log string) {
	t.Helper()
	if os.Getenv("STALENESS_LATEX") == "" {
		t.Skip("LaTeX is run with STALENESS_LATEX=1 alone: make check-latex sets it")
	}
	tool, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Skip("there is no pdflatex here (Debian: texlive-latex-recommended)")
	}
	c := exec.CommandContext(t.Context(), tool, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", name)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out[max(0, len(out)-3000):])
	}
	b, _ := os.ReadFile(filepath.Join(dir, strings.TrimSuffix(name, ".tex")+".log"))
	return string(b)
}

// hostile are labels with what LaTeX takes for its own, with letters that it has and has not.
var hostile = []string{`& < > \ $ % _ # { } " ~ ^ ' | - -- * [x]`, "αβγδεζηθικλμνξοπρστυφχψω ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ ς ϑ ϕ µ", "漢字 かな 한글 العربية 😀 \u200b\x00\xff\t",
	"ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ ĆćČčĘęĞğİıŁłŃńŐőŘřŚśŞşŠšŤťŮůŰűŹźŻżŽž", "−×∞≤≥∂∇∑∏∫ℓ′…†≠≈≡→←·±÷∩√°‖∈²³¹∼∝⋅ “x” ‘y’ – — §¶©£¿¡",
	`$\frac{1}{\tau$ and $\frac{1}{2}\bar x_k^2$, $\E[\argmin f] \lt \text{a b} \left(\mathbb{R}\right)\degree τ ∈ é$`, "10^{−4} and 8.08×10^{−4}, x_{2}", strings.Repeat("very long ", 60), "", "50 % of $5 and $7"}

// figures.tex compiles as it is, and within a paper of two columns, whatever its labels hold.
func TestFiguresFileInLaTeX(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("not again under the race detector and without assembly: it is LaTeX that runs")
	}
	dir := t.TempDir()
	var runs []mock.Run
	for i, label := range hostile {
		runs = append(runs, mock.Run{Seed: 1, Rows: training(uint64(i), .1, .2, .1, 5), Labels: map[string]string{"method": label}, Config: map[string]any{"strategy.kind": label, "problem.kind": label}})
	}
	records := mock.Store(t, runs)
	var all []Captioned
	for i, width := range []string{"column", "page"} {
		fig := decode(t, map[string]any{"kind": "convergence", "width": width, "group": "method"})
		name := fmt.Sprintf("figure_%d", i+1)
		pic, _, err := Draw(t.Context(), fig, records, dir, name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, Captioned{name, fig, pic})
	}
	for range 40 { // LaTeX keeps no more than 52 in hand
		all = append(all, all[0])
	}
	if _, err := WriteFigures(dir, all, true); err != nil {
		t.Fatal(err)
	}
	paper := "\\documentclass[twocolumn]{article}\\usepackage{graphicx}\\begin{document}Text.\\input{figures}\\end{document}\n"
	if err := os.WriteFile(filepath.Join(dir, "paper.tex"), []byte(paper), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"figures.tex", "paper.tex"} {
		log := latex(t, dir, name)
		if strings.Contains(log, "Missing character") || strings.Contains(log, "undefined") {
			t.Errorf("%s:\n%s", name, log)
		}
	}
}

// What is drawn later does not drop what was drawn before, unless that is asked for; a figure that
// is drawn again is there once, and one whose file is gone is not.
func TestFiguresFileKeeps(t *testing.T) {
	dir := t.TempDir()
	records := mock.Store(t, []mock.Run{{Seed: 1, Rows: training(1, .1, .2, .1, 5), Labels: map[string]string{"method": "A_B"}}})
	write := func(forget bool, names ...string) string {
		var all []Captioned
		for _, name := range names {
			fig := decode(t, map[string]any{"kind": "convergence"})
			pic, _, err := Draw(t.Context(), fig, records, dir, name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, Captioned{name, fig, pic})
		}
		file, err := WriteFigures(dir, all, forget)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := os.ReadFile(file)
		for i := range b {
			if b[i] > 0x7e {
				t.Fatalf("%q is not plain", b)
			}
		}
		var there []string
		for _, m := range blocks.FindAllStringSubmatch(string(b), -1) {
			there = append(there, m[1])
		}
		if n := strings.Count(string(b), "\\caption{Train loss against model time."); n != len(there) {
			t.Errorf("%d captions of %d figures:\n%s", n, len(there), b)
		}
		return strings.Join(there, " ")
	}
	for _, c := range []struct {
		forget bool
		names  []string
		want   string
	}{{false, []string{"a", "b"}, "a b"}, {false, []string{"c", "b"}, "c b a"}, {true, []string{"b"}, "b"}, {false, []string{"a"}, "a b"}} {
		if got := write(c.forget, c.names...); got != c.want {
			t.Errorf("%v: %q, want %q", c, got, c.want)
		}
	}
	if err := os.Remove(filepath.Join(dir, "b.pdf")); err != nil {
		t.Fatal(err)
	}
	if got := write(false, "c"); got != "c a" {
		t.Errorf("%q", got)
	}
}

// A caption says what is shown, of which problem, cluster and methods, how these were tuned, and of
// how many runs.
func TestCaption(t *testing.T) {
	var runs []mock.Run
	for i, method := range []string{"EASGD", "ASGD", "SGD"} {
		for seed := uint64(1); seed <= 2; seed++ {
			r := mock.Run{Seed: seed, Rows: training(seed, .1, .2, .1, 5), Labels: map[string]string{"method": method}, Config: map[string]any{
				"problem.kind": "softmax", "problem.data": map[string]any{"kind": "digits"}, "problem.batch": int64(16), "cluster.workers": int64(4 << i),
				"cluster.compute": map[string]any{"law": "gamma", "cv": .2, "mean": "10ms"}, "cluster.up": map[string]any{"bandwidth": "1Gbit/s", "latency": map[string]any{"law": "constant", "mean": "1ms"}},
			}}
			if method == "SGD" {
				r.Status = record.Diverged
			}
			runs = append(runs, r)
		}
	}
	records := mock.Store(t, runs)
	if err := os.WriteFile(filepath.Join(filepath.Dir(records[0].Dir), "tuning.csv"), []byte(mock.Tuning), 0o666); err != nil {
		t.Fatal(err)
	}
	pic, err := Make(decode(t, map[string]any{"kind": "final", "x": "cluster.workers", "group": "method"}), records)
	if err != nil {
		t.Fatal(err)
	}
	want := `Final train loss against workers.
Problem: softmax on digits, minibatches of 16.
Cluster: time of a gradient gamma (cv 0.2, mean 10ms); links up 1Gbit/s, latency 1ms, down without delay.
Methods: ASGD, EASGD, SGD.
Tuned by train loss: strategy.beta over 2 values, strategy.rate over 5 values, for each of 2 settings.
6 runs of 4, 8, 16 workers, 2 seeds; 2 diverged.
Markers: median of 2 seeds; whisker: smallest to largest.
`
	if got := pic.Caption(); !strings.HasPrefix(got, want) {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
