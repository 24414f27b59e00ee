//go:build amd64 && !purego

package vec

import "unsafe"

// transposeTightFast moves whole tiles and returns the number of columns that are done. A tile is
// written column by column; of tiles side by side the one with the last elements of the columns
// goes first, since the others may overwrite them.
func transposeTightFast[F Float](dst []F, n int, src Mat[F]) int {
	if current == purego {
		return 0
	}
	const strip = 8 // tiles, as in transposeFast
	size := int(unsafe.Sizeof(*new(F)))
	side := 32 / size
	cols := src.Cols / side * side
	for j := 0; j < cols; j += strip * side {
		tiles := min(strip*side, cols-j) / side
		for i := src.Rows - side; i >= 0; i -= side {
			to, from := bytesOf(dst[j*n+i:]), bytesOf(src.Data[i*src.Stride+j:])
			if size == 4 {
				transposeAVX2F32(tiles, to, n*size, from, src.Stride*size)
			} else {
				transposeAVX2F64(tiles, to, n*size, from, src.Stride*size)
			}
		}
	}
	return cols
}
