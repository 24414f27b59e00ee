package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A correlation kernel writes weighted sums of runs of one vector, a panel of one or two vectors of each run at a time, for some rows of
// weights at once. The runs lie where a table says. A panel of all the runs stays in the cache, and the sums of the chains so far
// in registers where there are enough.
type correlation struct {
	name    string
	vectors int  // width of a panel
	part    bool // the last vector is under the mask
}

var correlations = []correlation{{"correlate2", 2, false}, {"correlate2Part", 2, true}, {"correlate1Part", 1, true}}

// mostCorrelated is how many rows there are at once at most, as in correlate_amd64.go of package vec.
const mostCorrelated = 6

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
	name := p.name + m.suffix()
	label := func(format string, x ...any) LabelRef { return LabelRef(name + "_" + fmt.Sprintf(format, x...)) }
	TEXT(name, 0, "func(args *byte)")
	Pragma("noescape")
	// The sums so far, where they are not in registers.
	room := Mem{}
	if !m.avx512 {
		room = AllocLocal(mostCorrelated * p.vectors * m.bytes())
	}
	args := Load(Param("args"), GP64())
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
		sum, total := make([][]reg.VecPhysical, rows), make([][]Op, rows)
		for i := range rows {
			for j := range p.vectors {
				sum[i] = append(sum[i], take())
				if m.avx512 {
					total[i] = append(total[i], take())
				} else {
					total[i] = append(total[i], room.Offset((i*p.vectors+j)*m.bytes()))
				}
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
		// -0 is what leaves every number as it is that is added to it.
		if m.avx512 {
			m.load(m.value(math.Copysign(0, -1)), total[0][0])
		} else {
			m.load(m.value(math.Copysign(0, -1)), x[0])
		}
		for i := range rows {
			for j := range p.vectors {
				switch {
				case !m.avx512:
					m.store(x[0], total[i][j])
				case i+j > 0:
					m.load(total[0][0], total[i][j])
				}
			}
		}
		MOVQ(first, w)
		MOVQ(arg(correlateAt), at)
		MOVQ(arg(correlateLengths), length)
		MOVQ(arg(correlateChains), n)
		MOVQ(n, arg(correlateChainsLeft))
		Label(string(label("chain%d", rows)))
		for i := range rows {
			for j := range p.vectors {
				m.zero(sum[i][j])
			}
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
		for i := range rows {
			t := x[i%len(x)]
			m.broadcast(Mem{Base: w, Disp: i * m.size()}, t)
			for j := range run {
				m.fmaTo(t, run[j], sum[i][j])
			}
		}
		ADDQ(wRow, w)
		ADDQ(Imm(8), at)
		DECQ(n)
		JNZ(label("term%d", rows))
		for i := range rows {
			for j, s := range sum[i] {
				if m.avx512 {
					m.add(total[i][j], s, total[i][j])
				} else {
					m.add(s, total[i][j], s)
					m.store(s, total[i][j])
				}
			}
		}
		ADDQ(Imm(8), length)
		DECQ(arg(correlateChainsLeft))
		JNZ(label("chain%d", rows))
		for i := range rows {
			for j := range p.vectors {
				s := sum[i][j]
				m.load(total[i][j], s)
				to := Mem{Base: y, Disp: j * m.bytes()}
				if masked(j) {
					m.storePart(s, to)
				} else {
					m.store(s, to)
				}
			}
			ADDQ(yRow, y)
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
	for rows := 1; rows < mostCorrelated; rows++ {
		CMPQ(n, Imm(uint64(rows)))
		JE(label("rows%d", rows))
	}
	TESTQ(n, n)
	JZ(label("next"))
	for rows := mostCorrelated; rows > 0; rows-- {
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
