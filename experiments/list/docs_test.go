package main

import (
	"bytes"
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
