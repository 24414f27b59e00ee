package experiments

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"staleness/experiments/internal/clock"
	"staleness/sim/record"
)

// A keeper saves the state of a run in its folder while it runs.
type keeper struct {
	w        *record.Writer
	dir      string
	of       history
	every    time.Duration // wall time between checkpoints; 0: only when interrupted
	saved    pause         // since the last checkpoint
	marks    bool          // the state stays with the finished run, as it was last marked
	marked   pause         // since the last mark
	marking  bool          // a mark is what is due
	sessions time.Time     // when this session began
}

// patience is how many times longer than saving a run goes on before it saves itself again. Tests
// set it to 0.
var patience = 20

// A pause is the time since something was last done, which is not done again too soon.
type pause struct {
	last time.Time
	wait time.Duration
}

func (p *pause) over() bool { return clock.Since(p.last) >= p.wait }

// begin measures what is done from now until the function that it returns is called.
func (p *pause) begin() (end func()) {
	from := clock.Now()
	return func() {
		p.last = clock.Now()
		p.wait = time.Duration(patience) * p.last.Sub(from)
	}
}

// A history is what a checkpoint says in front of the state: whose it is, and what it took so far.
type history struct {
	Build, ID string
	Sessions  int           // that the run was worked on, this one included
	Wall      time.Duration // of earlier ones
}

func (h history) encode(now time.Duration) string {
	return fmt.Sprintf("%s %s %d %d\n", h.Build, h.ID, h.Sessions, h.Wall+now)
}

func decodeHistory(state []byte) (h history, rest []byte, err error) {
	line, rest, ok := bytes.Cut(state, []byte("\n"))
	if n, err := fmt.Sscan(string(line), &h.Build, &h.ID, &h.Sessions, &h.Wall); !ok || n != 4 || err != nil {
		return history{}, nil, errors.New("the state says not whose it is")
	}
	return h, rest, nil
}

func newKeeper(w *record.Writer, h history, every time.Duration, marks bool) *keeper {
	t := clock.Now()
	return &keeper{w: w, of: h, every: every, saved: pause{last: t}, marks: marks, sessions: t}
}

func (k *keeper) due() bool {
	if k.every > 0 && clock.Since(k.saved.last) >= k.every && k.saved.over() {
		return true
	}
	k.marking = k.marks && k.marked.over()
	return k.marking
}

func (k *keeper) keep(save func(io.Writer) error) error {
	p, write := &k.saved, k.w.Checkpoint
	if k.marking {
		p, write = &k.marked, k.w.Mark
	}
	k.marking = false
	end := p.begin()
	var b bytes.Buffer
	b.WriteString(k.of.encode(clock.Since(k.sessions)))
	if err := save(&b); err != nil {
		return err
	}
	if err := write(b.Bytes()); err != nil {
		return err
	}
	end()
	return nil
}

// leave closes the files of a run that does not go on now. Without a checkpoint nothing is worth
// keeping.
func (k *keeper) leave() error {
	if hasCheckpoint(k.dir) {
		return k.w.Close()
	}
	return k.w.Discard()
}

// goOn finds where an unfinished run stopped; here is what this session would begin with, kept
// another run whose state will do. Without a checkpoint that can be used w is nil, and a warning,
// if not empty, says why.
func goOn(p record.Plan, here history, kept string) (w *record.Writer, h history, state []byte, warning string) {
	damaged := hasCheckpoint(p.Dir)
	w, saved, warning, err := record.Resume(p)
	switch {
	case err != nil && !damaged && errors.Is(err, record.ErrNoCheckpoint):
		return nil, here, nil, ""
	case err != nil:
		return nil, here, nil, strings.TrimPrefix(err.Error(), "record: ") + "; starting afresh"
	}
	h, state, err = decodeHistory(saved)
	switch {
	case err != nil:
	case h.Build != here.Build:
		err = fmt.Errorf("it is of other sources (build %s, now %s)", h.Build, here.Build)
	case h.ID != here.ID && h.ID != kept:
		err = fmt.Errorf("it is of run %s", h.ID)
	default:
		h.ID = here.ID
		h.Sessions++
		return w, h, state, warning
	}
	w.Close()
	return nil, here, nil, fmt.Sprintf("its checkpoint cannot be used: %v; starting afresh", err)
}

func hasCheckpoint(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, record.CheckpointFile))
	return err == nil
}
