//go:build amd64 && !purego

package vec

import (
	"math"
	"sync"
	"unsafe"
)

// panelArgs are the arguments of the panel kernels, which know the layout. Strides are in bytes.
type panelArgs struct {
	rows, depth int
	panels      int // side by side, all of them whole if there are several
	a           *byte
	aRow, aCol  int
	// how far behind in the rows of a the next block of chains begins, 0: there is none
	next      int
	first     int // lines of a row, where they are to be fetched for this block, else 0
	fetch     int // 1: fetch what the results go to and come from
	b         *byte
	bRow      int
	c         *byte
	old, base *byte // beside c: rows as far apart
	cRow      int
	alpha     uint64 // its bits
	end       ending
	part      int // elements of the last vector, where it is not whole

	own [6]uintptr // the kernel's: where it is, which may be past the end of a, or in its own frame
}

// An ending is what is done with the chains s of a block.
type ending int

const (
	endSet ending = iota // c <- alpha s
	endAdd               // c <- old + alpha s
	endSub               // c <- (old + alpha s) - base
)

// blockFast is one block of a product, panel by panel of B.
func blockFast[F Float](c Mat[F], on onto[F], alpha F, a left[F], b Mat[F]) bool {
	if current == purego || c.Rows == 0 || c.Cols == 0 {
		return current != purego
	}
	size := int(unsafe.Sizeof(alpha))
	args := panelArgs{
		rows: c.Rows, depth: b.Rows,
		a: bytesOf(a.data), aRow: a.row * size, aCol: a.col * size, next: a.next * size,
		cRow:  c.Stride * size,
		alpha: math.Float64bits(float64(alpha)),
	}
	if size == 4 {
		args.alpha = uint64(math.Float32bits(float32(alpha)))
	}
	if a.row == 1 { // few terms, and many results that nobody has just seen
		args.fetch = 1
	}
	if a.first {
		args.first = (b.Rows*size + 63) / 64
	}
	switch {
	case on.base != nil:
		args.end = endSub
	case on.old != nil:
		args.end = endAdd
	}
	if a.col*size >= farApart && c.Rows*size >= gathered && c.Cols >= 128 {
		blockGathered(&args, c, on, a, b)
	} else {
		rows := max(1, mostProducts/(b.Rows*c.Cols+1)/tallTile) * tallTile
		for i := 0; i < c.Rows; i += rows {
			args.rows, args.a = min(rows, c.Rows-i), bytesOf(a.data[i*a.row:])
			panels(&args, Mat[F]{c.Data[i*c.Stride:], args.rows, c.Cols, c.Stride}, on.from(i*c.Stride), b)
		}
	}
	return true
}

// A kernel cannot be interrupted: until it returns, its goroutine takes no part in collecting
// garbage and leaves its processor to nobody, not even to who would end the program. So no call has
// much more to do than this, some milliseconds.
const (
	mostElements = 1 << 20
	tallTile     = 14 * 16 // rows come in tiles of at most 14, and whole ones are best
)

var mostProducts = 1 << 28 // tests cut at less

// panels runs over the columns: panels two vectors wide, and the rest. It does not change args.
func panels[F Float](args *panelArgs, c Mat[F], on onto[F], b Mat[F]) {
	with := kernelOf[F]()
	size := int(unsafe.Sizeof(*new(F)))
	vector := 32 / size
	if current == avx512 {
		vector *= 2
	}
	for j := 0; j < c.Cols; {
		one := *args
		one.b, one.bRow, one.c = bytesOf(b.Data[j:]), b.Stride*size, bytesOf(c.Data[j:])
		here := on.from(j)
		one.old, one.base = bytesOf(here.old), bytesOf(here.base)
		rest := c.Cols - j
		one.panels = max(1, rest/(2*vector))
		switch j += one.panels * 2 * vector; {
		case rest >= 2*vector:
			panel2(with, &one)
		case rest > vector:
			one.part = rest - vector
			panel2Part(with, &one)
		default:
			one.part = rest
			panel1Part(with, &one)
		}
	}
}

const (
	// gathered is how many bytes of each row of a transposed left factor a gather copies: for
	// AVX-512 eight tiles or four.
	gathered = 448
	// gatherRoom is how many bytes are gathered at most before they are used, but for the least:
	// what the first cache bears.
	gatherRoom = 16 << 10
	// farApart is the distance in bytes from which it pays: each step of a chain would touch a page
	// of its own.
	farApart = 2048
)

// rooms lends memory to gather into. It has no content between two products.
var rooms = sync.Pool{New: func() any { return new([gathered / 8 * MaxChain]float64) }}

// blockGathered is a block whose left factor is transposed, with long rows: it gathers some of its
// columns at a time in one piece.
//
// It begins with the last columns. A product that made this one's factors has just read them; and
// where C is a matrix of weights that is larger than the cache, the passes of training over it go
// one way and then the other, and find the nearer part still there.
func blockGathered[F Float](args *panelArgs, c Mat[F], on onto[F], a left[F], b Mat[F]) {
	size := int(unsafe.Sizeof(*new(F)))
	lent := rooms.Get().(*[gathered / 8 * MaxChain]float64)
	defer rooms.Put(lent)
	room := unsafe.Slice((*F)(unsafe.Pointer(lent)), int(unsafe.Sizeof(*lent))/size)
	strip := gathered / size
	most := strip * max(1, gatherRoom/(gathered*b.Rows))
	for i := c.Rows; i > 0; {
		rows := i % strip // a rest is read where it is
		whole := rows == 0
		if whole {
			rows = min(most, i)
		}
		i -= rows
		args.rows, args.a, args.aCol = rows, bytesOf(a.data[i:]), a.col*size
		if whole {
			for j := 0; j < rows; j += strip {
				if size == 4 {
					gatherAVX2F32(b.Rows, bytesOf(room[j:]), rows*size, bytesOf(a.data[i+j:]), a.col*size)
				} else {
					gatherAVX2F64(b.Rows, bytesOf(room[j:]), rows*size, bytesOf(a.data[i+j:]), a.col*size)
				}
			}
			args.a, args.aCol = bytesOf(room), rows*size
		}
		panels(args, Mat[F]{c.Data[i*c.Stride:], rows, c.Cols, c.Stride}, on.from(i*c.Stride), b)
	}
}

// transposeFast moves tiles by vectors; the last ones overlap those before where the sides are not
// multiples of a vector, and a matrix of a lesser side is left to others. Strips of tiles, not
// whole rows, so that what is read and written together stays in the cache even where the strides
// are powers of two.
func transposeFast[F Float](dst, src Mat[F]) bool {
	const strip = 4 // tiles
	size := int(unsafe.Sizeof(*new(F)))
	n := 32 / size
	if current == purego || min(src.Rows, src.Cols) < n {
		return false
	}
	column := func(j, tiles int) {
		for i := 0; i < src.Rows; i += n {
			i := min(i, src.Rows-n)
			to, from := bytesOf(dst.Data[j*dst.Stride+i:]), bytesOf(src.Data[i*src.Stride+j:])
			if size == 4 {
				transposeAVX2F32(tiles, to, dst.Stride*size, from, src.Stride*size)
			} else {
				transposeAVX2F64(tiles, to, dst.Stride*size, from, src.Stride*size)
			}
		}
	}
	whole := src.Cols / n * n
	for j := 0; j < whole; j += strip * n {
		column(j, min(strip*n, whole-j)/n)
	}
	if whole < src.Cols {
		column(src.Cols-n, 1)
	}
	return true
}
