package experiments

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/experiments/internal/files"
	"staleness/sim/record"
)

// Whatever is wrong with the folder of a run, a report that does not show it says so, in its status
// and on the page.
func TestEveryRunThatIsLeftOutIsNamed(t *testing.T) {
	file, out := experimentFile(t, "repeat = 2\n"+small)
	if status, said := session(file, "-out", out); status != Done {
		t.Fatal(said)
	}
	sources, err := ReadFiles([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	x, err := Load(sources, Options{Out: out})
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Dir(x.Runs[0].Dir)
	for i, what := range []string{"nothing", "no configuration", "configuration", "no summary", "summary", "link"} {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if err := os.CopyFS(dir, os.DirFS(home)); err != nil {
			t.Fatal(err)
		}
		bad := filepath.Join(dir, x.Runs[1].ID)
		config, summary := filepath.Join(bad, record.ConfigFile), filepath.Join(bad, record.SummaryFile)
		var err error
		switch what {
		case "no configuration":
			err = os.Remove(config)
		case "configuration":
			err = os.WriteFile(config, []byte("x = =\n"), 0o666)
		case "no summary":
			err = os.Remove(summary)
		case "summary":
			err = os.WriteFile(summary, []byte("{}"), 0o666)
		case "link":
			if err = os.Rename(bad, dir+"-moved"); err == nil {
				err = os.Symlink(dir+"-moved", bad)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		status := ReportMain([]string{dir}, &said, &said)
		page, err := os.ReadFile(filepath.Join(dir, files.PageFile))
		if err != nil {
			t.Fatal(err)
		}
		if what == "nothing" {
			if status != Done || strings.Contains(string(page), "left out") {
				t.Errorf("%s: exit status %d: %s", what, status, &said)
			}
			continue
		}
		if status != Failed || !strings.Contains(said.String(), "1 of 2 runs left out: ") || !strings.Contains(string(page), "1 of 2 runs left out: ") {
			t.Errorf("%s: exit status %d: %s", what, status, &said)
		}
	}
}
