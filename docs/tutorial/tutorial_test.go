package tutorial

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"staleness/internal/testspeed"
)

// A step of the page is a file to be written, or a command to be typed.
type step struct{ file, text, command string }

// steps are what the page tells, in its order: blocks below a name in bold, and indented lines.
func steps(page string) (all []step) {
	for _, m := range regexp.MustCompile("(?ms)^\\*\\*`([^`]*)`\\*\\*\n\n```[a-z]*\n(.*?)^```$|^    ([a-z][^\n]*)$").FindAllStringSubmatch(page, -1) {
		all = append(all, step{m[1], m[2], m[3]})
	}
	return all
}

// Whoever does what the page says gets a paper: every file is written and every command typed, in
// an empty folder.
func TestTutorial(t *testing.T) {
	if testing.Short() || testspeed.Slower > 1 {
		t.Skip("it builds and runs programs of its own: not with -short, nor again under the race detector")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../tutorial.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	said := map[string]string{}
	for _, s := range steps(string(page)) {
		if s.command == "" {
			if err := os.WriteFile(filepath.Join(dir, s.file), []byte(s.text), 0o666); err != nil {
				t.Fatal(err)
			}
			said[s.file] = "written"
			continue
		}
		words := strings.Fields(strings.Replace(s.command, "../staleness", root, 1))
		if _, err := exec.LookPath(words[0]); err != nil {
			t.Skipf("%s is not installed: the steps before it were done", words[0])
		}
		c := exec.Command(words[0], words[1:]...)
		c.Dir, c.Stdin = dir, nil
		c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		out, err := c.CombinedOutput()
		if err != nil {
			if strings.HasSuffix(s.command, "tidy") && bytes.Contains(out, []byte("lookup")) {
				t.Skipf("the modules of this one cannot be fetched: %s", out)
			}
			t.Fatalf("%s: %v\n%s", s.command, err, out)
		}
		said[s.command] = string(out)
	}
	for command, want := range map[string]string{
		"root.go": "", "study.toml": "", "paper.tex": "",
		"go test .": "ok",
		"go run staleness/experiments/trace delays.csv": "pareto",
		"go run . study.toml -dry-run":                  "all together: about",
		"go run . study.toml":                           "table: results/study/losses.tex",
		"pdflatex paper":                                "Output written on paper.pdf",
	} {
		if got, ok := said[command]; !ok || !strings.Contains(got, want) {
			t.Errorf("%s: no %q in %q", command, want, got)
		}
	}
	for _, wrong := range []string{"Overfull", "undefined", "LaTeX Warning: File"} {
		if strings.Contains(said["pdflatex paper"], wrong) {
			t.Errorf("LaTeX says %s:\n%s", wrong, said["pdflatex paper"])
		}
	}
	if paper, err := os.ReadFile(filepath.Join(dir, "paper.pdf")); err != nil || !bytes.HasPrefix(paper, []byte("%PDF")) {
		t.Errorf("paper.pdf: %v", err)
	}
	for _, named := range []string{"loss.pdf", "loss.png", "loss.svg", "loss.txt", "loss.csv", "losses.tex", "losses.csv", "losses.txt", "tuning.csv", "report.html", "figures.tex"} {
		if !strings.Contains(string(page), strings.TrimSuffix(named, filepath.Ext(named))) {
			t.Errorf("the page does not name %s", named)
		}
		if _, err := os.Stat(filepath.Join(dir, "results", "study", named)); err != nil {
			t.Error(err)
		}
	}
}

// Steps are found in their order, and nothing else is one.
func TestSteps(t *testing.T) {
	got := steps("# T\n\n    go one\n\n**`a.txt`**\n\n```toml\nx = 1\n    go inside\n```\n\ntext `go no`\n\n    go two three\n\n```\nno\n```\n")
	want := []step{{"", "", "go one"}, {"a.txt", "x = 1\n    go inside\n", ""}, {"", "", "go two three"}}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("step %d is %q", i, got[i])
		}
	}
}
