package experiments

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/experiments/internal/slurm"
)

const (
	submissionFile = "experiment.json"
	reportText     = "report.txt"
)

// A submission is an experiment that was submitted: nothing else than its folder is needed to go on
// with it.
type submission struct {
	Name    string // of the experiment
	Command string // that was typed, without files and flags: "go run ./experiments/run"
	Program string // that computes, in the folder
	WorkDir string // where it was typed: a relative path in -set is relative to it
	// files, laid over each other; several where a program carries several experiments
	Parts   [][]File
	Options Options
}

// newSubmission is the experiment of a session as it is kept.
func newSubmission(s *Session, x *Experiment) (*submission, error) {
	wd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	k := &submission{Name: x.Name, Command: s.Command, WorkDir: wd, Options: s.Options}
	k.Options.Fresh = false // that is done: what is there from now on is new
	for _, part := range x.parts {
		var files []File
		for _, f := range part {
			name, err := filepath.Abs(f.Name)
			if err != nil {
				return nil, err
			}
			files = append(files, File{name, f.Text})
		}
		k.Parts = append(k.Parts, files)
	}
	return k, nil
}

// openSubmission reads what was submitted in the folder of an experiment, and expands it anew.
func openSubmission(dir string) (*submission, *Experiment, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, nil, err
	}
	var k submission
	file := filepath.Join(slurm.Home(dir), submissionFile)
	switch err := slurm.ReadJSON(file, &k); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, &fault.Error{Place: fault.Place{Arg: "-resume " + prose.Quote(dir)}, Err: fmt.Errorf("there is no %s: want the folder of an experiment that was submitted by -engine slurm; what was computed here goes on by the command that began it", filepath.Join(slurm.Dir, submissionFile))}
	case err != nil:
		return nil, nil, err
	}
	k.Options.Out = filepath.Dir(dir)
	x, err := loadParts(k.Name, k.Parts, k.Options)
	if err != nil {
		return nil, nil, err
	}
	if x.home() != dir {
		return nil, nil, &fault.Error{Place: fault.Place{File: dir}, Err: fmt.Errorf("this folder was renamed: its runs belong into one that is called %s", filepath.Base(x.home()))}
	}
	return &k, x, nil
}

// keep writes the submission and the program that runs now.
func (k *submission) keep(home string) error {
	if err := os.MkdirAll(home, 0o777); err != nil {
		return err
	}
	var err error
	if k.Program, err = slurm.KeepProgram(home); err != nil {
		return err
	}
	return slurm.WriteJSON(filepath.Join(home, submissionFile), k)
}
