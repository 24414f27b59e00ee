package plots

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"staleness/internal/files"
)

// A trial is a row of tuning.csv.
type trial struct {
	setting        string
	values         map[string]string // of the tuned keys that the setting has
	score, lo, hi  float64           // the criterion: mean, least and largest over its runs
	runs, diverged int
	best, edge     bool
}

// A tuned is a whole tuning.csv, or several that agree in their criterion.
type tuned struct {
	by     string   // the criterion
	keys   []string // that were tuned
	trials []trial
	spread bool // lo and hi are there
}

// tuningOf reads the tables of the tunings of runs, of which there must be one.
func tuningOf(runs []*Run) (*tuned, error) {
	t, folders, err := tunings(runs)
	if err == nil && len(t.trials) == 0 {
		err = fmt.Errorf("there is no tuning.csv beside the runs (%s): an experiment with [tune] writes it", some(folders, ", "))
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// tunings reads the tables of the tunings of runs: those beside their folders.
func tunings(runs []*Run) (t *tuned, folders []string, err error) {
	for _, r := range runs {
		if d := filepath.Dir(r.Dir); !slices.Contains(folders, d) {
			folders = append(folders, d)
		}
	}
	slices.Sort(folders)
	t = &tuned{spread: true}
	for _, d := range folders {
		entries, err := os.ReadDir(d)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, folders, err
		}
		for _, e := range entries {
			name := e.Name()
			if name != "tuning.csv" && !(strings.HasPrefix(name, "tuning-") && strings.HasSuffix(name, ".csv")) {
				continue
			}
			file := filepath.Join(d, name)
			text, err := files.Read(file)
			if err == nil {
				err = t.read(string(text))
			}
			if err != nil {
				return nil, folders, fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	return t, folders, nil
}

// read adds the rows of a table: setting, the tuned keys, the criterion, runs, diverged, best, edge
// and, since they are written, low and high.
func (t *tuned) read(text string) error {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return errors.New("is empty")
	}
	head := rows[0]
	n := slices.Index(head, "runs")
	if n < 3 || head[0] != "setting" || len(head) < n+4 || !slices.Equal(head[n:n+4], []string{"runs", "diverged", "best", "edge"}) {
		return fmt.Errorf("line 1: %q is not the head of the table of a tuning: setting, the tuned keys, the criterion, runs, diverged, best, edge", strings.Join(head, ","))
	}
	if t.by != "" && t.by != head[n-1] {
		return fmt.Errorf("line 1: its criterion is %s, that of another tuning of these runs %s: choose runs by where", head[n-1], t.by)
	}
	t.by = head[n-1]
	for _, k := range head[1 : n-1] {
		if !slices.Contains(t.keys, k) {
			t.keys = append(t.keys, k)
		}
	}
	spread := len(head) >= n+6 && head[n+4] == "low" && head[n+5] == "high"
	t.spread = t.spread && spread
	for i, row := range rows[1:] {
		tr, err := trialOf(head, row, n, spread)
		if err != nil {
			return fmt.Errorf("line %d: %w", i+2, err)
		}
		t.trials = append(t.trials, tr)
	}
	return nil
}

// trialOf is a row whose runs stand in column n.
func trialOf(head, row []string, n int, spread bool) (t trial, err error) {
	t = trial{setting: row[0], values: map[string]string{}, lo: math.NaN(), hi: math.NaN(), best: row[n+2] == "true", edge: row[n+3] == "true"}
	for c := 1; c < n-1; c++ {
		if row[c] != "" {
			t.values[head[c]] = row[c]
		}
	}
	number := func(c int) float64 {
		v, e := strconv.ParseFloat(row[c], 64)
		if e != nil && err == nil {
			err = fmt.Errorf("%s = %q is not a number", head[c], row[c])
		}
		return v
	}
	t.score, t.runs, t.diverged = number(n-1), int(number(n)), int(number(n+1))
	if spread {
		t.lo, t.hi = number(n+4), number(n+5)
	}
	return t, err
}

// of keeps the trials of settings that one of the runs is of.
func (t *tuned) of(runs []*Run) {
	t.trials = slices.DeleteFunc(t.trials, func(tr trial) bool {
		return !slices.ContainsFunc(runs, func(r *Run) bool { return isOf(r, tr.setting) })
	})
}

// isOf says whether a run has what a setting names: "method=AGN, cluster.workers=4".
func isOf(r *Run, setting string) bool {
	for part := range strings.SplitSeq(setting, ", ") {
		key, value, ok := strings.Cut(part, "=")
		if text, has := r.Text(key); ok && has && !same(text, value) {
			return false
		}
	}
	return true
}
