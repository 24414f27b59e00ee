package experiments

import (
	"bytes"
	"strings"
	"testing"

	"staleness/internal/params"
)

// The page's own example runs.
func TestConfigurationExample(t *testing.T) {
	_, example, ok := strings.Cut(introduction, "```toml\n")
	example, _, end := strings.Cut(example, "```")
	if !ok || !end {
		t.Fatal("the page has no example")
	}
	x, err := Load([]Source{{"example.toml", example}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Runs) != 9 || len(x.drawings) != 1 {
		t.Errorf("%d runs and %d figures", len(x.Runs), len(x.drawings))
	}
}

// Every registered part, with its documented defaults, is shown by list and explained in the manual.
func TestListAndManualShowEverything(t *testing.T) {
	var all bytes.Buffer
	if status := ListMain(nil, &all, &all); status != Done {
		t.Fatal(status)
	}
	manual := Configuration()
	n := 0
	for _, s := range shelves() {
		if len(s.parts) == 0 {
			t.Errorf("there are no %s", s.name)
		}
		for _, p := range s.parts {
			n++
			if !strings.Contains(all.String(), "  "+p.Name+"\n") || !strings.Contains(manual, "\n### "+p.Name+"\n") {
				t.Errorf("%s %s is not shown", s.name, p.Name)
			}
			var one bytes.Buffer
			if status := ListMain([]string{p.Name}, &one, &one); status != Done || !strings.Contains(one.String(), "  "+p.Name+"\n") {
				t.Errorf("list %s: %d", p.Name, status)
			}
			check(t, manual, p.Keys)
		}
	}
	if n < 40 {
		t.Errorf("only %d parts", n)
	}
	var e bytes.Buffer
	if status := ListMain([]string{"nosuchthing"}, &e, &e); status != Usage {
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
