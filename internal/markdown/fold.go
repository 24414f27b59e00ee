// Package markdown helps programs to write pages of the manual.
package markdown

import (
	"strings"
	"unicode/utf8"
)

// Width is the longest line of prose on a page.
const Width = 100

// Fold breaks lines of prose at Width columns; those of tables, programs, headings and images stay.
func Fold(page string) string {
	var b strings.Builder
	program := false
	for line := range strings.Lines(page) {
		program = program != strings.HasPrefix(line, "```")
		if program || utf8.RuneCountInString(line) <= Width || strings.ContainsAny(line[:1], "|#` \t!<") {
			b.WriteString(line)
			continue
		}
		width := 0
		for i, word := range strings.Fields(line) {
			switch n := utf8.RuneCountInString(word); {
			case i == 0:
				width = n
			case width+1+n > Width:
				b.WriteByte('\n')
				width = n
			default:
				b.WriteByte(' ')
				width += 1 + n
			}
			b.WriteString(word)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
