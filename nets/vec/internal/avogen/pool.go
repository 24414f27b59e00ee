package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A pool kernel takes the largest of squares of 2 x 2, a vector of squares at a time, row by row of every plane; or goes the way back.
type pool struct {
	name string
	back bool
	part bool // fewer squares than a vector has elements
}

var pools = []pool{{"pool2", false, false}, {"pool2Part", false, true}, {"unpool2", true, false}, {"unpool2Part", true, true}}

// Where the fields of vec.poolArgs lie, all of 8 bytes; distances in bytes.
const (
	poolPlanes = 8 * iota
	poolRows
	poolSmall
	poolSmallPlane
	poolSmallRow
	poolFull
	poolFullPlane
	poolFullRow
	poolBack
	poolBackPlane
	poolBackRow
	poolPart

	// The kernel's own.
	poolRowsLeft
	poolSmallAt
	poolFullAt
	poolBackAt
)

// A square's two rows come as two vectors each. Their elements of even and of odd columns are separated within 128 bits, which leaves pairs
// out of order: an order that both halves of the way keep to themselves.

func (m machine) evens(a, b, d Op) {
	if m.f64 {
		VUNPCKLPD(b, a, d)
	} else {
		VSHUFPS(Imm(0x88), b, a, d)
	}
}

func (m machine) odds(a, b, d Op) {
	if m.f64 {
		VUNPCKHPD(b, a, d)
	} else {
		VSHUFPS(Imm(0xdd), b, a, d)
	}
}

// inOrder puts pairs in order; outOfOrder undoes it. With AVX-512 the order is in a register.
func (m machine) inOrder(a, d Op, order reg.VecPhysical) {
	if m.avx512 {
		VPERMPD(a, order, d)
	} else {
		VPERMPD(Imm(0xd8), a, d)
	}
}

// orders are the tables of inOrder and its inverse, of 8 elements of 8 bytes.
var orders = map[bool][8]uint64{false: {0, 2, 4, 6, 1, 3, 5, 7}, true: {0, 4, 1, 5, 2, 6, 3, 7}}

func orderTable(back bool) string {
	if back {
		return "orderBack"
	}
	return "orderForth"
}

// emitOrders writes the tables.
func emitOrders() {
	for _, back := range []bool{false, true} {
		GLOBL(orderTable(back), RODATA|NOPTR)
		for i, v := range orders[back] {
			DATA(8*i, U64(v))
		}
	}
}

// largest is the greater of two numbers as Go's max has it: NaN if one is, and 0 above -0. d is neither a nor b; t is used.
func (m machine) largest(a, b, d, t Op) {
	const unordered = 3
	m.max(a, b, d)
	m.max(b, a, t)
	m.and(d, t, d) // the two differ where both are zeros, or one is a NaN
	if m.avx512 {
		pick(m, VCMPPS, VCMPPD)(Imm(unordered), b, a, reg.K2)
		pick(m, VADDPS, VADDPD)(b, a, reg.K2, d)
	} else {
		pick(m, VCMPPS, VCMPPD)(Imm(unordered), b, a, t)
		m.or(d, t, d)
	}
}

func (p pool) emit(m machine) {
	name := p.name + m.suffix()
	TEXT(name, NOSPLIT, "func(args *byte)")
	Pragma("noescape")
	args := Load(Param("args"), GP64())
	arg := func(field int) Mem { return Mem{Base: args, Disp: field} }
	field := func(field int) reg.GPVirtual {
		r := GP64()
		MOVQ(arg(field), r)
		return r
	}
	next := 0
	take := func() reg.VecPhysical { next++; return m.reg(next - 1) }
	var order reg.VecPhysical
	if m.avx512 {
		order = take()
		m.load(NewDataAddr(NewStaticSymbol(orderTable(p.back)), 0), order)
	}

	// The masks of small and of the two vectors of a row of squares, or nil.
	masks := make([]Op, 3)
	if p.part {
		n, twice, second := field(poolPart), GP64(), GP64()
		MOVQ(n, twice)
		SHLQ(Imm(1), twice)
		XORQ(second, second)
		length := GP64()
		MOVQ(I32(int32(m.len())), length)
		CMPQ(twice, length)
		CMOVQGT(twice, second)
		CMOVQGT(length, twice)
		SUBQ(length, second)
		zero := GP64()
		XORQ(zero, zero)
		TESTQ(second, second)
		CMOVQLT(zero, second)
		for i, n := range []reg.Register{n, twice, second} {
			if m.avx512 {
				masks[i] = []reg.OpmaskPhysical{reg.K3, reg.K4, reg.K5}[i]
			} else {
				masks[i] = ymm[13+i]
			}
			m.maskInto(n, masks[i])
		}
	}
	load := func(mask Op, a, d Op) {
		switch {
		case mask == nil:
			m.load(a, d)
		case m.avx512:
			pick(m, VMOVUPS_Z, VMOVUPD_Z)(a, mask, d)
		default:
			pick(m, VMASKMOVPS, VMASKMOVPD)(a, mask, d)
		}
	}
	store := func(mask Op, a, d Op) {
		switch {
		case mask == nil:
			m.store(a, d)
		case m.avx512:
			pick(m, VMOVUPS, VMOVUPD)(a, mask, d)
		default:
			pick(m, VMASKMOVPS, VMASKMOVPD)(a, mask, d)
		}
	}

	small, full, back := GP64(), GP64(), GP64()
	smallRow, fullRow, backRow := field(poolSmallRow), field(poolFullRow), GP64()
	rows, t := GP64(), GP64()
	if p.back {
		MOVQ(arg(poolBackRow), backRow)
	}
	pointers := []struct {
		r              reg.Register
		at, own, plane int
	}{{small, poolSmall, poolSmallAt, poolSmallPlane}, {full, poolFull, poolFullAt, poolFullPlane}, {back, poolBack, poolBackAt, poolBackPlane}}
	if !p.back {
		pointers = pointers[:2]
	}
	for _, x := range pointers {
		MOVQ(arg(x.at), t)
		MOVQ(t, arg(x.own))
	}
	Label(name + "_plane")
	for _, x := range pointers {
		MOVQ(arg(x.own), x.r)
		MOVQ(arg(x.plane), t)
		ADDQ(t, arg(x.own))
	}
	MOVQ(arg(poolRows), rows)

	Label(name + "_row")
	// The columns' two halves a0 and a1 of the upper row, b0 and b1 of the lower.
	a0, a1, b0, b1, s, u, v, w := take(), take(), take(), take(), take(), take(), take(), take()
	load(masks[1], Mem{Base: full}, a0)
	load(masks[2], Mem{Base: full, Disp: m.bytes()}, a1)
	load(masks[1], Mem{Base: full, Index: fullRow, Scale: 1}, b0)
	load(masks[2], Mem{Base: full, Index: fullRow, Scale: 1, Disp: m.bytes()}, b1)
	m.evens(a0, a1, s)
	m.odds(a0, a1, a1)
	m.evens(b0, b1, u)
	m.odds(b0, b1, b1)
	m.largest(s, a1, v, w)
	m.largest(u, b1, a0, w)
	m.largest(v, a0, b0, w)
	if !p.back {
		m.inOrder(b0, b0, order)
		store(masks[0], b0, Mem{Base: small})
	} else {
		most := b0
		load(masks[0], Mem{Base: small}, v)
		m.inOrder(v, v, order)
		// v goes to the first that is equal, and is 0 from then on.
		if m.avx512 {
			m.zero(w)
		}
		const equal = 0
		for _, x := range []reg.VecPhysical{s, a1, u} {
			if m.avx512 {
				pick(m, VCMPPS, VCMPPD)(Imm(equal), most, x, reg.K2)
				pick(m, VMOVAPS_Z, VMOVAPD_Z)(v, reg.K2, x)
				pick(m, VMOVAPS, VMOVAPD)(w, reg.K2, v)
			} else {
				pick(m, VCMPPS, VCMPPD)(Imm(equal), most, x, w)
				m.and(v, w, x)
				pick(m, VANDNPS, VANDNPD)(v, w, v)
			}
		}
		for i, pair := range [][2]reg.VecPhysical{{s, a1}, {u, v}} {
			pick(m, VUNPCKLPS, VUNPCKLPD)(pair[1], pair[0], a0)
			pick(m, VUNPCKHPS, VUNPCKHPD)(pair[1], pair[0], w)
			for j, x := range []reg.VecPhysical{a0, w} {
				to := Mem{Base: back, Disp: j * m.bytes()}
				if i == 1 {
					to.Index, to.Scale = backRow, 1
				}
				store(masks[1+j], x, to)
			}
		}
		LEAQ(Mem{Base: back, Index: backRow, Scale: 2}, back)
	}
	ADDQ(smallRow, small)
	LEAQ(Mem{Base: full, Index: fullRow, Scale: 2}, full)
	DECQ(rows)
	JNZ(LabelRef(name + "_row"))
	DECQ(arg(poolPlanes))
	JNZ(LabelRef(name + "_plane"))
	VZEROUPPER()
	RET()
}
