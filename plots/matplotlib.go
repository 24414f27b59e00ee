package plots

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"

	"staleness/plots/internal/draw"
)

// The parts of a script that draws a figure from its table by matplotlib: where one wants to go on
// in Python, it is something to begin with. Only what the figure has is in it.
const (
	scriptHead = `"""Draws %[1]s.csv: python3 %[1]s.py writes %[1]s-matplotlib.pdf."""
import csv, os
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

name = os.path.join(os.path.dirname(os.path.abspath(__file__)), "%[1]s")
rows = list(csv.DictReader(open(name + ".csv", encoding="utf-8", newline="")))
groups = list(dict.fromkeys(r["group"] for r in rows))
panels = [  # name, title, labels and scales of x and y, the words along them
%[2]s]
fig, axs = plt.subplots(%[3]d, %[4]d, figsize=(%[5]s, %[6]s), squeeze=False, constrained_layout=True)
for ax, (panel, title, xlabel, ylabel, xscale, yscale, xwords, ywords) in zip(axs.flat, panels):
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel, xscale=xscale, yscale=yscale)
    num = lambda s, words=(): words.index(s) if s in words else float(s or "nan")
    for group, mark in dict.fromkeys((r["group"], r["mark"]) for r in rows if r["panel"] == panel):
        of = [r for r in rows if (r["panel"], r["group"], r["mark"]) == (panel, group, mark)]
        x, y = [num(r["x"], xwords) for r in of], [num(r["y"], ywords) for r in of]
        low, high = [num(r["low"]) for r in of], [num(r["high"]) for r in of]
        style = dict(color="C%%d" %% (groups.index(group) %% 10), label=group or None)
`
	scriptMark = "        if mark == %q:\n"
	scriptEnd  = `fig.savefig(name + "-matplotlib.pdf", bbox_inches="tight")
`
	scriptLegend = `handles = {t: h for ax in axs.flat for h, t in zip(*ax.get_legend_handles_labels())}
if handles:
    fig.legend(handles.values(), handles.keys(), loc="upper center", bbox_to_anchor=(0.5, 0), ncol=3)
`
)

// scriptMarks are how marks are drawn.
var scriptMarks = []struct{ mark, lines string }{
	{"line", "ax.plot(x, y, **style)\nax.fill_between(x, low, high, alpha=0.2, linewidth=0, color=style[\"color\"])\n"},
	{"band", "ax.fill_between(x, low, high, alpha=0.2, linewidth=0, **style)\n"},
	{"dot", "ax.plot(x, y, \"o\", **style)\nax.vlines(x, low, high, color=style[\"color\"])\n"},
	{"bar", "ax.bar(x, y, **style)\nax.vlines(x, low, high, color=\"black\")\n"},
	{"whisker", "ax.vlines(x, low, high, **style)\n"},
	{"span", "ax.hlines(y, low, high, **style)\n"},
	{"level", "ax.axhline(y[0], linestyle=\"--\", **style)\n"},
	{"ring", "ax.plot(x, y, \"o\", fillstyle=\"none\", markersize=10, color=style[\"color\"])\n"},
	{"plotter", "ax.plot(x, y, **style)\n"},
	{"cell", "value = [num(r[\"value\"]) for r in of]\n" +
		"fig.colorbar(ax.scatter(x, y, c=value, marker=\"s\", s=200), ax=ax)\n"},
	{"cross", "inside = [abs(v) != float(\"inf\") for v in y]  # what is infinite stands at the edge\n" +
		"ax.plot([u for u, i in zip(x, inside) if i], [v for v, i in zip(y, inside) if i], \"x\", color=style[\"color\"])\n" +
		"edge = [(u, v > 0) for u, v, i in zip(x, y, inside) if not i]\n" +
		"ax.plot([u for u, _ in edge], [v for _, v in edge], \"x\", clip_on=False, transform=ax.get_xaxis_transform(), color=style[\"color\"])\n"},
}

// matplotlib is the script of a figure.
func matplotlib(name string, p *Picture, d *draw.Drawing, points []draw.Point) []byte {
	var b, panels strings.Builder
	names := p.PanelNames()
	wordsX, wordsY := false, false
	for i, q := range p.Panels {
		own := q
		if p.Shared {
			own = p.Panels[0]
		}
		x, y := pythonWords(own.X), pythonWords(own.Y)
		wordsX, wordsY = wordsX || x != "[]", wordsY || y != "[]"
		fmt.Fprintf(&panels, "    (%s, %s, %s, %s, %s, %s, %s, %s),\n", python(draw.Legible(names[i])), pythonText(q.Title),
			pythonText(own.X.Label), pythonText(own.Y.Label), python(scaleIn(own.X)), python(scaleIn(own.Y)), x, y)
	}
	rows, cols := d.Grid()
	inches := func(l vg.Length) string {
		return strconv.FormatFloat(draw.Round(float64(l/vg.Inch), 3), 'g', -1, 64)
	}
	fmt.Fprintf(&b, scriptHead, name, panels.String(), rows, cols, inches(d.Width), inches(d.Height))
	for _, m := range scriptMarks {
		if slices.ContainsFunc(points, func(p draw.Point) bool { return p.Mark == m.mark }) {
			fmt.Fprintf(&b, scriptMark, m.mark)
			for line := range strings.Lines(m.lines) {
				b.WriteString("            " + line)
			}
		}
	}
	for _, words := range []struct {
		any bool
		of  string
	}{{wordsX, "x"}, {wordsY, "y"}} {
		if words.any {
			fmt.Fprintf(&b, "    ax.set_%[1]sticks(range(len(%[1]swords)), %[1]swords)\n", words.of)
		}
	}
	if n := len(p.Panels); n < rows*cols {
		fmt.Fprintf(&b, "for ax in axs.flat[%d:]:\n    ax.axis(\"off\")\n", n)
	}
	b.WriteString(scriptLegend + scriptEnd)
	return []byte(b.String())
}

func scaleIn(a Axis) string {
	switch {
	case a.Plus != 0: // 0 has a place
		return "symlog"
	case a.Log:
		return "log"
	}
	return "linear"
}

// python is text as Python has it, in ASCII.
func python(s string) string { return strconv.QuoteToASCII(s) }

// pythonText is a label without mark-up; a dollar would begin mathematics.
func pythonText(s string) string {
	return python(strings.ReplaceAll(draw.Plain(draw.Legible(s)), "$", `\$`))
}

// pythonWords are the words along an axis that has any, in the order of their places.
func pythonWords(a Axis) string {
	var words []string
	if a.Plus == 0 {
		words = slices.Clone(a.Names)
		copy(words, a.Whole)
	}
	for i, w := range words {
		words[i] = python(draw.Legible(w))
	}
	return "[" + strings.Join(words, ", ") + "]"
}
