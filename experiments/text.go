package experiments

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"staleness/internal/params"
)

// bad is an error about the value of a key.
func bad(path string, value any, format string, args ...any) error {
	return &params.Error{Path: path, Value: params.Literal(value), Problem: fmt.Sprintf(format, args...)}
}

func sortedKeys[V any](t map[string]V) []string { return slices.Sorted(maps.Keys(t)) }

func list(names []string) string { return strings.Join(names, ", ") }

// count is a number of things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
