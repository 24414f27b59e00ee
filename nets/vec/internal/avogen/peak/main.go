// Command peak writes the loops of package peak: as many multiply-adds as the core can do, and as
// much memory traffic.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!purego")
	for _, z := range []bool{true, false} {
		for _, f64 := range []bool{false, true} {
			multiplyAdds(z, f64)
		}
		traffic(z, 2, 1)
		traffic(z, 3, 2)
	}
	Generate()
}

func name(z bool) string {
	if z {
		return "AVX512"
	}
	return "AVX2"
}

func register(z bool, i int) reg.VecPhysical {
	if z {
		return []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11,
			reg.Z12, reg.Z13}[i]
	}
	return []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10, reg.Y11,
		reg.Y12, reg.Y13}[i]
}

// multiplyAdds runs twelve independent chains, enough to hide the latency of every core so far, on
// zeros.
func multiplyAdds(z, f64 bool) {
	fn := "fma" + name(z) + map[bool]string{false: "F32", true: "F64"}[f64]
	TEXT(fn, NOSPLIT, "func(rounds int)")
	rounds := Load(Param("rounds"), GP64())
	for i := range 14 {
		VXORPS(register(false, i), register(false, i), register(false, i))
	}
	Label(fn + "_round")
	for i := range 12 {
		if f64 {
			VFMADD231PD(register(z, 12), register(z, 13), register(z, i))
		} else {
			VFMADD231PS(register(z, 12), register(z, 13), register(z, i))
		}
	}
	DECQ(rounds)
	JNZ(LabelRef(fn + "_round"))
	VZEROUPPER()
	RET()
}

// traffic reads so many arrays and writes the last ones back unchanged, two vectors of each in a
// round.
func traffic(z bool, reads, writes int) {
	fn := fmt.Sprintf("traffic%d%d%s", reads, writes, name(z))
	bytes := 32
	if z {
		bytes = 64
	}
	TEXT(fn, NOSPLIT, "func(rounds int, x, y, w *byte)")
	Pragma("noescape")
	rounds := Load(Param("rounds"), GP64())
	var p []reg.Register
	for _, a := range []string{"x", "y", "w"}[:reads] {
		p = append(p, Load(Param(a), GP64()))
	}
	Label(fn + "_round")
	for j := range 2 {
		for i := range reads {
			VMOVUPS(Mem{Base: p[i], Disp: j * bytes}, register(z, i))
		}
		for i := reads - writes; i < reads; i++ {
			VMOVUPS(register(z, i), Mem{Base: p[i], Disp: j * bytes})
		}
	}
	for _, r := range p {
		ADDQ(I32(int32(2*bytes)), r)
	}
	DECQ(rounds)
	JNZ(LabelRef(fn + "_round"))
	VZEROUPPER()
	RET()
}
