package record

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/BurntSushi/toml"

	"staleness/internal/crew"
	"staleness/internal/files"
	"staleness/internal/nesting"
)

// The files of a run.
const (
	ConfigFile     = "run.toml"
	SummaryFile    = "summary.json"
	EvalFile       = "eval.csv"
	UpdatesFile    = "updates.csv"
	TraceFile      = "trace.csv"
	EnvFile        = "env.txt"
	ModelFile      = "model"
	CheckpointFile = "checkpoint"
	KeptFile       = "state" // of a finished run shortly before its end, if it was to be kept
)

// A Run is a finished run: a folder with a summary.json. Its maps are shared, not copied: read them
// only.
type Run struct {
	Dir string // its folder
	// of the experiment: key name of run.toml, else the name of the folder above
	Name string
	ID   string // run-id: the name of the folder
	// run.toml, as TOML's own types: int64, float64, string, bool, []any, map[string]any
	Config  map[string]any
	Labels  map[string]string // table labels of run.toml: what figures group and facet by
	Summary Summary
}

// Load reads the finished runs in a folder and all folders below it, in the order of their paths.
// Folders without a summary.json (runs under way, and what else lies there) are passed over.
//
// If a summary.json or run.toml is damaged, or a run's folder is a link, the error joins one line
// for each, with file and place, and the runs that could be read are returned all the same. Tables
// and models are read when they are wanted: whether they are whole says [Check] before.
func Load(dir string) ([]Run, error) {
	dirs, links, err := finished(dir)
	if err != nil {
		return nil, err
	}
	runs := make([]Run, len(dirs))
	errs := make([]error, len(dirs))
	var wg crew.Crew
	next := make(chan int)
	for range min(len(dirs), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				runs[i], errs[i] = LoadRun(dirs[i])
			}
		})
	}
	for i := range dirs {
		next <- i
	}
	close(next)
	wg.Wait()
	good := runs[:0]
	for i := range runs {
		if errs[i] == nil {
			good = append(good, runs[i])
		}
	}
	return good, errors.Join(errors.Join(errs...), links)
}

// finished lists the folders that hold a summary.json, in lexical order. links joins an error for
// each link to one.
func finished(dir string) (dirs []string, links, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path != dir {
			return nil // removed by somebody while we walk
		}
		if err != nil {
			return fmt.Errorf("record: %w", err)
		}
		if !d.IsDir() && d.Name() == SummaryFile {
			dirs = append(dirs, filepath.Dir(path))
		}
		if d.Type()&fs.ModeSymlink != 0 {
			if _, err := os.Stat(filepath.Join(path, SummaryFile)); err == nil {
				links = errors.Join(links, fmt.Errorf("record: %s is a symbolic link to the folder of a run: left out; copy the folder instead", path))
			}
		}
		return nil
	})
	return dirs, links, err
}

// LoadRun reads one finished run. The error is fs.ErrNotExist if there is no summary.json.
func LoadRun(dir string) (Run, error) {
	r := Run{Dir: dir, ID: filepath.Base(dir)}
	s, err := ReadSummary(dir)
	if err != nil {
		return Run{}, err
	}
	r.Summary = *s
	file := filepath.Join(dir, ConfigFile)
	text, err := files.Read(file)
	if err != nil {
		return Run{}, fmt.Errorf("record: %w; %s", err, Remedy)
	}
	if line, err := nesting.Check(string(text)); err != nil {
		return Run{}, fmt.Errorf("record: %s:%d: %w; %s", file, line, err, Remedy)
	}
	if _, err := toml.Decode(string(text), &r.Config); err != nil {
		var at toml.ParseError
		if errors.As(err, &at) {
			return Run{}, fmt.Errorf("record: %s:%d: %s; %s", file, at.Position.Line, at.Message, Remedy)
		}
		return Run{}, fmt.Errorf("record: %s: %w; %s", file, err, Remedy)
	}
	if name, ok := r.Config["name"].(string); ok {
		r.Name = name
	} else if abs, err := filepath.Abs(dir); err == nil {
		r.Name = filepath.Base(filepath.Dir(abs))
	}
	r.Labels = map[string]string{}
	if labels, ok := r.Config["labels"].(map[string]any); ok {
		for axis, label := range labels {
			r.Labels[axis] = fmt.Sprint(label)
		}
	}
	return r, nil
}

// ReadSummary reads a run's summary.json alone. The error is fs.ErrNotExist if there is none: the
// run is not finished.
func ReadSummary(dir string) (*Summary, error) {
	file := filepath.Join(dir, SummaryFile)
	b, err := files.Read(file)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	s := new(Summary)
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("record: %s: %w; %s", file, err, Remedy)
	}
	return s, nil
}

// Value is the value of a key of the configuration, such as "strategy.window" or
// "cluster.compute.law".
func (r *Run) Value(key string) (any, bool) {
	var v any = r.Config
	for part := range strings.SplitSeq(key, ".") {
		table, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = table[part]; !ok {
			return nil, false
		}
	}
	return v, true
}

// Evals reads eval.csv.
func (r *Run) Evals() ([]Evaluation, error) { return readFile(r, EvalFile, ReadEvals) }

// Updates reads updates.csv. The error is fs.ErrNotExist if the run did not record its updates.
func (r *Run) Updates() ([]Row, error) { return readFile(r, UpdatesFile, ReadUpdates) }

// Trace reads trace.csv. The error is fs.ErrNotExist if the run did not record it.
func (r *Run) Trace() ([]Interval, error) { return readFile(r, TraceFile, ReadTrace) }

// centerLen is the number of coordinates of the center in updates.csv.
func (r *Run) centerLen() (int, error) {
	file := filepath.Join(r.Dir, UpdatesFile)
	f, err := files.Open(file)
	if err != nil {
		return 0, fmt.Errorf("record: %w", err)
	}
	defer f.Close()
	line, err := readLine(bufio.NewReader(f))
	if err != nil {
		return 0, fmt.Errorf("record: %s:1: %w; %s", file, err, Remedy)
	}
	_, dim, err := parseHeader(line, updateColumns, true)
	if err != nil {
		return 0, fmt.Errorf("record: %s:1: %w; %s", file, err, Remedy)
	}
	return dim, nil
}

// readFile reads a table whole, and compares it with what the summary says of it.
func readFile[R any](run *Run, name string, read func(r io.Reader) ([]R, error)) ([]R, error) {
	file := filepath.Join(run.Dir, name)
	f, err := files.Open(file)
	if err != nil {
		if _, named := run.Summary.Files[name]; named {
			err = fmt.Errorf("%w; %s", err, Remedy)
		}
		return nil, fmt.Errorf("record: %w", err)
	}
	defer f.Close()
	hash := sha256.New()
	rows, err := read(io.TeeReader(f, hash))
	if err != nil {
		return nil, fmt.Errorf("record: %s:%w; %s", file, err, Remedy)
	}
	if want, named := run.Summary.Files[name]; named && hex.EncodeToString(hash.Sum(nil)) != want.SHA256 {
		return nil, fmt.Errorf("record: %w", &Damage{file, errChecksum.Error()})
	}
	return rows, nil
}
