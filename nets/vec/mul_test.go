package vec

import "testing"

func BenchmarkMulGo(b *testing.B) {
	b.Run("float64", benchMulGo[float64])
	b.Run("float32", benchMulGo[float32])
}

func benchMulGo[F Float](b *testing.B) {
	const m, k, n = 32, 784, 256
	x, y, c := make([]F, m*k), make([]F, k*n), make([]F, m*n)
	for i := range x {
		x[i] = F(i%17) - 8.37
	}
	for i := range y {
		y[i] = F(i%13) - 6.13
	}
	for b.Loop() {
		MulNN(NewMat(c, m, n), 1, NewMat(x, m, k), NewMat(y, k, n), false)
	}
	b.ReportMetric(2*m*k*n*float64(b.N)/b.Elapsed().Seconds()*1e-9, "GFLOP/s")
}
