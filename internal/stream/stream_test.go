package stream

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

var _ rand.Source = (*Rand)(nil)

// These words are in every record ever made. They never change.
func TestGolden(t *testing.T) {
	for _, g := range []struct {
		seed    uint64
		purpose string
		a, b    uint64
		want    [3]uint64
	}{
		{0x0, "", 0x0, 0x0, [3]uint64{0xfd63cb7d3a1b236a, 0x7406a7a84ea23415, 0x9ae8d9c368e12759}},
		{0x1, "compute", 0x0, 0x0, [3]uint64{0xbbb0b2ffbc3fc0b1, 0x3f7679a93699381a, 0x368d693d17ec17bb}},
		{0x1, "compute", 0x0, 0x1, [3]uint64{0xddc908a11f4a06e6, 0x32999f8aae09a12c, 0x3b25f52bae4495fd}},
		{0x1, "compute", 0x1, 0x0, [3]uint64{0xfb40ea753c8ecfb8, 0xc77c84609f996cc1, 0x0795bcb41c1ab0c1}},
		{0x2, "compute", 0x0, 0x0, [3]uint64{0x3e32d6a49c5d862c, 0x42c5ac43e2e570f5, 0x5c6f4b50b4cb855f}},
		{0x1, "batch", 0x0, 0x0, [3]uint64{0x868b8a8916ec5ff4, 0xa60aeb33a9a6eba7, 0x94d30846aa8c8667}},
		{0x8000000000000000, "up", 0xffffff, 0x10000000000, [3]uint64{0x25f1cd457a7ff97e, 0x766e659ac139cfaf, 0xd8eae4ba3692defb}},
		{0xffffffffffffffff, "fault", 0xffffffffffffffff, 0xffffffffffffffff, [3]uint64{0xff8aaf8f2f984243, 0x2c3165fe68e81938, 0x4993155116f23a11}},
	} {
		r := NewKey(g.seed, g.purpose).At(g.a, g.b)
		if got := [3]uint64{r.Uint64(), r.Uint64(), r.Uint64()}; got != g.want {
			t.Errorf("(%d, %q, %d, %d) gives %#x, want %#x", g.seed, g.purpose, g.a, g.b, got, g.want)
		}
	}
	r := NewKey(1, "compute").At(0, 0)
	if f := r.Float64(); f != 0.7331649660447958 {
		t.Errorf("Float64 gives %v", f)
	}
	x := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	r.Shuffle(x)
	if want := []int{5, 4, 3, 8, 0, 9, 6, 7, 1, 2}; !slices.Equal(x, want) {
		t.Errorf("Shuffle gives %v, want %v", x, want)
	}
}

// families are sequences of words that must each look random although their addresses are
// neighbours.
var families = map[string]func(i uint64) uint64{
	"index":  func(i uint64) uint64 { r := NewKey(1, "compute").At(3, i); return r.Uint64() },
	"worker": func(i uint64) uint64 { r := NewKey(1, "compute").At(i, 3); return r.Uint64() },
	"both":   func(i uint64) uint64 { r := NewKey(1, "compute").At(i%256, i/256); return r.Uint64() },
	"seed":   func(i uint64) uint64 { r := NewKey(i, "compute").At(0, 0); return r.Uint64() },
	"purpose": func(i uint64) uint64 {
		r := NewKey(1, string([]byte{byte(i), byte(i >> 8), byte(i >> 16)})).At(0, 0)
		return r.Uint64()
	},
	"second": func(i uint64) uint64 { r := NewKey(1, "compute").At(3, i); r.Uint64(); return r.Uint64() },
	"high":   func(i uint64) uint64 { r := NewKey(1, "compute").At(3, i<<40); return r.Uint64() },
}

// chiSquare standardises the statistic of n equally likely cells: about standard normal.
func chiSquare(counts []int) float64 {
	total := 0
	for _, c := range counts {
		total += c
	}
	want := float64(total) / float64(len(counts))
	var x float64
	for _, c := range counts {
		d := float64(c) - want
		x += d * d / want
	}
	k := float64(len(counts) - 1)
	return (x - k) / math.Sqrt(2*k)
}

const sigmas = 5.5 // a draw of one in 10^7

func TestUniform(t *testing.T) {
	const n = 1 << 17
	for name, word := range families {
		low, high, pairs := make([]int, 256), make([]int, 256), make([]int, 4096)
		bit := make([]int, 64)
		before := word(n)
		for i := range uint64(n) {
			w := word(i)
			low[w&255]++
			high[w>>56]++
			pairs[w>>58<<6|before>>58]++ // this and the one before
			for b := range bit {
				bit[b] += int(w >> b & 1)
			}
			before = w
		}
		for what, counts := range map[string][]int{"low byte": low, "high byte": high, "neighbours": pairs} {
			if x := chiSquare(counts); math.Abs(x) > sigmas {
				t.Errorf("%s: %s: chi-square is %.1f standard deviations off", name, what, x)
			}
		}
		for b, c := range bit {
			if x := (float64(c) - n/2) / math.Sqrt(n/4); math.Abs(x) > sigmas {
				t.Errorf("%s: bit %d is set %.1f standard deviations too often", name, b, x)
			}
		}
	}
}

// The words of neighbouring addresses differ in half their bits, and have no bit in common more
// often than that.
func TestNeighboursIndependent(t *testing.T) {
	const n = 1 << 15
	for name, word := range families {
		same := make([]int, 64)
		total := 0
		for i := range uint64(n) {
			x := word(i) ^ word(i+1)
			total += bits.OnesCount64(x)
			for b := range same {
				same[b] += int(x >> b & 1)
			}
		}
		if x := (float64(total) - 32*n) / math.Sqrt(16*n); math.Abs(x) > sigmas {
			t.Errorf("%s: %.1f standard deviations too many bits differ", name, x)
		}
		for b, c := range same {
			if x := (float64(c) - n/2) / math.Sqrt(n/4); math.Abs(x) > sigmas {
				t.Errorf("%s: bit %d differs %.1f standard deviations too often", name, b, x)
			}
		}
	}
}

// The checks themselves see a generator without the mixing.
func TestChecksSeeBadWords(t *testing.T) {
	counts := make([]int, 4096)
	for i := range uint64(1 << 17) {
		w, before := i*golden, (i-1)*golden
		counts[w>>58<<6|before>>58]++
	}
	if x := chiSquare(counts); x < sigmas {
		t.Errorf("a Weyl sequence passes with %.1f", x)
	}
}

// No two addresses of a large run share a stream.
func TestNoCollisions(t *testing.T) {
	seen := make([]uint64, 0, 1<<18)
	for _, purpose := range []string{"compute", "batch", "up", "down"} {
		k := NewKey(1, purpose)
		for a := range uint64(64) {
			for b := range uint64(1024) {
				seen = append(seen, k.At(a, b).s)
			}
		}
	}
	slices.Sort(seen)
	for i := range seen[1:] {
		if seen[i] == seen[i+1] {
			t.Fatal("two addresses have one state")
		}
	}
}

func TestFloat64Open(t *testing.T) {
	r := NewKey(1, "float").At(0, 0)
	for range 1 << 20 {
		if f := r.Float64(); !(f > 0 && f < 1) || 1-(1-f) != f {
			t.Fatalf("%v", f)
		}
	}
}

func TestStarting(t *testing.T) {
	for _, w := range []uint64{0, 1, math.MaxUint64, 1 << 63, 0x0123456789abcdef} {
		if r := Starting(w); r.Uint64() != w {
			t.Errorf("a stream that should start with %#x does not", w)
		}
	}
	least, most := Starting(0), Starting(math.MaxUint64)
	if u, v := least.Float64(), most.Float64(); u != 0x1p-53 || v != 1-0x1p-53 {
		t.Errorf("Float64 ranges over [%v, %v]", u, v)
	}
}

func TestIntN(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 1000} {
		counts := make([]int, n)
		r := NewKey(2, "int").At(0, uint64(n))
		for range 100 * max(n, 100) {
			counts[r.IntN(n)]++
		}
		if n > 1 {
			if x := chiSquare(counts); math.Abs(x) > sigmas {
				t.Errorf("IntN(%d): %.1f", n, x)
			}
		}
	}
}

func TestShuffle(t *testing.T) {
	counts := map[[4]int]int{}
	r := NewKey(3, "shuffle").At(0, 0)
	for range 24000 {
		x := [4]int{0, 1, 2, 3}
		r.Shuffle(x[:])
		counts[x]++
	}
	all := make([]int, 0, 24)
	for _, c := range counts {
		all = append(all, c)
	}
	if len(all) != 24 {
		t.Fatalf("%d permutations", len(all))
	}
	if x := chiSquare(all); math.Abs(x) > sigmas {
		t.Errorf("%.1f", x)
	}
	r.Shuffle(nil)
}

func TestNoAllocations(t *testing.T) {
	k := NewKey(1, "compute")
	var sum float64
	if n := testing.AllocsPerRun(100, func() { r := k.At(1, 2); sum += r.Float64() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkKeyed(b *testing.B) {
	k := NewKey(1, "compute")
	var sum, i uint64
	for b.Loop() {
		i++
		r := k.At(7, i)
		sum += r.Uint64()
	}
	if sum == 0 {
		b.Log("a word that keeps the loop")
	}
}

func BenchmarkNext(b *testing.B) {
	r := NewKey(1, "compute").At(7, 1)
	var sum float64
	for b.Loop() {
		sum += r.Float64()
	}
	if sum == 0 {
		b.Log("a word that keeps the loop")
	}
}
