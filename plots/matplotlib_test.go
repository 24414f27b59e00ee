package plots

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	mock "staleness/plots/internal/made"

	"staleness/internal/testspeed"
)

// pythons are the Pythons here: the first that has matplotlib, and else any.
func pythons() (with, any string) {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		tool, err := exec.LookPath(name)
		if err != nil || exec.Command(tool, "-c", "").Run() != nil {
			continue
		}
		if any = tool; exec.Command(tool, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('matplotlib') is None)").Run() == nil {
			return tool, tool
		}
	}
	return "", any
}

// The script beside each kind of figure is Python, whatever its labels hold, and draws the figure
// where matplotlib is installed.
func TestMatplotlib(t *testing.T) {
	if testspeed.Slower > 1 {
		t.Skip("not again under the race detector and without assembly: it is Python that runs")
	}
	with, python := pythons()
	if python == "" {
		t.Skip("there is no python3 here")
	}
	runs := mock.Store(t, keyRuns())
	for i, label := range hostile {
		for k := range runs { // two methods become words of any kind
			if runs[k].Labels["method"] == "EASGD" && k%len(hostile) == i {
				runs[k].Labels["other"] = label
			}
		}
	}
	dir := t.TempDir()
	var scripts []string
	for _, kind := range Kinds() {
		table := map[string]any{"kind": kind.Name}
		for k, v := range keyBases[kind.Name] {
			table[k] = v
		}
		for k, v := range Example(kind.Name) {
			table[k] = v
		}
		if kind.Name == "convergence" {
			table["facet"], table["group"] = "other", []any{"method", "strategy.window"}
		}
		if _, _, err := (Scheme{Matplotlib: true}).Draw(t.Context(), decode(t, table), runs, dir, kind.Name); err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, filepath.Join(dir, kind.Name+".py"))
		b, err := os.ReadFile(scripts[len(scripts)-1])
		if n := strings.Count(string(b), "\n"); err != nil || n > 60 {
			t.Errorf("%s: %v, %d lines", kind.Name, err, n)
		}
	}
	if out, err := exec.Command(python, append([]string{"-m", "py_compile"}, scripts...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if with == "" {
		t.Skip("the scripts are Python; no python3 here has matplotlib to run them")
	}
	if testing.Short() {
		t.Skip("the scripts are Python; -short does not run them")
	}
	var drawn []string // most marks are in these
	for _, name := range []string{"convergence", "heatmap", "speed-up"} {
		drawn = append(drawn, filepath.Join(dir, name+".py"))
	}
	// all in one process: to load matplotlib takes longer than to draw
	all := "import runpy, sys, warnings\nwarnings.simplefilter('error', SyntaxWarning)\nimport matplotlib.pyplot as plt\nfor f in sys.argv[1:]:\n    runpy.run_path(f)\n    plt.close('all')\n"
	if out, err := exec.Command(with, append([]string{"-c", all}, drawn...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, s := range drawn {
		if b, err := os.ReadFile(strings.TrimSuffix(s, ".py") + "-matplotlib.pdf"); err != nil || !strings.HasPrefix(string(b), "%PDF") {
			t.Errorf("%s: %v", s, err)
		}
	}
}
