package experiments

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// edited builds the command as if something had been appended to a source file.
func edited(t *testing.T, file string) (command string) {
	t.Helper()
	source, err := filepath.Abs(filepath.Join("..", file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, append(text, "\n// edited\n"...), 0o666); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{source: changed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o666); err != nil {
		t.Fatal(err)
	}
	command = filepath.Join(dir, "run")
	if runtime.GOOS == "windows" {
		command += ".exe"
	}
	if out, err := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", command, "./run").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return command
}

// Editing the source of a method computes its runs again and says so; editing a figure does not.
func TestEditedSources(t *testing.T) {
	if testing.Short() || slow > 1 {
		t.Skip("builds the program twice, and without the race detector")
	}
	status, _, stderr, out := command(t, "repeat = 2\n"+small)
	if status != Done {
		t.Fatal(stderr)
	}
	file := filepath.Join(filepath.Dir(out), "exp.toml")
	for _, c := range []struct {
		file string
		want []string
	}{
		{"plots/convergence.go", []string{"2 runs, 2 found finished"}},
		{"optimizers/asgd.go", []string{"was computed by other sources (build " + Build(), "and so were 1 run more", "2 runs, 2 computed"}},
	} {
		said, err := exec.Command(edited(t, c.file), file, "-out", out).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		for _, want := range c.want {
			if !strings.Contains(string(said), want) {
				t.Errorf("%s edited: no %q in\n%s", c.file, want, said)
			}
		}
	}
}
