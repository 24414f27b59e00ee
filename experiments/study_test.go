package experiments

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/internal/testspeed"
	"staleness/plots/plotstest"
)

// A study as for a paper, in little: tuned, computed, drawn, its tables in LaTeX that fits into a
// column and the appendix of what was tuned beside them.
func TestLaTeXOfStudy(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("not again under the race detector and without assembly: it is LaTeX that runs")
	}
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/study/study.toml")
	if err != nil {
		t.Fatal(err)
	}
	study := string(text)
	if testing.Short() || testspeed.Slower > 1 {
		study = strings.Replace(strings.Replace(study, "400ms", "100ms", 1), "[4, 16, 64]", "[2, 3, 4]", 1)
	}
	file := filepath.Join(dir, "study.toml")
	write(t, file, study)
	status, said := session(file, "-out", dir)
	if status != Done {
		t.Fatal(said)
	}
	home := filepath.Join(dir, "study")
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(home, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, name := range []string{"loss", "speed-up", "staleness", "rates"} {
		if svg := read(name + ".svg"); strings.Contains(svg, "NaN") || len(svg) < 1000 {
			t.Errorf("%s.svg is no picture", name)
		}
	}
	for name, lines := range map[string]int{"losses": 19, "times": 19, "tuned-values": 19} {
		rows, err := csv.NewReader(strings.NewReader(read(name + ".csv"))).ReadAll()
		if err != nil || len(rows) != lines {
			t.Errorf("%s.csv: %d lines, %v", name, len(rows), err)
		}
	}
	order := []string{"Sync", "ASGD", "DC-ASGD", "DOWNPOUR", "EASGD", "FedBuff"}
	at := 0
	for line := range strings.Lines(read("losses.txt")) {
		if at < len(order) && strings.HasPrefix(line, order[at]+" ") {
			at++
		}
	}
	if at != len(order) {
		t.Errorf("rows are not in the order of the file:\n%s", read("losses.txt"))
	}
	if appendix := read("tuned-values.txt"); strings.Count(appendix, "0.002, 0.02, 0.2") != 6 || !strings.Contains(appendix, "(2 runs a trial)") {
		t.Errorf("the appendix:\n%s", appendix)
	}
	tex := read("losses.tex") + read("times.tex") + read("tuned-values.tex")
	if strings.Contains(tex, "textasciicircum") || strings.Count(read("losses.tex"), `\begin{tabular}`) != 1 {
		t.Errorf("a caret, or more than one piece:\n%s", tex)
	}
	if !strings.Contains(said, "tuned-values.tex") {
		t.Errorf("the appendix is not named:\n%s", said)
	}
	t.Run("LaTeX", func(t *testing.T) {
		beside := map[string][]byte{}
		for _, name := range []string{"figures.tex", "loss.pdf", "speed-up.pdf", "staleness.pdf", "rates.pdf"} {
			beside[name] = []byte(read(name))
		}
		for _, f := range plotstest.LaTeX(t, tex+"\\input{figures}\n", beside) {
			t.Error(f)
		}
	})
}
