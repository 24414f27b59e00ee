package experiments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"staleness/internal/files"
	"staleness/sim/record"
)

// A target is a table that the user wants in a file. It is written over nothing but an earlier one of its kind.
type target struct {
	flag   string   // "-export"
	file   string   // as given
	begins []string // how tables of this kind begin
	inputs []string // what the command reads
	homes  []string // folders of experiments
}

// How the tables that are written on request begin.
var (
	exportBegins     = []string{"run,name,seed,status"}
	predictionBegins = []string{"index,label,prediction", "index,prediction"} // the latter without labels
)

// check refuses a file that may not be written, before anything is computed for it.
func (t *target) check() error {
	err := files.Replaceable(t.file)
	if err == nil {
		err = t.isInput()
	}
	if err == nil {
		err = t.isRecord()
	}
	if err == nil {
		err = t.isOther()
	}
	return t.explain(err)
}

// explain says where a mistake about the file was made.
func (t *target) explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	at := Place{Arg: t.flag + " " + quoteShell(t.file)}
	if f := (*files.Foreign)(nil); errors.As(err, &f) && f.Name == t.file {
		return &ConfigError{at, errors.New(f.Said())}
	}
	var path *os.PathError
	if errors.As(err, &path) {
		err = fmt.Errorf("%w; give another file", path.Err)
	}
	return &ConfigError{at, err}
}

func (t *target) isInput() error {
	here, err := os.Stat(t.file)
	if err != nil {
		return nil
	}
	for _, name := range t.inputs {
		for _, suffix := range []string{"", ".gz", ".bz2"} {
			if in, err := os.Stat(name + suffix); err == nil && os.SameFile(here, in) {
				return fmt.Errorf("is %s, which is read here: give another file", name+suffix)
			}
		}
	}
	return nil
}

// isRecord refuses what the program itself keeps in the folder of an experiment, and in those of its runs, there by now or not.
func (t *target) isRecord() error {
	file, err := filepath.Abs(t.file)
	if err != nil {
		return err
	}
	dir, base := filepath.Split(file)
	for _, home := range t.homes {
		if home, err = filepath.Abs(home); err != nil {
			return err
		}
		ofRun := filepath.Dir(filepath.Clean(dir)) == home && record.OfRun(base)
		ofHome := filepath.Clean(dir) == home && (slices.Contains([]string{drawingsFile, pageFile}, base) || strings.HasPrefix(base, "tuning"))
		if ofRun || ofHome || strings.HasPrefix(base, ".") && (filepath.Clean(dir) == home || filepath.Dir(filepath.Clean(dir)) == home) {
			return fmt.Errorf("is the place of a record in %s: give another file", home)
		}
	}
	return nil
}

func (t *target) isOther() error {
	info, err := os.Stat(t.file)
	if err != nil || info.Size() == 0 {
		return nil
	}
	f, err := files.Open(t.file)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if !slices.ContainsFunc(t.begins, func(b string) bool { return strings.HasPrefix(string(head[:n]), b) }) {
		return fmt.Errorf("is a file that %s did not write: it would be lost; remove it, or give another file", t.flag)
	}
	return nil
}

// write writes the table, whole or not at all.
func (t *target) write(ctx context.Context, write func(io.Writer) error) error {
	if err := t.check(); err != nil {
		return err
	}
	err := files.Replace(t.file, func(f *os.File) error { return write(stopping{ctx, f}) })
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if f := (*files.Foreign)(nil); errors.As(err, &f) {
		return t.explain(err)
	}
	return fmt.Errorf("%s %s: %w", t.flag, t.file, err)
}

// stopping is a writer that gives up when its context ends.
type stopping struct {
	ctx context.Context
	w   io.Writer
}

func (s stopping) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.Write(p)
}

// inputFiles are the files that an experiment is made of, with those of its data.
func (x *Experiment) inputFiles() []string {
	var names []string
	for _, part := range x.parts {
		for _, s := range part {
			names = append(names, s.Name)
		}
	}
	for _, r := range x.all() {
		t := r.config.tables()
		absolute(t["problem"], r.config.dir)
		names = append(names, dataPaths(t["problem"])...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// dataPaths are the files that a table [problem] names.
func dataPaths(problem any) (names []string) {
	p, _ := problem.(map[string]any)
	for _, k := range []string{"data", "test"} {
		if source, ok := p[k].(map[string]any); ok {
			if path, ok := source["path"].(string); ok {
				names = append(names, path)
			}
		}
	}
	return names
}
