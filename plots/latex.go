package plots

import (
	"fmt"
	"regexp"
	"strings"

	"staleness/plots/internal/draw"
)

var texEscapes = strings.NewReplacer(
	"\\", `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`,
	"|", `\textbar{}`, "<", `\textless{}`, ">", `\textgreater{}`,
	"−", `$-$`, "×", `$\times$`, "∞", `$\infty$`, "≤", `$\leq$`, "≥", `$\geq$`, "τ", `$\tau$`, "π", `$\pi$`, "–", `--`, "*", `$^*$`,
)

// A number as this package writes it: powerOfTen ends before an exponent, as in 10^{−4} or
// 8.08×10^{−4}; negative has none.
var (
	powerOfTen = regexp.MustCompile(`−?(?:\d+(?:\.\d+)?×)?10$`)
	exponent   = regexp.MustCompile(`^−?\d+$`)
	negative   = regexp.MustCompile(`−(?:\d+(?:\.\d+)?|∞)`)
	texMath    = strings.NewReplacer("−", "-", "×", `\times`, "∞", `\infty`)
)

// tex writes text with mark-up for LaTeX, numbers in math.
func tex(s string) string {
	var b strings.Builder
	words := func(s string) {
		for s != "" {
			at := negative.FindStringIndex(s)
			if at == nil {
				at = []int{len(s), len(s)}
			}
			b.WriteString(texEscapes.Replace(s[:at[0]]))
			if at[0] < at[1] {
				b.WriteString("$" + texMath.Replace(s[at[0]:at[1]]) + "$")
			}
			s = s[at[1]:]
		}
	}
	ps := draw.Pieces(s)
	for i := 0; i < len(ps); i++ {
		p := ps[i]
		switch t := texEscapes.Replace(p.Text); {
		case p.Math:
			b.WriteString(p.Text)
		case p.Rise > 0:
			b.WriteString(`\textsuperscript{` + t + "}")
		case p.Rise < 0:
			b.WriteString(`\textsubscript{` + t + "}")
		default:
			at := powerOfTen.FindStringIndex(p.Text)
			if at == nil || i+1 == len(ps) || !(ps[i+1].Rise > 0) || !exponent.MatchString(ps[i+1].Text) {
				words(p.Text)
				continue
			}
			words(p.Text[:at[0]])
			b.WriteString("$" + texMath.Replace(p.Text[at[0]:]+"^{"+ps[i+1].Text+"}") + "$")
			i++
		}
	}
	return b.String()
}

// programs is a number as programs write it.
var programs = regexp.MustCompile(`^(-?)(\d+(?:\.\d+)?)(?:e([+-]?)0*(\d+))?$`)

// powers writes the number of a key with every digit that it has, as this package does: −1,
// 2.5×10^{−7}. Words are left alone.
func powers(s string) string {
	m := programs.FindStringSubmatch(s)
	if m == nil || m[1] == "" && m[4] == "" {
		return s
	}
	sign := strings.Replace(m[1], "-", "−", 1)
	switch {
	case m[4] == "":
		return sign + m[2]
	case m[2] == "1":
		m[2] = ""
	default:
		m[2] += "×"
	}
	return sign + m[2] + "10^{" + strings.Trim(strings.Replace(m[3], "-", "−", 1), "+") + m[4] + "}"
}

// LaTeX is the table for a paper, a tabular with the rules of package booktabs.
func (s *Sheet) LaTeX() string {
	mid, band := s.cells()
	n := len(mid[0])
	var b strings.Builder
	b.WriteString("% needs \\usepackage{booktabs}\n\\begin{tabular}{")
	for j := range n {
		if j < len(s.Keys) && !s.numeric(j) {
			b.WriteByte('l')
		} else {
			b.WriteByte('r')
		}
	}
	b.WriteString("}\n\\toprule\n")
	for i := range mid {
		for j, t := range mid[i] {
			switch {
			case j > 0:
				b.WriteString(" & ")
			case strings.HasPrefix(t, "["): // would pass for an argument of the line break before
				b.WriteString("{}")
			}
			if i > 0 && j < len(s.Keys) {
				t = powers(t)
			}
			b.WriteString(tex(t))
			if band[i][j] != "" {
				b.WriteString(" {\\scriptsize " + tex(band[i][j]) + "}")
			}
		}
		b.WriteString(" \\\\\n")
		if i == 0 {
			b.WriteString("\\midrule\n")
		}
	}
	b.WriteString("\\bottomrule\n")
	if len(s.Notes) > 0 {
		fmt.Fprintf(&b, "\\multicolumn{%d}{p{0.95\\linewidth}}{\\footnotesize %s.} \\\\\n", n, tex(strings.Join(s.Notes, ". ")))
	}
	b.WriteString("\\end{tabular}\n")
	return b.String()
}
