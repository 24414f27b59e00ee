package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A xent kernel does one side of the exponentials of softmax with cross-entropy for short rows, all
// of a group in one call: before them the greatest element is subtracted, after them the sums and
// the derivative are made. A row lies in registers.
type xent struct {
	name string
	emit func(m machine, f func(field int) reg.GPVirtual, name string)
}

var xents = []xent{{"xentBefore", emitXentBefore}, {"xentAfter", emitXentAfter}}

// xentWidest is how many elements a short row has at most, as in xent.go of package vec.
const xentWidest = 16

// Where the fields of vec.xentArgs lie, all of 8 bytes; distances in bytes.
const (
	xentRows = 8 * iota
	xentCols
	xentLabels
	xentAtLabel
	xentSums
	xentX
	xentXRow
	xentE
	xentD
	xentDRow
	xentScale
)

func (x xent) write(m machine) {
	name := x.name + m.suffix()
	TEXT(name, NOSPLIT, "func(args *byte)")
	Pragma("noescape")
	args := Load(Param("args"), GP64())
	x.emit(m, func(field int) reg.GPVirtual {
		r := GP64()
		MOVQ(Mem{Base: args, Disp: field}, r)
		return r
	}, name)
	VZEROUPPER()
	RET()
}

// xentMasks makes the masks of a row's vectors of length elements each, from mask number first on.
func (m machine) xentMasks(cols reg.Register, length, first int) []Op {
	masks := make([]Op, xentWidest/length)
	zero, most := GP64(), GP64()
	XORQ(zero, zero)
	MOVQ(I32(int32(length)), most)
	for j := range masks {
		masks[j] = Op(ymm[6+first+j])
		if m.avx512 {
			masks[j] = []reg.OpmaskPhysical{reg.K1, reg.K2, reg.K3, reg.K4}[first+j]
		}
		n := GP64()
		MOVQ(cols, n)
		SUBQ(I32(int32(j*length)), n)
		CMOVQLT(zero, n)
		CMPQ(n, most)
		CMOVQGT(most, n)
		m.maskInto(n, masks[j])
	}
	return masks
}

// loadUnder and storeUnder are loadPart and storePart with a mask of their own.
func (m machine) loadUnder(mask, a, d Op) {
	if m.avx512 {
		pick(m, VMOVUPS_Z, VMOVUPD_Z)(a, mask, d)
	} else {
		pick(m, VMASKMOVPS, VMASKMOVPD)(a, mask, d)
	}
}

func (m machine) storeUnder(mask, a, d Op) {
	if m.avx512 {
		pick(m, VMOVUPS, VMOVUPD)(a, mask, d)
	} else {
		pick(m, VMASKMOVPS, VMASKMOVPD)(a, mask, d)
	}
}

// loadWideUnder reads the elements under the mask as float64.
func (m machine) loadWideUnder(mask, a Op, d reg.VecPhysical) {
	switch {
	case m.f64:
		m.loadUnder(mask, a, d)
	case m.avx512:
		VCVTPS2PD_Z(a, mask, d)
	default:
		VMASKMOVPS(a, mask.(reg.VecPhysical).AsX(), d.AsX())
		VCVTPS2PD(d.AsX(), d)
	}
}

func (m machine) spread(a, d Op) { pick(m, VBROADCASTSS, VBROADCASTSD)(a, d) }

// eachRow emits a loop over the rows.
func eachRow(name string, rows reg.Register, body func()) {
	Label(name + "_row")
	TESTQ(rows, rows)
	JZ(LabelRef(name + "_done"))
	body()
	DECQ(rows)
	JMP(LabelRef(name + "_row"))
	Label(name + "_done")
}

// emitXentBefore writes e <- x - m, m a row's greatest element, and in float64 the label's x - m.
func emitXentBefore(m machine, field func(int) reg.GPVirtual, name string) {
	rows, cols, labels, at := field(xentRows), field(xentCols), field(xentLabels), field(xentAtLabel)
	x, xRow, e := field(xentX), field(xentXRow), field(xentE)
	masks := m.xentMasks(cols, m.len(), 0)
	eRow, label := GP64(), GP64()
	MOVQ(cols, eRow)
	SHLQ(Imm(pick(m, uint64(2), 3)), eRow)
	v, most, first := []reg.VecPhysical{m.reg(0), m.reg(1), m.reg(2), m.reg(3)}[:len(masks)], m.reg(4), m.reg(5)
	scalar, scalarMost := reg.X13, reg.X12
	eachRow(name, rows, func() {
		m.broadcast(Mem{Base: x}, first)
		for j, mask := range masks { // beyond the row it is its first element
			a := Mem{Base: x, Disp: j * m.bytes()}
			if m.avx512 {
				m.load(first, v[j])
				pick(m, VMOVUPS, VMOVUPD)(a, mask, v[j])
			} else {
				m.loadUnder(mask, a, v[j])
				pick(m, VBLENDVPS, VBLENDVPD)(mask, v[j], first, v[j])
			}
			if j == 0 {
				m.load(v[0], most)
			} else {
				m.max(most, v[j], most)
			}
		}
		fold(m, most, func(a, b reg.VecPhysical) { m.max(a, b, a) })
		MOVQ(Mem{Base: labels}, label)
		picked := Mem{Base: x, Index: label, Scale: uint8(m.size())}
		if m.f64 {
			VMOVSD(picked, scalar)
			VSUBSD(most.AsX(), scalar, scalar)
		} else {
			VMOVSS(picked, scalar)
			VCVTSS2SD(scalar, scalar, scalar)
			VCVTSS2SD(most.AsX(), most.AsX(), scalarMost)
			VSUBSD(scalarMost, scalar, scalar)
		}
		VMOVSD(scalar, Mem{Base: at})
		m.spread(most.AsX(), most)
		for j, mask := range masks {
			m.sub(v[j], most, v[j])
			m.storeUnder(mask, v[j], Mem{Base: e, Disp: j * m.bytes()})
		}
		ADDQ(xRow, x)
		ADDQ(eRow, e)
		ADDQ(I32(8), labels)
		ADDQ(I32(8), at)
	})
}

// emitXentAfter writes the rows' sums of e, in the order of Sum, and d <- (e/s - [label]) scale. It
// reads none of what it writes: behind a store under a mask a load of the row beside it waits.
func emitXentAfter(m machine, field func(int) reg.GPVirtual, name string) {
	rows, cols, labels, sums := field(xentRows), field(xentCols), field(xentLabels), field(xentSums)
	e, d, dRow := field(xentE), field(xentD), field(xentDRow)
	wide := machine{m.avx512, true}
	wideMasks := m.xentMasks(cols, wide.len(), 0)
	masks := wideMasks
	if !m.f64 {
		masks = m.xentMasks(cols, m.len(), len(wideMasks))
	}
	eRow, label := GP64(), GP64()
	MOVQ(cols, eRow)
	SHLQ(Imm(pick(m, uint64(2), 3)), eRow)
	v := []reg.VecPhysical{m.reg(0), m.reg(1), m.reg(2), m.reg(3)}[:len(wideMasks)]
	inv, scale, one := m.reg(4), m.reg(12), reg.X5
	bits := field(xentScale)
	MOVQ(bits, scale.AsX())
	m.spread(scale.AsX(), scale)
	mul, sub, move := pick(m, VMULSS, VMULSD), pick(m, VSUBSS, VSUBSD), pick(m, VMOVSS, VMOVSD)
	eachRow(name, rows, func() {
		for j, mask := range wideMasks {
			m.loadWideUnder(mask, Mem{Base: e, Disp: j * wide.len() * m.size()}, v[j])
		}
		for w := len(v) / 2; w > 0; w /= 2 {
			for j := range w {
				wide.add(v[j], v[j+w], v[j])
			}
		}
		fold(wide, v[0], func(a, b reg.VecPhysical) { VADDPD(b, a, a) })
		VMOVSD(v[0].AsX(), Mem{Base: sums})
		VMOVSD(wide.value(1), one)
		VDIVSD(v[0].AsX(), one, inv.AsX())
		if !m.f64 {
			VCVTSD2SS(inv.AsX(), inv.AsX(), inv.AsX())
		}
		m.spread(inv.AsX(), inv)
		for j, mask := range masks {
			m.loadUnder(mask, Mem{Base: e, Disp: j * m.bytes()}, v[j])
			m.mul(v[j], inv, v[j])
			m.mul(v[j], scale, v[j])
			m.storeUnder(mask, v[j], Mem{Base: d, Disp: j * m.bytes()})
		}
		MOVQ(Mem{Base: labels}, label)
		at := reg.X13
		move(Mem{Base: e, Index: label, Scale: uint8(m.size())}, at)
		mul(inv.AsX(), at, at)
		sub(m.value(1), at, at)
		mul(scale.AsX(), at, at)
		move(at, Mem{Base: d, Index: label, Scale: uint8(m.size())})
		ADDQ(dRow, d)
		ADDQ(eRow, e)
		ADDQ(I32(8), labels)
		ADDQ(I32(8), sums)
	})
}
