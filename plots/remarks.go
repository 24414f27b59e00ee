package plots

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// caption is what is shown, of how many seeds, and what is in brackets.
func (x *tabulation) caption() string {
	var numbers, keys []string
	for _, m := range x.ms {
		if m.count == nil {
			label := m.label
			switch {
			case x.base >= 0 && x.asRatio(m):
				label = m.labelWithoutUnit()
			case x.base >= 0:
				label = strings.ReplaceAll(label, "(%)", "(% points)")
			}
			numbers = append(numbers, label)
		}
	}
	if numbers == nil {
		numbers = []string{"runs"}
	}
	text := capital(list(numbers))
	for _, k := range x.keys {
		keys = append(keys, x.headOf(k))
	}
	for _, k := range x.across {
		keys = append(keys, x.headOf(k))
	}
	if x.base >= 0 {
		text += ", relative to " + x.Against
	}
	if len(keys) > 0 {
		text += ", by " + list(keys)
	}
	return strings.ReplaceAll(text, "\n", " ") + ": " + x.what()
}

// what says what the numbers are, and what is in brackets.
func (x *tabulation) what() string {
	n := fmt.Sprint(x.seeds.most)
	if x.seeds.least < x.seeds.most {
		n = fmt.Sprintf("%d to %d", x.seeds.least, x.seeds.most)
	}
	what := map[string]string{"t": "mean"}[x.band()]
	if what == "" {
		what = "median"
	}
	of := what + " of "
	if x.base >= 0 {
		ratios, differences := false, false
		for _, m := range x.ms {
			ratios, differences = ratios || m.count == nil && x.asRatio(m), differences || m.count == nil && !x.asRatio(m)
		}
		switch {
		case ratios && differences:
			of += "the ratio, or the difference of what has a unit, over "
		case ratios:
			of += "the ratio over "
		default:
			of += "the difference over "
		}
	} else if x.seeds.most <= 1 {
		return "one seed"
	}
	text := of + n + " " + strings.TrimPrefix(plural(x.seeds.most, "seed", "seeds"), fmt.Sprint(x.seeds.most)+" ")
	if x.base >= 0 && x.seeds.most > 1 {
		text += ", paired"
	}
	switch x.band() {
	case "t":
		text = x.kindOfMean() + strings.TrimPrefix(text, "mean")
		text += "; in brackets: 95 % interval of Student's t"
	case "min-max":
		text += "; in brackets: smallest to largest"
	case "quartiles":
		text += "; in brackets: first to third quartile"
	}
	return text
}

// kindOfMean is geometric where means are of logarithms.
func (x *tabulation) kindOfMean() string {
	var logs, all int
	for _, m := range x.ms {
		if m.count != nil {
			continue
		}
		if all++; x.base >= 0 && x.asRatio(m) || x.base < 0 && m.log {
			logs++
		}
	}
	switch logs {
	case 0:
		return "mean"
	case all:
		return "geometric mean"
	}
	return "mean (geometric of losses, ratios and costs until the target)"
}

// remarks are what is to be known beside the caption.
func (x *tabulation) remarks() (notes []string) {
	if x.Caption != "" {
		notes = append(notes, capital(x.what()))
	}
	// the rest is of colors
	if same, ok := strings.CutPrefix(x.note, "The same in every panel"); ok {
		same, _, _ = strings.Cut(same, ". ")
		notes = append(notes, "The same in every column"+same)
	}
	infinite, robust, diverged := false, false, map[string]bool{}
	var capped, unknown []string
	for i, m := range x.ms {
		x.each(i, func(group, facet int, s *statistic) {
			infinite = infinite || m.sign == "∞" && s.capped+s.gone > 0
			robust = robust || s.robust
			at, n := x.titleOfPlace(group, facet), len(x.runs[group][facet])
			if s.capped > 0 {
				capped = append(capped, fmt.Sprintf("%s: %d of %d", at, s.capped, n))
			}
			if s.unknown > 0 {
				unknown = append(unknown, fmt.Sprintf("%s: %s is known of %d of %d seeds only", at, m.label, n-s.unknown, n))
			}
		})
	}
	for _, c := range x.cells {
		for _, r := range c.runs {
			if r.Diverged() {
				diverged[r.Dir] = true
			}
		}
	}
	if infinite {
		notes = append(notes, "∞: the target is not reached, by half of the seeds or more where it is the median")
	}
	if len(capped) > 0 {
		notes = append(notes, "Censored, having ended before the target: "+some(capped, "; "))
	}
	notes = append(notes, unknown...)
	if len(diverged) > 0 {
		notes = append(notes, fmt.Sprintf("×: diverged, which counts as worse than any value (%s)", plural(len(diverged), "run", "runs")))
	}
	if robust {
		notes = append(notes, "†: the median instead, for some have no number; in brackets the 95 % interval between order statistics, which takes six seeds")
	}
	return append(notes, x.claims()...)
}

// list joins words: a, b and c.
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// capital begins a sentence. A symbol stays what it is.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[n:]); !unicode.IsLetter(next) {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
