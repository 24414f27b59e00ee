package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The constants of exp.go of package vec.
const (
	log2e    = 0x1.71547652b82fep+0
	ln2Hi    = 0x1.62e42fefa3800p-1
	ln2Lo    = 0x1.ef35793c76730p-45
	roundInt = 0x1.8p52
	expMax   = 710
	expMin   = -746
	tanhMax  = 20
)

var expPoly = [10]float64{
	0x1.0000000000009p-1, 0x1.5555555555558p-3, 0x1.55555555503e3p-5, 0x1.111111110f803p-7, 0x1.6c16c18601e89p-10,
	0x1.a01a01b00c2c6p-13, 0x1.a01993b37b02ap-16, 0x1.71ddf6b3f10d1p-19, 0x1.28b410d6e676fp-22, 0x1.af632ad6abee8p-26,
}

// logPoly is that of log.go of package vec.
var logPoly = [7]float64{
	0x1.555555555557cp-1, 0x1.99999999847b5p-2, 0x1.2492493fb0dd2p-2, 0x1.c71c52bb41a1ep-3, 0x1.746648970766fp-3,
	0x1.399d155b0d890p-3, 0x1.2f51c6fadf285p-3,
}

// log writes log(x) for a normal x > 0 or a NaN, operation by operation as Log does; x is used up.
func (k *kernel) log(x, d reg.VecPhysical) {
	const rootHalf = 0x3fe6a09e667f3bcd
	const two52 = 0x4330000000000000 // an integer below 2^52 in its low bits is added to 2^52
	nan, e, f, s, z, p := k.t(), k.t(), k.t(), k.t(), k.t(), k.t()
	k.sub(x, x, nan) // 0, or NaN
	VPADDQ(bitsValue(0x3ff0000000000000-rootHalf), x, x)
	VPSRLQ(Imm(52), x, e)
	k.or(e, bitsValue(two52), e)
	k.sub(e, k.value(1<<52+1023), e)
	k.and(x, bitsValue(1<<52-1), x)
	VPADDQ(bitsValue(rootHalf), x, x)
	k.sub(x, k.value(1), f)
	k.add(f, k.value(2), s)
	k.div(f, s, s)
	k.mul(s, s, z)
	k.load(k.value(logPoly[6]), p)
	for i := 5; i >= 0; i-- {
		k.fmaOf(p, z, k.value(logPoly[i]))
	}
	pick(k.machine, VFNMADD213PS, VFNMADD213PD)(f, z, p) // f - zp
	k.mul(e, k.value(ln2Lo), d)
	pick(k.machine, VFMSUB213PS, VFMSUB213PD)(d, p, s) // s(f - zp) - k ln2Lo
	k.sub(f, s, d)
	k.fmaTo(e, k.value(ln2Hi), d)
	k.add(d, nan, d)
}

// exp writes e^x, operation by operation as Exp does; x is used up.
func (k *kernel) exp(x, d reg.VecPhysical) {
	t, n, q, r2 := k.t(), k.t(), k.t(), k.t()
	k.load(k.value(expMax), t)
	k.min(t, x, x) // a NaN stays, being the second of the two
	k.load(k.value(expMin), t)
	k.max(t, x, x)
	k.reduce(x, t, n)
	k.expm1(x, q, r2)
	k.add(q, k.value(1), d)
	k.load(k.value(roundInt), t)
	k.fmaTo(n, k.value(0.5), t)
	k.sub(t, k.value(roundInt), q)
	k.sub(n, q, n)
	k.add(n, k.value(roundInt), n)
	k.pow2(t)
	k.pow2(n)
	k.mul(d, t, d)
	k.mul(d, n, d)
}

// reduce turns x into r and leaves the integer in n, and n + roundInt in t.
func (k *kernel) reduce(x, t, n reg.VecPhysical) {
	k.load(k.value(roundInt), t)
	k.fmaTo(x, k.value(log2e), t)
	k.sub(t, k.value(roundInt), n)
	k.fmaTo(n, k.value(-ln2Hi), x)
	k.fmaTo(n, k.value(-ln2Lo), x)
}

// expm1 leaves e^r - 1 in q.
func (k *kernel) expm1(r, q, r2 reg.VecPhysical) {
	k.load(k.value(expPoly[9]), q)
	for i := 8; i >= 0; i-- {
		k.fmaOf(q, r, k.value(expPoly[i]))
	}
	k.mul(r, r, r2)
	k.fmaOf(q, r2, r)
}

// pow2 turns n + roundInt into 2^n.
func (k *kernel) pow2(t reg.VecPhysical) {
	VPADDQ(bitsValue(1023), t, t)
	VPSLLQ(Imm(52), t, t)
}

// tanh writes tanh(x), operation by operation as Tanh does.
func (k *kernel) tanh(x, d reg.VecPhysical) {
	sign, t, n, q, r2 := k.t(), k.t(), k.t(), k.t(), k.t()
	k.and(x, bitsValue(1<<63), sign)
	k.and(x, bitsValue(math.MaxInt64), x)
	k.load(k.value(tanhMax), t)
	k.min(t, x, x)
	k.add(x, x, x)
	k.reduce(x, t, n)
	k.expm1(x, q, r2)
	k.pow2(t)
	k.sub(t, k.value(1), n)
	k.fmaOf(q, t, n)
	k.add(q, k.value(2), t)
	k.div(q, t, d)
	k.or(d, sign, d)
}
