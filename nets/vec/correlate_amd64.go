//go:build amd64 && !purego

package vec

import "unsafe"

// correlateArgs are the arguments of the correlation kernels, which know the layout. Strides are in bytes.
type correlateArgs struct {
	panels      int // whole ones, side by side; the kernel counts them down
	rows, group int // rows of y, and how many to take at once
	w           *byte
	src         *byte
	at, lengths *int // of the terms and of the chains
	chains      int
	y           *byte
	yRow        int
	part        int // elements of the last vector, where it is not whole

	own [2]uintptr // the kernel's
}

// correlateFast runs over the columns: panels two vectors wide, and the rest.
func correlateFast[F Float](y Mat[F], w, src []F, taps Taps) bool {
	if current == purego {
		return false
	}
	size := int(unsafe.Sizeof(*new(F)))
	vector := 32 / size
	if current == avx512 {
		vector *= 2
	}
	const most = 6 // rows at once, of two vectors
	groups := (y.Rows + most - 1) / most
	args := correlateArgs{
		panels: y.Cols / (2 * vector), rows: y.Rows, group: (y.Rows + groups - 1) / groups,
		w: bytesOf(w), src: bytesOf(src), at: &taps.at[0], lengths: &taps.chains[0], chains: len(taps.chains),
		y: bytesOf(y.Data), yRow: y.Stride * size,
	}
	with, done := kernelOf[F](), args.panels*2*vector
	if done > 0 {
		correlate2(with, &args)
	}
	if args.part = y.Cols - done; args.part == 0 {
		return true
	}
	args.panels, args.src, args.y = 1, bytesOf(src[done:]), bytesOf(y.Data[done:])
	if args.part > vector {
		args.part -= vector
		correlate2Part(with, &args)
	} else {
		correlate1Part(with, &args)
	}
	return true
}
