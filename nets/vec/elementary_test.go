package vec

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// ulps is the distance of got from want in units of want's last place; 0 where both are NaN or the
// same infinity.
func ulps(got, want float64) float64 {
	if got == want || got != got && want != want {
		return 0
	}
	u := math.Nextafter(math.Abs(want), math.Inf(1)) - math.Abs(want)
	d := math.Abs(got-want) / u
	if d != d {
		return math.Inf(1)
	}
	return d
}

// bigUlps is the distance of got from the exact value in units of the exact value's last place as a
// float64.
func bigUlps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if math.IsInf(w, 0) || math.IsInf(got, 0) {
		return ulps(got, w)
	}
	u := math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)
	d, _ := quo(sub(bf(got), want), bf(max(u, math.SmallestNonzeroFloat64))).Float64()
	return math.Abs(d)
}

func TestElementaryAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	uniform := func(lo, hi float64) func() float64 { return func() float64 { return lo + (hi-lo)*r.Float64() } }
	tiny := func() float64 { return math.Ldexp(r.Float64()-0.5, -r.IntN(1080)) }
	tinyPositive := func() float64 { return math.Abs(tiny()) }
	positive := func() float64 { return math.Ldexp(1+r.Float64(), r.IntN(2000)-1000) }
	one := bf(1)
	for _, c := range []struct {
		name string
		got  func(float64) float64
		want func(*big.Float) *big.Float
		draw []func() float64
		ulps float64
	}{
		{"Exp", Exp, bigExp, []func() float64{uniform(-1, 1), uniform(-745, 709.79), uniform(-745.2, -708), tiny}, 1},
		{"Expm1", Expm1, bigExpm1, []func() float64{uniform(-1, 1), uniform(-50, 709.79), tiny}, 1.5},
		{"Log", Log, bigLog, []func() float64{uniform(0.5, 2), positive, tinyPositive}, 1},
		{"Log1p", Log1p, func(x *big.Float) *big.Float { return bigLog(add(x, one)) },
			[]func() float64{uniform(-0.5, 1), uniform(-1, 1e9), func() float64 { return math.Ldexp(r.Float64()-0.5, -r.IntN(100)) }}, 2},
		{"Tanh", Tanh, bigTanh, []func() float64{uniform(-1, 1), uniform(-25, 25), tiny}, 2.5},
		{"Gamma", Gamma, func(x *big.Float) *big.Float { f, _ := x.Float64(); return bigExp(bigLgamma(f)) },
			[]func() float64{uniform(0, 3), uniform(3, 13), uniform(13, 171.6)}, 8},
	} {
		worst, at := 0.0, 0.0
		for _, draw := range c.draw {
			n := 1_000
			if c.name == "Gamma" {
				n = 100
			}
			for range n {
				x := draw()
				if x == 0 {
					continue
				}
				if u := bigUlps(c.got(x), c.want(bf(x))); !(u <= worst) {
					worst, at = u, x
				}
			}
		}
		t.Logf("%s: at most %.2f ulp", c.name, worst)
		if !(worst <= c.ulps) {
			t.Errorf("%s(%v) = %v is %.2f ulp off, want at most %v", c.name, at, c.got(at), worst, c.ulps)
		}
	}
}

var corners = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e-320, -1e-320, math.MaxFloat64, -math.MaxFloat64,
	math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 709, 709.79, -745.13, -745.14, 1 << 53, 1<<53 + 2, 1e300}

func TestElementaryCorners(t *testing.T) {
	same := func(name string, got, want float64, x ...float64) {
		if u := ulps(got, want); u > 2 || math.Signbit(got) != math.Signbit(want) && got == got {
			t.Errorf("%s%v = %v, want %v", name, x, got, want)
		}
	}
	for _, x := range corners {
		same("Exp", Exp(x), math.Exp(x), x)
		same("Expm1", Expm1(x), math.Expm1(x), x)
		if x >= 0x1p-1022 || x <= 0 { // package math is wrong for denormals on amd64
			same("Log", Log(x), math.Log(x), x)
		}
		same("Log1p", Log1p(x), math.Log1p(x), x)
		same("Tanh", Tanh(x), math.Tanh(x), x)
		if x >= 0x1p-1022 {
			want, _ := math.Lgamma(x)
			same("Lgamma", Lgamma(x), want, x)
		}
		for _, y := range corners {
			same("Pow", Pow(x, y), math.Pow(x, y), x, y)
		}
	}
	for _, x := range []float64{-1, -0.5, math.Inf(-1)} {
		if v := Gamma(x); v == v {
			t.Errorf("Gamma(%v) = %v, want NaN", x, v)
		}
		if v := Lgamma(x); v == v {
			t.Errorf("Lgamma(%v) = %v, want NaN", x, v)
		}
	}
	for n, want := 1, 1.0; n < 19; n++ {
		same("Gamma", Gamma(float64(n)), want, float64(n))
		want *= float64(n)
	}
}

// x^y by repeated exact squaring, for small whole powers.
func TestPowAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	worst := 0.0
	for range 2_000 {
		x := math.Exp2(r.Float64()*40 - 20)
		n := r.IntN(49) - 24
		p := big.NewFloat(1).SetPrec(2000)
		for range max(n, -n) {
			p.Mul(p, big.NewFloat(x))
		}
		if n < 0 {
			p.Quo(big.NewFloat(1).SetPrec(2000), p)
		}
		want, _ := p.Float64()
		worst = max(worst, ulps(Pow(x, float64(n)), want))
	}
	t.Logf("Pow: at most %.2f ulp", worst)
	if worst > 1.01 {
		t.Errorf("Pow is %.2f ulp from the exact power", worst)
	}
	worst = 0
	for range 2_000 {
		x, y := math.Exp(r.NormFloat64()*3), r.NormFloat64()*60
		if p := bigExp(mul(bf(y), bigLog(bf(x)))); p.MantExp(nil) > -1022 && p.MantExp(nil) < 1024 {
			worst = max(worst, bigUlps(Pow(x, y), p))
		}
	}
	t.Logf("Pow: at most %.2f ulp at real powers", worst)
	if worst > 1.01 {
		t.Errorf("Pow is %.2f ulp from the exact power", worst)
	}
}

func TestLgamma(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	worst := 0.0
	for i := range 400 {
		x := 30 * r.Float64()
		if i%2 == 1 {
			x = math.Exp(r.NormFloat64() * 8)
		}
		want, _ := bigLgamma(x).Float64()
		worst = max(worst, math.Abs(Lgamma(x)-want)/max(1, math.Abs(want)))
	}
	t.Logf("Lgamma: at most %.2g off", worst)
	if !(worst < 1.5e-15) {
		t.Errorf("Lgamma is %v off", worst)
	}
}

func TestNormQuantile(t *testing.T) {
	for _, p := range []float64{1e-300, 1e-30, 1e-12, 1e-5, 0.02425, 0.074, 0.075, 0.076, 0.3, 0.5, 0.7, 0.925, 0.93, 0.99999, 1 - 1e-12} {
		got, want := NormQuantile(p), mathext.NormalQuantile(p)
		if math.Abs(got-want) > 4e-15*max(1, math.Abs(want)) {
			t.Errorf("NormQuantile(%v) = %v, gonum says %v", p, got, want)
		}
		if back := distuv.UnitNormal.CDF(got); math.Abs(back-p) > 2e-13*p {
			t.Errorf("the distribution function at NormQuantile(%v) is %v", p, back)
		}
	}
	if !math.IsInf(NormQuantile(0), -1) || !math.IsInf(NormQuantile(1), 1) {
		t.Error("NormQuantile is not infinite at 0 and 1")
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		if v := NormQuantile(p); v == v {
			t.Errorf("NormQuantile(%v) = %v, want NaN", p, v)
		}
	}
}

func TestNormCDF(t *testing.T) {
	for z := -37.0; z < 9; z += 0.0173 {
		got, want := NormCDF(z), 0.5*math.Erfc(-z/math.Sqrt2)
		if math.Abs(got-want) > (3e-15+2e-16*z*z)*want { // Erfc's argument is rounded
			t.Errorf("NormCDF(%v) = %v, math says %v", z, got, want)
		}
		if back := NormQuantile(got); z < 5 && math.Abs(back-z) > 1e-14*max(1, -z)+2e-16/math.Exp(-z*z/2) {
			t.Errorf("NormQuantile(NormCDF(%v)) = %v", z, back)
		}
	}
	for z, want := range map[float64]float64{math.Inf(-1): 0, -40: 0, 0: 0.5, 40: 1, math.Inf(1): 1} {
		if got := NormCDF(z); got != want {
			t.Errorf("NormCDF(%v) = %v, want %v", z, got, want)
		}
	}
	if v := NormCDF(math.NaN()); v == v {
		t.Errorf("NormCDF(NaN) = %v", v)
	}
}

// Against a sum in exact arithmetic, rounded once.
func TestFMA32(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	check := func(x, y, z float32) {
		t.Helper()
		got := FMA32(x, y, z)
		p := new(big.Float).SetPrec(0).Mul(big.NewFloat(float64(x)), big.NewFloat(float64(y)))
		want, _ := new(big.Float).SetPrec(2000).Add(p, big.NewFloat(float64(z))).Float32()
		if got != want {
			t.Fatalf("FMA32(%x, %x, %x) = %x, want %x", x, y, z, got, want)
		}
	}
	for range 60_000 {
		// Few significant bits and near exponents make ties; small exponents make denormals.
		draw := func() float32 {
			v := float32(r.IntN(1<<r.IntN(25)+1)) * float32(math.Ldexp(1, r.IntN(60)-30))
			if r.IntN(2) == 0 {
				v = -v
			}
			return v
		}
		x, y, z := draw(), draw(), draw()
		check(x, y, z)
		check(x*0x1p-70, y*0x1p-60, z*0x1p-100)
		check(x, y, float32(x*y)*(1+0x1p-23))
	}
	ties := 0
	for range 30_000 { // z has 24 bits, the product ends a hair beside half of its last place
		z := float32(1<<23+r.IntN(1<<23)) * 2
		x, y := 1+float32(math.Ldexp(float64(r.IntN(3)-1), -r.IntN(24))), 1+float32(math.Ldexp(float64(r.IntN(3)-1), -r.IntN(24)))
		check(x, y, z)
		if float64(z)+float64(x)*float64(y) == float64(z)+1 {
			ties++
		}
	}
	if ties == 0 {
		t.Error("the draw made no tie: the slow path was not tested")
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range [][4]float32{{inf, 0, 1, nan}, {inf, 1, -inf, nan}, {nan, 1, 1, nan}, {inf, 1, 1, inf}, {1, 1, -inf, -inf},
		{math.MaxFloat32, 2, -math.MaxFloat32, math.MaxFloat32}, {math.MaxFloat32, 2, 0, inf}} {
		if got := FMA32(c[0], c[1], c[2]); got != c[3] && (got == got || c[3] == c[3]) {
			t.Errorf("FMA32%v = %v, want %v", c[:3], got, c[3])
		}
	}
	if z := FMA32(-1, 0, 0); math.Signbit(float64(z)) {
		t.Error("FMA32(-1, 0, 0) is -0, want +0")
	}
}
