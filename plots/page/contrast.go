package page

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"sync"

	"staleness/plots"
	"staleness/plots/internal/draw"
)

//go:embed contrast.html
var contrastSource string

// contrastPage is the template of a comparison, which has the tables of a page.
var contrastPage = sync.OnceValue(func() *template.Template {
	b, err := sources.ReadFile("page.html")
	if err != nil {
		panic(err)
	}
	return template.Must(template.Must(template.New("page").Parse(string(b))).New("contrast").Parse(contrastSource))
})

// A contrastView is the page of a comparison as the template sees it.
type contrastView struct {
	Name      string
	Style     template.CSS
	Script    template.JS
	Policy    string
	Pairs     int
	Warnings  []string
	Sentences []string
	Keys      *Table
	Results   *Table
	Redraw    string
}

// RenderContrast makes the page of a comparison; redraw is the command that makes it again.
func RenderContrast(c *plots.Contrast, warnings []string, redraw string) ([]byte, error) {
	own := parts()
	v := contrastView{Name: c.Names[0] + " and " + c.Names[1], Style: own.style, Script: own.script, Policy: own.policy,
		Pairs: c.Pairs, Warnings: warnings, Sentences: c.Sentences(), Redraw: redraw}
	if len(c.Keys) > 0 {
		v.Keys = &Table{Head: []Head{{Text: "key"}, {Text: c.Names[0]}, {Text: c.Names[1]}}}
		for _, k := range c.Keys {
			v.Keys.Rows = append(v.Keys.Rows, []Cell{{Text: draw.Legible(k.Key)}, value(k.Values[0]), value(k.Values[1])})
		}
	}
	if rows := c.Rows(); len(rows) > 1 {
		v.Results = &Table{}
		for _, h := range rows[0] {
			v.Results.Head = append(v.Results.Head, Head{Text: h})
		}
		for i, r := range rows[1:] {
			of := c.Results[i]
			cells := []Cell{value(r[0]), value(r[1]), number(r[2], float64(of.Pairs)), number(r[3], of.Median[0]), number(r[4], of.Median[1]), number(r[5], of.Mid), {Text: r[6]}}
			v.Results.Rows = append(v.Results.Rows, cells)
		}
		v.Results.numeric()
	}
	var b bytes.Buffer
	if err := contrastPage().ExecuteTemplate(&b, "contrast", v); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return b.Bytes(), nil
}
