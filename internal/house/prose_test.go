package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// longLines are the lines of a page's prose over 100 columns: not of its tables, programs, pictures
// and comments, which have no choice.
func longLines(page string) (numbers []int) {
	program := false
	for i, line := range strings.Split(page, "\n") {
		if strings.HasPrefix(line, "```") {
			program = !program
		}
		special := program
		for _, p := range []string{"|", "    ", "![", "<!--"} {
			special = special || strings.HasPrefix(line, p)
		}
		if !special && utf8.RuneCountInString(line) > 100 {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

// Prose that is wrapped stays so: changes are then seen line by line.
func TestProseIsWrapped(t *testing.T) {
	root, files := tracked(t)
	seen := 0
	for _, f := range files {
		if filepath.Ext(f) != ".md" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			continue // deleted in the work tree
		}
		seen++
		for _, n := range longLines(string(b)) {
			t.Errorf("%s:%d is over 100 columns", f, n)
		}
	}
	if seen < 25 {
		t.Errorf("only %d pages were looked at", seen)
	}
	long := strings.Repeat("x", 101)
	if got := longLines(long + "\n| " + long + "\n```\n" + long + "\n```\n" + long[1:] + "\n- " + long); len(got) != 2 || got[0] != 1 || got[1] != 7 {
		t.Errorf("long lines are %v", got)
	}
}

// A package's comment that says what is where names files that are there.
func TestPackageCommentsNameFiles(t *testing.T) {
	root, files := tracked(t)
	name := regexp.MustCompile(`\b[a-z0-9_]+\.go\b`)
	seen := 0
	for _, f := range files {
		if filepath.Base(f) != "doc.go" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			continue // deleted in the work tree
		}
		for _, n := range name.FindAllString(string(b), -1) {
			seen++
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(f), n)); err != nil {
				t.Errorf("%s names %s, which is not beside it", f, n)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d names were looked at", seen)
	}
}

// longComments are the comments of a program over 100 columns, a tab being 4, that have a line to
// themselves: not those behind code, nor what an example writes.
func longComments(program string) (numbers []int) {
	written := false
	for i, line := range strings.Split(program, "\n") {
		text := strings.TrimLeft(line, "\t")
		written = strings.HasPrefix(text, "// Output:") || written && strings.HasPrefix(text, "//")
		if !written && strings.HasPrefix(text, "// ") && utf8.RuneCountInString(text)+4*(len(line)-len(text)) > 100 {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

// So do comments, save those of generated files.
func TestCommentsAreWrapped(t *testing.T) {
	root, files := tracked(t)
	seen := 0
	for _, f := range files {
		if filepath.Ext(f) != ".go" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			continue // deleted in the work tree
		}
		if strings.HasPrefix(string(b), "// Code generated ") {
			continue
		}
		seen++
		for _, n := range longComments(string(b)) {
			t.Errorf("%s:%d is over 100 columns", f, n)
		}
	}
	if seen < 100 {
		t.Errorf("only %d files were looked at", seen)
	}
	long := "// " + strings.Repeat("x", 94)
	if got := longComments("\t" + long + "\nx\n" + long + "\n// Output:\n\t" + long + "\n"); len(got) != 1 || got[0] != 1 {
		t.Errorf("long comments are %v", got)
	}
}
