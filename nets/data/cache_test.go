package data

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// What no seed has a part in is read once for all seeds, and what one has never is.
func TestCache(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.csv")
	if err := os.WriteFile(file, []byte("1,0\n2,1\n3,0\n4,1\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	csv := CSV{"a.csv", "last", "auto"}
	synthetic := Gaussian{Design{Samples: 8, Features: 2, Classes: 2, Condition: 1}}
	own := Defaults()
	for name, c := range map[string]struct {
		set    func(*Options)
		shared bool
	}{
		"a file":            {func(o *Options) { o.Data = csv }, true},
		"scaled":            {func(o *Options) { o.Data, o.Scale = csv, "standard" }, true},
		"with another":      {func(o *Options) { o.Data, o.Test.Source = csv, csv }, true},
		"another at random": {func(o *Options) { o.Data, o.Test.Source = synthetic, synthetic }, false},
		"validation":        {func(o *Options) { o.Data, o.Validation = csv, .25 }, false},
		"a share for tests": {func(o *Options) { o.Data, o.Test.Share = csv, .25 }, false},
		"synthetic":         {func(o *Options) { o.Data = synthetic }, false},
		"split otherwise":   {func(o *Options) { o.Data, o.Partition = csv, Shards{} }, true},
	} {
		o := own
		c.set(&o)
		cache := new(Cache)
		load := func(seed uint64) *Parts[float32] {
			p, err := Load[float32](o, Classify, Where{Dir: dir, Seed: seed, Cache: cache})
			if err != nil {
				t.Fatal(name, err)
			}
			return p
		}
		p, q := load(1), load(2)
		if (p == q) != c.shared {
			t.Errorf("%s: shared is %v, want %v", name, p == q, c.shared)
		}
		if wide, err := Load[float64](o, Classify, Where{Dir: dir, Cache: cache}); err != nil || wide.Hash != p.Hash && c.shared {
			t.Errorf("%s in the other precision: %v", name, err)
		}
		runtime.KeepAlive(p)
	}

	// Nothing is held that nobody holds; other settings are other data.
	var cache Cache
	o := own
	o.Data = csv
	where := Where{Dir: dir, Cache: &cache}
	first, err := Load[float32](o, Classify, where)
	if err != nil {
		t.Fatal(err)
	}
	o.Scale = "minmax"
	if other, err := Load[float32](o, Classify, where); err != nil || other.Train.all()[3] != 1 || first.Train.all()[3] != 4 {
		t.Errorf("%v, scaled %v, not scaled %v", err, other.Train.all(), first.Train.all())
	}
	o.Scale, first = own.Scale, nil
	runtime.GC()
	if err := os.WriteFile(file, []byte("7,0\n2,1\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if again, err := Load[float32](o, Classify, where); err != nil || again.Train.all()[0] != 7 {
		t.Errorf("%v, %v: want what is in the file now", err, again.Train.all())
	}
	// One reads, the others wait.
	var all sync.WaitGroup
	var parts [8]*Parts[float32]
	for i := range parts {
		all.Go(func() { parts[i], _ = Load[float32](o, Classify, Where{Dir: dir, Seed: uint64(i), Cache: &cache}) })
	}
	all.Wait()
	for _, p := range parts {
		if p == nil || p != parts[0] {
			t.Errorf("%p and %p", p, parts[0])
		}
	}
}
