package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The constants of gelu.go of package vec.
const (
	geluScale = 0.7978845608028654
	geluCubic = 0.044715
)

// elementwises are the kernels of elementwise.go and update.go of package vec, operation by
// operation as written there.
var elementwises = []elementwise{
	{"axpy", list("y:rw a:s x:r"), 4, false, func(k *kernel) {
		t := k.t()
		k.mul(k.v("a"), k.v("x"), t)
		k.add(k.v("y"), t, k.v("y"))
	}},
	{"axpyTo", list("dst:w a:s x:r y:r"), 4, false, func(k *kernel) {
		t := k.t()
		k.mul(k.v("a"), k.v("x"), t)
		k.add(k.v("y"), t, k.v("dst"))
	}},
	{"axpySub", list("dst:w a:s x:r y:r base:r"), 4, false, func(k *kernel) {
		t := k.t()
		k.mul(k.v("a"), k.v("x"), t)
		k.add(k.v("y"), t, t)
		k.sub(t, k.v("base"), k.v("dst"))
	}},
	{"scaleTo", list("dst:w a:s x:r"), 4, false, func(k *kernel) { k.mul(k.v("a"), k.v("x"), k.v("dst")) }},
	{"add", list("dst:w x:r y:r"), 4, false, func(k *kernel) { k.add(k.v("x"), k.v("y"), k.v("dst")) }},
	{"sub", list("dst:w x:r y:r"), 4, false, func(k *kernel) { k.sub(k.v("x"), k.v("y"), k.v("dst")) }},
	{"mul", list("dst:w x:r y:r"), 4, false, func(k *kernel) { k.mul(k.v("x"), k.v("y"), k.v("dst")) }},
	{"lerpTo", list("dst:w x:r a:s y:r"), 4, false, func(k *kernel) {
		t := k.t()
		k.sub(k.v("y"), k.v("x"), t)
		k.mul(k.v("a"), t, t)
		k.add(k.v("x"), t, k.v("dst"))
	}},
	{"expTo", list("dst:w x:r"), 1, true, func(k *kernel) { k.exp(k.v("x"), k.v("dst")) }},
	{"expShift", list("dst:w x:r shift:s"), 1, true, func(k *kernel) {
		x := k.v("x")
		if k.fromFloat32 { // the difference is rounded to float32
			k.narrow(x, half(k.machine, x))
			VSUBPS(half(k.machine, k.v("shift")), half(k.machine, x), half(k.machine, x))
			VCVTPS2PD(half(k.machine, x), x)
		} else {
			k.sub(x, k.v("shift"), x)
		}
		k.exp(x, k.v("dst"))
	}},
	{"logNormal", list("dst:w x:r"), 1, true, func(k *kernel) { k.log(k.v("x"), k.v("dst")) }},
	{"tanhTo", list("dst:w x:r"), 1, true, func(k *kernel) { k.tanh(k.v("x"), k.v("dst")) }},
	{"tanhGrad", list("d:rw y:r"), 4, false, func(k *kernel) {
		t, one := k.t(), k.t()
		k.mul(k.v("y"), k.v("y"), t)
		k.load(k.value(1), one)
		k.sub(one, t, t)
		k.mul(k.v("d"), t, k.v("d"))
	}},
	{"reluGrad", list("d:rw y:r"), 4, false, func(k *kernel) {
		zero := k.t()
		k.zero(zero)
		const lessEqual = 2 // ordered: false for a NaN
		d, y := k.v("d"), k.v("y")
		if k.avx512 {
			pick(k.machine, VCMPPS, VCMPPD)(Imm(lessEqual), zero, y, reg.K2)
			pick(k.machine, VMOVAPS, VMOVAPD)(zero, reg.K2, d)
		} else {
			pick(k.machine, VCMPPS, VCMPPD)(Imm(lessEqual), zero, y, zero)
			pick(k.machine, VANDNPS, VANDNPD)(d, zero, d)
		}
	}},
	{"softmaxGrad", list("p:rw inv:s scale:s"), 4, false, func(k *kernel) {
		k.mul(k.v("p"), k.v("inv"), k.v("p"))
		k.mul(k.v("p"), k.v("scale"), k.v("p"))
	}},
	{"geluArg", list("dst:w x:r"), 2, false, func(k *kernel) {
		x, t := k.v("x"), k.t()
		k.mul(x, x, t)
		k.mul(t, x, t)
		k.mul(t, k.value(geluCubic), t)
		k.add(x, t, t)
		k.mul(t, k.value(geluScale), k.v("dst"))
	}},
	{"geluOf", list("y:w x:r t:r"), 2, false, func(k *kernel) {
		x, t := k.v("x"), k.v("t")
		k.mul(x, k.value(.5), x)
		k.add(t, k.value(1), t)
		k.mul(x, t, k.v("y"))
	}},
	{"geluGrad", list("d:rw x:r t:r"), 1, false, func(k *kernel) {
		d, x, t, slope, one := k.v("d"), k.v("x"), k.v("t"), k.t(), k.t()
		k.load(k.value(1), one)
		k.mul(x, x, slope)
		k.mul(slope, k.value(3*geluCubic), slope)
		k.add(one, slope, slope)
		k.mul(slope, k.value(geluScale), slope)
		k.mul(x, k.value(.5), x)
		last := k.t()
		k.mul(t, t, last)
		k.sub(one, last, last)
		k.mul(slope, last, slope)
		k.mul(x, slope, slope)
		k.add(one, t, t)
		k.mul(t, k.value(.5), t)
		k.add(t, slope, t)
		k.mul(d, t, d)
	}},
	{"sigmoidTo", list("dst:w x:r"), 1, true, func(k *kernel) {
		x, d := k.v("x"), k.v("dst")
		k.mul(x, k.value(.5), x)
		k.tanh(x, d)
		k.mul(d, k.value(.5), d)
		k.add(d, k.value(.5), d)
	}},
	{"sigmoidGrad", list("d:rw y:r"), 4, false, func(k *kernel) {
		d, y, t := k.v("d"), k.v("y"), k.t()
		k.mul(y, y, t)
		k.sub(y, t, t)
		k.mul(d, t, d)
	}},
	{"mulAdd", list("dst:w x:r y:r z:r"), 4, false, func(k *kernel) {
		k.mul(k.v("x"), k.v("y"), k.v("x"))
		k.add(k.v("z"), k.v("x"), k.v("dst"))
	}},
	{"shift", list("dst:w x:r m:s"), 4, false, func(k *kernel) { k.sub(k.v("x"), k.v("m"), k.v("dst")) }},
	{"normTo", list("y:w c:rw gain:r bias:r s:s"), 2, false, func(k *kernel) {
		c := k.v("c")
		k.mul(c, k.v("s"), c)
		k.mul(c, k.v("gain"), k.v("y"))
		k.add(k.v("y"), k.v("bias"), k.v("y"))
	}},
	{"normGrad", list("d:rw unit:r m:s q:s s:s"), 2, false, func(k *kernel) {
		d, u := k.v("d"), k.v("unit")
		k.sub(d, k.v("m"), d)
		k.mul(u, k.v("q"), u)
		k.sub(d, u, d)
		k.mul(d, k.v("s"), d)
	}},
	{"softmaxBack", list("d:rw p:r sum:s"), 4, false, func(k *kernel) {
		k.sub(k.v("d"), k.v("sum"), k.v("d"))
		k.mul(k.v("d"), k.v("p"), k.v("d"))
	}},
	{"momentumTo", list("dst:w x:r v:rw g:r mu:s rate:s"), 2, false, func(k *kernel) {
		t := k.t()
		k.mul(k.v("rate"), k.v("g"), t)
		k.mul(k.v("mu"), k.v("v"), k.v("v"))
		k.sub(k.v("v"), t, k.v("v"))
		k.add(k.v("x"), k.v("v"), k.v("dst"))
	}},
	{"nesterovTo", list("dst:w x:r v:rw g:r mu:s rate:s"), 2, false, func(k *kernel) {
		s, t := k.t(), k.t()
		k.mul(k.v("rate"), k.v("g"), s)
		k.mul(k.v("mu"), k.v("v"), k.v("v"))
		k.sub(k.v("v"), s, k.v("v"))
		k.mul(k.v("mu"), k.v("v"), t)
		k.sub(t, s, t)
		k.add(k.v("x"), t, k.v("dst"))
	}},
	{"adagradTo", list("dst:w x:r acc:rw g:r rate:s eps:s"), 2, false, func(k *kernel) {
		t := k.t()
		k.mul(k.v("g"), k.v("g"), t)
		k.add(k.v("acc"), t, k.v("acc"))
		k.rootStep()
	}},
	{"rmsPropTo", list("dst:w x:r acc:rw g:r rate:s rho:s rest:s eps:s"), 2, false, func(k *kernel) {
		t := k.t()
		k.mul(k.v("g"), k.v("g"), t)
		k.mul(k.v("rest"), t, t)
		k.mul(k.v("rho"), k.v("acc"), k.v("acc"))
		k.add(k.v("acc"), t, k.v("acc"))
		k.rootStep()
	}},
	{"adamTo", list("dst:w x:r m:rw v:rw g:r rate:s beta1:s rest1:s beta2:s rest2:s eps:s decay:s meanScale:s varScale:s"), 1, false,
		func(k *kernel) {
			x, m, v, g, t := k.v("x"), k.v("m"), k.v("v"), k.v("g"), k.t()
			k.mul(k.v("beta1"), m, m)
			k.mul(k.v("rest1"), g, t)
			k.add(m, t, m)
			k.mul(g, g, g)
			k.mul(k.v("rest2"), g, g)
			k.mul(k.v("beta2"), v, v)
			k.add(v, g, v)
			k.mul(v, k.v("varScale"), t)
			k.sqrt(t, t)
			k.add(t, k.v("eps"), t)
			k.mul(m, k.v("meanScale"), g)
			k.div(g, t, g)
			k.mul(k.v("decay"), x, t)
			k.add(g, t, g)
			k.mul(k.v("rate"), g, g)
			k.sub(x, g, k.v("dst"))
		}},
	{"elastic", list("x:rw d:w c:r alpha:s"), 2, false, func(k *kernel) {
		k.sub(k.v("x"), k.v("c"), k.v("d"))
		k.mul(k.v("alpha"), k.v("d"), k.v("d"))
		k.sub(k.v("x"), k.v("d"), k.v("x"))
	}},
	{"exchange", list("x:rw c:rw alpha:s"), 2, false, func(k *kernel) {
		t := k.t()
		k.sub(k.v("x"), k.v("c"), t)
		k.mul(k.v("alpha"), t, t)
		k.sub(k.v("x"), t, k.v("x"))
		k.add(k.v("c"), t, k.v("c"))
	}},
}

// rootStep is dst <- x - rate g / (√acc + eps).
func (k *kernel) rootStep() {
	x, g, t := k.v("x"), k.v("g"), k.t()
	k.sqrt(k.v("acc"), t)
	k.add(t, k.v("eps"), t)
	k.mul(k.v("rate"), g, g)
	k.div(g, t, g)
	k.sub(x, g, k.v("dst"))
}
