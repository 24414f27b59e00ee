package vec

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// A path is a way of computing: which instructions, never which result.
type path uint8

const (
	purego path = iota
	avx2
	avx512
)

var pathNames = [...]string{purego: "purego", avx2: "avx2", avx512: "avx512"}

func (p path) String() string { return pathNames[p] }

// PathVariable is the environment variable that forces a path.
const PathVariable = "STALENESS_KERNELS"

// current is the path in use, chosen once at start-up.
var current = func() path {
	p, err := choosePath(os.Getenv(PathVariable), availablePaths())
	if err != nil { // the user's input, so no panic; before main there is nobody to return it to
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	return p
}()

// Path names the path in use: "avx512", "avx2" or "purego" (plain Go).
func Path() string { return current.String() }

// Paths names the paths that this build and processor have, the best first.
func Paths() []string {
	var names []string
	for _, p := range availablePaths() {
		names = append(names, p.String())
	}
	return names
}

// choosePath returns the path called for by the environment variable's value: the best where it is
// empty.
func choosePath(want string, available []path) (path, error) {
	if want == "" {
		return available[0], nil
	}
	for _, p := range available {
		if p.String() == want {
			return p, nil
		}
	}
	have := strings.Trim(fmt.Sprint(available), "[]")
	if slices.Contains(pathNames[:], want) {
		return purego, fmt.Errorf("%s=%s: this processor or build has no such kernels; it has: %s", PathVariable, want, have)
	}
	return purego, fmt.Errorf("%s=%q: unknown; this processor and build have: %s", PathVariable, want, have)
}
