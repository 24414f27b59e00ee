package optimizers_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/internal/params"
	o "staleness/optimizers"
)

//go:generate go test . -run Pages|Combine -update-pages

var updatePages = flag.Bool("update-pages", false, "write the key tables of docs/methods anew, and the skeletons of pages that are not there")

const (
	tableBegin = "<!-- keys: written by make generate -->"
	tableEnd   = "<!-- end of keys -->"
)

// keyTable lists a method's keys as its page has them.
func keyTable(ks []params.KeyDoc) string {
	var b strings.Builder
	b.WriteString("\n| key | default | may be | what it is |\n|---|---|---|---|\n")
	cell := func(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
	for _, k := range ks {
		in, value := k.In, k.Default
		switch {
		case k.Of != "":
			in = "a " + k.Of
		case in == "":
			in = k.Type
		}
		if value != "" {
			value = "`" + value + "`"
		}
		doc := k.Doc
		if k.When != "" {
			doc += "; only " + k.When
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", k.Key, cell(value), cell(in), cell(doc))
	}
	return b.String()
}

// sections are what a reader looks for on a page, in this order, each with what the skeleton of a
// page asks its author.
var sections = []struct{ title, ask string }{
	{"## Equations", "the paper's equations, in its symbols"},
	{"## What is sent and kept", "up, down, and the vectors that a worker and the server keep"},
	{"## Keys", "values that were published, or that a key is ruled by"},
	{"## Displacement per gradient", "how far one gradient moves the center"},
	{"## Staleness", "how it is counted, and its mean among M equal workers"},
	{"## Elsewhere", "the same method under other names, and how other code differs"},
	{"## Here", "what this implementation chose, and numbers that a test holds it to"},
}

// asked stands before what a section still lacks.
const asked = "*To be written:* "

// skeleton is a page with the sections of all pages, and what the code knows of the method.
func skeleton(d params.Description) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n%s\n", d.Name, sentence(d.Doc), sentence(d.Source))
	for _, s := range sections {
		fmt.Fprintf(&b, "\n%s\n\n", s.title)
		if s.title == "## Keys" {
			b.WriteString(tableBegin + keyTable(d.Keys) + tableEnd + "\n\n")
		}
		b.WriteString(asked + s.ask + ".\n")
	}
	return b.String()
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return asked + "the source."
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

// missing is what is wrong with the sections of a page.
func missing(name, page string) (wrong []string) {
	if !strings.HasPrefix(page, "# "+name+"\n") {
		wrong = append(wrong, fmt.Sprintf("its title is not %q", name))
	}
	rest := page
	for _, s := range sections {
		_, after, ok := strings.Cut(rest, "\n"+s.title+"\n")
		if !ok {
			return append(wrong, fmt.Sprintf("no section %q, or not in its place", s.title))
		}
		rest = after
	}
	for line := range strings.Lines(page) {
		if ask, ok := strings.CutPrefix(line, asked); ok {
			wrong = append(wrong, "still to be written: "+strings.TrimSpace(ask))
		}
	}
	return wrong
}

// Every registered method has a page with a section for each thing a reader looks for, and a table
// of its keys that is the code's.
func TestPages(t *testing.T) {
	for _, d := range o.Strategies().Describe() {
		path := filepath.Join("..", "docs", "methods", d.Name+".md")
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && *updatePages {
			text = []byte(skeleton(d))
			err = os.WriteFile(path, text, 0o644)
		}
		if err != nil {
			t.Errorf("%v; make generate writes the skeleton of a page", err)
			continue
		}
		page := string(text)
		for _, w := range missing(d.Name, page) {
			if !*updatePages {
				t.Errorf("%s: %s", path, w)
			}
		}
		before, after, ok := strings.Cut(page, tableBegin)
		table, end, ok2 := strings.Cut(after, tableEnd)
		if !ok || !ok2 {
			t.Errorf("%s: no key table between %q and %q", path, tableBegin, tableEnd)
			continue
		}
		if want := keyTable(d.Keys); table != want {
			if !*updatePages {
				t.Errorf("%s: the key table is not the code's: make generate", path)
				continue
			}
			if err := os.WriteFile(path, []byte(before+tableBegin+want+tableEnd+end), 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}

// A skeleton has all sections, and is no page until each is written.
func TestSkeleton(t *testing.T) {
	d := o.Strategies().Describe()[0]
	page := skeleton(d)
	wrong := missing(d.Name, page)
	for i, s := range sections {
		if len(wrong) != len(sections) || !strings.Contains(wrong[i], s.ask) {
			t.Fatalf("of a skeleton is said: %q", wrong)
		}
	}
	written := strings.ReplaceAll(page, asked, "Written: ")
	if wrong := missing(d.Name, written); len(wrong) > 0 {
		t.Errorf("of a page that is written is said: %q", wrong)
	}
	if wrong := missing(d.Name, strings.Replace(written, "## Staleness\n", "", 1)); len(wrong) != 1 {
		t.Errorf("of a page without a section is said: %q", wrong)
	}
}
