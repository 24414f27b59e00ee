package config

import (
	"errors"
	"fmt"
	"time"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/sim"
	"staleness/sim/delay"
)

// Faults are what goes wrong in a cluster, and who comes and goes.
type Faults struct {
	Crash   delay.Spec    `doc:"how long a worker is up before it crashes: a law; absent: only listed ones crash"`
	Repair  delay.Spec    `doc:"how long it is down after a crash; absent: for good, or until a listed event"`
	State   string        `in:"lost|kept" doc:"a worker that is back is born anew from what it is sent, or goes on where it stood; the gradient under way is lost in any case"`
	Loss    float64       `in:"[0,1)" doc:"probability that a transmission of a part of a message gets lost"`
	Timeout time.Duration `in:"(0,876000h]" when:"loss" doc:"until a part that is not acknowledged is sent again; doubles with each, to 64 times"`
	Detect  detection     `doc:"from a crash until the consistency no longer counts the worker; \"0s\": at once; \"never\""`
	Event   []FaultEvent  `doc:"what happens at given times"`
}

// FaultEvent happens at a given time.
type FaultEvent struct {
	At     time.Duration `required:"" in:"[0,876000h]" doc:"model time"`
	Worker *int          `in:"[0,1000000]" when:"!server" doc:"to which worker, counted from 0"`
	Server bool          `doc:"or: to the server, which can only pause"`
	Do     string        `required:"" in:"crash|recover|leave|join|pause" doc:"what: a worker whose first event is join is not there before"`
	For    time.Duration `in:"[0,876000h]" when:"do=pause" doc:"how long a pause lasts"`
}

// SetDefaults implements params.Defaulter.
func (f *Faults) SetDefaults() { f.State, f.Timeout = "lost", 200*time.Millisecond }

// crashes says whether any worker can crash.
func (f Faults) crashes() bool {
	for _, e := range f.Event {
		if e.Do == "crash" {
			return true
		}
	}
	return f.Crash != nil
}

// Idle names what is about crashes, if there are none.
func (f Faults) Idle() map[string]string {
	if f.crashes() {
		return nil
	}
	const why = "no worker crashes: give crash, or an event that does"
	return map[string]string{"repair": why, "state": why, "detect": why}
}

// Validate wants something to go wrong.
func (f Faults) Validate() error {
	if !f.crashes() && f.Loss == 0 && len(f.Event) == 0 {
		return errors.New("nothing goes wrong; give crash, loss or event, or leave the table out")
	}
	return nil
}

// Validate wants to know whom it happens to, and how long a pause lasts.
func (e FaultEvent) Validate() error {
	switch {
	case !e.Server && e.Worker == nil:
		return errors.New("to whom? give worker, or server = true")
	case e.Do == "pause" && e.For == 0:
		return params.Errorf("for", `is missing: how long the pause lasts, such as "2s"`)
	}
	return nil
}

// detection is a time, or never.
type detection struct {
	After time.Duration
	Never bool
}

// FromParam decodes a duration or "never".
func (d *detection) FromParam(value any) error {
	if value == "never" {
		*d = detection{Never: true}
		return nil
	}
	var after struct {
		Detect time.Duration `in:"[0,876000h]" doc:"."`
	}
	if err := params.Decode("", map[string]any{"detect": value}, &after); err != nil {
		var e *params.Error
		if errors.As(err, &e) {
			return fmt.Errorf("%s; want %s", e.Problem, d.Wants())
		}
		return err
	}
	*d = detection{After: after.Detect}
	return nil
}

// ToParam is the inverse of FromParam.
func (d detection) ToParam() any {
	if d.Never {
		return "never"
	}
	return d.After.String()
}

// Wants says how it is written.
func (detection) Wants() string { return `a duration such as "1s", or "never"` }

// sim is what the simulator is told; what machines are like is drawn as in the rest of the cluster.
func (f *Faults) sim(workers int, machines, crash, repair stream.Key) *sim.Faults {
	if f == nil {
		return nil
	}
	out := &sim.Faults{Keep: f.State == "kept", Loss: f.Loss, Timeout: f.Timeout, Detect: f.Detect.After}
	if f.Detect.Never {
		out.Detect = sim.Unnoticed
	}
	for w := range workers {
		if f.Crash != nil {
			out.Crash = append(out.Crash, lawOf(f.Crash, w, machines, crash))
		}
		if f.Repair != nil {
			out.Repair = append(out.Repair, lawOf(f.Repair, w, machines, repair))
		}
	}
	deeds := map[string]sim.Deed{"crash": sim.DoCrash, "recover": sim.DoRecover, "leave": sim.DoLeave, "join": sim.DoJoin, "pause": sim.DoPause}
	for _, e := range f.Event {
		at := sim.FaultEvent{At: e.At, Do: deeds[e.Do], Server: e.Server, For: e.For}
		if e.Worker != nil {
			at.Worker = *e.Worker
		}
		out.Events = append(out.Events, at)
	}
	return out
}
