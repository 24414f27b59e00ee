package document

import (
	"fmt"
	"strconv"
	"strings"
)

// A Step leads from a table to one of its values (index < 0), or from a list to one of its
// elements.
type Step struct {
	Key   string
	Index int
}

// ParsePath reads a path such as strategy.local.rate, cluster.group[0].share or
// sweep."strategy.window".
func ParsePath(s string) ([]Step, error) {
	var path []Step
	bad := func(why string) ([]Step, error) {
		return nil, fmt.Errorf("%q is no key: %s; write it as strategy.rate or cluster.group[0].share", s, why)
	}
	for rest := s; ; {
		l := &locator{src: rest, line: 1}
		l.space()
		k, ok := l.key()
		if !ok {
			return bad("a name is missing")
		}
		path = append(path, Step{k, -1})
		rest = strings.TrimLeft(rest[l.at:], " \t")
		for strings.HasPrefix(rest, "[") {
			num, after, ok := strings.Cut(rest[1:], "]")
			i, err := strconv.Atoi(num)
			if !ok || err != nil || i < 0 {
				return bad("brackets hold the number of an element, from 0")
			}
			path = append(path, Step{"", i})
			rest = after
		}
		if rest == "" {
			return path, nil
		}
		if rest, ok = strings.CutPrefix(rest, "."); !ok {
			return bad("a point is missing before " + strconv.Quote(rest))
		}
	}
}

func PathString(path []Step) string {
	s := ""
	for _, p := range path {
		if p.Index >= 0 {
			s = Element(s, p.Index)
		} else {
			s = Join(s, p.Key)
		}
	}
	return s
}

// prefixes lists the paths that lead to path, itself not included.
func prefixes(path []Step) (ps []string) {
	for i := 1; i < len(path); i++ {
		ps = append(ps, PathString(path[:i]))
	}
	return ps
}

// parent cuts the last step off a path; "" is the whole document.
func parent(path string) string {
	cut, quoted := 0, false
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '.' || c == '['):
			cut = i
		}
	}
	return path[:cut]
}
