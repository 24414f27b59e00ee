package vec

import (
	"testing"

	"staleness/nets/vec/internal/regenerate"
)

// The committed kernels are what their generator writes.
func TestGenerated(t *testing.T) {
	regenerate.Compare(t, "internal/avogen", ".", "vec",
		regenerate.File{Flag: "-out", Name: "kernels_amd64.s"},
		regenerate.File{Flag: "-stubs", Name: "kernels_amd64.go"},
		regenerate.File{Flag: "-dispatch", Name: "fast_amd64.go"})
}
