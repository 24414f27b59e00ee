package plotstest

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"staleness/internal/params"
	"staleness/internal/testspeed"
	"staleness/plots"
	"staleness/plots/internal/made"
	"staleness/sim/record"
)

// Kind tests a registered kind of figure by its name. It is drawn, with the defaults, on no run,
// one run, three seeds, runs with strange names, diverged runs, records without a number, a single
// point and huge numbers. Where there is nothing to draw it must say so; what it draws must be
// whole files with the same bytes whenever and in whichever order of the runs they are drawn. Keys
// without a default are chosen by what they are, and by [plots.Exampler].
func Kind(t *testing.T, name string) {
	k := slices.IndexFunc(plots.Kinds(), func(d params.Description) bool { return d.Name == name })
	if k < 0 {
		t.Fatalf("there is no kind of figure %q; is its package imported?", name)
	}
	fig := example(t, plots.Kinds()[k])
	t.Run("keys", func(t *testing.T) { roundTrip(t, fig) })
	for _, s := range sets() {
		t.Run(s.name, func(t *testing.T) {
			if testspeed.Slower > 1 && !s.must {
				t.Skip("without the race detector only: what is little or wrong is drawn by one goroutine")
			}
			files := inspect(t, fig, s)
			if n := bytes.Count(files[".csv"], []byte("\n")); s.must && n < 2 {
				t.Error("the table of its numbers is empty; a mark of one's own tells them by Points")
			}
		})
	}
}

// inspect draws a figure of a set of runs and looks at what comes out.
func inspect(t testing.TB, fig plots.Figure, s set) map[string][]byte {
	t.Helper()
	runs := made.Store(t, s.runs)
	before := content(runs)
	files, err := drawn(t, fig, runs)
	if err != nil {
		unclear(t, err)
		if s.must {
			t.Errorf("of good records: %v", err)
		}
	}
	check(t, files)
	if content(runs) != before {
		t.Errorf("it modifies the runs")
	}
	if s.must && err == nil {
		stays(t, fig, runs, files)
	}
	return files
}

// example is a figure of the kind with all keys that it needs.
func example(t testing.TB, d params.Description) plots.Figure {
	t.Helper()
	if d.Doc == "" {
		t.Errorf("%s says nothing of itself", d.Name)
	}
	table := map[string]any{"kind": d.Name}
	for _, k := range d.Keys {
		if k.Doc == "" {
			t.Errorf("%s.%s says nothing of itself", d.Name, k.Key)
		}
		if k.Required {
			table[k.Key] = "seed"
			if strings.Contains(k.Type, "number") {
				table[k.Key] = 1.5
			}
		}
	}
	for k, v := range plots.Example(d.Name) {
		table[k] = v
	}
	return decode(t, table)
}

func decode(t testing.TB, table map[string]any) plots.Figure {
	t.Helper()
	fig, err := plots.Decode("figure[0]", table)
	if err != nil {
		t.Fatal(err)
	}
	return fig
}

// roundTrip checks that a table comes back from the figure that it made.
func roundTrip(t testing.TB, fig plots.Figure) {
	table := plots.Encode(fig)
	table["where"] = map[string]any{"method": "ASGD", "seed": []any{"1", "2"}}
	if _, err := plots.Decode("figure[0]", table); err != nil && strings.HasPrefix(err.Error(), "figure[0].where: ") {
		delete(table, "where") // the kind is of no runs
	}
	once := plots.Encode(decode(t, table))
	if twice := plots.Encode(decode(t, once)); params.Literal(twice) != params.Literal(once) {
		t.Errorf("%s\nbecomes\n%s", params.Literal(once), params.Literal(twice))
	}
	if plots.Name(fig) != "" {
		t.Errorf("a figure without a name is called %q", plots.Name(fig))
	}
}

// drawn are the files of a figure, by ending.
func drawn(t testing.TB, fig plots.Figure, runs []record.Run) (map[string][]byte, error) {
	t.Helper()
	pic, names, err := plots.Draw(t.Context(), fig, runs, t.TempDir(), "figure")
	if err == nil && len(pic.Notes) == 0 {
		t.Errorf("the caption is without a word of what the marks are: the kind gives Notes")
	}
	files := map[string][]byte{}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Ext(n)] = b
	}
	if want := 5; err == nil && len(files) != want {
		t.Errorf("%d files, want %d", len(files), want)
	}
	return files, err
}

// check looks into the files.
func check(t testing.TB, files map[string][]byte) {
	t.Helper()
	for ext, b := range files {
		switch ext {
		case ".png":
			m, err := png.Decode(bytes.NewReader(b))
			if err != nil || m.Bounds().Dx() < 300 || m.Bounds().Dy() < 100 {
				t.Errorf("%s: %v", ext, err)
			}
		case ".svg":
			for d := xml.NewDecoder(bytes.NewReader(b)); ; {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Errorf("%s: %v", ext, err)
					break
				}
			}
			if n := bytes.Count(b, []byte("<path")); n < 10 {
				t.Errorf("%s: %d paths are less than axes", ext, n)
			}
			if bad := regexp.MustCompile(`.{0,40}(NaN|Inf).{0,40}`).Find(b); bad != nil {
				t.Errorf("%s: %s", ext, bad)
			}
		case ".pdf":
			if !bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.Contains(b, []byte("%%EOF")) {
				t.Errorf("%s is none", ext)
			}
		case ".csv":
			rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
			if err != nil || !bytes.HasPrefix(b, []byte("panel,group,x,y,low,high,seeds,mark")) {
				t.Errorf("the table of its numbers: %v, %q", err, rows)
			}
		case ".txt":
			if len(b) == 0 || bytes.Contains(b, []byte("%!")) {
				t.Errorf("the caption is %q", b)
			}
		}
	}
}

// unclear complains of an error that helps nobody.
func unclear(t testing.TB, err error) {
	t.Helper()
	if own := errors.Unwrap(err); own != nil { // without the name of the figure
		err = own
	}
	if s := err.Error(); len(s) < 20 || strings.Contains(s, "%!") {
		t.Errorf("an error should say what is missing: %q", s)
	}
}

// stays draws again, with the runs in another order, and with a context that has ended.
func stays(t testing.TB, fig plots.Figure, runs []record.Run, files map[string][]byte) {
	t.Helper()
	if err := plots.Check(fig, plots.Plan{Runs: runs}); err != nil {
		t.Errorf("before the runs there is an error, then none: %v", err)
	}
	for _, order := range []string{"again", "in another order"}[min(testspeed.Slower-1, 1):] {
		runs = slices.Clone(runs)
		if order != "again" {
			slices.Reverse(runs)
		}
		again, err := drawn(t, fig, runs)
		if err != nil {
			t.Errorf("drawn %s: %v", order, err)
		}
		for ext, b := range again {
			if !bytes.Equal(b, files[ext]) {
				t.Errorf("drawn %s, %s has other bytes", order, ext)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := plots.Draw(ctx, fig, runs, t.TempDir(), "figure"); !errors.Is(err, context.Canceled) {
		t.Errorf("drawing goes on after its end: %v", err)
	}
}

// content is all that runs say, to compare.
func content(runs []record.Run) string {
	var b strings.Builder
	for _, r := range runs {
		fmt.Fprintf(&b, "%s %v %v %+v %+v\n", r.ID, r.Config, r.Labels, r.Summary, r.Summary.Staleness)
	}
	return b.String()
}
