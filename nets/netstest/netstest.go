// Package netstest holds what every problem must keep. A kind of one's own is tested by one line:
//
//	func TestMine(t *testing.T) { netstest.Kind(t, map[string]any{"kind": "mine", "data": netstest.Data}) }
//
// and Test runs the same over everything that is registered.
package netstest

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"staleness/internal/params"
	"staleness/internal/testspeed"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// Data and Images are small synthetic data sets of two classes (or targets), and Tokens one for
// language models, as values of the key data. Small is a net for these, Narrow one of few planes.
var (
	Data   = map[string]any{"kind": "gaussian", "samples": int64(60), "features": int64(7), "noise": 1.}
	Tokens = map[string]any{"kind": "markov", "tokens": int64(150), "vocabulary": int64(5), "order": int64(2)}
	Images = map[string]any{"kind": "patches", "samples": int64(24), "rows": int64(20), "cols": int64(18), "channels": int64(2), "classes": int64(3)}
	Narrow = map[string]any{"width": int64(2), "groups": int64(1)}
	Small  = map[string]any{"layers": int64(1), "width": int64(8), "context": int64(6)}
)

// Test checks every registered kind with its defaults, on the first of Data and Images that it
// takes.
func Test(t *testing.T) {
	for _, name := range nets.Kinds().Names() {
		t.Run(name, func(t *testing.T) {
			table, err := Example(name)
			if err != nil {
				t.Fatal(err)
			}
			Kind(t, table)
		})
	}
}

// Example is a table that a kind can be built from, with plausible values for keys without a
// default.
func Example(name string) (map[string]any, error) {
	var last error
	for _, d := range []map[string]any{nil, Data, Images, Tokens} {
		table := nets.Kinds().Example(name)
		if d != nil {
			table["data"] = d
			table["test"], table["validation"] = .2, .2
		}
		e, _ := nets.Kinds().Lookup(name)
		if speaks(e.Defaults) {
			maps.Copy(table, Small)
		}
		if slices.ContainsFunc(params.DescribeStruct(e.Defaults), func(k params.KeyDoc) bool { return k.Key == "groups" }) {
			maps.Copy(table, Narrow)
		}
		c, err := nets.Decode("problem", table)
		if err == nil {
			if _, err = nets.Build[float64](c, nets.Env{}); err == nil {
				return table, nil
			}
		}
		last = err
	}
	return nil, fmt.Errorf("no example of %s can be built: %w", name, last)
}

// speaks says whether a configuration is one of a language model.
func speaks(c any) bool {
	t, ok := c.(interface{ Task() data.Task })
	return ok && t.Task() == data.Language
}

// Kind checks one [problem] table in both precisions.
func Kind(t *testing.T, table map[string]any) {
	t.Helper()
	c, err := nets.Decode("problem", table)
	if err != nil {
		t.Fatal(err)
	}
	p, err := nets.Build[float64](c, nets.Env{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	q, err := nets.Build[float32](c, nets.Env{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	if testspeed.Race {
		t.Log("float64 is checked without the race detector: the code is the same")
	} else {
		for _, e := range Check(p) {
			t.Errorf("float64: %v", e)
		}
	}
	for _, e := range Check(q) {
		t.Errorf("float32: %v", e)
	}
	if err := precisions(p, q); err != nil {
		t.Error(err)
	}
	again, err := nets.Build[float64](c, nets.Env{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	if err := rebuilt(p, again); err != nil {
		t.Error(err)
	}
}

const pure = "Grad is pure"

// Check returns what is wrong with a problem: all of it, if Grad is pure.
func Check[F vec.Float](p nets.Problem[F]) (wrong []error) {
	if p.Dim() < 1 || p.Len() < 1 {
		return []error{fmt.Errorf("dimension %d, %d samples: want at least 1", p.Dim(), p.Len())}
	}
	c := newSubject(p)
	for _, check := range []struct {
		what string
		f    func() error
	}{
		{"Init", c.checkInit},
		{"Grad against finite differences", c.checkDifferences},
		{pure, c.checkPure},
		{"Grad may be called concurrently", c.checkConcurrent},
		{"Grad allocates nothing", c.checkAllocations},
		{"Grad is the mean over the batch", c.checkMean},
		{"Step is Grad and an update", c.checkStep},
		{"Evaluate", c.checkEvaluate},
		{"Minimum", c.checkMinimum},
		{"Curvature", c.checkCurvature},
		{"Predict", c.checkPredict},
		{"Parameters", c.checkParameters},
	} {
		if err := check.f(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", check.what, err))
			if check.what == pure {
				break // calls side by side would only race
			}
		}
	}
	return wrong
}

// precisions compares the two precisions of one problem at the same point.
func precisions(p nets.Problem[float64], q nets.Problem[float32]) error {
	if p.Dim() != q.Dim() || p.Len() != q.Len() {
		return fmt.Errorf("float64 has Dim %d, Len %d; float32 %d, %d", p.Dim(), p.Len(), q.Dim(), q.Len())
	}
	s, r := newSubject(p), newSubject(q)
	for j, v := range r.x {
		s.x[j] = float64(v)
	}
	g, loss := s.grad(s.x, s.batch)
	h, loss32 := r.grad(r.x, r.batch)
	wide := make([]float64, len(h))
	for j, v := range h {
		wide[j] = float64(v)
	}
	if d, size := distance(wide, g); !(d <= 1e-4*size+1e-6) || math.Abs(loss-loss32) > 1e-4*(1+math.Abs(loss)) {
		return fmt.Errorf("precisions differ: loss %v and %v, gradients apart by %v of %v", loss, loss32, d, size)
	}
	return nil
}

// rebuilt compares two problems of one configuration and seed.
func rebuilt(p, q nets.Problem[float64]) error {
	s, r := newSubject(p), newSubject(q)
	g, loss := s.grad(s.x, s.batch)
	h, again := r.grad(r.x, r.batch)
	if !same(g, h) || loss != again {
		return fmt.Errorf("one configuration and seed give two different problems")
	}
	return nil
}

// With is a table with some keys added or replaced.
func With(table map[string]any, more map[string]any) map[string]any {
	t := maps.Clone(table)
	maps.Copy(t, more)
	return t
}
