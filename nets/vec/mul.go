package vec

import "fmt"

// MaxChain is the greatest number of fused multiply-adds in one chain of a product.
const MaxChain = 256

// MulNN computes C <- alpha A B, or C <- C + alpha A B where acc is set. C shares no memory with A
// and B.
//
// The one answer: the k terms of an element are cut into ceil(k/MaxChain) blocks of equal length
// (the last may be shorter). Within a block the element is one chain of FMAs in order, s <-
// FMA(a_ip, b_pj, s) from s = 0. The first block gives alpha s, or c + (alpha s) with acc; each
// later one is added, c + (alpha s); every operation rounded. Without terms (k = 0) C is 0, or
// stays.
//
// So up to k = MaxChain, adding -rate A B to C in one call is the same as the product with alpha 1
// and then Axpy(c, -rate, it).
func MulNN[F Float](c Mat[F], alpha F, a, b Mat[F], acc bool) {
	checkProduct("MulNN", c, a, b, a.Rows, a.Cols, b.Rows, b.Cols)
	product(c, alpha, left[F]{data: a.Data, row: a.Stride, col: 1}, a.Cols, b, acc)
}

// MulTN computes C <- alpha AᵀB, or C <- C + alpha AᵀB, under the rules of MulNN.
func MulTN[F Float](c Mat[F], alpha F, a, b Mat[F], acc bool) {
	checkProduct("MulTN", c, a, b, a.Cols, a.Rows, b.Rows, b.Cols)
	product(c, alpha, left[F]{data: a.Data, row: 1, col: a.Stride}, a.Rows, b, acc)
}

// StepTN takes a step that a product of few terms makes: dst <- x + alpha AᵀB or, unless base is
// empty, dst <- (x + alpha AᵀB) - base, every operation rounded. A has at most MaxChain rows, so
// that this is MulTN with alpha 1, then AxpyTo or AxpySub. dst, x and base have one shape and
// stride and are the same memory or share none; none shares any with A and B.
func StepTN[F Float](dst, x, base Mat[F], alpha F, a, b Mat[F]) {
	checkProduct("StepTN", dst, a, b, a.Cols, a.Rows, b.Rows, b.Cols)
	sameStride("StepTN", dst, x)
	if a.Rows > MaxChain {
		panic(fmt.Sprintf("vec.StepTN: A has %d rows, the most is %d", a.Rows, MaxChain))
	}
	on := onto[F]{old: x.Data}
	if base.Data != nil {
		sameStride("StepTN", dst, base)
		on.base = base.Data
	}
	at := left[F]{data: a.Data, row: 1, col: a.Stride}
	if a.Rows == 0 {
		blockGo(dst, on, alpha, at, b)
	} else {
		block(dst, on, alpha, at, b)
	}
}

// MulNT computes C <- alpha ABᵀ, or C <- C + alpha ABᵀ, under the rules of MulNN. It transposes B,
// piece by piece, or A and the result, into scratch, which has at least ScratchNT(a, b) elements
// and shares no memory with the others.
func MulNT[F Float](c Mat[F], alpha F, a, b Mat[F], acc bool, scratch []F) {
	checkProduct("MulNT", c, a, b, a.Rows, a.Cols, b.Cols, b.Rows)
	if n := ScratchNT(a, b); len(scratch) < n {
		panic(fmt.Sprintf("vec.MulNT: scratch of %d elements, want %d", len(scratch), n))
	}
	if c.Rows == 0 || c.Cols == 0 || a.Cols == 0 {
		product(c, alpha, left[F]{}, 0, b, acc)
		return
	}
	if !acc && swaps(a, b) {
		cut := a.Rows * a.Cols
		at, ct := NewMat(scratch[:cut], a.Cols, a.Rows), NewMat(scratch[cut:], c.Cols, c.Rows)
		Transpose(at, a)
		product(ct, alpha, left[F]{data: b.Data, row: b.Stride, col: 1}, a.Cols, at, false)
		Transpose(c, ct)
		return
	}
	step := chainLength(a.Cols)
	for p := 0; p < a.Cols; p += step {
		k := min(step, a.Cols-p)
		for j := 0; j < c.Cols; j += piece {
			n := min(piece, c.Cols-j)
			t := Mat[F]{scratch, k, n, piece}
			Transpose(t, Mat[F]{b.Data[j*b.Stride+p:], n, k, b.Stride})
			ap := left[F]{data: a.Data[p:], row: a.Stride, col: 1}
			block(Mat[F]{c.Data[j:], c.Rows, n, c.Stride}, itself(c, acc || p > 0).from(j), alpha, ap, t)
		}
	}
}

// piece is how many rows of B MulNT transposes at once: two of the widest vectors.
const piece = 32

// swaps says whether MulNT computes Cᵀ = BAᵀ, which has the same chains: where that transposes
// fewer elements, and fills a vector.
func swaps[F Float](a, b Mat[F]) bool {
	return a.Rows >= piece/2 && a.Rows*(a.Cols+b.Rows) < a.Cols*b.Rows
}

// ScratchNT is the length of MulNT's scratch.
func ScratchNT[F Float](a, b Mat[F]) int {
	n := piece * min(MaxChain, b.Cols)
	if swaps(a, b) {
		n = max(n, a.Rows*(a.Cols+b.Rows))
	}
	return n
}

// checkProduct panics unless (m x k)(k2 x n) fits c.
func checkProduct[F Float](what string, c, a, b Mat[F], m, k, k2, n int) {
	if c.Rows != m || c.Cols != n || k != k2 {
		panic(fmt.Sprintf("vec.%s: C %d x %d, A %d x %d, B %d x %d do not fit", what, c.Rows, c.Cols, a.Rows, a.Cols, b.Rows, b.Cols))
	}
	c.check(what)
	a.checkRead(what)
	b.checkRead(what)
}

// left is the left factor of a product, itself or transposed: element (i, p) is data[i*row+p*col].
type left[F Float] struct {
	data     []F
	row, col int
	// What to fetch while its rows are multiplied: next is how many elements behind in each row the
	// next block of chains begins, 0 if nowhere; first says that nobody has just read this block
	// either.
	next  int
	first bool
}

// product runs over the blocks of k.
func product[F Float](c Mat[F], alpha F, a left[F], k int, b Mat[F], acc bool) {
	if c.Rows == 0 || c.Cols == 0 {
		return
	}
	if k == 0 {
		for i := 0; i < c.Rows && !acc; i++ {
			clear(c.Row(i))
		}
		return
	}
	step := chainLength(k)
	for p := 0; p < k; p += step {
		n := min(step, k-p)
		ap := left[F]{data: a.data[p*a.col:], row: a.row, col: a.col}
		if a.col == 1 && p+n < k {
			ap.next, ap.first = n, p == 0
		}
		bp := Mat[F]{b.Data[p*b.Stride:], n, b.Cols, b.Stride}
		block(c, itself(c, acc || p > 0), alpha, ap, bp)
	}
}

// block is the product over one block of k, that is, over all rows of b.
func block[F Float](c Mat[F], on onto[F], alpha F, a left[F], b Mat[F]) {
	if !blockFast(c, on, alpha, a, b) {
		blockGo(c, on, alpha, a, b)
	}
}

// onto is what the chains s of a block end on, element by element beside C: c <- (old + alpha s) -
// base, without base where that is nil, and c <- alpha s where old is nil too.
type onto[F Float] struct{ old, base []F }

// itself adds to C, if at all.
func itself[F Float](c Mat[F], acc bool) (on onto[F]) {
	if acc {
		on.old = c.Data
	}
	return on
}

// from skips n elements.
func (on onto[F]) from(n int) onto[F] {
	if on.old != nil {
		on.old = on.old[n:]
	}
	if on.base != nil {
		on.base = on.base[n:]
	}
	return on
}

// chainLength is the length of the blocks of k.
func chainLength(k int) int {
	blocks := (k + MaxChain - 1) / MaxChain
	return (k + blocks - 1) / blocks
}

// Transpose writes dst <- srcᵀ.
func Transpose[F Float](dst, src Mat[F]) {
	if dst.Rows != src.Cols || dst.Cols != src.Rows {
		panic(fmt.Sprintf("vec.Transpose: %d x %d into %d x %d", src.Rows, src.Cols, dst.Rows, dst.Cols))
	}
	dst.check("Transpose")
	src.check("Transpose")
	if transposeFast(dst, src) {
		return
	}
	const tile = 16
	for i0 := 0; i0 < src.Rows; i0 += tile {
		for j0 := 0; j0 < src.Cols; j0 += tile {
			i1, j1 := min(i0+tile, src.Rows), min(j0+tile, src.Cols)
			for j := j0; j < j1; j++ {
				row := dst.Row(j)
				for i := i0; i < i1; i++ {
					row[i] = src.Data[i*src.Stride+j]
				}
			}
		}
	}
}
