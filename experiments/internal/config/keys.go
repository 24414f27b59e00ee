// Package config holds one run with nothing left to defaults: its keys, read from a document and
// written again as run.toml; what its run-id hashes; and the configuration that the simulator
// takes, with the problem built once for all runs that share it.
package config

import (
	"errors"
	"fmt"
	"time"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
)

// The structs of this file are the keys of a run that no other package serves;
// docs/configuration.md is generated from them. Keys are fields in snake case.

// Seeds gives seeds apart from the run's own.
type Seeds struct {
	Split   *int64 `in:"[0,9000000000000000000]" doc:"seed of what is held out, of partitions and of synthetic data"`
	Start   *int64 `in:"[0,9000000000000000000]" doc:"seed of the initial point"`
	Batches *int64 `in:"[0,9000000000000000000]" doc:"seed of which samples make a minibatch, and of gradient noise"`
	Delays  *int64 `in:"[0,9000000000000000000]" doc:"seed of compute, network and service times, of faults and of injected staleness"`
}

// Stop says when a run ends: at whichever comes first.
type Stop struct {
	Updates      *int64         `in:"[1,1000000000000000000]" doc:"changes of the center"`
	Pushes       *int64         `in:"[1,1000000000000000000]" doc:"messages that reached the server"`
	Gradients    *int64         `in:"[1,1000000000000000000]" doc:"minibatch gradients computed, by all workers"`
	Epochs       *float64       `in:"(0,1e15]" doc:"samples computed, by all workers, over the size of the training part"`
	Time         *time.Duration `in:"(0,876000h]" doc:"model time"`
	TrainLoss    *float64       `in:"[-1e308,1e308]" doc:"first evaluation with a training loss at or below it"`
	TestAccuracy *float64       `in:"(0,1]" doc:"first evaluation with a test accuracy at or above it"`
	Diverged     float64        `in:"(0,1e308]" doc:"a run has diverged when its loss exceeds this times max(initial loss, 1)"`
}

// Validate wants a reason to end.
func (s Stop) Validate() error {
	if s.Updates == nil && s.Pushes == nil && s.Gradients == nil && s.Epochs == nil && s.Time == nil {
		return errors.New("nothing would end the run; give at least one of updates, pushes, gradients, epochs, time (a target may never be reached)")
	}
	return nil
}

// Eval says when and what to evaluate. Evaluation costs no model time.
type Eval struct {
	Every        *time.Duration `in:"(0,876000h]" doc:"model time between evaluations; there is always one at the start and one at the end"`
	Updates      *int64         `in:"[1,1000000000000000000]" doc:"or: updates between evaluations"`
	Gradients    *int64         `in:"[1,1000000000000000000]" doc:"or: gradients between evaluations"`
	Of           string         `in:"paper|center|average|workers-mean|ensemble" doc:"what is evaluated: what the method's paper does, the center, its running average over updates, the mean of the workers' points, or the mean of the predictions at them"`
	Average      float64        `in:"[0,1]" when:"of=average" doc:"rate of the running average (MVASGD: 0.001); 0: the plain average, 1/(t+1)"`
	TrainSamples int            `in:"[0,2147483647]" doc:"measure the training loss on the first so many samples; 0: all"`
	GradNorm     bool           `doc:"also the norm of the full gradient"`
}

// clocked says whether there are evaluations between the first and the last.
func (e *Eval) clocked() bool { return e.Every != nil || e.Updates != nil || e.Gradients != nil }

// Validate wants one clock.
func (e Eval) Validate() error {
	n := 0
	for _, given := range []bool{e.Every != nil, e.Updates != nil, e.Gradients != nil} {
		if given {
			n++
		}
	}
	if n > 1 {
		return errors.New("every, updates and gradients are three clocks; give one of them")
	}
	return nil
}

// Record says what a run writes beside its evaluations.
type Record struct {
	Updates bool `doc:"write updates.csv, one row per push"`
	Gap     bool `when:"updates" doc:"in it gap, grad_norm and update_norm, which cost a pass over the vector each"`
	Center  bool `when:"updates" doc:"in it the center after each row, x0, x1, ...: for small problems"`
	Trace   bool `doc:"write trace.csv: who computed, sent, queued, was served, waited or was down, from when to when"`
	Model   bool `doc:"write model, what the last evaluation looked at, for experiments/predict"`
}

// defaults of what a file leaves out.
func DefaultStop() Stop     { return Stop{Diverged: 1e6} }
func DefaultEval() Eval     { return Eval{Of: "paper"} }
func DefaultRecord() Record { return Record{Gap: true} }

// sections are the tables of a run, in the order in which they are written.
var sections = []string{"seeds", "problem", "strategy", "consistency", "cluster", "staleness", "stop", "eval", "record"}

// checkSections refuses what no run has.
func checkSections(d *document.Document, others []string) error {
	known := append([]string{"seed", "written"}, sections...)
	for _, k := range prose.SortedKeys(d.Table) {
		found := false
		for _, s := range known {
			found = found || s == k
		}
		if !found {
			all := append(append([]string{}, others...), known...)
			e := &params.Error{Path: document.Join("", k), Problem: "unknown key", Allowed: "known: " + prose.List(all)}
			if n, ok := params.Nearest(k, all); ok {
				e.Allowed = fmt.Sprintf("did you mean %q? %s", n, e.Allowed)
			}
			return d.Fault(k, e)
		}
	}
	return nil
}
