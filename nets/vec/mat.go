package vec

import "fmt"

// A Mat is a matrix in row order: element (i, j) is Data[i*Stride+j]. It is a view: whoever owns
// Data owns the matrix. The rows of a factor of a product may overlap (Stride below Cols), as those
// of the windows of a convolution do.
type Mat[F Float] struct {
	Data               []F
	Rows, Cols, Stride int
}

// NewMat views the first rows*cols elements of data as a matrix without gaps.
func NewMat[F Float](data []F, rows, cols int) Mat[F] {
	return Mat[F]{data[:rows*cols], rows, cols, cols}
}

// Row returns row i, as a view.
func (a Mat[F]) Row(i int) []F { return a.Data[i*a.Stride:][:a.Cols:a.Cols] }

// rows returns rows lo to hi, as a view; hi > lo.
func (a Mat[F]) rows(lo, hi int) Mat[F] {
	return Mat[F]{a.Data[lo*a.Stride:], hi - lo, a.Cols, a.Stride}
}

// check panics unless every element lies within Data.
func (a Mat[F]) check(what string) {
	a.checkRead(what)
	if a.Stride < a.Cols {
		panic(fmt.Sprintf("vec.%s: rows of %d elements overlap at stride %d", what, a.Cols, a.Stride))
	}
}

// checkRead is check for a matrix that is only read, whose rows may overlap.
func (a Mat[F]) checkRead(what string) {
	if a.Rows < 0 || a.Cols < 0 || a.Stride < 0 || a.Rows > 0 && (a.Rows-1)*a.Stride+a.Cols > len(a.Data) {
		panic(fmt.Sprintf("vec.%s: %d elements for a matrix of %d x %d, stride %d", what, len(a.Data), a.Rows, a.Cols, a.Stride))
	}
}

func sameShape[F Float](what string, a, b Mat[F]) {
	if a.Rows != b.Rows || a.Cols != b.Cols {
		panic(fmt.Sprintf("vec.%s: %d x %d and %d x %d", what, a.Rows, a.Cols, b.Rows, b.Cols))
	}
	a.check(what)
	b.check(what)
}

func sameStride[F Float](what string, a, b Mat[F]) {
	sameShape(what, a, b)
	if a.Stride != b.Stride {
		panic(fmt.Sprintf("vec.%s: strides %d and %d", what, a.Stride, b.Stride))
	}
}
