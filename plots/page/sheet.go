package page

import (
	"strings"

	"staleness/plots"
	"staleness/plots/internal/draw"
)

// TableOf is a sheet as it stands on a page.
func TableOf(s *plots.Sheet) *Table {
	t := &Table{Caption: draw.Plain(s.Caption)}
	for _, h := range s.Heads {
		over := ""
		if h.Over != "" {
			over = draw.Plain(h.Over)
		}
		t.Head = append(t.Head, Head{Over: over, Text: draw.Plain(strings.ReplaceAll(h.Text, "\n", " ")), Numbers: h.Numbers})
	}
	for _, row := range s.Rows {
		var cells []Cell
		for j, c := range row {
			cell := number(c.Text, c.Value)
			if !s.Heads[j].Numbers {
				cell.Sort = "" // stands to the left
			}
			cell.Marked = draw.Plain(c.Text) != c.Text
			cell.Interval, cell.Sign, cell.Note = draw.Plain(c.Interval), c.Mark, draw.Plain(c.Note)
			if c.Bold {
				cell.Mark = "best"
			}
			cells = append(cells, cell)
		}
		t.Rows = append(t.Rows, cells)
	}
	for _, n := range s.Notes {
		t.Notes = append(t.Notes, draw.Plain(n))
	}
	return t
}
