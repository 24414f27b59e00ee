package experiments

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/files"
	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/prose"
	"staleness/internal/crew"
	disk "staleness/internal/files"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/optimizers"
	"staleness/plots"
	"staleness/plots/page"
	"staleness/sim/record"
)

// present says in a short table what came out, whatever else was drawn, and writes the page. loaded
// are the runs that have a record, drawn is what was made of them.
func (s *Session) present(ctx context.Context, x *Experiment, outcomes []Outcome, loaded []record.Run, drawn []page.Drawn) error {
	home := x.Runs[0].home()
	if _, err := os.Stat(home); err != nil {
		return nil // nothing was begun
	}
	p := newPage(home)
	p.Scheme, p.Session, p.Of = x.scheme, s.remember(x, outcomes), page.Digest(loaded)
	at := map[string]record.Run{}
	for _, r := range loaded {
		at[r.Dir] = r
	}
	for i, r := range x.Runs {
		run, ok := at[r.Dir]
		if !ok {
			run = lacking(r.planned(), outcomes[i].Err != nil)
			p.Why[r.Dir] = p.Session.Runs[i].Why
		}
		p.Runs = append(p.Runs, run)
	}
	if err := p.Session.Keep(home); err != nil {
		return err
	}
	if n := further(home, p.Runs); n > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("The folder holds %s more, which this experiment did not ask for; experiments/report shows all.", prose.Count(n, "finished run")))
	}
	if x.report != nil {
		drawn = append(drawn, drawnBeside(home, drawn, loaded)...)
	}
	showOutcome(s.Stdout, p)
	return writePage(ctx, s.Stdout, p, drawn, s.Only)
}

// keepPlan notes which runs are asked for before the first is computed, so that a report of a sweep
// that was ended halfway misses none.
func (s *Session) keepPlan(x *Experiment, outcomes []Outcome) error {
	if x != s.whole {
		return nil
	}
	return s.remember(x, outcomes).Keep(x.Runs[0].home())
}

// remember is what a session knows that will be in no record.
func (s *Session) remember(x *Experiment, outcomes []Outcome) *page.Session {
	home := x.Runs[0].home()
	kept := &page.Session{Command: s.rebuild(x)}
	given, texts := make([][]string, len(x.Runs)), make([]string, len(x.Runs))
	crew.Each(len(x.Runs), func(i int) {
		r := x.Runs[i]
		if given[i] = givenOf(r); outcomes[i].Summary == nil {
			texts[i] = r.config.TOML(r.Experiment, r.Labels)
		}
	})
	for i, r := range x.Runs {
		of := page.Planned{ID: r.ID, Given: kept.Give(given[i]), Config: texts[i]}
		if r.home() != home {
			of.Home = filepath.Base(r.home())
		}
		if err := outcomes[i].Err; outcomes[i].Summary == nil {
			if of.Failed, of.Why = err != nil, "not computed"; of.Failed {
				of.Why = firstLine(err)
			}
		}
		kept.Runs = append(kept.Runs, of)
	}
	return kept
}

// rebuild is the command that computes an experiment wherever its sources are. Where the results
// lie is no part of it, for what lies there is the same everywhere.
func (s *Session) rebuild(x *Experiment) string {
	c := guard.FromSources("go run ./experiments/run")
	inputs := x.inputs
	// gone on with by a job, which has the files only
	if inputs == "" && strings.HasSuffix(c, "/run") {
		for _, part := range x.parts {
			for _, f := range part {
				inputs += " " + prose.Quote(f.Name)
			}
		}
	}
	o := Options{Set: s.Set, Out: "results"}
	return strings.TrimSpace(c+" "+strings.TrimSpace(inputs)) + o.arguments()
}

// givenOf are the keys of a run that files and arguments give; a list is one.
func givenOf(r *PlannedRun) (keys []string) {
	tables := []string{"problem", "strategy", "consistency", "cluster", "staleness", "stop", "eval", "record", "seeds"}
	for _, path := range r.config.Doc.Leaves() {
		table, _, _ := strings.Cut(path, ".")
		key, _, _ := strings.Cut(path, "[")
		if slices.Contains(tables, table) && (len(keys) == 0 || keys[len(keys)-1] != key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// lacking is a run of which there is no record.
func lacking(r record.Run, failed bool) record.Run {
	seed := r.Summary.Seed
	r.Summary = *record.NewSummary()
	r.Summary.Seed, r.Summary.Status = seed, plots.Missing
	if failed {
		r.Summary.Status = record.Failed
	}
	return r
}

// further is how many finished runs a folder holds beside those.
func further(home string, runs []record.Run) (n int) {
	known := map[string]bool{}
	for i := range runs {
		known[filepath.Clean(runs[i].Dir)] = true
	}
	entries, err := os.ReadDir(home)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if dir := filepath.Join(home, e.Name()); e.IsDir() && !known[dir] && holdsRun(dir) {
			n++
		}
	}
	return n
}

// showOutcome is the short table of what came out.
func showOutcome(w io.Writer, p *page.Page) {
	o, err := p.Scheme.Outcome(p.Runs)
	if err != nil {
		fmt.Fprintf(w, "what came out cannot be tabulated: %v\n", err)
		return
	}
	fmt.Fprintf(w, "\n%s\n", o.Text("all are in "+filepath.Join(p.Dir, files.PageFile)))
	if decided := p.Decided(80); decided != "" {
		fmt.Fprintf(w, "%s\n\n", decided)
	}
}

// drawnBeside are figures in a folder that a program drew by itself.
func drawnBeside(home string, drawn []page.Drawn, runs []record.Run) (more []page.Drawn) {
	entries, _ := os.ReadDir(home)
	before, _ := page.ReadDrawn(home)
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".svg")
		if !ok {
			continue
		}
		is := func(d page.Drawn) bool { return d.Name == name }
		if i := slices.IndexFunc(before, is); i >= 0 && before[i].Kind != "" || slices.ContainsFunc(drawn, is) {
			continue
		}
		more = append(more, page.Drawn{Name: name, Runs: len(runs), Of: page.Digest(runs)})
	}
	return more
}

// newPage is a page of a folder, before it is known what is on it.
func newPage(home string) *page.Page {
	return &page.Page{
		Name: filepath.Base(home), Dir: home, Why: map[string]string{}, Meaning: meaning,
		Redraw: "go run staleness/experiments/report " + prose.Quote(filepath.Join("results", filepath.Base(home))),
	}
}

// meaning is what the registries say of a kind.
func meaning(section, kind string) string {
	r := map[string]*params.Registry{"problem": nets.Kinds(), "strategy": optimizers.Strategies()}[section]
	if r == nil {
		return ""
	}
	if e, ok := r.Lookup(kind); ok {
		return e.Doc
	}
	return ""
}

// writePage notes what was drawn and writes the page. Unless forget, what was drawn before stays on
// it.
func writePage(ctx context.Context, w io.Writer, p *page.Page, drawn []page.Drawn, forget bool) (err error) {
	if p.Drawn, err = page.KeepDrawn(p.Dir, drawn, forget); err != nil {
		return err
	}
	b, err := p.Render(ctx)
	if err != nil {
		return err
	}
	file := filepath.Join(p.Dir, files.PageFile)
	if old, err := disk.Read(file); err != nil || string(old) != string(b) {
		if err := disk.Write(file, string(b)); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "page: %s\n", file)
	return nil
}

// fill puts on a page what a report knows: the runs that the session asked for, in its order, then
// others; each with its record or, where that lacks, with why.
func fill(p *page.Page, runs []record.Run, out []omission) (err error) {
	if p.Session, err = page.ReadSession(p.Dir); err != nil {
		return err
	}
	p.Of = page.Digest(runs)
	at := map[string]record.Run{}
	for _, r := range runs {
		at[filepath.Clean(r.Dir)] = r
	}
	for _, o := range out {
		p.Why[filepath.Clean(o.dir)] = o.why
	}
	placed := map[string]bool{}
	put := func(dir string, of page.Planned) {
		r, ok := at[dir]
		if !ok {
			if p.Why[dir] == "" {
				p.Why[dir] = of.Why
			}
			if of.Config == "" {
				text, _ := disk.Read(filepath.Join(dir, record.ConfigFile))
				of.Config = string(text)
			}
			if r = lacking(readPlanned(dir, of.Config), of.Failed); strings.HasPrefix(p.Why[dir], damagedWord) {
				r.Summary.Status = plots.Damaged
			}
		}
		placed[dir] = true
		p.Runs = append(p.Runs, r)
	}
	if p.Session != nil {
		for _, of := range p.Session.Runs {
			if of.Home == "" {
				put(filepath.Join(p.Dir, of.ID), of)
			}
		}
	}
	asked := len(p.Runs)
	for _, r := range runs {
		if dir := filepath.Clean(r.Dir); !placed[dir] {
			put(dir, page.Planned{})
		}
	}
	for _, o := range out {
		if dir := filepath.Clean(o.dir); !placed[dir] {
			put(dir, page.Planned{})
		}
	}
	if n := len(p.Runs) - asked; n > 0 && asked > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("The last %s of the list were not asked for by the command that computed the others.", prose.Count(n, "run")))
	}
	return nil
}

// readPlanned is what a run.toml says of a run that has no record; without Config if it cannot be
// read.
func readPlanned(dir, text string) record.Run {
	r := record.Run{Dir: dir, ID: filepath.Base(dir), Labels: map[string]string{}}
	doc := document.New()
	if text == "" || doc.Add(record.ConfigFile, text) != nil {
		return r
	}
	r.Config = doc.Table
	if labels, ok := r.Config["labels"].(map[string]any); ok {
		for k, v := range labels {
			r.Labels[k] = fmt.Sprint(v)
		}
	}
	if seed, ok := r.Config["seed"].(int64); ok {
		r.Summary.Seed = uint64(seed)
	}
	return r
}
