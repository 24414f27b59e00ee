package page

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"staleness/internal/files"
	"staleness/plots"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// A tuning is a tuning.csv with its curves.
type tuning struct {
	Name    string
	SVG     template.HTML
	Caption []string
	Chosen  *Table // nil: nothing was
	Table   *Table // of all trials
	Note    string
}

// tunings reads the tables of tunings and, where no figure shows them, draws their curves.
func (p *Page) tunings(ctx context.Context) (out []tuning, err error) {
	entries, err := os.ReadDir(p.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		name := e.Name()
		if name != "tuning.csv" && !(strings.HasPrefix(name, "tuning-") && strings.HasSuffix(name, ".csv")) {
			continue
		}
		t := tuning{Name: name}
		text, err := files.Read(filepath.Join(p.Dir, name))
		if err == nil {
			if t.Table, err = trials(string(text)); err == nil {
				t.Chosen = t.Table.chosen()
			}
		}
		if err != nil {
			t.Note = "It cannot be shown: " + err.Error() + "."
		}
		out = append(out, t)
	}
	drawn := slices.ContainsFunc(p.Drawn, func(d Drawn) bool { return d.Kind == "sensitivity" })
	finished := slices.DeleteFunc(slices.Clone(p.Runs), func(r record.Run) bool { return !r.Summary.Done() })
	if len(out) == 0 || drawn || len(finished) == 0 {
		return out, nil
	}
	fig, err := plots.Decode("figure", map[string]any{"kind": "sensitivity"})
	if err != nil {
		return nil, err
	}
	svg, caption, err := p.Scheme.SVG(ctx, fig, finished)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil {
		out[0].Caption = paragraphs(caption)
		out[0].SVG, err = inline(svg, "t-", "sensitivity of the tuned values")
	}
	if err != nil {
		out[0].Note = strings.TrimSpace(out[0].Note + " Its curves cannot be drawn: " + err.Error() + ".")
	}
	return out, nil
}

// chosen are the rows of the values that were chosen; nil if there are none.
func (t *Table) chosen() *Table {
	c := &Table{Head: t.Head}
	for _, row := range t.Rows {
		if row[0].Mark == "chosen" {
			row = slices.Clone(row)
			for i := range row {
				row[i].Mark = ""
			}
			c.Rows = append(c.Rows, row)
		}
	}
	if c.Rows == nil {
		return nil
	}
	return c
}

// trials is the table of a tuning: the chosen values marked.
func trials(text string) (*Table, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New("it is empty")
	}
	t := &Table{}
	for _, h := range rows[0] {
		t.Head = append(t.Head, Head{Text: draw.Legible(h)})
	}
	best, edge := slices.Index(rows[0], "best"), slices.Index(rows[0], "edge")
	for _, r := range rows[1:] {
		var row []Cell
		for i, text := range r {
			c := value(text)
			switch {
			case c.Sort == "Infinity":
				c.Text = "×"
			case c.Sort != "" && strings.Contains(text, "."):
				var v float64
				fmt.Sscan(text, &v)
				c.Text = draw.Plain(draw.Short(v))
			case i == best || i == edge:
				if c.Text = ""; text == "true" {
					c.Text = map[bool]string{true: "chosen", false: "at the edge"}[i == best]
				}
			}
			if best >= 0 && r[best] == "true" {
				c.Mark = "chosen"
			}
			row = append(row, c)
		}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = []string{"×: a run of the trial diverged, which counts as worse than any value"}
	t.numeric()
	return t, nil
}
