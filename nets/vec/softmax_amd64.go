//go:build amd64 && !purego

package vec

import (
	"math"
	"unsafe"
)

// xentArgs are the arguments of the kernels of cross-entropy, which know the layout. Distances are
// in bytes.
type xentArgs struct {
	rows, cols int
	labels     *int
	atLabel    *float64 // of each row, x_iy - m
	sums       *float64
	x          *byte
	xRow       int
	e          *byte // row behind row
	d          *byte
	dRow       int
	scale      uint64 // its bits
}

// xentWidest is the longest row that the kernels hold in registers: a row of ten classes is so
// short that calls for it alone would take most of the time.
const xentWidest = 16

// xentFast is xentRow for all rows, at most xentGroup, if they are short. The exponentials are
// taken of the whole group at once.
func xentFast[F Float](d, logits Mat[F], labels []int, scale F, sums, atLabel []float64) bool {
	if current == purego || d.Cols > xentWidest {
		return false
	}
	var room [xentGroup * xentWidest]F
	e := room[:d.Rows*d.Cols]
	size := int(unsafe.Sizeof(scale))
	args := xentArgs{
		rows: d.Rows, cols: d.Cols, labels: unsafe.SliceData(labels), atLabel: unsafe.SliceData(atLabel), sums: unsafe.SliceData(sums),
		x: bytesOf(logits.Data), xRow: logits.Stride * size, e: bytesOf(e), d: bytesOf(d.Data), dRow: d.Stride * size,
		scale: math.Float64bits(float64(scale)),
	}
	if size == 4 {
		args.scale = uint64(math.Float32bits(float32(scale)))
	}
	with := kernelOf[F]()
	xentBefore(with, &args)
	expToFast(e, e)
	xentAfter(with, &args)
	return true
}
