package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A panel kernel multiplies all rows of A with panels of B, each a vector or two wide and one block
// of k deep. A panel stays in the cache while the rows go by, several at a time, their sums in
// registers. A is read with two free strides, so it may be transposed.
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
	argPanels
	argA
	argARow
	argACol
	argNext
	argFirst
	argFetch
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
	ownRows
	ownAt // of the panel, in bytes from the first
	ownA
	ownB
	ownBRow
	ownC
)

// What argEnd says is done with alpha s, as in product_amd64.go of package vec.
const (
	endSet = iota // c <- alpha s
	endAdd        // c <- old + alpha s
	endSub        // c <- (old + alpha s) - base
)

// A panelCode is what the pieces of a panel kernel have in common.
type panelCode struct {
	panel
	machine
	name string
	// rows at a time: as many as there are registers for, next to a row of the panel and some
	// broadcasts
	most   int
	width  int // of a panel, in bytes
	packed Mem // a copy of the panel

	args                reg.GPVirtual
	depth, step, copied reg.GPVirtual
	aRow, aCol          reg.GPVirtual
	a3, a5, a7          reg.GPVirtual // multiples of aRow
	a, a8               reg.GPVirtual // rows 0 and 8
	b                   reg.GPVirtual
	sum                 [][]reg.VecPhysical
	bv, x               []reg.VecPhysical
}

func (p panel) emit(m machine) {
	k := &panelCode{panel: p, machine: m, name: p.name + m.suffix(), width: p.vectors * m.bytes()}
	k.most = map[bool]map[int]int{true: {1: 16, 2: 14}, false: {1: 12, 2: 6}}[m.avx512][p.vectors]
	k.emit()
}

func (k *panelCode) at(field int) Mem { return Mem{Base: k.args, Disp: field} }

func (k *panelCode) field(field int) reg.GPVirtual {
	r := GP64()
	MOVQ(k.at(field), r)
	return r
}

// copyField sets one field to another.
func (k *panelCode) copyField(to, from int) { MOVQ(k.field(from), k.at(to)) }

func (k *panelCode) label(format string, x ...any) string {
	return k.name + "_" + fmt.Sprintf(format, x...)
}

// row is where row i, at most 16, is read.
func (k *panelCode) row(i int) Mem {
	first := k.a
	if i > 8 {
		first, i = k.a8, i-8
	}
	return Mem{
		Base:  first,
		Index: []reg.Register{nil, k.aRow, k.aRow, k.a3, k.aRow, k.a5, k.a3, k.a7, k.aRow}[i],
		Scale: []uint8{0, 1, 2, 1, 4, 1, 2, 1, 8}[i],
	}
}

func (k *panelCode) masked(j int) bool { return k.part && j == k.vectors-1 }

// room points copied at the aligned part of the frame.
func (k *panelCode) room() {
	LEAQ(k.packed, k.copied)
	ADDQ(Imm(63), k.copied)
	ANDQ(I32(-64), k.copied)
}

func (k *panelCode) emit() {
	TEXT(k.name, 0, "func(args *byte)") // not NOSPLIT: its frame is large
	Pragma("noescape")
	k.packed = AllocLocal(k.width*maxChain + 64)
	k.args = Load(Param("args"), GP64()).(reg.GPVirtual)
	if k.part {
		k.maskOf(k.field(argPart))
	}
	k.depth, k.step, k.copied = GP64(), GP64(), GP64()
	k.aRow, k.aCol = k.field(argARow), k.field(argACol)
	k.a3, k.a5, k.a7 = GP64(), GP64(), GP64()
	LEAQ(Mem{Base: k.aRow, Index: k.aRow, Scale: 2}, k.a3)
	LEAQ(Mem{Base: k.aRow, Index: k.aRow, Scale: 4}, k.a5)
	LEAQ(Mem{Base: k.a3, Index: k.aRow, Scale: 4}, k.a7)
	k.a, k.a8, k.b = GP64(), GP64(), GP64()
	MOVQ(U32(0), k.at(ownAt))

	most := k.most
	choose := k.label("choose")
	rows := func(n int, what string) LabelRef { return LabelRef(k.label("rows%d%s", n, what)) }
	Label(k.label("panel"))
	k.copyField(ownRows, argRows)
	k.copyField(ownA, argA)
	k.copyField(ownBRow, argBRow)
	shift := k.field(ownAt)
	for _, f := range [][2]int{{ownB, argB}, {ownC, argC}} {
		r := k.field(f[1])
		ADDQ(shift, r)
		MOVQ(r, k.at(f[0]))
	}
	CMPQ(k.at(argRows), Imm(uint64(2*most)))
	JLT(LabelRef(choose))
	CMPQ(k.at(argBRow), I32(int32(k.width)))
	JNE(rows(most, "pack"))
	// As many rows as fit, but a rest of few rows, whose chains would wait for each other, shares
	// with the last full round.
	Label(choose)
	left := k.field(ownRows)
	CMPQ(left, Imm(uint64(most+4)))
	JG(rows(most, ""))
	for n := 1; n <= most; n++ {
		CMPQ(left, Imm(uint64(n)))
		JE(rows(n, ""))
	}
	CMPQ(left, Imm(0))
	JLE(LabelRef(k.label("done")))
	for extra := 4; extra > 1; extra-- {
		CMPQ(left, Imm(uint64(most+extra)))
		JE(rows((most+extra+1)/2, ""))
	}
	JMP(rows((most+2)/2, ""))
	k.body(most, true)
	for n := most; n >= 1; n-- {
		k.body(n, false)
	}
	Label(k.label("done"))
	DECQ(k.at(argPanels))
	JZ(LabelRef(k.label("return")))
	ADDQ(I32(int32(k.width)), k.at(ownAt))
	JMP(LabelRef(k.label("panel")))
	Label(k.label("return"))
	VZEROUPPER()
	RET()
}

// body emits the code for n rows. With pack it also copies the panel, row by row as it reads it, to
// where the next rows find it in one piece: the stores are free beside the multiply-adds, and rows
// of B that lie a power of two apart would drive each other out of the cache.
func (k *panelCode) body(n int, pack bool) {
	id := fmt.Sprint(n)
	if pack {
		id += "pack"
	}
	Label(k.label("rows%s", id))
	k.registers(n)
	k.fetchResults(n, id)
	if !k.part { // a rest of columns comes after whole panels, or has little to do while it waits
		if n >= 8 {
			k.fetchRows(n, id)
		}
		k.fetchNext(n, id)
	}
	if pack {
		k.room()
	}
	const round = 2                           // steps at once; more make the code slower to fetch
	often := n == k.most || n >= 8 && n <= 10 // batches of 32 are 14 and 9 and 9 rows
	MOVQ(k.at(ownA), k.a)
	if n > 8 {
		LEAQ(Mem{Base: k.a, Index: k.aRow, Scale: 8}, k.a8)
	}
	MOVQ(k.at(ownB), k.b)
	MOVQ(k.at(argDepth), k.depth)
	MOVQ(k.at(ownBRow), k.step)
	if often {
		SUBQ(Imm(round), k.depth)
		JL(LabelRef(k.label("few%s", id)))
		Label(k.label("round%s", id))
		for range round {
			k.multiply(n, pack)
		}
		SUBQ(Imm(round), k.depth)
		JGE(LabelRef(k.label("round%s", id)))
		Label(k.label("few%s", id))
		ADDQ(Imm(round), k.depth)
		JZ(LabelRef(k.label("end%s", id)))
	}
	Label(k.label("k%s", id))
	k.multiply(n, pack)
	DECQ(k.depth)
	JNZ(LabelRef(k.label("k%s", id)))
	if often {
		Label(k.label("end%s", id))
	}
	k.endings(n, id)
	if pack {
		k.room()
		MOVQ(k.copied, k.at(ownB))
		MOVQ(I32(int32(k.width)), k.at(ownBRow))
	}
	MOVQ(k.at(ownA), k.a)
	if n > 8 {
		LEAQ(Mem{Base: k.a, Index: k.aRow, Scale: 8}, k.a8)
	}
	LEAQ(k.row(n), k.a)
	MOVQ(k.a, k.at(ownA))
	SUBQ(Imm(uint64(n)), k.at(ownRows))
	JMP(LabelRef(k.label("choose")))
}

// registers names those of n rows, and zeroes the sums.
func (k *panelCode) registers(n int) {
	next := 0
	take := func(n int) (r []reg.VecPhysical) {
		for range n {
			r = append(r, k.reg(next))
			next++
		}
		return r
	}
	k.sum = nil
	for range n {
		k.sum = append(k.sum, take(k.vectors))
	}
	for i := range n * k.vectors {
		k.zero(k.reg(i))
	}
	k.bv = take(k.vectors)
	k.x = take(1)
	if k.avx512 { // spare ones let the broadcasts run ahead
		k.x = append(k.x, take(min(3, 32-next))...)
	}
}

// multiply is one step of the chains of n rows.
func (k *panelCode) multiply(n int, pack bool) {
	for j, r := range k.bv {
		from := Mem{Base: k.b, Disp: j * k.bytes()}
		if k.masked(j) {
			k.loadPart(from, r)
		} else {
			k.load(from, r)
		}
	}
	if pack {
		for j, r := range k.bv {
			k.store(r, Mem{Base: k.copied, Disp: j * k.bytes()})
		}
		// The next panel lies beside this one; no stride prefetcher looks across pages.
		for ahead := 0; ahead < k.width && !k.part; ahead += 64 {
			PREFETCHT1(Mem{Base: k.b, Disp: k.width + ahead})
		}
		ADDQ(I32(int32(k.width)), k.copied)
	}
	ADDQ(k.step, k.b)
	for i := range n {
		t := k.x[i%len(k.x)]
		k.broadcast(k.row(i), t)
		for j := range k.bv {
			k.fmaTo(t, k.bv[j], k.sum[i][j])
		}
	}
	ADDQ(k.aCol, k.a)
	if n > 9 {
		ADDQ(k.aCol, k.a8)
	}
}

// endings does with the sums what argEnd says, and moves ownC on.
func (k *panelCode) endings(n int, id string) {
	c, old, base := k.depth, k.a, k.b // the loop needs them no more
	alpha, t := k.bv[0], k.x[0]
	MOVQ(k.at(ownC), c)
	MOVQ(k.at(argCRow), k.step)
	k.broadcast(k.at(argAlpha), alpha)
	// with combines a sum with what memory holds.
	with := func(op func(a, b, d Op), s reg.VecPhysical, from Mem, masked bool) {
		if masked {
			k.loadPart(from, t)
			op(s, t, s)
		} else {
			op(s, from, s)
		}
	}
	finish := func(end int) {
		for i := range n {
			for j, s := range k.sum[i] {
				to := Mem{Base: c, Disp: j * k.bytes()}
				k.mul(alpha, s, s)
				if end >= endAdd {
					with(k.add, s, Mem{Base: c, Index: old, Scale: 1, Disp: to.Disp}, k.masked(j))
				}
				if end == endSub {
					with(k.sub, s, Mem{Base: c, Index: base, Scale: 1, Disp: to.Disp}, k.masked(j))
				}
				if k.masked(j) {
					k.storePart(s, to)
				} else {
					k.store(s, to)
				}
			}
			ADDQ(k.step, c)
		}
	}
	set, sub, next := k.label("set%s", id), k.label("sub%s", id), k.label("next%s", id)
	CMPQ(k.at(argEnd), Imm(endAdd))
	JL(LabelRef(set))
	k.beside(argOld, old)
	CMPQ(k.at(argEnd), Imm(endSub))
	JE(LabelRef(sub))
	finish(endAdd)
	JMP(LabelRef(next))
	Label(sub)
	k.beside(argBase, base)
	finish(endSub)
	JMP(LabelRef(next))
	Label(set)
	finish(endSet)
	Label(next)
	MOVQ(c, k.at(ownC))
}
