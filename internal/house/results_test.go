package house

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The folder results is output. A commit holds its page and nothing else of it, so that whoever
// deletes the folder loses records and no source.
func TestResultsHoldsOutputAlone(t *testing.T) {
	root, tracked := tracked(t)
	for _, f := range tracked {
		if strings.HasPrefix(f, "results/") && f != "results/README.md" {
			t.Errorf("%s is committed; what runs write is not, and source belongs elsewhere", f)
		}
	}
	filepath.WalkDir(filepath.Join(root, "results"), func(file string, d os.DirEntry, err error) error {
		if err == nil && path.Ext(file) == ".go" {
			t.Errorf("%s: Go lies in the folder of output", file)
		}
		return nil // a folder that is not there is in order
	})
	for _, c := range []struct {
		file    string
		ignored bool
	}{
		{"results/README.md", false}, {"results/easgd/0123456789abcdef/summary.json", true}, {"results/easgd.go", true},
		{"results/table.csv", true}, {"sim/record/results/x.go", false},
	} {
		err := exec.Command("git", "-C", root, "check-ignore", "-q", "--no-index", c.file).Run()
		if ignored := err == nil; ignored != c.ignored {
			t.Errorf("%s: git ignores it: %v, want %v (see .gitignore)", c.file, ignored, c.ignored)
		}
	}
	ignore, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/results/*", "!/results/README.md"} {
		if !slices.Contains(strings.Fields(string(ignore)), want) {
			t.Errorf(".gitignore has no line %s", want)
		}
	}
}
