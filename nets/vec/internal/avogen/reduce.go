package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is how many float64 partial sums a block has, as in reduce.go of package vec.
const lanes = 32

// A reduction is the sum over one block: lane by lane, then folded.
type reduction struct {
	name   string
	slices []string
	// accumulate adds one vector of float64 values of the slices to acc; it may use the values up.
	accumulate func(m machine, v []reg.VecPhysical, acc reg.VecPhysical)
}

var reductions = []reduction{
	{"dot", []string{"x", "y"}, func(m machine, v []reg.VecPhysical, acc reg.VecPhysical) { m.fmaTo(v[0], v[1], acc) }},
	{"sumSq", []string{"x"}, func(m machine, v []reg.VecPhysical, acc reg.VecPhysical) { m.fmaTo(v[0], v[0], acc) }},
	{"sum", []string{"x"}, func(m machine, v []reg.VecPhysical, acc reg.VecPhysical) { m.add(acc, v[0], acc) }},
	{"distSq", []string{"x", "y"}, func(m machine, v []reg.VecPhysical, acc reg.VecPhysical) {
		m.sub(v[0], v[1], v[0])
		m.fmaTo(v[0], v[0], acc)
	}},
}

func (op reduction) emit(m machine) {
	name := op.name + m.suffix()
	wide := machine{m.avx512, true}
	group := wide.len()
	TEXT(name, NOSPLIT, "func(n int, "+strings.Join(op.slices, ", ")+" *byte) float64")
	Pragma("noescape")
	n := Load(Param("n"), GP64())
	var pointers []reg.Register
	for _, s := range op.slices {
		pointers = append(pointers, Load(Param(s), GP64()))
	}
	acc := make([]reg.VecPhysical, lanes/group)
	for j := range acc {
		acc[j] = m.reg(j)
		wide.zero(acc[j])
	}
	v := []reg.VecPhysical{m.reg(len(acc)), m.reg(len(acc) + 1)}
	step := func(j, at int, part bool) {
		load, _ := loaders(m, true, part)
		for i, p := range pointers {
			load(Mem{Base: p, Disp: at * group * m.size()}, v[i])
		}
		op.accumulate(wide, v, acc[j])
	}
	advance := func(elements int) {
		for _, p := range pointers {
			ADDQ(I32(int32(elements*m.size())), p)
		}
		SUBQ(I32(int32(elements)), n)
	}
	Label(name + "_round")
	CMPQ(n, I32(lanes))
	JLT(LabelRef(name + "_rest0"))
	for j := range acc {
		step(j, j, false)
	}
	advance(lanes)
	JMP(LabelRef(name + "_round"))
	for j := range acc {
		Label(fmt.Sprintf("%s_rest%d", name, j))
		CMPQ(n, I32(int32(group)))
		JLT(LabelRef(fmt.Sprintf("%s_part%d", name, j)))
		step(j, 0, false)
		advance(group)
	}
	for j := range acc { // the last of the rests leaves n = 0 and falls through
		Label(fmt.Sprintf("%s_part%d", name, j))
		TESTQ(n, n)
		JZ(LabelRef(name + "_fold"))
		m.maskOf(n)
		step(j, 0, true)
		JMP(LabelRef(name + "_fold"))
	}
	Label(name + "_fold")
	for w := len(acc) / 2; w > 0; w /= 2 {
		for j := range w {
			wide.add(acc[j], acc[j+w], acc[j])
		}
	}
	fold(wide, acc[0], func(a, b reg.VecPhysical) { VADDPD(b, a, a) })
	Store(acc[0].AsX(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// fold combines the upper half of r into the lower, and so on down to one element. It uses register
// 14.
func fold(m machine, r reg.VecPhysical, combine func(a, b reg.VecPhysical)) {
	y, x := r.AsY().(reg.VecPhysical), r.AsX().(reg.VecPhysical)
	if m.avx512 {
		VEXTRACTF64X4(Imm(1), r, reg.Y14)
		combine(y, reg.Y14)
	}
	VEXTRACTF128(Imm(1), y, reg.X14)
	combine(x, reg.X14)
	VPERMILPD(Imm(1), x, reg.X14)
	combine(x, reg.X14)
	if !m.f64 {
		VMOVSHDUP(x, reg.X14)
		combine(x, reg.X14)
	}
}

// emitMax writes the greatest element of a vector that is not empty.
func emitMax(m machine) {
	name := "max" + m.suffix()
	TEXT(name, NOSPLIT, "func(n int, x *byte) "+pick(m, "float32", "float64"))
	Pragma("noescape")
	n := Load(Param("n"), GP64())
	x := Load(Param("x"), GP64())
	acc, first, v := m.reg(0), m.reg(1), m.reg(2)
	m.broadcast(Mem{Base: x}, acc)
	m.load(acc, first)
	Label(name + "_round")
	CMPQ(n, I32(int32(m.len())))
	JLT(LabelRef(name + "_part"))
	m.max(acc, Mem{Base: x}, acc)
	ADDQ(I32(int32(m.bytes())), x)
	SUBQ(I32(int32(m.len())), n)
	JMP(LabelRef(name + "_round"))
	Label(name + "_part")
	TESTQ(n, n)
	JZ(LabelRef(name + "_fold"))
	m.maskOf(n)
	m.loadPart(Mem{Base: x}, v)
	if m.avx512 {
		pick(m, VBLENDMPS, VBLENDMPD)(v, first, maskK, v)
	} else {
		pick(m, VBLENDVPS, VBLENDVPD)(maskY, v, first, v)
	}
	m.max(acc, v, acc)
	Label(name + "_fold")
	fold(m, acc, func(a, b reg.VecPhysical) { m.max(a, b, a) })
	Store(acc.AsX(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}
