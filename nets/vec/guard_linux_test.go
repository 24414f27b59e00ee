package vec

import (
	"os"
	"syscall"
	"testing"
)

// guarded returns n bytes that lie against a page that may not be touched: after them, or before.
func guarded(t testing.TB, n int, before bool) []byte {
	page := os.Getpagesize()
	room := (n + page - 1) / page * page
	b, err := syscall.Mmap(-1, 0, room+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	for _, edge := range [][]byte{b[:page], b[page+room:]} {
		if err := syscall.Mprotect(edge, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(b); err != nil {
			t.Error(err)
		}
	})
	if before {
		return b[page : page+n]
	}
	return b[page+room-n : page+room]
}
