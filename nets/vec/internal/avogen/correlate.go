package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A correlation kernel writes weighted sums of runs of one vector, a panel of one or two vectors of
// each run at a time, for some rows of weights at once. The runs lie where a table says. A panel of
// all the runs stays in the cache.
type correlation struct {
	name    string
	vectors int  // width of a panel
	part    bool // the last vector is under the mask
	tall    bool // more rows at once, for AVX-512 alone, which has the registers
}

// Runs begin anywhere, so that most of their vectors lie in two lines of the cache: loads are what
// is short, and the more rows share one the better. But with many rows the sums of the chains so
// far are in memory, which costs more than that where chains are short.
var correlations = []correlation{
	{"correlate2", 2, false, false}, {"correlate2Part", 2, true, false}, {"correlate1Part", 1, true, false},
	{"correlate2Tall", 2, false, true}, {"correlate2TallPart", 2, true, true},
}

// has tells whether there is such a kernel for a machine.
func (p correlation) has(m machine) bool { return m.avx512 || !p.tall }

// holds tells whether the sums of the chains so far are in registers.
func (p correlation) holds(m machine) bool { return m.avx512 && !p.tall }

// most is how many rows there are at once, as in correlate_amd64.go of package vec.
func (p correlation) most() int {
	if p.tall {
		return 12
	}
	return 12 / p.vectors
}

// Where the fields of vec.correlateArgs lie, all of 8 bytes; strides in bytes.
const (
	correlatePanels = 8 * iota
	correlateRows
	correlateGroup
	correlateW
	correlateSrc
	correlateAt
	correlateLengths
	correlateChains
	correlateY
	correlateYRow
	correlatePart

	// The kernel's own: what is left to do of a panel.
	correlateLeft
	correlateChainsLeft
)

// A correlator is one kernel being written: its arguments, and the registers that live as long as
// it runs.
type correlator struct {
	correlation
	machine
	args, totals           reg.GPVirtual
	src, wRow, yRow        reg.GPVirtual
	first, w, y, panel     reg.GPVirtual
	at, length, n, from    reg.GPVirtual
	nextVector, mostAtOnce int
}

// A correlateSum is one sum of a tile: of the chain that runs, and of those so far.
type correlateSum struct {
	row, vector int
	chain       reg.VecPhysical
	total       Op
}

func (p correlation) emit(m machine) {
	c := &correlator{correlation: p, machine: m, mostAtOnce: p.most()}
	TEXT(p.name+m.suffix(), 0, "func(args *byte)") // not NOSPLIT: its frame may be large
	Pragma("noescape")
	c.begin()
	c.choose()
	for rows := c.mostAtOnce; rows > 0; rows-- {
		c.rows(rows)
	}
	c.mark("next")
	ADDQ(I32(int32(p.vectors*m.bytes())), c.src)
	ADDQ(I32(int32(p.vectors*m.bytes())), c.panel)
	DECQ(c.arg(correlatePanels))
	JNZ(c.label("panel"))
	VZEROUPPER()
	RET()
}

func (c *correlator) label(format string, x ...any) LabelRef {
	return LabelRef(c.name + c.suffix() + "_" + fmt.Sprintf(format, x...))
}

func (c *correlator) mark(format string, x ...any) { Label(string(c.label(format, x...))) }

func (c *correlator) arg(field int) Mem { return Mem{Base: c.args, Disp: field} }

func (c *correlator) field(field int) reg.GPVirtual {
	r := GP64()
	MOVQ(c.arg(field), r)
	return r
}

func (c *correlator) take() reg.VecPhysical {
	c.nextVector++
	return c.reg(c.nextVector - 1)
}

func (c *correlator) masked(vector int) bool { return c.part && vector == c.vectors-1 }

// begin loads the arguments.
func (c *correlator) begin() {
	c.args, c.totals = Load(Param("args"), GP64()).(reg.GPVirtual), GP64()
	if !c.holds(c.machine) { // the sums so far are in the aligned part of the frame
		LEAQ(AllocLocal(c.mostAtOnce*c.vectors*c.bytes()+64), c.totals)
		ADDQ(Imm(63), c.totals)
		ANDQ(I32(-64), c.totals)
	}
	if c.part {
		c.maskOf(c.field(correlatePart))
	}
	c.src, c.wRow, c.yRow = c.field(correlateSrc), c.field(correlateRows), c.field(correlateYRow)
	SHLQ(Imm(uint64(c.size()/4+1)), c.wRow)
	c.first, c.w, c.y, c.panel = GP64(), GP64(), GP64(), c.field(correlateY)
	c.at, c.length, c.n, c.from = GP64(), GP64(), GP64(), GP64()
}

// choose begins a panel, and jumps to the code for as many rows as are left, up to a group.
func (c *correlator) choose() {
	c.mark("panel")
	MOVQ(c.arg(correlateW), c.first)
	MOVQ(c.panel, c.y)
	MOVQ(c.arg(correlateRows), c.n)
	MOVQ(c.n, c.arg(correlateLeft))
	c.mark("choose")
	MOVQ(c.arg(correlateLeft), c.n)
	CMPQ(c.n, c.arg(correlateGroup))
	JLE(c.label("last"))
	MOVQ(c.arg(correlateGroup), c.n)
	c.mark("last")
	for rows := 1; rows < c.mostAtOnce; rows++ {
		CMPQ(c.n, Imm(uint64(rows)))
		JE(c.label("rows%d", rows))
	}
	TESTQ(c.n, c.n)
	JZ(c.label("next"))
}

// rows is the code for some rows at once.
func (c *correlator) rows(rows int) {
	c.nextVector = 0
	var tile []correlateSum
	for i := range rows {
		for j := range c.vectors {
			s := correlateSum{i, j, c.take(), Mem{Base: c.totals, Disp: (i*c.vectors + j) * c.bytes()}}
			if c.holds(c.machine) {
				s.total = c.take()
			}
			tile = append(tile, s)
		}
	}
	var run []reg.VecPhysical
	for range c.vectors {
		run = append(run, c.take())
	}
	x := []reg.VecPhysical{c.take()}
	for c.avx512 && len(x) < 4 { // spare ones let the broadcasts run ahead
		x = append(x, c.take())
	}

	c.mark("rows%d", rows)
	c.load(c.value(math.Copysign(0, -1)), x[0]) // to which any number is added as it is
	for _, s := range tile {
		c.store(x[0], s.total)
	}
	MOVQ(c.first, c.w)
	MOVQ(c.arg(correlateAt), c.at)
	MOVQ(c.arg(correlateLengths), c.length)
	MOVQ(c.arg(correlateChains), c.n)
	MOVQ(c.n, c.arg(correlateChainsLeft))
	c.chain(rows, tile, run, x)
	c.write(tile)
	ADDQ(Imm(uint64(rows*c.size())), c.first)
	SUBQ(Imm(uint64(rows)), c.arg(correlateLeft))
	JMP(c.label("choose"))
}

// chain adds up chain after chain, term by term, for all sums of a tile.
func (c *correlator) chain(rows int, tile []correlateSum, run, x []reg.VecPhysical) {
	c.mark("chain%d", rows)
	for _, s := range tile {
		c.zero(s.chain)
	}
	MOVQ(Mem{Base: c.length}, c.n)
	c.mark("term%d", rows)
	MOVQ(Mem{Base: c.at}, c.from)
	for j, r := range run {
		a := Mem{Base: c.src, Index: c.from, Scale: uint8(c.size()), Disp: j * c.bytes()}
		if c.masked(j) {
			c.loadPart(a, r)
		} else {
			c.load(a, r)
		}
	}
	for _, s := range tile {
		t := x[s.row%len(x)]
		if s.vector == 0 {
			c.broadcast(Mem{Base: c.w, Disp: s.row * c.size()}, t)
		}
		c.fmaTo(t, run[s.vector], s.chain)
	}
	ADDQ(c.wRow, c.w)
	ADDQ(Imm(8), c.at)
	DECQ(c.n)
	JNZ(c.label("term%d", rows))
	for _, s := range tile {
		c.add(s.chain, s.total, s.chain)
		c.store(s.chain, s.total)
	}
	ADDQ(Imm(8), c.length)
	DECQ(c.arg(correlateChainsLeft))
	JNZ(c.label("chain%d", rows))
}

// write leaves a tile in y: the last chain's register has the total too.
func (c *correlator) write(tile []correlateSum) {
	for _, s := range tile {
		to := Mem{Base: c.y, Disp: s.vector * c.bytes()}
		if c.masked(s.vector) {
			c.storePart(s.chain, to)
		} else {
			c.store(s.chain, to)
		}
		if s.vector == c.vectors-1 {
			ADDQ(c.yRow, c.y)
		}
	}
}
