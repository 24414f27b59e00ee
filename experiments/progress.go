package experiments

import (
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"

	"staleness/experiments/internal/clock"
	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/prose"
	"staleness/internal/crew"
)

// progress tells a person how far the work is: one line that is written over on a terminal, now and
// then a plain line elsewhere. Wall time is read here and in env.txt only; no result can depend on
// it.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	total    int
	done     int // computed in this session
	reused   int
	failed   int
	held     int // computed by other sessions, and waited for
	diverged int
	running  map[int]func() float64 // share done of the runs under way
	start    time.Time
	last     time.Time // of the last line
	width    int       // of the line on the terminal
	stop     chan struct{}
	finished crew.Crew
}

// plainEvery is the time between lines where they cannot be written over.
const plainEvery = 5 * time.Second

func newProgress(w io.Writer, total int) *progress {
	p := &progress{w: w, total: total, running: map[int]func() float64{}, start: clock.Now(), stop: make(chan struct{})}
	p.last = p.start
	p.terminal = guard.IsTerminal(w)
	every := plainEvery
	if p.terminal {
		every = 200 * time.Millisecond
	}
	p.finished.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-p.stop:
				return
			case <-tick.C:
				p.mu.Lock()
				p.show()
				p.mu.Unlock()
			}
		}
	})
	return p
}

// begin says that run i is under way; share tells how much of it is done, in [0, 1], from any
// goroutine.
func (p *progress) begin(i int, share func() float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running[i] = share
}

// put takes run i off the list of those under way: it will be tried again.
func (p *progress) put(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, i)
}

// wait says how many of those that are left are computed by other sessions.
func (p *progress) wait(held int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = held
}

// end takes run i off the list.
func (p *progress) end(i int, o Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, i)
	switch {
	case o.Reused:
		p.reused++
	case o.interrupted():
	case o.Err != nil:
		p.failed++
	default:
		p.done++
		if o.diverged() {
			p.diverged++
		}
	}
}

// say writes a line that stays.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	fmt.Fprintf(p.w, format+"\n", args...)
}

func (p *progress) wipe() {
	if p.width > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.width))
		p.width = 0
	}
}

// show writes the state of things.
func (p *progress) show() {
	line := p.line(clock.Since(p.start))
	if !p.terminal {
		fmt.Fprintln(p.w, line)
		return
	}
	pad := strings.Repeat(" ", max(0, p.width-len(line)))
	fmt.Fprintf(p.w, "\r%s%s", line, pad)
	p.width = len(line)
}

// line is what is done of how much, how fast, and how long the rest will take if it goes on like
// that.
func (p *progress) line(elapsed time.Duration) string {
	settled := p.done + p.reused + p.failed
	var b strings.Builder
	fmt.Fprintf(&b, "%d/%s", settled, prose.Count(p.total, "run"))
	part := 0.
	for _, share := range p.running {
		part += share()
	}
	work := float64(p.done+p.failed) + part
	if len(p.running) > 0 && p.total > settled {
		fmt.Fprintf(&b, " (%d%%)", int(100*(float64(settled)+part)/float64(p.total)))
	}
	for _, n := range []struct {
		n    int
		what string
	}{{p.reused, "reused"}, {p.diverged, "diverged"}, {p.failed, "failed"}, {p.held, "computed by another session"}} {
		if n.n > 0 {
			fmt.Fprintf(&b, ", %d %s", n.n, n.what)
		}
	}
	if s := elapsed.Seconds(); work > 0 && s > 0 {
		fmt.Fprintf(&b, ", %s, %s", rate(work/s), left((float64(p.total-settled)-part)/work*s))
	}
	return b.String()
}

func rate(perSecond float64) string {
	switch {
	case perSecond >= 1:
		return fmt.Sprintf("%.3g runs/s", perSecond)
	case perSecond*60 >= 1:
		return fmt.Sprintf("%.3g runs/min", perSecond*60)
	}
	return fmt.Sprintf("%.3g runs/h", perSecond*3600)
}

// year is a mean one, in seconds.
const year = 365.25 * 24 * 3600

// left is so many seconds in words. More than a time.Duration holds is no time at all to it.
func left(seconds float64) string {
	switch {
	case seconds < 1:
		return "under 1s left"
	case seconds < 100*year:
		return time.Duration(math.Round(seconds)*1e9).String() + " left"
	}
	return "over 100 years left"
}

// close ends the display.
func (p *progress) close() {
	close(p.stop)
	p.finished.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
}

// slowStage is how long something may take before it says what it is.
var slowStage = 2 * time.Second

// stage says what the session does now if that takes long, so that nobody waits before a dark
// window. The function that it returns ends the stage.
func (s *Session) stage(what string) (end func()) {
	told, said := s.told, make(chan struct{})
	t := time.AfterFunc(slowStage, func() {
		defer close(said)
		if told != nil {
			told.say("%s ...", what)
		} else {
			fmt.Fprintf(s.Stderr, "%s ...\n", what)
		}
	})
	return sync.OnceFunc(func() {
		if !t.Stop() {
			<-said
		}
	})
}

// inTurn are writers that may be written to by several goroutines, even if both are one.
func inTurn(stdout, stderr io.Writer) (io.Writer, io.Writer) {
	mu := new(sync.Mutex)
	return &turn{mu, stdout}, &turn{mu, stderr}
}

type turn struct {
	mu *sync.Mutex
	w  io.Writer
}

func (t *turn) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.w.Write(p)
}
