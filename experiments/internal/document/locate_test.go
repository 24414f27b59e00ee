package document

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

const located = `# a comment = 1
name = "x # no comment"     # [not.a.table]
a.b = 1
"quoted.key" = [1,
  2, # two ]
  [3, {k = 4}]]
text = """
[inner]
x = 1
"""
[problem]
kind = 'mlp'
partition = {kind = "dirichlet", alpha = 0.1}
[cluster.server]
shards = 2
[[cluster.group]]
share = 0.25
[cluster.group.compute]
law = "constant"
[[cluster.group]]
count = 4
[sweep]
"strategy.window" = [1, 4]
`

func TestLocate(t *testing.T) {
	got := locate(located)
	for path, line := range map[string]int{
		"name": 2, "a": 3, "a.b": 3, `"quoted.key"`: 4, `"quoted.key"[1]`: 5, `"quoted.key"[2]`: 6, `"quoted.key"[2][1].k`: 6,
		"text": 7, "problem": 11, "problem.kind": 12, "problem.partition.alpha": 13, "cluster": 14, "cluster.server.shards": 15,
		"cluster.group": 16, "cluster.group[0]": 16, "cluster.group[0].share": 17, "cluster.group[0].compute.law": 19,
		"cluster.group[1].count": 21, `sweep."strategy.window"[1]`: 23,
	} {
		if got[path].line != line {
			t.Errorf("%s is on line %d, not %d", path, got[path].line, line)
		}
	}
	if !got["a"].implied || got["problem"].implied || !got["cluster"].implied {
		t.Error("tables that only a dotted key or a header below them makes must be told from those that were written")
	}
	if _, ok := got["inner"]; ok {
		t.Error("a header inside a string was taken for one")
	}
}

// pathsOf lists the paths of everything in a decoded document.
func pathsOf(path string, v any) (ps []string) {
	if path != "" {
		ps = append(ps, path)
	}
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			ps = append(ps, pathsOf(Join(path, k), x)...)
		}
	case []any:
		for i, x := range v {
			ps = append(ps, pathsOf(Element(path, i), x)...)
		}
	case []map[string]any:
		for i, x := range v {
			ps = append(ps, pathsOf(Element(path, i), x)...)
		}
	}
	return ps
}

// checkLocated says what a parser sees in src that locate does not, or the other way round.
func checkLocated(src string) error {
	var doc map[string]any
	if _, err := toml.Decode(src, &doc); err != nil {
		return nil
	}
	spots := locate(src)
	paths := pathsOf("", doc)
	for _, p := range paths {
		// below an empty key the parser loses a level of nested arrays
		if strings.Contains(p, `""`) {
			return nil
		}
	}
	for _, p := range paths {
		s, ok := spots[p]
		if !ok {
			return fmt.Errorf("no place for %s", p)
		}
		if n := strings.Count(src, "\n") + 1; s.line < 1 || s.line > n {
			return fmt.Errorf("%s is on line %d of %d", p, s.line, n)
		}
	}
	if len(paths) != len(spots) {
		for p := range spots {
			if !slices.Contains(paths, p) {
				return fmt.Errorf("%s was found and is not there", p)
			}
		}
	}
	return nil
}

func TestLocateAgreesWithParser(t *testing.T) {
	if err := checkLocated(located); err != nil {
		t.Error(err)
	}
}

// Whatever the parser accepts, locate finds the same paths in.
func FuzzLocate(f *testing.F) {
	f.Add(located)
	f.Add("a = [ {b = 1}, {b = \"\"\"x\"\"\"\"} ]\n['q'.\"\\u0041\"]\nx = 1979-05-27 07:32:00\n")
	f.Add("[[a]]\n[[a.b]]\nc=1\n[[a.b]]\n[[a]]\n[a.d]\n")
	f.Add("0 = ''\n1.\"\" = [[{0 = 0}]]\n")
	f.Add("\xfe\xff0=0")
	f.Add("\xef\xbb\xbfa=0")
	f.Add("x = {a.b = 1, a.c = [[], {}]}\r\ny = '''\r\n'' '''\n")
	f.Fuzz(func(t *testing.T, src string) {
		if err := checkLocated(src); err != nil {
			t.Error(err)
		}
	})
}
