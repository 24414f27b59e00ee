package data

import (
	"bytes"
	"testing"
)

// parse runs a parser on bytes as the two files of a set, and checks what every set promises.
func parse(t *testing.T, task Task, f func(b *Builder) error) {
	b := newBuilder(true, task, 0, "")
	if err := f(b); err != nil {
		if err.Error() == "" {
			t.Fatal("an error without words")
		}
		return
	}
	s, err := finish[float32](b, "fuzz")
	if err != nil {
		return
	}
	if len(s.all()) != s.Len()*s.Features() {
		t.Fatalf("%d numbers in %d samples of %d", len(s.all()), s.Len(), s.Features())
	}
	for _, v := range s.all() {
		if v-v != 0 {
			t.Fatal("a feature is not finite")
		}
	}
	for _, l := range s.Labels {
		if l >= len(s.Classes) || l < 0 {
			t.Fatalf("label %d of %d classes", l, len(s.Classes))
		}
	}
}

// reader is content as a file; a broken gzip header makes it an empty one.
func reader(t *testing.T, b *Builder, content []byte) *input {
	for _, c := range [][]byte{content, nil} {
		if in, err := newInput(b, "fuzz", bytes.NewReader(c), func() error { return nil }); err == nil {
			return in
		}
	}
	t.Fatal("an empty file cannot be opened")
	return nil
}

func FuzzIDX(f *testing.F) {
	f.Add(idxFile([]int{2, 2, 2}, make([]byte, 8)), idxFile([]int{2}, []byte{0, 1}))
	f.Add(zipped(idxFile([]int{1, 1, 3}, make([]byte, 3))), idxFile([]int{1}, []byte{200}))
	f.Add(idxFile([]int{1 << 31, 1 << 31, 1 << 31}, nil), idxFile([]int{1 << 31}, nil))
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		parse(t, Classify, func(b *Builder) error { return readIDX(b, reader(t, b, images), reader(t, b, labels)) })
	})
}

func FuzzCIFAR10(f *testing.F) {
	f.Add(make([]byte, 13), true) // small records, so that the fuzzer gets somewhere
	f.Add(make([]byte, 3074), false)
	f.Fuzz(func(t *testing.T, content []byte, small bool) {
		side := 32
		if small {
			side = 2
		}
		parse(t, Classify, func(b *Builder) error { return readRecords(b, []*input{reader(t, b, content)}, side) })
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b,c\n1,2,0\n3,4,1\n"), false)
	f.Add([]byte("1;2;3\n\n4;5;6"), true)
	f.Fuzz(func(t *testing.T, content []byte, first bool) {
		for _, task := range []Task{Classify, Regress} {
			parse(t, task, func(b *Builder) error {
				return readCSV(b, reader(t, b, content), CSV{Label: label(first), Header: "auto"})
			})
		}
	})
}

func FuzzLIBSVM(f *testing.F) {
	f.Add([]byte("+1 1:1 3:.5 # a\n-1\n\n+1 2:2"), 0)
	f.Add([]byte("1 2000000000:1\n"), 5)
	f.Fuzz(func(t *testing.T, content []byte, features int) {
		features = max(0, min(features, 1000))
		parse(t, Classify, func(b *Builder) error { return readLIBSVM(b, reader(t, b, content), features) })
	})
}

func label(first bool) string {
	if first {
		return "first"
	}
	return "last"
}
