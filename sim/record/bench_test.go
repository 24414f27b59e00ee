package record

import (
	"fmt"
	"path/filepath"
	"testing"
)

// The whole overhead of a trivial run, fsync and all.
func BenchmarkRun(b *testing.B) {
	dir := b.TempDir()
	n := 0
	for b.Loop() {
		w, err := Create(Plan{Dir: filepath.Join(dir, fmt.Sprint(n)), Config: []byte("name = \"x\"\n"), Updates: true})
		if err != nil {
			b.Fatal(err)
		}
		n++
		if err := w.Eval(&Evaluation{Point: "center"}); err != nil {
			b.Fatal(err)
		}
		if err := w.Finish(&Summary{Status: Completed}, []byte("hello\n")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdateRow(b *testing.B) {
	w, err := Create(Plan{Dir: filepath.Join(b.TempDir(), "id"), Updates: true})
	if err != nil {
		b.Fatal(err)
	}
	r := Row{Update: 123456, TimeS: 12.345678901, Worker: 3, VersionRead: 123450, Version: 123456, Staleness: 6,
		Gap: 0.123456789, GradNorm: 1.0 / 3, UpdateNorm: 1e-3 / 7, Loss: 2.302585, Verdict: "applied", ComputeS: 0.01}
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Update(&r); err != nil {
			b.Fatal(err)
		}
	}
	w.Close()
}
