package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"staleness/experiments"
	"staleness/internal/params"
)

// search writes what says one of the words: parts of that name, or of a kind of that name, as a
// whole, then keys and texts of the others. It returns an exit status.
func search(words []string, stdout, stderr io.Writer) int {
	for i := range words {
		words[i] = strings.ToLower(words[i])
	}
	said := map[string]bool{}
	finds := func(texts ...string) bool {
		hit := false
		for _, w := range words {
			for _, t := range texts {
				if strings.Contains(strings.ToLower(t), w) {
					said[w], hit = true, true
				}
			}
		}
		return hit
	}
	var mentions strings.Builder
	for _, g := range everything() {
		whole := finds(g.name)
		var named []params.Description
		for _, p := range g.parts {
			if finds(p.Name) || whole {
				named = append(named, p)
			} else if found := mentionsIn(p, finds); found != "" {
				fmt.Fprintf(&mentions, "  %s, of the %s\n%s\n", p.Name, g.name, found)
			}
		}
		g.write(stdout, named)
	}
	if mentions.Len() > 0 {
		fmt.Fprintf(stdout, "FOUND IN KEYS AND TEXTS\n\n%s", mentions.String())
	}
	for _, w := range words {
		if !said[w] {
			fmt.Fprintf(stderr, "list: nothing says %s%s; without words, list shows everything\n", w, near(w))
		}
	}
	if len(said) == 0 {
		return experiments.Usage
	}
	return experiments.Done
}

// mentionsIn is where a part says what is looked for, a line each.
func mentionsIn(p params.Description, finds func(texts ...string) bool) string {
	var b strings.Builder
	if finds(p.Doc) {
		fmt.Fprintf(&b, "      text: %s\n", p.Doc)
	}
	if finds(p.Source) {
		fmt.Fprintf(&b, "      source: %s\n", p.Source)
	}
	eachKey("", p.Keys, func(path string, k params.KeyDoc) {
		text := strings.Join(remarks(k), "; ")
		full := k
		full.Key = path
		if finds(path, text) {
			fmt.Fprintf(&b, "      key %s  %s\n", assigned(full), text)
		}
	})
	return b.String()
}

// eachKey visits keys and those of tables below them.
func eachKey(under string, keys []params.KeyDoc, visit func(path string, k params.KeyDoc)) {
	for _, k := range keys {
		visit(under+k.Key, k)
		eachKey(under+k.Key+".", k.Keys, visit)
	}
}

// near are the names that a word was perhaps meant to be.
func near(word string) string {
	var known []string
	for _, g := range everything() {
		for _, p := range g.parts {
			known = append(known, strings.Trim(p.Name, "[]"))
			eachKey("", p.Keys, func(_ string, k params.KeyDoc) { known = append(known, k.Key) })
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	var names []string
	for len(names) < 3 {
		n, ok := params.Nearest(word, known)
		if !ok {
			break
		}
		names = append(names, n)
		known = slices.DeleteFunc(known, func(k string) bool { return k == n })
	}
	if len(names) == 0 {
		return ""
	}
	return "; near to it: " + strings.Join(names, ", ")
}
