package experiments

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Of several that write a file at once each writes it whole, and what a killed one left beside it is taken over.
func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "sub", "tuning.csv")
	texts := []string{strings.Repeat("a", 100000), strings.Repeat("b", 50000), "c"}
	var writers sync.WaitGroup
	for _, text := range texts {
		writers.Go(func() {
			for range 30 {
				if err := writeWhole(file, text); err != nil {
					t.Error(err)
				}
				if got, err := os.ReadFile(file); err != nil || !slices.Contains(texts, string(got)) {
					t.Errorf("%d bytes that nobody wrote, %v", len(got), err)
				}
			}
		})
	}
	writers.Wait()
	killed, err := draft(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := killed.WriteString(strings.Repeat("half", 1000)); err != nil {
		t.Fatal(err)
	}
	killed.Close() // as the system does
	if err := writeWhole(file, "whole"); err != nil {
		t.Fatal(err)
	}
	if fs := filesOf(t, dir); len(fs) != 1 || fs[filepath.Join("sub", "tuning.csv")] != "whole" {
		t.Errorf("left: %v", fs)
	}
	if err := writeWhole(dir, "a folder is there"); err == nil {
		t.Error("a folder was replaced")
	}
	if fs := filesOf(t, filepath.Dir(dir)); len(fs) != 1 {
		t.Errorf("left: %v", fs)
	}
}
