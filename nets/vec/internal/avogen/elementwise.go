package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An elementwise kernel runs over slices of one length, element by element.
type elementwise struct {
	name   string
	args   []arg // in the order of the Go function
	unroll int   // vectors per round
	wide   bool  // the body works in float64 for either type
	body   func(k *kernel)
}

// An arg is a scalar or a slice; of a slice, whether it is read and written.
type arg struct {
	name string
	kind kind
}

type kind int

const (
	scalar kind = iota
	in
	out
	inout
)

// A kernel is what a body sees: the machine it is written for and the registers of its arguments.
type kernel struct {
	machine
	regs map[string]reg.VecPhysical
	free int // the next free register

	fromFloat32 bool // the elements are float32 and the body works in float64
}

// v is the register of an argument; a result is left in it.
func (k *kernel) v(name string) reg.VecPhysical {
	r, ok := k.regs[name]
	if !ok {
		panic("no argument " + name)
	}
	return r
}

// t is a fresh register, for this body alone.
func (k *kernel) t() reg.VecPhysical {
	k.free++
	if !k.avx512 && k.free > 15 { // the last one is the mask
		panic("out of registers")
	}
	return k.reg(k.free - 1)
}

func (op elementwise) emit(m machine) {
	name := op.name + m.suffix()
	compute := m // the machine the body works on
	group := m.len()
	if op.wide {
		compute.f64 = true
		group = compute.len()
	}
	var params []string
	hasScalars := false
	for _, a := range op.args {
		if a.kind == scalar {
			hasScalars = true
		} else {
			params = append(params, a.name+"_")
		}
	}
	sig := "func(n int, " + strings.Join(params, ", ") + " *byte)"
	if hasScalars {
		sig = "func(n int, scalars, " + strings.Join(params, ", ") + " *byte)"
	}
	TEXT(name, NOSPLIT, sig)
	Pragma("noescape")
	n := Load(Param("n"), GP64())
	k := &kernel{machine: compute, regs: map[string]reg.VecPhysical{}, fromFloat32: op.wide && !m.f64}
	if hasScalars {
		s := Load(Param("scalars"), GP64())
		at := 0
		for _, a := range op.args {
			if a.kind == scalar {
				r := k.t()
				m.broadcast(Mem{Base: s, Disp: at * m.size()}, r) // in the element type, for a wide body too
				k.regs[a.name] = r
				at++
			}
		}
	}
	pointers := map[string]reg.Register{}
	for _, a := range op.args {
		if a.kind != scalar {
			pointers[a.name] = Load(Param(a.name+"_"), GP64())
		}
	}
	fixed := k.free

	round := func(vectors int, part bool) {
		load, store := loaders(m, op.wide, part)
		for j := range vectors {
			k.free = fixed
			at := func(a arg) Mem { return Mem{Base: pointers[a.name], Disp: j * group * m.size()} }
			for _, a := range op.args {
				if a.kind == scalar {
					continue
				}
				r := k.t()
				k.regs[a.name] = r
				if a.kind != out {
					load(at(a), r)
				}
			}
			op.body(k)
			for _, a := range op.args {
				if a.kind == out || a.kind == inout {
					store(k.v(a.name), at(a))
				}
			}
		}
		if !part {
			for _, a := range op.args {
				if a.kind != scalar {
					ADDQ(I32(int32(vectors*group*m.size())), pointers[a.name])
				}
			}
			SUBQ(I32(int32(vectors*group)), n)
		}
	}
	label := func(s string) string { return name + "_" + s }
	if op.unroll > 1 {
		Label(label("many"))
		CMPQ(n, I32(int32(op.unroll*group)))
		JLT(LabelRef(label("one")))
		round(op.unroll, false)
		JMP(LabelRef(label("many")))
	}
	Label(label("one"))
	CMPQ(n, I32(int32(group)))
	JLT(LabelRef(label("part")))
	round(1, false)
	JMP(LabelRef(label("one")))
	Label(label("part"))
	TESTQ(n, n)
	JZ(LabelRef(label("done")))
	m.maskOf(n)
	round(1, true)
	Label(label("done"))
	VZEROUPPER()
	RET()
}

// loaders returns how a group of elements is read and written: as they are, or as float64.
func loaders(m machine, wide, part bool) (load, store func(a, d Op)) {
	switch {
	case !wide || m.f64:
		if part {
			return m.loadPart, m.storePart
		}
		return m.load, m.store
	case part:
		return m.loadPartWide, m.storePartWide
	}
	return m.loadWide, m.storeWide
}

// half is the lower half of a vector register.
func half(m machine, r Op) reg.VecPhysical {
	if m.avx512 {
		return r.(reg.VecPhysical).AsY().(reg.VecPhysical)
	}
	return r.(reg.VecPhysical).AsX().(reg.VecPhysical)
}

// loadWide reads half a vector of float32 as float64; the mask of a part counts elements, so it is the float32 one.
func (m machine) loadWide(a, d Op) { VCVTPS2PD(a, d) }

func (m machine) loadPartWide(a, d Op) {
	if m.avx512 {
		VCVTPS2PD_Z(a, maskK, d)
		return
	}
	VMASKMOVPS(a, maskY.AsX(), half(m, d))
	VCVTPS2PD(half(m, d), d)
}

func (m machine) narrow(a, d Op) {
	if m.avx512 {
		VCVTPD2PS(a, d)
	} else {
		VCVTPD2PSY(a, d)
	}
}

func (m machine) storeWide(a, d Op) {
	m.narrow(a, half(m, a))
	VMOVUPS(half(m, a), d)
}

func (m machine) storePartWide(a, d Op) {
	m.narrow(a, half(m, a))
	if m.avx512 {
		VMOVUPS(half(m, a), maskK, d)
	} else {
		VMASKMOVPS(half(m, a), maskY.AsX(), d)
	}
}

func list(spec string) []arg {
	kinds := map[string]kind{"s": scalar, "r": in, "w": out, "rw": inout}
	var args []arg
	for _, f := range strings.Fields(spec) {
		name, k, ok := strings.Cut(f, ":")
		if !ok {
			panic(fmt.Sprintf("no kind in %q", f))
		}
		args = append(args, arg{name, kinds[k]})
	}
	return args
}
