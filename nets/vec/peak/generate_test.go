package peak

import (
	"testing"

	"staleness/nets/vec/internal/regenerate"
)

// The committed loops are what their generator writes.
func TestGenerated(t *testing.T) {
	regenerate.Compare(t, "../internal/avogen", "./peak", "peak",
		regenerate.File{Flag: "-out", Name: "peak_amd64.s"},
		regenerate.File{Flag: "-stubs", Name: "peak_amd64.go"})
}
