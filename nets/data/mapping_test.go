package data

import (
	"bytes"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"staleness/nets/vec"
)

// all is every feature of every sample.
func (s *Set[F]) all() []F { return s.Rows(nil, 0, s.Len()) }

// pixels are two folders of random images: IDX of n training and k test images of side x side, and
// CIFAR-10 of as many.
func pixels(r *rand.Rand, n, k, side int) (idx, cifar map[string][]byte) {
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(1 + r.IntN(255)) // none is what the system fills a cut page with
		}
		return b
	}
	labels := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(3 * i % 10)
		}
		return b
	}
	word := func(n int) []byte { return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)} }
	idx, cifar = map[string][]byte{}, map[string][]byte{}
	for _, name := range []string{"train", "t10k"} {
		n := map[string]int{"train": n, "t10k": k}[name]
		idx[name+"-images-idx3-ubyte"] = slices.Concat([]byte{0, 0, 8, 3}, word(n), word(side), word(side), noise(n*side*side))
		idx[name+"-labels-idx1-ubyte"] = slices.Concat([]byte{0, 0, 8, 1}, word(n), labels(n))
	}
	batch := func(n int) (b []byte) {
		for _, l := range labels(n) {
			b = append(append(b, l), noise(3072)...)
		}
		return b
	}
	cifar["data_batch_1.bin"], cifar["data_batch_2.bin"], cifar["data_batch_3.bin"], cifar["test_batch.bin"] = batch(n/2), batch(2), batch(n-n/2-2), batch(k)
	return idx, cifar
}

// packed compresses some of the files.
func packed(files map[string][]byte, which func(name string) bool) map[string][]byte {
	out := maps.Clone(files)
	for name, b := range files {
		if which(name) {
			delete(out, name)
			out[name+".gz"] = zipped(b)
		}
	}
	return out
}

// Features that stay in their files are what they would be in memory, to the bit: compressed files
// are copied, and are the other way.
func TestMappedIsCopied(t *testing.T) {
	t.Run("float32", mappedIsCopied[float32])
	t.Run("float64", mappedIsCopied[float64])
}

func mappedIsCopied[F vec.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	idx, cifar := pixels(r, 23, 9, 5)
	some := map[string][]Options{}
	for _, scale := range []string{"none", "range", "minmax", "standard"} {
		for _, o := range []Options{{}, {Validation: .3}, {Validation: .2, Partition: Shards{}}} {
			o.Scale = scale
			some[scale] = append(some[scale], o)
		}
	}
	for kind, files := range map[string]map[string][]byte{"idx": idx, "cifar10": cifar} {
		plain, gz := folder(t, files), folder(t, packed(files, func(string) bool { return true }))
		mixed := folder(t, packed(files, func(name string) bool { return name == "data_batch_2.bin" }))
		for _, o := range slices.Concat(some["none"], some["range"], some["minmax"], some["standard"]) {
			load := func(dir string) *Parts[F] {
				t.Helper()
				if o.Data = Source(IDX{dir}); kind == "cifar10" {
					o.Data = CIFAR10{dir}
				}
				content, err := Identify(o, Classify, Where{Seed: 4})
				if err != nil {
					t.Fatal(err)
				}
				p, err := Load[F](o, Classify, Where{Seed: 4, Content: content})
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			there, copied, both := load(plain), load(gz), load(mixed)
			if there.Train.InMemory() || !copied.Train.InMemory() || both.Train.InMemory() != (kind == "cifar10") {
				t.Fatalf("%s: in memory: as it is %v, compressed %v", kind, there.Train.InMemory(), copied.Train.InMemory())
			}
			if there.Hash != copied.Hash || both.Hash != copied.Hash {
				t.Errorf("%s: two hashes of one content", kind)
			}
			for i, s := range []*Set[F]{there.Train, there.Validation, there.Test} {
				same(t, kind+" "+o.Scale, s, []*Set[F]{copied.Train, copied.Validation, copied.Test}[i], r)
				same(t, kind+" "+o.Scale+" in part compressed", []*Set[F]{both.Train, both.Validation, both.Test}[i], s, r)
			}
			if n := int64(there.Train.Len() + there.Test.Len()); o.Validation == 0 && there.Bytes() != 16*n {
				t.Errorf("%d bytes are held of %d samples that are not copied", there.Bytes(), n)
			}
			a := Affine{[]float64{.25}, []float64{1. / 3}}
			x, err := applied(a, there.Train)
			y, err2 := applied(a, copied.Train)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			same(t, kind+" mapped once more", x, y, r)
			perm := r.Perm(there.Train.Len())[:5]
			same(t, kind+" subset", x.Subset(perm), y.Subset(perm), r)
		}
	}
}

// same compares sets by every way to their features.
func same[F vec.Float](t *testing.T, what string, a, b *Set[F], r *rand.Rand) {
	t.Helper()
	if a.Len() != b.Len() || a.Len() > 0 && (!slices.Equal(a.Labels, b.Labels) || !slices.Equal(a.Classes, b.Classes)) {
		t.Fatalf("%s: other samples", what)
	}
	if a.Len() == 0 {
		return
	}
	bits := func(x, y F) bool { return math.Float64bits(float64(x)) == math.Float64bits(float64(y)) }
	if !slices.EqualFunc(a.all(), b.all(), bits) {
		t.Fatalf("%s: other features", what)
	}
	batch := make([]int, 7)
	for j := range batch {
		batch[j] = r.IntN(a.Len())
	}
	x, y := make([]F, 7*a.Features()), make([]F, 7*a.Features())
	a.Gather(x, batch)
	b.Gather(y, batch)
	if !slices.EqualFunc(x, y, bits) || !slices.EqualFunc(a.Row(batch[3]), b.Row(batch[3]), bits) || !slices.Equal(x[3*a.Features():4*a.Features()], a.Row(batch[3])) {
		t.Fatalf("%s: other features of a batch", what)
	}
}

// A scale that takes a byte that is there out of range is refused as of a copy, one that takes a
// byte that is not there is fine.
func TestMappedScaleOutOfRange(t *testing.T) {
	files := smallIDX()
	load := func(files map[string][]byte) *Set[float32] {
		p, err := Load[float32](Options{Data: IDX{folder(t, files)}, Scale: "none"}, Classify, Where{})
		if err != nil {
			t.Fatal(err)
		}
		return p.Train
	}
	mapped, copied := load(files), load(packed(files, func(string) bool { return true }))
	most := slices.Max(copied.all())
	for _, top := range []float64{float64(most) + 1, float64(most)} {
		a := Affine{[]float64{0}, []float64{math.MaxFloat32 / (top - .5)}} // top becomes too large
		_, err := applied(a, mapped)
		_, want := applied(a, copied)
		if (err == nil) != (top > float64(most)) || (err == nil) != (want == nil) || err != nil && err.Error() != want.Error() {
			t.Errorf("from %v on too large: %v, of a copy %v", top, err, want)
		}
	}
}

// A file that is written or cut while it is computed on ends that by an error that names it, and
// the samples that are what they were can still be had; it never changes a number, and never ends
// the program.
func TestChangedWhileMapped(t *testing.T) {
	idx, cifar := pixels(rand.New(rand.NewPCG(3, 3)), 200, 4, 28)
	for file, files := range map[string]map[string][]byte{"train-images-idx3-ubyte": idx, "data_batch_3.bin": cifar} {
		for what, c := range map[string]struct {
			now  func(b []byte) []byte
			want string
		}{
			"a bit": {func(b []byte) []byte { b[len(b)-5] ^= 1; return b }, "sample 200 has changed since it was first read"},
			"cut":   {func(b []byte) []byte { return b[:20000] }, "can no longer be read"},
			"short": {func(b []byte) []byte { return b[:len(b)-1] }, "sample 200 has changed since it was first read"},
			"empty": {func(b []byte) []byte { return nil }, "can no longer be read"},
		} {
			dir := folder(t, files)
			o := Options{Data: IDX{dir}, Scale: "range"}
			if file != "train-images-idx3-ubyte" {
				o.Data = CIFAR10{dir}
			}
			p, err := Load[float32](o, Classify, Where{})
			if err != nil {
				t.Fatal(err)
			}
			first, last := slices.Clone(p.Train.Row(0)), slices.Clone(p.Train.Row(199))
			name := filepath.Join(dir, file)
			if err := os.WriteFile(name, c.now(bytes.Clone(files[file])), 0o666); err != nil {
				t.Fatal(err)
			}
			if err := readingRow(p.Train, 199); err == nil || err.File != name || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "run again") {
				t.Errorf("%s, %s: %v", file, what, err)
			}
			if what == "a bit" || what == "short" {
				if err := readingRow(p.Train, 0); err != nil || !slices.Equal(p.Train.Row(0), first) {
					t.Errorf("%s, %s: the first sample, which is what it was: %v", file, what, err)
				}
			}
			if err := os.WriteFile(name, files[file], 0o666); err != nil {
				t.Fatal(err)
			}
			if err := readingRow(p.Train, 199); err != nil || !slices.Equal(p.Train.Row(199), last) {
				t.Errorf("%s, %s, put back: %v", file, what, err)
			}
		}
	}
}

// readingRow is the error that reading a row ends by.
func readingRow(s *Set[float32], i int) (err *Error) {
	defer func() {
		if bug := recover(); bug != nil {
			err = bug.(*Error)
		}
	}()
	s.Row(i)
	return nil
}

// A bound that a copy does not fit in lets the files themselves be used.
func TestMappedTakesLittleMemory(t *testing.T) {
	idx, cifar := pixels(rand.New(rand.NewPCG(5, 3)), 200, 20, 28)
	for kind, files := range map[string]map[string][]byte{"idx": idx, "cifar10": cifar} {
		try := func(dir string, memory int64) error {
			o := Options{Data: IDX{dir}, Scale: "range", Validation: .1}
			if kind == "cifar10" {
				o.Data = CIFAR10{dir}
			}
			w := Where{Memory: memory}
			var err error
			if w.Content, err = Identify(o, Classify, w); err == nil {
				_, err = Load[float64](o, Classify, w)
			}
			return err
		}
		const enough = 100_000 // 200 images are above a megabyte as numbers
		if err := try(folder(t, files), enough); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if err := try(folder(t, packed(files, func(string) bool { return true })), enough); err == nil {
			t.Errorf("%s: compressed files are copied into too little", kind)
		}
	}
}

// applied is a copy of s with its features mapped.
func applied[F vec.Float](a Affine, s *Set[F]) (*Set[F], error) {
	t := *s
	t.x = slices.Clone(s.x)
	return &t, apply(a, &t, 0)
}
