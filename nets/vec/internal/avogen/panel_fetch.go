package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fetchResults fetches what the results go to, and come from, while the chains run.
func (k *panelCode) fetchResults(n int, id string) {
	MOVQ(k.at(argCRow), k.step)
	fetch := func() {
		for i := range n {
			for line := 0; line < k.width; line += 64 {
				PREFETCHT0(Mem{Base: k.b, Disp: line})
			}
			if i < n-1 {
				ADDQ(k.step, k.b)
			}
		}
	}
	fetched, old := k.label("fetched%s", id), k.label("fetchedold%s", id)
	CMPQ(k.at(argFetch), Imm(0))
	JE(LabelRef(fetched))
	MOVQ(k.at(ownC), k.b)
	fetch()
	CMPQ(k.at(argEnd), Imm(endAdd))
	JL(LabelRef(fetched))
	k.beside(argOld, k.b)
	JZ(LabelRef(old)) // old is c
	ADDQ(k.at(ownC), k.b)
	fetch()
	Label(old)
	CMPQ(k.at(argEnd), Imm(endSub))
	JL(LabelRef(fetched))
	MOVQ(k.at(argBase), k.b)
	CMPQ(k.b, k.at(argOld))
	JE(LabelRef(fetched))
	k.beside(argBase, k.b)
	ADDQ(k.at(ownC), k.b)
	fetch()
	Label(fetched)
}

// fetchRows fetches the next n rows of A, in the first panel of the first block of chains.
func (k *panelCode) fetchRows(n int, id string) {
	none, line := k.label("norows%s", id), k.label("line%s", id)
	CMPQ(k.at(argFirst), Imm(0))
	JE(LabelRef(none))
	CMPQ(k.at(ownAt), Imm(0))
	JNE(LabelRef(none))
	CMPQ(k.at(ownRows), Imm(uint64(n)))
	JLE(LabelRef(none))
	MOVQ(k.at(ownA), k.a)
	if n > 8 {
		LEAQ(Mem{Base: k.a, Index: k.aRow, Scale: 8}, k.a8)
	}
	LEAQ(k.row(n), k.a)
	if n > 8 {
		LEAQ(Mem{Base: k.a, Index: k.aRow, Scale: 8}, k.a8)
	}
	MOVQ(k.at(argFirst), k.depth)
	Label(line)
	for i := range n {
		PREFETCHT1(k.row(i))
	}
	ADDQ(Imm(64), k.a)
	if n > 8 {
		ADDQ(Imm(64), k.a8)
	}
	DECQ(k.depth)
	JNZ(LabelRef(line))
	Label(none)
}

// fetchNext fetches a piece, as wide as the panel, of what the same rows of A hold for the next
// block of chains: all pieces while all panels go by.
func (k *panelCode) fetchNext(n int, id string) {
	none := k.label("nonext%s", id)
	CMPQ(k.at(argNext), Imm(0))
	JE(LabelRef(none))
	MOVQ(k.at(ownA), k.a)
	ADDQ(k.at(argNext), k.a)
	ADDQ(k.at(ownAt), k.a)
	if n > 8 {
		LEAQ(Mem{Base: k.a, Index: k.aRow, Scale: 8}, k.a8)
	}
	for i := range n {
		for line := 0; line < k.width; line += 64 {
			PREFETCHT1(k.row(i).Offset(line))
		}
	}
	Label(none)
}

// beside sets r to how far from c an argument is.
func (k *panelCode) beside(arg int, r reg.Register) {
	MOVQ(k.at(arg), r)
	SUBQ(k.at(argC), r)
}
