// Command avogen writes the amd64 kernels of package vec: the assembly (-out), its Go declarations
// (-stubs), and the functions that choose among the instruction sets (-dispatch). It lives in a
// module of its own, so that nobody who uses vec needs the assembler, avo.
//
// Run it by `go generate ./nets/vec`. What it writes is committed; a test of package vec runs it
// again and compares.
package main

import (
	"flag"
	"fmt"
	"os"

	. "github.com/mmcloughlin/avo/build"
)

// machines are the instruction sets and element types every kernel is written for.
var machines = []machine{
	{avx512: true, f64: false}, {avx512: true, f64: true}, {avx512: false, f64: false}, {avx512: false, f64: true},
}

func main() {
	dispatch := flag.String("dispatch", "", "where to write the choosing functions")
	flag.Parse()
	ConstraintExpr("amd64,!purego")
	for _, m := range machines {
		for _, op := range elementwises {
			op.emit(m)
		}
		for _, op := range reductions {
			op.emit(m)
		}
		emitMax(m)
		emitFinite(m)
		for _, p := range panels {
			p.emit(m)
		}
		for _, p := range correlations {
			if p.has(m) {
				p.emit(m)
			}
		}
		for _, p := range pools {
			p.emit(m)
		}
		for _, x := range xents {
			x.write(m)
		}
		for _, op := range columnwise {
			op.emit(m)
		}
		if !m.avx512 {
			emitTranspose(m)
			emitGather(m)
		}
	}
	emitData()
	if err := writeDispatch(*dispatch); err != nil {
		fmt.Fprintln(os.Stderr, "avogen:", err)
		os.Exit(1)
	}
	Generate()
}
