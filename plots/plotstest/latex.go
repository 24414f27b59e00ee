package plotstest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// LaTeX compiles a text with pdflatex as the body of an article in two columns and returns what is
// wrong with it: errors, and lines that are too wide. files lie beside it, by name. Where there is
// no pdflatex, the test is skipped, unless STALENESS_LATEX is set.
func LaTeX(t testing.TB, body string, files map[string][]byte) (faults []string) {
	t.Helper()
	pdflatex, err := exec.LookPath("pdflatex")
	if err != nil {
		if os.Getenv("STALENESS_LATEX") != "" {
			t.Fatal(err)
		}
		t.Skip("there is no pdflatex: apt-get install texlive-latex-recommended")
	}
	dir := t.TempDir()
	put := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, b := range files {
		put(name, b)
	}
	put("paper.tex", []byte("\\documentclass[twocolumn]{article}\n\\usepackage{booktabs,graphicx,amsmath}\n\\begin{document}\n"+body+"\n\\end{document}\n"))
	cmd := exec.Command(pdflatex, "-interaction=nonstopmode", "-halt-on-error", "paper.tex")
	cmd.Dir = dir
	out, failed := cmd.CombinedOutput()
	log, err := os.ReadFile(filepath.Join(dir, "paper.log"))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	faults = LaTeXFaults(log)
	if failed != nil && faults == nil {
		faults = []string{fmt.Sprintf("%v: %s", failed, out)}
	}
	return faults
}

// LaTeXFaults are the errors and the lines that are too wide in the log of LaTeX.
func LaTeXFaults(log []byte) (faults []string) {
	lines := bufio.NewScanner(bytes.NewReader(log))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "!") || strings.HasPrefix(line, `Overfull \hbox`) || strings.HasPrefix(line, "LaTeX Warning: Reference") {
			faults = append(faults, line)
		}
	}
	return faults
}
