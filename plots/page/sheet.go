package page

import (
	"fmt"
	"strconv"

	"staleness/plots"
	"staleness/plots/internal/draw"
)

// TableOf is a sheet as it stands on a page.
func TableOf(s *plots.Sheet) *Table {
	t := &Table{}
	for _, k := range s.Keys {
		t.Head = append(t.Head, Head{Text: draw.Legible(k)})
	}
	t.Head = append(t.Head, Head{Text: "seeds"})
	for _, c := range s.Columns {
		t.Head = append(t.Head, Head{Text: draw.Plain(c.Label)})
	}
	for _, r := range s.Rows {
		var row []Cell
		for _, k := range r.Keys {
			row = append(row, value(k))
		}
		row = append(row, value(strconv.Itoa(r.Seeds)))
		for i := range s.Columns {
			row = append(row, number(fmt.Sprintf("%.4g", r.Mid[i]), r.Mid[i]))
		}
		t.Rows = append(t.Rows, row)
	}
	for _, n := range s.Notes {
		t.Notes = append(t.Notes, draw.Plain(n))
	}
	t.numeric()
	return t
}
