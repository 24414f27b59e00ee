package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// emitTranspose writes the transpose of one row of square tiles, 8 x 8 float32 or 4 x 4 float64,
// down a column of the destination. Strides in bytes.
func emitTranspose(m machine) {
	name := "transpose" + m.suffix()
	n := m.len()
	TEXT(name, NOSPLIT, "func(tiles int, dst *byte, dstRow int, src *byte, srcRow int)")
	Pragma("noescape")
	tiles := Load(Param("tiles"), GP64())
	dst, dstRow := Load(Param("dst"), GP64()), Load(Param("dstRow"), GP64())
	src, srcRow := Load(Param("src"), GP64()), Load(Param("srcRow"), GP64())
	dst3, src3, dst4, src4 := GP64(), GP64(), GP64(), GP64()
	LEAQ(Mem{Base: dstRow, Index: dstRow, Scale: 2}, dst3)
	LEAQ(Mem{Base: srcRow, Index: srcRow, Scale: 2}, src3)
	at := func(base, base4, row, row3 reg.Register, i int) Mem {
		if i >= 4 {
			base, i = base4, i-4
		}
		return []Mem{{Base: base}, {Base: base, Index: row, Scale: 1}, {Base: base, Index: row, Scale: 2}, {Base: base, Index: row3, Scale: 1}}[i]
	}
	Label(name + "_tile")
	LEAQ(Mem{Base: src, Index: srcRow, Scale: 4}, src4)
	LEAQ(Mem{Base: dst, Index: dstRow, Scale: 4}, dst4)
	r, t := make([]reg.VecPhysical, n), make([]reg.VecPhysical, n)
	for i := range n {
		r[i], t[i] = m.reg(i), m.reg(8+i)
		m.load(at(src, src4, srcRow, src3, i), r[i])
	}
	// Pairs of rows are interleaved, then (float32) pairs of pairs, then the halves of the
	// registers change places.
	for i := 0; i < n; i += 2 {
		pick(m, VUNPCKLPS, VUNPCKLPD)(r[i+1], r[i], t[i])
		pick(m, VUNPCKHPS, VUNPCKHPD)(r[i+1], r[i], t[i+1])
	}
	if !m.f64 {
		for h := 0; h < n; h += 4 {
			for q := range 2 {
				VSHUFPS(Imm(0x44), t[h+2+q], t[h+q], r[h+2*q])
				VSHUFPS(Imm(0xee), t[h+2+q], t[h+q], r[h+2*q+1])
			}
		}
		r, t = t, r
	}
	for i := range n / 2 {
		VPERM2F128(Imm(0x20), t[i+n/2], t[i], r[i])
		VPERM2F128(Imm(0x31), t[i+n/2], t[i], r[i+n/2])
	}
	for i := range n {
		m.store(r[i], at(dst, dst4, dstRow, dst3, i))
	}
	ADDQ(I32(int32(m.bytes())), src)
	if n == 8 {
		LEAQ(Mem{Base: dst, Index: dstRow, Scale: 8}, dst)
	} else {
		LEAQ(Mem{Base: dst, Index: dstRow, Scale: 4}, dst)
	}
	DECQ(tiles)
	JNZ(LabelRef(name + "_tile"))
	VZEROUPPER()
	RET()
}

// gathered is how many bytes of a row a gather copies, as in product_amd64.go of package vec.
const gathered = 448

// emitGather writes the copy of the first elements of many rows into one piece.
func emitGather(m machine) {
	name := "gather" + m.suffix()
	TEXT(name, NOSPLIT, "func(rows int, dst *byte, dstRow int, src *byte, srcRow int)")
	Pragma("noescape")
	rows := Load(Param("rows"), GP64())
	dst, dstRow := Load(Param("dst"), GP64()), Load(Param("dstRow"), GP64())
	src, srcRow := Load(Param("src"), GP64()), Load(Param("srcRow"), GP64())
	Label(name + "_row")
	for i := range gathered / m.bytes() {
		m.load(Mem{Base: src, Disp: i * m.bytes()}, m.reg(i))
		m.store(m.reg(i), Mem{Base: dst, Disp: i * m.bytes()})
	}
	ADDQ(srcRow, src)
	ADDQ(dstRow, dst)
	DECQ(rows)
	JNZ(LabelRef(name + "_row"))
	VZEROUPPER()
	RET()
}
