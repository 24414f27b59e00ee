package document

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"staleness/experiments/internal/prose"
	"staleness/internal/params"
)

// WriteSection writes a table: its kind first, then its keys in the order of the alphabet.
func WriteSection(b *strings.Builder, name string, table map[string]any) {
	b.WriteString("\n[" + name + "]\n")
	for _, k := range kindFirst(table) {
		b.WriteString(KeyLiteral(k))
		b.WriteString(" = ")
		writeLiteral(b, table[k])
		b.WriteByte('\n')
	}
}

// kindFirst are the keys of a table, its kind before those in the order of the alphabet.
func kindFirst(table map[string]any) []string {
	keys := prose.SortedKeys(table)
	slices.SortStableFunc(keys, func(k, l string) int { return cmp.Compare(rank(k), rank(l)) })
	return keys
}

func rank(key string) int {
	if key == "kind" || key == "law" {
		return 0
	}
	return 1
}

// Literal is a value in TOML, tables inline.
func Literal(v any) string {
	var b strings.Builder
	writeLiteral(&b, v)
	return b.String()
}

func writeLiteral(b *strings.Builder, v any) {
	switch v := v.(type) {
	case string:
		writeString(b, v)
	case []any:
		b.WriteByte('[')
		for i := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			writeLiteral(b, v[i])
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for i, k := range kindFirst(v) {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(KeyLiteral(k))
			b.WriteString(" = ")
			writeLiteral(b, v[k])
		}
		b.WriteByte('}')
	case float64:
		switch {
		case math.IsNaN(v): // Go's words for these are none of TOML
			b.WriteString("nan")
		case math.IsInf(v, 0):
			b.WriteString(strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(v, 'g', -1, 64)), "+"))
		default:
			b.WriteString(params.Literal(v))
		}
	default:
		b.WriteString(params.Literal(v))
	}
}

func KeyLiteral(k string) string {
	for i := range len(k) {
		if c := k[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return stringLiteral(k)
		}
	}
	if k == "" {
		return `""`
	}
	return k
}

// stringLiteral is a TOML basic string.
func stringLiteral(s string) string {
	var b strings.Builder
	writeString(&b, s)
	return b.String()
}

func writeString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
