package prefetch

import (
	"testing"
	"unsafe"
)

// Whatever it is asked for, nothing happens that can be seen: no fault, nothing written.
func TestLinesChangeNothing(t *testing.T) {
	x := [4]uint64{1, 2, 3, 4}
	was := x
	Lines(unsafe.Pointer(&x[0]), unsafe.Pointer(&x[3]), nil, unsafe.Add(unsafe.Pointer(&x[1]), 1))
	if x != was {
		t.Errorf("%v has become %v", was, x)
	}
}
