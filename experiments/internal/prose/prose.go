// Package prose writes what a person reads in a message: numbers of things, lists, words as a shell
// takes them.
package prose

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func SortedKeys[V any](t map[string]V) []string { return slices.Sorted(maps.Keys(t)) }

func List(names []string) string { return strings.Join(names, ", ") }

// Count is a number of things.
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Quote quotes an argument if a shell would take it apart.
func Quote(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\n\"'\\$`*?[]{}()<>|&;#~!") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
