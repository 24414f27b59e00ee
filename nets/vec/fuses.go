package vec

// fuses tells whether this target's compiler turns x*y + z in float32 into one instruction that
// rounds once. The language allows it and does not promise it, so the very loop that would use it
// is asked, at start-up: on arm64 it does, on amd64 below GOAMD64=v3 it does not.
var fuses = tileFuses()

// tileFuses runs tile32 beside the emulation on rows that round differently with and without
// fusion, in all eight chains.
func tileFuses() bool {
	const k = 24
	var a [2 * k]float32
	var b [4 * k]float32
	u := uint32(1)
	draw := func() float32 { // a linear congruential generator: 24 random bits around 0
		u = u*1664525 + 1013904223
		return float32(int32(u)>>8) * 0x1p-23
	}
	for i := range a {
		a[i] = draw()
	}
	for i := range b {
		b[i] = draw()
	}
	var fused, exact [8]float32
	tile32(&fused, a[:], a[k:], 1, b[:], 4, k)
	tile32Emulated(&exact, a[:], a[k:], 1, b[:], 4, k)
	return fused == exact
}
