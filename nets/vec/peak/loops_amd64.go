//go:build amd64 && !purego

package peak

//go:generate go -C ../internal/avogen run ./peak -pkg peak -out ../../peak/peak_amd64.s -stubs ../../peak/peak_amd64.go

// fmaLoop returns the loop of multiply-adds and the bytes of its vectors.
func fmaLoop(p Path, size int) (func(rounds int), int) {
	switch {
	case p == "avx512" && size == 4:
		return fmaAVX512F32, 64
	case p == "avx512":
		return fmaAVX512F64, 64
	case p == "avx2" && size == 4:
		return fmaAVX2F32, 32
	case p == "avx2":
		return fmaAVX2F64, 32
	}
	return nil, 0
}

// trafficLoop returns the loop of loads and stores and the bytes of its vectors.
func trafficLoop(p Path, reads, writes int) (func(rounds int, x, y, w *byte), int) {
	switch {
	case p == "avx512" && reads == 2 && writes == 1:
		return traffic21AVX512, 64
	case p == "avx512" && reads == 3 && writes == 2:
		return traffic32AVX512, 64
	case p == "avx2" && reads == 2 && writes == 1:
		return traffic21AVX2, 32
	case p == "avx2" && reads == 3 && writes == 2:
		return traffic32AVX2, 32
	}
	return nil, 0
}
