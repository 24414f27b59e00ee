package experiments

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"staleness/experiments/internal/origin"
	"staleness/internal/testspeed"
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

// Editing the source of a method computes again the runs that are made of it and says so; those of
// others stay, and are to the byte what the edited program would compute. Editing what all are made
// of computes all again, editing a figure none.
func TestEditedSources(t *testing.T) {
	if testing.Short() || testspeed.Slower > 1 {
		t.Skip("builds the program three times, and without the race detector")
	}
	text := small + "[sweep]\n\"strategy.kind\" = [\"asgd\", \"dynsgd\", \"downpour\"]\n"
	status, _, stderr, out := command(t, text)
	if status != Done {
		t.Fatal(stderr)
	}
	file := filepath.Join(filepath.Dir(out), "exp.toml")
	for _, c := range []struct {
		file string
		want []string
	}{
		{"plots/convergence.go", []string{"3 runs, 3 found finished"}},
		{"optimizers/dynsgd.go", []string{"exp (strategy.kind=dynsgd): was computed by other sources (build " + origin.Build(), "2 runs kept: sources were edited, but none that went into", "3 runs, 1 computed, 2 found finished"}},
		{"optimizers/hub/hub.go", []string{"likewise 2 runs more", "3 runs, 3 computed"}},
	} {
		run := edited(t, c.file)
		dry, err := exec.Command(run, file, "-out", out, "-dry-run").CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, dry)
		}
		said, err := exec.Command(run, file, "-out", out).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		for _, want := range c.want {
			if !strings.Contains(string(said), want) {
				t.Errorf("%s edited: no %q in\n%s", c.file, want, said)
			}
		}
		if n := strings.Count(string(dry), "of other sources"); !strings.Contains(string(said), "found finished") != (n == 3) || strings.Contains(string(said), "1 computed") != (n == 1) {
			t.Errorf("%s edited: the dry run foresaw %d runs\n%s", c.file, n, dry)
		}
		again := t.TempDir()
		if fresh, err := exec.Command(run, file, "-out", again).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, fresh)
		}
		kept, anew := filesOf(t, out), filesOf(t, again)
		for name, text := range anew {
			if kept[name] != text {
				t.Errorf("%s edited: %s is\n%s\nand computed anew\n%s", c.file, name, kept[name], text)
			}
		}
		if len(kept) != len(anew) {
			t.Errorf("%s edited: %d files, anew %d", c.file, len(kept), len(anew))
		}
	}
}
