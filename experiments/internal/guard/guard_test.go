//go:build !windows

package guard

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"staleness/experiments/internal/origin"
	"staleness/internal/crew"
)

// What does not listen is left, and says nothing more: Ctrl-C ends the command all the same, and
// says how to go on.
func TestInterruptOfWhatDoesNotStop(t *testing.T) {
	defer func(g time.Duration) { grace = g }(grace)
	grace = time.Millisecond
	never, left := make(chan struct{}), make(chan struct{})
	var said bytes.Buffer
	status := Run("go run ./experiments/run", []string{"a b.toml"}, io.Discard, &said, func(_ context.Context, _, stderr io.Writer) int {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Error(err)
		}
		<-never
		fmt.Fprintln(stderr, "too late")
		close(left)
		return Done
	})
	close(never)
	<-left
	if status != Stopped || !strings.HasSuffix(said.String(), "go on with\n  go run ./experiments/run 'a b.toml'\n") {
		t.Errorf("exit status %d: %s", status, &said)
	}
}

// A panic, in whatever goroutine, has an exit status of its own and says what to report.
func TestBugInTheProgram(t *testing.T) {
	for _, work := range []func(){
		func() { panic("boom") },
		func() { crew.Each(3, func(int) { panic("boom") }) },
		func() {
			var c crew.Crew
			c.Go(func() { panic("boom") })
			c.Wait()
		},
	} {
		var said bytes.Buffer
		status := Run("go run ./experiments/run", []string{"x.toml"}, io.Discard, &said, func(context.Context, io.Writer, io.Writer) int {
			work()
			return Done
		})
		for _, want := range []string{"a bug in the program: boom\n", "command: go run ./experiments/run x.toml\n", "build " + origin.Build(), "guard_test.go"} {
			if !strings.Contains(said.String(), want) {
				t.Errorf("want %q in %s", want, &said)
			}
		}
		if status != Bug {
			t.Errorf("exit status %d", status)
		}
	}
}
