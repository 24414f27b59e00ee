package guard

import (
	"os"
	"path/filepath"
	"testing"
)

// What is to be typed again is what was typed.
func TestCalledBy(t *testing.T) {
	const command = "go run ./experiments/run"
	for _, c := range []struct{ program, main, want string }{
		{"/tmp/go-build1/b001/exe/run", "staleness/experiments/run", command},
		{"/tmp/go-build1/b001/exe/mine", "example.org/mine", "go run example.org/mine"},
		{"./staleness", "staleness/experiments/run", "./staleness"},
		{"/opt/my tools/run", "staleness/experiments/run", "'/opt/my tools/run'"},
	} {
		if got := calledBy(command, c.program, c.main); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.program, c.main, got, c.want)
		}
	}
}

// A program that was built names, in what it says of itself and of its neighbours, what can be
// typed where it lies.
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

// What is to be typed where only the sources are does not depend on where a program was built.
func TestFromSources(t *testing.T) {
	const command = "go run ./experiments/run"
	for main, want := range map[string]string{
		"staleness/experiments/easgd": "go run ./experiments/easgd", "example.org/mine": "go run example.org/mine",
		"": command, "command-line-arguments": command, "staleness/experiments.test": command,
	} {
		if got := fromSources(command, main); got != want {
			t.Errorf("%s: %s, want %s", main, got, want)
		}
	}
}
