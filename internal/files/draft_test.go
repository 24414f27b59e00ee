package files

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Of several that write a file at once each writes it whole, and what a killed one left beside it
// is taken over.
func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "sub", "tuning.csv")
	texts := []string{strings.Repeat("a", 100000), strings.Repeat("b", 50000), "c"}
	var writers sync.WaitGroup
	for _, text := range texts {
		writers.Go(func() {
			for range 30 {
				if err := Write(file, text); err != nil {
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
	if err := Write(file, "whole"); err != nil {
		t.Fatal(err)
	}
	if left := names(t, dir); !slices.Equal(left, []string{"sub", "sub/tuning.csv"}) {
		t.Errorf("left: %v", left)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "whole" {
		t.Errorf("%q, %v", got, err)
	}
	if err := Write(dir, "a folder is there"); err == nil {
		t.Error("a folder was replaced")
	}
	if left := names(t, dir); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}

// names are the files and folders below a folder.
func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if path != dir {
			rel, _ := filepath.Rel(dir, path)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
