package vec

import (
	"math"
	"slices"
)

// An elementwise operation: on vectors, and (want) on one element of each, written apart from the
// package's own loops.
type elementwiseCase[F Float] struct {
	name    string
	vectors int
	scalars int
	do      func(v [][]F, s []F)
	want    func(e []F, s []F)
}

func elementwiseCases[F Float]() []elementwiseCase[F] {
	return slices.Concat(plainCases[F](), ruleToCases[F](), functionCases[F](), ruleCases[F](), sequenceCases[F]())
}

func rootOf[F Float](x F) F { return F(math.Sqrt(float64(x))) }

// plainCases are sums and multiples.
func plainCases[F Float]() []elementwiseCase[F] {
	return []elementwiseCase[F]{
		{"Fill", 1, 1, func(v [][]F, s []F) { Fill(v[0], s[0]) }, func(e, s []F) { e[0] = s[0] }},
		{"Axpy", 2, 1, func(v [][]F, s []F) { Axpy(v[0], s[0], v[1]) }, func(e, s []F) { p := s[0] * e[1]; e[0] = e[0] + F(p) }},
		{"AxpyTo", 3, 1, func(v [][]F, s []F) { AxpyTo(v[0], s[0], v[1], v[2]) }, func(e, s []F) { p := s[0] * e[1]; e[0] = e[2] + F(p) }},
		{"AxpySub", 4, 1, func(v [][]F, s []F) { AxpySub(v[0], s[0], v[1], v[2], v[3]) }, func(e, s []F) {
			p := s[0] * e[1]
			sum := e[2] + F(p)
			e[0] = F(sum) - e[3]
		}},
		{"Scale", 1, 1, func(v [][]F, s []F) { Scale(v[0], s[0]) }, func(e, s []F) { e[0] = s[0] * e[0] }},
		{"ScaleTo", 2, 1, func(v [][]F, s []F) { ScaleTo(v[0], s[0], v[1]) }, func(e, s []F) { e[0] = s[0] * e[1] }},
		{"Add", 3, 0, func(v [][]F, s []F) { Add(v[0], v[1], v[2]) }, func(e, s []F) { e[0] = e[1] + e[2] }},
		{"Sub", 3, 0, func(v [][]F, s []F) { Sub(v[0], v[1], v[2]) }, func(e, s []F) { e[0] = e[1] - e[2] }},
		{"Mul", 3, 0, func(v [][]F, s []F) { Mul(v[0], v[1], v[2]) }, func(e, s []F) { e[0] = e[1] * e[2] }},
		{"Lerp", 2, 1, func(v [][]F, s []F) { Lerp(v[0], s[0], v[1]) }, func(e, s []F) { d := e[1] - e[0]; e[0] += F(s[0] * d) }},
		{"LerpTo", 3, 1, func(v [][]F, s []F) { LerpTo(v[0], v[1], s[0], v[2]) }, func(e, s []F) { d := e[2] - e[1]; e[0] = e[1] + F(s[0]*d) }},
	}
}

// ruleToCases are the rules of optimizers whose result goes elsewhere.
func ruleToCases[F Float]() []elementwiseCase[F] {
	return []elementwiseCase[F]{
		{"MomentumTo", 4, 2, func(v [][]F, s []F) { MomentumTo(v[0], v[1], v[2], v[3], s[0], s[1]) }, func(e, s []F) {
			e[2] = F(s[0]*e[2]) - F(s[1]*e[3])
			e[0] = e[1] + e[2]
		}},
		{"MomentumTo over the gradient", 3, 2, func(v [][]F, s []F) { MomentumTo(v[0], v[1], v[2], v[0], s[0], s[1]) }, func(e, s []F) {
			e[2] = F(s[0]*e[2]) - F(s[1]*e[0])
			e[0] = e[1] + e[2]
		}},
		{"NesterovTo", 4, 2, func(v [][]F, s []F) { NesterovTo(v[0], v[1], v[2], v[3], s[0], s[1]) }, func(e, s []F) {
			e[2] = F(s[0]*e[2]) - F(s[1]*e[3])
			ahead := F(s[0]*e[2]) - F(s[1]*e[3])
			e[0] = e[1] + ahead
		}},
		{"AdagradTo", 4, 2, func(v [][]F, s []F) { AdagradTo(v[0], v[1], v[2], v[3], s[0], s[1]) }, func(e, s []F) {
			e[2] += F(e[3] * e[3])
			e[0] = e[1] - F(s[0]*e[3])/(rootOf(e[2])+s[1])
		}},
		{"RMSPropTo", 4, 3, func(v [][]F, s []F) { RMSPropTo(v[0], v[1], v[2], v[3], s[0], s[1], s[2]) }, func(e, s []F) {
			g2 := F(e[3] * e[3])
			e[2] = F(s[1]*e[2]) + F((1-s[1])*g2)
			e[0] = e[1] - F(s[0]*e[3])/(rootOf(e[2])+s[2])
		}},
		{"AdamTo", 5, 7, func(v [][]F, s []F) {
			AdamTo(v[0], v[1], v[2], v[3], v[4], AdamStep[F]{s[0], s[1], s[2], s[3], s[4], s[5], s[6]})
		}, func(e, s []F) {
			g2 := F(e[4] * e[4])
			e[2] = F(s[1]*e[2]) + F((1-s[1])*e[4])
			e[3] = F(s[2]*e[3]) + F((1-s[2])*g2)
			mean, deviation := F(e[2]*s[5]), rootOf(F(e[3]*s[6]))
			e[0] = e[1] - F(s[0]*(mean/(deviation+s[3])+F(s[4]*e[1])))
		}},
	}
}

// functionCases are functions of one number, and their gradients.
func functionCases[F Float]() []elementwiseCase[F] {
	return []elementwiseCase[F]{
		{"ExpTo", 2, 0, func(v [][]F, s []F) { ExpTo(v[0], v[1]) }, func(e, s []F) { e[0] = F(Exp(float64(e[1]))) }},
		{"TanhTo", 2, 0, func(v [][]F, s []F) { TanhTo(v[0], v[1]) }, func(e, s []F) { e[0] = F(Tanh(float64(e[1]))) }},
		{"TanhGrad", 2, 0, func(v [][]F, s []F) { TanhGrad(v[0], v[1]) }, func(e, s []F) { q := 1 - F(e[1]*e[1]); e[0] *= q }},
		{"ReLUGrad", 2, 0, func(v [][]F, s []F) { ReLUGrad(v[0], v[1]) }, func(e, s []F) {
			if e[1] <= 0 {
				e[0] = 0
			}
		}},
	}
}

// ruleCases are the rules of optimizers in place.
func ruleCases[F Float]() []elementwiseCase[F] {
	return []elementwiseCase[F]{
		{"Momentum", 3, 2, func(v [][]F, s []F) { Momentum(v[0], v[1], v[2], s[0], s[1]) }, func(e, s []F) {
			e[1] = F(s[0]*e[1]) - F(s[1]*e[2])
			e[0] += e[1]
		}},
		{"Nesterov", 3, 2, func(v [][]F, s []F) { NesterovTo(v[0], v[0], v[1], v[2], s[0], s[1]) }, func(e, s []F) {
			e[1] = F(s[0]*e[1]) - F(s[1]*e[2])
			ahead := F(s[0]*e[1]) - F(s[1]*e[2])
			e[0] += ahead
		}},
		{"Adagrad", 3, 2, func(v [][]F, s []F) { AdagradTo(v[0], v[0], v[1], v[2], s[0], s[1]) }, func(e, s []F) {
			e[1] += F(e[2] * e[2])
			e[0] -= F(s[0]*e[2]) / (rootOf(e[1]) + s[1])
		}},
		{"RMSProp", 3, 3, func(v [][]F, s []F) { RMSPropTo(v[0], v[0], v[1], v[2], s[0], s[1], s[2]) }, func(e, s []F) {
			g2 := F(e[2] * e[2])
			e[1] = F(s[1]*e[1]) + F((1-s[1])*g2)
			e[0] -= F(s[0]*e[2]) / (rootOf(e[1]) + s[2])
		}},
		{"Adam", 4, 7, func(v [][]F, s []F) {
			AdamTo(v[0], v[0], v[1], v[2], v[3], AdamStep[F]{s[0], s[1], s[2], s[3], s[4], s[5], s[6]})
		}, func(e, s []F) {
			g2 := F(e[3] * e[3])
			e[1] = F(s[1]*e[1]) + F((1-s[1])*e[3])
			e[2] = F(s[2]*e[2]) + F((1-s[2])*g2)
			mean, deviation := F(e[1]*s[5]), rootOf(F(e[2]*s[6]))
			e[0] -= F(s[0] * (mean/(deviation+s[3]) + F(s[4]*e[0])))
		}},
		{"Elastic", 3, 1, func(v [][]F, s []F) { Elastic(v[0], v[1], v[2], s[0]) }, func(e, s []F) {
			e[1] = s[0] * (e[0] - e[2])
			e[0] = e[0] - F(e[1])
		}},
		{"Exchange", 2, 1, func(v [][]F, s []F) { Exchange(v[0], v[1], s[0]) }, func(e, s []F) {
			d := F(s[0] * (e[0] - e[1]))
			e[0], e[1] = e[0]-d, e[1]+d
		}},
		{"BiasReLU", 2, 0, func(v [][]F, s []F) { BiasReLU(Mat[F]{v[0], 1, len(v[0]), len(v[0])}, v[1]) }, func(e, s []F) {
			if e[0] += e[1]; e[0] < 0 {
				e[0] = 0
			}
		}},
		{"BiasTanh", 2, 0, func(v [][]F, s []F) { BiasTanh(Mat[F]{v[0], 1, len(v[0]), len(v[0])}, v[1]) },
			func(e, s []F) { e[0] = F(Tanh(float64(e[0] + e[1]))) }},
	}
}

// lengths are those around whole vectors, their groups and blocks.
var lengths = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 100, 127, 128, 129, 257, 4095, 4096, 4097, 9001}
