package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A pool kernel takes the largest of squares of 2 x 2, a vector of squares at a time, row by row of
// every plane; or goes the way back.
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

// A square's two rows come as two vectors each. Their elements of even and of odd columns are
// separated within 128 bits, which leaves pairs out of order: an order that both halves of the way
// keep to themselves.

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

// largest is the greater of two numbers as Go's max has it: NaN if one is, and 0 above -0. d is
// neither a nor b; t is used.
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

// A pooler is one kernel being written: its arguments, and the registers that live as long as it
// runs.
type pooler struct {
	pool
	machine
	args                       reg.Register
	order                      reg.VecPhysical
	masks                      [3]Op // of small and of the two vectors of a row of squares, or nil
	small, full, back          reg.GPVirtual
	smallRow, fullRow, backRow reg.GPVirtual
	rows, t                    reg.GPVirtual
	nextVector                 int
}

// A poolPointer walks over the planes of one operand.
type poolPointer struct {
	r              reg.Register
	at, own, plane int
}

func (p pool) emit(m machine) {
	k := &pooler{pool: p, machine: m}
	name := p.name + m.suffix()
	TEXT(name, NOSPLIT, "func(args *byte)")
	Pragma("noescape")
	k.args = Load(Param("args"), GP64())
	if m.avx512 {
		k.order = k.take()
		m.load(NewDataAddr(NewStaticSymbol(orderTable(p.back)), 0), k.order)
	}
	if p.part {
		k.makeMasks()
	}
	pointers := k.pointers()
	for _, x := range pointers {
		MOVQ(k.arg(x.at), k.t)
		MOVQ(k.t, k.arg(x.own))
	}
	Label(name + "_plane")
	for _, x := range pointers {
		MOVQ(k.arg(x.own), x.r)
		MOVQ(k.arg(x.plane), k.t)
		ADDQ(k.t, k.arg(x.own))
	}
	MOVQ(k.arg(poolRows), k.rows)
	Label(name + "_row")
	k.row()
	ADDQ(k.smallRow, k.small)
	LEAQ(Mem{Base: k.full, Index: k.fullRow, Scale: 2}, k.full)
	DECQ(k.rows)
	JNZ(LabelRef(name + "_row"))
	DECQ(k.arg(poolPlanes))
	JNZ(LabelRef(name + "_plane"))
	VZEROUPPER()
	RET()
}

func (k *pooler) arg(field int) Mem { return Mem{Base: k.args, Disp: field} }

func (k *pooler) field(field int) reg.GPVirtual {
	r := GP64()
	MOVQ(k.arg(field), r)
	return r
}

func (k *pooler) take() reg.VecPhysical {
	k.nextVector++
	return k.reg(k.nextVector - 1)
}

// pointers makes the registers of addresses.
func (k *pooler) pointers() []poolPointer {
	k.small, k.full, k.back = GP64(), GP64(), GP64()
	k.smallRow, k.fullRow, k.backRow = k.field(poolSmallRow), k.field(poolFullRow), GP64()
	k.rows, k.t = GP64(), GP64()
	all := []poolPointer{
		{k.small, poolSmall, poolSmallAt, poolSmallPlane},
		{k.full, poolFull, poolFullAt, poolFullPlane},
		{k.back, poolBack, poolBackAt, poolBackPlane},
	}
	if !k.pool.back {
		return all[:2]
	}
	MOVQ(k.arg(poolBackRow), k.backRow)
	return all
}

// makeMasks makes the masks of fewer squares than a vector has elements: twice as many elements of
// a row, which reach into its second vector or not.
func (k *pooler) makeMasks() {
	n, twice, second := k.field(poolPart), GP64(), GP64()
	MOVQ(n, twice)
	SHLQ(Imm(1), twice)
	XORQ(second, second)
	length := GP64()
	MOVQ(I32(int32(k.len())), length)
	CMPQ(twice, length)
	CMOVQGT(twice, second)
	CMOVQGT(length, twice)
	SUBQ(length, second)
	zero := GP64()
	XORQ(zero, zero)
	TESTQ(second, second)
	CMOVQLT(zero, second)
	for i, n := range []reg.Register{n, twice, second} {
		if k.avx512 {
			k.masks[i] = []reg.OpmaskPhysical{reg.K3, reg.K4, reg.K5}[i]
		} else {
			k.masks[i] = ymm[13+i]
		}
		k.maskInto(n, k.masks[i])
	}
}

// loadUnder and storeUnder move what a mask lets through, or a whole vector where it is nil.

func (k *pooler) loadUnder(mask Op, a, d Op) {
	switch {
	case mask == nil:
		k.load(a, d)
	case k.avx512:
		pick(k.machine, VMOVUPS_Z, VMOVUPD_Z)(a, mask, d)
	default:
		pick(k.machine, VMASKMOVPS, VMASKMOVPD)(a, mask, d)
	}
}

func (k *pooler) storeUnder(mask Op, a, d Op) {
	switch {
	case mask == nil:
		k.store(a, d)
	case k.avx512:
		pick(k.machine, VMOVUPS, VMOVUPD)(a, mask, d)
	default:
		pick(k.machine, VMASKMOVPS, VMASKMOVPD)(a, mask, d)
	}
}

// row does a vector of squares. The columns' two halves are a0 and a1 of the upper row, b0 and b1
// of the lower.
func (k *pooler) row() {
	var r [8]reg.VecPhysical
	for i := range r {
		r[i] = k.take()
	}
	a0, a1, b0, b1, s, u, v, w := r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]
	k.loadUnder(k.masks[1], Mem{Base: k.full}, a0)
	k.loadUnder(k.masks[2], Mem{Base: k.full, Disp: k.bytes()}, a1)
	k.loadUnder(k.masks[1], Mem{Base: k.full, Index: k.fullRow, Scale: 1}, b0)
	k.loadUnder(k.masks[2], Mem{Base: k.full, Index: k.fullRow, Scale: 1, Disp: k.bytes()}, b1)
	k.evens(a0, a1, s)
	k.odds(a0, a1, a1)
	k.evens(b0, b1, u)
	k.odds(b0, b1, b1)
	k.largest(s, a1, v, w)
	k.largest(u, b1, a0, w)
	k.largest(v, a0, b0, w)
	if !k.pool.back {
		k.inOrder(b0, b0, k.order)
		k.storeUnder(k.masks[0], b0, Mem{Base: k.small})
		return
	}
	k.loadUnder(k.masks[0], Mem{Base: k.small}, v)
	k.inOrder(v, v, k.order)
	k.toFirstEqual(b0, v, w, []reg.VecPhysical{s, a1, u})
	for i, pair := range [][2]reg.VecPhysical{{s, a1}, {u, v}} {
		pick(k.machine, VUNPCKLPS, VUNPCKLPD)(pair[1], pair[0], a0)
		pick(k.machine, VUNPCKHPS, VUNPCKHPD)(pair[1], pair[0], w)
		for j, x := range []reg.VecPhysical{a0, w} {
			to := Mem{Base: k.back, Disp: j * k.bytes()}
			if i == 1 {
				to.Index, to.Scale = k.backRow, 1
			}
			k.storeUnder(k.masks[1+j], x, to)
		}
	}
	LEAQ(Mem{Base: k.back, Index: k.backRow, Scale: 2}, k.back)
}

// toFirstEqual gives v to the first of xs that equals most; v is 0 from then on, and the others of
// xs are. w is used.
func (k *pooler) toFirstEqual(most, v, w reg.VecPhysical, xs []reg.VecPhysical) {
	if k.avx512 {
		k.zero(w)
	}
	const equal = 0
	for _, x := range xs {
		if k.avx512 {
			pick(k.machine, VCMPPS, VCMPPD)(Imm(equal), most, x, reg.K2)
			pick(k.machine, VMOVAPS_Z, VMOVAPD_Z)(v, reg.K2, x)
			pick(k.machine, VMOVAPS, VMOVAPD)(w, reg.K2, v)
		} else {
			pick(k.machine, VCMPPS, VCMPPD)(Imm(equal), most, x, w)
			k.and(v, w, x)
			pick(k.machine, VANDNPS, VANDNPD)(v, w, v)
		}
	}
}
