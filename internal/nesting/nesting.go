// Package nesting bounds how deep tables and lists of a TOML text lie in each other, before a
// parser sees it: what a parser keeps of a text grows with the square of the depth, so that 20 kB
// can take all memory.
package nesting

import (
	"fmt"
	"strings"
)

// Deepest is how many tables and lists may lie in each other. Configurations need eight.
const Deepest = 32

// Check says on which line, from 1, a text is nested too deep; line 0 is nowhere. What is no TOML
// is left to the parser.
func Check(src string) (line int, err error) {
	line = 1
	header, dots := 0, 0 // of the table that a line is in; in the key that is being read
	var open []int       // dots of the keys before each bracket that is open
	depth := 0
	start := true // of a line that may be a header
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '\n':
			line++
			if len(open) == 0 {
				dots, start = 0, true
			}
			continue
		case ' ', '\t', '\r':
			continue
		case '#':
			if n := strings.IndexByte(src[i:], '\n'); n >= 0 {
				i += n - 1
				continue
			}
			return 0, nil
		case '"', '\'':
			end := quoted(src[i:])
			line += strings.Count(src[i:i+end], "\n")
			i += end - 1
		case '[', '{':
			if start && c == '[' {
				end := strings.IndexByte(src[i:], '\n')
				if end < 0 {
					end = len(src) - i
				}
				header = strings.Count(src[i:i+end], ".") + 1
				i += end - 1
				if header > Deepest {
					return line, tooDeep()
				}
				continue
			}
			open = append(open, dots)
			depth += dots + 1
			dots = 0
		case ']', '}':
			if n := len(open); n > 0 {
				depth -= open[n-1] + 1
				open = open[:n-1]
			}
			dots = 0
		case '.':
			dots++
		case ',', '=':
			if c == ',' {
				dots = 0
			}
		}
		start = false
		if header+depth+dots > Deepest {
			return line, tooDeep()
		}
	}
	return 0, nil
}

func tooDeep() error {
	return fmt.Errorf("tables and lists lie deeper than %d in each other; no configuration needs that: write them flat", Deepest)
}

// quoted is the length of the string that s begins with.
func quoted(s string) int {
	q := s[:1]
	if long := strings.Repeat(q, 3); strings.HasPrefix(s, long) {
		for i := 3; i < len(s); i++ {
			switch {
			case q == `"` && s[i] == '\\':
				i++
			case strings.HasPrefix(s[i:], long):
				return i + 3
			}
		}
		return len(s)
	}
	for i := 1; i < len(s) && s[i] != '\n'; i++ {
		switch {
		case q == `"` && s[i] == '\\':
			i++
		case s[i] == q[0]:
			return i + 1
		}
	}
	return 1
}
