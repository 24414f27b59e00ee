package experiments

import (
	"os"
	"path/filepath"
	"testing"

	"staleness/sim/record"
)

// A part that is not of these packages could be made of anything.
func TestSourcesOfOthers(t *testing.T) {
	for _, c := range []struct {
		text string
		told bool
	}{{small, true}, {touching, false}} {
		x, err := Load([]File{{"exp.toml", c.text}}, Options{Out: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if got := sourcesOfRun(x.Runs[0].config); (got != "") != c.told {
			t.Errorf("%q", got)
		}
	}
	_, out := experimentFile(t, "")
	x, err := Load([]File{{"exp.toml", small + "[record]\nmodel = true\n"}}, Options{Out: out})
	if err != nil {
		t.Fatal(err)
	}
	r := x.Runs[0]
	if err := os.MkdirAll(r.Dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.Dir, record.EnvFile), []byte(madeOf(r.config)), 0o666); err != nil {
		t.Fatal(err)
	}
	if (&Session{}).current(r, &record.Summary{Build: "another"}) {
		t.Error("a model of another build is taken for one of this")
	}
}
