package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
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
