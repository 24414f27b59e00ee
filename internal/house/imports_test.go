// Package house keeps the rules of the house: what may import what, and what a commit may contain.
package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A rule lets the packages below a path import the module's packages below some others. The longest
// path that fits counts.
type rule struct {
	path string
	may  []string
}

// The layers, ground floor first. Imports run down only.
var rules = []rule{
	{"internal/stream", nil},
	{"internal/params", nil},
	{"internal/state", nil},
	{"internal/crew", nil},
	{"internal/files", nil},
	{"internal/house", nil},
	{"internal/nesting", nil},
	{"internal/cputime", nil},
	{"internal/prefetch", nil},
	{"internal/markdown", nil},
	{"nets/vec", nil},
	{"nets", []string{"nets", "internal"}},
	{"optimizers", []string{"nets/vec", "internal"}},
	{"optimizers/hub", []string{"internal/prefetch", "optimizers", "nets/vec"}},
	{"optimizers/optimizertest", []string{"optimizers", "nets/vec", "internal"}},
	{"sim/delay", []string{"nets/vec", "internal"}},
	{"sim", []string{"sim", "nets", "optimizers", "internal"}},
	{"sim/record", []string{"internal"}},
	{"plots", []string{"sim/record", "sim/delay", "internal"}},
	{"experiments", []string{"experiments", "sim", "nets", "optimizers", "plots", "internal"}},
	{"experiments/internal/fault", []string{"internal"}},
	{"experiments/internal/clock", nil},
	{"experiments/internal/fit", []string{"sim/delay", "nets/vec", "internal"}},
	{"experiments/internal/measured", []string{"experiments/internal/fit", "sim/record", "sim/delay", "nets/vec", "internal"}},
	{"experiments/internal/machine", nil},
	{"experiments/internal/prose", nil},
	{"internal/testspeed", nil},
	{"experiments/internal/document", []string{"experiments/internal/fault", "experiments/internal/prose", "internal"}},
	{"experiments/internal/files", []string{"experiments/internal/fault", "experiments/internal/prose", "sim/record", "internal"}},
	{"experiments/internal/origin", []string{"experiments/internal/prose", "internal/testspeed", "nets", "optimizers", "sim", "internal"}},
	{"experiments/internal/slurm", []string{"experiments/internal/fault", "experiments/internal/prose", "internal"}},
	{"experiments/internal/config", []string{"experiments/internal/document", "experiments/internal/fault", "experiments/internal/prose",
		"experiments/internal/fit", "experiments/internal/measured",
		"nets", "optimizers", "sim", "internal"}},
	{"experiments/internal/sweep", []string{"experiments/internal/document", "experiments/internal/fault", "experiments/internal/prose", "nets/vec", "internal"}},
	{"experiments/internal/guard", []string{"experiments/internal/origin", "experiments/internal/prose", "nets", "internal"}},
	{"experiments/internal/cost", []string{"experiments/internal/config", "experiments/internal/clock", "nets", "sim", "internal"}},
	{"docs", []string{"experiments", "sim", "nets", "optimizers", "plots", "internal"}},
}

// owners lists who alone may import a module of somebody else's, in whatever way.
var owners = map[string][]string{
	"github.com/BurntSushi/toml": {"experiments", "sim/record"},
	// whose figure stands for those of others
	"gonum.org/v1/plot": {"plots", "docs/extending"},
	// where no bit of a run depends on it
	"gonum.org/v1/gonum": {"plots", "experiments"},
	"golang.org/x/exp":   {"nets/data"},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

const module = "staleness/"

func below(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

func anyBelow(path string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return below(path, d) })
}

// roomOf is the rule for a package; nil: there is none.
func roomOf(path string) (r *rule) {
	for i := range rules {
		if below(path, rules[i].path) && (r == nil || len(rules[i].path) > len(r.path)) {
			r = &rules[i]
		}
	}
	return r
}

// check returns what is wrong with one package's imports.
func check(p pkg) (wrong []string) {
	path := strings.TrimPrefix(p.ImportPath, module)
	r := roomOf(path)
	if r == nil {
		return []string{path + " is in no room of the map (see docs/design.md)"}
	}
	for _, imp := range p.Imports {
		if imp == "C" {
			wrong = append(wrong, path+" uses cgo")
		}
		if own, ok := strings.CutPrefix(imp, module); ok {
			if roomOf(own) != r && !anyBelow(own, r.may) {
				wrong = append(wrong, path+" may not import "+own)
			}
			if strings.HasSuffix(own, "test") && !strings.HasSuffix(path, "test") {
				wrong = append(wrong, path+" may not import "+own+", which is for tests")
			}
		}
		for mod, who := range owners {
			if below(imp, mod) && !anyBelow(path, who) {
				wrong = append(wrong, path+" may not import "+imp+": only "+strings.Join(who, " and ")+" may")
			}
		}
	}
	return wrong
}

func TestImportsRunOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "staleness/...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	n := 0
	for d := json.NewDecoder(bytes.NewReader(out)); ; n++ {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, w := range check(p) {
			t.Error(w)
		}
	}
	if n < 8 {
		t.Errorf("only %d packages were looked at", n)
	}
}

// The checker itself must see a wrong arrow.
func TestCheckSeesWrongImports(t *testing.T) {
	for _, p := range []pkg{
		{"staleness/optimizers", []string{"staleness/sim"}},
		{"staleness/optimizers", []string{"staleness/nets"}},
		{"staleness/optimizers", []string{"staleness/optimizers/hub"}},
		{"staleness/optimizers/hub", []string{"staleness/internal/params"}},
		{"staleness/optimizers/hub", []string{"staleness/sim"}},
		{"staleness/sim", []string{"staleness/optimizers/optimizertest"}},
		{"staleness/nets", []string{"staleness/optimizers"}},
		{"staleness/nets/vec", []string{"staleness/nets"}},
		{"staleness/sim", []string{"staleness/experiments"}},
		{"staleness/sim/delay", []string{"staleness/sim"}},
		{"staleness/sim/record", []string{"staleness/sim"}},
		{"staleness/plots", []string{"staleness/sim"}},
		{"staleness/sim", []string{"github.com/BurntSushi/toml"}},
		{"staleness/experiments", []string{"gonum.org/v1/plot/vg"}},
		{"staleness/sim", []string{"gonum.org/v1/gonum/stat"}},
		{"staleness/nets", []string{"gonum.org/v1/gonum/mat"}},
		{"staleness/nets", []string{"golang.org/x/exp/mmap"}},
		{"staleness/experiments/internal/document", []string{"staleness/experiments/internal/config"}},
		{"staleness/experiments/internal/config", []string{"staleness/experiments/internal/sweep"}},
		{"staleness/experiments/internal/sweep", []string{"staleness/experiments/internal/config"}},
		{"staleness/experiments/internal/slurm", []string{"staleness/experiments"}},
		{"staleness/experiments/internal/origin", []string{"staleness/experiments/internal/document"}},
		{"staleness/nets/vec", []string{"C"}},
		{"staleness/util", nil},
	} {
		if len(check(p)) == 0 {
			t.Errorf("%s importing %v passes", p.ImportPath, p.Imports)
		}
	}
}
