package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// emitColSums writes the sums of the columns of d, row after row from 0; with relu, each element of d is first set to 0 where y is not
// above it. Some columns at a time go down all rows, their sums in registers. Strides in bytes.
func emitColSums(m machine, relu bool) {
	name, params := "colSums", "rows, cols int, dst *byte, d *byte, dRow int"
	if relu {
		name, params = "reluColSums", params+", y *byte, yRow int"
	}
	name += m.suffix()
	TEXT(name, NOSPLIT, "func("+params+")")
	Pragma("noescape")
	param := func(s string) reg.Register { return Load(Param(s), GP64()) }
	rows, cols, dst, d, dRow := param("rows"), param("cols"), param("dst"), param("d"), param("dRow")
	var y, yRow reg.Register
	if relu {
		y, yRow = param("y"), param("yRow")
	}
	left, dAt, yAt := GP64(), GP64(), GP64()
	zero := m.reg(12)
	m.zero(zero)

	// columns emits the code for some vectors side by side.
	columns := func(vectors int, part bool, id string) {
		load, store := m.load, m.store
		if part {
			load, store = m.loadPart, m.storePart
		}
		for j := range vectors {
			m.zero(m.reg(j))
		}
		MOVQ(rows, left)
		MOVQ(d, dAt)
		if relu {
			MOVQ(y, yAt)
		}
		Label(name + "_row" + id)
		TESTQ(left, left)
		JZ(LabelRef(name + "_sum" + id))
		for j := range vectors {
			sum, v, u := m.reg(j), m.reg(4+j), m.reg(8+j)
			load(Mem{Base: dAt, Disp: j * m.bytes()}, v)
			if relu {
				load(Mem{Base: yAt, Disp: j * m.bytes()}, u)
				m.zeroUnless(zero, u, v)
				store(v, Mem{Base: dAt, Disp: j * m.bytes()})
			}
			m.add(sum, v, sum)
		}
		ADDQ(dRow, dAt)
		if relu {
			ADDQ(yRow, yAt)
		}
		DECQ(left)
		JMP(LabelRef(name + "_row" + id))
		Label(name + "_sum" + id)
		for j := range vectors {
			store(m.reg(j), Mem{Base: dst, Disp: j * m.bytes()})
		}
		if part {
			return
		}
		ADDQ(I32(int32(vectors*m.bytes())), dst)
		ADDQ(I32(int32(vectors*m.bytes())), d)
		if relu {
			ADDQ(I32(int32(vectors*m.bytes())), y)
		}
		SUBQ(I32(int32(vectors*m.len())), cols)
	}
	for _, vectors := range []int{4, 1} {
		id := fmt.Sprint(vectors)
		Label(name + "_try" + id)
		CMPQ(cols, I32(int32(vectors*m.len())))
		JLT(LabelRef(name + "_less" + id))
		columns(vectors, false, id)
		JMP(LabelRef(name + "_try" + id))
		Label(name + "_less" + id)
	}
	TESTQ(cols, cols)
	JZ(LabelRef(name + "_done"))
	m.maskOf(cols)
	columns(1, true, "part")
	Label(name + "_done")
	VZEROUPPER()
	RET()
}

// zeroUnless sets d to 0 where y <= 0, and may use y up; zero holds zeros.
func (m machine) zeroUnless(zero, y, d reg.VecPhysical) {
	const lessEqual = 2 // ordered: false for a NaN
	if m.avx512 {
		pick(m, VCMPPS, VCMPPD)(Imm(lessEqual), zero, y, reg.K2)
		pick(m, VMOVAPS, VMOVAPD)(zero, reg.K2, d)
	} else {
		pick(m, VCMPPS, VCMPPD)(Imm(lessEqual), zero, y, y)
		pick(m, VANDNPS, VANDNPD)(d, y, d)
	}
}
