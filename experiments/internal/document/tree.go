package document

import (
	"fmt"
)

// Normal makes every list a []any and every number an int64 or a float64.
func Normal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = Normal(x)
		}
		return v
	case []any:
		for i, x := range v {
			v[i] = Normal(x)
		}
		return v
	case []map[string]any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = Normal(x)
		}
		return list
	}
	return v
}

func CopyTree(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for k, x := range v {
			c[k] = CopyTree(x)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, x := range v {
			c[i] = CopyTree(x)
		}
		return c
	}
	return v
}

// Put stores value at path, making the tables on the way.
func Put(table map[string]any, path []Step, value any) error {
	var at any = table
	for i, s := range path {
		last := i == len(path)-1
		here := PathString(path[:i])
		if s.Index >= 0 {
			list, ok := at.([]any)
			if !ok {
				return fmt.Errorf("%s is no list", here)
			}
			if s.Index >= len(list) {
				return fmt.Errorf("%s has %d elements, no [%d]", here, len(list), s.Index)
			}
			if last {
				list[s.Index] = value
			}
			at = list[s.Index]
			continue
		}
		t, ok := at.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is no table: it can have no key %q", here, s.Key)
		}
		if last {
			t[s.Key] = value
			return nil
		}
		if t[s.Key] == nil {
			t[s.Key] = map[string]any{}
		}
		at = t[s.Key]
	}
	return nil
}

// Get is what stands at path.
func Get(table map[string]any, path []Step) (v any, ok bool) {
	v = table
	for _, s := range path {
		if list, isList := v.([]any); isList && s.Index >= 0 && s.Index < len(list) {
			v = list[s.Index]
			continue
		}
		t, isTable := v.(map[string]any)
		if !isTable || s.Index >= 0 {
			return nil, false
		}
		if v, ok = t[s.Key]; !ok {
			return nil, false
		}
	}
	return v, true
}

// TreePaths lists the paths of everything in a value that stands at path, itself included.
func TreePaths(path string, v any) []string {
	ps := []string{path}
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			ps = append(ps, TreePaths(Join(path, k), x)...)
		}
	case []any:
		for i, x := range v {
			ps = append(ps, TreePaths(Element(path, i), x)...)
		}
	}
	return ps
}
