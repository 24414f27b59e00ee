package optimizers_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/internal/params"
	o "staleness/optimizers"
)

var updatePages = flag.Bool("update-pages", false, "write the key tables of docs/methods anew")

const (
	tableBegin = "<!-- keys: written by go test ./optimizers -run Pages -update-pages -->"
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

// Every registered method has a page with a section for each thing a reader looks for, and a table of its keys that is the code's.
func TestPages(t *testing.T) {
	sections := []string{"## Equations", "## What is sent and kept", "## Keys", "## Displacement per gradient", "## Staleness", "## Elsewhere", "## Here"}
	for _, d := range o.Strategies().Describe() {
		path := filepath.Join("..", "docs", "methods", d.Name+".md")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		page := string(text)
		rest := page
		for _, s := range sections {
			_, after, ok := strings.Cut(rest, "\n"+s+"\n")
			if !ok {
				t.Errorf("%s: no section %q, or not in its place", path, s)
				break
			}
			rest = after
		}
		if !strings.HasPrefix(page, "# "+d.Name+"\n") {
			t.Errorf("%s: its title is not %q", path, d.Name)
		}
		before, after, ok := strings.Cut(page, tableBegin)
		table, end, ok2 := strings.Cut(after, tableEnd)
		if !ok || !ok2 {
			t.Errorf("%s: no key table between %q and %q", path, tableBegin, tableEnd)
			continue
		}
		if want := keyTable(d.Keys); table != want {
			if !*updatePages {
				t.Errorf("%s: the key table is not the code's; run go test ./optimizers -run Pages -update-pages", path)
				continue
			}
			if err := os.WriteFile(path, []byte(before+tableBegin+want+tableEnd+end), 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}
