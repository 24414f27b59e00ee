// Package delaytest tests what every delay and staleness law promises, by its registered name.
package delaytest

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/sim/delay"
)

const samples = 100_000

var machine = stream.NewKey(1, "machine")

// Laws tests every registered delay law.
func Laws(t *testing.T) {
	for _, name := range delay.Laws().Names() {
		t.Run(name, func(t *testing.T) { Law(t, name, nil) })
	}
}

// Law tests the delay law of a name with the keys of table; keys that are neither there nor have a
// default get plausible values, and the key mean, if it has one, several.
func Law(t *testing.T, name string, table map[string]any) {
	t.Helper()
	table = plausible(t, delay.Laws(), name, table)
	means := []string{"10ms", "1ns", "37us", "1h", "2562047h47m16s"}
	if !hasMean(name) {
		means = means[:1]
	}
	for _, mean := range means {
		s, err := decode(name, mean, table)
		if err != nil {
			t.Fatal(err)
		}
		for _, worker := range []int{0, 1, 7} {
			l := s.ForWorker(worker, machine)
			at := fmt.Sprintf("%s of mean %s, worker %d", name, mean, worker)
			single := sane(t, at, l)
			if mean == "10ms" {
				if single {
					integrals(t, at, l)
				}
				moments(t, at, l, samples)
				pure(t, at, l)
				if m := s.ForWorker(worker, machine); !reflect.DeepEqual(l, m) {
					t.Errorf("%s: another law the second time: %+v, %+v", at, l, m)
				}
			}
		}
	}
	again, err := decode(name, "10ms", table)
	if err != nil {
		t.Fatal(err)
	}
	back, err := delay.Laws().Decode("law", delay.Laws().Encode(again))
	if err != nil {
		t.Fatal(err)
	}
	if l, m := back.(delay.Spec).ForWorker(3, machine), again.ForWorker(3, machine); !reflect.DeepEqual(l, m) {
		t.Errorf("written out and read again it is another law: %+v, %+v", m, l)
	}
	ends(t, delay.Laws(), name, func(key string, x any) error {
		full := maps.Clone(table)
		full[key] = x
		s, err := decode(name, "10ms", full)
		if err == nil {
			sane(t, fmt.Sprintf("%s with %s = %v", name, key, x), s.ForWorker(0, machine))
		}
		return err
	})
	if !hasMean(name) {
		return
	}
	for _, mean := range []any{"-1ms", int64(10), 0.01, "ms", "NaN", true} {
		full := maps.Clone(table)
		full["law"], full["mean"] = name, mean
		if _, err := delay.Laws().Decode("law", full); err == nil {
			t.Errorf("%s takes a mean of %v", name, mean)
		}
	}
}

// plausible adds values for the keys that have no default.
func plausible(t *testing.T, r *params.Registry, name string, table map[string]any) map[string]any {
	t.Helper()
	if _, ok := r.Lookup(name); !ok {
		t.Fatalf("there is no %s %q; is its package imported?", r.What(), name)
	}
	full := r.Example(name)
	if r == delay.Laws() {
		full = Example(name)
	}
	// uneven ones, so that orders can be told apart
	for _, weights := range []string{"times", "weights"} {
		if list, ok := full[weights].([]any); ok && len(list) != 2 { // of two laws
			full[weights] = []any{1.0, 2.0, 0.0, 1.0}
		}
	}
	maps.Copy(full, table)
	return full
}

func decode(name, mean string, table map[string]any) (delay.Spec, error) {
	full := map[string]any{"law": name}
	maps.Copy(full, table)
	if hasMean(name) {
		full["mean"] = mean
	}
	s, err := delay.Laws().Decode("law", full)
	if err != nil {
		return nil, err
	}
	return s.(delay.Spec), nil
}

// hasMean says whether a law has a key mean.
func hasMean(name string) bool {
	e, ok := delay.Laws().Lookup(name)
	if !ok {
		return false
	}
	for _, k := range params.DescribeStruct(e.Defaults) {
		if k.Key == "mean" {
			return true
		}
	}
	return false
}

// Example is a table of the delay law of a name, with plausible values for what has no default, and
// of a mean of 10 ms if it has a key for it.
func Example(name string) map[string]any {
	table := delay.Laws().Example(name)
	if hasMean(name) {
		table["mean"] = "10ms"
	}
	return table
}

var number = regexp.MustCompile(`-?[0-9][0-9.]*(e-?[0-9]+)?`)

// ends tries every number that the range of a key names: those that it takes must do. Beyond the
// last it must take none.
func ends(t *testing.T, r *params.Registry, name string, try func(key string, x any) error) {
	t.Helper()
	for _, d := range r.Describe() {
		if d.Name != name {
			continue
		}
		for _, k := range d.Keys {
			whole := k.Type == "a whole number"
			if !whole && k.Type != "a number" {
				continue
			}
			if k.In == "" {
				t.Errorf("%s: %s has no range", name, k.Key)
			}
			most, taken := math.Inf(-1), 0
			for _, text := range number.FindAllString(k.In, -1) {
				x, err := strconv.ParseFloat(text, 64)
				if err != nil {
					t.Fatal(err)
				}
				most = max(most, x)
				if try(k.Key, value(x, whole)) == nil {
					taken++
				}
			}
			for _, x := range []float64{-1, math.NaN(), math.Inf(1), most*2 + 1} {
				if !(whole && x != math.Trunc(x)) && !(whole && math.IsInf(x, 0)) && try(k.Key, value(x, whole)) == nil {
					t.Errorf("%s takes %s = %v, outside %s", name, k.Key, x, k.In)
				}
			}
			if taken == 0 && k.When == "" {
				t.Errorf("%s: none of the ends of %s = %s is taken", name, k.Key, k.In)
			}
		}
	}
}

func value(x float64, whole bool) any {
	if whole {
		return int64(x)
	}
	return x
}

// sane draws with ordinary and with the rarest uniform numbers: no panic, nothing negative, no mean
// that is no number; and laws that use one uniform number and nothing else, of which single tells,
// must fall with it.
func sane(t *testing.T, at string, l delay.Law) (single bool) {
	t.Helper()
	if m := l.Mean(); !(m >= 0) {
		t.Errorf("%s: Mean is %v", at, m)
	}
	if cv := l.CV(); cv < 0 {
		t.Errorf("%s: CV is %v", at, cv)
	}
	last := time.Duration(math.MaxInt64)
	single = !delay.Forks(l)
	for i := range 513 {
		word := uint64(i) << 55
		if i == 512 {
			word = math.MaxUint64
		}
		r := stream.Starting(word)
		one := r
		one.Uint64()
		before := r
		d := l.Draw(&r)
		if d < 0 {
			t.Fatalf("%s: a draw of %v", at, d)
		}
		single = single && (r == one || r == before)
		if single && d > last {
			t.Fatalf("%s: from %v up to %v as the uniform number grows: laws of one uniform number must fall", at, last, d)
		}
		last = d
	}
	r := stream.NewKey(5, "sane").At(0, 0)
	for range 2000 {
		if d := l.Draw(&r); d < 0 {
			t.Fatalf("%s: a draw of %v", at, d)
		}
	}
	return single
}

// moments compares sample mean and cv with what the law says, where it says a number; the yardstick
// is the spread over batches.
func moments(t *testing.T, at string, l delay.Law, samples int) {
	t.Helper()
	const batches = 50
	var means, squares [batches]float64
	r := stream.NewKey(7, "moments").At(0, 0)
	for b := range batches {
		for range samples / batches {
			x := l.Draw(&r).Seconds()
			means[b] += x / float64(samples/batches)
			squares[b] += x * x / float64(samples/batches)
		}
	}
	mean, meanErr := meanOf(means[:])
	want, cv := l.Mean(), l.CV()
	if _, aware := l.(delay.Aware); aware && math.IsNaN(cv) {
		return // Mean is that in the course of time
	}
	if !math.IsInf(want, 0) && math.Abs(mean-want) > 6*meanErr+1e-9+1e-6*want {
		t.Errorf("%s: sample mean %v +- %v, Mean %v", at, mean, meanErr, want)
	}
	if math.IsInf(cv, 0) || math.IsNaN(cv) {
		return
	}
	square, squareErr := meanOf(squares[:])
	// E x² = m²(1+cv²). Heavy tails make the spread over batches too small: a tenth is granted to
	// them.
	wantSquare := want * want * (1 + cv*cv)
	if math.Abs(square-wantSquare) > 6*squareErr+1e-6*wantSquare+0.1*cv*cv*want*want {
		t.Errorf("%s: sample mean square %v +- %v, Mean and CV give %v", at, square, squareErr, wantSquare)
	}
}

// integrals compares Mean and CV of a law of one uniform number u with the integrals of T(u) and
// T(u)² over (0, 1), taken octave by octave of u so that heavy tails count too: far sharper than
// any sample.
func integrals(t *testing.T, at string, l delay.Law) {
	t.Helper()
	const n = 2000
	var mean, square float64
	for octave := range 52 {
		low := math.Ldexp(1, 63-octave) // u from low to 2 low, in units of 2^-64
		for k := range n {
			r := stream.Starting(uint64(low + low*(float64(k)+0.5)/n))
			x, w := l.Draw(&r).Seconds(), math.Ldexp(1, -octave-1)/n
			mean += w * x
			square += w * x * x
		}
	}
	want, cv := l.Mean(), l.CV()
	if !math.IsInf(want, 0) && math.Abs(mean-want) > 2e-3*want+1e-9 {
		t.Errorf("%s: the integral of its draws is %v, Mean %v", at, mean, want)
	}
	wantSquare := want * want * (1 + cv*cv)
	if !math.IsInf(wantSquare, 0) && !math.IsNaN(wantSquare) && math.Abs(square-wantSquare) > 5e-3*wantSquare {
		t.Errorf("%s: the integral of its squared draws is %v, Mean and CV give %v", at, square, wantSquare)
	}
}

func meanOf(x []float64) (mean, stderr float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		stderr += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(stderr / float64(len(x)*(len(x)-1)))
}

// pure draws the same from the same stream, from several goroutines, without allocating.
func pure(t *testing.T, at string, l delay.Law) {
	t.Helper()
	key := stream.NewKey(3, "pure")
	var want [100]time.Duration
	for i := range want {
		r := key.At(1, uint64(i))
		want[i] = l.Draw(&r)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := len(want) - 1; i >= 0; i-- { // in another order
				r := key.At(1, uint64(i))
				if d := l.Draw(&r); d != want[i] {
					t.Errorf("%s: draw %d is %v, then %v", at, i, want[i], d)
					return
				}
			}
		})
	}
	wg.Wait()
	r := new(stream.Rand)
	k := uint64(0)
	if n := testing.AllocsPerRun(200, func() { k++; *r = key.At(2, k); l.Draw(r) }); n != 0 {
		t.Errorf("%s: %v allocations a draw", at, n)
	}
}

// Counts tests every registered staleness law.
func Counts(t *testing.T) {
	for _, name := range delay.CountLaws().Names() {
		t.Run(name, func(t *testing.T) { Count(t, name) })
	}
}

// Count tests the staleness law of a name, with plausible values for the keys that it requires.
func Count(t *testing.T, name string) {
	t.Helper()
	table := plausible(t, delay.CountLaws(), name, map[string]any{"law": name})
	s, err := delay.CountLaws().Decode("staleness", table)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := delay.CountLaws().Lookup(name)
	if _, has := params.Encode(e.Defaults)["fifo"]; has && params.Idle(s)["fifo"] == "" { // else its reads are in order anyway
		table["fifo"] = true
	}
	if s, err = delay.CountLaws().Decode("staleness", table); err != nil {
		t.Fatal(err)
	}
	if table["fifo"] == true && !s.(delay.CountSpec).Monotone() {
		t.Error("fifo is not read")
	}
	check := func(at string, c delay.Counts) {
		last, single := math.MaxInt, true
		for i := range 513 {
			word := uint64(i) << 55
			if i == 512 {
				word = math.MaxUint64
			}
			r := stream.Starting(word)
			one := r
			one.Uint64()
			before := r
			n := c.DrawCount(&r)
			single = single && (r == one || r == before)
			if n < 0 || n > 1<<30 || single && n > last {
				t.Fatalf("%s: %d after %d as the uniform number grows", at, n, last)
			}
			if n > c.Most() || i == 0 && n != c.Most() {
				t.Fatalf("%s: %d is drawn, and the largest should be %d", at, n, c.Most())
			}
			last = n
		}
		key := stream.NewKey(3, "pure")
		r, q := new(stream.Rand), new(stream.Rand)
		k := uint64(0)
		if n := testing.AllocsPerRun(200, func() {
			k++
			*r, *q = key.At(2, k), key.At(2, k)
			if c.DrawCount(r) != c.DrawCount(q) {
				t.Errorf("%s: another draw from the same stream", at)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations a draw", at, n)
		}
	}
	check(name, s.(delay.CountSpec).Counts())
	ends(t, delay.CountLaws(), name, func(key string, x any) error {
		full := maps.Clone(table)
		full[key] = x
		s, err := delay.CountLaws().Decode("staleness", full)
		if err == nil {
			check(fmt.Sprintf("%s with %s = %v", name, key, x), s.(delay.CountSpec).Counts())
		}
		return err
	})
}
