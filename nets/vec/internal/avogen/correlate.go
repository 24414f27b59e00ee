package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A correlation kernel writes weighted sums of runs of one vector, a panel of one or two vectors of each run at a time, for some rows of
// weights at once. The runs lie where a table says. A panel of all the runs stays in the cache.
type correlation struct {
	name    string
	vectors int  // width of a panel
	part    bool // the last vector is under the mask
	tall    bool // more rows at once, for AVX-512 alone, which has the registers
}

// Runs begin anywhere, so that most of their vectors lie in two lines of the cache: loads are what is short, and the more rows share one the
// better. But with many rows the sums of the chains so far are in memory, which costs more than that where chains are short.
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

func (p correlation) emit(m machine) {
	name, most := p.name+m.suffix(), p.most()
	label := func(format string, x ...any) LabelRef { return LabelRef(name + "_" + fmt.Sprintf(format, x...)) }
	TEXT(name, 0, "func(args *byte)") // not NOSPLIT: its frame may be large
	Pragma("noescape")
	args, totals := Load(Param("args"), GP64()), GP64()
	if !p.holds(m) { // the sums so far are in the aligned part of the frame
		LEAQ(AllocLocal(most*p.vectors*m.bytes()+64), totals)
		ADDQ(Imm(63), totals)
		ANDQ(I32(-64), totals)
	}
	arg := func(field int) Mem { return Mem{Base: args, Disp: field} }
	field := func(field int) reg.GPVirtual {
		r := GP64()
		MOVQ(arg(field), r)
		return r
	}
	if p.part {
		m.maskOf(field(correlatePart))
	}
	masked := func(j int) bool { return p.part && j == p.vectors-1 }
	src, wRow, yRow := field(correlateSrc), field(correlateRows), field(correlateYRow)
	SHLQ(Imm(uint64(m.size()/4+1)), wRow)
	first, w, y, panel := GP64(), GP64(), GP64(), field(correlateY)
	at, length, n, from := GP64(), GP64(), GP64(), GP64()

	body := func(rows int) {
		next := 0
		take := func() reg.VecPhysical { next++; return m.reg(next - 1) }
		// A tile's sums: of the chain that runs, and of those so far.
		type sums struct {
			row, vector int
			chain       reg.VecPhysical
			total       Op
		}
		var tile []sums
		for i := range rows {
			for j := range p.vectors {
				s := sums{i, j, take(), Mem{Base: totals, Disp: (i*p.vectors + j) * m.bytes()}}
				if p.holds(m) {
					s.total = take()
				}
				tile = append(tile, s)
			}
		}
		var run []reg.VecPhysical
		for range p.vectors {
			run = append(run, take())
		}
		x := []reg.VecPhysical{take()}
		for m.avx512 && len(x) < 4 { // spare ones let the broadcasts run ahead
			x = append(x, take())
		}

		Label(string(label("rows%d", rows)))
		m.load(m.value(math.Copysign(0, -1)), x[0]) // to which any number is added as it is
		for _, s := range tile {
			m.store(x[0], s.total)
		}
		MOVQ(first, w)
		MOVQ(arg(correlateAt), at)
		MOVQ(arg(correlateLengths), length)
		MOVQ(arg(correlateChains), n)
		MOVQ(n, arg(correlateChainsLeft))
		Label(string(label("chain%d", rows)))
		for _, s := range tile {
			m.zero(s.chain)
		}
		MOVQ(Mem{Base: length}, n)
		Label(string(label("term%d", rows)))
		MOVQ(Mem{Base: at}, from)
		for j, r := range run {
			a := Mem{Base: src, Index: from, Scale: uint8(m.size()), Disp: j * m.bytes()}
			if masked(j) {
				m.loadPart(a, r)
			} else {
				m.load(a, r)
			}
		}
		for _, s := range tile {
			t := x[s.row%len(x)]
			if s.vector == 0 {
				m.broadcast(Mem{Base: w, Disp: s.row * m.size()}, t)
			}
			m.fmaTo(t, run[s.vector], s.chain)
		}
		ADDQ(wRow, w)
		ADDQ(Imm(8), at)
		DECQ(n)
		JNZ(label("term%d", rows))
		for _, s := range tile {
			m.add(s.chain, s.total, s.chain)
			m.store(s.chain, s.total)
		}
		ADDQ(Imm(8), length)
		DECQ(arg(correlateChainsLeft))
		JNZ(label("chain%d", rows))
		for _, s := range tile { // the last chain's register has the total too
			to := Mem{Base: y, Disp: s.vector * m.bytes()}
			if masked(s.vector) {
				m.storePart(s.chain, to)
			} else {
				m.store(s.chain, to)
			}
			if s.vector == p.vectors-1 {
				ADDQ(yRow, y)
			}
		}
		ADDQ(Imm(uint64(rows*m.size())), first)
		SUBQ(Imm(uint64(rows)), arg(correlateLeft))
		JMP(label("choose"))
	}

	Label(string(label("panel")))
	MOVQ(arg(correlateW), first)
	MOVQ(panel, y)
	MOVQ(arg(correlateRows), n)
	MOVQ(n, arg(correlateLeft))
	Label(string(label("choose")))
	MOVQ(arg(correlateLeft), n)
	CMPQ(n, arg(correlateGroup))
	JLE(label("last"))
	MOVQ(arg(correlateGroup), n)
	Label(string(label("last")))
	for rows := 1; rows < most; rows++ {
		CMPQ(n, Imm(uint64(rows)))
		JE(label("rows%d", rows))
	}
	TESTQ(n, n)
	JZ(label("next"))
	for rows := most; rows > 0; rows-- {
		body(rows)
	}
	Label(string(label("next")))
	ADDQ(I32(int32(p.vectors*m.bytes())), src)
	ADDQ(I32(int32(p.vectors*m.bytes())), panel)
	DECQ(arg(correlatePanels))
	JNZ(label("panel"))
	VZEROUPPER()
	RET()
}
