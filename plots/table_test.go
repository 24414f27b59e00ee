package plots

import (
	"encoding/csv"
	"path/filepath"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	runs := store(t, windows())
	target := 0.8
	spec := DefaultTable()
	spec.Order, spec.Target = []string{"SGD", "Downpour", "AEASGD", "EAMSGD"}, &target
	dir := t.TempDir()
	sh, files, err := WriteTable(t.Context(), spec, runs, dir, "table")
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	compare(t, filepath.Join("testdata", "table.txt"), []byte(sh.Text()))
	compare(t, filepath.Join("testdata", "table.tex"), []byte(sh.LaTeX()))
	compare(t, filepath.Join("testdata", "table.csv"), []byte(sh.CSV()))
	rows, err := csv.NewReader(strings.NewReader(sh.CSV())).ReadAll()
	if err != nil || len(rows) != 17 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
}
