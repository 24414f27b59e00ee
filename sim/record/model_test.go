package record

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func trained(precision string) *Model {
	m := &Model{Run: "0123456789abcdef", Build: "b", Problem: "kind = \"softmax\"\n", Seed: 7, Data: "d", Point: "ensemble", Vote: true,
		Precision: precision, Dim: 3, Count: 2, Vectors: [][]float64{{1.5, -0.25, math.Copysign(0, -1)}, {math.Inf(1), 1 << 20, math.SmallestNonzeroFloat32}}}
	if precision == "float64" {
		m.Vectors[0][0] = 1. / 3
	}
	return m
}

func TestModelReadsBack(t *testing.T) {
	for _, precision := range []string{"float32", "float64"} {
		file, want := filepath.Join(t.TempDir(), "m"), trained(precision)
		if err := WriteModel(file, want); err != nil {
			t.Fatal(err)
		}
		got, err := ReadModel(file)
		if err != nil || !reflect.DeepEqual(got, want) || !math.Signbit(got.Vectors[0][2]) {
			t.Errorf("%s: %+v, %v", precision, got, err)
		}
		if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
			t.Errorf("beside it lies %v", left)
		}
	}
}

// sealed is b with the checksum that it ought to have.
func sealed(b []byte) []byte {
	sum := sha256.Sum256(b[:len(b)-sha256.Size])
	return append(slices.Clone(b[:len(b)-sha256.Size]), sum[:]...)
}

func TestModelRefuses(t *testing.T) {
	whole, err := trained("float32").encode()
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, now string) []byte { return bytes.Replace(whole, []byte(old), []byte(now), 1) }
	version := slices.Clone(whole)
	version[len(modelMagic)-1] = 2
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"a table", "is no model", []byte("time_s,updates\n0,0\n")},
		{"nothing", "is cut off", nil},
		{"its last element", "is cut off", whole[:len(whole)-sha256.Size-4]},
		{"another version", "format version 2, known is 1", version},
		{"a bit of an element", "is damaged", func() []byte { b := slices.Clone(whole); b[len(b)-sha256.Size-2] ^= 1; return b }()},
		{"a bit of the header", "is damaged", change(`"seed":7`, `"seed":6`)},
		{"more elements than bytes", "cannot be", sealed(change(`"dim":3`, `"dim":4`))},
		{"no elements", "cannot be", sealed(change(`"dim":3`, `"dim":0`))},
		{"a precision", "float16", sealed(change(`float32`, `float16`))},
		{"JSON", "cannot be", sealed(change(`{`, `[`))},
	} {
		file := filepath.Join(t.TempDir(), "m")
		if err := os.WriteFile(file, c.file, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadModel(file); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v; want %q and the file", c.name, err, c.want)
		}
	}
	if _, err := ReadModel(filepath.Join(t.TempDir(), "m")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "record.model = true") {
		t.Errorf("no file: %v", err)
	}
	for cut := range whole { // wherever it is cut
		if _, err := decodeModel(whole[:cut]); err == nil {
			t.Fatalf("the first %d of %d bytes are read as a model", cut, len(whole))
		}
	}
	for _, m := range []*Model{{}, {Precision: "float32", Dim: 2, Count: 1}, {Precision: "float32", Dim: 2, Count: 1, Vectors: [][]float64{{1}}},
		{Precision: "float64", Dim: math.MaxInt / 4, Count: 5}} {
		if err := WriteModel(filepath.Join(t.TempDir(), "m"), m); err == nil {
			t.Errorf("%+v was written", m)
		}
	}
}

// The model of a run has its name when the run is finished, not before.
func TestWriterModel(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r")
	w, err := Create(Plan{Dir: dir, Config: []byte("seed = 1\n")})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Model(trained("float64")); err != nil {
		t.Fatal(err)
	}
	if there(filepath.Join(dir, ModelFile)) {
		t.Error("an unfinished run has a model")
	}
	s := NewSummary()
	s.Status = Completed
	if err := w.Finish(s, nil); err != nil {
		t.Fatal(err)
	}
	if m, err := ReadModel(filepath.Join(dir, ModelFile)); err != nil || !reflect.DeepEqual(m, trained("float64")) {
		t.Errorf("%+v, %v", m, err)
	}
	if Untidy(dir) {
		t.Error("something is left over")
	}
	w, err = Create(Plan{Dir: filepath.Join(filepath.Dir(dir), "s"), Config: []byte("seed = 1\n")})
	if err == nil {
		err = w.Model(trained("float64"))
	}
	if err == nil {
		err = w.Discard()
	}
	if err != nil || there(w.plan.Dir) {
		t.Errorf("a run that was given up left its folder: %v", err)
	}
}

func FuzzDecodeModel(f *testing.F) {
	for _, p := range []string{"float32", "float64"} {
		b, err := trained(p).encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, b := range [][]byte{b, sealed(append(slices.Clone(b), make([]byte, sha256.Size)...))} {
			m, err := decodeModel(b)
			if err != nil {
				continue
			}
			again, err := m.encode()
			if err != nil {
				t.Fatalf("what was read cannot be written: %v", err)
			}
			if n, err := decodeModel(again); err != nil || n.Dim != m.Dim || n.Count != m.Count {
				t.Fatalf("%+v reads back as %+v, %v", m, n, err)
			}
		}
	})
}
