package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"staleness/internal/files"
)

const (
	partial  = ".part" // a table while it grows
	staged   = ".tmp"  // a file that is written whole, before its rename
	previous = ".old"  // the checkpoint before the last one
	bufSize  = 1 << 16
)

// begin returns what it made, last first.
func (w *Writer) begin() (made []string, err error) {
	note := func(name string) {
		if !there(name) {
			made = append([]string{name}, made...)
		}
	}
	var dirs []string
	for d := filepath.Clean(w.plan.Dir); ; d = filepath.Dir(d) {
		dirs = append([]string{d}, dirs...)
		if d == filepath.Dir(d) || d == "." {
			break
		}
	}
	for _, d := range dirs {
		note(d)
	}
	if err := w.disk.mkdirAll(w.plan.Dir); err != nil {
		return made, err
	}
	for _, stale := range append([]string{UpdatesFile + partial, TraceFile + partial, KeptFile + staged}, checkpoints...) {
		if err := w.removeIfThere(stale); err != nil {
			return made, err
		}
	}
	note(w.path(ConfigFile))
	note(w.path(ConfigFile + staged))
	if err := replace(w.disk, w.path(ConfigFile), w.plan.Config); err != nil {
		return made, err
	}
	for _, t := range w.tables() {
		note(w.path(t.name + partial))
		t.f, err = w.disk.open(w.path(t.name+partial), os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
		if err != nil {
			return made, err
		}
	}
	w.evals.buf = appendHeader(nil, w.evalCols, 0)
	if w.plan.Updates {
		w.updates.buf = appendHeader(nil, w.upCols, w.plan.Center)
	}
	if w.plan.Trace {
		w.trace.buf = appendHeader(nil, traceColumns, 0)
	}
	return made, nil
}

func there(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

func (w *Writer) removeIfThere(name string) error {
	if err := w.disk.remove(w.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// replace writes a whole file beside its final name and renames it.
func replace(d disk, path string, content ...[]byte) error {
	if err := stage(d, path, content...); err != nil {
		return err
	}
	return d.rename(path+staged, path)
}

// stage writes a whole file beside its final name.
func stage(d disk, path string, content ...[]byte) error {
	f, err := d.open(path+staged, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	for _, b := range content {
		if err == nil {
			_, err = f.Write(b)
		}
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		d.remove(path + staged)
	}
	return err
}

// WriteConfig replaces the run.toml of a run, for instance because its labels changed, which are no
// part of the run-id.
func WriteConfig(dir string, config []byte) error { return rewrite(dir, ConfigFile, config) }

// WriteSummary replaces the summary.json of a finished run: when sources were edited that have no
// part in it, its build changes alone.
func WriteSummary(dir string, s *Summary) error {
	text, err := s.encode()
	if err != nil {
		return fmt.Errorf("record: %s: %w", SummaryFile, err)
	}
	return rewrite(dir, SummaryFile, text)
}

// rewrite replaces a file of a finished run.
func rewrite(dir, name string, text []byte) error {
	d, path := osDisk{}, filepath.Join(dir, name)
	err := files.Ours(path)
	if err == nil {
		err = stage(d, path, text)
	}
	if err == nil {
		err = d.syncFiles(path + staged)
	}
	if err == nil {
		err = d.rename(path+staged, path)
	}
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Untidy says whether the folder of a finished run holds what a crash in the last moments of its
// computation left.
func Untidy(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return leftover(e.Name()) })
}

// Tidy removes that. It is for whoever knows that nobody computes this run. What cannot be removed
// stays: it is harmless.
func Tidy(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if leftover(e.Name()) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

func leftover(name string) bool {
	return slices.Contains(checkpoints, name) || strings.HasSuffix(name, partial) || strings.HasSuffix(name, staged)
}

// Forget makes the run in a folder one that was never finished nor begun. Its tables stay until it
// is computed again.
func Forget(dir string) error {
	for _, name := range append([]string{SummaryFile, KeptFile}, checkpoints...) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("record: %w", err)
		}
	}
	return nil
}

// Ours refuses what stands in the place of a run's folder and is none, such as a link to one: it
// would be written through. Likewise what is no regular file under the name of a file of a run. A
// folder that is not there is as good as an empty one.
func Ours(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return nil // whoever makes it finds out
	}
	const move = "the folder of a run belongs there; move it away, or choose another folder with -out"
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("record: %w", &files.Foreign{Name: dir, What: "is a symbolic link", Do: move})
	case !info.IsDir():
		return fmt.Errorf("record: %w", &files.Foreign{Name: dir, What: "is no folder", Do: move})
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if OfRun(e.Name()) && !e.Type().IsRegular() {
			if err := files.Ours(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("record: %w", err)
			}
		}
	}
	return nil
}

// OfRun says whether a file of a run is, or was on its way to be, called so.
func OfRun(name string) bool {
	for _, suffix := range []string{partial, staged, previous} {
		name = strings.TrimSuffix(name, suffix)
	}
	return slices.Contains([]string{ConfigFile, SummaryFile, EvalFile, UpdatesFile, TraceFile, EnvFile, ModelFile, CheckpointFile, KeptFile}, name)
}
