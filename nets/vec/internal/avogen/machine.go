package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A machine is an instruction set and an element type. Its methods emit one instruction each,
// operands in reading order: sub(a, b, d) is d = a - b. The vector registers are named by hand,
// since avo's allocator knows only the lower sixteen.
type machine struct {
	avx512, f64 bool
}

// suffix ends the names of the machine's kernels.
func (m machine) suffix() string {
	s := "AVX2"
	if m.avx512 {
		s = "AVX512"
	}
	if m.f64 {
		return s + "F64"
	}
	return s + "F32"
}

func (m machine) bytes() int { // of a vector
	if m.avx512 {
		return 64
	}
	return 32
}

func (m machine) size() int { // of an element
	if m.f64 {
		return 8
	}
	return 4
}

func (m machine) len() int { return m.bytes() / m.size() }

func (m machine) reg(i int) reg.VecPhysical {
	if m.avx512 {
		return zmm[i]
	}
	return ymm[i]
}

var (
	zmm = []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11,
		reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23, reg.Z24,
		reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31}
	ymm = []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10, reg.Y11,
		reg.Y12, reg.Y13, reg.Y14, reg.Y15}
)

// maskReg holds the mask of a partial vector: an opmask on AVX-512, the last vector register on
// AVX2.
var (
	maskK = reg.K1
	maskY = reg.Y15
)

// pick returns the instruction for the element type.
func pick[T any](m machine, single, double T) T {
	if m.f64 {
		return double
	}
	return single
}

func (m machine) add(a, b, d Op)    { pick(m, VADDPS, VADDPD)(b, a, d) }
func (m machine) sub(a, b, d Op)    { pick(m, VSUBPS, VSUBPD)(b, a, d) }
func (m machine) mul(a, b, d Op)    { pick(m, VMULPS, VMULPD)(b, a, d) }
func (m machine) div(a, b, d Op)    { pick(m, VDIVPS, VDIVPD)(b, a, d) }
func (m machine) sqrt(a, d Op)      { pick(m, VSQRTPS, VSQRTPD)(a, d) }
func (m machine) fmaTo(a, b, d Op)  { pick(m, VFMADD231PS, VFMADD231PD)(b, a, d) } // d = a b + d
func (m machine) fmaOf(d, a, c Op)  { pick(m, VFMADD213PS, VFMADD213PD)(c, a, d) } // d = d a + c
func (m machine) load(a, d Op)      { pick(m, VMOVUPS, VMOVUPD)(a, d) }
func (m machine) store(a, d Op)     { pick(m, VMOVUPS, VMOVUPD)(a, d) }
func (m machine) broadcast(a, d Op) { pick(m, VBROADCASTSS, VBROADCASTSD)(a, d) }

// min and max return b where either is a NaN or both are zeros.
func (m machine) min(a, b, d Op) { pick(m, VMINPS, VMINPD)(b, a, d) }
func (m machine) max(a, b, d Op) { pick(m, VMAXPS, VMAXPD)(b, a, d) }

func (m machine) and(a, b, d Op) {
	if m.avx512 {
		VPANDQ(b, a, d)
	} else {
		VPAND(b, a, d)
	}
}

func (m machine) or(a, b, d Op) {
	if m.avx512 {
		VPORQ(b, a, d)
	} else {
		VPOR(b, a, d)
	}
}

// zero is free where the register has the short encoding: the long one occupies a multiply-adder.
func (m machine) zero(d reg.VecPhysical) {
	if m.avx512 && d.PhysicalIndex() >= 16 {
		VPXORQ(d, d, d)
	} else {
		x := d.AsX()
		VXORPS(x, x, x)
	}
}

// loadPart reads the elements under the mask; the others become 0 and their memory is not touched.
func (m machine) loadPart(a, d Op) {
	if m.avx512 {
		pick(m, VMOVUPS_Z, VMOVUPD_Z)(a, maskK, d)
	} else {
		pick(m, VMASKMOVPS, VMASKMOVPD)(a, maskY, d)
	}
}

// storePart writes the elements under the mask and touches no other memory.
func (m machine) storePart(a, d Op) {
	if m.avx512 {
		pick(m, VMOVUPS, VMOVUPD)(a, maskK, d)
	} else {
		pick(m, VMASKMOVPS, VMASKMOVPD)(a, maskY, d)
	}
}

// maskOf makes the mask of the first n elements, 0 < n <= len.
func (m machine) maskOf(n reg.Register) {
	if m.avx512 {
		m.maskInto(n, maskK)
	} else {
		m.maskInto(n, maskY)
	}
}

// maskInto is maskOf for a mask of its own, 0 <= n <= len.
func (m machine) maskInto(n reg.Register, d Op) {
	t := GP64()
	if m.avx512 {
		MOVQ(I64(-1), t)
		BZHIQ(n, t, t)
		KMOVW(t.As32(), d)
		return
	}
	// A window of the table: n elements of ones, then zeros.
	table := GP64()
	LEAQ(NewDataAddr(NewStaticSymbol("maskTable"), 32), table)
	MOVQ(n, t)
	NEGQ(t)
	VMOVDQU(Mem{Base: table, Index: t, Scale: uint8(m.size())}, d)
}

// constants are the values that kernels read from memory, each repeated over a whole vector.
var constants []constant

type constant struct {
	name string
	bits uint64 // of 8 bytes: two elements of float32
}

// value returns an operand that holds x in every element.
func (m machine) value(x float64) Op {
	if m.f64 {
		return bitsValue(math.Float64bits(x))
	}
	b := uint64(math.Float32bits(float32(x)))
	return bitsValue(b<<32 | b)
}

// bitsValue is value for a pattern of 64 bits.
func bitsValue(bits uint64) Op {
	name := fmt.Sprintf("const%016x", bits)
	known := false
	for _, c := range constants {
		known = known || c.name == name
	}
	if !known {
		constants = append(constants, constant{name, bits})
	}
	return NewDataAddr(NewStaticSymbol(name), 0)
}

// emitData writes the tables, after all kernels have asked for theirs.
func emitData() {
	for _, c := range constants {
		GLOBL(c.name, RODATA|NOPTR)
		for i := range 8 {
			DATA(8*i, U64(c.bits))
		}
	}
	emitOrders()
	GLOBL("maskTable", RODATA|NOPTR)
	for i := range 8 {
		DATA(8*i, U64(pickMask(i)))
	}
}

func pickMask(i int) uint64 {
	if i < 4 {
		return math.MaxUint64
	}
	return 0
}
