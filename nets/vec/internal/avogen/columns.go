package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A columns kernel goes down all rows of a matrix, some columns at a time, with what belongs to these columns in registers: their sums,
// or the biases. It may read a second matrix beside the first. Strides in bytes.
type columns struct {
	name   string
	sums   bool // the vector is written, else it is read
	y      bool // there is a second matrix
	writes bool // the matrix is written
	row    func(m machine, vector, d, y, zero reg.VecPhysical)
}

var columnwise = []columns{
	{"colSums", true, false, false, func(m machine, sum, d, _, _ reg.VecPhysical) { m.add(sum, d, sum) }},
	{"reluColSums", true, true, true, func(m machine, sum, d, y, zero reg.VecPhysical) {
		m.zeroUnless(zero, y, d)
		m.add(sum, d, sum)
	}},
	{"addBias", false, false, true, func(m machine, bias, d, _, _ reg.VecPhysical) { m.add(d, bias, d) }},
	{"biasReLU", false, false, true, func(m machine, bias, d, _, zero reg.VecPhysical) {
		m.add(d, bias, d)
		m.max(zero, d, d) // the second of the two where one is a NaN or both are zeros
	}},
}

func (op columns) emit(m machine) {
	name := op.name + m.suffix()
	params := "rows, cols int, vector *byte, d *byte, dRow int"
	if op.y {
		params += ", y *byte, yRow int"
	}
	TEXT(name, NOSPLIT, "func("+params+")")
	Pragma("noescape")
	param := func(s string) reg.Register { return Load(Param(s), GP64()) }
	rows, cols, vector, d, dRow := param("rows"), param("cols"), param("vector"), param("d"), param("dRow")
	var y, yRow reg.Register
	if op.y {
		y, yRow = param("y"), param("yRow")
	}
	left, dAt, yAt := GP64(), GP64(), GP64()
	zero := m.reg(12)
	m.zero(zero)

	// down emits the code for some vectors side by side.
	down := func(vectors int, part bool, id string) {
		load, store := m.load, m.store
		if part {
			load, store = m.loadPart, m.storePart
		}
		for j := range vectors {
			if op.sums {
				m.zero(m.reg(j))
			} else {
				load(Mem{Base: vector, Disp: j * m.bytes()}, m.reg(j))
			}
		}
		MOVQ(rows, left)
		MOVQ(d, dAt)
		if op.y {
			MOVQ(y, yAt)
		}
		Label(name + "_row" + id)
		TESTQ(left, left)
		JZ(LabelRef(name + "_end" + id))
		for j := range vectors {
			v, u := m.reg(4+j), m.reg(8+j)
			load(Mem{Base: dAt, Disp: j * m.bytes()}, v)
			if op.y {
				load(Mem{Base: yAt, Disp: j * m.bytes()}, u)
			}
			op.row(m, m.reg(j), v, u, zero)
			if op.writes {
				store(v, Mem{Base: dAt, Disp: j * m.bytes()})
			}
		}
		ADDQ(dRow, dAt)
		if op.y {
			ADDQ(yRow, yAt)
		}
		DECQ(left)
		JMP(LabelRef(name + "_row" + id))
		Label(name + "_end" + id)
		for j := 0; j < vectors && op.sums; j++ {
			store(m.reg(j), Mem{Base: vector, Disp: j * m.bytes()})
		}
		if part {
			return
		}
		ADDQ(I32(int32(vectors*m.bytes())), vector)
		ADDQ(I32(int32(vectors*m.bytes())), d)
		if op.y {
			ADDQ(I32(int32(vectors*m.bytes())), y)
		}
		SUBQ(I32(int32(vectors*m.len())), cols)
	}
	for _, vectors := range []int{4, 1} {
		id := fmt.Sprint(vectors)
		Label(name + "_try" + id)
		CMPQ(cols, I32(int32(vectors*m.len())))
		JLT(LabelRef(name + "_less" + id))
		down(vectors, false, id)
		JMP(LabelRef(name + "_try" + id))
		Label(name + "_less" + id)
	}
	TESTQ(cols, cols)
	JZ(LabelRef(name + "_done"))
	m.maskOf(cols)
	down(1, true, "part")
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
