package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"staleness/internal/files"
)

// SessionFile keeps, beside the runs, what a session knew of them that is in no record.
const SessionFile = "experiment.json"

// DrawnFile lists, beside the runs, what was drawn of them.
const DrawnFile = "drawn.json"

// A Session is what was known when the runs were computed.
type Session struct {
	Command string     `json:"command"` // computes the experiment, or what is missing of it
	Given   [][]string `json:"given"`   // sets of keys that files and arguments gave
	Runs    []Planned  `json:"runs"`    // that were asked for
}

// A Planned is a run that was asked for.
type Planned struct {
	ID     string `json:"id"`
	Home   string `json:"home,omitempty"` // folder of another experiment that it lies in
	Given  int    `json:"given"`          // which of the sets of keys is its own
	Failed bool   `json:"failed,omitempty"`
	Why    string `json:"why,omitempty"`    // it has no record
	Config string `json:"config,omitempty"` // run.toml of a run that has no record
}

// Give notes the keys that were given to the next run.
func (s *Session) Give(keys []string) (set int) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	if i := slices.IndexFunc(s.Given, func(k []string) bool { return slices.Equal(k, keys) }); i >= 0 {
		return i
	}
	s.Given = append(s.Given, keys)
	return len(s.Given) - 1
}

// Keep writes the session into the folder of the experiment.
func (s *Session) Keep(dir string) error { return keep(filepath.Join(dir, SessionFile), s) }

// ReadSession reads what [Session.Keep] wrote; nil if there is none.
func ReadSession(dir string) (*Session, error) {
	var s Session
	if ok, err := read(filepath.Join(dir, SessionFile), &s); !ok || err != nil {
		return nil, err
	}
	for i := range s.Runs {
		if g := s.Runs[i].Given; g < 0 || g >= len(s.Given) {
			return nil, fmt.Errorf("%s: run %d names a set of keys that is not there", filepath.Join(dir, SessionFile), i)
		}
	}
	return &s, nil
}

// A Drawn is a figure or a table of the experiment's folder.
type Drawn struct {
	Name  string `json:"name"` // of its files
	Kind  string `json:"kind"` // of the figure, or "table"
	Runs  int    `json:"runs"` // that it was drawn of
	Of    string `json:"of"`   // their [Digest]
	Table *Table `json:"table,omitempty"`
}

// KeepDrawn notes what was drawn: what was before stays, unless it has the name of something new,
// and comes after it. It returns all.
func KeepDrawn(dir string, now []Drawn, forget bool) ([]Drawn, error) {
	all := slices.Clone(now)
	if !forget {
		before, err := ReadDrawn(dir)
		if err != nil {
			return nil, err
		}
		for _, d := range before {
			if !slices.ContainsFunc(now, func(n Drawn) bool { return n.Name == d.Name }) {
				all = append(all, d)
			}
		}
	}
	file := filepath.Join(dir, DrawnFile)
	if len(all) == 0 {
		if _, err := os.Lstat(file); err != nil {
			return nil, nil
		}
		return nil, os.Remove(file)
	}
	return all, keep(file, all)
}

// ReadDrawn reads what was drawn of the runs in a folder; nil if nothing was.
func ReadDrawn(dir string) (all []Drawn, err error) {
	_, err = read(filepath.Join(dir, DrawnFile), &all)
	for _, d := range all {
		if filepath.Base(d.Name) != d.Name {
			return nil, fmt.Errorf("%s: %q is no name of a figure", filepath.Join(dir, DrawnFile), d.Name)
		}
	}
	return all, err
}

func keep(file string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	text := string(b) + "\n"
	if old, err := files.Read(file); err == nil && string(old) == text {
		return nil
	}
	return files.Write(file, text)
}

func read(file string, v any) (ok bool, err error) {
	b, err := files.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		return false, fmt.Errorf("%s cannot be read: %w; remove it: the next run or report writes it anew", file, err)
	}
	return true, nil
}
