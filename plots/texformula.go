package plots

import (
	"regexp"
	"strings"
)

// Commands of the mathematics of figures that LaTeX has only with packages, or not at all.
var (
	formulaCommand = regexp.MustCompile(`\\[A-Za-z]+`)
	formulaIn      = map[string]string{
		`\argmin`: `\mathrm{argmin}`, `\argmax`: `\mathrm{argmax}`, `\var`: `\mathrm{var}`, `\E`: `\mathrm{E}`, `\tr`: `\mathrm{tr}`,
		`\tfrac`: `\frac`, `\dfrac`: `\frac`, `\operatorname`: `\mathrm`, `\text`: `\textrm`, `\boldsymbol`: `\mathbf`, `\mathbb`: `\mathbf`,
		`\degree`: `\circ`, `\lt`: "<", `\gt`: ">", `\left`: "", `\right`: "", `\big`: "", `\Big`: "", `\displaystyle`: "",
	}
)

// texFormula writes the mathematics of a figure, dollars included, for LaTeX without packages.
func texFormula(s string) string {
	s = formulaCommand.ReplaceAllStringFunc(s, func(c string) string {
		if in, ok := formulaIn[c]; ok {
			return in
		}
		return c
	})
	var b strings.Builder
	for _, r := range s {
		switch m, ok := texSymbols[r]; {
		case ok:
			b.WriteString(m + " ")
		case r < 0x7f:
			b.WriteRune(r)
		default:
			b.WriteString(`\mbox{` + texLetter(r) + "}")
		}
	}
	return b.String()
}
