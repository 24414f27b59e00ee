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

	"staleness/results"
)

// A keeper saves the state of a run in its folder while it runs.
type keeper struct {
	w        *results.Writer
	dir      string
	of       history
	every    time.Duration // wall time between checkpoints; 0: only when interrupted
	last     time.Time     // monotone: a clock that is set does not matter
	costly   time.Duration // shortest pause that keeps saving below a twentieth of the time
	sessions time.Time     // when this session began
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

func newKeeper(w *results.Writer, h history, every time.Duration) *keeper {
	now := time.Now()
	return &keeper{w: w, of: h, every: every, last: now, sessions: now}
}

func (k *keeper) due() bool {
	return k.every > 0 && time.Since(k.last) >= max(k.every, k.costly)
}

func (k *keeper) keep(save func(io.Writer) error) error {
	began := time.Now()
	var b bytes.Buffer
	b.WriteString(k.of.encode(began.Sub(k.sessions)))
	if err := save(&b); err != nil {
		return err
	}
	if err := k.w.Checkpoint(b.Bytes()); err != nil {
		return err
	}
	k.last = time.Now()
	k.costly = 20 * k.last.Sub(began)
	return nil
}

// leave closes the files of a run that does not go on now. Without a checkpoint nothing is worth keeping.
func (k *keeper) leave() error {
	if hasCheckpoint(k.dir) {
		return k.w.Close()
	}
	return k.w.Discard()
}

// goOn finds where an unfinished run stopped; here is what this session would begin with, stem another run whose state will do.
// Without a checkpoint that can be used w is nil, and a warning, if not empty, says why.
func goOn(p results.Plan, here history, stem string) (w *results.Writer, h history, state []byte, warning string) {
	damaged := hasCheckpoint(p.Dir)
	w, saved, warning, err := results.Resume(p)
	switch {
	case err != nil && !damaged && errors.Is(err, results.ErrNoCheckpoint):
		return nil, here, nil, ""
	case err != nil:
		return nil, here, nil, strings.TrimPrefix(err.Error(), "results: ") + "; starting afresh"
	}
	h, state, err = decodeHistory(saved)
	switch {
	case err != nil:
	case h.Build != here.Build:
		err = fmt.Errorf("it is of other sources (build %s, now %s)", h.Build, here.Build)
	case h.ID != here.ID && h.ID != stem:
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
	_, err := os.Stat(filepath.Join(dir, results.CheckpointFile))
	return err == nil
}
