package vec

import "fmt"

// Planes are matrices of one shape, Plane elements apart: element (i, j) of plane p is
// Data[p*Plane+i*Stride+j]. They are a view, as a Mat is.
type Planes[F Float] struct {
	Data                              []F
	Planes, Rows, Cols, Plane, Stride int
}

// Pool2 takes the largest of each square of 2 x 2: element (i, j) of each plane of dst is the
// greatest of rows 2i and 2i+1 and columns 2j and 2j+1 of that plane of src; NaN where one of them
// is, and 0 is greater than -0. Rows and columns of src that fill no square are left out. The two
// share no memory.
func Pool2[F Float](dst, src Planes[F]) {
	checkPool("Pool2", src, dst)
	if dst.Cols == 0 || pool2Fast(dst, src) {
		return
	}
	for p := range dst.Planes {
		for i := range dst.Rows {
			row, a, b := dst.squares(p, i, src)
			for j := range row {
				k := 2 * j
				if k+1 >= len(a) || k+1 >= len(b) {
					break // never: this saves the checks of indices
				}
				row[j] = max(a[k], a[k+1], b[k], b[k+1])
			}
		}
	}
}

// Unpool2 is the way back of Pool2: each element of g goes to the place in d of the largest of the
// square of src, the first of equals, row by row, and the last place if there is a NaN. The other
// three become 0; what fills no square stays. d and src have one shape; d shares no memory with the
// others.
func Unpool2[F Float](d, src, g Planes[F]) {
	checkPool("Unpool2", src, g)
	checkPool("Unpool2", d, g)
	if g.Cols == 0 || unpool2Fast(d, src, g) {
		return
	}
	for p := range g.Planes {
		for i := range g.Rows {
			row, a, b := g.squares(p, i, src)
			_, da, db := g.squares(p, i, d)
			for j, v := range row {
				k := 2 * j
				if k+1 >= len(a) || k+1 >= len(b) || k+1 >= len(da) || k+1 >= len(db) {
					break // never: this saves the checks of indices
				}
				m := max(a[k], a[k+1], b[k], b[k+1])
				da[k], da[k+1], db[k], db[k+1] = 0, 0, 0, 0
				switch m {
				case a[k]:
					da[k] = v
				case a[k+1]:
					da[k+1] = v
				case b[k]:
					db[k] = v
				default:
					db[k+1] = v
				}
			}
		}
	}
}

// squares are row i of plane p and the two rows of full that its squares are in.
func (x Planes[F]) squares(p, i int, full Planes[F]) (row, a, b []F) {
	a = full.Data[p*full.Plane+2*i*full.Stride:]
	return x.Data[p*x.Plane+i*x.Stride:][:x.Cols], a[:2*x.Cols], a[full.Stride:][:2*x.Cols]
}

// checkPool panics unless every element lies within its Data and full has a square for each element
// of x.
func checkPool[F Float](what string, full, x Planes[F]) {
	for _, v := range []Planes[F]{full, x} {
		plane, need := 0, 0
		if v.Planes > 0 && v.Rows > 0 {
			plane = (v.Rows-1)*v.Stride + v.Cols
			need = (v.Planes-1)*v.Plane + plane
		}
		if v.Planes < 0 || v.Rows < 0 || v.Cols < 0 || v.Stride < v.Cols || v.Plane < plane || need > len(v.Data) {
			panic(fmt.Sprintf("vec.%s: %d elements for %d planes of %d x %d, %d apart, stride %d", what, len(v.Data), v.Planes, v.Rows, v.Cols, v.Plane, v.Stride))
		}
	}
	if full.Planes != x.Planes || full.Rows < 2*x.Rows || full.Cols < 2*x.Cols {
		panic(fmt.Sprintf("vec.%s: %d planes of %d x %d squares in %d of %d x %d", what, x.Planes, x.Rows, x.Cols, full.Planes, full.Rows, full.Cols))
	}
}
