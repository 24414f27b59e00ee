package vec

import (
	"math"
	"math/big"
)

// An oracle of 300 bits for the elementary functions: package math's own are up to 90 ulp off
// (Gamma), its assembly on amd64 is wrong for denormals (Log) and near overflow (Exp).

const oraclePrec = 300

func bf(x float64) *big.Float        { return new(big.Float).SetPrec(oraclePrec).SetFloat64(x) }
func newBF() *big.Float              { return new(big.Float).SetPrec(oraclePrec) }
func add(a, b *big.Float) *big.Float { return newBF().Add(a, b) }
func sub(a, b *big.Float) *big.Float { return newBF().Sub(a, b) }
func mul(a, b *big.Float) *big.Float { return newBF().Mul(a, b) }
func quo(a, b *big.Float) *big.Float { return newBF().Quo(a, b) }

// bigExpm1 sums the series at x/2^20 and doubles the argument back by e^2y - 1 = (e^y - 1)(e^y +
// 1).
func bigExpm1(x *big.Float) *big.Float {
	if x.Sign() == 0 {
		return newBF()
	}
	r := newBF().SetMantExp(x, -20)
	sum, term := newBF().Set(r), newBF().Set(r)
	for i := 2; i < 24; i++ {
		term = quo(mul(term, r), bf(float64(i)))
		sum = add(sum, term)
	}
	for range 20 {
		sum = mul(sum, add(sum, bf(2)))
	}
	return sum
}

// bigExp keeps its digits where e^x - 1 is nearly -1.
func bigExp(x *big.Float) *big.Float {
	if x.Sign() < 0 {
		return quo(bf(1), bigExp(newBF().Neg(x)))
	}
	return add(bigExpm1(x), bf(1))
}

// bigLog is Halley's iteration on the exponential, each step three times as many digits.
func bigLog(x *big.Float) *big.Float {
	mant := newBF()
	e := x.MantExp(mant)
	m, _ := mant.Float64()
	y := bf(math.Log(m))
	for range 2 {
		ey := bigExp(y)
		y = add(y, mul(bf(2), quo(sub(mant, ey), add(mant, ey))))
	}
	return add(y, mul(bf(float64(e)), bigLn2))
}

var bigLn2 = func() *big.Float {
	y := bf(math.Ln2)
	for range 2 {
		ey := bigExp(y)
		y = add(y, mul(bf(2), quo(sub(bf(2), ey), add(bf(2), ey))))
	}
	return y
}()

func bigTanh(x *big.Float) *big.Float {
	e := bigExpm1(mul(bf(2), x))
	return quo(e, add(e, bf(2)))
}

// bernoulli holds B_2n/(2n(2n-1)).
var bernoulli = func() []*big.Float {
	var b []*big.Rat // the numbers themselves, by their recursion
	for m := range 49 {
		s := new(big.Rat)
		for k := range m {
			c := new(big.Rat).SetInt(new(big.Int).Binomial(int64(m+1), int64(k)))
			s.Add(s, c.Mul(c, b[k]))
		}
		b = append(b, s.Quo(s.Neg(s), big.NewRat(int64(m+1), 1)))
		if m == 0 {
			b[0].SetInt64(1)
		}
	}
	var out []*big.Float
	for m := 2; m < 49; m += 2 {
		out = append(out, newBF().SetRat(new(big.Rat).Quo(b[m], big.NewRat(int64(m*(m-1)), 1))))
	}
	return out
}()

// bigLgamma is Stirling's series for an argument shifted beyond 60.
func bigLgamma(x float64) *big.Float {
	shift, y := bf(1), bf(x)
	for y.Cmp(bf(60)) < 0 {
		shift = mul(shift, y)
		y = add(y, bf(1))
	}
	pi, _, _ := big.ParseFloat("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798", 10, oraclePrec, big.ToNearestEven)
	s := add(mul(sub(y, bf(0.5)), bigLog(y)), sub(quo(bigLog(mul(bf(2), pi)), bf(2)), y))
	p := y
	for _, b := range bernoulli {
		s = add(s, quo(b, p))
		p = mul(mul(p, y), y)
	}
	return sub(s, bigLog(shift))
}
