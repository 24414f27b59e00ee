package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A panel kernel multiplies all rows of A with one panel of B, a vector or two wide and one block of k deep. The panel stays
// in the cache while the rows go by, several at a time, their sums in registers. A is read with two free strides, so it may
// be transposed.
type panel struct {
	name    string
	vectors int  // width
	part    bool // the last vector is under the mask
}

var panels = []panel{{"panel2", 2, false}, {"panel2Part", 2, true}, {"panel1Part", 1, true}}

// maxChain is the greatest depth of a panel, as in mul.go of package vec.
const maxChain = 256

// Where the fields of vec.panelArgs lie, all of 8 bytes; strides in bytes.
const (
	argRows = 8 * iota
	argDepth
	argA
	argARow
	argACol
	argB
	argBRow
	argC
	argOld
	argBase
	argCRow
	argAlpha
	argEnd
	argPart

	// The kernel's own: what it moves on.
	ownA
	ownB
	ownBRow
)

// What argEnd says is done with alpha s, as in product_amd64.go of package vec.
const (
	endSet = iota // c <- alpha s
	endAdd        // c <- old + alpha s
	endSub        // c <- (old + alpha s) - base
)

func (p panel) emit(m machine) {
	name := p.name + m.suffix()
	// Rows at a time: as many as there are registers for, next to a row of the panel and a broadcast.
	most := map[bool]map[int]int{true: {1: 16, 2: 8}, false: {1: 12, 2: 6}}[m.avx512][p.vectors]
	width := p.vectors * m.bytes()

	TEXT(name, 0, "func(args *byte)") // not NOSPLIT: its frame is large
	Pragma("noescape")
	packed := AllocLocal(width*maxChain + 64)
	args := Load(Param("args"), GP64())
	at := func(field int) Mem { return Mem{Base: args, Disp: field} }
	field := func(field int) reg.GPVirtual {
		r := GP64()
		MOVQ(at(field), r)
		return r
	}
	MOVQ(field(argA), at(ownA))
	MOVQ(field(argB), at(ownB))
	MOVQ(field(argBRow), at(ownBRow))
	if p.part {
		m.maskOf(field(argPart))
	}
	rows, depth, c := field(argRows), GP64(), field(argC)
	aRow, aCol := field(argARow), field(argACol)
	a3, a5, a7 := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: aRow, Index: aRow, Scale: 2}, a3)
	LEAQ(Mem{Base: aRow, Index: aRow, Scale: 4}, a5)
	LEAQ(Mem{Base: a3, Index: aRow, Scale: 4}, a7)
	a, a8, b, step, copied := GP64(), GP64(), GP64(), GP64(), GP64()
	row := func(i int) Mem {
		base := a
		if i > 8 || i == 8 && most > 8 {
			base, i = a8, i-8
		}
		return Mem{
			Base:  base,
			Index: []reg.Register{nil, aRow, aRow, a3, aRow, a5, a3, a7, aRow}[i],
			Scale: []uint8{0, 1, 2, 1, 4, 1, 2, 1, 8}[i],
		}
	}
	masked := func(j int) bool { return p.part && j == p.vectors-1 }
	label := func(format string, x ...any) string { return name + "_" + fmt.Sprintf(format, x...) }
	room := func() { // the aligned part of the frame
		LEAQ(packed, copied)
		ADDQ(Imm(63), copied)
		ANDQ(I32(-64), copied)
	}

	beside := func(arg int, r reg.Register) { // how far from c
		MOVQ(at(arg), r)
		SUBQ(at(argC), r)
	}

	// body emits the code for n rows. With pack it also copies the panel, row by row as it reads it, to where the next rows
	// find it in one piece: the stores are free beside the multiply-adds, and rows of B that lie a power of two apart would
	// drive each other out of the cache.
	body := func(n int, pack bool) {
		id := fmt.Sprint(n)
		if pack {
			id += "pack"
		}
		Label(label("rows%s", id))
		sum := make([][]reg.VecPhysical, n)
		next := 0
		take := func() reg.VecPhysical { next++; return m.reg(next - 1) }
		for i := range sum {
			for range p.vectors {
				r := take()
				m.zero(r)
				sum[i] = append(sum[i], r)
			}
		}
		var bv []reg.VecPhysical
		for range p.vectors {
			bv = append(bv, take())
		}
		x := []reg.VecPhysical{take()}
		for m.avx512 && len(x) < 4 { // spare ones let the broadcasts run ahead
			x = append(x, take())
		}
		MOVQ(at(ownA), a)
		if n > 8 {
			LEAQ(Mem{Base: a, Index: aRow, Scale: 8}, a8)
		}
		// What the results go to, and come from, is fetched while the chains run.
		MOVQ(at(argCRow), step)
		fetch := func() {
			for i := range sum {
				for ahead := 0; ahead < width; ahead += 64 {
					PREFETCHT0(Mem{Base: b, Disp: ahead})
				}
				if i < n-1 {
					ADDQ(step, b)
				}
			}
		}
		MOVQ(c, b)
		fetch()
		CMPQ(at(argEnd), Imm(endAdd))
		JL(LabelRef(label("fetched%s", id)))
		beside(argOld, b)
		JZ(LabelRef(label("fetchedold%s", id))) // old is c
		ADDQ(c, b)
		fetch()
		Label(label("fetchedold%s", id))
		CMPQ(at(argEnd), Imm(endSub))
		JL(LabelRef(label("fetched%s", id)))
		MOVQ(at(argBase), b)
		CMPQ(b, at(argOld))
		JE(LabelRef(label("fetched%s", id)))
		SUBQ(at(argC), b)
		ADDQ(c, b)
		fetch()
		Label(label("fetched%s", id))
		MOVQ(at(ownB), b)
		MOVQ(at(argDepth), depth)
		MOVQ(at(ownBRow), step)
		if pack {
			room()
		}
		Label(label("k%s", id))
		for j, r := range bv {
			from := Mem{Base: b, Disp: j * m.bytes()}
			if masked(j) {
				m.loadPart(from, r)
			} else {
				m.load(from, r)
			}
		}
		if pack {
			for j, r := range bv {
				m.store(r, Mem{Base: copied, Disp: j * m.bytes()})
			}
			// The next panel lies beside this one; no stride prefetcher looks across pages.
			for ahead := 0; ahead < width && !p.part; ahead += 64 {
				PREFETCHT1(Mem{Base: b, Disp: width + ahead})
			}
			ADDQ(I32(int32(width)), copied)
		}
		ADDQ(step, b)
		for i := range sum {
			t := x[i%len(x)]
			m.broadcast(row(i), t)
			for j := range bv {
				m.fmaTo(t, bv[j], sum[i][j])
			}
		}
		ADDQ(aCol, a)
		if n > 8 {
			ADDQ(aCol, a8)
		}
		DECQ(depth)
		JNZ(LabelRef(label("k%s", id)))

		MOVQ(at(argCRow), step)
		alpha, t := bv[0], x[0]
		m.broadcast(at(argAlpha), alpha)
		// with combines a sum with what memory holds.
		with := func(op func(a, b, d Op), s reg.VecPhysical, from Mem, masked bool) {
			if masked {
				m.loadPart(from, t)
				op(s, t, s)
			} else {
				op(s, from, s)
			}
		}
		finish := func(end int) {
			for i := range sum {
				for j, s := range sum[i] {
					to := Mem{Base: c, Disp: j * m.bytes()}
					m.mul(alpha, s, s)
					if end >= endAdd {
						with(m.add, s, Mem{Base: c, Index: a, Scale: 1, Disp: to.Disp}, masked(j))
					}
					if end == endSub {
						with(m.sub, s, Mem{Base: c, Index: b, Scale: 1, Disp: to.Disp}, masked(j))
					}
					if masked(j) {
						m.storePart(s, to)
					} else {
						m.store(s, to)
					}
				}
				ADDQ(step, c)
			}
		}
		CMPQ(at(argEnd), Imm(endAdd))
		JL(LabelRef(label("set%s", id)))
		beside(argOld, a)
		CMPQ(at(argEnd), Imm(endSub))
		JE(LabelRef(label("sub%s", id)))
		finish(endAdd)
		JMP(LabelRef(label("next%s", id)))
		Label(label("sub%s", id))
		beside(argBase, b)
		finish(endSub)
		JMP(LabelRef(label("next%s", id)))
		Label(label("set%s", id))
		finish(endSet)
		Label(label("next%s", id))
		if pack {
			room()
			MOVQ(copied, at(ownB))
			MOVQ(I32(int32(width)), at(ownBRow))
		}
		SUBQ(Imm(uint64(n)), rows)
		MOVQ(at(ownA), a)
		if n >= 8 && most > 8 {
			LEAQ(Mem{Base: a, Index: aRow, Scale: 8}, a8)
		}
		LEAQ(row(n), a)
		MOVQ(a, at(ownA))
		JMP(LabelRef(label("choose")))
	}

	CMPQ(rows, Imm(uint64(2*most)))
	JLT(LabelRef(label("choose")))
	CMPQ(at(argBRow), I32(int32(width)))
	JNE(LabelRef(label("rows%dpack", most)))
	// As many rows as fit, but a rest of few rows, whose chains would wait for each other, shares with the last full round.
	Label(label("choose"))
	for n := 1; n <= most; n++ {
		CMPQ(rows, Imm(uint64(n)))
		JE(LabelRef(label("rows%d", n)))
	}
	CMPQ(rows, Imm(uint64(most+4)))
	JGE(LabelRef(label("rows%d", most)))
	CMPQ(rows, Imm(0))
	JLE(LabelRef(label("done")))
	for extra := 3; extra > 1; extra-- {
		CMPQ(rows, Imm(uint64(most+extra)))
		JE(LabelRef(label("rows%d", (most+extra+1)/2)))
	}
	JMP(LabelRef(label("rows%d", (most+2)/2)))
	body(most, true)
	for n := most; n >= 1; n-- {
		body(n, false)
	}
	Label(label("done"))
	VZEROUPPER()
	RET()
}
