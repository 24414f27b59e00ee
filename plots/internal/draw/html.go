package draw

import (
	"html"
	"strings"
)

// HTML is a text as HTML: raised and lowered parts as such, mathematics as plain text, everything
// escaped.
func HTML(s string) string {
	var b strings.Builder
	for _, r := range markup(s) {
		switch {
		case r.math:
			b.WriteString(html.EscapeString(setMath(r.text).plain(r.text)))
		case r.rise > 0:
			b.WriteString("<sup>" + html.EscapeString(r.text) + "</sup>")
		case r.rise < 0:
			b.WriteString("<sub>" + html.EscapeString(r.text) + "</sub>")
		default:
			b.WriteString(html.EscapeString(r.text))
		}
	}
	return b.String()
}
