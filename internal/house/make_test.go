package house

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// makefileTarget is a rule of the Makefile, with what `make help` says of it.
var makefileTarget = regexp.MustCompile(`(?m)^([A-Za-z][\w-]*):([^=\n][^\n]*)?$`)

// unrun returns what is wrong with the targets of a Makefile, of which a script of CI has to run
// all.
func unrun(makefile, script string) (targets, wrong []string) {
	var commands []string // of make, each its words
	for line := range strings.Lines(script) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		for part := range strings.SplitSeq(strings.NewReplacer("&&", ";", "||", ";", "|", ";").Replace(line), ";") {
			if words := strings.Fields(part); len(words) > 1 && words[0] == "make" {
				commands = append(commands, words[1:]...)
			}
		}
	}
	for _, m := range makefileTarget.FindAllStringSubmatch(makefile, -1) {
		name := m[1]
		targets = append(targets, name)
		if !slices.Contains(commands, name) {
			wrong = append(wrong, "make "+name+" is run by nobody: let .ci/run run it, in little if it takes long")
		}
		if !strings.Contains(m[2], "## ") {
			wrong = append(wrong, "make help says nothing of "+name+`: write "`+name+`: ## what it does"`)
		}
		if !regexp.MustCompile(`(?m)^\.PHONY:.*[ \t]` + regexp.QuoteMeta(name) + `([ \t]|$)`).MatchString(makefile) {
			wrong = append(wrong, name+" is missing in .PHONY: a file of that name would hide it")
		}
	}
	return targets, wrong
}

// A target that nobody runs breaks, and nobody notices.
func TestEveryTargetIsRun(t *testing.T) {
	root, _ := tracked(t)
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	targets, wrong := unrun(read("Makefile"), read(".ci/run"))
	for _, w := range wrong {
		t.Error(w)
	}
	if len(targets) < 10 || !slices.Contains(targets, "bench-peers") {
		t.Errorf("only these targets were looked at: %v", targets)
	}
}

// The check itself must see what is missing.
func TestSeesTargetsThatNobodyRuns(t *testing.T) {
	const good = ".PHONY: a b-c\na: ## one\n\techo\nb-c: a ## two\n\techo\nX := 1\nY ?= 2\n"
	for _, c := range []struct {
		makefile, script string
		wrong            int
	}{
		{good, "make a\nmake b-c X=3 # in little\n", 0},
		{good, "make a && make b-c\n", 0},
		{good, "make a\n", 1},
		{good, "make a\n# make b-c\necho make b-c\n", 1},
		{good, "make a\ntrue # make b-c\n", 1},
		{strings.Replace(good, " b-c\n", "\n", 1), "make a\nmake b-c\n", 1},
		{strings.Replace(good, " ## two", "", 1), "make a\nmake b-c\n", 1},
	} {
		if _, wrong := unrun(c.makefile, c.script); len(wrong) != c.wrong {
			t.Errorf("%q, %q: %q", c.makefile, c.script, wrong)
		}
	}
}

// Targets that pages name are there.
func TestPagesNameTargets(t *testing.T) {
	root, files := tracked(t)
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets, _ := unrun(string(makefile), "")
	command := regexp.MustCompile("(?m)(?:^    |`)make ([a-z][a-z-]*)")
	seen := 0
	for _, f := range files {
		if filepath.Ext(f) != ".md" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			continue // deleted in the work tree
		}
		for _, m := range command.FindAllStringSubmatch(string(b), -1) {
			if seen++; !slices.Contains(targets, m[1]) {
				t.Errorf("%s says make %s, and the Makefile has no such target", f, m[1])
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d commands were looked at", seen)
	}
}
