package experiments

import (
	"fmt"
	"strconv"
	"strings"
)

// A step leads from a table to one of its values (index < 0), or from a list to one of its elements.
type step struct {
	key   string
	index int
}

// parsePath reads a path such as strategy.local.rate, cluster.group[0].share or sweep."strategy.window".
func parsePath(s string) ([]step, error) {
	var path []step
	bad := func(why string) ([]step, error) {
		return nil, fmt.Errorf("%q is no key: %s; write it as strategy.rate or cluster.group[0].share", s, why)
	}
	for rest := s; ; {
		l := &locator{src: rest, line: 1}
		l.space()
		k, ok := l.key()
		if !ok {
			return bad("a name is missing")
		}
		path = append(path, step{k, -1})
		rest = strings.TrimLeft(rest[l.at:], " \t")
		for strings.HasPrefix(rest, "[") {
			num, after, ok := strings.Cut(rest[1:], "]")
			i, err := strconv.Atoi(num)
			if !ok || err != nil || i < 0 {
				return bad("brackets hold the number of an element, from 0")
			}
			path = append(path, step{"", i})
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

func pathString(path []step) string {
	s := ""
	for _, p := range path {
		if p.index >= 0 {
			s = element(s, p.index)
		} else {
			s = joinKey(s, p.key)
		}
	}
	return s
}

// prefixes lists the paths that lead to path, itself not included.
func prefixes(path []step) (ps []string) {
	for i := 1; i < len(path); i++ {
		ps = append(ps, pathString(path[:i]))
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

// put stores value at path, making the tables on the way.
func put(table map[string]any, path []step, value any) error {
	var at any = table
	for i, s := range path {
		last := i == len(path)-1
		here := pathString(path[:i])
		if s.index >= 0 {
			list, ok := at.([]any)
			if !ok {
				return fmt.Errorf("%s is no list", here)
			}
			if s.index >= len(list) {
				return fmt.Errorf("%s has %d elements, no [%d]", here, len(list), s.index)
			}
			if last {
				list[s.index] = value
			}
			at = list[s.index]
			continue
		}
		t, ok := at.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is no table: it can have no key %q", here, s.key)
		}
		if last {
			t[s.key] = value
			return nil
		}
		if t[s.key] == nil {
			t[s.key] = map[string]any{}
		}
		at = t[s.key]
	}
	return nil
}

// get is what stands at path.
func get(table map[string]any, path []step) (v any, ok bool) {
	v = table
	for _, s := range path {
		if list, isList := v.([]any); isList && s.index >= 0 && s.index < len(list) {
			v = list[s.index]
			continue
		}
		t, isTable := v.(map[string]any)
		if !isTable || s.index >= 0 {
			return nil, false
		}
		if v, ok = t[s.key]; !ok {
			return nil, false
		}
	}
	return v, true
}

// treePaths lists the paths of everything in a value that stands at path, itself included.
func treePaths(path string, v any) []string {
	ps := []string{path}
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			ps = append(ps, treePaths(joinKey(path, k), x)...)
		}
	case []any:
		for i, x := range v {
			ps = append(ps, treePaths(element(path, i), x)...)
		}
	}
	return ps
}
