package netstest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"staleness/internal/params"
	"staleness/internal/testspeed"
	"staleness/nets"
	"staleness/nets/data"
)

// Layer checks the registered kind of layer of that name, with the keys of table beside its
// defaults: in nets that begin with it, end with it and hold it twice, on images and on plain
// features, wherever its Shape takes what it is given. What Kind checks is checked of each.
func Layer(t *testing.T, name string, table map[string]any) {
	t.Helper()
	own := described(t, nets.LayerKinds(), name, table)
	conv := map[string]any{"kind": "conv", "size": int64(3), "channels": int64(3), "activation": "tanh"}
	dense := map[string]any{"kind": "dense", "width": int64(9), "activation": "tanh"}
	taken := 0
	for _, on := range []struct {
		name string
		data map[string]any
		nets [][]any
	}{
		{"images", Images, [][]any{{own}, {conv, own}, {own, conv, own}, {own, dense, own}}},
		{"features", Data, [][]any{{own}, {dense, own}, {own, dense, own}}},
	} {
		for i, layers := range on.nets {
			if testspeed.Race && i > 1 {
				t.Log("nets of more layers are checked without the race detector")
				break
			}
			full := map[string]any{"kind": "conv", "data": on.data, "layers": layers, "l2": .01, "test": .2}
			c, err := nets.Decode("problem", full)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := nets.Build[float64](c, nets.Env{Seed: 7}); err != nil {
				if e, ok := err.(*params.Error); !ok || e.Path != "layers" && len(e.Path) < len("layers[0]") || len(e.Problem) < 20 {
					t.Errorf("%s %d: %v should say which layer does not fit, and why", on.name, i, err)
				}
				continue
			}
			taken++
			t.Run(fmt.Sprintf("%s %d", on.name, i), func(t *testing.T) { Kind(t, full) })
		}
	}
	if taken == 0 {
		t.Error("it fits neither images of 20 x 18 pixels nor 7 features")
	}
}

// Partition checks the registered partition of that name, with the keys of table beside its
// defaults: every worker sees at least one sample, each sample is seen by one worker (or by all),
// and the shares are a function of the seed. It may want classes, and then says so.
func Partition(t *testing.T, name string, table map[string]any) {
	t.Helper()
	full := described(t, data.Partitions(), name, table)
	c, err := data.Partitions().Decode("partition", full)
	if err != nil {
		t.Fatal(err)
	}
	p := c.(data.Partition)
	if again, err := data.Partitions().Decode("partition", data.Partitions().Encode(c)); err != nil || !reflect.DeepEqual(c, again) {
		t.Errorf("%+v, written out and read again, is %+v, %v", c, again, err)
	}
	const classes = 3
	for _, n := range []int{1, 7, 60, 1000} {
		for _, workers := range []int{1, 2, 7} {
			if workers > n {
				continue
			}
			labels := make([]int, n)
			for i := range labels {
				labels[i] = i * i % classes
			}
			for _, of := range [][]int{labels, nil} {
				shares, err := data.Split(p, n, workers, of, classes, 5)
				if err != nil {
					if len(err.Error()) < 20 || of != nil && n >= 60 {
						t.Errorf("%d samples for %d workers: %v", n, workers, err)
					}
					continue
				}
				if again, err := data.Split(p, n, workers, of, classes, 5); err != nil || !reflect.DeepEqual(shares, again) {
					t.Errorf("%d samples for %d workers: the same seed shares them out in two ways", n, workers)
				}
				if err := shared(shares, n, workers); err != nil {
					t.Errorf("%d samples for %d workers: %v", n, workers, err)
				}
			}
		}
	}
}

// DataSet checks the registered data set of that name, with the keys of table beside its defaults,
// by problems on it: what Kind checks is checked of each, so that its samples are the same in both
// precisions and whenever they are read.
func DataSet(t *testing.T, name string, table map[string]any) {
	t.Helper()
	full := described(t, data.Kinds(), name, table)
	taken, refused := 0, []error{}
	for _, kind := range []string{"softmax", "least-squares", "transformer"} {
		on := map[string]any{"kind": kind, "data": full, "validation": .2}
		if kind == "transformer" {
			maps.Copy(on, Small)
		}
		c, err := nets.Decode("problem", on)
		if err == nil {
			_, err = nets.Build[float64](c, nets.Env{Seed: 7})
		}
		if err != nil {
			refused = append(refused, err)
			continue
		}
		taken++
		t.Run(kind, func(t *testing.T) { Kind(t, on) })
	}
	if taken == 0 {
		t.Errorf("neither classes nor targets nor tokens can be had: %v", refused)
	}
}

// shared says what is wrong with shares.
func shared(s data.Shares, n, workers int) error {
	if s.Workers() != workers {
		return fmt.Errorf("there are shares for %d", s.Workers())
	}
	seen, all := make([]int, n), 0
	for w := range workers {
		if s.Len(w) < 1 {
			return fmt.Errorf("worker %d sees none", w)
		}
		all += s.Len(w)
		for i := range s.Len(w) {
			if at := s.At(w, i); at < 0 || at >= n {
				return fmt.Errorf("worker %d sees sample %d", w, at)
			}
			seen[s.At(w, i)]++
		}
	}
	if least, most := slices.Min(seen), slices.Max(seen); least != most || least != 1 && least != workers {
		return fmt.Errorf("samples are seen by %d to %d workers", least, most)
	}
	return nil
}

// described is the table of a registered part, with what it says of itself checked; table goes
// before plausible values of keys without a default.
func described(t *testing.T, r *params.Registry, name string, table map[string]any) map[string]any {
	t.Helper()
	e, ok := r.Lookup(name)
	if !ok {
		t.Fatalf("there is no %s %q; is its package imported?", r.What(), name)
	}
	if e.Doc == "" {
		t.Errorf("%s says nothing of itself", name)
	}
	full := r.Example(name)
	maps.Copy(full, table)
	return full
}
