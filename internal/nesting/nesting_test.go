package nesting

import (
	"strings"
	"testing"
)

// Every way to nest is bounded, whatever stands around it; brackets in strings and comments are
// none.
func TestCheck(t *testing.T) {
	deep := Deepest + 1
	for name, src := range map[string]string{
		"inline tables": "a = " + strings.Repeat("{a = ", deep) + "1" + strings.Repeat("}", deep),
		"lists":         "x = 1\ny = " + strings.Repeat("[", 20000),
		"dotted key":    strings.Repeat("a.", deep) + "a = 1",
		"header":        "[" + strings.Repeat("a.", deep) + "a]\n",
		"tables":        "[[" + strings.Repeat("a.", deep) + "a]]\n",
		"inside header": "[" + strings.Repeat("a.", 20) + "a]\nb = " + strings.Repeat("{a.b = ", 20),
		"dots in each":  "b = " + strings.Repeat("{a.a.a = ", 12),
		"many lines":    "b = " + strings.Repeat("[\n", deep),
		"quoted keys":   "b = " + strings.Repeat(`{"a]" = `, deep),
	} {
		if line, err := Check("# [[[\n" + src); err == nil || line < 2 {
			t.Errorf("%s: line %d, %v", name, line, err)
		}
	}
	for name, src := range map[string]string{
		"strings":  "a = '" + strings.Repeat("[", 99) + "'\nb = \"\\\"" + strings.Repeat("{", 99) + "\"\nc = '''" + strings.Repeat("[\n", 99) + "'''",
		"comments": "# " + strings.Repeat("{", 99),
		"siblings": strings.Repeat("[a.b]\nx = [[1.5, 2.5], [3.5]]\n", 99),
		"numbers":  "a = [" + strings.Repeat("1.5, ", 99) + "]",
		"as deep":  "a = " + strings.Repeat("[", Deepest-1) + strings.Repeat("]", Deepest-1),
		"no TOML":  "]]}} \" [ ",
	} {
		if line, err := Check(src); err != nil {
			t.Errorf("%s: line %d, %v", name, line, err)
		}
	}
}
