package optimizers_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"staleness/internal/params"
	o "staleness/optimizers"
)

// vectorsIn counts the vectors of length d that can be reached from v, each once.
func vectorsIn(v reflect.Value, d int, seen map[uintptr]bool) (n int) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			n = vectorsIn(v.Elem(), d, seen)
		}
	case reflect.Pointer:
		if !v.IsNil() && !seen[v.Pointer()] {
			seen[v.Pointer()] = true
			n = vectorsIn(v.Elem(), d, seen)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			n += vectorsIn(v.Field(i), d, seen)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Float64 {
			if v.Len() < d || seen[v.Pointer()] {
				return 0
			}
			seen[v.Pointer()] = true
			return v.Len() / d
		}
		for i := range v.Len() {
			n += vectorsIn(v.Index(i), d, seen)
		}
	}
	return n
}

// serverMemory is how many vectors as long as the center a server half has at birth, x among them,
// in terms of the number of workers.
func serverMemory(t *testing.T, s o.Strategy[float64]) string {
	t.Helper()
	const d = 1000
	count := func(workers int) int {
		server := s.Server(o.Env[float64]{Workers: workers, ID: -1, Speed: 1, Samples: 100, Batch: 1, X0: make([]float64, d)})
		return vectorsIn(reflect.ValueOf(server), d, map[uintptr]bool{})
	}
	if s.MaxWorkers == 1 {
		return fmt.Sprint(count(1))
	}
	each := count(4) - count(3) // workers of a ring have two neighbours from 3 on
	fixed := count(3) - 3*each
	if got, want := count(7), fixed+7*each; got != want {
		t.Errorf("a server of 7 workers has %d vectors, want %d", got, want)
	}
	switch {
	case each == 0:
		return fmt.Sprint(fixed)
	case each == 1:
		return fmt.Sprintf("M + %d", fixed)
	}
	return fmt.Sprintf("%d M + %d", each, fixed)
}

// waits says whom workers wait for.
func waits(s o.Strategy[float64]) string {
	switch c := s.Consistency; {
	case s.Peers:
		if _, waits := s.Server(o.Env[float64]{Workers: 2, ID: -1, Speed: 1, X0: make([]float64, 1)}).(o.Dispatcher); waits {
			return "among neighbours"
		}
		return "no"
	case s.MaxWorkers == 1:
		return "one worker"
	case s.Silent:
		return "no: never"
	case c == o.BSP():
		return "yes"
	case c == (o.Consistency{}):
		return "no"
	case c.Limit == 1:
		return "in effect: " + c.String()
	default:
		return "no: " + c.String()
	}
}

// methodRow is what the table says of a method.
func methodRow(t *testing.T, d params.Description) string {
	t.Helper()
	spec, err := o.DefaultSpec(d.Name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.New[float64](spec.Method)
	if err != nil {
		t.Fatal(err)
	}
	var facts o.Facts
	if f, ok := spec.Method.(o.Factual); ok {
		facts = f.Facts()
	}
	rate, momentum := "none", facts.Momentum
	for _, k := range d.Keys {
		switch {
		case k.Key == "rate":
			rate = "`rate`"
		case k.Of == "local optimizer":
			rate = "`" + k.Key + ".rate`"
			if momentum == "" {
				momentum = "as `" + k.Key + "` has"
			}
		}
	}
	or := func(text, none string) string {
		if text == "" {
			return none
		}
		return strings.ReplaceAll(text, "|", `\|`)
	}
	memory := serverMemory(t, s)
	if facts.Memory != "" {
		memory += ", and " + facts.Memory
	}
	up, down := or(facts.Up, "?"), or(facts.Down, "?")
	if s.MaxWorkers == 1 {
		up, down = "-", "-"
	}
	return fmt.Sprintf("| [%s](%s.md) | %s | %s | %s | %s | %s | %s | %s | %s |\n",
		d.Name, d.Name, waits(s), or(facts.Staleness, "no"), or(momentum, "no"), up, down, memory, rate, or(d.Source, "?"))
}

// The table of all methods is what they are and what they state of themselves.
func TestMethodsPages(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("\n| method | synchronous | uses staleness | momentum | up | down | server memory | key of the rate | paper |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, d := range o.Strategies().Describe() {
		rows.WriteString(methodRow(t, d))
	}
	between(t, filepath.Join("..", "docs", "methods", "README.md"), "methods", rows.String())
}

// between fails if a page does not have that text between its marks of that name, or, where pages
// are to be updated, writes it there.
func between(t *testing.T, path, name, want string) {
	t.Helper()
	begin, end := "<!-- "+name+": written by make generate -->", "<!-- end of "+name+" -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s: no table between %q and %q", path, begin, end)
	}
	if table == want {
		return
	}
	if !*updatePages {
		t.Fatalf("%s: the table of %s is not the code's: make generate", path, name)
	}
	if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Error(err)
	}
}

// Every method states what its code does not show, and nothing that its code contradicts.
func TestFacts(t *testing.T) {
	for _, d := range o.Strategies().Describe() {
		spec, err := o.DefaultSpec(d.Name)
		if err != nil {
			t.Fatal(err)
		}
		f, ok := spec.Method.(o.Factual)
		if !ok {
			t.Errorf("%s says nothing of what it sends: give %T a method Facts, in its own file", d.Name, spec.Method)
			continue
		}
		s, err := o.New[float64](spec.Method)
		if err != nil {
			t.Fatal(err)
		}
		facts := f.Facts()
		if facts.Up == "" || facts.Down == "" {
			t.Errorf("%s does not say what goes up and down", d.Name)
		}
		has := func(key string) bool {
			for _, k := range d.Keys {
				if k.Key == key {
					return true
				}
			}
			return false
		}
		if uses := s.Weight != nil || s.Consistency.Limit > 0 || has("weight"); uses && facts.Staleness == "" {
			t.Errorf("%s weighs or refuses by staleness, and says that it does not", d.Name)
		}
		if has("weight") != strings.Contains(facts.Staleness, "`weight`") {
			t.Errorf("%s says of staleness %q; it has a key weight: %v", d.Name, facts.Staleness, has("weight"))
		}
		if has("momentum") != (facts.Momentum != "") {
			t.Errorf("%s says of momentum %q; it has a key momentum: %v", d.Name, facts.Momentum, has("momentum"))
		}
		if s.Silent != (facts.Down == "nothing") {
			t.Errorf("%s gets %q, and workers push: %v", d.Name, facts.Down, !s.Silent)
		}
	}
}

// The count of vectors sees what there is, once.
func TestServerMemory(t *testing.T) {
	x := make([]float64, 1000)
	v := struct {
		a, b  []float64
		short []float64
		all   [][]float64
		p     *struct{ y []float64 }
		i     any
		none  *int
	}{x, x, make([]float64, 7), [][]float64{make([]float64, 1000), x}, &struct{ y []float64 }{make([]float64, 2000)}, make([]float64, 1000), nil}
	if n := vectorsIn(reflect.ValueOf(v), 1000, map[uintptr]bool{}); n != 5 {
		t.Errorf("%d vectors, want 5", n)
	}
}
