package experiments

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/document"
	"staleness/experiments/internal/prose"
	"staleness/experiments/internal/sweep"
	"staleness/internal/params"
	"staleness/internal/testspeed"
	"staleness/sim/record"
)

// A tree is a configuration before it is text: tables of tables.
type tree = map[string]any

// with is a copy of a tree that has value at path; nil takes the key out.
func with(t tree, path string, value any) tree {
	c := document.CopyTree(t).(tree)
	steps, err := document.ParsePath(path)
	if err != nil {
		panic(err)
	}
	if value == nil {
		at := c
		for _, s := range steps[:len(steps)-1] {
			at, _ = at[s.Key].(tree)
		}
		delete(at, steps[len(steps)-1].Key)
		return c
	}
	if err := document.Put(c, steps, document.CopyTree(value)); err != nil {
		panic(err)
	}
	return c
}

// text is the tree as a file.
func text(t tree) string {
	var b strings.Builder
	for _, k := range prose.SortedKeys(t) {
		fmt.Fprintf(&b, "%s = %s\n", document.KeyLiteral(k), document.Literal(t[k]))
	}
	return b.String()
}

// A prober runs configurations, each once.
type prober struct {
	t    *testing.T
	done map[string]outcome
	used map[string]bool // "strategy downpour n_push": changed a record somewhere
	seen map[string]bool // was asked about
	runs int
	// keys of which two words may mean the same here: "problem scale" of data that declare no range
	like []string
}

type outcome struct {
	record string // of all files of the run that its configuration does not make by itself
	err    error  // why it was refused
}

func newProber(t *testing.T) *prober {
	if testspeed.Slower > 1 {
		t.Skip("what keys mean depends on no kernel, and runs of a few steps race with nothing")
	}
	return &prober{t: t, done: map[string]outcome{}, used: map[string]bool{}, seen: map[string]bool{}}
}

// run computes a configuration, or finds it refused. What it writes as its own configuration must
// be that run again.
func (p *prober) run(c tree) outcome {
	p.t.Helper()
	src := text(c)
	if o, ok := p.done[src]; ok {
		return o
	}
	o := p.compute(src)
	p.done[src] = o
	return o
}

func (p *prober) compute(src string) outcome {
	dir, err := os.MkdirTemp(p.t.TempDir(), "run")
	if err != nil {
		p.t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	x, err := Load([]File{{"x.toml", src}}, Options{Out: dir})
	if err != nil {
		if !strings.HasPrefix(err.Error(), "x.toml:") {
			p.t.Errorf("refused without a place: %v\n%s", err, src)
		}
		return outcome{err: err}
	}
	h := sha256.New()
	for _, r := range x.Runs {
		again, err := Load([]File{{"run.toml", r.config.TOML(x.Name, r.Labels)}}, Options{Out: dir})
		if err != nil || again.Runs[0].ID != r.ID {
			p.t.Errorf("run.toml is not that run again: %v\n%s", err, r.config.TOML(x.Name, r.Labels))
		}
	}
	p.runs++
	s := Session{Options: Options{Out: dir}, Stdout: io.Discard, Stderr: io.Discard}
	outcomes, _ := s.Compute(context.Background(), x)
	for i, r := range x.Runs {
		if outcomes[i].Err != nil {
			return outcome{err: outcomes[i].Err}
		}
		files, err := os.ReadDir(r.Dir)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, f := range files {
			if slices.Contains([]string{record.ConfigFile, record.EnvFile}, f.Name()) {
				continue
			}
			b, err := os.ReadFile(filepath.Join(r.Dir, f.Name()))
			if err != nil {
				p.t.Fatal(err)
			}
			b = []byte(strings.ReplaceAll(string(b), r.ID, "")) // a model names its run
			if f.Name() == record.ModelFile {
				b = b[strings.LastIndex(string(b), "\n[")+1:] // and the problem, as run.toml does
			}
			fmt.Fprintf(h, "%s %d %s\n", f.Name(), len(b), b)
		}
	}
	return outcome{record: fmt.Sprintf("%x", h.Sum(nil))}
}

// Key changes one key of a table that stands at a path, and demands that the record changes or that
// the key is refused. Of words and switches every value has to, of numbers one of several.
func (p *prober) key(name string, base tree, at string, k params.KeyDoc, candidates []any) {
	p.t.Helper()
	id := name + " " + k.Key
	p.seen[id] = true
	was := p.run(base)
	if was.err != nil {
		p.t.Errorf("%s: the base is refused: %v", name, was.err)
		return
	}
	path := document.Join(at, k.Key)
	steps, _ := document.ParsePath(path)
	present, _ := document.Get(base, steps)
	each := !slices.ContainsFunc(p.like, func(s string) bool { return strings.HasSuffix(id, s) }) && len(candidates) > 0 && (k.Type == "true or false" || k.In != "" && !strings.ContainsAny(k.In, "[("))
	taken, changed := []any{}, false
	var refusal error
	for _, v := range candidates {
		if params.Literal(v) == params.Literal(present) || present == nil && params.Literal(v) == k.Default {
			continue
		}
		now := p.run(with(base, path, v))
		switch {
		case now.err != nil:
			refusal = now.err
			continue
		case now.record != was.record:
			changed = true
			p.used[id] = true
		default:
			taken = append(taken, v)
			if each {
				p.t.Errorf("%s: %s = %s is accepted and changes nothing of\n%s", name, path, params.Literal(v), text(base))
			}
		}
		if changed && !each {
			return
		}
	}
	if each || changed {
		return
	}
	if len(taken) > 0 {
		p.t.Errorf("%s: %s = %s, each is accepted and changes nothing of\n%s", name, path, params.Literal(taken), text(base))
	} else if refusal == nil {
		p.t.Errorf("%s: no value to try for %s, %s", name, path, k.Type)
	}
}

// values are what to try for a key: valid ones, if its range is, with some that are not.
func values(k params.KeyDoc) (vs []any) {
	d, _ := strconv.ParseFloat(k.Default, 64)
	switch {
	case k.In != "" && !strings.ContainsAny(k.In, "[("):
		for _, v := range strings.Split(k.In, "|") {
			vs = append(vs, v)
		}
	case k.Type == "true or false":
		vs = []any{true, false}
	case strings.HasPrefix(k.Type, "a whole number"):
		for _, n := range []int64{2, 1, 3, 4, int64(d) + 1, int64(d)*2 + 1, 7} {
			vs = append(vs, n)
		}
	case k.Type == "a number":
		for _, x := range []float64{d * 1.5, d / 2, .25, .01, 1e-3, 2.5, 30} {
			vs = append(vs, x)
		}
	case strings.HasPrefix(k.Type, "a duration"):
		for _, x := range []time.Duration{7 * time.Millisecond, time.Millisecond, 15 * time.Millisecond} {
			vs = append(vs, x.String())
		}
	case strings.HasPrefix(k.Type, "a list, each element a number"):
		vs = []any{[]any{.5, .25}, []any{1., 3., 7.}, []any{.5, .25, 2.}, []any{2.}}
	case strings.HasPrefix(k.Type, "a list, each element a whole number"):
		vs = []any{[]any{int64(3)}, []any{int64(4), int64(2)}}
	}
	return vs
}

// modes are the base itself and what it is with each word or switch of the table changed: keys may
// mean something in one and nothing in another.
func (p *prober) modes(base tree, at string, keys []params.KeyDoc) []tree {
	all := []tree{base}
	for _, k := range keys {
		if k.In != "" && !strings.ContainsAny(k.In, "[(") || k.Type == "true or false" {
			for _, v := range values(k) {
				if m := with(base, document.Join(at, k.Key), v); params.Literal(v) != k.Default && p.run(m).err == nil {
					all = append(all, m)
				}
			}
		}
	}
	return all
}

// table changes every key of the table at a path, in each of its modes; special holds values for
// keys that have no obvious ones.
func (p *prober) table(name string, base tree, at string, keys []params.KeyDoc, special map[string][]any) {
	p.t.Helper()
	for i, m := range p.modes(base, at, keys) {
		for _, k := range keys {
			vs, ok := special[k.Key]
			if !ok && len(k.Keys) > 0 {
				if i == 0 {
					p.table(name+" "+k.Key, m, document.Join(at, k.Key), k.Keys, special)
				}
				continue
			}
			if !ok && k.Of != "" {
				continue
			}
			if !ok {
				vs = values(k)
			}
			p.key(name, m, at, k, vs)
		}
	}
}

// end demands that each key changed a record somewhere: without that nothing was tested.
func (p *prober) end(exempt ...string) {
	p.t.Helper()
	for _, id := range prose.SortedKeys(p.seen) {
		if !p.used[id] && !slices.Contains(exempt, id) {
			p.t.Errorf("%s: no value of it changed a record, in whatever mode: refuse it where it means nothing (tag when, method Idle), or give this test values, or a setting, that show what it does; if all refuse it, name it here", id)
		}
	}
	p.t.Logf("%d keys, %d runs", len(p.seen), p.runs)
}

// Every key that is a number says how large it may be; durations end with their type, bandwidths
// and sizes too.
func TestEveryNumberHasAnEnd(t *testing.T) {
	tried := 0
	var walk func(at string, keys []params.KeyDoc)
	walk = func(at string, keys []params.KeyDoc) {
		for _, k := range keys {
			walk(at+"."+k.Key, k.Keys)
			// the data end a batch
			if !strings.Contains(k.Type, "number") || strings.Contains(k.Type, "such as") || k.Key == "batch" {
				continue
			}
			tried++
			for _, in := range strings.Split(k.In, "|") {
				if k.In == "" || strings.HasSuffix(in, ",)") || strings.HasSuffix(in, ",]") {
					t.Errorf("%s.%s, %s, has no upper end: %q", at, k.Key, k.Type, k.In)
				}
			}
		}
	}
	for _, s := range Registries() {
		if s.Name == "figures" { // they draw what is there
			continue
		}
		for _, p := range s.Parts {
			if slices.Contains(ofTests, p.Name) {
				continue
			}
			walk(s.Name+" "+p.Name, p.Keys)
		}
	}
	for _, c := range []any{sweep.Head{}, config.Seeds{}, config.DefaultCluster(), config.DefaultStop(), config.DefaultEval(), config.DefaultRecord(), sweep.DefaultTune(), sweep.GridSpec{}} {
		walk(fmt.Sprintf("%T", c), params.DescribeStruct(c))
	}
	if tried < 150 {
		t.Errorf("only %d numbers", tried)
	}
}
