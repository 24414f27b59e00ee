package extending

import (
	"bytes"
	"errors"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"staleness/experiments"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/netstest"
	"staleness/optimizers"
	"staleness/optimizers/optimizertest"
	"staleness/plots/plotstest"
	"staleness/sim/delay"
	"staleness/sim/delay/delaytest"
)

func TestOptimizer(t *testing.T)   { optimizertest.Test(t, "sign-sgd") }
func TestWorker(t *testing.T)      { optimizertest.Test(t, "ef-sign") }
func TestRule(t *testing.T)        { optimizertest.Rule(t, "lion", nil) }
func TestSchedule(t *testing.T)    { optimizertest.Schedule(t, "polynomial", nil) }
func TestWeight(t *testing.T)      { optimizertest.Weight(t, "powers", nil) }
func TestConsistency(t *testing.T) { optimizertest.Consistency(t, "quorum", nil) }
func TestGraph(t *testing.T)       { optimizertest.Graph(t, "star", nil) }
func TestLaw(t *testing.T)         { delaytest.Law(t, "triangular", nil) }
func TestCount(t *testing.T)       { delaytest.Count(t, "ramp") }
func TestNet(t *testing.T) {
	netstest.Kind(t, map[string]any{"kind": "rosenbrock", "dim": int64(5)})
}
func TestLayer(t *testing.T)     { netstest.Layer(t, "gain", nil) }
func TestPartition(t *testing.T) { netstest.Partition(t, "unequal", nil) }
func TestDataSet(t *testing.T)   { netstest.DataSet(t, "rings", nil) }
func TestFigure(t *testing.T)    { plotstest.Kind(t, "waste") }

// everyKind is an example of each kind of part, and the file that shows it.
var everyKind = map[string]struct {
	registry *params.Registry
	name     string
}{
	"optimizer.go":   {optimizers.Strategies(), "sign-sgd"},
	"worker.go":      {optimizers.Strategies(), "ef-sign"},
	"rule.go":        {optimizers.Rules(), "lion"},
	"schedule.go":    {optimizers.Schedules(), "polynomial"},
	"weight.go":      {optimizers.Weights(), "powers"},
	"consistency.go": {optimizers.Consistencies(), "quorum"},
	"graph.go":       {optimizers.Graphs(), "star"},
	"law.go":         {delay.Laws(), "triangular"},
	"count.go":       {delay.CountLaws(), "ramp"},
	"net.go":         {nets.Kinds(), "rosenbrock"},
	"layer.go":       {nets.LayerKinds(), "gain"},
	"dataset.go":     {data.Kinds(), "rings"},
	"partition.go":   {data.Partitions(), "unequal"},
	"figure.go":      {nil, "waste"},
}

// There is an example of everything that can be registered, and each is among the parts that are
// listed.
func TestEveryKindHasAnExample(t *testing.T) {
	shown := map[string]bool{}
	for _, r := range experiments.Registries() {
		shown[r.Name] = false
		for _, p := range r.Parts {
			for _, x := range everyKind {
				shown[r.Name] = shown[r.Name] || p.Name == x.name
			}
		}
	}
	for name, found := range shown {
		if !found {
			t.Errorf("of %s there is no example in docs/extending", name)
		}
	}
	if len(shown) < 13 {
		t.Errorf("only %d lists were looked at", len(shown))
	}
	for file, x := range everyKind {
		if x.registry == nil {
			continue
		}
		if _, ok := x.registry.Lookup(x.name); !ok {
			t.Errorf("%s registers no %s", file, x.name)
		}
	}
}

// files are experiments that use every example.
var files = map[string]string{
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
problem  = {kind = "conv", data = "rings", layers = [{kind = "dense", width = 8}, {kind = "gain"}], partition = {kind = "unequal", power = 2}, test = 0.2}
strategy = {kind = "ef-sign", rate = 0.1, schedule = {kind = "polynomial", length = 20}}
cluster  = {workers = 3, compute = "10ms"}
stop     = {updates = 50}
eval     = {updates = 50}
`,
	"local": `
name = "local"
problem     = {kind = "mlp", data = "rings", hidden = [8], test = 0.2}
strategy    = {kind = "agn", window = 2, local = {kind = "lion", rate = 0.01}, weight = "powers"}
consistency = {kind = "quorum", share = 0.6}
cluster     = {workers = 3, compute = "10ms"}
stop        = {updates = 50}
eval        = {updates = 50}
`,
	"injected": `
name = "injected"
problem   = {kind = "softmax", data = "rings"}
strategy  = {kind = "asgd", rate = 0.1}
staleness = {law = "ramp", hi = 4}
cluster   = {workers = 4}
stop      = {updates = 50}
eval      = {updates = 50}
`}

// Everything at once, as a user would run it.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range files {
		file := write(t, dir, name+".toml", text)
		var out, errs bytes.Buffer
		if status := experiments.Main([]string{"-out", dir, file}, &out, &errs); status != 0 {
			t.Fatalf("%s: exit status %d\n%s%s", name, status, &out, &errs)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "valley", "waste.png")); err != nil || !bytes.HasPrefix(b, []byte("\x89PNG")) {
		t.Errorf("the figure was not drawn: %v", err)
	}
}

// What a struct of others refuses is told with the line, and can be looked into.
func TestKeyError(t *testing.T) {
	_, err := experiments.Load([]experiments.File{{Name: "x.toml", Text: strings.Replace(files["injected"], "hi = 4", "lo = 5, hi = 4", 1)}}, experiments.Options{})
	var place *experiments.ConfigError
	var key *experiments.KeyError
	if !errors.As(err, &place) || place.Place.Line != 5 || !errors.As(err, &key) || key.Path != "staleness.lo" || key.Problem != "is above hi" {
		t.Errorf("%v: %+v, %+v", err, place, key)
	}
	if _, err := delay.CountLaws().Decode("at", map[string]any{"law": "ramp"}); !errors.As(err, &key) || key.Path != "at.hi" {
		t.Errorf("%v: %+v", err, key)
	}
}

// All of it may live in a module of one's own, made by the commands of the page: a main of ten
// lines registers the parts and calls the runner, and a test calls the suite.
func TestOwnModule(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for f := range everyKind {
		write(t, dir, f, strings.Replace(read(t, f), "package extending", "package main", 1))
	}
	for _, f := range []string{"main.go", "mine.toml", "mine_test.go"} {
		write(t, dir, f, block(t, f))
	}
	for name, text := range files {
		write(t, dir, name+".toml", text)
	}
	run := func(command ...string) ([]byte, error) {
		c := exec.Command(command[0], command[1:]...)
		c.Dir = dir
		c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		return c.CombinedOutput()
	}
	commands := regexp.MustCompile(`(?m)^    (go mod .*)$`).FindAllStringSubmatch(read(t, "../extending.md"), -1)
	if len(commands) != 3 {
		t.Fatalf("the page has %d commands", len(commands))
	}
	for _, c := range commands {
		words := strings.Fields(strings.Replace(c[1], "../staleness", root, 1))
		if out, err := run(words...); err != nil {
			if words[2] == "tidy" && bytes.Contains(out, []byte("lookup")) {
				t.Skipf("the modules of this one cannot be fetched: %s", out)
			}
			t.Fatalf("%s: %v\n%s", c[1], err, out)
		}
	}
	if out, err := run("go", "build", "-o", "mine", "."); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if out, err := run("./mine", name+".toml"); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	if out, err := run("go", "run", ".", "mine.toml"); err != nil {
		t.Fatalf("go run: %v\n%s", err, out)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "results", "*", "*", "summary.json")); len(found) != len(files)+1 {
		t.Errorf("finished runs: %v", found)
	}
	if out, err := run("go", "test", "."); err != nil {
		t.Errorf("go test: %v\n%s", err, out)
	}
}

func write(t *testing.T, dir, name, text string) (file string) {
	t.Helper()
	file = filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

//go:generate go test . -run PageIsCurrent -update-pages

var updatePages = flag.Bool("update-pages", false, "write the programs of extending.md anew")

// The page shows the files as they are, and the method is as short as promised.
func TestPageIsCurrent(t *testing.T) {
	for _, f := range slices.Sorted(maps.Keys(everyKind)) {
		was, is := block(t, f), read(t, f)
		if was == is {
			continue
		}
		if !*updatePages {
			t.Errorf("the block %s of extending.md is not the file: make generate", f)
			continue
		}
		page := read(t, "../extending.md")
		head := page[:blockAt(t, f, page)[2]]
		if err := os.WriteFile("../extending.md", []byte(head+is+page[len(head)+len(was):]), 0o644); err != nil {
			t.Fatal(err)
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
	at := blockAt(t, name, page)
	return page[at[2]:at[3]]
}

func blockAt(t *testing.T, name, page string) []int {
	t.Helper()
	at := regexp.MustCompile("(?s)\n\\*\\*`(?:[a-z/]*/)?" + regexp.QuoteMeta(name) + "`\\*\\*\n\n```[a-z]*\n(.*?)```\n").FindStringSubmatchIndex(page)
	if at == nil {
		t.Fatalf("extending.md has no block %s", name)
	}
	return at
}
