package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A columns kernel goes down all rows of a matrix, some columns at a time, with what belongs to
// these columns in registers: their sums, or the biases. It may read a second matrix beside the
// first. Strides in bytes.
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

// A columnWalker is one kernel being written: its arguments in registers.
type columnWalker struct {
	columns
	machine
	rows, cols, vector, d, dRow reg.Register
	second, secondRow           reg.Register // the second matrix
	left, dAt, yAt              reg.GPVirtual
	zeros                       reg.VecPhysical
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
	k := &columnWalker{columns: op, machine: m}
	k.rows, k.cols, k.vector, k.d, k.dRow = param("rows"), param("cols"), param("vector"), param("d"), param("dRow")
	if op.y {
		k.second, k.secondRow = param("y"), param("yRow")
	}
	k.left, k.dAt, k.yAt = GP64(), GP64(), GP64()
	k.zeros = m.reg(12)
	m.zero(k.zeros)
	for _, vectors := range []int{4, 1} {
		id := fmt.Sprint(vectors)
		Label(name + "_try" + id)
		CMPQ(k.cols, I32(int32(vectors*m.len())))
		JLT(LabelRef(name + "_less" + id))
		k.down(vectors, false, id)
		k.next(vectors)
		JMP(LabelRef(name + "_try" + id))
		Label(name + "_less" + id)
	}
	TESTQ(k.cols, k.cols)
	JZ(LabelRef(name + "_done"))
	m.maskOf(k.cols)
	k.down(1, true, "part")
	Label(name + "_done")
	VZEROUPPER()
	RET()
}

// down emits the code for some vectors side by side.
func (k *columnWalker) down(vectors int, part bool, id string) {
	name := k.name + k.suffix()
	load, store := k.load, k.store
	if part {
		load, store = k.loadPart, k.storePart
	}
	for j := range vectors {
		if k.sums {
			k.zero(k.reg(j))
		} else {
			load(Mem{Base: k.vector, Disp: j * k.bytes()}, k.reg(j))
		}
	}
	MOVQ(k.rows, k.left)
	MOVQ(k.d, k.dAt)
	if k.y {
		MOVQ(k.second, k.yAt)
	}
	Label(name + "_row" + id)
	TESTQ(k.left, k.left)
	JZ(LabelRef(name + "_end" + id))
	for j := range vectors {
		v, u := k.reg(4+j), k.reg(8+j)
		load(Mem{Base: k.dAt, Disp: j * k.bytes()}, v)
		if k.y {
			load(Mem{Base: k.yAt, Disp: j * k.bytes()}, u)
		}
		k.row(k.machine, k.reg(j), v, u, k.zeros)
		if k.writes {
			store(v, Mem{Base: k.dAt, Disp: j * k.bytes()})
		}
	}
	ADDQ(k.dRow, k.dAt)
	if k.y {
		ADDQ(k.secondRow, k.yAt)
	}
	DECQ(k.left)
	JMP(LabelRef(name + "_row" + id))
	Label(name + "_end" + id)
	for j := 0; j < vectors && k.sums; j++ {
		store(k.reg(j), Mem{Base: k.vector, Disp: j * k.bytes()})
	}
}

// next goes on by some vectors of columns.
func (k *columnWalker) next(vectors int) {
	ADDQ(I32(int32(vectors*k.bytes())), k.vector)
	ADDQ(I32(int32(vectors*k.bytes())), k.d)
	if k.y {
		ADDQ(I32(int32(vectors*k.bytes())), k.second)
	}
	SUBQ(I32(int32(vectors*k.len())), k.cols)
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
