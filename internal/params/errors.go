package params

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// An Error is a wrong value or key in a configuration. Whoever knows the file adds name and line of
// Path.
type Error struct {
	Path    string // "strategy.local.rate", "cluster.group[0].share"
	Value   string // what was given, as it would be written; "" if nothing
	Problem string // "unknown key", "is outside (0,)", "want a number"
	Allowed string // what would do, or what was probably meant
	Doc     string // what the key is
	Source  string // where kind and range come from
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Path)
	if e.Value != "" {
		b.WriteString(" = " + e.Value)
	}
	b.WriteString(": " + e.Problem)
	for _, s := range []string{e.Allowed, e.Doc, e.Source} {
		if s != "" {
			b.WriteString("; " + s)
		}
	}
	return b.String()
}

// Errorf is an Error about the key at path, for checks of one's own.
func Errorf(path, format string, args ...any) *Error {
	return &Error{Path: path, Problem: fmt.Sprintf(format, args...)}
}

// At puts path in front of the path of err if it is an *Error, and makes it one if not.
func At(path string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Path: path, Problem: err.Error()}
	}
	c := *e
	switch {
	case c.Path == "":
		c.Path = path
	case path != "" && c.Path[0] == '[':
		c.Path = path + c.Path
	default:
		c.Path = join(path, c.Path)
	}
	return &c
}

func wrong(path string, value any, format string, args ...any) *Error {
	return &Error{Path: path, Value: write(value), Problem: fmt.Sprintf(format, args...)}
}

// wrap is the error of a value that decodes itself.
func wrap(path string, value any, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return At(path, err)
	}
	return wrong(path, value, "%v", err)
}

func unknown(path, problem, name string, known []string) *Error {
	e := &Error{Path: path, Problem: problem, Allowed: "known: " + strings.Join(known, ", ")}
	if len(known) == 0 {
		e.Allowed = "it takes none"
	}
	if n, ok := Nearest(name, known); ok {
		e.Allowed = fmt.Sprintf("did you mean %q? %s", n, e.Allowed)
	}
	return e
}

// withDoc adds what the key is to an error about that very key.
func withDoc(err error, path, doc string) error {
	if e, ok := err.(*Error); ok && e.Doc == "" && (e.Path == path || strings.HasPrefix(e.Path, path+"[")) && !strings.Contains(e.Path[len(path):], ".") {
		c := *e
		c.Doc = doc
		return &c
	}
	return err
}

func fromSource(err error, source string) error {
	if e, ok := err.(*Error); ok && e.Source == "" {
		c := *e
		c.Source = source
		return &c
	}
	return err
}

// write shows a value as a file would have it, cut to a readable length.
func write(value any) string {
	s := ""
	switch v := value.(type) {
	case map[string]any:
		s = "a table"
	case nil:
		s = "nothing"
	case string, []any, float64:
		s = Literal(v)
	default:
		s = fmt.Sprint(value)
	}
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "..."
	}
	return s
}

// AsWritten shows the value of an error about a key of table as it stands there, where what was
// decoded was made from it.
func AsWritten(err error, table map[string]any) error { return asWritten(err, "", table) }

// asWritten shows the value of an error about a key of table, or below it, as it stands there: -1
// for a number that became -1.0.
func asWritten(err error, path string, table map[string]any) error {
	e, ok := err.(*Error)
	if !ok || e.Value == "" {
		return err
	}
	raw, ok := below(table, strings.TrimPrefix(strings.TrimPrefix(e.Path, path), "."))
	if !ok {
		return err
	}
	c := *e
	c.Value = write(raw)
	return &c
}

// below finds the scalar that stands at a path such as "group[0].share".
func below(v any, path string) (any, bool) {
	for _, name := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(at) {
				return nil, false
			}
			v = at[i]
		default:
			return nil, false
		}
	}
	switch v.(type) {
	case nil, map[string]any, []any:
		return nil, false
	}
	return v, true
}

// Nearest is the name among known that name was probably meant to be: at most a third of its
// letters differ.
func Nearest(name string, known []string) (string, bool) {
	best, at := len(name)/3+1, -1
	for i, k := range known {
		if d := distance(strings.ToLower(name), k); d <= best && (at < 0 || d < best) {
			best, at = d, i
		}
	}
	if at < 0 || len(name) > 100 {
		return "", false
	}
	return known[at], true
}

// distance counts the insertions, deletions, substitutions and transpositions of neighbours between
// a and b (Damerau and Levenshtein, each place edited once), hyphen and underscore being the same.
func distance(a, b string) int {
	if len(a) > 100 {
		return len(a)
	}
	a, b = strings.ReplaceAll(a, "_", "-"), strings.ReplaceAll(b, "_", "-")
	var before []int // the row of a[:i-1]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			cost := row[j]
			if a[i] != b[j] {
				cost++
			}
			next[j+1] = min(cost, next[j]+1, row[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
