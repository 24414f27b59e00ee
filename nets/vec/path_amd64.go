//go:build amd64 && !purego

package vec

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go -C internal/avogen run . -pkg vec -out ../../kernels_amd64.s -stubs ../../kernels_amd64.go -dispatch ../../fast_amd64.go

// availablePaths are those whose every instruction the processor and the system support, the best
// first.
func availablePaths() []path {
	var p []path
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512BW && x.HasBMI2 {
		p = append(p, avx512)
	}
	if x.HasAVX2 && x.HasFMA {
		p = append(p, avx2)
	}
	return append(p, purego)
}

// A kernel is a path together with an element type.
type kernel uint8

const (
	kernelAVX2F32   = kernel(avx2) << 1
	kernelAVX2F64   = kernelAVX2F32 | 1
	kernelAVX512F32 = kernel(avx512) << 1
	kernelAVX512F64 = kernelAVX512F32 | 1
)

// kernelOf returns the kernel for the path in use.
func kernelOf[F Float]() kernel {
	var x F
	return kernel(current)<<1 | kernel(unsafe.Sizeof(x)>>3)
}

// bytesOf points at the first element of x; nil where x has none.
func bytesOf[F Float](x []F) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(x))) }
