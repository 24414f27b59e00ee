package experiments

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"staleness/internal/files"
)

// This file is about the folder "slurm" in the folder of an experiment: all that elements of an array, the job that collects and a
// later -resume need to know.
//
//	experiment.json         files, settings and options of the experiment
//	program-HASH            the program itself: go run removes the one it made
//	report.txt              what is finished, what is missing, and the command to finish
//	round-1/                one submission:
//	    shards.json         which runs each element computes
//	    3.json              these runs in full, for element 3
//	    array.sh, collect.sh
//	    jobs.json           numbers of the jobs
//	    3.log, collect.log  what element 3, and the job that collects, said
//	    3.failed.json       which runs failed in element 3; absent while it has not come to its end
const slurmDir = "slurm"

const (
	submissionFile = "experiment.json"
	reportText     = "report.txt"
	shardsFile     = "shards.json"
	jobsFile       = "jobs.json"
)

// A submission is an experiment that was submitted: nothing else than its folder is needed to go on with it.
type submission struct {
	Name    string     // of the experiment
	Command string     // that was typed, without files and flags: "go run ./experiments/run"
	Program string     // that computes, in the folder
	WorkDir string     // where it was typed: a relative path in -set is relative to it
	Parts   [][]Source // files, laid over each other; several where a program carries several experiments
	Options Options
}

// A round is one job array.
type round struct {
	dir    string
	Shards [][]string // ids of the runs that each element computes
	jobs   roundJobs
}

type roundJobs struct {
	Array   string // number of the array; "" if it was not submitted
	Collect string // of the job that collects
	Build   string // of the sources that compute
	Cluster string `json:",omitempty"` // that the jobs are on; "": the one that commands ask by themselves
}

// A shardRun is a run as an element gets it: nothing else is needed to compute it.
type shardRun struct {
	ID, Point string
	TOML      string // run.toml
}

// An elementReport is what an element leaves about runs that failed.
type elementReport struct {
	Failed []failedRun
}

type failedRun struct{ ID, Name, Error string }

// atHome is the folder of what concerns Slurm, for an experiment in dir.
func atHome(dir string) string { return filepath.Join(dir, slurmDir) }

// newSubmission is the experiment of a session as it is kept.
func newSubmission(s *Session, x *Experiment) (*submission, error) {
	wd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	k := &submission{Name: x.Name, Command: s.Command, WorkDir: wd, Options: s.Options}
	k.Options.Fresh = false // that is done: what is there from now on is new
	for _, part := range x.parts {
		var files []Source
		for _, f := range part {
			name, err := filepath.Abs(f.Name)
			if err != nil {
				return nil, err
			}
			files = append(files, Source{name, f.Text})
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
	file := filepath.Join(atHome(dir), submissionFile)
	switch err := readJSON(file, &k); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, &ConfigError{Place{Arg: "-resume " + quoteShell(dir)}, fmt.Errorf("there is no %s: want the folder of an experiment that was submitted by -engine slurm; what was computed here goes on by the command that began it", filepath.Join(slurmDir, submissionFile))}
	case err != nil:
		return nil, nil, err
	}
	k.Options.Out = filepath.Dir(dir)
	x, err := loadParts(k.Name, k.Parts, k.Options)
	if err != nil {
		return nil, nil, err
	}
	if x.home() != dir {
		return nil, nil, &ConfigError{Place{File: dir}, fmt.Errorf("this folder was renamed: its runs belong into one that is called %s", filepath.Base(x.home()))}
	}
	return &k, x, nil
}

// keep writes the submission and the program that runs now.
func (k *submission) keep(home string) error {
	if err := os.MkdirAll(home, 0o777); err != nil {
		return err
	}
	var err error
	if k.Program, err = keepProgram(home); err != nil {
		return err
	}
	return writeJSON(filepath.Join(home, submissionFile), k)
}

// keepProgram copies the running program into a folder, under a name that tells programs apart: elements that are still queued go on
// with theirs.
func keepProgram(home string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	in, err := os.Open(self)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.OpenFile(filepath.Join(home, fmt.Sprintf("program-%d.tmp", os.Getpid())), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o777)
	if err != nil {
		return "", err
	}
	defer os.Remove(out.Name())
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return "", err
	}
	name := "program-" + hex.EncodeToString(h.Sum(nil)[:6])
	to := filepath.Join(home, name)
	if _, err := os.Stat(to); err == nil {
		return name, nil // whole, for it got its name by a rename
	}
	return name, os.Rename(out.Name(), to)
}

// rounds reads all rounds, in order.
func rounds(home string) ([]*round, error) {
	var out []*round
	for n := 1; ; n++ {
		r, err := readRound(home, n)
		if errors.Is(err, fs.ErrNotExist) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
}

// readRound reads one round. It is fs.ErrNotExist if there is none.
func readRound(home string, n int) (*round, error) {
	r := &round{dir: filepath.Join(home, "round-"+strconv.Itoa(n))}
	if _, err := os.Stat(r.dir); err != nil {
		return nil, err
	}
	// Whoever was killed between making the folder and writing these files has submitted nothing, or jobs without a number.
	for _, f := range []struct {
		name string
		to   any
	}{{shardsFile, &r.Shards}, {jobsFile, &r.jobs}} {
		if err := readJSON(filepath.Join(r.dir, f.name), f.to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return r, nil
}

// newRound makes the folder of the next round. Of two that try at once each gets one.
func newRound(home string, elements [][]shardRun) (*round, error) {
	ids := make([][]string, len(elements))
	for i, runs := range elements {
		for _, run := range runs {
			ids[i] = append(ids[i], run.ID)
		}
	}
	for n := 1; ; n++ {
		r := &round{dir: filepath.Join(home, "round-"+strconv.Itoa(n)), Shards: ids}
		err := os.Mkdir(r.dir, 0o777)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for i, runs := range elements {
			if err := writeJSON(r.file(i, ".json"), runs); err != nil {
				return nil, err
			}
		}
		return r, writeJSON(filepath.Join(r.dir, shardsFile), ids)
	}
}

func (r *round) number() int {
	n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(r.dir), "round-"))
	if err != nil {
		panic(err) // its name was made here
	}
	return n
}

// jobName is the name of the round's array in the queue, by which it is found again if its number was not noted.
func (r *round) jobName(experiment string) string {
	sum := sha256.Sum256([]byte(r.dir))
	return fmt.Sprintf("%s-%d-%s", experiment, r.number(), hex.EncodeToString(sum[:4]))
}

// file is what an element has in the folder of its round.
func (r *round) file(element int, suffix string) string {
	return filepath.Join(r.dir, strconv.Itoa(element)+suffix)
}

func (r *round) log(element int) string        { return r.file(element, ".log") }
func (r *round) reportFile(element int) string { return r.file(element, ".failed.json") }

// failure is what the report of an element says of a run; nil: there is no report yet, or nothing in it of this run.
func (r *round) failure(element int, id string) (*failedRun, error) {
	var e elementReport
	if err := readJSON(r.reportFile(element), &e); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for i := range e.Failed {
		if e.Failed[i].ID == id {
			return &e.Failed[i], nil
		}
	}
	return nil, nil
}

func readJSON(file string, to any) error {
	b, err := files.Read(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, to); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func writeJSON(file string, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	return files.Write(file, b.String())
}
