package plots

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"staleness/plots/internal/draw"
)

var texEscapes = strings.NewReplacer(
	"\\", `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`,
	"|", `\textbar{}`, "<", `\textless{}`, ">", `\textgreater{}`, `"`, "''", "*", `$^*$`, "–", "--", "—", "---",
)

// texSymbols are letters that pdfLaTeX knows as mathematics only.
var texSymbols = map[rune]string{
	'−': "-", '×': `\times`, '∞': `\infty`, '≤': `\leq`, '≥': `\geq`, '≠': `\neq`, '≈': `\approx`, '≡': `\equiv`, '±': `\pm`, '·': `\cdot`, '÷': `\div`,
	'→': `\rightarrow`, '←': `\leftarrow`, '∂': `\partial`, '∇': `\nabla`, '∑': `\sum`, '∏': `\prod`, '∫': `\int`, '√': `\surd`, '∈': `\in`, '∼': `\sim`, '∝': `\propto`,
	'ℓ': `\ell`, '′': "'", '†': `\dagger`, '‡': `\ddagger`, '°': `^\circ`, '²': "^2", '³': "^3", '¹': "^1", 'µ': `\mu`, '⋅': `\cdot`,
	'α': `\alpha`, 'β': `\beta`, 'γ': `\gamma`, 'δ': `\delta`, 'ε': `\varepsilon`, 'ϵ': `\epsilon`, 'ζ': `\zeta`, 'η': `\eta`, 'θ': `\theta`, 'ϑ': `\vartheta`, 'ι': `\iota`,
	'ά': `\acute\alpha`, 'έ': `\acute\varepsilon`, 'ή': `\acute\eta`, 'ί': `\acute\iota`, 'ό': `\acute o`, 'ύ': `\acute\upsilon`, 'ώ': `\acute\omega`, 'κ': `\kappa`, 'λ': `\lambda`, 'μ': `\mu`, 'ν': `\nu`, 'ξ': `\xi`, 'ο': "o", 'π': `\pi`, 'ρ': `\rho`, 'σ': `\sigma`, 'ς': `\varsigma`, 'τ': `\tau`, 'υ': `\upsilon`,
	'φ': `\varphi`, 'ϕ': `\phi`, 'χ': `\chi`, 'ψ': `\psi`, 'ω': `\omega`, 'Γ': `\Gamma`, 'Δ': `\Delta`, 'Θ': `\Theta`, 'Λ': `\Lambda`, 'Ξ': `\Xi`, 'Π': `\Pi`, 'Σ': `\Sigma`,
	'Υ': `\Upsilon`, 'Φ': `\Phi`, 'Ψ': `\Psi`, 'Ω': `\Omega`, 'Α': `\mathrm{A}`, 'Β': `\mathrm{B}`, 'Ε': `\mathrm{E}`, 'Ζ': `\mathrm{Z}`, 'Η': `\mathrm{H}`, 'Ι': `\mathrm{I}`,
	'Κ': `\mathrm{K}`, 'Μ': `\mathrm{M}`, 'Ν': `\mathrm{N}`, 'Ο': `\mathrm{O}`, 'Ρ': `\mathrm{P}`, 'Τ': `\mathrm{T}`, 'Χ': `\mathrm{X}`,
}

// texLetters are those beyond ASCII that pdfLaTeX sets with its first fonts.
const texLetters = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿĆćČčĎďĚěĞğİŁłŃńŇňŐőŒœŘřŚśŞşŠšŤťŮůŰűŸŹźŻżŽž…‘’“”§¶©"

// texLetter is a letter or sign of a text in LaTeX. What pdfLaTeX has no letter for it writes by
// its number, as [U+4E2D], where it would stop; XeLaTeX and LuaLaTeX, which have all that their
// font has, take it as it is.
func texLetter(r rune) string {
	switch m, ok := texSymbols[r]; {
	case ok:
		return "$" + m + "$"
	case r == '\u00a0' || r == '\u202f' || r == '\u2009':
		return "~"
	case r < 0x7f && r >= ' ' || strings.ContainsRune(texLetters, r):
		return string(r)
	case r < ' ' || r == 0x7f:
		return " "
	}
	return fmt.Sprintf(`\ifdefined\Umathchar %c\else[U+%04X]\fi\allowbreak{}`, r, r)
}

// texText escapes text without mark-up. A word that is too long for any line may be broken.
func texText(s string) string {
	const long, piece = 20, 8
	words := strings.Split(s, " ")
	for i, w := range words {
		if letters := []rune(w); len(letters) > long {
			var parts []string
			for part := range slices.Chunk(letters, piece) {
				parts = append(parts, texWord(string(part)))
			}
			words[i] = strings.Join(parts, `\allowbreak{}`)
			continue
		}
		words[i] = texWord(w)
	}
	return strings.Join(words, " ")
}

func texWord(s string) string {
	s = texEscapes.Replace(s)
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x7f || r < ' ' }) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteString(texLetter(r))
	}
	return b.String()
}

// A number as this package writes it: powerOfTen ends before an exponent, as in 10^{−4} or
// 8.08×10^{−4}; negative has none.
var (
	powerOfTen = regexp.MustCompile(`−?(?:(?:\d+(?:\.\d+)?)?×)?10$`)
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
			b.WriteString(texText(s[:at[0]]))
			if at[0] < at[1] {
				b.WriteString("$" + texMath.Replace(s[at[0]:at[1]]) + "$")
			}
			s = s[at[1]:]
		}
	}
	ps := draw.Pieces(s)
	for i := 0; i < len(ps); i++ {
		p := ps[i]
		switch t := texText(p.Text); {
		case p.Math:
			b.WriteString(texFormula(p.Text))
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
