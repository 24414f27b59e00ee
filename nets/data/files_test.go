package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// idxFile is a file of bytes with the given dimensions.
func idxFile(dims []int, content []byte) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return append(b, content...)
}

func zipped(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(b)
	w.Close()
	return z.Bytes()
}

// folder writes files and returns where they are.
func folder(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// smallIDX is a folder of 4 training and 2 test images of 2 x 3 pixels.
func smallIDX() map[string][]byte {
	pixels := make([]byte, 24)
	for i := range pixels {
		pixels[i] = byte(10 * i)
	}
	return map[string][]byte{
		"train-images-idx3-ubyte":   idxFile([]int{4, 2, 3}, pixels),
		"train-labels-idx1-ubyte":   idxFile([]int{4}, []byte{3, 0, 3, 7}),
		"t10k-images-idx3-ubyte.gz": zipped(idxFile([]int{2, 2, 3}, pixels[:12])),
		"t10k-labels-idx1-ubyte.gz": zipped(idxFile([]int{2}, []byte{7, 0})),
	}
}

func TestIDX(t *testing.T) {
	dir := folder(t, smallIDX())
	p, err := Load[float32](Options{Data: IDX{"."}, Scale: "none"}, Classify, Where{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if p.Train.Len() != 4 || p.Test.Len() != 2 || p.Train.Shape != (Shape{1, 2, 3}) {
		t.Fatalf("%d training and %d test samples of %v", p.Train.Len(), p.Test.Len(), p.Train.Shape)
	}
	if !slices.Equal(p.Train.Labels, []int{1, 0, 1, 2}) || !slices.Equal(p.Train.Classes, []float64{0, 3, 7}) || !slices.Equal(p.Test.Labels, []int{2, 0}) {
		t.Errorf("labels %v of classes %v, test %v", p.Train.Labels, p.Train.Classes, p.Test.Labels)
	}
	if !slices.Equal(p.Train.Row(1), []float32{60, 70, 80, 90, 100, 110}) {
		t.Errorf("row 1 is %v", p.Train.Row(1))
	}
	scaled, err := Load[float64](Options{Data: IDX{dir}, Scale: "range"}, Classify, Where{})
	if err != nil {
		t.Fatal(err)
	}
	if got := scaled.Train.Row(1)[0]; got != 60*(1/255.) {
		t.Errorf("60 became %v", got)
	}
	if scaled.Hash != p.Hash {
		t.Error("the hash depends on path, precision or scale")
	}
}

// A wrong file gives an error that names the file and the place.
func TestBrokenIDX(t *testing.T) {
	pixels := make([]byte, 24)
	for _, c := range []struct {
		what, file string
		content    []byte // nil: the file is missing
		want       string
	}{
		{"missing images", "train-images-idx3-ubyte", nil, "there is no such file"},
		{"missing labels", "train-labels-idx1-ubyte", nil, "there is no such file"},
		{"half a test part", "t10k-images-idx3-ubyte.gz", nil, "there is no such file"},
		{"empty", "train-images-idx3-ubyte", []byte{}, "byte 0: the file is empty"},
		{"no IDX", "train-images-idx3-ubyte", []byte("PNG and more"), "byte 0: begins with 50 4e 47 20"},
		{"floats", "train-images-idx3-ubyte", []byte{0, 0, 13, 3, 0, 0, 0, 0}, "byte 2: elements of type 0x0d"},
		{"exchanged", "train-images-idx3-ubyte", idxFile([]int{4}, make([]byte, 4)), "byte 3: 1 dimensions where 3 are expected"},
		{"short header", "train-images-idx3-ubyte", []byte{0, 0, 8, 3, 0, 0}, "byte 6: the file ends within its header, 10 bytes early"},
		{"truncated", "train-images-idx3-ubyte", idxFile([]int{4, 2, 3}, pixels[:20]), "byte 36: the file ends within image 4, 4 bytes early"},
		{"too long", "train-images-idx3-ubyte", idxFile([]int{4, 2, 3}, append(pixels, 1)), "byte 40: there are bytes beyond the end"},
		{"lying count", "train-images-idx3-ubyte", idxFile([]int{1 << 31, 2, 3}, pixels), "4 labels for the 2147483648 images"},
		{"lying size", "train-images-idx3-ubyte", idxFile([]int{4, 1 << 31, 1 << 31}, pixels), "byte 8: images of 2147483648 x 2147483648 pixels"},
		{"large and short", "train-images-idx3-ubyte", idxFile([]int{4, 1 << 15, 1 << 14}, pixels), "the file ends within image 1"},
		{"no images", "train-images-idx3-ubyte", idxFile([]int{0, 2, 3}, nil), "4 labels for the 0 images"},
		{"too few labels", "train-labels-idx1-ubyte", idxFile([]int{4}, []byte{1, 2, 3}), "byte 11: the file ends within label 4 of 4, 1 bytes early"},
		{"unknown class", "t10k-labels-idx1-ubyte.gz", idxFile([]int{2}, []byte{7, 9}), "byte 9: the label 9 is none of the 3 classes 0 ... 7"},
		{"broken gzip", "t10k-images-idx3-ubyte.gz", zipped(pixels)[:5], "a broken gzip header"},
		{"truncated gzip", "t10k-images-idx3-ubyte.gz", zipped(idxFile([]int{2, 2, 3}, pixels[:12]))[:30], "byte "},
	} {
		files := smallIDX()
		if c.content == nil {
			delete(files, c.file)
		} else {
			files[c.file] = c.content
		}
		_, err := Load[float32](Options{Data: IDX{folder(t, files)}, Scale: "none"}, Classify, Where{})
		if err == nil {
			t.Errorf("%s: no error", c.what)
			continue
		}
		if s := err.Error(); !strings.Contains(s, c.want) || !strings.Contains(s, strings.TrimSuffix(c.file, ".gz")) && c.what != "lying count" && c.what != "no images" {
			t.Errorf("%s: %v; want the file and %q", c.what, err, c.want)
		}
	}
}

func TestCIFAR10(t *testing.T) {
	record := func(label byte, red byte) []byte {
		r := append([]byte{label}, make([]byte, 3072)...)
		r[1], r[1+1024], r[1+2048] = red, 2, 3 // the first pixel's three channels
		return r
	}
	files := map[string][]byte{
		"data_batch_1.bin": append(record(9, 50), record(0, 51)...),
		"data_batch_2.bin": record(4, 52),
		"test_batch.bin":   record(1, 53),
	}
	p, err := Load[float32](Options{Data: CIFAR10{folder(t, files)}, Scale: "none"}, Classify, Where{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Train.Labels, []int{9, 0, 4}) || len(p.Train.Classes) != 10 || p.Test.Len() != 1 || p.Train.Shape != (Shape{3, 32, 32}) {
		t.Errorf("labels %v, %d classes, %d test samples, shape %v", p.Train.Labels, len(p.Train.Classes), p.Test.Len(), p.Train.Shape)
	}
	if r := p.Train.Row(2); r[0] != 52 || r[1024] != 2 || r[2048] != 3 || r[1] != 0 {
		t.Errorf("first pixel %v, %v, %v", r[0], r[1024], r[2048])
	}
	for what, c := range map[string]struct {
		file    string
		content []byte
		want    string
	}{
		"truncated": {"data_batch_1.bin", record(1, 1)[:3000], "data_batch_1.bin: byte 3000: the file ends within record 1"},
		"empty":     {"test_batch.bin", []byte{}, "test_batch.bin: byte 0: the file is empty"},
		"mislabelled": {"data_batch_2.bin", append(record(1, 1), record(10, 1)...),
			"data_batch_2.bin: byte 3073: the label 10 is none of the 10 classes"},
	} {
		bad := map[string][]byte{}
		for n, b := range files {
			bad[n] = b
		}
		bad[c.file] = c.content
		if _, err := Load[float32](Options{Data: CIFAR10{folder(t, bad)}, Scale: "none"}, Classify, Where{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", what, err, c.want)
		}
	}
}

// loadText loads a set from the text of a file.
func loadText(t testing.TB, s Source, text string, task Task) (*Parts[float32], error) {
	t.Helper()
	dir := folder(t, map[string][]byte{"file": []byte(text)})
	return Load[float32](Options{Data: s, Scale: "none"}, task, Where{Dir: dir})
}

func TestCSV(t *testing.T) {
	for text, want := range map[string][]float32{
		"a,b,label\n1,2,0\n3,4,1\n":         {1, 2, 3, 4},
		"1,2,0\r\n\r\n3,4,1":                {1, 2, 3, 4},
		"1; 2.5 ;0\n 3;-4e-1;1\n":           {1, 2.5, 3, -.4},
		"x\ty\tz\n1\t2\t0\n3\t4\t1\n\n\n\n": {1, 2, 3, 4},
	} {
		p, err := loadText(t, CSV{"file", "last", "auto"}, text, Classify)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if !slices.Equal(p.Train.all(), want) || !slices.Equal(p.Train.Labels, []int{0, 1}) {
			t.Errorf("%q: %v, labels %v", text, p.Train.all(), p.Train.Labels)
		}
	}
	p, err := loadText(t, CSV{"file", "first", "auto"}, "1.5,2,3\n2.5,4,5\n", Regress)
	if err != nil || !slices.Equal(p.Train.Targets, []float64{1.5, 2.5}) || !slices.Equal(p.Train.all(), []float32{2, 3, 4, 5}) {
		t.Errorf("label first: %v %v", p, err)
	}
	for text, want := range map[string]string{
		"":                     ":1: there are no samples",
		"a,b,c\n":              ":1: there are no samples",
		"a,b,c\n1,2,0\nd,e,f":  `:3: column 1: "d" is no number`,
		"1,2,0\n1,2,3,0\n":     ":2: the sample has 3 features, the others 2",
		"1,2,0\n1,nan,0\n":     ":2: feature 2 is NaN",
		"1,2,0\n1e39,1,0\n":    `:2: feature 1 is 1e+39, too large for float32; use precision = "float64"`,
		"1,2,0\n\n1,2,.5":      ":3: the label 0.5 is no class",
		"1,2,0\n1,2,inf":       ":2: the label +Inf is no class",
		"5\n6\n":               ":1: one column only",
		"1,2,0\n1,,0\n":        `:2: column 2: "" is no number`,
		"1,2,0\n1,1e999,0\n\n": `:2: column 2: "1e999" is too large for a float64`,
	} {
		if _, err := loadText(t, CSV{"file", "last", "auto"}, text, Classify); err == nil || !strings.Contains(err.Error(), "file"+want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

func TestLIBSVM(t *testing.T) {
	p, err := loadText(t, LIBSVM{Path: "file"}, "+1 1:1 3:.5 # a comment\n-1\n\n# nothing\n+1 2:2\r\n", Classify)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Train.all(), []float32{1, 0, .5, 0, 0, 0, 0, 2, 0}) || !slices.Equal(p.Train.Labels, []int{1, 0, 1}) || !slices.Equal(p.Train.Classes, []float64{-1, 1}) {
		t.Errorf("%v, labels %v of %v", p.Train.all(), p.Train.Labels, p.Train.Classes)
	}
	for text, want := range map[string]string{
		"":                                  ":1: there are no samples",
		"1\n0\n":                            ":1: no sample has a feature",
		"1 1:1\nx 1:1\n":                    `:2: the label "x" is no number`,
		"1 1:1\n\n0 0:1\n":                  `:3: "0:1" is no index:value with an index from 1`,
		"1 qid:3 1:1":                       `:1: "qid:3" is no index:value`,
		"1 3:1 2:1":                         ":1: index 2 after 3",
		"1 1:1 1:1":                         ":1: index 1 after 1",
		"1 1:one":                           `:1: the value of feature 1: "one" is no number`,
		"1 99999999999:1":                   `:1: "99999999999:1" is no index:value`,
		"1 1:1\n0 2000000000:1":             ":2: 2 samples of 2000000000 features are too sparse",
		"1 1:1\n0 1:1e300\n":                ":2: feature 1 is 1e+300, too large for float32",
		"1 1:1\n0.5 1:1":                    ":2: the label 0.5 is no class",
		"1 1:1\n" + strings.Repeat("0 ", 3): `:2: "0" is no index:value`,
	} {
		if _, err := loadText(t, LIBSVM{Path: "file"}, text, Classify); err == nil || !strings.Contains(err.Error(), "file"+want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
	dir := folder(t, map[string][]byte{"train": []byte("1 3:1\n0 1:1\n"), "narrow": []byte("0 2:1\n"), "wide": []byte("0 2:1\n0 4:1\n"), "other": []byte("5 1:1\n")})
	load := func(test string) (*Parts[float64], error) {
		return Load[float64](Options{Data: LIBSVM{Path: "train"}, Test: TestPart{Source: LIBSVM{Path: test}}, Scale: "none"}, Classify, Where{Dir: dir})
	}
	if q, err := load("narrow"); err != nil || !slices.Equal(q.Test.all(), []float64{0, 1, 0}) {
		t.Errorf("a test part without the last features: %v %v", q, err)
	}
	if _, err := load("wide"); err == nil || !strings.Contains(err.Error(), "wide:2: feature 4 where there are 3") {
		t.Errorf("a wider test part: %v", err)
	}
	if _, err := load("other"); err == nil || !strings.Contains(err.Error(), "other:1: the label 5 is none of the 2 classes") {
		t.Errorf("another class in the test part: %v", err)
	}
}

func TestEmbedded(t *testing.T) {
	p, err := Load[float32](Options{Data: FashionMNIST5k{}, Scale: "range"}, Classify, Where{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Train.Len() != 5000 || p.Test.Len() != 1000 || p.Train.Features() != 784 || len(p.Train.Classes) != 10 {
		t.Errorf("fashion-mnist-5k: %d + %d samples of %d features", p.Train.Len(), p.Test.Len(), p.Train.Features())
	}
	if lo, hi := slices.Min(p.Train.all()), slices.Max(p.Train.all()); lo != 0 || hi != 1 {
		t.Errorf("pixels lie in [%v, %v]", lo, hi)
	}
	// The first ten labels as published: ankle boot, T-shirt, T-shirt, dress, T-shirt, pullover,
	// sneaker, pullover, sandal, sandal.
	if !slices.Equal(p.Train.Labels[:10], []int{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}) {
		t.Errorf("labels %v", p.Train.Labels[:10])
	}
	d, err := Load[float64](Options{Data: Digits{}, Scale: "range"}, Classify, Where{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 1797 || d.Test != nil || d.Train.Shape != (Shape{1, 8, 8}) || d.Train.all()[2] != 5./16 {
		t.Errorf("digits: %d samples of %v, third pixel %v", d.Train.Len(), d.Train.Shape, d.Train.all()[2])
	}
}

func TestWrongPaths(t *testing.T) {
	dir := folder(t, map[string][]byte{"file": []byte("1,2\n")})
	for _, c := range []struct {
		source Source
		want   string
	}{
		{CSV{"missing", "last", "auto"}, "missing: there is no such file"},
		{CSV{".", "last", "auto"}, "is a folder"},
		{IDX{"file"}, "is a file"},
		{IDX{"missing"}, "there is no such file"},
		{CIFAR10{"missing"}, "data_batch_1.bin: there is no such file"},
	} {
		_, err := Load[float32](Options{Data: c.source, Scale: "none"}, Classify, Where{Dir: dir})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v; want %q", c.source, err, c.want)
		}
	}
	var e *Error
	_, _, err := read[float32](CSV{"missing", "last", "auto"}, reading{}, Classify, Where{Dir: dir}, nil, Content{})
	if !errors.As(err, &e) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v is no *Error that wraps os.ErrNotExist", err)
	}
}
