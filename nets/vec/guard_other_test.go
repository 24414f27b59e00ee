//go:build !linux

package vec

import "testing"

// guarded returns nil: slices are framed by canaries instead.
func guarded(testing.TB, int, bool) []byte { return nil }
