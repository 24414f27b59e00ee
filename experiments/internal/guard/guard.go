// Package guard runs the body of a command: an interrupt ends it in time, a panic says what to
// report, and what a person is told to type is what was really called.
package guard

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"staleness/experiments/internal/origin"
	"staleness/experiments/internal/prose"
	"staleness/internal/crew"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// Exit statuses of every command.
const (
	Done    = 0   // a diverged run is a result
	Failed  = 1   // a run failed
	Usage   = 2   // wrong usage or configuration
	Bug     = 3   // the program itself is wrong
	Stopped = 130 // interrupted
)

// grace is how long a command that was interrupted has to come to an end of its own: to save what
// is under way. After that it is left, as if it were killed, which it survives. Half a second,
// since the system then needs time as well, to take back the memory of a large run.
var grace = 500 * time.Millisecond

// Run runs a command. Whatever it does, Ctrl-C ends it within a second, with exit status 130; a
// second one ends it at once. A panic, which is a bug in the program, ends it with an exit status
// of its own.
func Run(command string, args []string, stdout, stderr io.Writer, work func(ctx context.Context, stdout, stderr io.Writer) int) int {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupts)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out, said := &outlet{w: stdout}, &outlet{w: stderr}
	done := make(chan int, 1)
	go func() {
		done <- Caught(command, args, said, func() int { return work(ctx, out, said) })
	}()
	select {
	case status := <-done:
		return status
	case <-interrupts:
	}
	signal.Stop(interrupts) // the next one has its usual effect
	cancel()
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case status := <-done:
		if status == Done {
			status = Stopped
		}
		return status
	case <-late.C:
	}
	out.shut()
	said.shut()
	fmt.Fprintf(stderr, "\ninterrupted; what was under way did not stop in time and was left, as by a kill: what is finished, and what it saved, is kept; go on with\n  %s\n", typed(command, args))
	return Stopped
}

// Caught runs f. If it panics, it says so, with what a report of the bug needs.
func Caught(command string, args []string, stderr io.Writer, f func() int) (status int) {
	defer func() {
		if bug := recover(); bug != nil {
			b := crew.Caught(bug)
			if err := Unreadable(b); err != nil {
				fmt.Fprintln(stderr, err)
				status = Usage
				return
			}
			fmt.Fprint(stderr, reportOf(b, typed(command, args)))
			status = Bug
		}
	}()
	return f()
}

// Unreadable is the error of a file that was changed or cut while it was computed on, where that is
// what a panic carries; nil: it is a bug. Data that are read where they lie have no other way out
// of a gradient.
func Unreadable(b *crew.Bug) error {
	if e, ok := b.Value.(*data.Error); ok {
		return e
	}
	return nil
}

// reportOf is what a person is told of a bug, and asked to pass on.
func reportOf(b *crew.Bug, command string) string {
	return fmt.Sprintf("a bug in the program: %v\nPlease report it, with the files that it was given and all of the following:\n  command: %s\n  build %s, %s, %s/%s, kernels %s\n%s\n",
		b.Value, command, origin.Build(), runtime.Version(), runtime.GOOS, runtime.GOARCH, vec.Path(), strings.TrimSpace(b.Stack))
}

// typed is a command as one would type it.
func typed(command string, args []string) string {
	var b strings.Builder
	b.WriteString(command)
	for _, a := range args {
		b.WriteString(" " + prose.Quote(a))
	}
	return b.String()
}

// An outlet is a writer that can be shut: what is left behind says nothing more.
type outlet struct {
	mu   sync.Mutex
	w    io.Writer
	gone bool
}

func (o *outlet) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone {
		return len(p), nil
	}
	return o.w.Write(p)
}

func (o *outlet) shut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gone = true
}

// IsTerminal says whether lines on w can be written over.
func IsTerminal(w io.Writer) bool {
	if o, ok := w.(*outlet); ok {
		w = o.w
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
