package data

import (
	"math"
	"slices"
	"strings"
	"testing"

	"staleness/internal/params"
	"staleness/internal/stream"
)

func balanced(n, classes int) []int {
	labels := make([]int, n)
	for i := range labels {
		labels[i] = i % classes
	}
	return labels
}

// classCounts is how many samples of each class a worker has.
func classCounts(s Shares, worker int, labels []int, classes int) []int {
	counts := make([]int, classes)
	for i := range s.Len(worker) {
		counts[labels[s.At(worker, i)]]++
	}
	return counts
}

// A partition gives every sample to exactly one worker, and every worker at least one.
func TestPartitionsPartition(t *testing.T) {
	labels := balanced(100, 4)
	for _, p := range []Partition{Shards{}, Dirichlet{.01}, Dirichlet{.5}, Dirichlet{1000}, Labels{1}, Labels{3}} {
		for _, workers := range []int{1, 3, 7, 33} {
			s, err := Split(p, 100, workers, labels, 4, 11)
			if err != nil {
				t.Fatalf("%+v, %d workers: %v", p, workers, err)
			}
			again, _ := Split(p, 100, workers, labels, 4, 11)
			seen := make([]int, 100)
			for w := range workers {
				if s.Len(w) == 0 {
					t.Errorf("%+v: worker %d of %d has nothing", p, w, workers)
				}
				for i := range s.Len(w) {
					seen[s.At(w, i)]++
					if s.At(w, i) != again.At(w, i) {
						t.Fatalf("%+v: two splits differ", p)
					}
				}
			}
			if slices.Min(seen) != 1 || slices.Max(seen) != 1 {
				t.Errorf("%+v, %d workers: samples are seen %v times", p, workers, seen)
			}
		}
	}
}

func TestShardsAreEven(t *testing.T) {
	s, err := Split(Shards{}, 103, 4, nil, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	for w := range 4 {
		if n := s.Len(w); n != 25 && n != 26 {
			t.Errorf("worker %d has %d of 103", w, n)
		}
	}
	other, _ := Split(Shards{}, 103, 4, nil, 0, 2)
	same := 0
	for i := range 25 {
		if s.At(0, i) == other.At(0, i) {
			same++
		}
	}
	if same == 25 {
		t.Error("two seeds give one split")
	}
}

func TestLabelsGiveFewClasses(t *testing.T) {
	labels := balanced(100, 10)
	s, err := Split(Labels{1}, 100, 10, labels, 10, 1)
	if err != nil {
		t.Fatal(err)
	}
	for w := range 10 {
		if c := classCounts(s, w, labels, 10); c[w] != 10 {
			t.Errorf("worker %d: %v", w, c)
		}
	}
	s, err = Split(Labels{2}, 100, 5, labels, 10, 1)
	if err != nil {
		t.Fatal(err)
	}
	for w := range 5 {
		if c := classCounts(s, w, labels, 10); slices.Max(c) != 10 || s.Len(w) != 20 {
			t.Errorf("two pieces, worker %d: %v", w, c)
		}
	}
}

// The proportions have the mean and variance of a Dirichlet distribution, at every alpha.
func TestDirichletMoments(t *testing.T) {
	key := stream.NewKey(4, "dirichlet")
	const k, draws = 5, 20000
	for i, alpha := range []float64{.001, .1, 1, 10} {
		mean, square := 0., 0.
		for d := range draws {
			r := key.At(uint64(i), uint64(d))
			p := dirichlet(&r, k, alpha)
			mean += p[0] / draws
			square += p[0] * p[0] / draws
		}
		wantVar := (1. / k) * (1 - 1./k) / (k*alpha + 1)
		if v := square - mean*mean; math.Abs(mean-.2) > 6*math.Sqrt(wantVar/draws) || math.Abs(v-wantVar) > .05*wantVar {
			t.Errorf("alpha %v: mean %v, want .2; variance %v, want %v", alpha, mean, v, wantVar)
		}
	}
}

func TestWrongPartitions(t *testing.T) {
	labels := balanced(10, 2)
	for _, c := range []struct {
		p       Partition
		workers int
		labels  []int
		want    string
	}{
		{Shards{}, 11, nil, "10 samples for 11 workers"},
		{Shared{}, 0, nil, "at least one worker"},
		{Dirichlet{1}, 2, nil, "targets, not classes"},
		{Labels{1}, 2, nil, "targets, not classes"},
		{Labels{6}, 2, labels, "10 samples make no 6 pieces for each of 2 workers: 5 is the most"},
	} {
		if _, err := Split(c.p, 10, c.workers, c.labels, 2, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v, %d workers: %v; want %q", c.p, c.workers, err, c.want)
		}
	}
}

// The keys of a [problem] table are read as the manual writes them.
func TestOptionsDecode(t *testing.T) {
	decode := func(table map[string]any) (Options, error) {
		o := Defaults()
		err := params.Decode("problem", table, &o)
		return o, err
	}
	o, err := decode(map[string]any{"data": "libsvm:dir/a9a", "test": "libsvm:dir/a9a.t", "validation": .1, "scale": "standard", "partition": map[string]any{"kind": "dirichlet", "alpha": .1}})
	if err != nil {
		t.Fatal(err)
	}
	if o.Data != (LIBSVM{Path: "dir/a9a"}) || o.Test.Source != (LIBSVM{Path: "dir/a9a.t"}) || o.Partition != (Dirichlet{.1}) {
		t.Errorf("%+v", o)
	}
	back, err := decode(params.Encode(o))
	if err != nil || back != o {
		t.Errorf("%+v written and read is %+v, %v", o, back, err)
	}
	if o, err = decode(map[string]any{"data": "digits", "test": .2, "partition": "labels"}); err != nil || o.Data != (Digits{}) || o.Test.Share != .2 || o.Partition != (Labels{1}) {
		t.Errorf("%+v, %v", o, err)
	}
	if back, err = decode(params.Encode(o)); err != nil || back != o {
		t.Errorf("%+v written and read is %+v, %v", o, back, err)
	}
	for want, table := range map[string]map[string]any{
		"problem.test.path: is missing":              {"data": "digits", "test": "csv"},
		`did you mean "digits"?`:                     {"data": "digit"},
		"problem.data: is missing":                   {},
		"problem.test = 1.5: a share of the data":    {"data": "digits", "test": 1.5},
		"problem.test = 3: want a data set":          {"data": "digits", "test": int64(3)},
		"problem.validation = 1.0: is outside [0,1)": {"data": "digits", "validation": 1.},
		"problem.partition.alpha = 0.0: is outside":  {"data": "digits", "partition": map[string]any{"kind": "dirichlet", "alpha": 0.}},
		"problem.partition.alpha: is missing":        {"data": "digits", "partition": "dirichlet"},
		`unknown data set "mnist"`:                   {"data": "mnist:dir"},
		"problem.data.path: is missing":              {"data": "idx"},
		"problem.scale = \"unit\": is none of range": {"data": "digits", "scale": "unit"},
	} {
		if _, err := decode(table); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v; want %q", table, err, want)
		}
	}
}

func TestBatchSizeDecodes(t *testing.T) {
	for _, v := range []any{int64(0), int64(-1), 1.5, "all", true, int64(1) << 40} {
		var b BatchSize
		if err := b.FromParam(v); err == nil {
			t.Errorf("%v passes as a batch", v)
		}
	}
	for v, want := range map[any]BatchSize{int64(32): 32, "full": 0} {
		var b BatchSize = 7
		if err := b.FromParam(v); err != nil || b != want || b.ToParam() != v {
			t.Errorf("%v is %d, %v", v, b, err)
		}
	}
}
