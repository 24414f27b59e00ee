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

// signature is the Go declaration of the kernel, and whether it takes scalars.
func (op elementwise) signature() (sig string, scalars bool) {
	var params []string
	for _, a := range op.args {
		if a.kind == scalar {
			scalars = true
		} else {
			params = append(params, a.name+"_")
		}
	}
	if scalars {
		return "func(n int, scalars, " + strings.Join(params, ", ") + " *byte)", true
	}
	return "func(n int, " + strings.Join(params, ", ") + " *byte)", false
}

// An elementWalker is one kernel being written.
type elementWalker struct {
	elementwise
	on       machine // whose vectors are read and written; the body may work in float64
	kernel   *kernel
	group    int // elements of a vector of the body
	n        reg.Register
	pointers map[string]reg.Register
	fixed    int // registers that hold scalars
}

func (op elementwise) emit(m machine) {
	name := op.name + m.suffix()
	compute := m // the machine the body works on
	w := &elementWalker{elementwise: op, on: m, group: m.len(), pointers: map[string]reg.Register{}}
	if op.wide {
		compute.f64 = true
		w.group = compute.len()
	}
	sig, scalars := op.signature()
	TEXT(name, NOSPLIT, sig)
	Pragma("noescape")
	w.n = Load(Param("n"), GP64())
	w.kernel = &kernel{machine: compute, regs: map[string]reg.VecPhysical{}, fromFloat32: op.wide && !m.f64}
	if scalars {
		w.loadScalars()
	}
	for _, a := range op.args {
		if a.kind != scalar {
			w.pointers[a.name] = Load(Param(a.name+"_"), GP64())
		}
	}
	w.fixed = w.kernel.free
	w.rounds(name)
	VZEROUPPER()
	RET()
}

// loadScalars puts each scalar into a register of its own, in the element type, for a wide body
// too.
func (w *elementWalker) loadScalars() {
	s := Load(Param("scalars"), GP64())
	at := 0
	for _, a := range w.args {
		if a.kind == scalar {
			r := w.kernel.t()
			w.on.broadcast(Mem{Base: s, Disp: at * w.on.size()}, r)
			w.kernel.regs[a.name] = r
			at++
		}
	}
}

// rounds goes over the slices: many vectors at a time, then one, then what is left.
func (w *elementWalker) rounds(name string) {
	label := func(s string) string { return name + "_" + s }
	if w.unroll > 1 {
		Label(label("many"))
		CMPQ(w.n, I32(int32(w.unroll*w.group)))
		JLT(LabelRef(label("one")))
		w.round(w.unroll, false)
		JMP(LabelRef(label("many")))
	}
	Label(label("one"))
	CMPQ(w.n, I32(int32(w.group)))
	JLT(LabelRef(label("part")))
	w.round(1, false)
	JMP(LabelRef(label("one")))
	Label(label("part"))
	TESTQ(w.n, w.n)
	JZ(LabelRef(label("done")))
	w.on.maskOf(w.n)
	w.round(1, true)
	Label(label("done"))
}

// round is the code for some vectors, or for a part of one.
func (w *elementWalker) round(vectors int, part bool) {
	load, store := loaders(w.on, w.wide, part)
	for j := range vectors {
		w.kernel.free = w.fixed
		at := func(a arg) Mem { return Mem{Base: w.pointers[a.name], Disp: j * w.group * w.on.size()} }
		for _, a := range w.args {
			if a.kind == scalar {
				continue
			}
			r := w.kernel.t()
			w.kernel.regs[a.name] = r
			if a.kind != out {
				load(at(a), r)
			}
		}
		w.body(w.kernel)
		for _, a := range w.args {
			if a.kind == out || a.kind == inout {
				store(w.kernel.v(a.name), at(a))
			}
		}
	}
	if part {
		return
	}
	for _, a := range w.args {
		if a.kind != scalar {
			ADDQ(I32(int32(vectors*w.group*w.on.size())), w.pointers[a.name])
		}
	}
	SUBQ(I32(int32(vectors*w.group)), w.n)
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

// loadWide reads half a vector of float32 as float64; the mask of a part counts elements, so it is
// the float32 one.
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
