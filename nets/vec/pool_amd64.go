//go:build amd64 && !purego

package vec

import "unsafe"

// poolArgs are the arguments of the pool kernels, which know the layout. Distances are in bytes.
type poolArgs struct {
	planes, rows int
	small        *byte // one element a square
	smallPlane   int
	smallRow     int
	full         *byte // what the largest are looked for in
	fullPlane    int
	fullRow      int
	back         *byte // what the derivatives go to
	backPlane    int
	backRow      int
	part         int // elements of small, where they are no whole vector

	own [4]uintptr // the kernel's
}

func pool2Fast[F Float](dst, src Planes[F]) bool {
	return squaresFast(dst, src, Planes[F]{})
}

func unpool2Fast[F Float](d, src, g Planes[F]) bool {
	return squaresFast(g, src, d)
}

// squaresFast runs over the columns of small, a vector at a time: the way back if back is not
// empty.
func squaresFast[F Float](small, full, back Planes[F]) bool {
	if current == purego {
		return false
	}
	if small.Planes == 0 || small.Rows == 0 {
		return true
	}
	size := int(unsafe.Sizeof(*new(F)))
	vector := 32 / size
	if current == avx512 {
		vector *= 2
	}
	with := kernelOf[F]()
	for j := 0; j < small.Cols; j += vector {
		args := poolArgs{
			planes: small.Planes, rows: small.Rows,
			small: bytesOf(small.Data[j:]), smallPlane: small.Plane * size, smallRow: small.Stride * size,
			full: bytesOf(full.Data[2*j:]), fullPlane: full.Plane * size, fullRow: full.Stride * size,
		}
		if back.Data != nil {
			args.back, args.backPlane, args.backRow = bytesOf(back.Data[2*j:]), back.Plane*size, back.Stride*size
		}
		args.part = small.Cols - j
		switch whole := args.part >= vector; {
		case whole && back.Data == nil:
			pool2(with, &args)
		case whole:
			unpool2(with, &args)
		case back.Data == nil:
			pool2Part(with, &args)
		default:
			unpool2Part(with, &args)
		}
	}
	return true
}
