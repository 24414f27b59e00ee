// Package measured reads durations that somebody measured: the trace of a run, or any CSV by the
// names of its columns.
package measured

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"staleness/experiments/internal/fit"
	"staleness/internal/files"
	"staleness/internal/params"
	"staleness/sim/record"
)

// Columns say how a CSV is read.
type Columns struct {
	Worker string // whose time it is; "": nobody's in particular, or as the format has it
	Value  string // the time; "": as the format has it
	Unit   string // ns, us, ms, s, m, h; "": as the format has it, else s
	Skip   int    // the first so many times of each worker are left out
}

// Units are seconds.
var Units = map[string]float64{"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}

// A Source is what was read.
type Source struct {
	File     string
	What     string // in words
	Sample   fit.Sample
	Unit     string
	Trace    []record.Interval // of a trace
	Cut      int               // computations that were cut short, and left out
	Relative bool              // only ratios of the times count
	PerItem  bool              // times are of one sample of a batch
	Speeds   []float64         // bytes per second, of clients of which they were measured
}

// A format is a CSV that is known by its columns.
type format struct {
	what          string
	has           []string
	worker, value string
	unit          string
	relative      bool
	perItem       bool
	speed         string // kbit/s
}

// formats are those known.
var formats = []format{
	{what: "mini-batch times of workers of one job (cluster-trace-gpu-v2020)", has: []string{"worker", "time", "batch_time_norm"},
		worker: "worker", value: "batch_time_norm", unit: "ms", relative: true},
	{what: "capacities of clients (FedScale): ms for a sample, kbit/s", has: []string{"computation", "communication"},
		value: "computation", unit: "ms", perItem: true, speed: "communication"},
	{what: "durations", has: []string{"worker", "seconds"}, worker: "worker", value: "seconds", unit: "s"},
}

// Read reads a file, or the trace of the run in a folder. Errors begin with the place.
func Read(name string, c Columns) (*Source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return readRun(name, c)
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(name, f, c)
}

func readRun(dir string, c Columns) (*Source, error) {
	r, err := record.LoadRun(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no finished run: give the folder that holds its %s, or a CSV file", dir, record.SummaryFile)
	} else if err != nil {
		return nil, err
	}
	rows, err := r.Trace()
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: the run has no %s: run it with record.trace = true", dir, record.TraceFile)
	} else if err != nil {
		return nil, err
	}
	if c.Value != "" || c.Worker != "" || c.Unit != "" {
		return nil, fmt.Errorf("%s: -worker, -value and -unit are for CSV files; the trace of a run needs none", dir)
	}
	return ofTrace(filepath.Join(dir, record.TraceFile), rows, r.Summary.VirtualTimeS, c)
}

// ofTrace takes the whole computations of a trace, as far as they ended before the end of the run.
func ofTrace(name string, rows []record.Interval, end float64, c Columns) (*Source, error) {
	s := &Source{File: name, What: "computations of a recorded trace", Unit: "s", Trace: rows}
	at := map[int64]int{}
	for i, r := range rows {
		if err := sound(&r); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+2, err)
		}
		if r.Kind != record.Compute || r.EndS > end {
			continue
		}
		if r.Update < 0 {
			s.Cut++
			continue
		}
		k, ok := at[r.Worker]
		if !ok {
			k = len(s.Sample.Workers)
			at[r.Worker] = k
			s.Sample.Workers = append(s.Sample.Workers, fit.Series{Name: strconv.FormatInt(r.Worker, 10)})
		}
		s.Sample.Workers[k].Times = append(s.Sample.Workers[k].Times, r.EndS-r.StartS)
	}
	slices.SortFunc(s.Sample.Workers, func(a, b fit.Series) int { return natural(a.Name, b.Name) })
	return s, s.skip(c.Skip)
}

// sound says what is wrong with an interval.
func sound(r *record.Interval) error {
	switch {
	case math.IsNaN(r.StartS) || math.IsNaN(r.EndS) || math.IsInf(r.EndS, 0) || math.IsInf(r.StartS, 0):
		return fmt.Errorf("the interval from %g s to %g s is none", r.StartS, r.EndS)
	case r.StartS < 0:
		return fmt.Errorf("start_s is %g: times are not negative", r.StartS)
	case r.EndS < r.StartS:
		return fmt.Errorf("end_s = %g is before start_s = %g: durations are not negative", r.EndS, r.StartS)
	case !slices.Contains(record.TraceKinds, r.Kind):
		return fmt.Errorf("kind %q is none of %s", r.Kind, strings.Join(record.TraceKinds, ", "))
	case r.Worker < 0:
		return errors.New("an interval belongs to a worker")
	}
	return nil
}

func (s *Source) skip(n int) error {
	for i := range s.Sample.Workers {
		w := &s.Sample.Workers[i]
		w.Times = w.Times[min(n, len(w.Times)):]
	}
	s.Sample.Workers = slices.DeleteFunc(s.Sample.Workers, func(w fit.Series) bool { return len(w.Times) == 0 })
	if len(s.Sample.Workers) == 0 {
		if n > 0 {
			return fmt.Errorf("%s: nothing is left after the first %d times of each worker: give a smaller -skip", s.File, n)
		}
		return fmt.Errorf("%s: there are no durations in it", s.File)
	}
	return nil
}

// read reads a CSV, which may be compressed.
func read(name string, in io.Reader, c Columns) (*Source, error) {
	br := bufio.NewReaderSize(in, 1<<16)
	if magic, _ := br.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		br = bufio.NewReaderSize(z, 1<<16)
	}
	all, err := io.ReadAll(br)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	head, _, _ := bytes.Cut(all, []byte("\n"))
	if slices.Equal(header(string(head)), names(record.TraceColumns())) && c.Value == "" {
		rows, err := record.ReadTrace(bytes.NewReader(all))
		if err != nil {
			return nil, fmt.Errorf("%s:%w", name, err)
		}
		return ofTrace(name, rows, math.Inf(1), c)
	}
	return readTable(name, all, c)
}

func names(cols []record.Column) (out []string) {
	for _, c := range cols {
		out = append(out, c.Name)
	}
	return out
}

// header are the names in the first line of a CSV.
func header(line string) []string {
	fields := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "\ufeff"), "\r"), ",")
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return fields
}

// choose finds the columns: those that were named, else those of a format that is known.
func choose(name string, head []string, c Columns) (f format, err error) {
	for _, k := range formats {
		if c.Value == "" && !slices.ContainsFunc(k.has, func(h string) bool { return !slices.Contains(head, h) }) {
			f = k
			break
		}
	}
	if f.value == "" {
		if f.value = c.Value; f.value == "" {
			return f, fmt.Errorf("%s:1: which column holds the times? Give it by -value; there are %s", name, strings.Join(head, ", "))
		}
		f.what, f.unit = "column "+strconv.Quote(f.value), "s"
	}
	if c.Worker != "" {
		f.worker = c.Worker
	}
	if c.Unit != "" {
		f.unit = c.Unit
	}
	if f.perItem && f.worker == "" {
		for _, h := range []string{"client", "client_id", "id"} {
			if slices.Contains(head, h) {
				f.worker = h
			}
		}
	}
	for _, want := range []struct{ column, flag string }{{f.value, "-value"}, {f.worker, "-worker"}} {
		if want.column != "" && !slices.Contains(head, want.column) {
			e := fmt.Sprintf("%s:1: %s %s: there is no such column; there are %s", name, want.flag, want.column, strings.Join(head, ", "))
			if near, ok := params.Nearest(want.column, head); ok {
				e += fmt.Sprintf(": did you mean %q?", near)
			}
			return f, errors.New(e)
		}
	}
	if _, ok := Units[f.unit]; !ok {
		return f, fmt.Errorf("-unit %s is none of ns, us, ms, s, m, h", f.unit)
	}
	return f, nil
}

// readTable reads any CSV with a header.
func readTable(name string, all []byte, c Columns) (*Source, error) {
	r := csv.NewReader(bytes.NewReader(all))
	r.ReuseRecord = true
	head, err := r.Read()
	if err == io.EOF {
		return nil, fmt.Errorf("%s:1: the file is empty: its first line names the columns", name)
	} else if err != nil {
		return nil, fmt.Errorf("%s:%w", name, place(err))
	}
	head = header(strings.Join(head, ","))
	f, err := choose(name, head, c)
	if err != nil {
		return nil, err
	}
	s := &Source{File: name, What: f.what, Unit: f.unit, Relative: f.relative, PerItem: f.perItem}
	find := func(column string) int {
		if column == "" {
			return -1 // a header may well have a name that is empty
		}
		return slices.Index(head, column)
	}
	value, worker, speed := find(f.value), find(f.worker), find(f.speed)
	at := map[string]int{}
	for n := 0; ; n++ {
		row, err := r.Read()
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%s:%w", name, place(err))
		}
		line, _ := r.FieldPos(0)
		x, err := number(row[value], f.value)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		if speed >= 0 {
			y, err := number(row[speed], f.speed)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, line, err)
			}
			s.Speeds = append(s.Speeds, y*1000/8)
		}
		who := ""
		if worker >= 0 {
			who = strings.Clone(strings.TrimSpace(row[worker]))
		} else if f.perItem {
			who = strconv.Itoa(n)
		}
		k, ok := at[who]
		if !ok {
			k = len(s.Sample.Workers)
			at[who] = k
			s.Sample.Workers = append(s.Sample.Workers, fit.Series{Name: who})
		}
		w := &s.Sample.Workers[k]
		w.Times = append(w.Times, x*Units[f.unit])
	}
	slices.SortStableFunc(s.Sample.Workers, func(a, b fit.Series) int { return natural(a.Name, b.Name) })
	return s, s.skip(c.Skip)
}

// place puts the line of an error of package csv in front.
func place(err error) error {
	if e := new(csv.ParseError); errors.As(err, &e) {
		return fmt.Errorf("%d: %w", e.Line, e.Err)
	}
	return fmt.Errorf(" %w", err)
}

// number is a time.
func number(text, column string) (float64, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%s is %q: want a number", column, text)
	case x < 0:
		return 0, fmt.Errorf("%s is %g: times are not negative", column, x)
	case math.IsNaN(x) || math.IsInf(x, 0):
		return 0, fmt.Errorf("%s is %g: want a finite number", column, x)
	}
	return x, nil
}

// natural compares names as numbers if they are.
func natural(a, b string) int {
	x, err1 := strconv.ParseInt(a, 10, 64)
	y, err2 := strconv.ParseInt(b, 10, 64)
	if err1 == nil && err2 == nil {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	return strings.Compare(a, b)
}
