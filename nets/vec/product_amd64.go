//go:build amd64 && !purego

package vec

import (
	"math"
	"unsafe"
)

// panelArgs are the arguments of the panel kernels, which know the layout. Strides are in bytes.
type panelArgs struct {
	rows, depth int
	a           *byte
	aRow, aCol  int
	b           *byte
	bRow        int
	c           *byte
	cRow        int
	alpha       uint64 // its bits
	add         int    // 1: c <- c + alpha s
	part        int    // elements of the last vector, where it is not whole
}

// productFast is one block of a product, panel by panel of B: two vectors wide, and the rest.
func productFast[F Float](c Mat[F], alpha F, a left[F], b Mat[F], acc bool) bool {
	with := kernelOf[F]()
	if current == purego {
		return false
	}
	size := int(unsafe.Sizeof(alpha))
	vector := 32 / size
	if current == avx512 {
		vector *= 2
	}
	args := panelArgs{
		rows: c.Rows, depth: b.Rows,
		a: bytesOf(a.data), aRow: a.row * size, aCol: a.col * size,
		bRow: b.Stride * size, cRow: c.Stride * size,
		alpha: math.Float64bits(float64(alpha)),
	}
	if size == 4 {
		args.alpha = uint64(math.Float32bits(float32(alpha)))
	}
	if acc {
		args.add = 1
	}
	for j := 0; j < c.Cols; j += 2 * vector {
		args.b, args.c = bytesOf(b.Data[j:]), bytesOf(c.Data[j:])
		switch left := c.Cols - j; {
		case left >= 2*vector:
			panel2(with, &args)
		case left > vector:
			args.part = left - vector
			panel2Part(with, &args)
		default:
			args.part = left
			panel1Part(with, &args)
		}
	}
	return true
}

// transposeFast moves whole tiles by vectors and the edges one by one. Strips of tiles, not whole rows, so that what is read
// and written together stays in the cache even where the strides are powers of two.
func transposeFast[F Float](dst, src Mat[F]) bool {
	if current == purego {
		return false
	}
	const strip = 8 // tiles
	size := int(unsafe.Sizeof(*new(F)))
	n := 32 / size
	rows, cols := src.Rows/n*n, src.Cols/n*n
	for j := 0; j < cols; j += strip * n {
		tiles := min(strip*n, cols-j) / n
		for i := 0; i < rows; i += n {
			to, from := bytesOf(dst.Data[j*dst.Stride+i:]), bytesOf(src.Data[i*src.Stride+j:])
			if size == 4 {
				transposeAVX2F32(tiles, to, dst.Stride*size, from, src.Stride*size)
			} else {
				transposeAVX2F64(tiles, to, dst.Stride*size, from, src.Stride*size)
			}
		}
	}
	transposeEdge(dst, src, 0, cols)
	transposeEdge(dst, src, rows, 0)
	return true
}

// transposeEdge moves the elements from row i0 and column j0 on, one by one.
func transposeEdge[F Float](dst, src Mat[F], i0, j0 int) {
	for i := i0; i < src.Rows; i++ {
		for j := j0; j < src.Cols; j++ {
			dst.Data[j*dst.Stride+i] = src.Data[i*src.Stride+j]
		}
	}
}
