package experiments

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"staleness/experiments/internal/files"
	"staleness/sim/record"
)

// An experiment draws what it was asked to; a report draws the same again, byte for byte, from the
// records alone.
func TestReport(t *testing.T) {
	status, stdout, stderr, out := command(t, mixed+`
[[figure]]
name = "loss"
kind = "convergence"
[[table]]
name = "final"
group = "method"
`)
	if status != Done || !strings.Contains(stdout, "loss.png") || !strings.Contains(stdout, "AEASGD") {
		t.Fatalf("exit status %d\n%s%s", status, stdout, stderr)
	}
	dir := filepath.Join(out, "mixed")
	first := filesOf(t, dir)
	for _, name := range []string{"loss.png", "loss.svg", "loss.pdf", "loss.txt", "final.tex", "final.csv", "final.txt", "figures.toml"} {
		if len(first[name]) == 0 {
			t.Errorf("%s was not drawn", name)
			continue
		}
		if name != files.DrawingsFile {
			os.Remove(filepath.Join(dir, name))
		}
	}
	var o, e bytes.Buffer
	if status := ReportMain([]string{dir}, &o, &e); status != Done {
		t.Fatalf("exit status %d\n%s", status, e.String())
	}
	again := filesOf(t, dir)
	for name, text := range first {
		if again[name] != text {
			t.Errorf("%s is different when drawn again", name)
		}
	}
	for _, part := range []string{"<h1>mixed</h1>", `aria-label="loss"`, "<h3>final</h3>"} {
		if !strings.Contains(again[files.PageFile], part) {
			t.Errorf("the page has no %s:\n%s", part, again[files.PageFile])
		}
	}
	// Without what the experiment left, a few figures that always make sense.
	os.Remove(filepath.Join(dir, files.DrawingsFile))
	if status := ReportMain([]string{dir}, &o, &e); status != Done {
		t.Fatalf("exit status %d\n%s", status, e.String())
	}
	if got := filesOf(t, dir); got["train-loss.png"] == "" || got["staleness.png"] == "" || got["summary.tex"] == "" {
		t.Error("the usual figures were not drawn")
	}
}

// The order and the colors of axes are part of every drawing of an experiment, drawn at once or
// later from its records alone, and of no run-id.
func TestReportKeepsOrderAndColors(t *testing.T) {
	const axes = `[[axis.method]]
label = "second"
set = {"strategy.rate" = 0.2}
%s
[[axis.method]]
label = "first"
set = {"strategy.rate" = 0.1}
[sweep]
"cluster.workers" = [2, 1]
`
	ids := map[string]bool{}
	const style = "[style]\nfamily = \"serif\"\ncolumn = \"4in\"\n"
	for _, looks := range []string{"", "color = \"#aa0011\"\ndash = \"dotted\""} {
		status, _, stderr, out := command(t, small+fmt.Sprintf(axes, looks)+"[[figure]]\nname = \"loss\"\nkind = \"convergence\"\ngroup = \"method\"\nfacet = \"cluster.workers\"\n"+strings.Repeat(style, min(len(looks), 1))+"[[table]]\nname = \"final\"\n")
		runs, err := record.Load(out)
		if status != Done || err != nil || len(runs) != 4 {
			t.Fatalf("exit status %d, %v\n%s", status, err, stderr)
		}
		for _, r := range runs {
			ids[r.ID] = true
		}
		dir := filepath.Dir(runs[0].Dir)
		first := filesOf(t, dir)
		names := regexp.MustCompile(">(second|first|workers = .)<").FindAllString(first["loss.svg"], -1)
		if got := strings.Join(names, ""); got != ">second<>first<>workers = 2<>workers = 1<" {
			t.Errorf("the figure shows %s", got)
		}
		if a, b := strings.Index(first["final.csv"], "second,"), strings.Index(first["final.csv"], "first,"); a < 0 || a > b {
			t.Errorf("the table shows\n%s", first["final.csv"])
		}
		if strings.Contains(strings.ToLower(first["loss.svg"]), "#aa0011") != (looks != "") {
			t.Errorf("%q is not the color of %q", "#aa0011", looks)
		}
		if got := strings.Contains(first["loss.svg"], "Liberation Serif") && strings.Contains(first["loss.svg"], `width="288pt"`); got != (looks != "") {
			t.Errorf("drawn in the style of [style]: %v", got)
		}
		var o, e bytes.Buffer
		if status := ReportMain([]string{dir}, &o, &e); status != Done {
			t.Fatalf("exit status %d\n%s", status, e.String())
		}
		again := filesOf(t, dir)
		for _, name := range []string{"loss.svg", "final.csv", files.DrawingsFile} {
			if again[name] != first[name] {
				t.Errorf("%s is different when drawn again", name)
			}
		}
		// another file may choose other looks
		other := filepath.Join(t.TempDir(), "f.toml")
		if err := os.WriteFile(other, []byte("[[axis.method]]\nlabel = \"first\"\ncolor = \"#123456\"\n[[figure]]\nname = \"loss\"\nkind = \"convergence\"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		if status := ReportMain([]string{dir, "-figures", other}, &o, &e); status != Done || !strings.Contains(filesOf(t, dir)["loss.svg"], "#123456") {
			t.Errorf("exit status %d, or not the color of the other file\n%s", status, e.String())
		}
	}
	if len(ids) != 4 {
		t.Errorf("%d run-ids: looks are part of them", len(ids))
	}
}

func TestReportMistakes(t *testing.T) {
	dir := t.TempDir()
	wrong := filepath.Join(dir, "f.toml")
	if err := os.WriteFile(wrong, []byte("\n[[figure]]\nkind = \"nonsense\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, _, out := command(t, small)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "want one folder of results, or two to compare"},
		{[]string{out}, "is no experiment, but a folder of 1 experiment; give one of them, or two to compare:\n  " + filepath.Join(out, "exp") + " (1 run)"},
		{[]string{filepath.Join(out, "exp"), dir, "-only"}, "leave -figures, -matplotlib and -only out"},
		{[]string{filepath.Join(out, "exp"), dir}, dir + " holds no finished run"},
		{[]string{filepath.Join(out, "exp"), filepath.Join(out, "exp")}, "is given twice"},
		{[]string{dir}, "holds no finished run"},
		{[]string{filepath.Join(dir, "none")}, "no such file"},
		{[]string{filepath.Join(out, "exp"), "-figures", wrong}, `f.toml:3: figure[0].kind: unknown figure "nonsense"`},
	} {
		var o, e bytes.Buffer
		if status := ReportMain(c.args, &o, &e); status != Usage || !strings.Contains(e.String(), c.want) {
			t.Errorf("%v: exit status %d: %s", c.args, status, e.String())
		}
	}
}

// A report that leaves out runs says so in its status and on its page, whatever is wrong with them.
func TestReportLeavesOut(t *testing.T) {
	_, _, _, out := command(t, small+"[sweep]\n\"strategy.rate\" = [0.1, 0.2, 0.3]\n")
	runs, err := record.Load(out)
	if err != nil || len(runs) != 3 {
		t.Fatal(runs, err)
	}
	dir := filepath.Dir(runs[0].Dir)
	report := func() (int, string, string) {
		var o, e bytes.Buffer
		status := ReportMain([]string{dir}, &o, &e)
		page, _ := os.ReadFile(filepath.Join(dir, files.PageFile))
		return status, e.String(), string(page)
	}
	if status, said, page := report(); status != Done || said != "" || strings.Contains(page, "left out") {
		t.Fatalf("exit status %d: %s", status, said)
	}
	if err := os.Remove(filepath.Join(runs[0].Dir, record.SummaryFile)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(runs[1].Dir, record.SummaryFile), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	status, said, page := report()
	if status != Failed {
		t.Errorf("exit status %d", status)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "staleness.txt")); !strings.Contains(string(b), "\n2 runs of the experiment are left out: damaged, or not finished.\n") {
		t.Errorf("the caption does not say so: %s", b)
	}
	for _, text := range []string{said, page} {
		for _, want := range []string{"2 of 3 runs left out: ", runs[0].ID + " is not finished", runs[1].ID + " is damaged"} {
			if !strings.Contains(text, want) {
				t.Errorf("no word of %q in\n%s", want, text)
			}
		}
	}
}

// A damaged table of a run is an error with a remedy, and the status says so.
func TestReportOfDamagedTables(t *testing.T) {
	_, _, _, out := command(t, small+"[sweep]\n\"strategy.rate\" = [0.1, 0.2]\n")
	runs, err := record.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(runs[0].Dir, record.EvalFile)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "x\n", string(whole[:len(whole)-3]), strings.Replace(string(whole), ",", ",,", 1)} {
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		var o, e bytes.Buffer
		if status := ReportMain([]string{filepath.Dir(runs[0].Dir)}, &o, &e); status != Failed || !strings.Contains(e.String(), record.Remedy) || !strings.Contains(e.String(), file) || !strings.Contains(e.String(), "1 of 2 runs left out: ") {
			t.Errorf("%.20q: exit status %d: %s", text, status, &e)
		}
		if page := readPage(t, filepath.Dir(runs[0].Dir)); !strings.Contains(page, "2 runs: 1 completed, 1 damaged.") || !strings.Contains(page, "is damaged: ") {
			t.Errorf("%.20q: the page has no word of it", text)
		}
	}
}
