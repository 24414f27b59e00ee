package plots

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Neither the date nor anything else but the records is in a file.
func TestFilesHoldNoDate(t *testing.T) {
	dir := t.TempDir()
	fig := Curves{Common: Defaults(), XLabel: "x", YLabel: "τ ≥ ∞ – 10^{−3}", XScale: "linear", YScale: "linear", Curve: []Curve{{X: []float64{0, 1}, Y: []float64{0, 1}}}}
	_, files, err := Draw(t.Context(), fig, nil, dir, "c")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range regexp.MustCompile(`D:(\d{4})|20[2-9]\d-\d\d-\d\d`).FindAllSubmatch(b, -1) {
			if string(d[1]) != "1970" {
				t.Errorf("%s says %s", filepath.Base(f), d[0])
			}
		}
		if filepath.Ext(f) == ".pdf" && (!bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.Contains(b, []byte("startxref")) || bytes.Count(b, []byte("D:1970")) != 2) {
			t.Errorf("%s is no PDF of 1970", f)
		}
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWriteFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "below", "a")
	for _, s := range []string{"one", "two", "two"} {
		if err := writeFile(file, []byte(s)); err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(file); string(b) != s {
			t.Errorf("%q", b)
		}
	}
	if err := writeFile(filepath.Join(file, "b"), nil); err == nil {
		t.Error("a file became a folder")
	}
}
