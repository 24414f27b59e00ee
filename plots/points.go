package plots

import (
	"bytes"
	"encoding/csv"
	"math"
	"slices"
	"strconv"

	"staleness/plots/internal/draw"
)

// pointColumns are those of the table of numbers beside a figure; value is there where colors are.
var pointColumns = []string{"panel", "group", "x", "y", "low", "high", "seeds", "mark"}

// pointsCSV is the numbers that a figure draws, one row a point: with all their digits, so that
// what is read back is what is drawn.
func pointsCSV(points []draw.Point) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	colors := slices.ContainsFunc(points, func(p draw.Point) bool { return p.Mark == "cell" })
	head := slices.Clone(pointColumns)
	if colors {
		head = append(head, "value")
	}
	w.Write(head)
	for _, p := range points {
		seeds := ""
		if p.Seeds > 0 {
			seeds = strconv.Itoa(p.Seeds)
		}
		row := []string{draw.Legible(p.Panel), draw.Legible(p.Group), wordOr(p.NameX, p.X), wordOr(p.NameY, p.Y),
			wordOr("", p.Low), wordOr("", p.High), seeds, p.Mark}
		if colors {
			row = append(row, wordOr("", p.Value))
		}
		w.Write(row)
	}
	w.Flush()
	return b.Bytes()
}

// wordOr is the word at a place, or the number: nothing where there is none, inf where it is worse
// than any.
func wordOr(word string, v float64) string {
	switch {
	case word != "":
		return draw.Legible(word)
	case math.IsNaN(v):
		return ""
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
