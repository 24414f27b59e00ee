package house

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The top level is the map of docs/design.md and nothing else.
var topLevel = []string{
	".ci", ".editorconfig", ".gitignore", "LICENSE", "Makefile", "README.md", "docs", "experiments", "go.mod", "go.sum", "internal", "nets",
	"optimizers", "plots", "results", "sim",
}

func tracked(t *testing.T) (root string, files []string) {
	t.Helper()
	top, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		t.Skip("not in a git checkout: the files a commit holds cannot be listed")
	}
	root = strings.TrimSpace(string(top))
	out, err := exec.Command("git", "-C", root, "ls-files").Output()
	if err != nil {
		t.Fatal(err)
	}
	return root, strings.Fields(string(out))
}

func TestTopLevelIsTheMap(t *testing.T) {
	_, files := tracked(t)
	for _, f := range files {
		top, _, _ := strings.Cut(f, "/")
		if !slices.Contains(topLevel, top) {
			t.Errorf("%s: %s is not in the map of the top level", f, top)
		}
	}
}

// What is committed must not know the machine it was written on.
func TestNoMachinePaths(t *testing.T) {
	root, files := tracked(t)
	for _, f := range files {
		switch filepath.Ext(f) {
		case ".go", ".md", ".toml", ".s", ".mod", ".sum", "":
		default:
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			continue // deleted in the work tree
		}
		for _, bad := range []string{"/" + "work/", "/" + "root/", "/" + "tmp/team"} {
			if i := strings.Index(string(b), bad); i >= 0 {
				t.Errorf("%s:%d names a path of one machine: %s", f, 1+strings.Count(string(b[:i]), "\n"), bad)
			}
		}
	}
}
