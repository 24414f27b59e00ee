package vec

import (
	"math"
	"unsafe"
)

// blockGo is one block of a product in plain Go, each element one chain over the rows of b. It
// works on tiles of two rows and four columns, whose eight chains keep the processor busy side by
// side.
func blockGo[F Float](c Mat[F], on onto[F], alpha F, a left[F], b Mat[F]) {
	var s [8]F
	j := 0
	for ; j+4 <= c.Cols; j += 4 {
		for i := 0; i < c.Rows; i += 2 {
			rows := min(2, c.Rows-i)
			tile(&s, a.data[i*a.row:], a.data[(i+rows-1)*a.row:], a.col, b.Data[j:], b.Stride, b.Rows)
			for r := range rows {
				at := (i+r)*c.Stride + j
				store(c.Data[at:at+4], on.from(at), alpha, s[4*r:4*r+4])
			}
		}
	}
	for ; j < c.Cols; j++ {
		for i := range c.Rows {
			s[0] = 0
			for p := range b.Rows {
				s[0] = FMA(a.data[i*a.row+p*a.col], b.Data[p*b.Stride+j], s[0])
			}
			at := i*c.Stride + j
			store(c.Data[at:at+1], on.from(at), alpha, s[:1])
		}
	}
}

// store ends the chains of some elements side by side.
func store[F Float](c []F, on onto[F], alpha F, s []F) {
	for j := range c {
		v := alpha * s[j]
		if on.old != nil {
			v = on.old[j] + F(v)
		}
		if on.base != nil {
			v -= on.base[j]
		}
		c[j] = v
	}
}

// tile sets s to the chains of two rows of A by four columns of B: element p of the rows is
// a0[p*col] and a1[p*col], the columns are b[p*stride:][:4].
func tile[F Float](s *[8]F, a0, a1 []F, col int, b []F, stride, k int) {
	switch {
	case unsafe.Sizeof(s[0]) == 8:
		tile64((*[8]float64)(unsafe.Pointer(s)), cast[float64](a0), cast[float64](a1), col, cast[float64](b), stride, k)
	case fuses:
		tile32((*[8]float32)(unsafe.Pointer(s)), cast[float32](a0), cast[float32](a1), col, cast[float32](b), stride, k)
	default:
		tile32Emulated((*[8]float32)(unsafe.Pointer(s)), cast[float32](a0), cast[float32](a1), col, cast[float32](b), stride, k)
	}
}

// cast is x as the element type it has, for generic code that has found out its size.
func cast[To, F Float](x []F) []To {
	return unsafe.Slice((*To)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

func tile64(s *[8]float64, a0, a1 []float64, col int, b []float64, stride, k int) {
	var s0, s1, s2, s3, t0, t1, t2, t3 float64
	for p := range k {
		x, y, w := a0[p*col], a1[p*col], b[p*stride:][:4:4]
		s0, t0 = math.FMA(x, w[0], s0), math.FMA(y, w[0], t0)
		s1, t1 = math.FMA(x, w[1], s1), math.FMA(y, w[1], t1)
		s2, t2 = math.FMA(x, w[2], s2), math.FMA(y, w[2], t2)
		s3, t3 = math.FMA(x, w[3], s3), math.FMA(y, w[3], t3)
	}
	*s = [8]float64{s0, s1, s2, s3, t0, t1, t2, t3}
}

// tile32 is for targets whose compiler fuses x*y + z; see fuses.
func tile32(s *[8]float32, a0, a1 []float32, col int, b []float32, stride, k int) {
	var s0, s1, s2, s3, t0, t1, t2, t3 float32
	for p := range k {
		x, y, w := a0[p*col], a1[p*col], b[p*stride:][:4:4]
		s0 += x * w[0]
		s1 += x * w[1]
		s2 += x * w[2]
		s3 += x * w[3]
		t0 += y * w[0]
		t1 += y * w[1]
		t2 += y * w[2]
		t3 += y * w[3]
	}
	*s = [8]float32{s0, s1, s2, s3, t0, t1, t2, t3}
}

// tile32Emulated is FMA32 eight times, with the sums kept in float64, where they are exact, and the
// rare cases looked for in four at once.
func tile32Emulated(s *[8]float32, a0, a1 []float32, col int, b []float32, stride, k int) {
	var s0, s1, s2, s3, t0, t1, t2, t3 float64
	for p := range k {
		x, y, w := float64(a0[p*col]), float64(a1[p*col]), b[p*stride:][:4:4]
		w0, w1, w2, w3 := float64(w[0]), float64(w[1]), float64(w[2]), float64(w[3])
		u0, u1, u2, u3 := x*w0+s0, x*w1+s1, x*w2+s2, x*w3+s3 // fused or not: the products are exact
		if roundsTwice(u0) || roundsTwice(u1) || roundsTwice(u2) || roundsTwice(u3) {
			u0, u1, u2, u3 = roundOnce(x*w0, s0, u0), roundOnce(x*w1, s1, u1), roundOnce(x*w2, s2, u2), roundOnce(x*w3, s3, u3)
		}
		s0, s1, s2, s3 = float64(float32(u0)), float64(float32(u1)), float64(float32(u2)), float64(float32(u3))
		u0, u1, u2, u3 = y*w0+t0, y*w1+t1, y*w2+t2, y*w3+t3
		if roundsTwice(u0) || roundsTwice(u1) || roundsTwice(u2) || roundsTwice(u3) {
			u0, u1, u2, u3 = roundOnce(y*w0, t0, u0), roundOnce(y*w1, t1, u1), roundOnce(y*w2, t2, u2), roundOnce(y*w3, t3, u3)
		}
		t0, t1, t2, t3 = float64(float32(u0)), float64(float32(u1)), float64(float32(u2)), float64(float32(u3))
	}
	*s = [8]float32{float32(s0), float32(s1), float32(s2), float32(s3), float32(t0), float32(t1), float32(t2), float32(t3)}
}
