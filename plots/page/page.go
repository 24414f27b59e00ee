package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"staleness/plots"
	"staleness/sim/record"
)

// A Page is what there is to say of an experiment.
type Page struct {
	Name string
	Dir  string // its folder, in which the page will lie
	// of all runs that were asked for; one without a record has the status failed or missing
	Runs []record.Run
	Why  map[string]string // by folder: why a run has no record, or one that is not shown

	Warnings []string // sentences about the whole
	Session  *Session // nil: nothing is known but the records
	Redraw   string   // the command that makes this page again
	// what names in the configuration mean: of a section ("problem", "strategy"), of a kind
	Meaning func(section, kind string) string

	Scheme plots.Scheme

	Drawn []Drawn // in the order of the page
	Of    string  // [Digest] of the runs that are shown
}

// Digest tells sets of records apart, whatever their order.
func Digest(runs []record.Run) string {
	lines := make([]string, len(runs))
	for i := range runs {
		s := &runs[i].Summary
		lines[i] = fmt.Sprintf("%q %q %q %q\n", runs[i].ID, s.Status, s.Build, s.Fingerprint)
	}
	slices.Sort(lines)
	h := sha256.New()
	io.WriteString(h, strings.Join(lines, ""))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

//go:embed page.html page.css page.js
var sources embed.FS

// parts are the page's own files.
var parts = sync.OnceValue(func() (p struct {
	page   *template.Template
	style  template.CSS
	script template.JS
	policy string
}) {
	text := func(name string) string {
		b, err := sources.ReadFile(name)
		if err != nil {
			panic(err)
		}
		return string(b)
	}
	p.page = template.Must(template.New("page").Parse(text("page.html")))
	p.style, p.script = template.CSS(text("page.css")), template.JS("\n"+text("page.js"))
	sum := sha256.Sum256([]byte(p.script))
	p.policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	return p
})

// A view is the page as the template sees it.
type view struct {
	*Page
	Style  template.CSS
	Script template.JS
	Policy string

	Summary     string
	Outcome     *Table
	Figures     []figure
	Tables      []named
	Tuning      []tuning
	Words       []paragraph
	Defaults    *defaults
	Differences *Table
	Common      []setting
	List        *Table
	Compared    []link // pages that set it against other experiments
	Builds      []string
	Seeds       string
}

// A named is a table with its name.
type named struct {
	Name  string
	Note  string // what is to be known of it; may be empty
	Table *Table
}

// known are the runs whose configuration could be read.
func known(runs []record.Run) []record.Run {
	return slices.DeleteFunc(slices.Clone(runs), func(r record.Run) bool { return r.Config == nil })
}

// Render makes the page. Only ctx ends it early.
func (p *Page) Render(ctx context.Context) ([]byte, error) {
	own := parts()
	v := view{Page: p, Style: own.style, Script: own.script, Policy: own.policy}
	v.Summary, v.Seeds, v.Builds = p.summary(), seedsOf(p.Runs), buildsOf(p.Runs)
	o, err := p.Scheme.Outcome(known(p.Runs))
	if err != nil {
		v.Warnings = append(v.Warnings[:len(v.Warnings):len(v.Warnings)], "What came out cannot be tabulated: "+err.Error()+".")
	} else if len(o.Rows) > 0 {
		v.Outcome = outcomeTable(o)
	}
	f := factsOf(p.Runs)
	v.Words, v.Defaults = p.words(f), p.defaults(f)
	v.Differences, v.Common = p.differences(o, f), f.common()
	v.List = p.list(o, f)
	v.Compared = p.compared()
	p.draw(&v)
	if v.Tuning, err = p.tunings(ctx); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := own.page.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return b.Bytes(), ctx.Err()
}
