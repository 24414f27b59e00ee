package experiments

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A program that was built names, in what it says of itself and of its neighbours, what can be typed where it lies.
func TestSiblings(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "list"), nil, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ program, name, want string }{
		{filepath.Join(dir, "run"), "list", filepath.Join(dir, "list")},
		{filepath.Join(dir, "run"), "report", "go run staleness/experiments/report"},
		{"run", "list", "go run staleness/experiments/list"},
		{"/tmp/go-build1/b001/exe/run", "list", "go run ./experiments/list"},
	} {
		if got := siblingOf(c.program, c.name); got != c.want {
			t.Errorf("%s beside %s: %s, want %s", c.name, c.program, got, c.want)
		}
	}
}

// No program that was built tells how go run would run it.
func TestUsageOfBuiltPrograms(t *testing.T) {
	bin := t.TempDir() + string(filepath.Separator)
	programs := map[string]func(args []string, stdout, stderr io.Writer) int{"run": Main, "list": ListMain, "report": ReportMain, "predict": PredictMain, "mine": Program{Name: "mine"}.Main}
	for name := range programs {
		if err := os.WriteFile(bin+name, nil, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	defer func(was string) { os.Args[0] = was }(os.Args[0])
	for _, args := range [][]string{{"run"}, {"run", "-h"}, {"list", "-h"}, {"report"}, {"report", "-h"}, {"report", bin}, {"predict"}, {"predict", "-h"}, {"mine", "-h"}, {"mine", "x.toml"}} {
		os.Args[0] = bin + args[0]
		var said strings.Builder
		programs[args[0]](args[1:], &said, &said)
		if strings.Contains(said.String(), "go run") || !strings.Contains(said.String(), bin) {
			t.Errorf("%v: %s", args, &said)
		}
	}
}
