package extending

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"staleness/experiments"
	"staleness/nets/netstest"
	"staleness/optimizers/optimizertest"
	"staleness/plots/plotstest"
	"staleness/sim/delay/delaytest"
)

func TestOptimizer(t *testing.T) { optimizertest.Test(t, "sign-sgd") }
func TestLaw(t *testing.T)       { delaytest.Law(t, "triangular", nil) }
func TestNet(t *testing.T)       { netstest.Kind(t, map[string]any{"kind": "rosenbrock", "dim": int64(5)}) }
func TestDataSet(t *testing.T) {
	netstest.Kind(t, map[string]any{"kind": "softmax", "data": "rings", "validation": .2})
}

func TestFigure(t *testing.T) { plotstest.Kind(t, "waste") }

// Everything at once, as a user would run it.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"valley": `
name = "valley"
problem  = {kind = "rosenbrock", dim = 4}
strategy = {kind = "sign-sgd", rate = 1e-4}
cluster  = {workers = 3, compute = {law = "triangular", mean = "10ms", r = 0.5}}
stop     = {updates = 200}
eval     = {updates = 50}
figure   = [{kind = "waste", name = "waste"}]
`,
		"rings": `
name = "rings"
problem  = {kind = "mlp", data = "rings", hidden = [8], test = 0.2}
strategy = {kind = "asgd", rate = 0.1}
cluster  = {workers = 3, compute = "10ms"}
stop     = {updates = 50}
eval     = {updates = 50}
`,
	} {
		file := filepath.Join(dir, name+".toml")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		if status := experiments.Main([]string{"-out", dir, file}, &out, &errs); status != 0 {
			t.Fatalf("%s: exit status %d\n%s%s", name, status, &out, &errs)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "valley", "waste.png")); err != nil || !bytes.HasPrefix(b, []byte("\x89PNG")) {
		t.Errorf("the figure was not drawn: %v", err)
	}
}

// A method may live in a module of its own: a main of ten lines registers it and calls the runner.
func TestOwnModule(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mod := read(t, filepath.Join(root, "go.mod"))
	mod = regexp.MustCompile(`(?m)^module .*$`).ReplaceAllString(mod, "module example.org/mine")
	mod = regexp.MustCompile(`(?m)^tool .*$`).ReplaceAllString(mod, "")
	mod += fmt.Sprintf("\nrequire staleness v0.0.0\n\nreplace staleness => %s\n", root)
	method := strings.Replace(read(t, "optimizer.go"), "package extending", "package main", 1)
	for name, text := range map[string]string{
		"go.mod":    mod,
		"go.sum":    read(t, filepath.Join(root, "go.sum")),
		"method.go": method,
		"main.go":   block(t, "main.go"),
		"mine.toml": block(t, "mine.toml"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("go", "run", ".", "mine.toml")
	c.Dir = dir
	c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go run: %v\n%s", err, out)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "results", "mine", "*", "summary.json")); len(found) != 1 {
		t.Errorf("want one finished run, found %v", found)
	}
}

// The page shows the files as they are, and the method is as short as promised.
func TestPageIsCurrent(t *testing.T) {
	for _, f := range []string{"optimizer.go", "law.go", "net.go", "dataset.go", "figure.go"} {
		if b := block(t, f); b != read(t, f) {
			t.Errorf("the block %s of extending.md is not the file", f)
		}
	}
	if n := strings.Count(read(t, "optimizer.go"), "\n"); n > 40 {
		t.Errorf("the example method has %d lines, more than 40", n)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// block is a code block of the page, which is preceded by a line with its name in bold.
func block(t *testing.T, name string) string {
	t.Helper()
	page := read(t, "../extending.md")
	m := regexp.MustCompile("(?s)\n\\*\\*`(?:[a-z/]*/)?" + regexp.QuoteMeta(name) + "`\\*\\*\n\n```[a-z]*\n(.*?)```\n").FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("extending.md has no block %s", name)
	}
	return m[1]
}
