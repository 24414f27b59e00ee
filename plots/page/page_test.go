package page

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/plots"
	"staleness/plots/internal/made"
	"staleness/sim/record"
)

// labels hold whatever may stand in one.
var labels = []string{`a & b < c > d \ $x_1^2$ % _ # { } "quoted" 'so'`, "Ελληνικά λ=½", "漢字とかな", strings.Repeat("very long ", 12), strings.Repeat("unbroken", 20), "</script><script>alert(1)</script>"}

// odd is the page of an experiment with odd labels in which runs diverged, failed and are missing.
func odd(t testing.TB) *Page {
	t.Helper()
	var ms []made.Run
	for i, label := range labels {
		for seed := uint64(1); seed <= 2; seed++ {
			r := made.Run{
				Labels: map[string]string{"method": label}, Seed: seed, Rows: made.Training(seed, 0.1+0.02*float64(i), 0.3, 0.1, 20),
				Config: map[string]any{
					"problem.kind": "mlp", "problem.hidden": []any{int64(8)}, "problem.precision": "float32", "strategy.kind": "asgd", "strategy.rate": 0.1 + float64(i), "cluster.workers": int64(4),
					"cluster.compute": map[string]any{"law": "exponential", "mean": "10ms"}, "cluster.server.nic": "unlimited", "cluster.server.shards": int64(1), "stop.updates": int64(400),
				},
				Finish: func(s *record.Summary) { s.Reason = "400 updates" },
			}
			if i == 1 {
				r.Rows, r.Status = made.BlowUp(r.Rows, 6), record.Diverged
				r.Finish = func(s *record.Summary) { s.Reason = "the loss is not finite" }
			}
			if i == 2 && seed == 2 {
				r.Finish = func(s *record.Summary) { s.Build, s.Reason = "b2", "400 updates" }
			}
			ms = append(ms, r)
		}
	}
	runs := made.Store(t, ms)
	p := pageOf(t, runs)
	p.draw1(t, "convergence", "loss", map[string]any{"group": "method"})
	p.draw1(t, "convergence", "wide", map[string]any{"group": "method", "facet": "seed", "width": "page"})
	table, err := plots.DecodeTable("table[0]", map[string]any{"name": "pivot", "rows": "strategy.rate", "columns": []any{"strategy.kind", "train_loss", "test_accuracy", "seeds"}})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := table.Make(runs)
	if err != nil {
		t.Fatal(err)
	}
	p.Drawn = append(p.Drawn, Drawn{Name: "pivot", Kind: "table", Runs: len(runs), Of: p.Of, Table: TableOf(sheet)})
	for i, status := range []string{record.Failed, plots.Missing} {
		r := runs[i]
		r.Dir, r.ID, r.Labels = filepath.Join(p.Dir, status), status, map[string]string{"method": status + " <one>"}
		r.Summary = *record.NewSummary()
		r.Summary.Status, r.Summary.Seed = status, 1
		p.Runs = append(p.Runs, r)
		p.Why[r.Dir] = "because of a <bug> & no more"
	}
	if err := os.WriteFile(filepath.Join(p.Dir, "against-the other.html"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	p.Warnings = []string{"2 of 14 runs left out: <so>."}
	p.Session = &Session{Command: `go run ./experiments/run 'a&b.toml' -set 'x="<1>"'`, Given: [][]string{{"strategy.rate", "cluster.workers"}}}
	return p
}

// pageOf is the page of runs in one folder.
func pageOf(t testing.TB, runs []record.Run) *Page {
	t.Helper()
	p := &Page{Name: `odd <b> & "so"`, Dir: t.TempDir(), Runs: runs, Why: map[string]string{}, Redraw: "go run ./experiments/report odd", Of: Digest(runs)}
	if len(runs) > 0 {
		p.Dir = filepath.Dir(runs[0].Dir)
	}
	return p
}

// draw1 draws a figure of the page's runs.
func (p *Page) draw1(t testing.TB, kind, name string, keys map[string]any) {
	t.Helper()
	keys["kind"] = kind
	fig, err := plots.Decode("figure", keys)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := plots.Draw(t.Context(), fig, p.Runs, p.Dir, name); err != nil {
		t.Fatal(err)
	}
	p.Drawn = append(p.Drawn, Drawn{Name: name, Kind: kind, Runs: len(p.Runs), Of: p.Of})
}

func render(t testing.TB, p *Page) []byte {
	t.Helper()
	b, err := p.Render(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The page says how each run ended and why, whatever stands in labels and reasons, and names every
// default that decides; the same input gives the same bytes.
func TestPage(t *testing.T) {
	p := odd(t)
	b := render(t, p)
	page := string(b)
	for _, want := range []string{
		"14 runs: 10 completed, 2 diverged, 1 failed, 1 missing.", "2 of 14 runs left out: &lt;so&gt;.", "the loss is not finite", "because of a &lt;bug&gt; &amp; no more",
		`a &amp; b &lt; c &gt; d \ $x_1^2$ % _ # { } &#34;quoted&#34; &#39;so&#39;`, labels[1], labels[2], labels[3][:len(labels[3])-1], labels[4], "&lt;/script&gt;",
		"b1 (11 runs); b2 (1 run)", "Workers: 4.", "exponential (mean 10ms)", "<code>cluster.server.nic</code>: unlimited.", `<svg role="img" aria-label="loss"`, `<a href="./against-the%20other.html">against the other</a>`, `href="./loss.pdf"`, "tuning.csv", "What was chosen:", "All trials (11)", "sensitivity of the tuned values",
		"go run ./experiments/run &#39;a&amp;b.toml&#39;", `href="./0000/"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, none := range []string{"<so>", "<bug>", "alert(1)</script>", "ZgotmplZ", "http:", "https:"} {
		if strings.Contains(strings.ReplaceAll(page, "http://www.w3.org/", ""), none) {
			t.Errorf("the page has %q", none)
		}
	}
	if !bytes.Equal(b, render(t, p)) {
		t.Error("two pages of the same runs differ")
	}
}

// Without runs, with none finished, and with all diverged there is a page that says so.
func TestPageOfNothing(t *testing.T) {
	if page := string(render(t, pageOf(t, nil))); !strings.Contains(page, "No runs.") {
		t.Error(page)
	}
	for status, want := range map[string]string{record.Failed: "3 runs: 3 failed.", record.Diverged: "3 runs: 3 diverged."} {
		var ms []made.Run
		for seed := range uint64(3) {
			ms = append(ms, made.Run{Seed: seed, Status: status, Rows: made.BlowUp(made.Training(seed, 0.1, 0.3, 0.1, 20), 5)})
		}
		if page := string(render(t, pageOf(t, made.Store(t, ms)))); !strings.Contains(page, want) || !strings.Contains(page, "Seeds 0 to 2.") {
			t.Errorf("no %q", want)
		}
	}
}

// What takes time is said of the runs in which time passes, what is drawn of the others.
func TestWordsOfBoth(t *testing.T) {
	timed := map[string]any{"cluster": map[string]any{"workers": int64(4), "compute": "10ms", "server": map[string]any{"nic": "1Gbit/s", "service": "1ms", "queue": "rank", "shards": int64(2)}, "up": map[string]any{"latency": "3ms"}}}
	drawn := map[string]any{"cluster": map[string]any{"workers": int64(1)}, "staleness": map[string]any{"law": "constant", "tau": int64(3)}}
	p := pageOf(t, []record.Run{{Dir: "a", Config: timed}, {Dir: "b", Config: drawn}})
	page := string(render(t, p))
	for _, want := range []string{
		"It is injected", "constant (tau 3)", "Workers: 1.", "Workers: 4.", "A gradient takes: 10ms.", "latency 3ms; bandwidth of the worker&#39;s link unlimited", "from the server takes no time",
		"divided into shards: 2.", "in: 1ms; who is next: rank.", "card passes 1Gbit/s, shared", "<code>cluster.down.latency</code>: absent.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, none := range []string{"or none", "<code>cluster.server.nic</code>", "<code>cluster.up.latency</code>"} {
		if strings.Contains(page, none) {
			t.Errorf("there is %q", none)
		}
	}
}

// What is no picture is not let onto the page; ids of two figures do not clash.
func TestInline(t *testing.T) {
	for _, bad := range []string{"", "<svg", "<html></html>", "<svg ><script>x</script></svg>", `<svg ><a onclick="x"/></svg>`, "<svg ><path></svg>"} {
		if got, err := inline([]byte(bad), "f1-", "x"); err == nil {
			t.Errorf("%q came in: %q", bad, got)
		}
	}
	got, err := inline([]byte(`<svg width="72pt" height="36pt"><clipPath id="c"/><g clip-path="url(#c)"><use xlink:href="#c"/><text>id="c"</text></g></svg>`), "f1-", `a"b`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{` id="f1-c"`, "url(#f1-c)", `href="#f1-c"`, `aria-label="a&#34;b"`, `style="width:154px;min-width:77px"`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if err := xml.Unmarshal([]byte(strings.ReplaceAll(string(got), "xlink:", "")), new(struct{})); err != nil {
		t.Error(err)
	}
}

// A page of 200 runs with a figure that has as many lines as any is under 5 MB.
func TestSizeOfPage(t *testing.T) {
	if testing.Short() {
		t.Skip("200 runs are written")
	}
	var ms []made.Run
	for i := range 20 {
		for seed := uint64(1); seed <= 10; seed++ {
			ms = append(ms, made.Run{Labels: map[string]string{"method": fmt.Sprint("method ", i)}, Seed: seed, Rows: made.Training(seed, 0.1+0.01*float64(i), 0.3, 0.1, 100)})
		}
	}
	p := pageOf(t, made.Store(t, ms))
	p.draw1(t, "convergence", "loss", map[string]any{"group": "method"})
	if n := len(render(t, p)); n > 5e6 {
		t.Errorf("the page of 200 runs has %d bytes", n)
	} else {
		t.Logf("%d bytes", n)
	}
}

// What was drawn before stays, after what is new, unless it is to be forgotten.
func TestKeepDrawn(t *testing.T) {
	dir := t.TempDir()
	names := func(ds []Drawn) (s string) {
		for _, d := range ds {
			s += d.Name + d.Of + " "
		}
		return s
	}
	for _, c := range []struct {
		now    []Drawn
		forget bool
		want   string
	}{
		{nil, false, ""},
		{[]Drawn{{Name: "a", Of: "1"}, {Name: "b", Of: "1"}}, false, "a1 b1 "},
		{[]Drawn{{Name: "c", Of: "2"}, {Name: "b", Of: "2"}}, false, "c2 b2 a1 "},
		{nil, false, "c2 b2 a1 "},
		{[]Drawn{{Name: "d", Of: "3"}}, true, "d3 "},
	} {
		all, err := KeepDrawn(dir, c.now, c.forget)
		if err != nil || names(all) != c.want {
			t.Errorf("%q, %v, want %q", names(all), err, c.want)
		}
		if read, err := ReadDrawn(dir); err != nil || names(read) != c.want {
			t.Errorf("read: %q, %v", names(read), err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, DrawnFile), []byte(`[{"name": "../x"}]`), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadDrawn(dir); err == nil || !strings.Contains(err.Error(), "is no name of a figure") {
		t.Error(err)
	}
}
