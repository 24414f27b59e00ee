//go:build amd64 && !purego

package vec

import "unsafe"

// colSumsFast is ColSums or, with y, ReLUGradColSums.
func colSumsFast[F Float](dst []F, d Mat[F], y *Mat[F]) bool {
	size := int(unsafe.Sizeof(*new(F)))
	to, from, row := bytesOf(dst), bytesOf(d.Data), d.Stride*size
	if y == nil {
		switch kernelOf[F]() {
		case kernelAVX512F32:
			colSumsAVX512F32(d.Rows, d.Cols, to, from, row)
		case kernelAVX512F64:
			colSumsAVX512F64(d.Rows, d.Cols, to, from, row)
		case kernelAVX2F32:
			colSumsAVX2F32(d.Rows, d.Cols, to, from, row)
		case kernelAVX2F64:
			colSumsAVX2F64(d.Rows, d.Cols, to, from, row)
		}
		return current != purego
	}
	of, ofRow := bytesOf(y.Data), y.Stride*size
	switch kernelOf[F]() {
	case kernelAVX512F32:
		reluColSumsAVX512F32(d.Rows, d.Cols, to, from, row, of, ofRow)
	case kernelAVX512F64:
		reluColSumsAVX512F64(d.Rows, d.Cols, to, from, row, of, ofRow)
	case kernelAVX2F32:
		reluColSumsAVX2F32(d.Rows, d.Cols, to, from, row, of, ofRow)
	case kernelAVX2F64:
		reluColSumsAVX2F64(d.Rows, d.Cols, to, from, row, of, ofRow)
	}
	return current != purego
}
