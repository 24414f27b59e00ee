package vec

import "fmt"

// TransposeTight writes the columns of src to dst one after the other, each n elements behind the
// last: dst[jn+i] = src_ij, where the first elements of a column overwrite those of the last from n
// on. So a matrix that has been filled up to a multiple of 8 rows, which it must have, is
// transposed by whole tiles and has no gaps then. dst has room for all of the last column.
func TransposeTight[F Float](dst []F, n int, src Mat[F]) {
	src.check("TransposeTight")
	if n < 1 || n > src.Rows || src.Rows%8 != 0 || src.Cols > 0 && (src.Cols-1)*n+src.Rows > len(dst) {
		panic(fmt.Sprintf("vec.TransposeTight: %d columns of %d elements, %d apart, into %d", src.Cols, src.Rows, n, len(dst)))
	}
	for j := transposeTightFast(dst, n, src); j < src.Cols; j++ {
		for i := range src.Rows {
			dst[j*n+i] = src.Data[i*src.Stride+j]
		}
	}
}
