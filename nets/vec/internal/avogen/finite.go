package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// emitFinite writes the sum of v - v over a vector, which is 0 if all its elements are finite and
// else a NaN.
func emitFinite(m machine) {
	const sums = 4 // an addition takes so many cycles
	name := "finite" + m.suffix()
	TEXT(name, NOSPLIT, "func(n int, x *byte) "+pick(m, "float32", "float64"))
	Pragma("noescape")
	n := Load(Param("n"), GP64())
	x := Load(Param("x"), GP64())
	acc := make([]reg.VecPhysical, sums)
	for j := range acc {
		acc[j] = m.reg(j)
		m.zero(acc[j])
	}
	round := func(vectors int) {
		for j := range vectors {
			v := m.reg(sums + j)
			m.load(Mem{Base: x, Disp: j * m.bytes()}, v)
			m.sub(v, v, v)
			m.add(acc[j], v, acc[j])
		}
		ADDQ(I32(int32(vectors*m.bytes())), x)
		SUBQ(I32(int32(vectors*m.len())), n)
	}
	for _, vectors := range []int{sums, 1} {
		again, done := name+"_"+string(rune('0'+vectors)), name+"_after"+string(rune('0'+vectors))
		Label(again)
		CMPQ(n, I32(int32(vectors*m.len())))
		JLT(LabelRef(done))
		round(vectors)
		JMP(LabelRef(again))
		Label(done)
	}
	TESTQ(n, n)
	JZ(LabelRef(name + "_fold"))
	v := m.reg(sums)
	m.maskOf(n)
	m.loadPart(Mem{Base: x}, v)
	m.sub(v, v, v)
	m.add(acc[0], v, acc[0])
	Label(name + "_fold")
	for w := sums / 2; w > 0; w /= 2 {
		for j := range w {
			m.add(acc[j], acc[j+w], acc[j])
		}
	}
	fold(m, acc[0], func(a, b reg.VecPhysical) { m.add(a, b, a) })
	Store(acc[0].AsX(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}
