package experiments

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/sweep"
)

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.toml")
	if err := os.WriteFile(file, []byte("a = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		files, sets []string
		want        string
	}{
		{[]string{filepath.Join(dir, "none.toml")}, nil, "none.toml: no such file or directory; an experiment is a TOML file"},
		{[]string{file}, []string{"novalue"}, "-set novalue: want key=value"},
		{[]string{file}, []string{"a.b=1"}, `-set a.b=1: a is no table: it can have no key "b"`},
		{[]string{file}, []string{"b[2]=1"}, "-set b[2]=1: b is no list"},
	} {
		if _, err := loadFiles(c.files, c.sets); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v %v gives %v, want %s", c.files, c.sets, err, c.want)
		}
	}
}

// loadFiles reads files and settings as the command does.
func loadFiles(files, sets []string) (*Experiment, error) {
	sources, err := ReadFiles(files)
	if err != nil {
		return nil, err
	}
	return Load(sources, Options{Set: sets})
}

// A setting that an axis replaces in every run is no silent no-op; one that reaches some run is
// fine.
func TestOverriddenSetting(t *testing.T) {
	text := small + "[[axis.m]]\nlabel = \"a\"\nset = {strategy = {kind = \"asgd\"}}\n"
	load := func(text, set string) error {
		_, err := Load([]File{{"x.toml", text}}, Options{Set: []string{set}})
		return err
	}
	err := load(text, "strategy.rate=0.3")
	if want := "-set strategy.rate=0.3: strategy.rate is replaced by axis.m (x.toml:11) in every run"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	text += "[[axis.m]]\nlabel = \"b\"\nset = {\"strategy.order\" = \"pull-commit\"}\n"
	if err := load(text, "strategy.rate=0.3"); err != nil {
		t.Error(err)
	}
	if err := load(text, "axis.m[0].set.strategy.rate=0.3"); err != nil {
		t.Error(err)
	}
}

// Whatever the text, reading it is an error with a place or a list of runs; and a run's own text is
// that run again.
func FuzzConfiguration(f *testing.F) {
	f.Add(small)
	f.Add(mixed)
	f.Add(small + "[sweep]\n\"strategy.rate\" = {log = [1e-3, 1.0], n = 3}\n[[sweep.zip]]\n\"problem.batch\" = [1, 2]\n\"cluster.workers\" = [1, 3]\n")
	f.Add("[problem]\nkind = \"none\"\n[strategy]\nkind = \"easgd\"\nlocal = \"adam\"\n[staleness]\nlaw = \"geometric\"\nmean = 3.0\n[stop]\nupdates = 1\n")
	f.Add("[[figure]]\nkind = \"staleness\"\n[[table]]\ngroup = \"method\"\n" + small)
	f.Add("repeat = 3\n[seeds]\nsplit = 1\n[consistency]\nkind = \"k-sync\"\nextra = 1\n" + small)
	f.Fuzz(func(t *testing.T, src string) {
		// the machine's files are not the fuzzer's
		for _, outside := range []string{"path", "idx", "csv", "libsvm", "cifar", "trace", "/"} {
			if strings.Contains(src, outside) {
				t.Skip("names a file")
			}
		}
		d := document.New()
		if d.Add("x.toml", src) == nil {
			if e, err := sweep.Open(d, "x"); err == nil {
				n, many := 0, errors.New("too many runs for a fuzzer")
				if e.Expand(func(sweep.Variant) error {
					if n++; n > 20 {
						return many
					}
					return nil
				}) == many {
					t.Skip(many)
				}
			}
		}
		x, err := Load([]File{{"x.toml", src}}, Options{})
		if err != nil {
			var c *fault.Error
			if !errors.As(err, &c) || err.Error() == "" {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		for _, r := range x.Runs {
			text := r.config.TOML(x.Name, r.Labels)
			y, err := Load([]File{{"run.toml", text}}, Options{})
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			if len(y.Runs) != 1 || y.Runs[0].ID != r.ID || y.Runs[0].config.TOML(y.Name, y.Runs[0].Labels) != text {
				t.Fatalf("%s becomes %s:\n%s", r.ID, y.Runs[0].ID, text)
			}
		}
	})
}
