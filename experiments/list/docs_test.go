package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"staleness/experiments"
	"staleness/internal/params"
)

// The page's own example runs.
func TestConfigurationExample(t *testing.T) {
	_, example, ok := strings.Cut(introduction, "```toml\n")
	example, _, end := strings.Cut(example, "```")
	if !ok || !end {
		t.Fatal("the page has no example")
	}
	x, err := experiments.Load([]experiments.File{{Name: "example.toml", Text: example}}, experiments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Runs) != 9 {
		t.Errorf("%d runs", len(x.Runs))
	}
}

// Every registered part, with its documented defaults, is shown by list and explained in the
// manual.
func TestListAndManualShowEverything(t *testing.T) {
	var all bytes.Buffer
	if status := list(nil, &all, &all); status != experiments.Done {
		t.Fatal(status)
	}
	manual := Configuration()
	n := 0
	for _, s := range experiments.Registries() {
		if len(s.Parts) == 0 {
			t.Errorf("there are no %s", s.Name)
		}
		for _, p := range s.Parts {
			n++
			if !strings.Contains(all.String(), "  "+p.Name+"\n") || !strings.Contains(manual, "\n### "+p.Name+"\n") {
				t.Errorf("%s %s is not shown", s.Name, p.Name)
			}
			var one bytes.Buffer
			if status := list([]string{p.Name}, &one, &one); status != experiments.Done || !strings.Contains(one.String(), "  "+p.Name+"\n") {
				t.Errorf("list %s: %d", p.Name, status)
			}
			check(t, manual, p.Keys)
		}
	}
	if n < 40 {
		t.Errorf("only %d parts", n)
	}
	var e bytes.Buffer
	if status := list([]string{"nosuchthing"}, &e, &e); status != experiments.Usage {
		t.Errorf("exit status %d", status)
	}
}

func check(t *testing.T, manual string, keys []params.KeyDoc) {
	for _, k := range keys {
		if !strings.Contains(manual, k.Key+"`") || !strings.Contains(manual, cell(k.Doc)) {
			t.Errorf("the manual does not explain %s: %s", k.Key, k.Doc)
		}
	}
}

// What several parts share is explained once in the section of their kind, and every part names all
// of its keys, with those defaults that are its own.
func TestCommonKeysStandOnce(t *testing.T) {
	manual := Configuration()
	for _, s := range experiments.Registries() {
		_, section, _ := strings.Cut(manual, "\n## "+strings.ToUpper(s.Name[:1])+s.Name[1:]+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		head, common, has := strings.Cut(section, "\n### Common keys of "+s.Name+"\n")
		common, _, _ = strings.Cut(common, "\n### ")
		if has && strings.Contains(head, "###") {
			t.Errorf("%s: the common keys come after parts", s.Name)
		}
		rows := map[string]int{}
		for _, m := range regexp.MustCompile("(?m)^\\| `([^`]*)` \\| [^|]* \\| (.*?) \\|").FindAllStringSubmatch(section, -1) {
			if rows[m[1]+": "+m[2]]++; rows[m[1]+": "+m[2]] > 2 && !strings.Contains(common, "| `"+m[1]+"` |") {
				t.Errorf("%s: %s is explained again and again: %s", s.Name, m[1], m[2])
			}
		}
		for _, p := range s.Parts {
			_, text, _ := strings.Cut(section, "\n### "+p.Name+"\n")
			text, _, _ = strings.Cut(text, "\n### ")
			for _, k := range p.Keys {
				if !strings.Contains(text, "`"+k.Key+"`") {
					t.Errorf("%s %s does not name its key %s:\n%s", s.Name, p.Name, k.Key, text)
				}
			}
		}
	}
	for _, once := range []string{"a line above the figure;", "decoupled weight decay", "reads are monotone", "a share of the training part, held out", "the mean m;"} {
		if n := strings.Count(manual, once); n != 1 {
			t.Errorf("%q stands there %d times", once, n)
		}
	}
}

// A default that differs from part to part stands at each of them; a name that means several
// things is common in one of these.
func TestSharedRows(t *testing.T) {
	part := func(name string, keys ...params.KeyDoc) params.Description {
		return params.Description{Name: name, Keys: keys}
	}
	rate := func(def string) params.KeyDoc {
		return params.KeyDoc{Key: "rate", Doc: "step", Default: def, Type: "a number"}
	}
	other := params.KeyDoc{Key: "rate", Doc: "of a bank", Type: "a number"}
	parts := []params.Description{
		part("a", rate("1")), part("b", rate("2")), part("c", rate("2")), part("d", rate("1")), part("e", other), part("f", other), part("g", other),
	}
	rows := sharedRows(parts)
	if len(rows) != 1 || !rows[0].differs || !slices.Equal(rows[0].of, []string{"a", "b", "c", "d"}) {
		t.Fatalf("%v", rows)
	}
	for _, c := range []struct {
		part int
		want string
	}{{1, "`rate` (2)"}, {4, "| `rate` |"}} {
		var b strings.Builder
		writePart(&b, parts[c.part], rows, "Common")
		if !strings.Contains(b.String(), c.want) {
			t.Errorf("%s, want %s", b.String(), c.want)
		}
	}
}

// Words are looked for in names, keys and texts, whatever their case, and it is said where they
// stand; nothing found is a mistake, with what was perhaps meant.
func TestSearch(t *testing.T) {
	for _, c := range []struct {
		words  []string
		status int
		want   []string // in this order
		not    string
		said   string
	}{
		{[]string{"asgd"}, experiments.Done, []string{"STRATEGIES: kind", "\n  asgd\n", "\n  dc-asgd\n", "FOUND IN KEYS"}, "\n  sync\n", ""},
		{[]string{"Heterogeneous"}, experiments.Done, []string{"LAWS: law", "\n  heterogeneous\n"}, "\n  gamma\n", ""},
		{[]string{"hermans"}, experiments.Done, []string{"FOUND IN KEYS AND TEXTS", "  agn, of the strategies\n      source: Hermans"}, "STRATEGIES:", ""},
		{[]string{"server_rate"}, experiments.Done, []string{"  asgd, of the strategies\n      key server_rate = 1.0  multiplies"}, "STRATEGIES:", ""},
		{[]string{"bandwidth"}, experiments.Done, []string{"  [cluster], of the tables of an experiment\n", "      key up.bandwidth = \"unlimited\"  of the worker's link"}, "", ""},
		{[]string{"cluster"}, experiments.Done, []string{"TABLES OF AN EXPERIMENT", "  [cluster]\n", "workers = 1"}, "\n  [stop]\n", ""},
		{[]string{"delay-compensated"}, experiments.Done, []string{"  dc-asgd, of the strategies\n      text: "}, "", ""},
		{[]string{"worker's own"}, experiments.Done, []string{"      key local = "}, "", ""},
		{[]string{"laws"}, experiments.Done, []string{"LAWS: law", "\n  gamma\n"}, "\n  asgd\n", ""},
		{[]string{"gamma", "nosuchthing"}, experiments.Done, []string{"\n  gamma\n"}, "", "nothing says nosuchthing; without"},
		{[]string{"gama"}, experiments.Usage, nil, "", "near to it: gamma"},
		{[]string{"windw"}, experiments.Usage, nil, "", "near to it: window"},
		{[]string{"nosuchthing"}, experiments.Usage, nil, "", "nothing says nosuchthing; without"},
		{[]string{" "}, experiments.Usage, nil, "", "has letters"},
		{[]string{"asgd", "-docs"}, experiments.Usage, nil, "", "leave out asgd"},
		{[]string{"asgd", "-nosuch"}, experiments.Usage, nil, "", "-nosuch"},
	} {
		var out, said strings.Builder
		status := list(c.words, &out, &said)
		rest := "\n" + out.String()
		for _, w := range c.want {
			i := strings.Index(rest, w)
			if i < 0 {
				t.Errorf("%q: no %q in order:\n%s", c.words, w, &out)
				break
			}
			rest = rest[i:]
		}
		if status != c.status || c.not != "" && strings.Contains(out.String(), c.not) || !strings.Contains(said.String(), c.said) || c.said == "" && said.Len() > 0 {
			t.Errorf("%q: exit status %d: %s\n%s", c.words, status, &said, &out)
		}
		if status == experiments.Usage && out.Len() > 0 {
			t.Errorf("%q: shows %s", c.words, &out)
		}
	}
}
