package data

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// A file that is rewritten after it was identified is refused by its name, however it is loaded:
// with or without a cache, its size and time kept or not, compressed or not, the training part or
// another.
func TestChangedFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 17))
	images := smallIDX()
	record := append([]byte{3}, make([]byte, 3072)...)
	other := append([]byte{4}, make([]byte, 3072)...)
	sets := []struct {
		o     Options
		files map[string][]byte
	}{
		{Options{Data: CSV{"a", "last", "auto"}}, map[string][]byte{"a": []byte("1,2,0\n3,4,1\n5,6,0\n")}},
		{Options{Data: CSV{"a", "last", "auto"}, Test: TestPart{Share: .1}, Validation: .1}, map[string][]byte{"a": []byte(strings.Repeat("1,2,0\n3,4,1\n", 20))}},
		{Options{Data: CSV{"a", "last", "auto"}, Test: TestPart{Source: LIBSVM{Path: "b"}}}, map[string][]byte{"a": []byte("1,2,0\n3,4,1\n"), "b": []byte("1 1:7\n")}},
		{Options{Data: Gaussian{Design{Samples: 60, Features: 2, Classes: 2, Condition: 1}}, Test: TestPart{Source: CSV{"b", "last", "auto"}}}, map[string][]byte{"b": []byte("1,7,0\n")}},
		{Options{Data: IDX{"."}}, images},
		{Options{Data: CIFAR10{"."}}, map[string][]byte{"data_batch_1.bin": append(append([]byte{}, record...), other...), "data_batch_2.bin": record, "test_batch.bin": other}},
	}
	for _, s := range sets {
		s.o.Scale = "none"
		for range 12 {
			dir := folder(t, s.files)
			content, err := Identify(s.o, Classify, Where{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			w := Where{Dir: dir, Seed: r.Uint64(), Content: content}
			if r.IntN(2) == 0 {
				w.Cache = new(Cache)
			}
			first, err := Load[float64](s.o, Classify, w)
			if err != nil {
				t.Fatalf("%+v: unchanged: %v", s.o, err)
			}
			name := sortedNames(s.files)[r.IntN(len(s.files))]
			change(t, r, filepath.Join(dir, name), s.files[name])
			w.Seed++
			// of another precision, so that nothing is shared
			again, err := Load[float32](s.o, Classify, w)
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Fatalf("%+v, %s: %v, %v", s.o, name, err, again)
			}
			if !strings.Contains(err.Error(), "has changed since it was first read") {
				t.Fatalf("%+v, %s: %v", s.o, name, err)
			}
			// Put back, it is what it was.
			if err := os.WriteFile(filepath.Join(dir, name), s.files[name], 0o666); err != nil {
				t.Fatal(err)
			}
			w.Seed--
			if _, err := Load[float64](s.o, Classify, w); err != nil {
				t.Fatalf("%+v, %s put back: %v", s.o, name, err)
			}
			runtime.KeepAlive(first) // so that a cache has it
		}
	}
}

// A file that comes or goes is a change too.
func TestFilesComeAndGo(t *testing.T) {
	batch := append(append([]byte{3}, make([]byte, 3072)...), append([]byte{4}, make([]byte, 3072)...)...)
	dir := folder(t, map[string][]byte{"data_batch_1.bin": batch, "data_batch_2.bin": batch})
	o := Options{Data: CIFAR10{dir}, Scale: "none"}
	content, err := Identify(o, Classify, Where{})
	if err != nil {
		t.Fatal(err)
	}
	load := func() error {
		_, err := Load[float32](o, Classify, Where{Content: content})
		return err
	}
	third := filepath.Join(dir, "data_batch_3.bin")
	if err := os.WriteFile(third, batch, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := load(); err == nil || !strings.Contains(err.Error(), "data_batch_3.bin: was not there") {
		t.Errorf("a batch more: %v", err)
	}
	os.Remove(third)
	if err := load(); err != nil {
		t.Error(err)
	}
	os.Remove(filepath.Join(dir, "data_batch_2.bin"))
	if err := load(); err == nil || !strings.Contains(err.Error(), "data_batch_2.bin: was there") {
		t.Errorf("a batch less: %v", err)
	}
}

// change rewrites a file so that it reads well and differs: a digit or a pixel, often of the same
// size and time.
func change(t *testing.T, r *rand.Rand, path string, was []byte) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	now := append([]byte{}, was...)
	switch {
	case strings.HasSuffix(path, ".gz"):
		raw := unzipped(t, was)
		raw[len(raw)-1] = swapped(raw[len(raw)-1])
		now = zipped(raw)
	case strings.Contains(path, "labels"):
		now[8] = 0 // the first, of a class that stays
	case strings.Contains(path, "ubyte") || strings.HasSuffix(path, ".bin"):
		now[len(now)-1]++
	default:
		digits := []int{}
		for i, c := range now { // a feature's
			if c >= '1' && c <= '9' && i+1 < len(now) && now[i+1] == ',' || c == '7' {
				digits = append(digits, i)
			}
		}
		i := digits[r.IntN(len(digits))]
		now[i] = '1' + (now[i]-'1'+1)%9
	}
	if err := os.WriteFile(path, now, 0o666); err != nil {
		t.Fatal(err)
	}
	if r.IntN(2) == 0 {
		if err := os.Chtimes(path, time.Time{}, info.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
}

// swapped is another label, or another pixel.
func swapped(b byte) byte {
	if b == 0 {
		return 7
	}
	return 0
}

func unzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func sortedNames(files map[string][]byte) []string { return slices.Sorted(maps.Keys(files)) }
