//go:build amd64 && !purego

package vec

import "unsafe"

// correlateArgs are the arguments of the correlation kernels, which know the layout. Strides are in
// bytes.
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
	args := correlateArgs{
		panels: y.Cols / (2 * vector), rows: y.Rows,
		w: bytesOf(w), src: bytesOf(src), at: &taps.at[0], lengths: &taps.chains[0], chains: len(taps.chains),
		y: bytesOf(y.Data), yRow: y.Stride * size,
	}
	const long = 8 // terms a chain, from where on the tall kernels pay
	with, done, most := kernelOf[F](), args.panels*2*vector, 6
	tall := current == avx512 && y.Rows > most && len(taps.at) >= long*len(taps.chains)
	if tall {
		most = 12
	}
	args.divide(most)
	switch {
	case done == 0:
	case tall:
		correlate2Tall(with, &args)
	default:
		correlate2(with, &args)
	}
	if args.part = y.Cols - done; args.part == 0 {
		return true
	}
	args.panels, args.src, args.y = 1, bytesOf(src[done:]), bytesOf(y.Data[done:])
	switch {
	case args.part <= vector:
		args.divide(12)
		correlate1Part(with, &args)
	case tall:
		args.part -= vector
		correlate2TallPart(with, &args)
	default:
		args.part -= vector
		correlate2Part(with, &args)
	}
	return true
}

// divide makes groups of rows that are no larger than the most, and much of the same size.
func (a *correlateArgs) divide(most int) {
	groups := (a.rows + most - 1) / most
	a.group = (a.rows + groups - 1) / groups
}
