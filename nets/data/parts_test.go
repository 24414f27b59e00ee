package data

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestHoldOut(t *testing.T) {
	load := func(seed uint64, test, validation float64) *Parts[float32] {
		t.Helper()
		p, err := Load[float32](Options{Data: Digits{}, Test: TestPart{Share: test}, Validation: validation, Scale: "none"}, Classify, Where{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	whole := load(1, 0, 0)
	p := load(1, .2, .1)
	if p.Test.Len() != 359 || p.Validation.Len() != 144 || p.Train.Len() != 1797-359-144 {
		t.Errorf("%d training, %d validation, %d test samples", p.Train.Len(), p.Validation.Len(), p.Test.Len())
	}
	// Together the parts are the set.
	var rows, all []string
	add := func(to []string, s *Set[float32]) []string {
		for i := range s.Len() {
			var b strings.Builder
			for _, v := range s.Row(i) {
				b.WriteByte(byte(v))
			}
			to = append(to, b.String()+string(rune(s.Labels[i])))
		}
		return to
	}
	rows = add(add(add(rows, p.Train), p.Validation), p.Test)
	all = add(all, whole.Train)
	slices.Sort(rows)
	slices.Sort(all)
	if !slices.Equal(rows, all) {
		t.Error("the parts are not the set, cut")
	}
	if q := load(1, .2, .1); !slices.Equal(q.Validation.all(), p.Validation.all()) {
		t.Error("one seed gives two cuts")
	}
	if q := load(2, .2, .1); slices.Equal(q.Validation.all(), p.Validation.all()) {
		t.Error("two seeds give one cut")
	}
	// Another share of validation leaves the test part alone.
	if q := load(1, .2, .3); !slices.Equal(q.Test.all(), p.Test.all()) {
		t.Error("the test part depends on the validation part")
	}
}

func TestScale(t *testing.T) {
	text := "1,5,10,0\n3,5,20,1\n2,5,60,0\n"
	for how, want := range map[string][]float64{
		"none":     {1, 5, 10, 3, 5, 20, 2, 5, 60},
		"range":    {1, 5, 10, 3, 5, 20, 2, 5, 60}, // CSV declares no range
		"minmax":   {0, 0, 0, 1, 0, .2, .5, 0, 1},
		"standard": {-math.Sqrt(1.5), 0, -20 / math.Sqrt(1400./3), math.Sqrt(1.5), 0, -10 / math.Sqrt(1400./3), 0, 0, 30 / math.Sqrt(1400./3)},
	} {
		dir := folder(t, map[string][]byte{"a": []byte(text), "b": []byte("5,6,10,1\n")})
		p, err := Load[float64](Options{Data: CSV{"a", "last", "auto"}, Test: TestPart{Source: CSV{"b", "last", "auto"}}, Scale: how}, Classify, Where{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range p.Train.all() {
			if math.Abs(v-want[i]) > 1e-14 {
				t.Errorf("%s: %v, want %v", how, p.Train.all(), want)
				break
			}
		}
		// The test part is mapped by what was fitted on the training part.
		if how == "minmax" && (p.Test.all()[0] != 2 || p.Test.all()[1] != 0) {
			t.Errorf("minmax of the test part: %v", p.Test.all())
		}
	}
	p, err := Load[float64](Options{Data: Digits{}, Scale: "none"}, Classify, Where{})
	if err != nil {
		t.Fatal(err)
	}
	// dist-keras: MinMaxTransformer(n_min=-1, n_max=1, o_min=0, o_max=16)
	s, err := applied(MinMax(0, 16, -1, 1), p.Train)
	if err != nil || slices.Min(s.all()) != -1 || slices.Max(s.all()) != 1 {
		t.Errorf("0 to 16 onto -1 to 1: %v to %v, %v", slices.Min(s.all()), slices.Max(s.all()), err)
	}
}

func TestWrongParts(t *testing.T) {
	dir := folder(t, map[string][]byte{"one": []byte("1,0\n"), "two": []byte("1,0\n2,1\n"), "wide": []byte("1,2,0\n"), "big": []byte("1e300,0\n-1e300,1\n"), "other": []byte("1,7\n")})
	csv := func(name string) Source { return CSV{name, "last", "auto"} }
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Data: csv("one"), Validation: .5}, "validation: a share of 0.5 of 1 samples leaves nothing"},
		{Options{Data: csv("two"), Test: TestPart{Share: .9}}, "test: a share of 0.9 of 2 samples leaves nothing"},
		{Options{Data: FashionMNIST5k{}, Test: TestPart{Share: .1}}, "has a test part of its own"},
		{Options{Data: csv("two"), Test: TestPart{Source: csv("wide")}}, "wide:1: the sample has 2 features, the training part 1"},
		{Options{Data: csv("two"), Test: TestPart{Source: csv("other")}}, "other:1: the label 7 is none of the 2 classes"},
		{Options{Data: csv("two"), Test: TestPart{Source: csv("gone")}}, "gone: there is no such file"},
		{Options{Data: csv("big"), Scale: "standard"}, "sample 1, feature 1"},
		{Options{}, "no data set given"},
	} {
		if c.o.Scale == "" {
			c.o.Scale = "none"
		}
		if _, err := Load[float64](c.o, Classify, Where{Dir: dir}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v; want %q", c.o, err, c.want)
		}
	}
}

func TestHashIsOfContent(t *testing.T) {
	hash := func(text string, seed uint64, s Source) string {
		t.Helper()
		dir := folder(t, map[string][]byte{"file": []byte(text)})
		c, err := Identify(Options{Data: s}, Classify, Where{Dir: dir, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return c.Hash
	}
	a := hash("1,0\n2,1\n", 1, CSV{"file", "last", "auto"})
	if b := hash("1,0\n2,1\n", 2, CSV{"file", "last", "auto"}); a != b || len(a) != 64 {
		t.Errorf("one content in two folders: %s, %s", a, b)
	}
	if b := hash("1,0\n2,0\n3,1\n", 1, CSV{"file", "last", "auto"}); a == b {
		t.Error("another content has the same hash")
	}
	g := Gaussian{Design{Samples: 5, Features: 2, Classes: 2, Condition: 1}}
	if hash("", 1, g) != hash("", 2, g) {
		t.Error("a seed has a part in the hash of a synthetic set")
	}
	if h := g; true {
		h.Noise = .5
		if hash("", 1, g) == hash("", 1, h) {
			t.Error("two synthetic sets have one hash")
		}
	}
	// The same bytes read otherwise are other data.
	same := "0,1,1\n1,2,0\n1,1,1\n"
	if hash(same, 1, CSV{"file", "last", "auto"}) == hash(same, 1, CSV{"file", "first", "auto"}) || hash(same, 1, CSV{"file", "last", "auto"}) == hash(same, 1, CSV{"file", "last", "yes"}) {
		t.Error("a table read by another label or header has the same hash")
	}
	svm := "0 1:1\n1 1:2\n"
	if hash(svm, 1, LIBSVM{Path: "file"}) == hash(svm, 1, LIBSVM{Path: "file", Features: 2}) {
		t.Error("another number of features has the same hash")
	}
}

func TestSyntheticDesigns(t *testing.T) {
	const n, d = 20000, 4
	for name, s := range map[string]Source{
		"gaussian": Gaussian{Design{Samples: n, Features: d, Classes: 3, Condition: 100}},
		"uniform":  Uniform{Design{Samples: n, Features: d, Classes: 3, Condition: 100}},
	} {
		p, err := Load[float64](Options{Data: s, Scale: "none"}, Classify, Where{Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Train.Classes) != 3 {
			t.Errorf("%s: %d classes", name, len(p.Train.Classes))
		}
		unit := 1.
		if name == "uniform" {
			unit = 1. / 3
		}
		for j := range d {
			sum, square := 0., 0.
			for i := range n {
				v := p.Train.Row(i)[j]
				sum += v / n
				square += v * v / n
			}
			want := unit * math.Pow(100, -float64(j)/(d-1))
			if math.Abs(sum) > 5*math.Sqrt(want/n) || math.Abs(square/want-1) > .05 {
				t.Errorf("%s, feature %d: mean %v, mean square %v, want 0 and %v", name, j, sum, square, want)
			}
		}
		// Without noise the classes are those of a linear model: the planted one separates them.
		counts := make([]int, 3)
		for _, l := range p.Train.Labels {
			counts[l]++
		}
		if slices.Min(counts) == 0 {
			t.Errorf("%s: classes %v", name, counts)
		}
		again, err := Load[float32](Options{Data: s, Scale: "none"}, Classify, Where{Seed: 3})
		if err != nil || again.Train.all()[5] != float32(p.Train.all()[5]) || !slices.Equal(again.Train.Labels, p.Train.Labels) {
			t.Errorf("%s: precisions differ, %v", name, err)
		}
	}
	if _, err := Load[float64](Options{Data: Tridiagonal{3, 1}}, Classify, Where{}); err == nil {
		t.Error("tridiagonal classifies")
	}
	if _, err := Load[float64](Options{Data: Gaussian{Design{Samples: 1e7, Features: 1e5, Classes: 2, Condition: 1}}}, Classify, Where{}); err == nil {
		t.Error("a set of 10^12 numbers passes")
	}
}

// Samples to try a model on take the place of the test part, and are scaled as the training part
// was.
func TestOtherSamples(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"train.csv": "0,0,3\n10,5,4\n5,5,3\n", "other.csv": "20,5,4\n", "wide.csv": "1,2,3,4\n", "strange.csv": "1,2,5\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	load := func(file string) (*Parts[float64], error) {
		return Load[float64](Options{Data: CSV{Path: "train.csv", Label: "last"}, Test: TestPart{Share: .34}, Scale: "minmax"}, Classify,
			Where{Dir: dir, Seed: 1, Test: CSV{Path: file, Label: "last"}})
	}
	p, err := load("other.csv")
	if err != nil {
		t.Fatal(err)
	}
	if p.Train.Len() != 2 || p.Test.Len() != 1 || p.Test.Labels[0] != 1 {
		t.Errorf("%d training samples, test part %+v", p.Train.Len(), p.Test)
	}
	before, err := Load[float64](Options{Data: CSV{Path: "train.csv", Label: "last"}, Test: TestPart{Share: .34}, Scale: "minmax"}, Classify, Where{Dir: dir, Seed: 1})
	if err != nil || !slices.Equal(before.Train.all(), p.Train.all()) {
		t.Errorf("the training part is %v, without other samples %v, %v", p.Train.all(), before.Train.all(), err)
	}
	for file, want := range map[string]string{"wide.csv": "3 features, the training part 2", "strange.csv": "none of the 2 classes"} {
		if _, err := load(file); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}
