//go:build !(amd64 || arm64) || purego

package prefetch

import "unsafe"

// Lines asks for four lines of the cache, at any addresses, which need not be valid.
func Lines(a, b, c, d unsafe.Pointer) {}
