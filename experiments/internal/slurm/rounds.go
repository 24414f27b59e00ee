package slurm

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

// This file is about the folder "slurm" in the folder of an experiment: all that elements of an
// array, the job that collects and a later -resume need to know.
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
const Dir = "slurm"

const (
	shardsFile = "shards.json"
	JobsFile   = "jobs.json"
)

// A Round is one job array.
type Round struct {
	Dir    string
	Shards [][]string // ids of the runs that each element computes
	Jobs   RoundJobs
}

type RoundJobs struct {
	Array   string // number of the array; "" if it was not submitted
	Collect string // of the job that collects
	Build   string // of the sources that compute
	// that the jobs are on; "": the one that commands ask by themselves
	Cluster string `json:",omitempty"`
}

// A ShardRun is a run as an element gets it: nothing else is needed to compute it.
type ShardRun struct {
	ID, Point string
	TOML      string // run.toml
}

// An ElementReport is what an element leaves about runs that failed.
type ElementReport struct {
	Failed []FailedRun
}

type FailedRun struct{ ID, Name, Error string }

// Home is the folder of what concerns Slurm, for an experiment in dir.
func Home(dir string) string { return filepath.Join(dir, Dir) }

// KeepProgram copies the running program into a folder, under a name that tells programs apart:
// elements that are still queued go on with theirs.
func KeepProgram(home string) (string, error) {
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

// Rounds reads all rounds, in order.
func Rounds(home string) ([]*Round, error) {
	var out []*Round
	for n := 1; ; n++ {
		r, err := ReadRound(home, n)
		if errors.Is(err, fs.ErrNotExist) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
}

// ReadRound reads one round. It is fs.ErrNotExist if there is none.
func ReadRound(home string, n int) (*Round, error) {
	r := &Round{Dir: filepath.Join(home, "round-"+strconv.Itoa(n))}
	if _, err := os.Stat(r.Dir); err != nil {
		return nil, err
	}
	// Whoever was killed between making the folder and writing these files has submitted nothing,
	// or jobs without a number.
	for _, f := range []struct {
		name string
		to   any
	}{{shardsFile, &r.Shards}, {JobsFile, &r.Jobs}} {
		if err := ReadJSON(filepath.Join(r.Dir, f.name), f.to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return r, nil
}

// NewRound makes the folder of the next round. Of two that try at once each gets one.
func NewRound(home string, elements [][]ShardRun) (*Round, error) {
	ids := make([][]string, len(elements))
	for i, runs := range elements {
		for _, run := range runs {
			ids[i] = append(ids[i], run.ID)
		}
	}
	for n := 1; ; n++ {
		r := &Round{Dir: filepath.Join(home, "round-"+strconv.Itoa(n)), Shards: ids}
		err := os.Mkdir(r.Dir, 0o777)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for i, runs := range elements {
			if err := WriteJSON(r.File(i, ".json"), runs); err != nil {
				return nil, err
			}
		}
		return r, WriteJSON(filepath.Join(r.Dir, shardsFile), ids)
	}
}

func (r *Round) Number() int {
	n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(r.Dir), "round-"))
	if err != nil {
		panic(err) // its name was made here
	}
	return n
}

// JobName is the name of the round's array in the queue, by which it is found again if its number
// was not noted.
func (r *Round) JobName(experiment string) string {
	sum := sha256.Sum256([]byte(r.Dir))
	return fmt.Sprintf("%s-%d-%s", experiment, r.Number(), hex.EncodeToString(sum[:4]))
}

// File is what an element has in the folder of its round.
func (r *Round) File(element int, suffix string) string {
	return filepath.Join(r.Dir, strconv.Itoa(element)+suffix)
}

func (r *Round) Log(element int) string { return r.File(element, ".log") }

func (r *Round) ReportFile(element int) string { return r.File(element, ".failed.json") }

// Failure is what the report of an element says of a run; nil: there is no report yet, or nothing
// in it of this run.
func (r *Round) Failure(element int, id string) (*FailedRun, error) {
	var e ElementReport
	if err := ReadJSON(r.ReportFile(element), &e); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for i := range e.Failed {
		if e.Failed[i].ID == id {
			return &e.Failed[i], nil
		}
	}
	return nil, nil
}

func ReadJSON(file string, to any) error {
	b, err := files.Read(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, to); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func WriteJSON(file string, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	return files.Write(file, b.String())
}
