package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"staleness/internal/params"
)

// mostRepeated is how many parts of a kind may explain the same key each by itself.
const mostRepeated = 2

// A row is one of a table of keys.
type row struct{ key, def, what string }

func (r row) String() string { return fmt.Sprintf("| `%s` | %s | %s |\n", r.key, r.def, r.what) }

// rowsOf are the rows of keys; those of a table below one follow it as key.key.
func rowsOf(keys []params.KeyDoc) (rows []row) {
	eachKey("", keys, func(path string, k params.KeyDoc) {
		def := ""
		switch {
		case k.Required:
			def = "required"
		case k.Default != "" && len(k.Default) <= 60:
			def = "`" + k.Default + "`"
		}
		rows = append(rows, row{path, cell(def), cell(strings.Join(remarks(k), "; "))})
	})
	return rows
}

// A shared key is the same in several parts, but for its default.
type shared struct {
	row
	of      []string // names of these parts
	differs bool     // in its default
}

func (s shared) is(r row) bool { return s.key == r.key && s.what == r.what }

// sharedRows are the keys that more parts have than may repeat them: those of most parts first,
// else in the order in which they come. Of keys of one name with different meanings it is the one
// of most parts, so that a name says which.
func sharedRows(parts []params.Description) []shared {
	var all []shared
	for _, p := range parts {
		for _, r := range rowsOf(p.Keys) {
			i := slices.IndexFunc(all, func(s shared) bool { return s.is(r) })
			if i < 0 {
				i = len(all)
				all = append(all, shared{row: r})
			}
			all[i].of = append(all[i].of, p.Name)
			all[i].differs = all[i].differs || all[i].def != r.def
		}
	}
	all = slices.DeleteFunc(all, func(s shared) bool { return len(s.of) <= mostRepeated })
	slices.SortStableFunc(all, func(a, b shared) int { return len(b.of) - len(a.of) })
	known := map[string]bool{}
	return slices.DeleteFunc(all, func(s shared) bool {
		again := known[s.key]
		known[s.key] = true
		return again
	})
}

// writeShared writes what several parts have, once; title is its heading.
func writeShared(b *strings.Builder, title string, rows []shared, parts int) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### %s\n\n| key | default | what | of |\n|---|---|---|---|\n", title)
	for _, s := range rows {
		def, of := s.def, "all"
		if s.differs {
			def = "see there"
		}
		if len(s.of) < parts {
			of = strings.Join(s.of, ", ")
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", s.key, def, s.what, of)
	}
}

// writePart writes the keys of a part: its own, and the names of those that it shares, with
// defaults that are its own.
func writePart(b *strings.Builder, p params.Description, rows []shared, title string) {
	var own []row
	var common []string
	for _, r := range rowsOf(p.Keys) {
		i := slices.IndexFunc(rows, func(s shared) bool { return s.is(r) })
		switch {
		case i < 0:
			own = append(own, r)
		case rows[i].differs:
			common = append(common, fmt.Sprintf("`%s` (%s)", r.key, cmp.Or(strings.Trim(r.def, "`"), "none")))
		default:
			common = append(common, "`"+r.key+"`")
		}
	}
	if len(own) > 0 {
		b.WriteString("\n")
		writeRows(b, own)
	}
	if len(common) > 0 {
		fmt.Fprintf(b, "\nOf the [%s](#%s): %s.\n", strings.ToLower(title), anchor(title), strings.Join(common, ", "))
	}
}

// anchor is how a page names one of its headings in a link.
func anchor(title string) string { return strings.ReplaceAll(strings.ToLower(title), " ", "-") }
