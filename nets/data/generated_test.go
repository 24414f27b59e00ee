package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A drawnTable is a random table of numbers, and how it is written.
type drawnTable struct {
	names     []string // nil: no header
	rows      [][]string
	first     bool // the label is the first column
	separator string
	end       string // of a line
	mark      bool   // begins with a byte order mark
}

func drawTable(r *rand.Rand) drawnTable {
	columns, n := 2+r.IntN(5), 4+r.IntN(6)
	t := drawnTable{first: r.IntN(2) == 0, separator: []string{",", ";", "\t"}[r.IntN(3)], end: []string{"\n", "\r\n"}[r.IntN(2)], mark: r.IntN(3) == 0}
	if r.IntN(2) == 0 {
		for j := range columns {
			t.names = append(t.names, []string{"1stFlrSF", "a", "x y", "é", "label", "N2O"}[j])
		}
	}
	for i := range n {
		row := make([]string, columns)
		for j := range row {
			row[j] = []string{strconv.FormatFloat(math.Round(r.NormFloat64()*1e4)/1e2, "gef"[r.IntN(3)], -1, 64), strconv.Itoa(r.IntN(9)), "+.5", "1E-3"}[r.IntN(4)]
			if r.IntN(4) == 0 {
				row[j] = " " + row[j] + " "
			}
		}
		row[t.label(columns)] = strconv.Itoa(i % 2)
		t.rows = append(t.rows, row)
	}
	return t
}

func (t *drawnTable) label(columns int) int {
	if t.first {
		return 0
	}
	return columns - 1
}

// source is how a configuration calls the file.
func (t *drawnTable) source() CSV {
	if t.first {
		return CSV{"file", "first", "auto"}
	}
	return CSV{"file", "auto", "auto"}
}

func (t *drawnTable) text() string {
	var b strings.Builder
	if t.mark {
		b.WriteString("\ufeff")
	}
	if t.names != nil {
		b.WriteString(strings.Join(t.names, t.separator) + t.end)
	}
	for _, row := range t.rows {
		b.WriteString(strings.Join(row, t.separator) + t.end)
	}
	return b.String()
}

// numbers are the features and labels as they were written.
func (t *drawnTable) numbers() (x []float64, labels []int) {
	for _, row := range t.rows {
		for j, f := range row {
			v, _ := strconv.ParseFloat(strings.TrimSpace(f), 64)
			if j == t.label(len(row)) {
				labels = append(labels, int(v))
			} else {
				x = append(x, v)
			}
		}
	}
	return x, labels
}

func loadDrawn(t *testing.T, s Source, text string) (*Parts[float64], error) {
	t.Helper()
	dir := folder(t, map[string][]byte{"file": []byte(text)})
	return Load[float64](Options{Data: s, Scale: "none"}, Classify, Where{Dir: dir})
}

// Every table is read as it was written, with or without header, byte order mark and blanks; no
// sample is lost.
func TestDrawnTables(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 7))
	for range 300 {
		d := drawTable(r)
		p, err := loadDrawn(t, d.source(), d.text())
		if err != nil {
			t.Fatalf("%q: %v", d.text(), err)
		}
		x, labels := d.numbers()
		if !slices.Equal(p.Train.all(), x) || !slices.Equal(p.Train.Labels, labels) {
			t.Fatalf("%q: %v, labels %v", d.text(), p.Train.all(), p.Train.Labels)
		}
	}
}

// A defect anywhere, the first line too, is an error with line and column, whatever stands around
// it.
func TestDrawnDefects(t *testing.T) {
	defects := map[string]func(field string) string{
		"missing": func(string) string { return "" },
		"mark":    func(string) string { return "?" },
		"word":    func(string) string { return "NA" },
		"typo":    func(f string) string { return strings.TrimSpace(f) + "x" },
		"letter":  func(string) string { return "1O" },
		"twice":   func(f string) string { return strings.TrimSpace(f) + " 2" },
		"digits":  func(string) string { return "2018_01" },
		"hex":     func(string) string { return "0x1p3" },
		"large":   func(string) string { return "1e999" },
		"nan":     func(string) string { return "nan" },
		"inf":     func(string) string { return "-Inf" },
	}
	r := rand.New(rand.NewPCG(2, 7))
	for name, break_ := range defects {
		for range 60 {
			d := drawTable(r)
			i := r.IntN(len(d.rows))
			if r.IntN(2) == 0 {
				i = 0
			}
			j := r.IntN(len(d.rows[i]))
			if name == "mark" && j == d.label(len(d.rows[i])) && i > 0 {
				j = 0
			}
			d.rows[i][j] = break_(d.rows[i][j])
			line := i + 1
			if d.names != nil {
				line++
			}
			want := fmt.Sprintf(`file:%d: (column %d: |feature \d+ is |the label )`, line, j+1)
			if p, err := loadDrawn(t, d.source(), d.text()); err == nil || !regexp.MustCompile(want).MatchString(err.Error()) {
				t.Fatalf("%s: %q: %v, %v; want %s", name, d.text(), p, err, want)
			}
		}
	}
}

// A row with a field too few or too many is an error at its line, or, where it is the first, at the
// next.
func TestDrawnLengths(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 7))
	for range 200 {
		d := drawTable(r)
		i := r.IntN(len(d.rows))
		if n := len(d.rows[i]); n > 2 && r.IntN(2) == 0 {
			d.rows[i] = d.rows[i][:n-1]
		} else {
			d.rows[i] = append(d.rows[i], "1")
		}
		line := i + 1
		if d.names != nil {
			line++
		} else if i == 0 {
			line++
		}
		want := fmt.Sprintf("file:%d: ", line)
		_, err := loadDrawn(t, d.source(), d.text())
		// what is now the last is no class
		early := i == 0 && err != nil && strings.Contains(err.Error(), "file:1: the label")
		if err == nil || !strings.Contains(err.Error(), want) && !early {
			t.Fatalf("%q: %v; want %s", d.text(), err, want)
		}
	}
}

// A test part whose columns are permuted is read by name; one with other names is refused.
func TestDrawnOrders(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 7))
	for range 200 {
		d := drawTable(r)
		if d.names == nil {
			continue
		}
		p := r.Perm(len(d.names))
		other := drawnTable{separator: ";", end: "\n"}
		for _, j := range p {
			other.names = append(other.names, d.names[j])
		}
		for _, row := range d.rows {
			var mixed []string
			for _, j := range p {
				mixed = append(mixed, row[j])
			}
			other.rows = append(other.rows, mixed)
		}
		load := func() (*Parts[float64], error) {
			dir := folder(t, map[string][]byte{"file": []byte(d.text()), "test": []byte(other.text())})
			return Load[float64](Options{Data: d.source(), Test: TestPart{Source: CSV{"test", "auto", "auto"}}, Scale: "none"}, Classify, Where{Dir: dir})
		}
		got, err := load()
		if err != nil || !slices.Equal(got.Test.all(), got.Train.all()) || !slices.Equal(got.Test.Labels, got.Train.Labels) {
			t.Fatalf("%q, %q: %v", d.text(), other.text(), err)
		}
		j := r.IntN(len(p))
		was := other.names[j]
		for _, name := range []string{was + "?", "", d.names[p[(j+1)%len(p)]]} {
			other.names[j] = name
			if _, err := load(); err == nil || !strings.Contains(err.Error(), "test:1: column ") {
				t.Fatalf("%q, %q: %v", d.text(), other.text(), err)
			}
		}
		other.names[j] = was
		// A column less: its name is missing.
		other.names = slices.Delete(other.names, j, j+1)
		for i := range other.rows {
			other.rows[i] = slices.Delete(other.rows[i], j, j+1)
		}
		if _, err := load(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("test:1: there is no column %q", was)) {
			t.Fatalf("%q, %q: %v", d.text(), other.text(), err)
		}
	}
}

// Samples to name the class of come with labels or without, by place or by name.
func TestDrawnUnlabelled(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	for range 200 {
		d := drawTable(r)
		bare := d
		bare.names, bare.rows = nil, nil
		k := d.label(len(d.rows[0]))
		if d.names != nil {
			bare.names = slices.Delete(slices.Clone(d.names), k, k+1)
		}
		for _, row := range d.rows {
			bare.rows = append(bare.rows, slices.Delete(slices.Clone(row), k, k+1))
		}
		dir := folder(t, map[string][]byte{"file": []byte(d.text()), "bare": []byte(bare.text()), "whole": []byte(d.text())})
		for _, name := range []string{"bare", "whole"} {
			p, err := Load[float64](Options{Data: d.source(), Scale: "none"}, Classify, Where{Dir: dir, Test: CSV{name, "auto", "auto"}})
			if err != nil || !slices.Equal(p.Test.all(), p.Train.all()) || p.Test.Unlabelled != (name == "bare") || name == "whole" && !slices.Equal(p.Test.Labels, p.Train.Labels) {
				t.Fatalf("%s: %q, %q: %v", name, d.text(), bare.text(), err)
			}
		}
		if _, err := Load[float64](Options{Data: d.source(), Test: TestPart{Source: CSV{"bare", "auto", "auto"}}, Scale: "none"}, Classify, Where{Dir: dir}); err == nil {
			t.Fatalf("a test part without labels: %q, %q", d.text(), bare.text())
		}
	}
}

// Numbers of every parser are decimal.
func TestNumbersAreDecimal(t *testing.T) {
	for _, text := range []string{"1_0", "2018_01", "0x10", "0X1P-2", "0x10p0", "1_0e1", "0b1", "0o7", "1e", "1e+", "--1", "1,5", "1 2", "٣"} {
		if v, err := number([]byte(text)); err == nil {
			t.Errorf("%q is %v", text, v)
		}
		for _, line := range []string{text + " 1:1", "1 1:" + text} {
			if _, err := loadText(t, LIBSVM{Path: "file"}, "0 1:1\n"+line+"\n", Regress); err == nil {
				t.Errorf("libsvm reads %q", line)
			}
		}
		if _, err := loadText(t, CSV{"file", "last", "auto"}, "0;1\n1;"+text+"\n", Regress); err == nil {
			t.Errorf("csv reads %q", text)
		}
	}
	for text, want := range map[string]float64{"1": 1, "+1": 1, "-.5": -.5, "5.": 5, "1e3": 1000, "1E-2": .01, "007": 7, "1e-999": 0} {
		if v, err := number([]byte(text)); err != nil || v != want {
			t.Errorf("%q is %v, %v", text, v, err)
		}
	}
}

// A training part of one class is refused, from whatever source and however it comes about.
func TestOneClass(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	record := append([]byte{3}, make([]byte, 3072)...)
	svm := "5 1:1\n5 2:1\n"
	images := idxFile([]int{2, 1, 2}, []byte{1, 2, 3, 4})
	dir := folder(t, map[string][]byte{"data_batch_1.bin": append(record, record...), "svm": []byte(svm), "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": idxFile([]int{2}, []byte{7, 7})})
	for _, s := range []Source{CIFAR10{"."}, LIBSVM{Path: "svm"}, IDX{"."}} {
		if _, err := Load[float32](Options{Data: s, Scale: "none"}, Classify, Where{Dir: dir}); err == nil || !strings.Contains(err.Error(), "all 2 training samples are of class") {
			t.Errorf("%T: %v", s, err)
		}
		if _, err := Identify(Options{Data: s}, Classify, Where{Dir: dir}); err == nil {
			t.Errorf("%T: identified", s)
		}
	}
	for range 40 {
		d := drawTable(r)
		for _, row := range d.rows {
			row[d.label(len(row))] = "4"
		}
		hint := `label = "first"`
		if d.first {
			hint = `label = "last"`
		}
		if _, err := loadDrawn(t, d.source(), d.text()); err == nil || !strings.Contains(err.Error(), "are of class 4") || !strings.Contains(err.Error(), hint) {
			t.Fatalf("%q: %v", d.text(), err)
		}
		p, err := loadText(t, d.source(), d.text(), Regress)
		if err != nil || p.Train.Len() != len(d.rows) {
			t.Fatalf("targets that are alike: %v", err)
		}
	}
	// A share held out may leave one class.
	dir = folder(t, map[string][]byte{"file": []byte("1,0\n2,1\n")})
	if _, err := Load[float64](Options{Data: CSV{"file", "last", "auto"}, Test: TestPart{Share: .5}, Scale: "none"}, Classify, Where{Dir: dir}); err == nil || !strings.Contains(err.Error(), "all 1 training samples") {
		t.Errorf("half of two samples: %v", err)
	}
}

// Of CIFAR-10's batches any may be missing from the end, none before one that is there.
func TestGapsOfCIFAR10(t *testing.T) {
	record := func(label byte) []byte { return append([]byte{label}, make([]byte, 3072)...) }
	for there := range 32 {
		dir := t.TempDir()
		n, gap, ended := 0, 0, false
		for i := 1; i <= 5; i++ {
			if there>>(i-1)&1 == 0 {
				if !ended {
					gap, ended = i, true
				}
				continue
			}
			n = i
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("data_batch_%d.bin", i)), append(record(1), record(2)...), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		p, err := Load[float32](Options{Data: CIFAR10{dir}, Scale: "none"}, Classify, Where{})
		if gap > 0 && (gap < n || gap == 1) {
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("data_batch_%d.bin: there is no such file", gap)) {
				t.Errorf("batches %05b: %v", there, err)
			}
		} else if err != nil || p.Train.Len() != 2*n {
			t.Errorf("batches %05b: %v", there, err)
		}
	}
}
