package plots

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"staleness/internal/files"
	"staleness/plots/internal/draw"
)

// FiguresFile is the name of the file that [WriteFigures] writes.
const FiguresFile = "figures.tex"

// A Captioned is a figure that was drawn, for LaTeX.
type Captioned struct {
	Name    string // of its files
	Figure  Figure
	Picture *Picture
}

// The parts of figures.tex. It can be included, with the figures in the folder \figurefolder, and
// it can be compiled as it is. A figure that is wider than its place shrinks.
const (
	figuresHead = `% All figures with their captions. In a paper: \usepackage{graphicx}, and, where the figures lie in
% another folder, \newcommand{\figurefolder}{results/NAME/} before \input{results/NAME/figures}.
\expandafter\ifx\csname @classoptionslist\endcsname\relax
\documentclass{article}\usepackage{graphicx}\begin{document}
\def\figuresend{\end{document}}\fi
\providecommand{\figuresend}{}
\providecommand{\figurefolder}{}
\providecommand{\figurefile}[1]{\sbox0{\includegraphics{\figurefolder#1}}%
  \ifdim\wd0>\linewidth\includegraphics[width=\linewidth]{\figurefolder#1}\else\usebox0\fi}
`
	figuresEnd = "\\figuresend\n"
	figureMark = "% figure "
	// figures after which LaTeX is told to set them: it keeps no more than some in hand
	pageFull = 8
)

// caption is that of the figure in LaTeX, a sentence a line. LaTeX sets it in one line first, which
// may be no longer than some five metres: of what is longer than that the end is left out.
func (c Captioned) caption() string {
	const most = 1500 // letters
	var lines []string
	n := 0
	for _, s := range c.Picture.Sentences() {
		if n += utf8.RuneCountInString(draw.Plain(s)); n > most {
			lines = append(lines, tex("The whole caption is in "+c.Name+".txt."))
			break
		}
		lines = append(lines, tex(s))
	}
	return strings.Join(lines, "\n  ")
}

// tex is the figure as LaTeX includes it.
func (c Captioned) tex() string {
	place := "figure"
	if c.Figure.common().Width == "page" {
		place = "figure*"
	}
	return fmt.Sprintf("%s%s\n\\begin{%s}\n  \\centering\n  \\figurefile{%s.pdf}\n  \\caption{%s}\n  \\label{fig:%s}\n\\end{%s}\n",
		figureMark, c.Name, place, c.Name, c.caption(), c.Name, place)
}

// blocks are the figures in a text of [WriteFigures].
var blocks = regexp.MustCompile(`(?ms)^% figure (\S+)\n\\begin\{.*?^\\end\{figure\*?\}\n`)

// WriteFigures writes dir/figures.tex, which includes the figures with their captions. Figures of
// before stay, behind the others, as long as their files are there, unless they are to be
// forgotten.
func WriteFigures(dir string, drawn []Captioned, forget bool) (file string, err error) {
	file = filepath.Join(dir, FiguresFile)
	var all, names []string
	for _, c := range drawn {
		all, names = append(all, c.tex()), append(names, c.Name)
	}
	if old, err := files.Read(file); err == nil && !forget {
		for _, m := range blocks.FindAllStringSubmatch(string(old), -1) {
			if _, err := files.Read(filepath.Join(dir, m[1]+".pdf")); err == nil && !slices.Contains(names, m[1]) {
				all = append(all, m[0])
			}
		}
	}
	if len(all) == 0 {
		return "", nil
	}
	var b strings.Builder
	b.WriteString(figuresHead)
	for i, text := range all {
		if b.WriteString("\n" + text); i%pageFull == pageFull-1 {
			b.WriteString("\\clearpage\n")
		}
	}
	b.WriteString("\n" + figuresEnd)
	return file, writeFile(file, []byte(b.String()))
}
