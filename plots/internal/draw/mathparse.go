package draw

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
)

// A mathParser reads TeX and sets it as it goes.
type mathParser struct {
	rest   string
	failed bool
	depth  int
}

const script = 0.72 // the size of exponents and indices

// list sets everything up to a closing sign, which is read too; "" is the end of the text.
func (p *mathParser) list(size vg.Length, until string) *formula {
	f := &formula{}
	if p.depth++; p.depth > 20 {
		p.failed = true
	}
	defer func() { p.depth-- }()
	for start := true; !p.failed; {
		p.rest = strings.TrimLeft(p.rest, " ")
		if p.rest == "" {
			p.failed = until != ""
			return f
		}
		if until != "" && strings.HasPrefix(p.rest, until) {
			p.rest = p.rest[len(until):]
			return f
		}
		sign, atom := p.atom(size)
		atom = p.scripts(atom, size)
		gap := vg.Length(0)
		if size == 1 && !start {
			switch {
			case sign != "" && strings.Contains(relations, sign):
				gap = 5. / 18
			case sign != "" && strings.Contains(operators, sign):
				gap = 4. / 18
			}
		}
		f.w += gap
		f.follow(atom)
		f.w += gap
		if sign == "," && size == 1 {
			f.w += 1. / 6
		}
		// A sign after another one, or after a bracket, belongs to what follows.
		start = sign != "" && strings.Contains(relations+operators+"([{,", sign)
	}
	return f
}

// atom sets what comes next, without its exponent; sign is what it is, if it is a sign.
func (p *mathParser) atom(size vg.Length) (sign string, f *formula) {
	f = &formula{}
	r, n := utf8.DecodeRuneInString(p.rest)
	s := p.rest[:n]
	p.rest = p.rest[n:]
	switch {
	case r == '\\':
		return p.command(size)
	case r == '{':
		return "", p.list(size, "}")
	case strings.ContainsRune("^_}$&#~%", r):
		p.failed = true
		return "", f
	case r == '\'':
		s = "′"
	case r == '-':
		s = "−"
	}
	return s, p.sign(s, size)
}

// sign sets a letter slanted, anything else upright.
func (p *mathParser) sign(s string, size vg.Length) *formula {
	f, m := &formula{}, roman
	if s == "∇" {
		f.text(s, drawn, size)
		return f
	}
	r, _ := utf8.DecodeRuneInString(s)
	if unicode.IsLetter(r) && !(unicode.Is(unicode.Greek, r) && unicode.IsUpper(r)) && r != 'ℓ' && r != 'ℏ' {
		m = italic
	}
	if !m.has(s) {
		p.failed = true
	}
	f.text(s, m, size)
	return f
}

// command sets a command with its arguments.
func (p *mathParser) command(size vg.Length) (sign string, f *formula) {
	n := strings.IndexFunc(p.rest, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) })
	if n < 0 {
		n = len(p.rest)
	}
	if n == 0 && p.rest != "" {
		n = 1
	}
	name := p.rest[:n]
	p.rest = p.rest[n:]
	f = &formula{}
	switch {
	case symbols[name] != "":
		s := symbols[name]
		return s, p.sign(s, size)
	case functions[name]:
		f.text(name, roman, size)
		f.w += size / 6
	case name == "frac" || name == "tfrac" || name == "dfrac":
		f = fraction(p.argument(size*script), p.argument(size*script), size)
	case name == "sqrt":
		f = root(p.argument(size), size)
	case accents[name] != "":
		f = accented(p.argument(size), accents[name], size)
	case spaces[name] != 0:
		f.w = vg.Length(spaces[name]) * size
	case name == "left" || name == "right" || name == "displaystyle" || name == "big" || name == "Big":
	default:
		m, ok := upright[name]
		text, open := strings.CutPrefix(strings.TrimLeft(p.rest, " "), "{")
		text, rest, closed := strings.Cut(text, "}")
		if !ok || !open || !closed || text == "" || strings.ContainsAny(text, `\{$`) || !m.has(text) {
			p.failed = true
			return "", f
		}
		p.rest = rest
		f.text(text, m, size)
	}
	return "", f
}

// argument is what stands in braces, or one sign.
func (p *mathParser) argument(size vg.Length) *formula {
	p.rest = strings.TrimLeft(p.rest, " ")
	if p.rest == "" || p.depth > 20 {
		p.failed = true
		return &formula{}
	}
	p.depth++
	_, f := p.atom(size)
	p.depth--
	return f
}

// scripts adds exponents and indices to what they belong to.
func (p *mathParser) scripts(base *formula, size vg.Length) *formula {
	var up, down *formula
	for !p.failed {
		p.rest = strings.TrimLeft(p.rest, " ")
		switch {
		case strings.HasPrefix(p.rest, "^") && up == nil:
			p.rest = p.rest[1:]
			up = p.argument(size * script)
		case strings.HasPrefix(p.rest, "_") && down == nil:
			p.rest = p.rest[1:]
			down = p.argument(size * script)
		default:
			if up == nil && down == nil {
				return base
			}
			return scripted(base, up, down, size)
		}
	}
	return base
}

func scripted(base, up, down *formula, size vg.Length) *formula {
	f := &formula{}
	f.follow(base)
	x, w := base.w, vg.Length(0)
	if up != nil {
		gap := 0.06 * size // a slanted letter leans over
		f.add(up, vg.Point{X: x + gap, Y: max(0.36*size, base.h-0.4*size)})
		w = max(w, up.w+gap)
	}
	if down != nil {
		f.add(down, vg.Point{X: x, Y: -max(0.18*size, base.d-0.1*size)})
		w = max(w, down.w)
	}
	f.w = x + w + 0.03*size
	return f
}

const (
	axis      = 0.25  // the height of fraction lines
	thickness = 0.045 // and theirs
)

func fraction(over, under *formula, size vg.Length) *formula {
	f := &formula{w: max(over.w, under.w) + 0.16*size}
	f.add(over, vg.Point{X: (f.w - over.w) / 2, Y: axis*size + 0.1*size + over.d})
	f.add(under, vg.Point{X: (f.w - under.w) / 2, Y: axis*size - 0.12*size - under.h})
	f.rules = append(f.rules, vg.Rectangle{
		Min: vg.Point{X: 0.04 * size, Y: (axis - thickness/2) * size}, Max: vg.Point{X: f.w - 0.04*size, Y: (axis + thickness/2) * size}})
	return f
}

func root(of *formula, size vg.Length) *formula {
	f := &formula{}
	f.text("√", roman, size)
	x := f.w
	f.add(of, vg.Point{X: x})
	f.w = x + of.w + 0.05*size
	y := max(0.82*size, of.h+0.1*size)
	f.rules = append(f.rules, vg.Rectangle{Min: vg.Point{X: x - 0.02*size, Y: y}, Max: vg.Point{X: f.w, Y: y + thickness*size}})
	f.reach(y+0.08*size, 0)
	return f
}

func accented(base *formula, sign string, size vg.Length) *formula {
	var mark formula
	mark.text(sign, roman, size)
	f := &formula{w: base.w}
	f.add(base, vg.Point{})
	rise := 0 * size // accents of fonts stand above small letters
	for _, l := range base.letters {
		if r, _ := utf8.DecodeRuneInString(l.text); unicode.IsUpper(r) || strings.ContainsRune("βδθλζξbdfhklt", r) {
			rise = 0.2 * size
		}
	}
	f.add(&mark, vg.Point{X: (base.w-mark.w)/2 + 0.06*size, Y: rise})
	return f
}
