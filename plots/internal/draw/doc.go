// Package draw puts pictures on paper: it arranges panels, axes, legends and notes, draws them on
// the canvases of gonum/plot and writes PNG, SVG and PDF. It knows nothing of runs, records or
// kinds of figures.
//
//	line := draw.Line{X: x, Y: y, Style: draw.StyleOf(0)}
//	pic := &draw.Picture{Panels: []draw.Panel{{X: draw.Axis{Label: "time (s)"}, Marks: []draw.Mark{line}}}}
//	drawing, err := draw.Lay(pic, draw.Page{Look: draw.Paper, Width: draw.ColumnWidth, Ratio: 0.66})
//	svg, err := drawing.SVG(ctx)
//
// A picture is plain data in the units of the records (picture.go). A mark is any plot.Plotter;
// those of this package, one a file, break lines at NaN, cut them at the frame and draw nothing
// that is not finite. Layout is in points, 1/72 inch, and is done once; the three formats then get
// the same calls on a vg.Canvas: PNG that of vgimg, SVG that of vgsvg, PDF one of our own, since
// vgpdf writes the characters of code page 1252 alone, the date, and joins lines with miters.
//
// Text (text.go) knows ^{...} and _{...} and, between dollars, the mathematics of TeX. It stays
// text in SVG and PDF.
package draw
